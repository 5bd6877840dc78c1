/** The part of a statement tree that concerns some of its targets. */

import { binary, concat, mux, slice } from "../core/expr.ts";
import type { Expr, Signal, Stmt, SwitchCase } from "../core/ir.ts";

/** The statements of `body` that `keep` wants, with the conditions around them; constant conditions are decided. */
export const prune = (body: readonly Stmt[], keep: (leaf: Stmt) => boolean): readonly Stmt[] => body.flatMap((s) => pruned(s, keep));

const pruned = (s: Stmt, keep: (leaf: Stmt) => boolean): readonly Stmt[] => {
  switch (s.kind) {
    case "assign":
    case "store":
      return keep(s) ? [s] : [];
    case "if": {
      if (s.cond.kind === "literal") return prune(s.cond.value === 1n ? s.then : s.else, keep);
      const then = prune(s.then, keep);
      const otherwise = prune(s.else, keep);
      if (then.length === 0 && otherwise.length === 0) return [];
      if (then.length > 0) return [{ ...s, then, else: otherwise }];
      return [{ ...s, cond: { kind: "unary", op: "not", a: s.cond, width: 1 }, then: otherwise, else: [] }];
    }
    case "switch": {
      const { subject } = s;
      if (subject.kind === "literal")
        return prune(s.cases.find((c) => c.values.some((v) => v.value === subject.value))?.body ?? s.fallback ?? [], keep);
      const fallback = s.fallback === null ? null : prune(s.fallback, keep);
      const cases = s.cases.map((c): SwitchCase => ({ ...c, body: prune(c.body, keep) }));
      if (cases.every((c) => c.body.length === 0) && (fallback === null || fallback.length === 0)) return [];
      // Without other statements for the rest, a case that does nothing need not be told.
      const idle = fallback === null || fallback.length === 0;
      return [
        { ...s, cases: idle ? cases.filter((c) => c.body.length > 0) : cases, fallback: idle && fallback !== null ? null : fallback },
      ];
    }
  }
};

/**
 * What `body` leaves in `signal`, as one expression, if it starts as `before`; null where an element is chosen at run
 * time. For nets that depend on nothing: a block that waits for nothing would never run.
 */
export const asExpression = (body: readonly Stmt[], signal: Signal, before: Expr): Expr | null => {
  let value: Expr | null = before;
  for (const s of body) {
    if (value === null) return null;
    const now: Expr = value;
    switch (s.kind) {
      case "assign": {
        const t = s.target;
        if (t.signal !== signal) break;
        if (t.kind === "element") return null;
        const above = t.kind === "bits" && t.hi < signal.width - 1 ? [slice(now, signal.width - 1, t.hi + 1)] : [];
        const below = t.kind === "bits" && t.lo > 0 ? [slice(now, t.lo - 1, 0)] : [];
        value = concat([...above, s.value, ...below]);
        break;
      }
      case "store":
        break;
      case "if": {
        const then = asExpression(s.then, signal, now);
        const otherwise = asExpression(s.else, signal, now);
        value = then === null || otherwise === null ? null : mux(s.cond, then, otherwise);
        break;
      }
      case "switch":
        value = asExpression(s.fallback ?? [], signal, now);
        for (const c of [...s.cases].reverse())
          for (const v of c.values) {
            const chosen = asExpression(c.body, signal, now);
            value = value === null || chosen === null ? null : mux(binary("eq", s.subject, v), chosen, value);
          }
        break;
    }
  }
  return value;
};
