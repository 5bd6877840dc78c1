/** The plainest queue there is, as ghosts: what went in and did not come out, oldest first. */
import { array, type Bits, type Bool, type Builder, mux, type Type, uint, widthOf } from "#hdl";

/** What a queue holds in this cycle, what comes in now included. */
export interface QueueView {
  readonly entries: readonly Bits[];
  readonly count: Bits;
}
export class QueueModel {
  /** What it holds at the beginning of the cycle. */
  readonly entries: readonly Bits[];
  readonly count: Bits;
  readonly #h: Builder;
  readonly #of: Type<Bits>;
  /** Holds up to `capacity` entries; its registers begin with `name`. */
  constructor(h: Builder, of: Type<Bits>, capacity: number, name = "model") {
    this.#h = h;
    this.#of = of;
    const [entries, count] = [`${name}_entries`, `${name}_count`];
    const made = h.ghost(() => ({
      ...h.registers({ [entries]: array(of, capacity) }),
      ...h.registers({ [count]: uint(widthOf(capacity + 4)) }),
    })) as unknown as Readonly<Record<string, Bits & Iterable<Bits>>>;
    this.entries = [...(made[entries] as Iterable<Bits>)];
    this.count = made[count] as Bits;
  }
  /** With what comes in now, in its order, where its `when` is 1. */
  with(into: readonly { readonly when: Bool; readonly value: Bits }[]): QueueView {
    const zero = this.#of.of(0);
    let { count } = this;
    let entries: readonly Bits[] = [...this.entries, ...into.map(() => zero)];
    for (const { when, value } of into) {
      entries = entries.map((e, i) => mux(when.and(count.eq(i)), value, e as never));
      count = count.add(when.zext(count.width));
    }
    return { entries, count };
  }
  /** The next cycle begins with `view` less the `out` oldest entries. */
  take(view: QueueView, out: Bits): void {
    this.#h.ghost(() => {
      const most = 2 ** out.width - 1;
      const moved = this.entries.map((_, i) =>
        Array.from({ length: most }, (_, k) => most - k).reduce<Bits>(
          (v, k) => mux(out.eq(k), (view.entries[i + k] ?? this.#of.of(0)) as Bits, v as never),
          view.entries[i] as Bits,
        ),
      );
      for (const [i, v] of moved.entries()) (this.entries[i] as Bits).next(v);
      this.count.next(view.count.sub(out.zext(this.count.width)));
    });
  }
}
