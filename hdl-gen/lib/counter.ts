/** Counters in line: up to a limit, up and down, and saturating ones for statistics. */
import type { Builder } from "../core/builder.ts";
import { isPowerOfTwo, widthOf } from "../core/expr.ts";
import { mux } from "../core/select.ts";
import { transparent } from "../core/source.ts";
import { index, uint } from "../core/types.ts";
import { type Bits, type Bool, hinted } from "../core/values.ts";
import { refuse } from "./refuse.ts";

transparent(import.meta.url);

const whole = (n: number, least: number, what: string): number =>
  Number.isInteger(n) && n >= least ? n : refuse(`${what} ${n}: a whole number of at least ${least} is needed`);

export interface CounterOptions {
  /** Counts where this is 1; always unless said. */
  readonly when?: Bool;
  /** Goes back to 0 where this is 1, whatever `when` says. */
  readonly clear?: Bool;
}
/**
 * Counts 0 to `limit - 1` and begins again. `last`: the value is `limit - 1`. `wraps`: it goes back to 0 now by itself. The
 * register is called `name`.
 */
export const counter = (
  h: Builder,
  name: string,
  limit: number,
  { when, clear }: CounterOptions = {},
): { readonly value: Bits; readonly last: Bool; readonly wraps: Bool } => {
  const of = index(whole(limit, 2, "a counter's limit"));
  const value = h.register(name, of);
  const last = value.eq(limit - 1);
  const next = isPowerOfTwo(limit) ? value.add(1) : mux(last, of.of(0), value.add(1));
  const go = (): void => (when === undefined ? value.next(next) : void h.when(when, () => value.next(next)));
  if (clear === undefined) go();
  else h.when(clear, () => value.next(0)).otherwise(go);
  const wraps = [when, clear?.not()].reduce<Bool>((a, b) => (b === undefined ? a : a.and(b)), last);
  return { value, last, wraps: hinted(wraps, `${name}_wraps`) };
};

/**
 * Counts up to `largest` and down to 0: places in use, credits. Both at once change nothing. Going over either end is an
 * error of the design (asserted). The register is called `name`.
 */
export const upDownCounter = (
  h: Builder,
  name: string,
  largest: number,
  { up, down }: { readonly up: Bool; readonly down: Bool },
): { readonly value: Bits; readonly empty: Bool; readonly full: Bool } => {
  const of = uint(widthOf(whole(largest, 1, "a counter's largest value")));
  const value = h.register(name, of);
  h.when(up.and(down.not()), () => value.next(value.add(1))).elseWhen(down.and(up.not()), () => value.next(value.sub(1)));
  h.assert(`${name} never goes over its largest value`, up.and(down.not()).implies(value.lt(largest)));
  h.assert(`${name} never goes below zero`, down.and(up.not()).implies(value.ne(0)));
  return { value, empty: value.eq(0), full: value.eq(largest) };
};

/** Counts to its largest value and stays there, so that a reader never takes many for few. The register is called `name`. */
export const saturatingCounter = (h: Builder, name: string, width: number, { when, clear }: CounterOptions = {}): Bits => {
  const value = h.register(name, uint(whole(width, 1, "a counter's width")));
  const counts = when === undefined ? value.all().not() : when.and(value.all().not());
  const go = (): void => void h.when(counts, () => value.next(value.add(1)));
  if (clear === undefined) go();
  else h.when(clear, () => value.next(0)).otherwise(go);
  return value;
};
