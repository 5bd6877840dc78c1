/**
 * Moves bytes from one alignment to another: a run of bytes that begins at byte `from` of its first beat leaves with its
 * first byte at byte `to`. One beat a cycle, no gap between jobs but the beat that a job may need before its first.
 */
import { type Bits, bool, cat, input, module, mux, output, stream, struct, uint } from "#hdl";

/** One run of bytes. Beat counts are the caller's, who knows them early. */
export const alignJob = (bytes: number) =>
  struct(
    {
      from: uint(Math.log2(bytes)),
      to: uint(Math.log2(bytes)),
      /** Beats to take and to give; at least one each. */
      beatsIn: uint(12),
      beatsOut: uint(12),
      /** Bytes of the last beat given, minus one. */
      end: uint(Math.log2(bytes)),
    },
    `align${bytes}`,
  );
export const alignedBeat = (bytes: number) => struct({ data: uint(bytes * 8), strobe: uint(bytes), last: bool }, `aligned${bytes}`);

/** The job for `count` bytes (at least 1) that stand at `from` and shall stand at `to`. */
export const makeAlignJob = (
  bytes: number,
  from: Bits,
  to: Bits,
  count: Bits,
): { from: Bits; to: Bits; beatsIn: Bits; beatsOut: Bits; end: Bits } => {
  const shift = Math.log2(bytes);
  const lastOf = (start: Bits): Bits => start.zext(20).add(count.zext(20)).sub(1);
  return {
    from,
    to,
    beatsIn: lastOf(from)
      .slice(shift + 11, shift)
      .add(1),
    beatsOut: lastOf(to)
      .slice(shift + 11, shift)
      .add(1),
    end: lastOf(to).slice(shift - 1, 0),
  };
};

export const aligner = (bytes: number) => {
  const shiftBits = Math.log2(bytes);
  return module(
    `aligner_${bytes * 8}`,
    {
      /** Stays until its last beat has left. */
      job: input(stream(alignJob(bytes))),
      data: input(stream(uint(bytes * 8))),
      out: output(stream(alignedBeat(bytes))),
    },
    ({ job, data, out }, h) => {
      const { taken, given, carry } = h.registers({ taken: uint(12), given: uint(12), carry: uint(bytes * 8).noReset() });
      const { from, to, beatsIn, beatsOut, end } = job.payload;
      const { shift } = h.nets({ shift: to.sub(from) });
      const { needs_input, priming } = h.nets({
        needs_input: taken.ne(beatsIn),
        // The first beat gives nothing yet where its bytes move down.
        priming: to.lt(from).and(taken.eq(0)),
      });
      const rotated = Array.from({ length: shiftBits }, (_, i) => i).reduce<Bits>(
        (value, i) => mux(shift.bit(i), value.rotl(8 << i), value),
        data.payload,
      );
      const { turned } = h.nets({ turned: rotated });
      const merged = cat(
        ...Array.from({ length: bytes }, (_, k) => bytes - 1 - k).map((lane) => {
          const at = (v: Bits): Bits => v.slice(lane * 8 + 7, lane * 8);
          // Without input nothing may come from there, not even to lanes without strobe: what waits must not change.
          const held = lane === bytes - 1 ? needs_input.not() : needs_input.not().or(shift.gt(lane));
          return mux(held, at(carry), at(turned));
        }),
      );
      const { last } = h.nets({ last: given.add(1).eq(beatsOut) });
      const strobeOf = (lane: number): Bits<1> => {
        // Every byte of a beat is at or before its last lane, and at or behind its first.
        if (lane === bytes - 1) return last.not().or(end.eq(lane));
        const begun = given.ne(0).or(to.le(lane));
        return lane === 0 ? begun : begun.and(last.not().or(end.ge(lane)));
      };
      out.valid.drive(job.valid.and(priming.not()).and(needs_input.not().or(data.valid)));
      data.ready.drive(job.valid.and(needs_input).and(priming.or(out.ready)));
      out.payload.drive({
        data: merged as never,
        last,
        strobe: cat(...Array.from({ length: bytes }, (_, k) => bytes - 1 - k).map((lane) => strobeOf(lane))),
      });
      job.ready.drive(out.fire.and(last));
      h.when(data.fire, () => {
        carry.next(turned);
        taken.next(taken.add(1));
      });
      h.when(out.fire, () => given.next(given.add(1)));
      h.when(job.fire, () => {
        taken.next(0);
        given.next(0);
      });
      h.assert("all input is taken when the job ends", job.fire.implies(taken.add(data.fire.zext(12)).eq(beatsIn)));
    },
  );
};
