/*
 * Echoes what comes to a UDP socket, asking for it again and again. The socket is one of Accio's slots; a datagram of the
 * four bytes "stop" ends the program, in a stream these bytes as the last that have come.
 */
#include <stdio.h>
#include <string.h>

#include "nic.h"
#include "runtime.h"

/* Framing: 1 for datagrams of any peer, 0 for a stream of bytes from and to one peer. */
#ifndef DATAGRAMS
#define DATAGRAMS 1
#endif
/* Datagrams, or bytes of a stream, after which the program ends; 0 for never. */
#ifndef COUNT
#define COUNT 0
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
/* The peer of a stream. */
#ifndef PEER_ADDRESS
#define PEER_ADDRESS 0x0a000002
#endif
#ifndef PEER_PORT
#define PEER_PORT 40000
#endif
/* Bytes of each ring. */
#ifndef RING
#define RING 16384
#endif

static uint8_t receive[RING] __attribute__((aligned(64))), transmit[RING] __attribute__((aligned(64)));
static struct slot slot;
static uint64_t echoed, bytes, polls;
static bool stopped;
static const uint64_t wanted = COUNT;

static void wait_for_room(uint32_t needed) {
  while (slot_room(&slot) < needed) continue;
}

/* All datagrams that wait: one doorbell and one new head for them together. */
static void echo_datagrams(uint32_t waiting) {
  uint32_t done = 0;
  while (done < waiting && !stopped && (wanted == 0 || echoed < wanted)) {
    struct datagram header;
    slot_read(&slot, done, &header, sizeof header);
    uint32_t record = record_bytes(header.length);
    if (header.length == 4) {
      char text[4];
      slot_read(&slot, done + sizeof header, text, sizeof text);
      stopped = memcmp(text, "stop", sizeof text) == 0;
    }
    wait_for_room(record);
    slot_copy(&slot, 0, done, sizeof header + header.length);
    slot_send(&slot, record);
    done += record;
    bytes += header.length;
    echoed++;
  }
  slot_consume(&slot, done);
}
static void echo_stream(uint32_t waiting) {
  wait_for_room(waiting);
  if (wanted != 0 && waiting > wanted - bytes) waiting = wanted - bytes;
  char last[4];
  if (waiting >= sizeof last) {
    slot_read(&slot, waiting - sizeof last, last, sizeof last);
    stopped = memcmp(last, "stop", sizeof last) == 0;
  }
  slot_copy(&slot, 0, 0, waiting);
  slot_send(&slot, waiting);
  slot_consume(&slot, waiting);
  bytes += waiting;
  echoed = bytes;
}

int main(void) {
  slot_open(&slot, 0, &(struct slot_settings){
    .ip = ADDRESS, .port = PORT, .datagrams = DATAGRAMS, .next_hop = NEXT_HOP,
    .remote_ip = PEER_ADDRESS, .remote_port = DATAGRAMS ? 0 : PEER_PORT,
    .receive = receive, .transmit = transmit, .size = RING,
  });
  nic_begin(MAC);
  printf("echo of %s at port %d, ready in cycle %lu\n", DATAGRAMS ? "datagrams" : "a stream", PORT, cycles());

  uint64_t began = 0;
  while (!stopped && (wanted == 0 || echoed < wanted)) {
    uint32_t waiting = slot_poll(&slot);
    polls++;
    if (waiting == 0) continue;
    if (began == 0) began = cycles();
    if (DATAGRAMS) echo_datagrams(waiting);
    else echo_stream(waiting);
  }
  uint64_t busy = cycles() - began;
  /* What was sent has left the rings, and the last frame the NIC. */
  while (slot_room(&slot) != RING - 1) continue;
  for (uint64_t left = nic_sent(), since = cycles(); cycles() - since < 4096;)
    if (nic_sent() != left) left = nic_sent(), since = cycles();
  printf("echoed %lu %s, %lu bytes, %lu polls, %lu cycles from the first on\n", echoed, DATAGRAMS ? "datagrams" : "bytes", bytes, polls, busy);
  return 0;
}
