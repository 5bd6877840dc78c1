/*
 * Tries every register of the devices in every way, against what the host expects. Every width at every place is read and
 * written, by a list that driver/baremetal/registers makes from the register maps; nothing may come from the wire
 * meanwhile. What differs is told by the register's name, and ends the program with 1.
 */
#include <stdio.h>

#include "runtime.h"

enum kind { READ, WRITE, CLOCK, WAIT, READ_TRAPS, WRITE_TRAPS, BUFFER, WRITE_POINTER };
struct operation {
  uint32_t address;
  uint16_t name;
  uint8_t kind, bytes;
  uint64_t value, mask;
};
_Static_assert(sizeof(struct operation) == 24, "as the host writes it");
extern const struct operation operations[], operations_end[];
extern const char *const names[];

/* Differences that are shown; all are counted. */
enum { SHOWN = 20 };
static struct { const struct operation *o; uint64_t got, wanted; const char *what; } wrong[SHOWN];
static unsigned long wrong_count;
static uint64_t buffer[32] __attribute__((aligned(64)));

/* What came of the last access. */
static volatile uint64_t trap_cause;
static volatile unsigned long trapped;
enum { NO_TRAP = 0xff };

static bool note_trap(struct trap *t) {
  trap_cause = t->cause;
  trapped++;
  t->pc += instruction_bytes(t->pc);
  return true;
}

static uint64_t load(uintptr_t address, unsigned bytes) {
  switch (bytes) {
    case 1: return read8(address);
    case 2: return read16(address);
    case 4: return read32(address);
    default: return read64(address);
  }
}
static void store(uintptr_t address, unsigned bytes, uint64_t value) {
  switch (bytes) {
    case 1: write8(address, value); break;
    case 2: write16(address, value); break;
    case 4: write32(address, value); break;
    default: write64(address, value);
  }
}

/* Nothing is printed while the table runs: the console is among the devices that it tests. */
static void differs(const struct operation *o, const char *what, uint64_t got, uint64_t wanted) {
  if (wrong_count < SHOWN) wrong[wrong_count].o = o, wrong[wrong_count].got = got, wrong[wrong_count].wanted = wanted, wrong[wrong_count].what = what;
  wrong_count++;
}

static void check_clock(const struct operation *o) {
  uintptr_t whole = o->address & ~7ul;
  unsigned shift = 8 * (o->address & 7);
  uint64_t since = cycles(), before = read64(whole), part = load(o->address, o->bytes), after = read64(whole);
  uint64_t mask = o->mask, least = before >> shift & mask, most = after >> shift & mask;
  if (((part - least) & mask) > ((most - least) & mask)) differs(o, "read", part, least);
  while (cycles() - since < 500) continue;
  /* The access behind the first reading of mcycle and the one in front of the second are alike, but for waiting. */
  uint64_t counted = read64(whole) - before, elapsed = cycles() - since;
  if (counted + 200 < elapsed || counted > elapsed + 200) differs(o, "cycles counted", counted, elapsed);
}

static void perform(const struct operation *o) {
  unsigned long traps_before = trapped;
  uint64_t got;
  switch ((enum kind)o->kind) {
    case READ:
      got = load(o->address, o->bytes);
      if (((got ^ o->value) & o->mask) != 0) differs(o, "read", got, o->value);
      break;
    case WRITE:
      store(o->address, o->bytes, o->value);
      break;
    case CLOCK:
      check_clock(o);
      break;
    case WAIT:
      for (uint64_t since = cycles();;) {
        got = load(o->address, o->bytes);
        if (((got ^ o->value) & o->mask) == 0) break;
        if (cycles() - since > 20000) {
          differs(o, "stayed", got, o->value);
          break;
        }
      }
      break;
    case READ_TRAPS:
    case WRITE_TRAPS:
      if (o->kind == READ_TRAPS) load(o->address, o->bytes);
      else store(o->address, o->bytes, 0);
      got = trapped == traps_before ? NO_TRAP : trap_cause;
      if (got != o->value) differs(o, "cause", got, o->value);
      return;
    case BUFFER:
      buffer[o->address / 8] = o->value;
      break;
    case WRITE_POINTER:
      fence_before_doorbell();
      store(o->address, o->bytes, (uintptr_t)buffer + o->value);
      break;
  }
  if (trapped != traps_before) differs(o, "cause", trap_cause, NO_TRAP);
}

static void show(unsigned i) {
  static const char *const done[] = {"read", "write", "clock", "wait", "read", "write", "memory", "write"};
  const struct operation *o = wrong[i].o;
  const char *none = wrong[i].got == NO_TRAP && (o->kind == READ_TRAPS || o->kind == WRITE_TRAPS) ? " (no trap)" : "";
  printf("%s at 0x%08lx, operation %lu, %s of %u bytes: %s 0x%lx%s, and should be 0x%lx\n", names[o->name], (unsigned long)o->address,
         (unsigned long)(o - operations), done[o->kind], o->bytes, wrong[i].what, wrong[i].got, none, wrong[i].wanted);
}

int main(void) {
  on_exception(note_trap);
  for (const struct operation *o = operations; o < operations_end; o++) {
    fence_all();
    perform(o);
  }
  on_exception(NULL);
  for (unsigned i = 0; i < wrong_count && i < SHOWN; i++) show(i);
  if (wrong_count > SHOWN) printf("... and %lu more\n", wrong_count - SHOWN);
  printf("registers: %ld operations, %lu wrong\n", (long)(operations_end - operations), wrong_count);
  return wrong_count != 0;
}
