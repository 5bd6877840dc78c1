/** The aligner: each byte of a run leaves once, at its place, and no other byte is marked, however both sides pause. */
import { type Bits, cat, input, module, output, stream, struct, uint } from "#hdl";
import { alignedBeat } from "#rtl/nic/aligner.ts";
import { slowAligner } from "#rtl/nic/part-aligner.ts";
import type { FormalTask } from "#sim/formal/index.ts";

const bytes = 4;
const lanes = [0, 1, 2, 3] as const;
const run = struct({ from: uint(2), to: uint(2), count: uint(4) }, "run");

export const bytesFindTheirPlace = (turner = slowAligner(bytes)) =>
  module(
    "aligner_puts_bytes_in_place",
    { job: input(stream(run)), data: input(stream(uint(8 * bytes))), out: output(stream(alignedBeat(bytes))) },
    ({ job, data, out }, h) => {
      const { from, to, count } = job.payload;
      const dut = h.instance("dut", turner.block, { data });
      dut.job.valid.drive(job.valid);
      job.ready.drive(dut.job.ready);
      dut.job.payload.drive(turner.job(from as Bits, to as Bits, count.zext(16) as Bits) as never);
      out.connect(dut.out);
      for (const s of [job, data]) s.check(h, "assume");
      out.check(h, "assert");
      h.assume("a run has at least one byte", job.valid.implies(count.ne(0)));
      h.ghost(() => {
        const { taken, given } = h.registers({ taken: uint(8), given: uint(8) });
        /** Number of the byte in a lane of a beat, counted from the run's first; what stands around the run wraps. */
        const number = (beat: Bits, lane: number, start: Bits): Bits => beat.shl(2).add(lane).sub(start.zext(8));
        h.assume("each byte is its number", data.payload.eq(cat(...[...lanes].reverse().map((k) => number(taken, k, from))) as Bits<32>));
        for (const k of lanes) {
          const mine = number(given, k, to);
          const inside = mine.lt(count.zext(8));
          h.assert(`lane ${k}: marked where it has a byte of the run`, out.valid.implies(out.payload.strobe.bit(k).eq(inside)));
          h.assert(
            `lane ${k}: the byte that belongs there`,
            out.valid.and(inside).implies(out.payload.data.slice(8 * k + 7, 8 * k).eq(mine as Bits<8>)),
          );
        }
        const words = (start: Bits): Bits => start.zext(8).add(count.zext(8)).add(3).shr(2);
        h.assert("nothing leaves without a run", out.valid.implies(job.valid));
        h.assert("last with a run's last byte", out.valid.implies(out.payload.last.eq(given.add(1).eq(words(to) as Bits<8>))));
        h.assert("a run is over when its last beat has left", job.fire.eq(out.fire.and(out.payload.last)));
        h.assert("no beat is taken that is not the run's", data.ready.implies(job.valid.and(taken.lt(words(from) as Bits<8>))));
        h.assert("and all of its beats were taken", job.fire.implies(taken.add(data.fire.zext(8)).eq(words(from) as Bits<8>)));
        h.when(data.fire, () => taken.next(taken.add(1)));
        h.when(out.fire, () => given.next(given.add(1)));
        h.when(job.fire, () => {
          taken.next(0);
          given.next(0);
        });
        h.cover("bytes move down", job.fire.and(from.eq(3)).and(to.eq(0)).and(given.eq(2)));
        h.cover("bytes move up", job.fire.and(from.eq(0)).and(to.eq(3)).and(given.eq(2)));
      });
    },
  );

export const tasks: readonly FormalTask[] = [
  { name: "aligner: bytes in their places", module: () => bytesFindTheirPlace(), mode: "bmc", depth: 10 },
  { name: "aligner: moves both ways", module: () => bytesFindTheirPlace(), mode: "cover", depth: 8 },
  { name: "aligner by parts: bytes in their places", module: () => bytesFindTheirPlace(slowAligner(bytes, 2)), mode: "bmc", depth: 10 },
  { name: "aligner by parts: moves both ways", module: () => bytesFindTheirPlace(slowAligner(bytes, 2)), mode: "cover", depth: 14 },
];
