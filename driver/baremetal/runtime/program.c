/* A program from its first line of C to its end, and what the C library wants of a system. */
#include "internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/lock.h>
#include <unistd.h>

#include "accio_system.h"

/* The C library's locks (picolibc, sys/lock.h): malloc and its kin work on all harts. */
struct __lock { struct lock lock; };
struct __lock __lock___libc_recursive_mutex;
void __retarget_lock_init(_LOCK_T *l) {
  static struct __lock spare[16];
  static uint32_t used;
  uint32_t at = __atomic_fetch_add(&used, 1, __ATOMIC_RELAXED);
  *l = at < sizeof spare / sizeof *spare ? &spare[at] : &__lock___libc_recursive_mutex;
}
void __retarget_lock_init_recursive(_LOCK_T *l) { __retarget_lock_init(l); }
void __retarget_lock_close(_LOCK_T l) { (void)l; }
void __retarget_lock_close_recursive(_LOCK_T l) { (void)l; }
void __retarget_lock_acquire(_LOCK_T l) { lock_take(&l->lock); }
void __retarget_lock_acquire_recursive(_LOCK_T l) { lock_take(&l->lock); }
int __retarget_lock_try_acquire(_LOCK_T l) { return lock_try(&l->lock); }
int __retarget_lock_try_acquire_recursive(_LOCK_T l) { return lock_try(&l->lock); }
void __retarget_lock_release(_LOCK_T l) { lock_release(&l->lock); }
void __retarget_lock_release_recursive(_LOCK_T l) { lock_release(&l->lock); }

void refuse(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fputs("runtime: ", stdout);
  vfprintf(stdout, format, arguments);
  fputs("\n", stdout);
  exit(1);
}

/* Hart 0, with its stack set up and bss cleared: constructors, main, and what exit() does: destructors, too. */
typedef void (*function)(void);
extern function __init_array_start[], __init_array_end[];
int main(void);
void start_program(void) {
  console_begin();
  for (function *f = __init_array_start; f != __init_array_end; f++) (*f)();
  exit(main());
}

/* The C library's last call: the simulation ends with this status. */
void _exit(int status) {
  console_end();
  fence_all();
  accio_system_exit_write((accio_system_io)SOC_SYSTEM_BASE, (uint32_t)status);
  for (;;) __asm__ volatile("wfi");
}
/* assert() ends here: a breakpoint, for the simulator's report or the program's handler. */
void abort(void) {
  console_flush();
  for (;;) __asm__ volatile("ebreak");
}
