/* Cycles of one access: to a device's register (MMIO 1), or to a line that no cache has (MMIO 0). */
#include "test.h"

enum { LINES = 128 };
static volatile unsigned long lines[LINES][8] __attribute__((aligned(64)));

int main(int hart) {
  if (hart != 0) return 0;
  if (MMIO) {
    unsigned long first = 0, second = 0;
    for (int i = 0; i < 2; i++)
      __asm__ volatile("ld %0, 8(%2)\n ld %1, 8(%2)\n ld t0, 8(%2)\n sub %0, %1, %0" : "=&r"(first), "=&r"(second) : "r"(0x10010000) : "t0");
    return (int)first;
  }
  /* Nobody has written there: each address depends on a zero that was loaded. */
  unsigned long before = csr(mcycle), at = 0;
  for (int i = 0; i < LINES; i++) at += 1 + lines[at][0];
  return (int)((csr(mcycle) - before + at - LINES) / LINES);
}
