/** Packets as byte lists, and as beats of a packet stream: the independent reading of its conventions. */
import type { Random } from "#hdl/simulate/index.ts";

export interface Beat {
  readonly data: bigint;
  readonly keep: bigint;
  readonly last: bigint;
  readonly user?: bigint;
}

/** Bytes as one number, byte 0 lowest. */
export const littleEndian = (bytes: readonly number[]): bigint => bytes.reduceRight((n, b) => (n << 8n) | BigInt(b), 0n);
/** The beats of a packet; `user(i)` for beat `i` where there is such a field. */
export const toBeats = (packet: readonly number[], dataBits: number, user?: (beat: number) => bigint): Beat[] => {
  const bytes = dataBits / 8;
  return Array.from({ length: Math.ceil(packet.length / bytes) }, (_, i) => {
    const part = packet.slice(i * bytes, (i + 1) * bytes);
    return {
      data: littleEndian(part),
      keep: (1n << BigInt(part.length)) - 1n,
      last: BigInt((i + 1) * bytes >= packet.length),
      ...(user === undefined ? {} : { user: user(i) }),
    };
  });
};
/** The packets that beats carry; throws where they break the conventions. */
export const fromBeats = (beats: readonly Beat[], dataBits: number): number[][] => {
  const full = (1n << BigInt(dataBits / 8)) - 1n;
  const packets: number[][] = [];
  let packet: number[] = [];
  for (const [i, { data, keep, last }] of beats.entries()) {
    if ((keep & (keep + 1n)) !== 0n || keep === 0n || (last === 0n && keep !== full))
      throw new Error(`beat ${i} has keep ${keep.toString(2)} and last ${last}`);
    for (let k = 0; (keep >> BigInt(k)) & 1n; k++) packet.push(Number((data >> BigInt(8 * k)) & 0xffn));
    if (last === 1n) {
      packets.push(packet);
      packet = [];
    }
  }
  if (packet.length > 0) throw new Error("the last packet has no end");
  return packets;
};
export const randomBytes = (random: Random, count: number): number[] => Array.from({ length: count }, () => random.below(256));
/** Lengths at which packet logic breaks first, for beats of any width up to 64 bytes. */
export const cornerLengths: readonly number[] = [
  1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 32, 33, 59, 60, 63, 64, 65, 127, 128, 129, 191, 192, 193,
];
/** Packets of the corner lengths and of random ones. */
export const somePackets = (random: Random, count: number, longest = 200): number[][] => [
  ...cornerLengths.filter((n) => n <= longest).map((n) => randomBytes(random, n)),
  ...Array.from({ length: count }, () => randomBytes(random, random.between(1, longest))),
];
