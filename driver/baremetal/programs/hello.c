/* Every hart says its number, in order. */
#include <stdio.h>

#include "runtime.h"

static void hello(void *argument) {
  (void)argument;
  printf("hello from hart %u of %d\n", hart_id(), SOC_HARTS);
}

int main(void) {
  hello(NULL);
  for (unsigned hart = 1; hart < SOC_HARTS; hart++) {
    hart_start(hart, hello, NULL);
    hart_wait(hart);
  }
  printf("%lu cycles, %lu instructions on hart 0\n", cycles(), instructions());
  return 0;
}
