/* Falls over in the way that CRASH names, on hart HART. */
#include "test.h"

__attribute__((noinline)) void trap(void) { __asm__ volatile(".word 0xffffffff"); }
__attribute__((noinline)) void jump(void) { ((void (*)(void))0x80400000)(); __asm__ volatile(""); }
__attribute__((noinline)) unsigned long load(void) { return *(volatile unsigned long *)0x10500008; }
__attribute__((noinline)) void store(void) { *(volatile unsigned *)0x10500010 = 1; __asm__ volatile("nop; nop; nop; nop"); }
__attribute__((noinline)) unsigned long beyond(void) { return *(volatile unsigned long *)0x8f000000; }
__attribute__((noinline)) void loop(void) { for (;;) continue; }

int main(int hart) {
  if (hart == HART) CRASH();
  for (int i = 0; hart != HART && i < 1000; i++) __asm__ volatile("");
  for (;;) continue;
}
