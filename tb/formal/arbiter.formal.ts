/** Arbiters: at most one input at a time, only one that asks, its beats unchanged and in order, and each in its turn. */
import { type Bits, bool, input, module, output, stream, struct, uint, widthOf } from "#hdl";
import { type ArbiterOptions, arbiter } from "#hdl/lib/arbiter.ts";
import { atMostOne, fromBits } from "#hdl/lib/bits.ts";
import { bundleArray } from "#hdl/lib/bundle-array.ts";
import type { FormalTask } from "#sim/formal/index.ts";

const beat = struct({ data: uint(2), last: bool }, "beat");
const count = 3;

/** An arbiter of three inputs with, for each, the turns that others had while it waited. */
export const arbiterIsFair = (options: ArbiterOptions, block = arbiter(beat, count, options)) =>
  module("arbiter_is_fair", { from: input(bundleArray(stream(beat), count)), to: output(stream(beat)) }, ({ from, to }, h) => {
    const dut = h.instance("dut", block, { from });
    to.connect(dut.to);
    for (const s of from) s.check(h, "assume");
    to.check(h, "assert");

    h.ghost(() => {
      const moves = fromBits(from.map((s) => s.fire));
      h.assert("at most one input is heard", atMostOne(fromBits(from.map((s) => s.valid.and(s.ready)))));
      h.assert("a beat goes in where one comes out", moves.any().eq(to.fire));
      for (const [i, s] of from.entries()) {
        h.assert(`${i}: its beats are not changed`, s.fire.implies(to.payload.eq(s.payload)));
        h.assert(`${i}: the source says so`, s.fire.implies(dut.source.eq(i)));
        h.cover(`${i}: is heard`, s.fire);
      }

      // A turn ends with a beat, or with a packet's last one.
      const ends = options.packets ? to.fire.and(to.payload.last) : to.fire;
      const { open } = h.registers({ open: bool });
      const { speaker } = h.registers({ speaker: uint(count) });
      h.when(to.fire, () => {
        open.next(ends.not());
        speaker.next(moves);
      });
      h.assert("somebody is heard where anybody asks", open.not().implies(to.valid.eq(fromBits(from.map((s) => s.valid)).any())));
      h.assert("nobody else is heard before a turn has ended", open.and(to.fire).implies(moves.eq(speaker as Bits)));

      // While an input waits, each other one ends as many turns as its weight at most.
      const weight = (i: number): number => options.weights?.[i] ?? 1;
      const most = Math.max(...Array.from({ length: count }, (_, i) => weight(i))) + 1;
      for (const [i, s] of from.entries())
        for (const j of Array.from({ length: count }, (_, k) => k).filter((k) => k !== i)) {
          const name = `turns_of_${j}_before_${i}`;
          const { [name]: turns } = h.registers({ [name]: uint(widthOf(most)) });
          if (turns === undefined) throw new Error("declared above");
          h.when(s.valid.not().or(s.fire), () => turns.next(0)).elseWhen(ends.and(moves.bit(j)), () => turns.next(turns.add(1)));
          if (options.policy !== "priority") h.assert(`${i} waits for ${weight(j)} of ${j} at most`, turns.le(weight(j)));
        }
    });
  });

const kinds: readonly (readonly [string, ArbiterOptions])[] = [
  ["round robin", {}],
  ["round robin of packets", { packets: true }],
  ["weighted round robin", { weights: [2, 1, 3] }],
  ["priority", { policy: "priority" }],
];

export const tasks: readonly FormalTask[] = kinds.flatMap(([kind, options]): FormalTask[] => [
  { name: `arbiter, ${kind}: one at a time and fair`, module: () => arbiterIsFair(options), mode: "bmc", depth: 10 },
  { name: `arbiter, ${kind}: all are heard`, module: () => arbiterIsFair(options), mode: "cover", depth: 6 },
  { name: `arbiter, ${kind}: grants`, module: () => arbiter(beat, count, options), mode: "induction", depth: 1 },
]);
