/**
 * A place: a value to read and, where the user may write it, what an assignment to it means. Every hardware value is a
 * view of one or more places; taking a field, an element or some bits of a value gives a smaller place.
 */

import { binary, clog2, concat, extend, fit, isPowerOfTwo, literal, mux, named, slice } from "./expr.ts";
import type { Expr, Signal, Source, Target } from "./ir.ts";
import { fail, here } from "./source.ts";

/** What the builder offers to values: where an assignment goes. */
export interface Scope {
  assign(target: Target, value: Expr, at: Source, guard: Expr | null): void;
}
export interface Place {
  readonly expr: Expr;
  /** null: a value that was computed, which cannot be assigned. */
  readonly target: Target | null;
  /** Condition under which the target exists: a run-time index is in range. */
  readonly guard: Expr | null;
  readonly scope: Scope | null;
}

export const valuePlace = (expr: Expr): Place => ({ expr, target: null, guard: null, scope: null });
export const signalPlace = (signal: Signal, expr: Expr, scope: Scope): Place => ({
  expr,
  target: { kind: "whole", signal },
  guard: null,
  scope,
});

const and = (a: Expr | null, b: Expr | null): Expr | null => (a === null ? b : b === null ? a : binary("and", a, b));
const lowestBit = (t: Target): number => (t.kind === "bits" ? t.lo : 0);

/** Bits `hi` to `lo` of a place. */
export const bitsOf = (p: Place, hi: number, lo: number): Place => {
  const expr = slice(p.expr, hi, lo);
  if (p.target === null) return { ...p, expr };
  if (lo === 0 && hi === p.expr.width - 1) return p;
  if (p.target.kind !== "element") {
    const base = lowestBit(p.target);
    return { ...p, expr, target: { kind: "bits", signal: p.target.signal, hi: base + hi, lo: base + lo } };
  }
  const width = hi - lo + 1;
  if (p.target.width % width !== 0 || lo % width !== 0) return { ...valuePlace(expr) };
  return {
    ...p,
    expr,
    target: {
      ...p.target,
      index: subIndex(p.target.index, p.target.width / width, literalIndex(lo / width, p.target.width / width)),
      width,
    },
  };
};
const literalIndex = (i: number, n: number): Expr | null => (n === 1 ? null : literal(i, clog2(n)));

/** `outer * count + inner`, wide enough; `inner` null stands for nothing to choose. */
const subIndex = (outer: Expr, count: number, inner: Expr | null): Expr => {
  if (inner === null) return outer;
  if (isPowerOfTwo(count)) return concat([outer, fit(inner, clog2(count))]);
  const width = outer.width + clog2(count + 1);
  return binary("add", binary("mul", outer, literal(count, clog2(count + 1))), extend("zext", fit(inner, clog2(count)), width));
};

/** Element `index` of a place that holds `count` elements; a run-time index may exceed it, and then reads zero and
 *  writes nothing. */
export const elementOf = (p: Place, count: number, index: number | Expr): Place => {
  const width = p.expr.width / count;
  if (typeof index === "number") {
    if (!Number.isInteger(index) || index < 0 || index >= count)
      fail("index", `element ${index} of ${named(p.expr)}: it has elements 0 to ${count - 1}`);
    return bitsOf(p, (index + 1) * width - 1, index * width);
  }
  if (count === 1) return p;
  const inRange = 2 ** index.width <= count ? null : binary("lt", index, literal(count, index.width));
  const base = p.expr.kind === "index" ? { of: p.expr.of, index: subIndex(p.expr.index, count, index) } : { of: p.expr, index };
  const read: Expr = { kind: "index", of: base.of, index: base.index, width };
  const expr = inRange === null ? read : mux(inRange, read, literal(0, width));
  const guard = and(p.guard, inRange);
  if (p.target === null || p.target.kind === "bits")
    return p.target === null ? valuePlace(expr) : partElement(p, p.target, index, width, expr, guard);
  const target: Target =
    p.target.kind === "whole"
      ? { kind: "element", signal: p.target.signal, index, width }
      : { kind: "element", signal: p.target.signal, index: subIndex(p.target.index, count, index), width };
  return { expr, target, guard, scope: p.scope };
};

/** A run-time element of constant bits of a signal: an element of the whole signal, where the bits are aligned. */
const partElement = (p: Place, t: Extract<Target, { kind: "bits" }>, index: Expr, width: number, expr: Expr, guard: Expr | null): Place => {
  if (t.lo % width !== 0) return valuePlace(expr);
  const first = t.lo / width;
  const total = Math.max(clog2(first + 2 ** Math.min(index.width, 20)), index.width, 1);
  const shifted = first === 0 ? index : binary("add", extend("zext", index, total), literal(first, total));
  return { expr, target: { kind: "element", signal: t.signal, index: shifted, width }, guard, scope: p.scope };
};

/** Assigns, or says why that is not possible. */
export const assign = (p: Place, value: Expr, role: "next" | "drive", at: Source = here()): void => {
  if (p.target === null || p.scope === null) {
    fail(
      "assign",
      p.expr.kind === "ref"
        ? `${named(p.expr)} cannot be assigned`
        : `${role}: ${named(p.expr)} is a computed value; only registers, nets and outputs can be assigned`,
      at,
    );
    return;
  }
  const { signal } = p.target;
  if (signal.kind === "input" || signal.kind === "clock" || signal.kind === "reset")
    fail("assign", `${signal.name} is an input: the outside drives it`, at);
  if (signal.kind === "inout") fail("assign", `${signal.name} is a tri-state pin: use h.tristate(pin, value, enable)`, at);
  if (role === "next" && signal.kind !== "register")
    fail("assign", `${signal.name} is no register: use .drive(...), which takes effect at once`, at);
  if (role === "drive" && signal.kind === "register")
    fail("assign", `${signal.name} is a register: use .next(...), which takes effect at the clock edge`, at);
  p.scope.assign(p.target, value, at, p.guard);
};
