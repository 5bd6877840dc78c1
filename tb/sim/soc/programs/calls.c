/* Known shares of time in known functions, one of them recursive, with interrupts of the timer in between. */
#include "test.h"

__attribute__((noinline)) void work(int n) { for (int i = 0; i < n; i++) __asm__ volatile(""); }
__attribute__((noinline)) void light(void) { work(100); __asm__ volatile(""); }
__attribute__((noinline)) void heavy(void) { work(900); __asm__ volatile(""); }
__attribute__((noinline)) int deep(int n) { return n == 0 ? 0 : deep(n - 1) + 1; }
__attribute__((interrupt, aligned(4))) void tick(void) { *(volatile unsigned long *)0x02004000 += 20; }

int main(int hart) {
  if (hart != 0) return 0;
  __asm__ volatile("csrw mtvec, %0" : : "r"(tick));
  *(volatile unsigned long *)0x02004000 = *(volatile unsigned long *)0x0200bff8 + 20;
  __asm__ volatile("csrs mie, %0; csrsi mstatus, 8" : : "r"(0x80));
  for (int i = 0; i < 10; i++) {
    light();
    heavy();
  }
  return deep(20);
}
