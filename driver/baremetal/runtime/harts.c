/* Harts beside the first, and what lets several work together: locks and barriers. */
#include "internal.h"

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
