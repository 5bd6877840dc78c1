/* Ways for a program to be lost. */
#include <stdio.h>
#include <stdlib.h>

#include "runtime.h"

/* Which. */
#ifndef WAY
#define WAY 0
#endif
/* On which hart. */
#ifndef HART
#define HART 0
#endif

__attribute__((noinline)) static int deeper(int n) {
  volatile char room[200];
  room[0] = n;
  return n == 1 << 20 ? 0 : deeper(n + 1) + room[0];
}
static void in_handler(void *argument) {
  (void)argument;
  *(volatile int *)0x08000004 = 1;
}
static bool declines(struct trap *t) {
  printf("declined cause %lu\n", t->cause);
  return false;
}

__attribute__((noinline)) static void be_lost(void *argument) {
  (void)argument;
  printf("on the way");
  switch (WAY) {
    case 0: *(volatile int *)0x08000000 = 5; break;
    case 1: deeper(0); break;
    case 2: ((void (*)(void))0x40)(); break;
    case 3: __asm__ volatile(".word 0"); break;
    case 4:
      on_timer_interrupt(in_handler, NULL);
      timer_at(0);
      interrupts_on();
      for (;;) continue;
    case 5: (void)*(volatile int *)0x50000000; fence_all(); for (;;) continue;
    case 6:
      on_exception(declines);
      __asm__ volatile("ebreak");
      break;
    case 7: for (;;) continue;
    case 8: abort();
    case 9: __asm__ volatile("li sp, 64\n sd ra, 0(sp)"); break;
  }
}

int main(void) {
  if (HART == 0) be_lost(NULL);
  else {
    hart_start(HART, be_lost, NULL);
    hart_wait(HART);
  }
  return 3;
}
