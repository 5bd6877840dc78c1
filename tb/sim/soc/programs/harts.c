/* Each hart prints its number, one after the other; the program ends with how many there are. */
#include "test.h"

static volatile int turn;
static void put(char c) {
  while ((*(volatile unsigned *)0x10020014 & 0x20) == 0) continue;
  *(volatile unsigned *)0x10020000 = (unsigned char)c;
}

int main(int hart) {
  while (turn != hart) continue;
  put((char)('0' + hart));
  put('\n');
  turn = hart + 1;
  if (hart != 0) return 0;
  while (turn != HARTS) continue;
  while ((*(volatile unsigned *)0x10020014 & 0x40) == 0) continue;
  return HARTS;
}
