/** The Internet checksum (RFC 1071): ones' complement sums of 16-bit words, of a value at once or of a packet. */
import type { HardwareModule } from "../core/hardware.ts";
import { module } from "../core/module.ts";
import { input, output, type Port } from "../core/ports.ts";
import { mux } from "../core/select.ts";
import { bool, type Type, uint } from "../core/types.ts";
import { type Bits, type Bool, cat } from "../core/values.ts";
import { addWide, sum } from "./bits.ts";
import { type AnyBeat, packetBeat } from "./packet.ts";
import { refuse } from "./refuse.ts";

/** The 16-bit words of a value whose byte 0 is the lowest, in network order: the byte that comes first is the high one. */
export const networkWords = (value: Bits): readonly Bits<16>[] => {
  if (value.width % 16 !== 0) refuse(`networkWords of ${value.width} bits: no whole number of 16-bit words`);
  return Array.from({ length: value.width / 16 }, (_, i) => value.slice(16 * i + 15, 16 * i).swapBytes());
};
/** A sum with its carries added back in until 16 bits are left. Keeps 0xffff and 0 apart: only zeros give 0. */
export const foldCarries = (value: Bits): Bits<16> => {
  if (value.width <= 16) return value.zext(16);
  const parts = Array.from({ length: Math.ceil(value.width / 16) }, (_, i) => value.slice(Math.min(16 * i + 15, value.width - 1), 16 * i));
  const folded = sum(parts);
  // Two parts give at most 0x1fffe, and adding that carry back cannot carry again.
  return parts.length > 2 ? foldCarries(folded) : folded.trunc(16).add(folded.slice(16, 16).zext(16));
};
/** Ones' complement sum of 16-bit words: a balanced tree of adders, folded at its end. */
export const onesComplementSum = (words: readonly Bits[]): Bits<16> => foldCarries(sum(words));
/** `data` with the bytes at 0 whose `keep` bit is 0. */
export const keptBytes = (data: Bits, keep: Bits): Bits =>
  data.and(cat(...Array.from({ length: keep.width }, (_, i) => keep.bit(keep.width - 1 - i).repeat(8))));

export interface PacketSumPorts {
  readonly beat: Port<Type<AnyBeat>>;
  readonly valid: Port<Type<Bool>>;
  readonly done: Port<Type<Bool>>;
  readonly sum: Port<Type<Bits<16>>>;
  readonly [key: string]: Port;
}
/** Edges from a packet's last beat to its sum. */
export const packetSumLatency = 3;
/**
 * Ones' complement sum of every packet's bytes, from byte 0 on, as it passes: `valid` says that `beat` moves now. `done` is
 * 1 for one cycle, three edges after a packet's last beat, with the packet's `sum`. One beat a cycle, packets back to back.
 * An odd byte at the end counts as the high half of a word, as RFC 1071 has it.
 */
export const packetSum = (dataBits: number): HardwareModule<PacketSumPorts> => {
  if (dataBits % 16 !== 0) refuse(`packetSum: ${dataBits} data bits; a multiple of 16 is needed`);
  const type = packetBeat(dataBits);
  const beatSum = uint(sumWidth(dataBits));
  return module(
    `packet_sum_${dataBits}`,
    { beat: input(type), valid: input(bool), done: output(bool), sum: output(uint(16)) },
    ({ beat, valid, done, sum: result }, h) => {
      const one = h.registers({ summed: bool, summed_last: bool.noReset(), /** Sum of one beat. */ beat_sum: beatSum.noReset() });
      one.summed.next(valid);
      one.summed_last.next(beat.last);
      one.beat_sum.next(sum(networkWords(keptBytes(beat.data, beat.keep))));

      // Carries are added back in one beat later, so that the loop is one short adder.
      const two = h.registers({ /** Sum of the packet so far, up to a carry. */ total: uint(beatSum.width + 1), total_done: bool });
      const before = addWide(two.total.trunc(16), two.total.slice(beatSum.width, 16)).zext(beatSum.width + 1);
      h.when(one.summed, () =>
        two.total.next(
          mux(two.total_done, beatSum.of(0).zext(beatSum.width + 1) as Bits, before).add(one.beat_sum.zext(beatSum.width + 1)),
        ),
      ).elseWhen(two.total_done, () => two.total.next(0));
      two.total_done.next(one.summed.and(one.summed_last));

      const out = h.registers({ out_done: bool, out_sum: uint(16).noReset() });
      out.out_done.next(two.total_done);
      out.out_sum.next(foldCarries(two.total));
      done.drive(out.out_done);
      result.drive(out.out_sum);
    },
  ) as unknown as HardwareModule<PacketSumPorts>;
};
const sumWidth = (dataBits: number): number => (BigInt(dataBits / 16) * 0xffffn).toString(2).length;
