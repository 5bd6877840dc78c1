/** The realigner: each byte of a run leaves once, at its place, runs in their order, however both sides pause. */
import { type Bits, type Bool, cat, input, module, mux, output, stream, struct, type Type, uint } from "#hdl";
import { alignedBeat } from "#rtl/nic/aligner.ts";
import { makeRealignJob, realigner } from "#rtl/nic/realigner.ts";
import type { FormalTask } from "#sim/formal/index.ts";
import { QueueModel } from "./queue-model.ts";

const bytes = 4;
const lanes = [0, 1, 2, 3] as const;
const run = struct({ from: uint(2), to: uint(2), count: uint(4) }, "run");

export const runsFindTheirPlace = (block = realigner(bytes)) =>
  module(
    "realigner_puts_bytes_in_place",
    { job: input(stream(run)), data: input(stream(uint(8 * bytes))), out: output(stream(alignedBeat(bytes))) },
    ({ job, data, out }, h) => {
      const { from, to, count } = job.payload;
      const dut = h.instance("dut", block, { data });
      dut.job.valid.drive(job.valid);
      job.ready.drive(dut.job.ready);
      dut.job.payload.drive(makeRealignJob(bytes, from as Bits, to as Bits, count.zext(16) as Bits) as never);
      out.connect(dut.out);
      for (const s of [job, data]) s.check(h, "assume");
      out.check(h, "assert");
      h.assume("a run has at least one byte", job.valid.implies(count.ne(0)));
      h.ghost(() => {
        // A byte tells its run and its number there, counted from the run's first; what stands around the run wraps.
        const { taken, given, coming, going } = h.registers({ taken: uint(6), given: uint(6), coming: uint(2), going: uint(2) });
        const number = (beat: Bits, lane: number, start: Bits): Bits => beat.shl(2).add(lane).sub(start.zext(6));
        h.assume(
          "each byte is its number",
          data.payload.eq(cat(...[...lanes].reverse().flatMap((k) => [coming, number(taken, k, from)])) as Bits<32>),
        );
        const words = (start: Bits, n: Bits): Bits => start.zext(6).add(n.zext(6)).add(3).shr(2);

        // Runs that have begun to come and have not left: where their bytes shall stand.
        const runs = new QueueModel(h, uint(6) as Type<Bits>, 4, "runs");
        const begins: Bool = data.fire.and(taken.eq(0));
        const left = out.fire.and(out.payload.last);
        const oldest = runs.entries[0] as Bits;
        const place = { to: oldest.slice(5, 4), count: oldest.slice(3, 0) };
        runs.take(runs.with([{ when: begins, value: cat(to, count) }]), left);
        h.assert("no more runs are under way than are remembered", runs.count.le(3));
        h.assert("nothing leaves without a run", out.valid.implies(runs.count.ne(0)));
        for (const k of lanes) {
          const mine = number(given, k, place.to);
          const inside = mine.lt(place.count.zext(6));
          h.assert(`lane ${k}: marked where it has a byte of the run`, out.valid.implies(out.payload.strobe.bit(k).eq(inside)));
          h.assert(
            `lane ${k}: the byte that belongs there`,
            out.valid.and(inside).implies(out.payload.data.slice(8 * k + 7, 8 * k).eq(cat(going, mine) as Bits<8>)),
          );
        }
        h.assert(
          "last with a run's last byte",
          out.valid.implies(out.payload.last.eq(given.add(1).eq(words(place.to, place.count) as Bits<6>))),
        );
        h.assert("a run is over when its last beat is taken", job.fire.eq(data.fire.and(taken.add(1).eq(words(from, count) as Bits<6>))));
        h.when(data.fire, () => taken.next(mux(job.fire, uint(6).of(0), taken.add(1))));
        h.when(job.fire, () => coming.next(coming.add(1)));
        h.when(out.fire, () => given.next(mux(out.payload.last, uint(6).of(0), given.add(1))));
        h.when(left, () => going.next(going.add(1)));
        h.cover("bytes move down", left.and(place.to.eq(0)).and(given.eq(2)));
        h.cover("bytes move up", left.and(place.to.eq(3)).and(given.eq(2)));
        h.cover("a run begins while the one before it leaves", left.and(begins).and(going.eq(1)));
      });
    },
  );

export const tasks: readonly FormalTask[] = [
  { name: "realigner: bytes in their places, runs in order", module: () => runsFindTheirPlace(), mode: "bmc", depth: 8 },
  { name: "realigner: moves both ways, without a gap", module: () => runsFindTheirPlace(), mode: "cover", depth: 8 },
];
