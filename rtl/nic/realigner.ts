/**
 * Moves bytes from one alignment to another, as `aligner` does, at the rate of whichever side has more beats: while the last
 * bytes of one run leave, the first beat of the next one is taken. For whoever knows its runs ahead of their data.
 */
import { type Bits, bool, cat, constant, input, module, mux, output, stream, struct, uint } from "#hdl";
import { alignedBeat } from "#rtl/nic/aligner.ts";

/** One run of at least one byte: it begins at byte `from` of its first beat and leaves with its first byte at byte `to`. */
export const realignJob = (bytes: number) => {
  const lane = uint(Math.log2(bytes));
  return struct(
    {
      to: lane,
      /** `to - from`. */
      shift: lane,
      /** `to` is below `from`: nothing leaves with the first beat. */
      primes: bool,
      /** Beats to take. */
      beats: uint(12),
      /** Lane of the last byte where it leaves. */
      end: lane,
    },
    `realign${bytes}`,
  );
};
/** The job for `count` bytes (at least 1) that stand at `from` and shall stand at `to`. */
export const makeRealignJob = (bytes: number, from: Bits, to: Bits, count: Bits) => {
  const shift = Math.log2(bytes);
  const lastOf = (start: Bits): Bits => start.zext(20).add(count.zext(20)).sub(1);
  return {
    to,
    shift: to.sub(from),
    primes: to.lt(from),
    beats: lastOf(from)
      .slice(shift + 11, shift)
      .add(1),
    end: lastOf(to).slice(shift - 1, 0),
  };
};

/** One cycle from a beat to what leaves with it. */
export const realigner = (bytes: number) => {
  const lanes = uint(bytes);
  return module(
    `realigner_${bytes * 8}`,
    {
      /** Stays until its last beat is taken. */
      job: input(stream(realignJob(bytes))),
      data: input(stream(uint(bytes * 8))),
      out: output(stream(alignedBeat(bytes))),
    },
    ({ job, data, out }, h) => {
      const { to, shift, primes, beats, end } = job.payload;
      const each = (f: (lane: number) => Bits<1>): Bits => cat(...Array.from({ length: bytes }, (_, i) => f(bytes - 1 - i)));
      const from = (lane: Bits): Bits => each((i) => (i === bytes - 1 ? constant(1, 1) : lane.le(i)));
      const upTo = (lane: Bits): Bits => each((i) => (i === 0 ? constant(1, 1) : lane.ge(i)));
      const all = lanes.of((1n << BigInt(bytes)) - 1n) as Bits;

      // ---- in: turned, with what its place in the run says ---------------------------------------
      const { taken } = h.registers({ taken: uint(12) });
      const { word } = h.registers({
        word: struct(
          {
            data: uint(bytes * 8),
            /** Lanes that leave with the beat before it, not with its own. */
            early: lanes,
            /** Nothing leaves with it. */
            primes: bool,
            strobe: lanes,
            last: bool,
            /** Bytes of it are left behind its own beat, and leave alone. */
            flushes: bool,
            flush: lanes,
          },
          `turned_word${bytes}`,
        ).noReset(),
      });
      const { full } = h.registers({ /** There is such a word. */ full: bool });
      const { moves } = h.wires({ moves: bool });
      const { open } = h.nets({ open: full.not().or(moves) });
      const { last_in, flushes } = h.nets({ last_in: taken.add(1).eq(beats), flushes: end.lt(shift) });
      const { from_first, to_last } = h.nets({ from_first: from(to), to_last: upTo(end) });
      const turned = Array.from({ length: shift.width }, (_, i) => i).reduce<Bits>(
        (value, i) => mux(shift.bit(i), value.rotl(8 << i), value),
        data.payload,
      );
      data.ready.drive(job.valid.and(open));
      job.ready.drive(data.valid.and(open).and(last_in));
      h.when(open, () => full.next(data.fire));
      h.when(data.fire, () => {
        taken.next(mux(last_in, uint(12).of(0), taken.add(1)));
        const last = last_in.and(flushes.not());
        word.next({
          data: turned as never,
          early: each((i) => (i === bytes - 1 ? constant(1, 0) : shift.gt(i))) as never,
          primes: primes.and(taken.eq(0)),
          strobe: mux(taken.eq(primes.zext(12)), from_first, all).and(mux(last, to_last, all)) as never,
          last,
          flushes: last_in.and(flushes),
          // A run that leaves in one beat, behind the only one that it came in, begins there.
          flush: mux(primes.and(taken.eq(0)), from_first, all).and(to_last) as never,
        });
      });

      // ---- out: the beat, or what is left of the one before -----------------------------------------
      const { carry, flush } = h.registers({ carry: uint(bytes * 8).noReset(), flush: lanes.noReset() });
      const { flushing } = h.registers({ flushing: bool });
      const at = (value: Bits, lane: number): Bits => value.slice(lane * 8 + 7, lane * 8);
      out.valid.drive(flushing.or(full.and(word.primes.not())));
      out.payload.drive({
        data: cat(
          ...Array.from({ length: bytes }, (_, i) => bytes - 1 - i).map((lane) =>
            mux(flushing.or(word.early.bit(lane)), at(carry, lane), at(word.data, lane)),
          ),
        ) as never,
        strobe: mux(flushing, flush, word.strobe) as never,
        last: flushing.or(word.last),
      });
      // What primes takes no part in the beat that leaves meanwhile.
      moves.drive(full.and(mux(word.primes, flushing.not().or(out.ready), flushing.not().and(out.ready))));
      h.when(moves, () => {
        carry.next(word.data);
        flush.next(word.flush);
        flushing.next(word.flushes);
      }).elseWhen(out.ready, () => flushing.next(0));
    },
  );
};
