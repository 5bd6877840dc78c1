/*
 * The first process: sets the system up, runs one program, and ends the run with that program's exit status. What to run
 * stands in /accio/command, each word ended by a zero byte, or lies in a window of memory whose address is in
 * /accio/window; without either, init says that it is there and powers off. The status goes to the firmware through its
 * handover page (driver/firmware/firmware.h).
 *
 * Without a C library: unpacking and starting one would be a tenth of the boot.
 */
#include <asm/unistd.h>
#include <fcntl.h>
#include <linux/reboot.h>
#include <net/if.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

enum { MAX_WORDS = 256, CANNOT_RUN = 126, NOT_FOUND = 127, KILLED = 128, NO_ENTRY = 2, INTERRUPTED = 4 };

/* As firmware.h has it. */
struct handover {
  uint64_t magic, exit_status, entry_cycles, entry_instret;
};
static const long handover_address = 0x80010000;
static const uint64_t handover_magic = 0x6f69636361;

/* As driver/linux/window.ts has it: the command's words, and its program, to be copied from there. */
struct window {
  uint64_t magic, command_bytes, program_offset, program_bytes;
  char command[];
};
static const uint64_t window_magic = 0x776f646e6977;
enum { PAGE = 4096 };

static long call(long number, long a, long b, long c, long d, long e, long f) {
  register long a0 __asm__("a0") = a, a1 __asm__("a1") = b, a2 __asm__("a2") = c, a3 __asm__("a3") = d, a4 __asm__("a4") = e,
                a5 __asm__("a5") = f, a7 __asm__("a7") = number;
  __asm__ volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5), "r"(a7) : "memory");
  return a0; /* a negative one is the error's number */
}
#define call4(n, a, b, c, d) call(n, (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)
static long open_file(const char *path, long flags) { return call4(__NR_openat, AT_FDCWD, path, flags | O_CLOEXEC, 0); }

/* A line is gathered and written at once: each write is a call into the firmware. */
static char line[256];
static size_t used;

static void put(const char *text) {
  while (*text && used < sizeof line) line[used++] = *text++;
}
static void put_number(uint64_t n) {
  char digits[21], *at = digits + sizeof digits;
  *--at = 0;
  do *--at = '0' + n % 10;
  while (n /= 10);
  put(at);
}
static void end_line(void) {
  put("\n");
  call4(__NR_write, 1, line, used, 0);
  used = 0;
}
static void complain(const char *what, long error) {
  put("init: "), put(what), put(": error "), put_number(-error), end_line();
}

/* Physical memory; NULL where it cannot be had. */
static void *map_memory(long address, size_t bytes) {
  long memory = open_file("/dev/mem", O_RDWR);
  if (memory < 0) return NULL;
  long at = call(__NR_mmap, 0, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, memory, address);
  call4(__NR_close, memory, 0, 0, 0);
  return at < 0 ? NULL : (void *)at;
}
static struct handover *find_handover(void) {
  struct handover *page = map_memory(handover_address, sizeof *page);
  return page != NULL && page->magic == handover_magic ? page : NULL;
}

static void set_up(void) {
  long error = call(__NR_mount, (long)"proc", (long)"/proc", (long)"proc", 0, 0, 0);
  if (error != 0) complain("/proc", error);
  static struct ifreq loopback = {.ifr_name = "lo", .ifr_flags = IFF_UP};
  long s = call4(__NR_socket, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0, 0);
  error = s < 0 ? s : call4(__NR_ioctl, s, SIOCSIFFLAGS, &loopback, 0);
  if (error != 0) complain("loopback", error);
  call4(__NR_close, s, 0, 0, 0);
}

/* A file's content, or as much as there is room for; 0 bytes where there is no such file. */
static long read_file(const char *path, void *to, size_t room) {
  long file = open_file(path, O_RDONLY), bytes = file < 0 ? 0 : call4(__NR_read, file, to, room, 0);
  call4(__NR_close, file, 0, 0, 0);
  return bytes;
}

/* The program in the window becomes a file, named by the command's first word. */
static void unpack(const struct window *w) {
  long file = call4(__NR_openat, AT_FDCWD, w->command, O_CREAT | O_WRONLY | O_CLOEXEC, 0755), wrote = file;
  const char *from = (const char *)w + w->program_offset, *end = from + w->program_bytes;
  for (; wrote >= 0 && from < end; from += wrote) wrote = call4(__NR_write, file, from, end - from, 0);
  if (wrote < 0) complain(w->command, wrote);
  call4(__NR_close, file, 0, 0, 0);
}

/* Copies command and program out of the window; 0 bytes of command where nothing is in it, or there is none. */
static long look_into_window(char *command, size_t room) {
  long address;
  if (read_file("/accio/window", &address, sizeof address) != sizeof address) return 0;
  /* From here on it matters what is in the window: the moment for a checkpoint that serves every program. */
  __asm__ volatile("slti x0, x0, 1" ::: "memory");
  struct window *w = map_memory(address, PAGE);
  if (w == NULL || w->magic != window_magic || w->command_bytes > room) return 0;
  size_t bytes = w->program_offset + w->program_bytes;
  call4(__NR_munmap, w, PAGE, 0, 0);
  w = map_memory(address, bytes);
  if (w == NULL) return 0;
  unpack(w);
  size_t length = w->command_bytes;
  for (size_t i = 0; i < length; i++) command[i] = w->command[i];
  call4(__NR_munmap, w, bytes, 0, 0); /* a child's copy of the mapping would be paid for */
  return length;
}

/* The words of the command; none where there is none. */
static char **command(void) {
  static char text[16384], *words[MAX_WORDS + 1];
  long bytes = read_file("/accio/command", text, sizeof text - 1);
  if (bytes <= 0) bytes = look_into_window(text, sizeof text - 1);
  size_t n = 0;
  for (char *at = text; at < text + bytes && n < MAX_WORDS; at++) {
    words[n++] = at;
    while (*at) at++;
  }
  return words;
}

/* From the file of that name, or 0. */
static uint64_t cycles_per_tick(void) {
  char digits[8];
  uint64_t number = 0;
  long file = open_file("/accio/cycles-per-tick", O_RDONLY), bytes = file < 0 ? 0 : call4(__NR_read, file, digits, sizeof digits, 0);
  call4(__NR_close, file, 0, 0, 0);
  for (long i = 0; i < bytes; i++) number = 10 * number + (digits[i] - '0');
  return number;
}

static int run(char **words) {
  static char *const environment[] = {"HOME=/", "PATH=/bin", "TERM=linux", NULL};
  long program = call4(__NR_clone, SIGCHLD, 0, 0, 0);
  if (program < 0) return complain("fork", program), CANNOT_RUN;
  if (program == 0) {
    call4(__NR_setsid, 0, 0, 0, 0);
    long error = call4(__NR_execve, words[0], words, environment, 0);
    complain(words[0], error);
    call4(__NR_exit, error == -NO_ENTRY ? NOT_FOUND : CANNOT_RUN, 0, 0, 0);
  }
  /* Whoever else ends meanwhile has lost its parent, and is ours. */
  for (int status;;) {
    long ended = call4(__NR_wait4, -1, &status, 0, 0);
    if (ended < 0 && ended != -INTERRUPTED) return complain("wait", ended), CANNOT_RUN;
    if (ended != program) continue;
    if (WIFEXITED(status)) return WEXITSTATUS(status);
    put("init: "), put(words[0]), put(": killed by signal "), put_number(WTERMSIG(status)), end_line();
    return KILLED + WTERMSIG(status);
  }
}

static long harts_online(void) {
  static uint64_t mask[16];
  long bytes = call4(__NR_sched_getaffinity, 0, sizeof mask, mask, 0), count = 0;
  for (long i = 0; i < bytes / 8; i++)
    for (; mask[i] != 0; mask[i] &= mask[i] - 1) count++;
  return count;
}

__attribute__((noreturn)) void _start(void) {
  uint64_t ticks, instructions;
  __asm__ volatile("rdinstret %1\n rdtime %0" : "=r"(ticks), "=r"(instructions));
  set_up();
  struct handover *page = find_handover();
  /* The machine's counters, where they are wanted: an emulator's say nothing. `rdcycle` stands still while its hart sleeps. */
  uint64_t cycles = ticks * cycles_per_tick();
  if (page != NULL && cycles != 0) {
    put("init: kernel after "), put_number(page->entry_cycles), put(" cycles, "), put_number(page->entry_instret);
    put(" instructions; user space after "), put_number(cycles), put(" cycles, "), put_number(instructions), put(" instructions");
    end_line();
  }
  char **words = command();
  int status = 0;
  if (words[0] != NULL) status = run(words);
  else put("init: user space is up, "), put_number(harts_online()), put(" harts online"), end_line();
  if (page != NULL) page->exit_status = status;
  else put("init: no handover page to leave the exit status in: "), put_number(status), end_line();
  call4(__NR_sync, 0, 0, 0, 0);
  complain("power off", call4(__NR_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_POWER_OFF, 0));
  for (;;) call4(__NR_exit, 1, 0, 0, 0);
}
