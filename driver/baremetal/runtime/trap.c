/* Traps: which handler is for which, and what becomes of an exception that has none. */
#include "internal.h"

#include <stddef.h>

#include "accio_system.h"

enum { SOURCES = 9 };
/* Platform-level interrupt controller: contexts are machine and supervisor mode of each hart (as the device tree says). */
enum { PLIC_ENABLE = 0x2000, PLIC_ENABLE_STRIDE = 0x80, PLIC_CONTEXT = 0x200000, PLIC_CONTEXT_STRIDE = 0x1000, PLIC_CLAIM = 4 };
enum { CLINT_COMPARE = 0x4000, CLINT_TIME = 0xbff8 };

struct handler { interrupt_handler run; void *argument; };
static struct handler software[SOC_HARTS], timer[SOC_HARTS], external[SOURCES];
static exception_handler exceptions[SOC_HARTS];
static uint32_t depth[SOC_HARTS];

bool handling_trap(void) { return depth[hart_id()] != 0; }

static uintptr_t plic_context(void) { return SOC_PLIC_BASE + PLIC_CONTEXT + 2 * hart_id() * PLIC_CONTEXT_STRIDE; }
static uintptr_t plic_enable(void) { return SOC_PLIC_BASE + PLIC_ENABLE + 2 * hart_id() * PLIC_ENABLE_STRIDE; }
static uintptr_t software_register(unsigned hart) { return SOC_CLINT_BASE + 4 * hart; }
static uintptr_t compare_register(void) { return SOC_CLINT_BASE + CLINT_COMPARE + 8 * hart_id(); }

uint64_t system_cycles(void) { return accio_system_cycles_read((accio_system_io)SOC_SYSTEM_BASE); }
uint64_t ticks(void) { return read64(SOC_CLINT_BASE + CLINT_TIME); }

void software_interrupt(unsigned hart) {
  if (hart >= SOC_HARTS) refuse("software_interrupt(%u): harts are 0 to %u", hart, SOC_HARTS - 1);
  fence_before_doorbell();
  write32(software_register(hart), 1);
}
void timer_at(uint64_t tick) { write64(compare_register(), tick); }

/* trap.S; the lowest bit of mtvec says that interrupts have entries of their own. */
extern char vectors_reporting[], vectors_handling[];
enum { VECTORED = 1 };
/* Where this hart's traps go: nowhere before its first handler. */
static void direct_traps(bool handled) { csr_write(mtvec, (handled ? vectors_handling : vectors_reporting) + VECTORED); }

/* Sets one of this hart's handlers, and lets its interrupt in or keeps it out. */
static void set(struct handler *h, unsigned long bit, interrupt_handler run, void *argument) {
  csr_clear(mie, bit);
  direct_traps(exceptions[hart_id()] != NULL);
  *h = (struct handler){run, argument};
  if (run) csr_set(mie, bit);
}
void on_software_interrupt(interrupt_handler run, void *argument) { set(&software[hart_id()], INT_SOFTWARE, run, argument); }
void on_timer_interrupt(interrupt_handler run, void *argument) {
  timer_at(-1);
  set(&timer[hart_id()], INT_TIMER, run, argument);
}
void on_external_interrupt(unsigned source, interrupt_handler run, void *argument) {
  if (source == 0 || source >= SOURCES) refuse("on_external_interrupt(%u): sources are 1 to %u", source, SOURCES - 1);
  unsigned long before = interrupts_off();
  direct_traps(exceptions[hart_id()] != NULL);
  uint32_t others = read32(plic_enable()) & ~(1u << source);
  write32(plic_enable(), others);
  if (run) {
    external[source] = (struct handler){run, argument};
    write32(SOC_PLIC_BASE + 4 * source, 1); /* its priority, above the threshold */
    write32(plic_context(), 0);
    write32(plic_enable(), others | 1u << source);
    csr_set(mie, INT_EXTERNAL);
  } else if (others == 0) csr_clear(mie, INT_EXTERNAL);
  interrupts_restore(before);
}

void take_interrupt(unsigned long cause) {
  unsigned hart = hart_id();
  depth[hart]++;
  unsigned long number = cause & 63;
  if (number == 3) {
    write32(software_register(hart), 0);
    fence_all(); /* what it tells of is seen only now, and a new one interrupts again */
    software[hart].run(software[hart].argument);
  } else if (number == 7) {
    timer_at(-1);
    timer[hart].run(timer[hart].argument);
  } else if (number == 11) {
    for (uint32_t source; (source = read32(plic_context() + PLIC_CLAIM)) != 0;) {
      fence_after_status();
      external[source].run(external[source].argument);
      fence_all(); /* the device has lowered its line before the controller looks at it again */
      write32(plic_context() + PLIC_CLAIM, source);
    }
  }
  depth[hart]--;
}

exception_handler on_exception(exception_handler handler) {
  exception_handler before = exceptions[hart_id()];
  exceptions[hart_id()] = handler;
  direct_traps(handler != NULL);
  return before;
}
void take_exception(struct trap *t) {
  unsigned hart = hart_id();
  depth[hart]++;
  exception_handler handler = exceptions[hart];
  /* A handler's own exceptions are not its to handle. */
  if (depth[hart] > 1 || !handler(t)) {
    console_flush();
    /* As a hart without a handler has it. */
    csr_write(mie, 0);
    csr_write(mtvec, 0);
  }
  depth[hart]--;
}
