/* Harts: their set-up, their start and stop (SBI's HSM), and what one asks of others (IPI, RFENCE). */
#include "firmware.h"

/* States as HSM numbers them. */
enum { STARTED = 0, STOPPED = 1, START_PENDING = 2 };

/* A request is a ticket: `asked` counts up, and it is done when `done` has come as far. Several may be done at once. */
static struct hart {
  uint32_t state, asked[REQUESTS], done[REQUESTS];
  ul start_address, start_opaque;
} harts[MAX_HARTS] = {[0 ... MAX_HARTS - 1] = {.state = STOPPED}};

/* Sets or clears a hart's machine software interrupt, ordered against what is before and behind. */
static void software_interrupt(ul hart, uint32_t value) {
  __asm__ volatile("fence" ::: "memory");
  ((volatile uint32_t *)machine.clint)[hart] = value;
  __asm__ volatile("fence" ::: "memory");
}
static uint32_t state(ul hart) { return __atomic_load_n(&harts[hart].state, __ATOMIC_ACQUIRE); }

/* Does what has been asked of this hart; counted as done only after it is. */
static void serve(struct hart *self) {
  for (int what = 0; what < REQUESTS; what++) {
    uint32_t asked = __atomic_load_n(&self->asked[what], __ATOMIC_ACQUIRE);
    if (asked == self->done[what]) continue;
    if (what == FENCE_INSTRUCTIONS) __asm__ volatile("fence.i" ::: "memory");
    else if (what == FENCE_TRANSLATIONS) __asm__ volatile("sfence.vma" ::: "memory");
    else csr_set(mip, INT_SSOFT);
    __atomic_store_n(&self->done[what], asked, __ATOMIC_RELEASE);
  }
}

/* A machine software interrupt: somebody has written our register. What is asked from here on interrupts again. */
void hart_interrupted(void) {
  software_interrupt(csr_read(mhartid), 0);
  serve(&harts[csr_read(mhartid)]);
}

/* What every hart needs before it enters supervisor mode. */
void hart_setup(void) {
  csr_write(mideleg, INT_SSOFT | INT_STIMER | INT_SEXT);
  /* Everything but illegal instructions (rdtime), misaligned accesses and supervisor calls. */
  csr_write(medeleg, 1 << 0 | 1 << 1 | 1 << 3 | 1 << 5 | 1 << 7 | 1 << 8 | 1 << 12 | 1 << 13 | 1 << 15);
  /* First the firmware, closed; then all of the address space, open. Naturally aligned powers of two. */
  csr_write(pmpaddr0, (ul)_start >> 2 | (RESIDENT_BYTES / 8 - 1));
  csr_write(pmpaddr1, -1);
  csr_write(pmpcfg0, 0x1f18);
  /* Cycles and instructions may be read; `time` traps everywhere, as it must on Rocket. */
  csr_write(mcounteren, 5);
  csr_write(scounteren, 7);
  csr_write(mie, INT_MSOFT);
}

void enter_supervisor(ul hart, ul opaque, ul address) {
  __atomic_store_n(&harts[hart].state, STARTED, __ATOMIC_RELEASE);
  csr_write(satp, 0);
  csr_write(sie, 0);
  csr_write(mepc, address);
  csr_write(mstatus, MSTATUS_MPP_S | MSTATUS_FS_INITIAL);
  register ul a0 __asm__("a0") = hart, a1 __asm__("a1") = opaque;
  __asm__ volatile("fence.i\n sfence.vma\n mret" ::"r"(a0), "r"(a1) : "memory");
  __builtin_unreachable();
}

/* A stopped hart sleeps here, from reset or from hart_stop, until hart_start sends it a software interrupt. */
__attribute__((noreturn)) void wait_for_start(ul id) {
  csr_write(mie, INT_MSOFT);
  do {
    while (!(csr_read(mip) & INT_MSOFT)) __asm__ volatile("wfi");
    software_interrupt(id, 0);
  } while (state(id) != START_PENDING);
  hart_setup();
  enter_supervisor(id, harts[id].start_opaque, harts[id].start_address);
}

struct sbi_result hart_call(ul function, const ul *argument) { /* SBI 2.0, chapter 9 */
  enum { HART_START, HART_STOP, HART_STATUS, HART_SUSPEND };
  ul id = argument[0], self = csr_read(mhartid);
  if (function == HART_STOP) {
    set_timer(-1);
    __atomic_store_n(&harts[self].state, STOPPED, __ATOMIC_RELEASE);
    wait_for_start(self);
  }
  if (function == HART_SUSPEND) { /* 0: retentive, until an interrupt; 1 << 31: optional */
    if (id == 0) __asm__ volatile("wfi");
    return id == 0 ? good(0) : bad(id == 1ul << 31 ? SBI_NOT_SUPPORTED : SBI_INVALID_PARAM);
  }
  if (function > HART_SUSPEND) return bad(SBI_NOT_SUPPORTED);
  if (id >= MAX_HARTS || !(machine.harts >> id & 1)) return bad(SBI_INVALID_PARAM);
  if (function == HART_STATUS) return good(state(id));
  if (argument[1] & 1 || !supervisor_may_use(argument[1], 2)) return bad(SBI_INVALID_ADDRESS);
  /* Of several that start the same hart one goes on: it claims the hart as if it were running already. */
  uint32_t stopped = STOPPED;
  if (!__atomic_compare_exchange_n(&harts[id].state, &stopped, STARTED, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
    return bad(SBI_ALREADY_AVAILABLE);
  harts[id].start_address = argument[1];
  harts[id].start_opaque = argument[2];
  __atomic_store_n(&harts[id].state, START_PENDING, __ATOMIC_RELEASE);
  software_interrupt(id, 1);
  return good(0);
}

/* Asks harts, named by an SBI hart mask, for one thing; fences are complete when it returns. */
struct sbi_result ask_harts(enum request what, ul mask, ul base) {
  ul self = csr_read(mhartid), chosen = base == -1ul ? machine.harts : base < MAX_HARTS ? mask << base : 0;
  uint32_t ticket[MAX_HARTS];
  if (chosen & ~machine.harts || (base != -1ul && (base >= MAX_HARTS ? mask : mask ^ chosen >> base))) return bad(SBI_INVALID_PARAM);
  for (ul id = 0; chosen >> id; id++) {
    /* A hart that does not run is not asked: it fences before it enters supervisor mode. */
    if (state(id) != STARTED) chosen &= ~(1ul << id);
    if (!(chosen >> id & 1)) continue;
    ticket[id] = __atomic_add_fetch(&harts[id].asked[what], 1, __ATOMIC_SEQ_CST);
    if (id != self) software_interrupt(id, 1);
  }
  serve(&harts[self]);
  for (ul id = 0; what != INTERRUPT && chosen >> id; id++)
    while (chosen >> id & 1 && state(id) == STARTED && (int32_t)(__atomic_load_n(&harts[id].done[what], __ATOMIC_ACQUIRE) - ticket[id]) < 0)
      serve(&harts[self]); /* somebody may be waiting for us meanwhile */
  return good(0);
}

/* The next timer interrupt for supervisor mode, in ticks of mtime; all ones for never. */
void set_timer(ul when) {
  ((volatile uint64_t *)(machine.clint + 0x4000))[csr_read(mhartid)] = when;
  csr_clear(mip, INT_STIMER);
  csr_set(mie, INT_MTIMER);
}
