/*
 * Supervisor-mode test of the firmware: each SBI extension with its results and its errors, traps, rdtime, and (on four
 * harts) start, stop, interrupts and fences between harts. Prints a line per check and ends with the number of failures.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef unsigned long ul;
struct result { long error; long value; };
enum { BASE = 0x10, TIME = 0x54494d45, IPI = 0x735049, RFENCE = 0x52464e43, HSM = 0x48534d, SRST = 0x53525354, DBCN = 0x4442434e };
enum { NOT_SUPPORTED = -2, INVALID_PARAM = -3, INVALID_ADDRESS = -5, ALREADY_AVAILABLE = -6 };
enum { SOFT = 1, TIMER = 5 };

volatile struct { ul cause, value, pc; } trapped;
volatile ul interrupts[16];
static volatile ul entered[8], opaque[8], answered[8], order;
static int failures;
extern char second_start[];

#define csr_set(name, bits) __asm__ volatile("csrs " #name ", %0" ::"r"((ul)(bits)) : "memory")
#define csr_clear(name, bits) __asm__ volatile("csrc " #name ", %0" ::"r"((ul)(bits)) : "memory")
#define csr_read(name) ({ ul v_; __asm__ volatile("csrr %0, " #name : "=r"(v_)::"memory"); v_; })

static struct result call(ul extension, ul function, ul a, ul b, ul c) {
  register ul a0 __asm__("a0") = a, a1 __asm__("a1") = b, a2 __asm__("a2") = c, a6 __asm__("a6") = function, a7 __asm__("a7") = extension;
  __asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a2), "r"(a6), "r"(a7) : "memory");
  return (struct result){a0, a1};
}

static void put(const char *text) {
  while (*text) call(1, 0, *text++, 0, 0);
}

static void put_number(long n) {
  char digits[24], *at = digits + sizeof digits;
  bool negative = n < 0;
  ul rest = negative ? -(ul)n : (ul)n;
  *--at = 0;
  do *--at = '0' + rest % 10;
  while (rest /= 10);
  if (negative) *--at = '-';
  put(at);
}

static void check(const char *name, bool good) {
  put(good ? "ok     " : "FAILED ");
  put(name);
  put("\n");
  failures += !good;
}

static void expect(const char *name, struct result r, long error, long value) {
  bool good = r.error == error && (error != 0 || r.value == value);
  check(name, good);
  if (good) return;
  put("  error "), put_number(r.error), put(", value "), put_number(r.value), put("\n");
}

static ul time(void) {
  ul t;
  __asm__ volatile("rdtime %0" : "=r"(t));
  return t;
}

static void base(void) {
  static const ul there[] = {0, 1, 2, 8, BASE, TIME, IPI, RFENCE, HSM, SRST, DBCN};
  static const ul missing[] = {3, 4, 7, 9, 0x504d55, 0x53555350, 0x43505043, -1ul};
  expect("BASE: specification 2.0", call(BASE, 0, 0, 0, 0), 0, 2 << 24);
  expect("BASE: implementation", call(BASE, 1, 0, 0, 0), 0, 0xacc);
  expect("BASE: its version", call(BASE, 2, 0, 0, 0), 0, 1);
  for (size_t i = 0; i < sizeof there / sizeof there[0]; i++) expect("BASE: probe finds", call(BASE, 3, there[i], 0, 0), 0, 1);
  for (size_t i = 0; i < sizeof missing / sizeof missing[0]; i++) expect("BASE: probe finds not", call(BASE, 3, missing[i], 0, 0), 0, 0);
  for (ul f = 4; f < 7; f++) check("BASE: identity of the processor", call(BASE, f, 0, 0, 0).error == 0);
  expect("BASE: unknown function", call(BASE, 7, 0, 0, 0), NOT_SUPPORTED, 0);
  expect("unknown extension", call(0x12345678, 0, 0, 0, 0), NOT_SUPPORTED, 0);
}

/* Waits for an interrupt to be counted, in ticks of at most a second's worth. */
static bool counted(int number, ul more_than) {
  for (ul end = time() + 20000000; interrupts[number] <= more_than;)
    if (time() > end) return false;
  return true;
}

static void timer(void) {
  for (int legacy = 0; legacy < 2; legacy++) {
    ul before = interrupts[TIMER], due = time() + 500;
    struct result r = legacy ? call(0, 0, due, 0, 0) : call(TIME, 0, due, 0, 0);
    check("TIME: set_timer", r.error == 0);
    check("TIME: none before it is due", !(csr_read(sip) >> TIMER & 1) || time() >= due);
    csr_set(sie, 1 << TIMER);
    check("TIME: the interrupt comes", counted(TIMER, before) && time() >= due);
    check("TIME: it stays pending", csr_read(sip) >> TIMER & 1);
    call(TIME, 0, -1ul, 0, 0);
    check("TIME: a new time clears it", !(csr_read(sip) >> TIMER & 1));
  }
  expect("TIME: unknown function", call(TIME, 1, 0, 0, 0), NOT_SUPPORTED, 0);
}

static void clock(void) {
  ul last = time(), now;
  bool good = true;
  for (int i = 0; i < 1000; i++, last = now) good = good && (now = time()) >= last;
  check("rdtime: never goes back", good);
  /* With every destination, and without a change to any other register. */
  ul differ = 0;
#define READ(n) do { \
    register ul value __asm__(#n); \
    ul a = time(), b; \
    __asm__ volatile("rdtime %0" : "=r"(value)); \
    b = value; \
    differ += !(b >= a && b <= time()); \
  } while (0)
  READ(t0); READ(t1); READ(t2); READ(t3); READ(t4); READ(t5); READ(t6);
  READ(a0); READ(a1); READ(a2); READ(a3); READ(a4); READ(a5); READ(a6); READ(a7);
  READ(s1); READ(s2); READ(s3); READ(s4); READ(s5); READ(s6); READ(s7); READ(s8); READ(s9); READ(s10); READ(s11);
  check("rdtime: into every register", differ == 0);
  ul kept, stack, stack_after;
  __asm__ volatile("mv %1, sp\n li t0, 11\n li t1, 12\n li t2, 13\n li a0, 14\n rdtime s2\n rdtime zero\n mv %2, sp\n"
                   " slli t0, t0, 24\n slli t1, t1, 16\n slli t2, t2, 8\n or %0, t0, t1\n or %0, %0, t2\n or %0, %0, a0"
                   : "=&r"(kept), "=&r"(stack), "=&r"(stack_after)::"t0", "t1", "t2", "a0", "s2");
  check("rdtime: leaves the others alone", kept == (11ul << 24 | 12 << 16 | 13 << 8 | 14) && stack == stack_after);
  /* csrrs with a register, and csrrw, write a read-only register: illegal, and not ours. */
  trapped.cause = 0;
  __asm__ volatile("csrrs t0, time, t1" ::: "t0");
  check("rdtime: a write is illegal", trapped.cause == 2);
}

static void traps(void) {
  trapped.cause = 0;
  __asm__ volatile(".word 0xffffffff");
  check("illegal instruction: comes back", trapped.cause == 2);
  check("illegal instruction: with its pc", *(volatile uint16_t *)trapped.pc == 0xffff);
  trapped.cause = 0;
  __asm__ volatile(".option push\n .option norvc\n ebreak\n .option pop");
  check("breakpoint: comes back", trapped.cause == 3);
  ul got = 0;
  trapped.cause = 0;
  __asm__ volatile(".option push\n .option norvc\n ld %0, 0(%1)\n .option pop" : "+r"(got) : "r"(0x80000000ul) : "memory");
  check("the firmware's memory cannot be read", trapped.cause == 5 && trapped.value == 0x80000000);
  trapped.cause = 0;
  __asm__ volatile(".option push\n .option norvc\n sd zero, 0(%0)\n .option pop" ::"r"(0x8000fff8ul) : "memory");
  check("nor written", trapped.cause == 7 && trapped.value == 0x8000fff8);
  check("cycles and instructions can be read", csr_read(cycle) <= csr_read(cycle) && csr_read(instret) <= csr_read(instret));
}

static void console(void) {
  static const char text[] = "through DBCN\n";
  static char room[16];
  ul at = (ul)text;
  expect("DBCN: write", call(DBCN, 0, sizeof text - 1, at, 0), 0, sizeof text - 1);
  expect("DBCN: write nothing", call(DBCN, 0, 0, at, 0), 0, 0);
  expect("DBCN: write a byte", call(DBCN, 2, '\n', 0, 0), 0, 0);
  expect("DBCN: read finds nothing", call(DBCN, 1, sizeof room, (ul)room, 0), 0, 0);
  expect("DBCN: from the firmware's memory", call(DBCN, 0, 16, 0x80000000, 0), INVALID_PARAM, 0);
  expect("DBCN: reaching into it", call(DBCN, 0, 0x20, 0x7ffffff0, 0), INVALID_PARAM, 0);
  expect("DBCN: into it", call(DBCN, 1, 16, 0x8000fff8, 0), INVALID_PARAM, 0);
  expect("DBCN: behind memory", call(DBCN, 0, 16, 0x8fffffff0, 0), INVALID_PARAM, 0);
  expect("DBCN: more than there is", call(DBCN, 0, -1ul, at, 0), INVALID_PARAM, 0);
  expect("DBCN: an address of 128 bits", call(DBCN, 0, 1, at, 1), INVALID_PARAM, 0);
  expect("DBCN: unknown function", call(DBCN, 3, 0, 0, 0), NOT_SUPPORTED, 0);
  check("legacy: getchar finds nothing", call(2, 0, 0, 0, 0).error == -1);
}

/* What started harts do: they say that they are there, take interrupts, and stop when told. */
void second(ul hart, ul given) {
  opaque[hart] = given;
  __atomic_fetch_add(&order, 1, __ATOMIC_SEQ_CST);
  csr_set(sie, 1 << SOFT);
  csr_set(sstatus, 2);
  __atomic_fetch_add(&entered[hart], 1, __ATOMIC_SEQ_CST);
  while (!answered[hart]) {
    /* All harts fence all others at once, again and again: nobody may be left waiting. */
    if (call(RFENCE, 1, 0, -1ul, 0).error != 0) __atomic_fetch_add(&order, 1 << 16, __ATOMIC_SEQ_CST);
    csr_set(sie, 1 << SOFT);
  }
  answered[hart] = 0;
  csr_clear(sstatus, 2);
  call(HSM, 1, 0, 0, 0);
  __atomic_fetch_add(&order, 1 << 24, __ATOMIC_SEQ_CST); /* hart_stop does not return */
}

static bool until(volatile ul *what, ul value) {
  for (ul end = time() + 20000000; *what != value;)
    if (time() > end) return false;
  return true;
}

static bool stopped(ul hart) {
  for (ul end = time() + 20000000; call(HSM, 2, hart, 0, 0).value != 1;)
    if (time() > end) return false;
  return true;
}

static void ipi_and_fences(ul self, ul harts) {
  ul all = (1ul << harts) - 1, before = interrupts[SOFT];
  csr_set(sie, 1 << SOFT);
  expect("IPI: to oneself", call(IPI, 0, 1, self, 0), 0, 0);
  check("IPI: it comes", counted(SOFT, before));
  expect("IPI: to nobody", call(IPI, 0, 0, 0, 0), 0, 0);
  expect("IPI: to a hart that is not there", call(IPI, 0, 1ul << harts, 0, 0), INVALID_PARAM, 0);
  expect("IPI: with a base beyond", call(IPI, 0, 1, 200, 0), INVALID_PARAM, 0);
  expect("IPI: bits shifted out", call(IPI, 0, 1ul << 63, 1, 0), INVALID_PARAM, 0);
  expect("IPI: unknown function", call(IPI, 1, 0, 0, 0), NOT_SUPPORTED, 0);
  for (ul f = 0; f < 3; f++) {
    expect("RFENCE: all harts, by mask", call(RFENCE, f, all, 0, 0), 0, 0);
    expect("RFENCE: all harts, by base", call(RFENCE, f, 0, -1ul, 0), 0, 0);
    expect("RFENCE: a hart that is not there", call(RFENCE, f, 1, harts, 0), INVALID_PARAM, 0);
  }
  for (ul f = 3; f < 8; f++) expect("RFENCE: the hypervisor's", call(RFENCE, f, all, 0, 0), NOT_SUPPORTED, 0);
}

static void hart_states(ul self, ul harts) {
  expect("HSM: this hart runs", call(HSM, 2, self, 0, 0), 0, 0);
  expect("HSM: no such hart", call(HSM, 2, harts, 0, 0), INVALID_PARAM, 0);
  expect("HSM: no such hart, by far", call(HSM, 2, -1ul, 0, 0), INVALID_PARAM, 0);
  expect("HSM: start one that is not there", call(HSM, 0, harts, (ul)second_start, 0), INVALID_PARAM, 0);
  expect("HSM: start this one", call(HSM, 0, self, (ul)second_start, 0), ALREADY_AVAILABLE, 0);
  expect("HSM: start in the firmware", call(HSM, 0, self, 0x80000000, 0), INVALID_ADDRESS, 0);
  expect("HSM: start behind memory", call(HSM, 0, self, 0x900000000, 0), INVALID_ADDRESS, 0);
  expect("HSM: start at an odd address", call(HSM, 0, self, (ul)second_start + 1, 0), INVALID_ADDRESS, 0);
  expect("HSM: suspend, not retentive", call(HSM, 3, 0x80000000, 0, 0), NOT_SUPPORTED, 0);
  expect("HSM: suspend, reserved", call(HSM, 3, 1, 0, 0), INVALID_PARAM, 0);
  expect("HSM: unknown function", call(HSM, 4, 0, 0, 0), NOT_SUPPORTED, 0);
  csr_clear(sstatus, 2);
  csr_set(sie, 1 << TIMER);
  ul due = time() + 300;
  call(TIME, 0, due, 0, 0);
  bool good = true;
  while (time() < due) good = good && call(HSM, 3, 0, 0, 0).error == 0;
  check("HSM: suspend until an interrupt", good);
  csr_set(sstatus, 2);
  call(TIME, 0, -1ul, 0, 0);
}

static void other_harts(ul self, ul harts) {
  for (int round = 0; round < 3; round++) {
    for (ul h = 0; h < harts; h++) {
      if (h == self) continue;
      ul was = entered[h];
      expect("HSM: stopped", call(HSM, 2, h, 0, 0), 0, 1);
      expect("HSM: start", call(HSM, 0, h, (ul)second_start, 0xabc0 + h + round), 0, 0);
      check("HSM: it runs", until(&entered[h], was + 1));
      check("HSM: with what it was given", opaque[h] == 0xabc0 + h + round);
      expect("HSM: started", call(HSM, 2, h, 0, 0), 0, 0);
      expect("HSM: start twice", call(HSM, 0, h, (ul)second_start, 0), ALREADY_AVAILABLE, 0);
    }
    for (int i = 0; i < 200; i++) {
      if (call(RFENCE, i % 3, 0, -1ul, 0).error != 0) order |= 1 << 20;
    }
    ul before = interrupts[SOFT];
    expect("IPI: to all others", call(IPI, 0, ((1ul << harts) - 1) & ~(1ul << self), 0, 0), 0, 0);
    check("IPI: each gets it", counted(SOFT, before + harts - 2));
    for (ul h = 0; h < harts; h++) {
      if (h == self) continue;
      answered[h] = 1;
      check("HSM: it stops", stopped(h));
    }
  }
  check("HSM: every start was one entry, no fence failed", order == 3 * (harts - 1));
}

/* The number of harts stands in the words that QEMU was given: harts=N. */
static ul harts_in(const uint32_t *tree) {
  const char *at = (const char *)tree;
  ul size = (tree[1] >> 16 & 0xff) << 8 | tree[1] >> 24;
  for (ul i = 0; i + 7 < size; i++) {
    const char *words = "harts=";
    int k = 0;
    while (k < 6 && at[i + k] == words[k]) k++;
    if (k == 6) return at[i + 6] - '0';
  }
  return 0;
}

void payload(ul hart, const uint32_t *tree) {
  ul harts = harts_in(tree);
  csr_set(sstatus, 2);
  check("the device tree is there", tree[0] == 0xedfe0dd0);
  check("the first hart is hart 0", hart == 0);
  check("it says how many harts there are", harts > 0);
  base();
  clock();
  timer();
  traps();
  console();
  ipi_and_fences(hart, harts);
  hart_states(hart, harts);
  if (harts > 1) other_harts(hart, harts);
  expect("SRST: reserved type", call(SRST, 0, 3, 0, 0), INVALID_PARAM, 0);
  expect("SRST: reserved reason", call(SRST, 0, 0, 2, 0), INVALID_PARAM, 0);
  expect("SRST: unknown function", call(SRST, 1, 0, 0, 0), NOT_SUPPORTED, 0);
  put("failures: "), put_number(failures), put("\n");
  /* The status that user space would leave behind. */
  volatile uint64_t *handover = (volatile uint64_t *)0x80010000;
  check("the handover page is there", handover[0] == 0x6f69636361);
  handover[1] = failures == 0 ? 42 : 1;
  call(SRST, 0, 0, 0, 0);
}
