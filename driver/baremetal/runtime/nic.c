/* Slots of Accio: what is written in which order, and what lies between memory and registers. */
#include "nic.h"

#include "accio.h"
#include "internal.h"

#define NIC ((accio_io)SOC_ACCIO_BASE)

void nic_begin(uint64_t mac) {
  accio_mac_write(NIC, accio_mac_address_put(0, mac));
  for (unsigned hart = 0; hart < SOC_HARTS; hart++) accio_wake_mask_write(NIC, hart, accio_wake_mask_enabled_put(0, true));
  accio_control_write(NIC, accio_control_enable_put(0, true));
}
uint64_t nic_time(void) { return accio_timestamp_read(NIC); }
uint64_t nic_sent(void) { return accio_tx_frames_read(NIC); }

void slot_open(struct slot *s, unsigned number, const struct slot_settings *settings) {
  uint32_t size = settings->size;
  if (number >= ACCIO_SLOT_COUNT) refuse("slot_open: slot %u: there are 0 to %u", number, ACCIO_SLOT_COUNT - 1);
  if (size < 64 || size & (size - 1) || size > accio_capabilities_ring_limit_get(accio_capabilities_read(NIC)))
    refuse("slot_open: slot %u: rings of %u bytes: a power of two from 64 to %u is needed", number, (unsigned)size,
           (unsigned)accio_capabilities_ring_limit_get(accio_capabilities_read(NIC)));
  if (((uintptr_t)settings->receive | (uintptr_t)settings->transmit) % 64)
    refuse("slot_open: slot %u: rings begin at multiples of 64", number);
  *s = (struct slot){.number = number, .is = *settings};
  bool connected = settings->remote_port != 0;
  slot_close(s);
  accio_slot_local_write(NIC, number, accio_slot_local_port_put(accio_slot_local_ip_put(0, settings->ip), settings->port));
  accio_slot_remote_write(NIC, number, accio_slot_remote_port_put(accio_slot_remote_ip_put(0, settings->remote_ip), settings->remote_port));
  accio_slot_next_hop_write(NIC, number, accio_slot_next_hop_mac_put(0, settings->next_hop));
  accio_slot_rx_base_write(NIC, number, (uintptr_t)settings->receive);
  accio_slot_rx_size_write(NIC, number, size);
  accio_slot_tx_base_write(NIC, number, (uintptr_t)settings->transmit);
  accio_slot_tx_size_write(NIC, number, size);
  uint64_t control = accio_slot_control_connected_put(0, connected);
  control = accio_slot_control_datagram_put(control, settings->datagrams);
  control = accio_slot_control_hart_put(control, settings->hart);
  accio_slot_control_write(NIC, number, accio_slot_control_enable_put(control, true));
  unsigned result = accio_slot_status_result_get(accio_slot_status_read(NIC, number));
  if (result != ACCIO_SLOT_STATUS_RESULT_DONE)
    refuse("slot_open: slot %u: %s", number,
           result == ACCIO_SLOT_STATUS_RESULT_EXISTS ? "another slot has these endpoints: close it, or take another port"
                                                     : "the connection table has no room for these endpoints: take another port");
}
void slot_close(struct slot *s) { accio_slot_control_write(NIC, s->number, 0); }

static uint32_t used(const struct slot *s, uint32_t head, uint32_t tail) { return (tail - head) & (s->is.size - 1); }

uint32_t slot_poll(struct slot *s) {
  s->rx_tail = accio_slot_rx_tail_read(NIC, s->number);
  fence_after_status();
  return used(s, s->rx_head, s->rx_tail);
}
uint32_t slot_room(struct slot *s) {
  s->tx_head = accio_slot_tx_head_read(NIC, s->number);
  fence_after_status();
  return s->is.size - 1 - used(s, s->tx_head, s->tx_tail);
}

/* May be any of the program's own types. */
typedef uint64_t __attribute__((may_alias)) word;
static uint8_t *place(void *ring, uint32_t at) { return (uint8_t *)ring + at; }
/* Bytes from an offset in a ring on, at most to its end. */
static uint32_t run(const struct slot *s, uint32_t at, uint32_t bytes) { return bytes < s->is.size - at ? bytes : s->is.size - at; }

/* Records lie at multiples of 16, and picolibc's memcpy goes byte by byte. */
static void copy(void *to, const void *from, uint32_t bytes) {
  uint8_t *t = to;
  const uint8_t *f = from;
  if (((uintptr_t)t | (uintptr_t)f) % 8 == 0) {
    for (; bytes >= 8; bytes -= 8, t += 8, f += 8) *(word *)t = *(const word *)f;
  }
  while (bytes-- != 0) *t++ = *f++;
}

void slot_read(const struct slot *s, uint32_t offset, void *to, uint32_t bytes) {
  uint32_t at = (s->rx_head + offset) & (s->is.size - 1), first = run(s, at, bytes);
  copy(to, place(s->is.receive, at), first);
  copy((uint8_t *)to + first, s->is.receive, bytes - first);
}
void slot_write(const struct slot *s, uint32_t offset, const void *from, uint32_t bytes) {
  uint32_t at = (s->tx_tail + offset) & (s->is.size - 1), first = run(s, at, bytes);
  copy(place(s->is.transmit, at), from, first);
  copy(s->is.transmit, (const uint8_t *)from + first, bytes - first);
}
void slot_copy(const struct slot *s, uint32_t to, uint32_t from, uint32_t bytes) {
  while (bytes != 0) {
    uint32_t at = (s->rx_head + from) & (s->is.size - 1), part = run(s, at, bytes);
    slot_write(s, to, place(s->is.receive, at), part);
    to += part;
    from += part;
    bytes -= part;
  }
}
void slot_consume(struct slot *s, uint32_t bytes) {
  s->rx_head = (s->rx_head + bytes) & (s->is.size - 1);
  fence_before_doorbell(); /* what was read has been read before the hardware may write there */
  accio_slot_rx_head_write(NIC, s->number, s->rx_head);
}
void slot_send(struct slot *s, uint32_t bytes) {
  s->tx_tail = (s->tx_tail + bytes) & (s->is.size - 1);
  fence_before_doorbell();
  accio_slot_tx_tail_write(NIC, s->number, s->tx_tail);
}
void slot_suspend(struct slot *s) { accio_slot_suspend_write(NIC, s->number, accio_slot_suspend_rx_put(0, true)); }
void slot_resume(struct slot *s) { accio_slot_suspend_write(NIC, s->number, 0); }
