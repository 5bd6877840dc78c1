/** Types and small functions that the receive and transmit engines share. */
import { type Bits, type Bool, bool, cat, constant, mux, reduce, struct, uint } from "#hdl";
import type { Config } from "#rtl/config/config.ts";

/** Bytes of a memory line; DMA moves whole ones where it can (reference/rocket). */
export const lineBytes = 64;

/** A beat of a frame: byte 0 of the frame is bits 7:0 of the first beat, as in AXI4-Stream. */
export const frameBeat = (bytes: number) => struct({ data: uint(bytes * 8), keep: uint(bytes), last: bool }, `beat${bytes * 8}`);
/** Four-tuple, host order: what a slot is found by. */
export const tuple = struct({ localIp: uint(32), localPort: uint(16), remoteIp: uint(32), remotePort: uint(16) }, "tuple");

/** Byte `n` of a value whose byte 0 is the lowest. */
export const byteOf = (value: Bits, n: number): Bits<8> => value.slice(n * 8 + 7, n * 8) as Bits<8>;
/** `count` bytes from byte `from`, first byte on the wire most significant (network order made a number). */
export const networkField = (value: Bits, from: number, count: number): Bits =>
  cat(...Array.from({ length: count }, (_, i) => byteOf(value, from + i)));
/** The reverse: a number as bytes in wire order, to stand at a byte offset of a frame. */
export const wireBytes = (value: Bits): Bits => value.swapBytes();

/** Sum of 16-bit words without losing carries: as wide as needed. A balanced tree. */
export const sumWords = (words: readonly Bits[]): Bits =>
  reduce(words, (a, b) => {
    const width = Math.max(a.width, b.width);
    return a.zext(width).addCarry(b.zext(width));
  });
/** Ones' complement 16-bit sum of a wider sum (RFC 1071): carries added back in. Up to 32 bits. */
export const fold = (sum: Bits): Bits<16> => {
  if (sum.width <= 16) return sum.zext(16);
  const high = sum.slice(sum.width - 1, 16);
  const once = sum.trunc(16).zext(17).add(high.zext(17));
  return once.trunc(16).add(once.slice(16, 16).zext(16));
};
/** Number of ones of a keep mask, whose ones are contiguous from bit 0. */
export const keepCount = (keep: Bits): Bits => {
  const width = Math.ceil(Math.log2(keep.width + 1));
  return reduce(
    Array.from({ length: keep.width }, (_, i) => keep.bit(i).zext(1) as Bits),
    (a, b) => {
      const w = Math.max(a.width, b.width);
      return a.zext(w).addCarry(b.zext(w));
    },
  )
    .zext(Math.max(width, Math.ceil(Math.log2(keep.width)) + 1))
    .trunc(width);
};
/** `n` ones from bit 0, for `n` from 0 to `width`. */
export const lowMask = (n: Bits, width: number): Bits => cat(...Array.from({ length: width }, (_, i) => n.gt(width - 1 - i)));

/** Register that goes to 1 on `set` and to 0 on `clear`; set wins. */
export type Flag = Bool;

/** Bits to count from 0 to `n`. */
export const countBits = (n: number): number => Math.max(1, Math.ceil(Math.log2(n + 1)));
/** A checked fit of a computed value to a width that is known to hold it. */
export const fitTo = (value: Bits, width: number): Bits =>
  value.width < width ? value.zext(width) : value.width > width ? value.trunc(width) : value;

/** Datagram framing's header and record alignment, in bytes (the record: header, payload, zero to 15 bytes unused). */
export const datagramHeaderBytes = 16;

/** Why a frame for an accelerated slot was not delivered. The order is the order of the counters. */
export const dropCauses = ["ttl", "ip_checksum", "ip_length", "udp_length", "udp_checksum", "ring_full", "dma_error"] as const;
export type DropCause = (typeof dropCauses)[number];
export type { Config };
export { constant, mux };
