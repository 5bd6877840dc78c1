/*
 * What a guest must have: every hart online and running threads, time that advances, floating point that survives context
 * switches, misaligned accesses, UDP over the loopback. One line per check; exits 0 when all of them hold.
 *
 *   selftest [harts]    fails, too, unless so many harts are online
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MAX_HARTS = 64 };
static int failures;

static void check(bool good, const char *format, ...) {
  char line[160];
  va_list words;
  va_start(words, format);
  vsnprintf(line, sizeof line, format, words);
  va_end(words);
  dprintf(1, "%s %s\n", good ? "ok    " : "FAILED", line);
  failures += !good;
}

static double milliseconds(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static void pin(int hart) {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(hart, &one);
  pthread_setaffinity_np(pthread_self(), sizeof one, &one);
}

/* A thread on each hart: where it ran, and a sum whose terms live in registers while others run. */
struct worker {
  int hart, ran_on, yields;
  double sum, expected;
};

/* Leibniz's series for pi/4, signs and start differing by thread; yields on the way. */
static double series(int from, int yields) {
  double sum = 0;
  for (int i = from; i < from + 64; i++) {
    sum += (i & 1 ? -1.0 : 1.0) / (2 * i + 1);
    if (yields > 0 && i % 16 == 0) sched_yield();
  }
  return sum;
}

static void *work(void *argument) {
  struct worker *w = argument;
  pin(w->hart);
  w->ran_on = sched_getcpu();
  w->sum = series(w->hart, w->yields);
  return NULL;
}

static void harts(long wanted) {
  long online = sysconf(_SC_NPROCESSORS_ONLN);
  check(online == wanted, "%ld harts online, %ld wanted", online, wanted);
  /* Two on each hart, so that they take turns. */
  struct worker workers[2 * MAX_HARTS];
  pthread_t threads[2 * MAX_HARTS];
  int count = online > MAX_HARTS ? 2 * MAX_HARTS : 2 * online, good = 0;
  for (int i = 0; i < count; i++) {
    workers[i] = (struct worker){.hart = i / 2, .ran_on = -1, .yields = 4, .expected = series(i / 2, 0)};
    if (pthread_create(&threads[i], NULL, work, &workers[i]) != 0) threads[i] = 0;
  }
  for (int i = 0; i < count; i++) {
    if (threads[i] != 0) pthread_join(threads[i], NULL);
    good += workers[i].ran_on == workers[i].hart && workers[i].sum == workers[i].expected;
  }
  check(good == count, "threads on the hart they were pinned to, with their sums: %d of %d", good, count);
}

static void times(void) {
  double before = milliseconds(CLOCK_MONOTONIC), wall = milliseconds(CLOCK_REALTIME);
  uint64_t ticks, later;
  __asm__ volatile("rdtime %0" : "=r"(ticks));
  nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
  __asm__ volatile("rdtime %0" : "=r"(later));
  double slept = milliseconds(CLOCK_MONOTONIC) - before, wall_slept = milliseconds(CLOCK_REALTIME) - wall;
  check(slept >= 2, "a sleep of 2 ms took no less");
  check(wall_slept >= 2, "the wall clock saw it, too");
  check(later > ticks, "rdtime advances");
  uint64_t cycles, instructions, more_cycles, more_instructions;
  __asm__ volatile("rdcycle %0\n rdinstret %1" : "=r"(cycles), "=r"(instructions));
  __asm__ volatile("rdcycle %0\n rdinstret %1" : "=r"(more_cycles), "=r"(more_instructions));
  check(more_cycles > cycles && more_instructions > instructions, "cycles and instructions are counted");
  double last = milliseconds(CLOCK_MONOTONIC);
  bool monotonic = true;
  for (int i = 0; i < 100; i++) {
    double now = milliseconds(CLOCK_MONOTONIC);
    monotonic = monotonic && now >= last;
    last = now;
  }
  check(monotonic, "the monotonic clock never goes back");
}

static void floating_point(void) {
  volatile double two = 2, third = 1.0 / 3;
  volatile float single = 16777216.0f;
  check(sqrt(two) == 0x1.6a09e667f3bcdp+0, "square root of 2, rounded as IEEE 754 says");
  check(fma(third, 3.0, -1.0) == -0x1p-54, "fused multiply-add rounds once");
  check(single + 1.0f == single && (double)single + 1.0 != single, "single and double precision differ");
  check((int64_t)(third * 3e9) == 1000000000 && (float)third == 0x1.555556p-2f, "conversions");
}

/* Each offset in a line; the compiler may not know that the addresses are odd. */
static void misaligned(void) {
  static unsigned char bytes[32];
  int good = 0, all = 0;
  for (int i = 0; i < 32; i++) bytes[i] = i * 7 + 1;
  for (int offset = 0; offset < 16; offset++) {
    uint64_t expected = 0, loaded;
    uint32_t word;
    double d;
    for (int i = 7; i >= 0; i--) expected = expected << 8 | bytes[offset + i];
    void *at = bytes + offset;
    __asm__ volatile("ld %0, 0(%1)" : "=r"(loaded) : "r"(at) : "memory");
    __asm__ volatile("lwu %0, 0(%1)" : "=r"(word) : "r"(at) : "memory");
    __asm__ volatile("fld %0, 0(%1)" : "=f"(d) : "r"(at) : "memory");
    uint64_t bits;
    memcpy(&bits, &d, sizeof bits);
    good += loaded == expected && word == (uint32_t)expected && bits == expected;
    unsigned char before[32];
    memcpy(before, bytes, sizeof before);
    __asm__ volatile("sd %0, 0(%1)" ::"r"(~expected), "r"(at) : "memory");
    memcpy(&loaded, at, sizeof loaded);
    __asm__ volatile("fsd %0, 0(%1)" ::"f"(d), "r"(at) : "memory");
    good += loaded == ~expected && memcmp(before, bytes, sizeof before) == 0;
    all += 2;
  }
  check(good == all, "misaligned loads and stores: %d of %d", good, all);
}

struct echo {
  int socket, left;
};

static void *echo(void *argument) {
  struct echo *e = argument;
  char buffer[2048];
  for (; e->left > 0; e->left--) {
    struct sockaddr_in from;
    socklen_t size = sizeof from;
    ssize_t n = recvfrom(e->socket, buffer, sizeof buffer, 0, (struct sockaddr *)&from, &size);
    if (n < 0 || sendto(e->socket, buffer, n, 0, (struct sockaddr *)&from, size) != n) break;
  }
  return NULL;
}

static void udp(void) {
  static const int lengths[] = {0, 1, 15, 16, 17, 59, 60, 63, 64, 65, 1471, 1472};
  enum { COUNT = sizeof lengths / sizeof lengths[0] };
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  struct timeval patience = {.tv_sec = 5};
  struct echo e = {socket(AF_INET, SOCK_DGRAM, 0), COUNT};
  int client = socket(AF_INET, SOCK_DGRAM, 0);
  pthread_t server;
  bool ready = bind(e.socket, (struct sockaddr *)&address, size) == 0 && getsockname(e.socket, (struct sockaddr *)&address, &size) == 0 &&
               connect(client, (struct sockaddr *)&address, size) == 0 &&
               setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0 &&
               setsockopt(e.socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0 && pthread_create(&server, NULL, echo, &e) == 0;
  if (!ready) return check(false, "UDP sockets on the loopback: %s", strerror(errno));
  int good = 0;
  for (int i = 0; i < COUNT; i++) {
    char sent[2048], received[2048];
    for (int k = 0; k < lengths[i]; k++) sent[k] = i * 31 + k;
    good += send(client, sent, lengths[i], 0) == lengths[i] && recv(client, received, sizeof received, 0) == lengths[i] &&
            memcmp(sent, received, lengths[i]) == 0;
  }
  pthread_join(server, NULL);
  check(good == COUNT, "UDP over the loopback: %d of %d datagrams came back", good, COUNT);
}

int main(int argc, char **argv) {
  harts(argc > 1 ? atol(argv[1]) : sysconf(_SC_NPROCESSORS_CONF));
  times();
  floating_point();
  misaligned();
  udp();
  dprintf(1, failures == 0 ? "selftest: passed\n" : "selftest: %d checks failed\n", failures);
  return failures == 0 ? 0 : 1;
}
