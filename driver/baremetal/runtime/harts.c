/* Harts beside the first, and what lets several work together: locks, barriers, and the C library's own locks. */
#include "internal.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/lock.h>

/* What a hart is sent to. `asked` and `done` count; they differ while it works. */
static struct { void (*run)(void *); void *argument; uint32_t asked, done; } tasks[SOC_HARTS];

static void check(const char *call, unsigned hart) {
  if (hart == 0 || hart >= SOC_HARTS) refuse("%s(%u): this system's other harts are 1 to %d", call, hart, SOC_HARTS - 1);
  if (hart == hart_id()) refuse("%s(%u): on that very hart", call, hart);
}

bool hart_busy(unsigned hart) {
  if (hart == 0 || hart >= SOC_HARTS) return hart == 0;
  return __atomic_load_n(&tasks[hart].done, __ATOMIC_ACQUIRE) != __atomic_load_n(&tasks[hart].asked, __ATOMIC_ACQUIRE);
}
void hart_wait(unsigned hart) {
  check("hart_wait", hart);
  while (hart_busy(hart)) continue;
}
void hart_start(unsigned hart, void (*run)(void *), void *argument) {
  hart_wait(hart);
  tasks[hart].run = run;
  tasks[hart].argument = argument;
  __atomic_fetch_add(&tasks[hart].asked, 1, __ATOMIC_RELEASE);
  software_interrupt(hart);
}

/* Where a hart begins and comes back to. Only hart 0 can have sent the interrupt, after it has cleared bss. */
void hart_sleep(void) {
  unsigned self = hart_id();
  for (;;) {
    interrupts_off();
    csr_write(mie, INT_SOFTWARE);
    while (!(csr_read(mip) & INT_SOFTWARE)) __asm__ volatile("wfi" ::: "memory");
    write32(SOC_CLINT_BASE + 4 * self, 0);
    fence_all();
    if (__atomic_load_n(&tasks[self].asked, __ATOMIC_ACQUIRE) == tasks[self].done) continue;
    csr_write(mie, 0);
    tasks[self].run(tasks[self].argument);
    __atomic_fetch_add(&tasks[self].done, 1, __ATOMIC_RELEASE);
  }
}

bool lock_try(struct lock *l) {
  uint32_t self = hart_id() + 1, nobody = 0;
  if (__atomic_load_n(&l->owner, __ATOMIC_RELAXED) != self &&
      !__atomic_compare_exchange_n(&l->owner, &nobody, self, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
    return false;
  l->depth++;
  return true;
}
void lock_take(struct lock *l) {
  while (!lock_try(l))
    while (__atomic_load_n(&l->owner, __ATOMIC_RELAXED) != 0) continue; /* in the cache, until it changes */
}
void lock_release(struct lock *l) {
  if (--l->depth == 0) __atomic_store_n(&l->owner, 0, __ATOMIC_RELEASE);
}

void barrier_wait(struct barrier *b, unsigned count) {
  uint32_t turn = __atomic_load_n(&b->turn, __ATOMIC_RELAXED);
  if (__atomic_add_fetch(&b->waiting, 1, __ATOMIC_ACQ_REL) == count) {
    __atomic_store_n(&b->waiting, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&b->turn, turn + 1, __ATOMIC_RELEASE);
  } else
    while (__atomic_load_n(&b->turn, __ATOMIC_ACQUIRE) == turn) continue;
}

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

/* Hart 0, with its stack set up and bss cleared: constructors, main, destructors. */
typedef void (*function)(void);
extern function __init_array_start[], __init_array_end[], __fini_array_start[], __fini_array_end[];
static void destruct(void) {
  for (function *f = __fini_array_end; f != __fini_array_start;) (*--f)();
}
int main(void);
void start_program(void) {
  console_begin();
  atexit(destruct);
  for (function *f = __init_array_start; f != __init_array_end; f++) (*f)();
  exit(main());
}
