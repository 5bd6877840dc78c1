/** Types and small functions that the receive and transmit engines share. */
import { type Bits, cat, struct, uint } from "#hdl";
import type { Config } from "#rtl/config/config.ts";

/** Bytes of a memory line; DMA moves whole ones where it can (reference/rocket). */
export const lineBytes = 64;

/** Four-tuple, host order: what a slot is found by. */
export const tuple = struct({ localIp: uint(32), localPort: uint(16), remoteIp: uint(32), remotePort: uint(16) }, "tuple");

/** Byte `n` of a value whose byte 0 is the lowest. */
export const byteOf = (value: Bits, n: number): Bits<8> => value.slice(n * 8 + 7, n * 8) as Bits<8>;
/** `count` bytes from byte `from`, first byte on the wire most significant (network order made a number). */
export const networkField = (value: Bits, from: number, count: number): Bits =>
  cat(...Array.from({ length: count }, (_, i) => byteOf(value, from + i)));
/** The reverse: a number as bytes in wire order, to stand at a byte offset of a frame. */
export const wireBytes = (value: Bits): Bits => value.swapBytes();

/** Ones' complement 16-bit sum of a wider sum (RFC 1071): carries added back in. Up to 32 bits. */
export const fold = (sum: Bits): Bits<16> => {
  if (sum.width <= 16) return sum.zext(16);
  const high = sum.slice(sum.width - 1, 16);
  const once = sum.trunc(16).zext(17).add(high.zext(17));
  return once.trunc(16).add(once.slice(16, 16).zext(16));
};
/** Datagram framing's header and record alignment, in bytes (the record: header, payload, zero to 15 bytes unused). */
export const datagramHeaderBytes = 16;

/** Why a frame for an accelerated slot was not delivered. The order is the order of the counters. */
export const dropCauses = ["ttl", "ip_checksum", "ip_length", "udp_length", "udp_checksum", "ring_full", "dma_error"] as const;
export type DropCause = (typeof dropCauses)[number];
export type { Config };
