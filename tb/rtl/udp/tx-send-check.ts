/**
 * The sender alone, with frames of every length whose checksums come near the corners of ones' complement arithmetic: carries
 * that carry again, and sums of zero. Each frame is what an independent builder makes of it.
 */
import type { Config } from "#rtl/config/config.ts";
import type { txSend } from "#rtl/udp/tx-send.ts";
import { ipv4Number, macNumber } from "#sim/models/packet/addresses.ts";
import { build } from "#sim/models/packet/build.ts";
import { BlockBench, lane, ones, toBig } from "../nic/block-bench.ts";

const mac = "02:00:00:00:00:01";
interface Frame {
  readonly slot: number;
  readonly bytes: Uint8Array;
  readonly payload: Uint8Array;
}
const word16 = (bytes: Uint8Array, at: number): number => ((bytes[at] as number) << 8) | (bytes[at + 1] ?? 0);
const sumOf = (bytes: Uint8Array): number => {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += word16(bytes, i);
  return sum;
};

/** Sends `frames` frames; says how many of them had a checksum of zero before it was sent as all ones. */
export const checkTxSend = (block: ReturnType<typeof txSend>, config: Config, frameBits: number, frames: number, seed: number): number => {
  const bench = new BlockBench(block, seed);
  const { random } = bench;
  const { io } = bench.sim;
  const bytes = frameBits / 8;
  const sent: Frame[] = [];
  const words: bigint[] = [];
  let made = 0,
    seen = 0,
    corners = 0;
  const address = (): string => [10, random.below(256), random.below(256), random.pick([0, 1, 254, 255])].join(".");
  const make = (): unknown => {
    if (made === frames) return undefined;
    const length = random.pick([0, 1, 2, 17, 18, 19, 21, 22, 23, random.below(120), config.mtu - 28]);
    const payload = Uint8Array.from({ length }, () => random.pick([0, 255, random.below(256)]));
    const source = address();
    let destination = address();
    const [sourcePort, destinationPort] = [random.below(65536), random.pick([0xffff, 0xfffe, random.below(65536)])];
    const [ttl, tos, noChecksum] = [random.below(256), random.below(256), random.oneIn(4)];
    const nextHop = "06:05:04:03:02:01";
    const fields = (bytesNow: Uint8Array) =>
      build({
        ethernet: { destination: nextHop, source: mac },
        ipv4: { source, destination, dscp: tos >> 2, ecn: tos & 3, ttl, id: made, dontFragment: true },
        udp: { sourcePort, destinationPort, checksum: noChecksum ? "none" : "good" },
        payload: bytesNow,
      });
    if (random.oneIn(2)) {
      // The address's lower half is chosen so that IPv4's sum just carries, or just does not.
      const high = destination.split(".").slice(0, 2).join(".");
      destination = `${high}.0.0`;
      const low = (word16(fields(payload), 24) + random.pick([0, 1, 1, 2])) & 0xffff;
      destination = `${high}.${low >> 8}.${low & 255}`;
    }
    if (length >= 2 && random.oneIn(2)) {
      // The last words are chosen so that the checksum is near zero, which is sent as all ones.
      const at = (length & ~1) - 2;
      payload[at] = 0;
      payload[at + 1] = 0;
      const rest = word16(fields(payload), 40);
      const wanted = (rest + random.pick([0, 0, 1, 0xfffe])) & 0xffff;
      payload[at] = wanted >> 8;
      payload[at + 1] = wanted & 255;
    }
    const frame = fields(payload);
    if (!noChecksum && word16(frame, 40) === 0xffff) corners++;
    const slot = random.below(config.slots);
    sent.push({ slot, bytes: frame, payload });
    for (let at = 0; at < length; at += bytes) words.push(toBig(payload.subarray(at, at + bytes)));
    made++;
    return {
      slot,
      payload: length,
      sum: sumOf(payload),
      tuple: { localIp: ipv4Number(source), localPort: sourcePort, remoteIp: ipv4Number(destination), remotePort: destinationPort },
      nextHop: macNumber(nextHop),
      ttl,
      tos,
      noChecksum: noChecksum ? 1 : 0,
    };
  };
  bench.source(io.frames, make);
  bench.source(io.payload, () => words.shift());
  let out: number[] = [];
  bench.sink<{ data: bigint; keep: bigint; last: bigint }>("wire", io.wire, ({ data, keep, last }) => {
    for (let k = 0; k < bytes; k++) if ((keep >> BigInt(k)) & 1n) out.push(lane(data, k));
    bench.check(last === 1n || keep === ones(bytes), () => "a beat is not full within a frame");
    bench.check(io.sent.valid.value === last, () => "a frame is told of wrongly");
    if (last === 0n) return;
    const frame = sent[seen++] as Frame;
    bench.check(Buffer.compare(Buffer.from(out), frame.bytes) === 0, () => `frame ${seen - 1} of ${frame.payload.length} bytes differs`);
    bench.check(
      io.sent.slot.number === frame.slot && io.sent.timestamp.value === io.now.value,
      () => `frame ${seen - 1} is told of wrongly`,
    );
    out = [];
  });
  io.mac.value = macNumber(mac);
  bench.watch(() => {
    io.now.value = 7n * BigInt(bench.cycle);
  });
  bench.runUntil(() => seen === frames, 1000 + frames * 600);
  return corners;
};
