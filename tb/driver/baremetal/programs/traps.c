/* One hart's runtime: start-up, C library, exceptions, interrupts of all kinds, and registers kept across handlers. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "accio_uart.h"
#include "check.h"
#include "runtime.h"

uint32_t failures;
static int constructed = 1, data = 42, zero, order;
static _Thread_local int local = 7;
static _Thread_local char local_zero[100];
__attribute__((constructor)) static void construct(void) { constructed = order++ == 0 && data == 42 && zero == 0 ? 2 : 3; }
static void at_exit(void) { CHECK_EQUAL(order++, 1); }
__attribute__((destructor)) static void destruct(void) {
  CHECK_EQUAL(order, 2);
  printf("traps: %lu failures\n", (unsigned long)failures);
}

static void start_up(void) {
  CHECK_EQUAL(constructed, 2);
  CHECK_EQUAL(hart_id(), 0);
  CHECK_EQUAL(local, 7);
  for (unsigned i = 0; i < sizeof local_zero; i++) CHECK_EQUAL(local_zero[i], 0);
  local = 8;
  char *text = malloc(1000), *other = calloc(10, 10);
  CHECK(text != NULL && other != NULL && text != other);
  snprintf(text, 1000, "%d %5.2f %s %lx %c", -3, 2.5, "text", 0xfedcul, 'x');
  CHECK_EQUAL(strcmp(text, "-3  2.50 text fedc x"), 0);
  errno = 0;
  CHECK_EQUAL(strtoul("99999999999999999999999", NULL, 10), -1ul);
  CHECK_EQUAL(errno, ERANGE);
  CHECK(fabs(sqrt(2.0) - 1.4142135623730951) < 1e-15);
  free(text);
  free(other);
  uint64_t c = cycles(), i = instructions(), s = system_cycles(), t = ticks();
  for (volatile int n = 0; n < 1000; n++) continue;
  CHECK(instructions() - i > 3000 && instructions() - i < 12000);
  uint64_t elapsed = cycles() - c, passed = system_cycles() - s, ticked = ticks() - t;
  CHECK(elapsed >= instructions() - i && passed + 200 > elapsed && elapsed + 200 > passed);
  CHECK(ticked * SOC_CYCLES_PER_TICK < elapsed + 500 && (ticked + 2) * SOC_CYCLES_PER_TICK > elapsed);
}

/* Exceptions: what the handler sees, and that what it changes is what goes on. */
static struct trap seen;
static int handled;
static bool skip(struct trap *t) {
  seen = *t;
  handled++;
  t->x[10] = 0x5555;
  t->pc += instruction_bytes(t->pc);
  return true;
}
static void exceptions(void) {
  exception_handler before = on_exception(skip);
  CHECK(before == NULL);
  unsigned long a0 = 1, s3 = 0;
  __asm__ volatile(
    "li s3, 0x1234\n li t4, 0x77\n mv t5, sp\n .globl trapping_load\n trapping_load: ld %0, 0(%2)\n mv %1, s3"
    : "=&r"(a0), "=&r"(s3) : "r"(0x08000000ul) : "s3", "t4", "t5", "a0", "memory");
  extern char trapping_load[];
  CHECK_EQUAL(handled, 1);
  CHECK_EQUAL(seen.cause, 5);
  CHECK_EQUAL(seen.value, 0x08000000);
  CHECK_EQUAL(seen.pc, trapping_load);
  CHECK_EQUAL(seen.x[19], 0x1234);
  CHECK_EQUAL(seen.x[29], 0x77);
  CHECK_EQUAL(seen.x[2], seen.x[30]);
  CHECK_EQUAL(s3, 0x1234);
  register unsigned long result __asm__("a0") = 1;
  __asm__ volatile(".word 0xffffffff" : "+r"(result)); /* an illegal instruction */
  CHECK_EQUAL(result, 0x5555);
  CHECK_EQUAL(seen.cause, 2);
  __asm__ volatile("ecall" ::: "a0");
  CHECK_EQUAL(seen.cause, 11);
  __asm__ volatile("ebreak" ::: "a0");
  CHECK_EQUAL(seen.cause, 3);
  __asm__ volatile("c.ebreak" ::: "a0");
  CHECK_EQUAL(handled, 5);
  CHECK(on_exception(before) == skip);
}

static volatile int fired;
static volatile uint64_t fired_at;
static void *given;
static double sum;
static void note(void *argument) {
  fired_at = system_cycles();
  given = argument;
  sum = sum * 1.5 + 2.25; /* floating point in a handler */
  fired++;
}
static void wait_until(int count) {
  interrupts_off();
  while (fired < count) wait_for_interrupt();
}

static void timer(void) {
  int mine;
  fired = 0;
  on_timer_interrupt(note, &mine);
  uint64_t when = ticks() + 10;
  timer_at(when);
  wait_until(1);
  CHECK(given == &mine);
  CHECK(ticks() >= when && ticks() < when + 10);
  uint64_t sleeping = instructions();
  timer_at(ticks() + 50);
  wait_until(2);
  CHECK(instructions() - sleeping < 600);
  /* Off: it stays away. */
  on_timer_interrupt(NULL, NULL);
  timer_at(ticks());
  interrupts_on();
  for (volatile int i = 0; i < 200; i++) continue;
  interrupts_off();
  CHECK_EQUAL(fired, 2);
}
static void software(void) {
  fired = 0;
  on_software_interrupt(note, NULL);
  software_interrupt(0);
  for (volatile int i = 0; i < 100; i++) continue;
  CHECK_EQUAL(fired, 0); /* interrupts are off */
  wait_until(1);
  interrupts_on();
  software_interrupt(0);
  for (volatile int i = 0; i < 100; i++) continue;
  interrupts_off();
  CHECK_EQUAL(fired, 2);
  on_software_interrupt(NULL, NULL);
}
/* The console's transmitter is empty: a level, until its cause has been read. */
static void console_handler(void *argument) {
  note(argument);
  CHECK_EQUAL(read8(SOC_UART_BASE + UART_IIR) & 0xf, 2);
}
static void external(void) {
  console_flush();
  fired = 0;
  on_external_interrupt(SOC_IRQ_CONSOLE, console_handler, (void *)&fired);
  write8(SOC_UART_BASE + UART_IER, UART_IER_THR_EMPTY);
  wait_until(1);
  CHECK(given == &fired);
  write8(SOC_UART_BASE + UART_IER, 0);
  on_external_interrupt(SOC_IRQ_CONSOLE, NULL, NULL);
  CHECK_EQUAL(fired, 1);
}

/* Interrupts between any two instructions of a computation leave its registers alone. */
static void registers_kept(void) {
  fired = 0;
  on_timer_interrupt(note, NULL);
  interrupts_on();
  double x = 1;
  unsigned long y = 1;
  timer_at(ticks() + 1);
  int last = 0;
  for (int i = 1; i <= 3000; i++) {
    x = x * 0.999 + 0.25 / i;
    y = y * 6364136223846793005ul + 1442695040888963407ul;
    if (fired != last && fired < 20) {
      last = fired;
      timer_at(ticks() + 1);
    }
  }
  interrupts_off();
  on_timer_interrupt(NULL, NULL);
  double again = 1;
  unsigned long same = 1;
  for (int i = 1; i <= 3000; i++) {
    again = again * 0.999 + 0.25 / i;
    same = same * 6364136223846793005ul + 1442695040888963407ul;
  }
  CHECK(fired > 5);
  CHECK(x == again);
  CHECK_EQUAL(y, same);
}

/* An exception in an interrupt's handler is nobody's; one in front of it does not disturb it. */
static void exception_then_interrupt(void) {
  on_exception(skip);
  fired = 0;
  handled = 0;
  on_timer_interrupt(note, NULL);
  interrupts_on();
  for (int i = 0; i < 20; i++) {
    timer_at(ticks() + 1);
    for (int n = 0; n < 30; n++) __asm__ volatile("ecall" ::: "a0");
  }
  interrupts_off();
  CHECK_EQUAL(handled, 600);
  CHECK(fired > 10);
  on_timer_interrupt(NULL, NULL);
  on_exception(NULL);
}

int main(void) {
  atexit(at_exit);
  start_up();
  exceptions();
  timer();
  software();
  external();
  registers_kept();
  exception_then_interrupt();
  CHECK_EQUAL(local, 8);
  return failures == 0 ? 17 : 1;
}
