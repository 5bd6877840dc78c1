/** The part of a statement tree that concerns some of its targets. */

import type { Stmt, SwitchCase } from "../core/ir.ts";

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
      const values = s.cases.reduce((n, c) => n + BigInt(c.values.length), 0n);
      const fallback = s.fallback === null || values === 1n << BigInt(subject.width) ? null : prune(s.fallback, keep);
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
