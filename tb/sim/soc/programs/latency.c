/* Cycles of one access: to a device's register (MMIO 1), or to a line that no cache has (MMIO 0). */
#include "test.h"

enum { LINES = 256 };
static struct line { struct line *next; char rest[56]; } lines[LINES] __attribute__((aligned(64)));

int main(int hart) {
  if (hart != 0) return 0;
  if (MMIO) {
    unsigned long first = 0, second = 0;
    for (int i = 0; i < 2; i++) __asm__ volatile("ld %0, 8(%2)\n ld %1, 8(%2)\n ld t0, 8(%2)\n sub %0, %1, %0" : "=&r"(first), "=&r"(second) : "r"(0x10010000) : "t0");
    return (int)first;
  }
  for (int i = 0; i < LINES; i++) lines[i].next = &lines[(i + 7) % LINES];
  /* Out of the cache: 64 KiB of others. */
  static volatile char other[65536];
  for (int i = 0; i < 65536; i += 64) (void)other[i];
  for (int i = 0; i < 65536; i += 64) (void)other[i];
  struct line *at = lines;
  unsigned long before = csr(mcycle);
  for (int i = 0; i < 128; i++) at = at->next;
  __asm__ volatile("" : : "r"(at));
  return (int)((csr(mcycle) - before) / 128);
}
