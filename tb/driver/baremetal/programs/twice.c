/* Opens two slots for one endpoint: the second cannot be. */
#include <stdio.h>

#include "nic.h"

static uint8_t ring[4][64] __attribute__((aligned(64)));

int main(void) {
  struct slot first, second;
  nic_begin(0x020000000001);
  struct slot_settings settings = {.ip = 0x0a000001, .port = 7, .receive = ring[0], .transmit = ring[1], .size = 64};
  slot_open(&first, 0, &settings);
  settings.receive = ring[2];
  settings.transmit = ring[3];
  slot_close(&first);
  slot_open(&second, 1, &settings);
  printf("one after the other\n");
  slot_open(&first, 0, &settings);
  return 0;
}
