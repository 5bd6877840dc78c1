/*
 * Sleeps in wfi on every hart until data comes, and measures how long waking takes. Hart h has slot h, connected to a peer
 * at port PEER_PORT + h; it answers each datagram, so that a load generator with a connection per hart keeps all busy.
 */
#include <stdio.h>

#include "nic.h"
#include "runtime.h"

/* Times that each hart is woken. */
#ifndef COUNT
#define COUNT 10
#endif
/* Our IPv4 address and UDP port. */
#ifndef ADDRESS
#define ADDRESS 0x0a000001
#endif
#ifndef PORT
#define PORT 7
#endif
/* Our Ethernet address. */
#ifndef MAC
#define MAC 0x020000000001
#endif
/* Ethernet address that answers go to. */
#ifndef NEXT_HOP
#define NEXT_HOP 0x020000000002
#endif
/* The peers: one address, and the port of hart 0's. */
#ifndef PEER_ADDRESS
#define PEER_ADDRESS 0x0a000002
#endif
#ifndef PEER_PORT
#define PEER_PORT 40000
#endif

enum { RING = 4096 };
/* What a hart has for itself: nothing that another writes lies in its lines. */
static struct sleeper {
  uint8_t receive[RING], transmit[RING];
  struct slot slot;
  volatile bool woken;
  volatile uint64_t woken_at, instructions_at;
  uint64_t least, most, sum;
  unsigned wakes;
} __attribute__((aligned(64))) sleepers[SOC_HARTS];

/* The NIC's clock as this function was called: mcycle stands still while the hart sleeps. */
static inline uint64_t nic_time_now(void) {
  uint64_t before = cycles(), then = nic_time();
  /* The register is read in the middle of the access. */
  return then - (cycles() - before) / 2;
}

static void handler(void *argument) {
  struct sleeper *s = argument;
  s->woken_at = nic_time_now();
  s->instructions_at = instructions();
  slot_resume(&s->slot);
  s->woken = true;
}

static void sleep_and_answer(struct sleeper *s) {
  interrupts_off();
  s->woken = false;
  slot_suspend(&s->slot);
  uint64_t before = instructions();
  while (!s->woken) wait_for_interrupt();
  interrupts_on();
  if (s->instructions_at - before > 200) printf("hart %u was awake: %lu instructions\n", hart_id(), s->instructions_at - before);

  uint32_t waiting = slot_poll(&s->slot), done = 0;
  while (done < waiting) {
    struct datagram header;
    slot_read(&s->slot, done, &header, sizeof header);
    if (done == 0) {
      uint64_t took = s->woken_at - header.timestamp;
      if (s->wakes == 0 || took < s->least) s->least = took;
      if (took > s->most) s->most = took;
      s->sum += took;
      s->wakes++;
    }
    uint32_t record = record_bytes(header.length);
    while (slot_room(&s->slot) < record) continue;
    slot_copy(&s->slot, 0, done, sizeof header + header.length);
    slot_send(&s->slot, record);
    done += record;
  }
  slot_consume(&s->slot, done);
}

static void run(void *argument) {
  (void)argument;
  unsigned hart = hart_id();
  struct sleeper *s = &sleepers[hart];
  slot_open(&s->slot, hart, &(struct slot_settings){
    .ip = ADDRESS, .port = PORT, .remote_ip = PEER_ADDRESS, .remote_port = PEER_PORT + hart, .datagrams = true, .hart = hart,
    .next_hop = NEXT_HOP, .receive = s->receive, .transmit = s->transmit, .size = RING,
  });
  on_external_interrupt(SOC_IRQ_WAKE0 + hart, handler, s);
  while (s->wakes < COUNT) sleep_and_answer(s);
  on_external_interrupt(SOC_IRQ_WAKE0 + hart, NULL, NULL);
  /* The last answer has left its ring; its frame needs some cycles more. */
  while (slot_room(&s->slot) != RING - 1) continue;
  for (uint64_t since = cycles(); cycles() - since < 2048;) continue;
  printf("hart %u: %u wakes, from wire to handler %lu to %lu cycles, mean %lu\n", hart, s->wakes, s->least, s->most, s->sum / s->wakes);
}

int main(void) {
  for (unsigned hart = 1; hart < SOC_HARTS; hart++) hart_start(hart, run, NULL);
  nic_begin(MAC);
  run(NULL);
  for (unsigned hart = 1; hart < SOC_HARTS; hart++) hart_wait(hart);
  return 0;
}
