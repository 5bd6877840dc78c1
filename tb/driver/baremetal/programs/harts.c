/* Several harts at once: tasks, locks, barriers, memory, interrupts to each other, and lines that do not mix. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "runtime.h"

uint32_t failures;
enum { ROUNDS = 40, LINES = 6 };

static struct lock lock;
static struct barrier barrier;
static unsigned long plain, atomic, arrived[SOC_HARTS];
static _Thread_local unsigned long local = 5;

static void count(void *argument) {
  unsigned hart = hart_id();
  CHECK_EQUAL(argument, hart * 3);
  CHECK_EQUAL(local, 5);
  for (int i = 0; i < ROUNDS; i++) {
    lock_take(&lock);
    lock_take(&lock); /* again */
    unsigned long before = plain;
    for (volatile int n = 0; n < 5; n++) continue;
    plain = before + 1;
    lock_release(&lock);
    lock_release(&lock);
    __atomic_fetch_add(&atomic, 1, __ATOMIC_RELAXED);
    local++;
  }
  CHECK_EQUAL(local, 5 + ROUNDS);
  local = 5;
}
/* Nobody is a round ahead of another. */
static void meet(void *argument) {
  (void)argument;
  for (unsigned long round = 1; round <= 20; round++) {
    __atomic_store_n(&arrived[hart_id()], round, __ATOMIC_RELEASE);
    barrier_wait(&barrier, SOC_HARTS);
    for (int hart = 0; hart < SOC_HARTS; hart++) CHECK_EQUAL(__atomic_load_n(&arrived[hart], __ATOMIC_ACQUIRE), round);
    barrier_wait(&barrier, SOC_HARTS);
  }
}
/* The C library's heap is one for all. */
static void allocate(void *argument) {
  (void)argument;
  unsigned hart = hart_id();
  for (int i = 0; i < 30; i++) {
    unsigned char *p[4];
    for (int n = 0; n < 4; n++) {
      p[n] = malloc(16 + 24 * n);
      CHECK(p[n] != NULL);
      memset(p[n], hart * 16 + n, 16 + 24 * n);
    }
    for (int n = 0; n < 4; n++) {
      for (int b = 0; b < 16 + 24 * n; b++) CHECK_EQUAL(p[n][b], hart * 16 + n);
      free(p[n]);
    }
  }
}
/* In pieces, with numbers, longer than what a hart keeps for a line, and from handlers. */
static void print(void *argument) {
  (void)argument;
  unsigned hart = hart_id();
  for (int line = 0; line < LINES; line++) {
    printf("hart %u ", hart);
    printf("line %d ", line);
    for (int i = 0; i < (line == LINES - 1 ? 100 : 5); i++) printf("%c%d,", 'a' + (int)hart, i);
    printf(" end of %u\n", hart);
  }
}

static volatile unsigned received[SOC_HARTS];
static void note(void *argument) {
  (void)argument;
  received[hart_id()]++;
}
static volatile bool listening[SOC_HARTS];
static void listen(void *argument) {
  (void)argument;
  on_software_interrupt(note, NULL);
  listening[hart_id()] = true;
  interrupts_off();
  while (received[hart_id()] < 5) wait_for_interrupt();
  on_software_interrupt(NULL, NULL);
}

/* The same on all harts, the first one included. */
static void on_all(void (*run)(void *)) {
  for (unsigned hart = 1; hart < SOC_HARTS; hart++) hart_start(hart, run, (void *)(uintptr_t)(hart * 3));
  run(NULL);
  for (unsigned hart = 1; hart < SOC_HARTS; hart++) {
    hart_wait(hart);
    CHECK(!hart_busy(hart));
  }
}

int main(void) {
  CHECK(hart_busy(0));
  on_all(count);
  on_all(count);
  CHECK_EQUAL(plain, 2 * ROUNDS * SOC_HARTS);
  CHECK_EQUAL(atomic, 2 * ROUNDS * SOC_HARTS);
  CHECK(lock_try(&lock));
  lock_release(&lock);
  on_all(meet);
  on_all(allocate);
  on_all(print);
  for (unsigned hart = 1; hart < SOC_HARTS; hart++) {
    hart_start(hart, listen, NULL);
    while (!listening[hart]) continue;
    for (unsigned i = 1; i <= 5; i++) {
      CHECK(hart_busy(hart));
      software_interrupt(hart);
      while (received[hart] < i) continue;
    }
    hart_wait(hart);
    CHECK_EQUAL(received[hart], 5);
  }
  printf("harts: %lu failures\n", (unsigned long)failures);
  return failures != 0;
}
