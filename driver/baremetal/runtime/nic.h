/*
 * Accio's slots as a program's owner uses them: a receive and a transmit ring of bytes in memory, and four pointers, which
 * are offsets in them. Registers are in accio.h.
 */
#ifndef ACCIO_NIC_H
#define ACCIO_NIC_H
#include <stdbool.h>
#include <stdint.h>

/* In front of each datagram in a ring of framing `datagram`; records begin at multiples of its size. */
struct datagram {
  uint16_t length;    /* bytes of payload, which follow */
  uint16_t port;      /* the peer's */
  uint32_t ip;        /* the peer's: 10.0.0.1 is 0x0a000001 */
  uint64_t timestamp; /* received: nic_time() at which its frame's first beat came from the wire */
};
_Static_assert(sizeof(struct datagram) == 16, "as the hardware has it");

/* What a slot is set up with, by the kernel in a system that has one. */
struct slot_settings {
  uint32_t ip;
  uint16_t port;
  /* Not 0: connected. Only this peer is heard and answered. */
  uint16_t remote_port;
  uint32_t remote_ip;
  /* Framing: a header per datagram, or bare bytes. */
  bool datagrams;
  /* Whose line is raised when data comes for a sleeper. */
  unsigned hart;
  /* Ethernet address that frames go to, its first byte most significant. */
  uint64_t next_hop;
  /* Rings, aligned to 64 bytes; their size in bytes is a power of two from 64 to 65536. */
  void *receive, *transmit;
  uint32_t size;
};

/* A slot in use. The pointers are those that software last wrote or read. */
struct slot {
  unsigned number;
  struct slot_settings is;
  uint32_t rx_head, rx_tail, tx_head, tx_tail;
};

/* Our Ethernet address, and frames may come and go. */
void nic_begin(uint64_t mac);
/* The hardware's clock, in cycles since reset: what datagrams are stamped with. */
uint64_t nic_time(void);
/* Frames that have left. */
uint64_t nic_sent(void);

/* Sets slot `number` up, empty, and enables it. Ends the program where that cannot be. */
void slot_open(struct slot *s, unsigned number, const struct slot_settings *settings);
void slot_close(struct slot *s);

/* Asks for the tail; returns the bytes that wait. They may be read until slot_consume() gives them back. */
uint32_t slot_poll(struct slot *s);
/* Asks for the transmit head; returns the bytes that can be written. */
uint32_t slot_room(struct slot *s);
/* Copies from the receive ring at `offset` from the head; to the transmit ring at `offset` from the tail. */
void slot_read(const struct slot *s, uint32_t offset, void *to, uint32_t bytes);
void slot_write(const struct slot *s, uint32_t offset, const void *from, uint32_t bytes);
/* From ring to ring. */
void slot_copy(const struct slot *s, uint32_t to, uint32_t from, uint32_t bytes);
/* Has read so many bytes. */
void slot_consume(struct slot *s, uint32_t bytes);
/* The doorbell: so many bytes that were written are to be sent. */
void slot_send(struct slot *s, uint32_t bytes);
/* Bytes of a datagram's record in a ring. */
static inline uint32_t record_bytes(uint32_t length) { return sizeof(struct datagram) + ((length + 15) & ~15u); }

/*
 * The hart's line SOC_IRQ_WAKE0 + hart is high while a slot of it is suspended and has data. To sleep: suspend, then wait
 * for the interrupt; it comes at once where data is there already.
 */
void slot_suspend(struct slot *s);
/* Lowers the line. */
void slot_resume(struct slot *s);
#endif
