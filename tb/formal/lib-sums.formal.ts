/** Checksums and CRCs of packets as they pass: the result comes when it should, for the packet that it is of. */
import { type Bits, type Bool, bool, cat, input, module, mux, type Type, uint } from "#hdl";
import { foldCarries, packetSum, packetSumLatency } from "#hdl/lib/checksum.ts";
import { type CrcSpec, crcResult, crcStart, crcStep, packetCrc, packetCrcLatency } from "#hdl/lib/crc.ts";
import { type AnyBeat, packetBeat } from "#hdl/lib/packet.ts";
import type { FormalTask } from "#sim/formal/index.ts";

type H = Parameters<Parameters<typeof module>[2]>[1];
/** What a packet's beat keeps is one of these two, and a beat in the middle is full. */
const wellFormed = (h: H, valid: Bool, { keep, last }: AnyBeat): void =>
  h.assume("packets are as packets are", valid.implies(keep.bit(0).and(last.or(keep.all()))));

/** `result` follows `latency` edges behind a packet's last beat, and is what `step` makes of the packet's beats in order. */
const follows = (
  h: H,
  { valid, beat, done, result }: { readonly valid: Bool; readonly beat: AnyBeat; readonly done: Bool; readonly result: Bits },
  latency: number,
  start: bigint,
  step: (state: Bits, beat: AnyBeat) => Bits,
  finish: (state: Bits) => Bits = (state) => state,
): void =>
  h.ghost(() => {
    const of = uint(result.width) as Type<Bits>;
    const { state } = h.registers({ state: of.reset(start) });
    const next = step(state, beat);
    h.when(valid, () => state.next(mux(beat.last, of.of(start), next)));
    const ends = valid.and(beat.last);
    h.assert("a result for each packet, in its time", done.eq(h.past(ends, latency).and(h.pastValid(latency))));
    h.assert("the packet's own", done.implies(result.eq(h.past(finish(next), latency))));
    h.cover("two packets back to back", done.and(h.past(done)));
    h.cover("a packet of two beats", done.and(h.past(done).not()).and(h.past(valid, latency + 1)));
  });

/** Ones' complement addition of a word at a time, as RFC 1071 section 4.1 has it. */
const sums = module("packet_sums", { beat: input(packetBeat(16)), valid: input(bool) }, ({ beat, valid }, h) => {
  wellFormed(h, valid, beat);
  const dut = h.instance("dut", packetSum(16), { beat, valid });
  follows(h, { valid, beat, done: dut.done, result: dut.sum }, packetSumLatency, 0n, (state, { data, keep }) => {
    const word = cat(data.slice(7, 0), keep.bit(1).repeat(8).and(data.slice(15, 8)));
    return foldCarries(state.addCarry(word));
  });
});

/** Small, so that a solver can tell its XORs apart; `lib-bits.formal.ts` proves the steps. */
const crc8: CrcSpec = { name: "crc8", width: 8, polynomial: 0x07n, initial: 0xffn, finalXor: 0x55n, reflected: false };
const crcs = module("packet_crcs", { beat: input(packetBeat(16)), valid: input(bool) }, ({ beat, valid }, h) => {
  wellFormed(h, valid, beat);
  const dut = h.instance("dut", packetCrc(crc8, 16), { beat, valid });
  const step = (state: Bits, { data, keep }: AnyBeat): Bits => {
    const first = crcStep(crc8, state, data.slice(7, 0));
    return mux(keep.bit(1), crcStep(crc8, first, data.slice(15, 8)), first);
  };
  const about = { valid, beat, done: dut.done, result: dut.crc };
  follows(h, about, packetCrcLatency, crcStart(crc8), step, (state) => crcResult(crc8, state));
});

const both = (name: string, harness: () => typeof sums, depth: number): FormalTask[] => [
  { name: `${name}: each packet's own`, module: harness, mode: "bmc", depth },
  { name: `${name}: packets pass`, module: harness, mode: "cover", depth: 9 },
];
export const tasks: readonly FormalTask[] = [...both("packet sum", () => sums, 8), ...both("packet crc", () => crcs, 7)];
