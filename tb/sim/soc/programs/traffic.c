/*
 * All at once, for checkpoints: echoes datagrams, takes timer interrupts, prints. With MARK it says, after so many echoes,
 * that this is the moment to save. It never ends; the load generator does.
 */
#include <stdio.h>

#include "nic.h"
#include "runtime.h"

#ifndef MARK
#define MARK 0
#endif

enum { RING = 4096, TICKS = 15 };
static uint8_t receive[RING] __attribute__((aligned(64))), transmit[RING] __attribute__((aligned(64)));
static volatile unsigned interrupts;

static void timer(void *argument) {
  (void)argument;
  interrupts++;
  timer_at(ticks() + TICKS);
}

int main(void) {
  struct slot slot;
  slot_open(&slot, 0, &(struct slot_settings){
    .ip = 0x0a000001, .port = 7, .datagrams = true, .next_hop = 0x020000000002,
    .receive = receive, .transmit = transmit, .size = RING,
  });
  nic_begin(0x020000000001);
  on_timer_interrupt(timer, NULL);
  timer_at(ticks() + TICKS);
  interrupts_on();
  for (unsigned echoed = 0;;) {
    if (slot_poll(&slot) == 0) continue;
    struct datagram header;
    slot_read(&slot, 0, &header, sizeof header);
    uint32_t bytes = record_bytes(header.length);
    while (slot_room(&slot) < bytes) continue;
    slot_copy(&slot, 0, 0, bytes);
    slot_send(&slot, bytes);
    slot_consume(&slot, bytes);
    if (++echoed == MARK) __asm__ volatile("slti x0, x0, 1");
    if (echoed % 4 == 0) printf("%u echoed, %u interrupts\n", echoed, interrupts);
  }
}
