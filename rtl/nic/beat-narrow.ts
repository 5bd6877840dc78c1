/**
 * Aligned beats cut into narrower ones: where frames come in faster than memory takes their payload, what moves bytes about
 * is wider than the bus, and this stands between. A wide beat is given up with its last narrow one, so there is no register.
 */
import { type Bits, cat, choose, input, module, output, stream, uint } from "#hdl";
import { lowestOne, oneHotIndex } from "#hdl/lib/bits.ts";
import { alignedBeat } from "#rtl/nic/aligner.ts";

/**
 * A narrow beat a cycle, without a pause between wide ones, and none that has no byte. `wide` bytes are a power of two times
 * `narrow`; a run's bytes stand without a gap, as the aligner puts them.
 */
export const beatNarrow = (wide: number, narrow: number) => {
  const ratio = wide / narrow;
  if (!Number.isInteger(ratio) || ratio < 2)
    throw new RangeError(`beats of ${wide} bytes into ${narrow}: a whole number of at least 2 is needed`);
  return module(
    `beat_narrow_${wide * 8}to${narrow * 8}`,
    { from: input(stream(alignedBeat(wide))), to: output(stream(alignedBeat(narrow))) },
    ({ from, to }, h) => {
      const { given } = h.registers({ /** Parts of this beat that have left. */ given: uint(ratio) });
      const { data, strobe, last } = from.payload;
      const part = (value: Bits, bits: number, i: number): Bits => value.slice((i + 1) * bits - 1, i * bits);
      const { left } = h.nets({
        left: cat(...Array.from({ length: ratio }, (_, i) => part(strobe, narrow, ratio - 1 - i).any())).and(given.not()),
      });
      const { now } = h.nets({ now: lowestOne(left) });
      const { at } = h.nets({ at: oneHotIndex(now) });
      const { ends } = h.nets({ ends: left.eq(now) });
      const parts = (value: Bits, bits: number): Bits =>
        choose(
          at,
          Array.from({ length: ratio }, (_, i) => part(value, bits, i)),
        );
      to.valid.drive(from.valid);
      to.payload.drive({ data: parts(data, narrow * 8) as never, strobe: parts(strobe, narrow) as never, last: last.and(ends) });
      from.ready.drive(to.ready.and(ends));
      h.when(to.fire, () => h.when(ends, () => given.next(0)).otherwise(() => given.next(given.or(now))));
    },
  );
};
