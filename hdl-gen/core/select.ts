/** Choosing between values: multiplexers of any type, one-hot, by index, by priority, and balanced reductions. */
import { binary, isPowerOfTwo, literal, named, sized } from "./expr.ts";
import type { Expr } from "./ir.ts";
import { valuePlace } from "./place.ts";
import { fail } from "./source.ts";
import type { Type } from "./types.ts";
import { type Bits, type Condition, type Data, muxExprs } from "./values.ts";

const typed = <D extends Data>(like: D, e: readonly Expr[]): D => like.rewrap(e.map(valuePlace));
const sameShape = (a: Data, b: Data, what: string): void => {
  if (a.constructor !== b.constructor || a.exprs().length !== b.exprs().length)
    fail("type", `${what}: two different types (${named(a.exprs()[0] as Expr)} and ${named(b.exprs()[0] as Expr)})`);
};

/** `a` where `condition` is 1, otherwise `b`. Both of one type and width; for constants use `type.of(5)`. */
export const mux = <D extends Data, M extends number>(condition: Condition<M>, a: D, b: NoInfer<D>): D => {
  if (condition.width !== 1) fail("width", `mux: the condition ${sized(condition.expr)} has more than one bit`);
  sameShape(a, b, "mux");
  return typed(a, muxExprs(condition.expr, a.exprs(), b.exprs()));
};

/** Joins a list pairwise, as a balanced tree. */
export const reduce = <T>(list: readonly T[], join: (a: T, b: T) => T): T => {
  if (list.length === 0) return fail("argument", "reduce of an empty list");
  let level = list;
  while (level.length > 1)
    level = Array.from({ length: Math.ceil(level.length / 2) }, (_, i) =>
      level[2 * i + 1] === undefined ? (level[2 * i] as T) : join(level[2 * i] as T, level[2 * i + 1] as T),
    );
  return level[0] as T;
};

/** The value whose select bit is 1; zero where none is. At most one select bit may be 1. */
export const oneHotMux = <D extends Data>(choices: readonly { readonly when: Bits<1>; readonly value: D }[]): D => {
  const first = choices[0]?.value ?? fail("argument", "oneHotMux of nothing");
  const masked = choices.map((c) =>
    c.value
      .exprs()
      .map((e): Expr => binary("and", e.width === 1 ? c.when.expr : { kind: "repeat", a: c.when.expr, count: e.width, width: e.width }, e)),
  );
  return typed(
    first,
    first.exprs().map((_, i) =>
      reduce(
        masked.map((m) => m[i] as Expr),
        (a, b) => binary("or", a, b),
      ),
    ),
  );
};

/** The value of the first choice whose condition is 1, else `otherwise`. */
export const priorityMux = <D extends Data>(choices: readonly { readonly when: Bits<1>; readonly value: D }[], otherwise: D): D =>
  [...choices].reverse().reduce((rest, c) => mux(c.when, c.value, rest as never), otherwise);

/** Element `at` of a list of values; beyond its end the last one's neighbour of zero: all zeros. */
export const choose = <D extends Data>(at: Bits<any>, list: readonly D[]): D => {
  const first = list[0] ?? fail("argument", "choose from an empty list");
  if (list.length > 2 ** at.width) fail("width", `choose: ${list.length} values and ${sized(at.expr)} to choose with`);
  const zero = typed(
    first,
    first.exprs().map((e) => literal(0, e.width)),
  );
  const pick = (bit: number, from: readonly D[]): D => {
    if (bit < 0) return from[0] ?? zero;
    const half = 2 ** bit;
    const low = from.slice(0, half),
      high = from.slice(half);
    const lower = pick(bit - 1, low);
    return high.length === 0 && isPowerOfTwo(list.length) && list.length <= half
      ? lower
      : mux(at.bit(bit), high.length === 0 ? zero : pick(bit - 1, high), lower as never);
  };
  return list.length === 1 && at.width === 1 ? mux(at.bit(0), zero, first as never) : pick(at.width - 1, list);
};
export type { Type };
