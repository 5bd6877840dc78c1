/**
 * The kernel's connection table in memory: what the walker reads where a datagram's connection has no slot, and where the
 * state of a connection lies while it has none. Buckets of cells, found by hash, name entries; an entry is a connection.
 * `tableHeaders` prints both as C structs, and the hash as a C function; docs/connection-table.md says how they are used.
 */
import { bool, uint } from "#hdl";
import { cHeader, fixed, memoryLayout, reg, rw } from "#hdl/regmap/index.ts";

/** Cells of a bucket, which is a line of 64 bytes. */
export const bucketCells = 8;
export const bucketBytes = 64;
/** An entry: a line that the kernel writes, and behind it one that the hardware writes, too. */
export const entryBytes = 128;
/** What an entry begins with, and which form of it this is. */
export const entryMagic = 0xacc1,
  entryVersion = 1;
/** A receive ring's size as a power of two: at least this. */
export const leastRingLog = 6;

export const tableBucket = memoryLayout(
  "accio_table_bucket",
  {
    CELL: reg.array(0, { count: bucketCells, stride: 8 }, "A connection of this bucket, in any order", {
      tag: rw(0, uint(32), "The hash of its key, all 32 bits"),
      entry: rw(32, uint(32), "The number of its entry, from 1 on; 0: the cell is empty"),
    }),
  },
  { doc: "A bucket of the connection table: what has the same low bits of the hash.", size: bucketBytes },
);

export const tableEntry = memoryLayout(
  "accio_table_entry",
  {
    HEAD: reg(0x00, "What it is. To take an entry out of use, clear valid and leave the rest", {
      magic: fixed(0, uint(16), entryMagic, "What every entry begins with"),
      version: fixed(16, uint(8), entryVersion, "Of this layout"),
      valid: rw(24, bool, "It is a connection"),
      connected: rw(25, bool, "It has one peer. 0: the remote half of its key is zero, and any peer is meant"),
      datagram: rw(26, bool, "Rings are of datagrams with headers; 0: of bare bytes"),
      noChecksum: rw(27, bool, "Datagrams are sent with a UDP checksum of zero"),
      own: rw(28, bool, "ttl and tos are the connection's own"),
      priority: rw(32, uint(3), "Of its owner in the ready queue"),
      hart: rw(40, uint(8), "Whose ready queue it is"),
      rxLog: rw(48, uint(8), "Bytes of the receive ring, as a power of two from 6 on"),
      txLog: rw(56, uint(8), "The same of the transmit ring; 0: there is none"),
    }),
    LOCAL: reg(0x08, "The key's ports, and the local address; host order", {
      ip: rw(0, uint(32), "Local IPv4 address"),
      port: rw(32, uint(16), "Local UDP port"),
      remotePort: rw(48, uint(16), "Remote UDP port"),
    }),
    REMOTE: reg(0x10, "The remote address", {
      ip: rw(0, uint(32), "Remote IPv4 address"),
      room: rw(32, uint(32), "Free bytes of the transmit ring from which on a sleeping sender is woken"),
    }),
    NEXT_HOP: reg(0x18, "Where datagrams go first", {
      mac: rw(0, uint(48), "Ethernet address, first byte on the wire most significant"),
      ttl: rw(48, uint(8), "With own: time to live"),
      tos: rw(56, uint(8), "With own: type of service"),
    }),
    OWNER: reg(0x20, "Whose it is", {
      asid: rw(0, uint(16), "Address space that may use the slot's doorbell page"),
      generation: rw(16, uint(16), "The kernel's own: which connection of this entry it is. The hardware repeats it in PLACE"),
      socket: rw(32, uint(32), "Socket"),
    }),
    TASK: reg(0x28, "Its thread", { pointer: rw(0, uint(64), "Task pointer, as TAKE answers it") }),
    RX_BASE: reg(0x30, "Receive ring", { address: rw(0, uint(64), "Bus address, a multiple of 64") }),
    TX_BASE: reg(0x38, "Transmit ring", { address: rw(0, uint(64), "Bus address, a multiple of 64") }),
    PLACE: reg(0x40, "Written by the hardware: where the state below is", {
      slot: rw(0, uint(16), "With resident: its slot"),
      generation: rw(16, uint(16), "OWNER.generation, as it was when the slot was filled"),
      resident: rw(32, bool, "A slot has it, and knows more than what stands below"),
    }),
    RX: reg(0x48, "Receive ring's pointers, in bytes from its base", {
      head: rw(0, uint(32), "What the owner has not read begins here"),
      tail: rw(32, uint(32), "The next datagram comes here"),
    }),
    TX: reg(0x50, "Transmit ring's pointers", {
      head: rw(0, uint(32), "What has not been sent begins here"),
      tail: rw(32, uint(32), "What the owner has written ends here"),
    }),
    STATE: reg(0x58, "Counters and flags", {
      drops: rw(0, uint(32), "Datagrams dropped since it was set up"),
      rxSuspended: rw(32, bool, "Its owner sleeps on data"),
      txSuspended: rw(33, bool, "Its owner sleeps on room to send"),
      rxStopped: rw(40, bool, "Receiving has stopped: memory refused an access. A stopped connection gets no slot"),
      malformed: rw(41, bool, "Sending has stopped: what is in the ring cannot be sent"),
      torn: rw(42, bool, "Sending has stopped: memory refused an access"),
      outside: rw(43, bool, "Sending has stopped: a doorbell's tail lay outside the ring"),
    }),
    RX_TIME: reg(0x60, "When the last datagram came", { cycles: rw(0, uint(64), "Cycles of the bus clock since reset") }),
    TX_TIME: reg(0x68, "When the last datagram left", { cycles: rw(0, uint(64), "Cycles of the bus clock since reset") }),
  },
  { doc: "A connection, in the connection table. What is not named here is zero.", size: entryBytes },
);

/** The bits of an entry that no field names: they must be zero. */
export const entryReserved: bigint = tableEntry.registers.reduce(
  (mask, { register, offset }) =>
    Object.values(register.fields).reduce((m, f) => m & ~(((1n << BigInt(f.type.width)) - 1n) << BigInt(offset * 8 + f.lowest)), mask),
  (1n << BigInt(entryBytes * 8)) - 1n,
);

const hashHeader = `/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* The hash of connections' keys: HalfSipHash-1-3 under the secret of register WALKER.KEY. Generated; changes belong there. */
#ifndef ACCIO_TABLE_HASH_H
#define ACCIO_TABLE_HASH_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdint.h>
#endif

static inline uint32_t accio_table_rotate(uint32_t value, unsigned int by)
{
	return (value << by) | (value >> (32U - by));
}

static inline void accio_table_round(uint32_t *v)
{
	v[0] += v[1];
	v[1] = accio_table_rotate(v[1], 5U) ^ v[0];
	v[0] = accio_table_rotate(v[0], 16U);
	v[2] += v[3];
	v[3] = accio_table_rotate(v[3], 8U) ^ v[2];
	v[0] += v[3];
	v[3] = accio_table_rotate(v[3], 7U) ^ v[0];
	v[2] += v[1];
	v[1] = accio_table_rotate(v[1], 13U) ^ v[2];
	v[2] = accio_table_rotate(v[2], 16U);
}

static inline uint32_t accio_table_mix(uint64_t key, const uint32_t *words, unsigned int count)
{
	uint32_t v[4];
	unsigned int i;

	v[0] = (uint32_t)key;
	v[1] = (uint32_t)(key >> 32);
	v[2] = v[0] ^ 0x6c796765U;
	v[3] = v[1] ^ 0x74656462U;
	for (i = 0; i < count; i++) {
		v[3] ^= words[i];
		accio_table_round(v);
		v[0] ^= words[i];
	}
	v[2] ^= 0xffU;
	accio_table_round(v);
	accio_table_round(v);
	accio_table_round(v);
	return v[1] ^ v[3];
}

/* Of a connection with one peer; all in host order. The bucket's number is the lowest bits, the tag is all of it. */
static inline uint32_t accio_table_hash(uint64_t key, uint32_t local_ip, uint16_t local_port, uint32_t remote_ip,
					uint16_t remote_port)
{
	uint32_t words[4];

	words[0] = local_ip;
	words[1] = (uint32_t)local_port | ((uint32_t)remote_port << 16);
	words[2] = remote_ip;
	words[3] = 12U << 24;
	return accio_table_mix(key, words, 4U);
}

/* Of a connection with any peer. */
static inline uint32_t accio_table_hash_local(uint64_t key, uint32_t local_ip, uint16_t local_port)
{
	uint32_t words[2];

	words[0] = local_ip;
	words[1] = (uint32_t)local_port | (6U << 24);
	return accio_table_mix(key, words, 2U);
}

#endif /* ACCIO_TABLE_HASH_H */
`;

/** C headers, by file name. Offsets and sizes are asserted at compile time. */
export const tableHeaders = (): ReadonlyMap<string, string> =>
  new Map([
    ...[tableBucket, tableEntry].map((l) => [`${l.name}.h`, cHeader(l as never)] as const),
    ["accio_table_hash.h", hashHeader] as const,
  ]);
