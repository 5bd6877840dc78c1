/** The Internet checksum (RFC 1071), written for clarity: the RTL's adder trees are checked against it. */
import { ipv4Number } from "./addresses.ts";

/** Ones' complement sum of the bytes as big-endian 16-bit words; an odd last byte is the high half of a word (RFC 1071). */
export function onesComplementSum(bytes: Uint8Array, start = 0): number {
  let sum = start;
  for (let index = 0; index < bytes.length; index += 2) {
    sum += (bytes[index] ?? 0) * 256 + (bytes[index + 1] ?? 0);
    if (sum > 0xffff) sum -= 0xffff;
  }
  return sum;
}

/** The checksum field for bytes whose checksum field is zero: the complement of their sum. */
export function internetChecksum(bytes: Uint8Array, start = 0): number {
  return 0xffff - onesComplementSum(bytes, start);
}

/** Sum over the IPv4 pseudo header (RFC 768), the `start` for UDP and TCP checksums. */
export function pseudoHeaderSum(source: string, destination: string, protocol: number, length: number): number {
  const bytes = new Uint8Array(12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, ipv4Number(source));
  view.setUint32(4, ipv4Number(destination));
  view.setUint8(9, protocol);
  view.setUint16(10, length);
  return onesComplementSum(bytes);
}
