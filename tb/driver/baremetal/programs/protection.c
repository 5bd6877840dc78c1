/*
 * Two processes, by their address spaces' numbers: one owns a slot, the other does not. While the owner sends through the
 * slot's doorbell page on one hart, the other tries the same page on another; then they change places. With one hart they
 * take turns on it. What is refused must change nothing, and must be counted.
 */
#include <stdio.h>

#include "accio.h"
#include "accio_doorbell.h"
#include "nic.h"
#include "runtime.h"

enum { RING = 1024, SLOT = 3, OWNER = 0x111, STRANGER = 0x112, DATAGRAMS = 20, TRIES = 100 };
#define NIC ((accio_io)SOC_ACCIO_BASE)
#define PAGE ((accio_doorbell_io)(SOC_ACCIO_BASE + ACCIO_DOORBELLS_OFFSET + SLOT * ACCIO_DOORBELL_SIZE))

static uint8_t receive[RING] __attribute__((aligned(64))), transmit[RING] __attribute__((aligned(64)));
static struct slot slot;
static volatile unsigned long wrong;

/* What the kernel does as it switches to a process. */
static void runs(unsigned hart, uint16_t asid) { accio_current_thread_write(NIC, hart, accio_current_thread_asid_put(0, asid)); }

/* The owner: datagrams by its page alone. */
static void send(void *argument) {
  (void)argument;
  struct datagram header = {.length = 16};
  uint32_t record = record_bytes(header.length);
  for (unsigned i = 0; i < DATAGRAMS; i++) {
    slot_write(&slot, 0, &header, sizeof header);
    slot.tx_tail = (slot.tx_tail + record) & (RING - 1);
    fence_before_doorbell();
    accio_doorbell_tx_tail_write(PAGE, slot.tx_tail);
    while (accio_doorbell_tx_head_read(PAGE) != slot.tx_tail) continue;
  }
}
/* The other one: reads what is not its own, and would have the owner send what it has not written, or sleep. */
static void intrude(void *argument) {
  (void)argument;
  for (unsigned i = 0; i < TRIES; i++) {
    if (accio_doorbell_tx_size_read(PAGE) != 0) wrong++;
    accio_doorbell_tx_tail_write(PAGE, RING / 2);
    accio_doorbell_suspend_write(PAGE, 3);
  }
  fence_all();
}

static void told(unsigned intruder) {
  uint64_t last = accio_protection_last_read(NIC);
  printf("sent %lu, foreign %lu, others %lu, last by hart %u%s: slot %u, %s 0x%x; asleep %lu, wrong %lu\n", nic_sent(),
         accio_protection_foreign_read(NIC), accio_protection_no_doorbell_read(NIC) + accio_protection_no_hart_read(NIC),
         (unsigned)accio_protection_last_hart_get(last), accio_protection_last_hart_get(last) == intruder ? " (the stranger's)" : "",
         (unsigned)accio_protection_last_slot_get(last), accio_protection_last_write_get(last) ? "write of" : "read of",
         (unsigned)accio_protection_last_offset_get(last), accio_slot_suspend_read(NIC, SLOT), wrong);
}
static void wait_sent(uint64_t count) {
  while (nic_sent() != count) continue;
}

int main(void) {
  nic_begin(0x020000000001);
  slot_open(&slot, SLOT, &(struct slot_settings){
    .ip = 0x0a000001, .port = 7, .remote_ip = 0x0a000002, .remote_port = 40000, .datagrams = true, .next_hop = 0x020000000002,
    .receive = receive, .transmit = transmit, .size = RING,
  });
  accio_slot_identity_write(NIC, SLOT, accio_slot_identity_asid_put(0, OWNER));
#if SOC_HARTS > 1
  runs(0, OWNER);
  runs(1, STRANGER);
  hart_start(1, intrude, NULL);
  send(NULL);
  hart_wait(1);
  wait_sent(DATAGRAMS);
  told(1);
  /* They change places: the hart does not matter, but who runs on it. */
  runs(0, STRANGER);
  runs(1, OWNER);
  hart_start(1, send, NULL);
  intrude(NULL);
  hart_wait(1);
  wait_sent(2 * DATAGRAMS);
  told(0);
#else
  for (unsigned turn = 1; turn <= 2; turn++) {
    runs(0, OWNER);
    send(NULL);
    wait_sent(turn * DATAGRAMS);
    runs(0, STRANGER);
    intrude(NULL);
    told(0);
  }
#endif
  return wrong != 0;
}
