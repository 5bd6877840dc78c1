/** The plainest queue there is, as ghosts: what went in and did not come out, oldest first. */
import { array, type Bits, type Bool, type Builder, mux, type Type, uint, widthOf } from "#hdl";

/** Everything moves down as many places as leave, and what comes is put behind. */
export class QueueModel {
  readonly entries: readonly Bits[];
  readonly count: Bits;
  readonly #h: Builder;
  constructor(h: Builder, of: Type<Bits>, capacity: number) {
    this.#h = h;
    const { entries, entry_count } = h.ghost(() => h.registers({ entries: array(of, capacity), entry_count: uint(widthOf(capacity + 4)) }));
    this.entries = entries.map((e) => e);
    this.count = entry_count;
  }
  /** `out` entries leave at the bottom; then those of `into` whose `when` is 1 come in, in their order. */
  step(out: Bits, into: readonly { readonly when: Bool; readonly value: Bits }[]): void {
    const { entries, count } = this;
    this.#h.ghost(() => {
      const width = count.width;
      let filled = count.sub(out.width < width ? out.zext(width) : out.trunc(width));
      // After the shift; beyond the end anything.
      const at = (i: number): Bits => entries[i] ?? (entries[0] as Bits);
      const most = 2 ** out.width - 1;
      let moved = entries.map((_, i) =>
        Array.from({ length: most }, (_, k) => most - k).reduce((v, k) => mux(out.eq(k), at(i + k), v as never), at(i)),
      );
      for (const { when, value } of into) {
        moved = moved.map((v, i) => mux(when.and(filled.eq(i)), value, v as never));
        filled = filled.add(when.zext(width));
      }
      for (const [i, v] of moved.entries()) (entries[i] as Bits).next(v);
      count.next(filled);
    });
  }
}
