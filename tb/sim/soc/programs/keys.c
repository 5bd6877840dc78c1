/* Sends back each key in upper case; q ends it. */
#include "test.h"

#define UART(n) (*(volatile unsigned *)(0x10020000 + 4 * (n)))

int main(int hart) {
  if (hart != 0) return 0;
  for (;;) {
    while ((UART(5) & 1) == 0) continue;
    char c = (char)UART(0);
    while ((UART(5) & 0x20) == 0) continue;
    UART(0) = (unsigned char)(c - 'a' + 'A');
    if (c == 'q') break;
  }
  while ((UART(5) & 0x40) == 0) continue;
  return 0;
}
