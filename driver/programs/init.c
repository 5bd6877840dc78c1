/*
 * The first process: sets the system up, runs one program, and ends the run with that program's exit status. What to run
 * stands in /accio/command, each word ended by a zero byte; without it, init says that it is there and powers off. The
 * status goes to the firmware through its handover page (driver/firmware/firmware.h).
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_WORDS = 256, CANNOT_RUN = 126, NOT_FOUND = 127, KILLED = 128 };

/* As firmware.h has it. */
struct handover {
  uint64_t magic, exit_status, entry_cycles, entry_instret;
};
static const off_t handover_address = 0x80010000;
static const uint64_t handover_magic = 0x6f69636361;

static struct handover *handover(void) {
  int memory = open("/dev/mem", O_RDWR | O_CLOEXEC);
  if (memory < 0) return NULL;
  struct handover *page = mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED, memory, handover_address);
  close(memory);
  return page != MAP_FAILED && page->magic == handover_magic ? page : NULL;
}

static void set_up(void) {
  if (mount("proc", "/proc", "proc", 0, NULL) != 0) perror("init: /proc");
  struct ifreq loopback = {.ifr_name = "lo", .ifr_flags = IFF_UP};
  int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (s < 0 || ioctl(s, SIOCSIFFLAGS, &loopback) != 0) perror("init: loopback");
  close(s);
}

/* The words of /accio/command; none where there is no such file. */
static char **command(void) {
  static char text[16384], *words[MAX_WORDS + 1];
  int file = open("/accio/command", O_RDONLY | O_CLOEXEC);
  ssize_t bytes = file < 0 ? 0 : read(file, text, sizeof text - 1);
  close(file);
  size_t n = 0;
  for (char *at = text; at < text + bytes && n < MAX_WORDS; at += strlen(at) + 1) words[n++] = at;
  return words;
}

static int run(char **words) {
  pid_t program = vfork();
  if (program < 0) return perror("init: vfork"), CANNOT_RUN;
  if (program == 0) {
    setsid();
    execv(words[0], words);
    int reason = errno;
    dprintf(2, "init: %s: %s\n", words[0], strerror(reason));
    _exit(reason == ENOENT ? NOT_FOUND : CANNOT_RUN);
  }
  /* Whoever else ends meanwhile has lost its parent, and is ours. */
  for (int status;;) {
    pid_t ended = wait(&status);
    if (ended < 0 && errno != EINTR) return perror("init: wait"), CANNOT_RUN;
    if (ended != program) continue;
    if (WIFEXITED(status)) return WEXITSTATUS(status);
    dprintf(2, "init: %s: %s\n", words[0], strsignal(WTERMSIG(status)));
    return KILLED + WTERMSIG(status);
  }
}

int main(void) {
  uint64_t cycles, instructions;
  __asm__ volatile("rdcycle %0\n rdinstret %1" : "=r"(cycles), "=r"(instructions));
  set_up();
  struct handover *page = handover();
  char **words = command();
  /* The machine's counters, where they are wanted: an emulator's say nothing. */
  if (page != NULL && access("/accio/counters", F_OK) == 0)
    dprintf(1, "init: kernel after %ju cycles, %ju instructions; user space after %ju cycles, %ju instructions\n",
            (uintmax_t)page->entry_cycles, (uintmax_t)page->entry_instret, (uintmax_t)cycles, (uintmax_t)instructions);
  int status = 0;
  if (words[0] != NULL) status = run(words);
  else dprintf(1, "init: user space is up, %ld harts online\n", sysconf(_SC_NPROCESSORS_ONLN));
  if (page != NULL) page->exit_status = status;
  else dprintf(2, "init: exit status %d does not reach the firmware: no handover page\n", status);
  sync();
  reboot(RB_POWER_OFF);
  perror("init: power off");
  return 1;
}
