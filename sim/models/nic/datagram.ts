/**
 * The record of `datagram` framing, in receive and transmit rings: a 16-byte header, then the payload, then unused bytes up
 * to a multiple of 16. RTL, C header and this model agree on this table; numbers are little-endian, as the processor is.
 *
 * | bytes | field     | receive ring                                  | transmit ring                          |
 * |-------|-----------|-----------------------------------------------|----------------------------------------|
 * | 0-1   | length    | payload bytes, 0 to the MTU's                 | payload bytes to send                  |
 * | 2-3   | peerPort  | UDP source port                               | destination port; connected: not used  |
 * | 4-7   | peer      | IPv4 source address, 10.0.0.1 is 0x0a000001   | destination; connected: not used       |
 * | 8-15  | timestamp | hardware cycles at the frame's first wire beat| not used                               |
 *
 * Records begin at multiples of 16, and ring sizes are powers of two from 64 on, so a header never wraps; a payload may.
 * What the unused bytes hold is not specified: nobody may rely on it. A connected slot sends to its remote only, whatever
 * the header says, because who it talks to is the kernel's to decide.
 */
import { type Endpoint, ipv4Number, ipv4Text } from "../packet/addresses.ts";

export const datagramHeaderLength = 16;
/** Records take multiples of this many bytes. */
export const datagramAlignment = 16;

export interface DatagramHeader {
  /** Payload bytes. */
  readonly length: number;
  readonly peer: Endpoint;
  /** Hardware cycles. */
  readonly timestamp: bigint;
}

/** Bytes that a datagram with this payload takes in a ring. */
export const recordLength = (payload: number) => datagramHeaderLength + Math.ceil(payload / datagramAlignment) * datagramAlignment;

export function encodeDatagramHeader({ length, peer, timestamp }: DatagramHeader): Uint8Array {
  const view = new DataView(new ArrayBuffer(datagramHeaderLength));
  view.setUint16(0, length, true);
  view.setUint16(2, peer.port, true);
  view.setUint32(4, ipv4Number(peer.address), true);
  view.setBigUint64(8, timestamp, true);
  return new Uint8Array(view.buffer);
}

export function decodeDatagramHeader(bytes: Uint8Array): DatagramHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, datagramHeaderLength);
  return {
    length: view.getUint16(0, true),
    peer: { address: ipv4Text(view.getUint32(4, true)), port: view.getUint16(2, true) },
    timestamp: view.getBigUint64(8, true),
  };
}
