/*
 * What a bare-metal program finds on the systems beside the C library: harts, traps, interrupts, time, locks. Programs
 * begin at main() on hart 0 in machine mode, the other harts sleep until hart_start() sends them somewhere; printf() goes
 * to the console, and exit() ends the simulation. Addresses are in accio_soc.h, registers in accio.h, accio_system.h and
 * accio_uart.h, all generated.
 */
#ifndef ACCIO_RUNTIME_H
#define ACCIO_RUNTIME_H

/* Offsets in struct trap, for trap.S. */
#define TRAP_PC 256
#define TRAP_STATUS 264
#define TRAP_CAUSE 272
#define TRAP_VALUE 280
#define TRAP_FLOATS 288 /* fcsr, and the 20 registers that a call may change */
#define TRAP_BYTES 464
/* Of each hart's stack: for its trap handlers, so that a program that has lost its stack still gets a report. */
#define TRAP_STACK_BYTES 8192
/* Above them, below the rest: nothing may touch it. */
#define GUARD_BYTES 4096
#define MSTATUS_MIE (1 << 3)
#define MSTATUS_FS_INITIAL (1 << 13)
#define INT_SOFTWARE (1 << 3)
#define INT_TIMER (1 << 7)
#define INT_EXTERNAL (1 << 11)

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stdint.h>

#include "accio_soc.h"

#define csr_read(name) ({ unsigned long value_; __asm__ volatile("csrr %0, " #name : "=r"(value_)::"memory"); value_; })
#define csr_write(name, value) __asm__ volatile("csrw " #name ", %0" ::"rK"((unsigned long)(value)) : "memory")
#define csr_set(name, bits) __asm__ volatile("csrs " #name ", %0" ::"rK"((unsigned long)(bits)) : "memory")
#define csr_clear(name, bits) __asm__ volatile("csrc " #name ", %0" ::"rK"((unsigned long)(bits)) : "memory")

/* Registers of devices. These compile to one access of that width, and none is left out. */
static inline uint8_t read8(uintptr_t a) { return *(volatile uint8_t *)a; }
static inline uint16_t read16(uintptr_t a) { return *(volatile uint16_t *)a; }
static inline uint32_t read32(uintptr_t a) { return *(volatile uint32_t *)a; }
static inline uint64_t read64(uintptr_t a) { return *(volatile uint64_t *)a; }
static inline void write8(uintptr_t a, uint8_t v) { *(volatile uint8_t *)a = v; }
static inline void write16(uintptr_t a, uint16_t v) { *(volatile uint16_t *)a = v; }
static inline void write32(uintptr_t a, uint32_t v) { *(volatile uint32_t *)a = v; }
static inline void write64(uintptr_t a, uint64_t v) { *(volatile uint64_t *)a = v; }

/*
 * Order between memory, which devices read and write too, and registers: each `fence p, s` lets nothing of kind s pass
 * what of kind p stands before it (memory r and w, devices i and o).
 */
/* What is in memory is there before a register says so: in front of a doorbell. */
static inline void fence_before_doorbell(void) { __asm__ volatile("fence rw, o" ::: "memory"); }
/* What a register says is so: between it and the memory that it speaks of. */
static inline void fence_after_status(void) { __asm__ volatile("fence i, rw" ::: "memory"); }
/* Everything. */
static inline void fence_all(void) { __asm__ volatile("fence iorw, iorw" ::: "memory"); }

static inline unsigned hart_id(void) { return csr_read(mhartid); }
/* Of this hart, since reset. Rocket does not count cycles in which it sleeps in wfi; system_cycles() does. */
static inline uint64_t cycles(void) { return csr_read(mcycle); }
static inline uint64_t instructions(void) { return csr_read(minstret); }
/* Of the system, since reset; the same for all harts, at the price of an access to a register. */
uint64_t system_cycles(void);
/* Ticks of mtime, SOC_TIMEBASE_HZ per second; the same for all harts. */
uint64_t ticks(void);

/*
 * Other harts. A function runs on a hart that sleeps, with interrupts off; when it returns, the hart sleeps again.
 * hart_start waits until the hart sleeps; hart_wait until its function has returned. Hart 0 is the program's own.
 */
void hart_start(unsigned hart, void (*run)(void *), void *argument);
void hart_wait(unsigned hart);
bool hart_busy(unsigned hart);

/*
 * A lock that one hart holds at a time, and may take again: what a hart's handler shares with what it interrupts is
 * protected by interrupts_off(). Initialise with {0}.
 */
struct lock { uint32_t owner, depth; };
void lock_take(struct lock *l);
bool lock_try(struct lock *l);
void lock_release(struct lock *l);
/* Harts meet: returns on each of `count` when the last has come. May be used again and again. Initialise with {0}. */
struct barrier { uint32_t waiting, turn; };
void barrier_wait(struct barrier *b, unsigned count);

/* Interrupts of this hart: whether they are taken at all. Off when main() begins. */
static inline unsigned long interrupts_off(void) {
  unsigned long before;
  __asm__ volatile("csrrci %0, mstatus, %1" : "=r"(before) : "i"(MSTATUS_MIE) : "memory");
  return before & MSTATUS_MIE;
}
static inline void interrupts_on(void) { csr_set(mstatus, MSTATUS_MIE); }
static inline void interrupts_restore(unsigned long before) { csr_set(mstatus, before); }
/*
 * Sleeps until an interrupt is there whose handler is set, and takes it. To wait for what a handler does, without missing
 * it between the question and the sleep:
 *     interrupts_off();
 *     while (!done) wait_for_interrupt();
 * Interrupts are off again when it returns.
 */
static inline void wait_for_interrupt(void) {
  __asm__ volatile("wfi" ::: "memory");
  interrupts_on();
  interrupts_off();
}

/*
 * Handlers run with interrupts off, on a stack of TRAP_STACK_BYTES. Each call is for the hart that makes it, and lets the
 * interrupt in; a handler of NULL keeps it out again.
 */
typedef void (*interrupt_handler)(void *argument);
/* Another hart, or this one, has called software_interrupt(). */
void on_software_interrupt(interrupt_handler handler, void *argument);
void software_interrupt(unsigned hart);
/* mtime has reached what timer_at() was told; it is told once. */
void on_timer_interrupt(interrupt_handler handler, void *argument);
void timer_at(uint64_t tick);
/*
 * SOC_IRQ_..., a level: the handler makes the device lower it, or is called again. A source has one handler for all harts,
 * and goes to the harts that have set it.
 */
void on_external_interrupt(unsigned source, interrupt_handler handler, void *argument);

/* Where a hart was when it trapped. A handler may change what is here. */
struct trap {
  unsigned long x[32]; /* x[0] and the handler's changes to it mean nothing */
  unsigned long pc, status, cause, value;
  unsigned long floats[21];
};
/*
 * An exception of this hart: true goes on at `pc`, false leaves it to the simulator, which reports the trapped instruction.
 * Without a handler, or with NULL, the simulator has them all. Returns the handler before.
 */
typedef bool (*exception_handler)(struct trap *t);
exception_handler on_exception(exception_handler handler);
/* Bytes of the instruction at `pc`: for a handler that goes on behind it. */
static inline unsigned instruction_bytes(unsigned long pc) { return (*(volatile uint16_t *)pc & 3) == 3 ? 4 : 2; }

/*
 * Writes what printf() has, also where its line has not ended; so does fflush(stdout). An exception without a handler
 * leaves the beginning of a line unsaid.
 */
void console_flush(void);

#define assert_offset(member, offset) _Static_assert(__builtin_offsetof(struct trap, member) == (offset), #member)
assert_offset(pc, TRAP_PC);
assert_offset(status, TRAP_STATUS);
assert_offset(cause, TRAP_CAUSE);
assert_offset(value, TRAP_VALUE);
assert_offset(floats, TRAP_FLOATS);
_Static_assert(sizeof(struct trap) <= TRAP_BYTES && TRAP_BYTES % 16 == 0, "stack");
#endif
#endif
