/**
 * Moves bytes from one alignment to another as `aligner` does, a part of a beat at a time: for what need not keep up with a
 * wide bus. Turning 16 bytes takes a tenth of the LUTs that turning 64 takes.
 */
import { type Bits, bool, cat, choose, input, module, output, stream, struct, uint } from "#hdl";
import { alignedBeat, aligner, alignJob, makeAlignJob } from "#rtl/nic/aligner.ts";

/** Bytes that the ordinary path turns in a cycle, at most: 41 Gb/s at 322 MHz (docs/decisions/ordinary-path.md). */
export const ordinaryLanes = 16;

/** One run of bytes: how its parts are turned, and the parts of a beat with its first byte, in and out. */
export const partJob = (bytes: number, lanes: number) => {
  const part = uint(Math.log2(bytes / lanes));
  return struct({ turn: alignJob(lanes), partIn: part, partOut: part }, `align${bytes}_by_${lanes}`);
};

/** The same interface as the aligner's but for the job; a beat in and out takes as many cycles as it has parts. */
export const partAligner = (bytes: number, lanes: number) => {
  const ratio = bytes / lanes;
  if (!Number.isInteger(Math.log2(ratio)) || ratio < 2)
    throw new RangeError(`beats of ${bytes} bytes in parts of ${lanes}: a power of two of them, and at least 2, are needed`);
  const parts = Array.from({ length: ratio }, (_, i) => i);
  const part = uint(Math.log2(ratio));
  return module(
    `aligner_${bytes * 8}_by_${lanes * 8}`,
    {
      /** Stays until its last beat has left. */
      job: input(stream(partJob(bytes, lanes))),
      data: input(stream(uint(bytes * 8))),
      out: output(stream(alignedBeat(bytes))),
    },
    ({ job, data, out }, h) => {
      const { turn, partIn, partOut } = job.payload;
      const { taken, placed, begun, turned } = h.registers({
        /** Parts of the job taken; parts that have their place. */
        taken: uint(12),
        placed: part,
        /** Parts of the beat that is being put together are there. */
        begun: bool,
        /** All of the job is turned; its last beat has still to leave. */
        turned: bool,
      });
      const turner = h.instance("turn", aligner(lanes));
      turner.job.valid.drive(job.valid.and(turned.not()));
      turner.job.payload.drive(turn as never);

      // ---- a beat in, part by part -----------------------------------------------------------------------
      const { at } = h.nets({ at: partIn.add(taken.trunc(part.width)) });
      const { beat_over } = h.nets({ beat_over: at.all().or(taken.add(1).eq(turn.beatsIn)) });
      turner.data.valid.drive(data.valid);
      turner.data.payload.drive(
        choose(
          at,
          parts.map((i) => data.payload.slice((i + 1) * lanes * 8 - 1, i * lanes * 8)),
        ) as never,
      );
      data.ready.drive(turner.data.ready.and(beat_over));
      h.when(turner.data.fire, () => taken.next(taken.add(1)));

      // ---- a beat out ------------------------------------------------------------------------------------
      const { full, last } = h.registers({ /** The beat is whole, and waits to leave. */ full: bool, last: bool.noReset() });
      const { place } = h.nets({ place: partOut.add(placed) });
      const bytesOf = parts.map((i) => h.register(`data_${i}`, uint(lanes * 8).noReset()));
      const strobes = parts.map((i) => h.register(`strobe_${i}`, uint(lanes).noReset()));
      turner.out.ready.drive(full.not().or(out.ready));
      const { whole } = h.nets({ whole: place.all().or(turner.out.payload.last) });
      h.when(out.fire, () => full.next(0));
      h.when(turner.out.fire, () => {
        placed.next(placed.add(1));
        begun.next(whole.not());
        full.next(whole);
        last.next(turner.out.payload.last);
        parts.forEach((i) => {
          h.when(place.eq(i), () => {
            bytesOf[i]?.next(turner.out.payload.data as never);
            strobes[i]?.next(turner.out.payload.strobe as never);
          }).elseWhen(begun.not(), () => strobes[i]?.next(0));
        });
      });
      out.valid.drive(full);
      const joined = (list: readonly Bits[]): Bits => cat(...[...list].reverse());
      out.payload.drive({ data: joined(bytesOf as readonly Bits[]) as never, strobe: joined(strobes as readonly Bits[]) as never, last });
      h.when(turner.job.fire, () => turned.next(1));
      job.ready.drive(out.fire.and(last));
      h.when(job.fire, () => {
        turned.next(0);
        taken.next(0);
        placed.next(0);
      });
      h.assert("all input is taken when the job ends", job.fire.implies(taken.eq(turn.beatsIn)));
    },
  );
};

/** An aligner for beats of `bytes` that turns no more than `lanes` of them in a cycle, and how its job is made. */
export const slowAligner = (bytes: number, lanes: number = ordinaryLanes) => {
  const whole = bytes <= lanes;
  const shift = Math.log2(lanes);
  return {
    block: (whole ? aligner(bytes) : partAligner(bytes, lanes)) as ReturnType<typeof aligner>,
    /** The job for `count` bytes (at least 1) that stand at `from` and shall stand at `to`. */
    job: (from: Bits, to: Bits, count: Bits) =>
      whole
        ? makeAlignJob(bytes, from, to, count)
        : {
            turn: makeAlignJob(lanes, from.trunc(shift), to.trunc(shift), count),
            partIn: from.shr(shift).trunc(Math.log2(bytes / lanes)),
            partOut: to.shr(shift).trunc(Math.log2(bytes / lanes)),
          },
  };
};
