/** Statement trees as a simulator needs them: the part that concerns some signals, and what a statement reads. */
import { type Expr, operands, type Signal, type Stmt } from "../core/ir.ts";

/** The statements with only those leaves (assignments, stores) that `keep` wants; empty branches are dropped. */
export const project = (body: readonly Stmt[], keep: (leaf: Stmt) => boolean): readonly Stmt[] => {
  const part = (s: Stmt): readonly Stmt[] => {
    switch (s.kind) {
      case "assign":
      case "store":
        return keep(s) ? [s] : [];
      case "if": {
        const then = project(s.then, keep);
        const otherwise = project(s.else, keep);
        return then.length === 0 && otherwise.length === 0 ? [] : [{ ...s, then, else: otherwise }];
      }
      case "switch": {
        const cases = s.cases.map((c) => ({ ...c, body: project(c.body, keep) }));
        const fallback = s.fallback === null ? null : project(s.fallback, keep);
        return cases.every((c) => c.body.length === 0) && (fallback?.length ?? 0) === 0 ? [] : [{ ...s, cases, fallback }];
      }
    }
  };
  return body.flatMap(part);
};

/** Without what stands before an unconditional assignment of the whole; all statements assign one signal. */
export const effective = (body: readonly Stmt[]): readonly Stmt[] => {
  const last = body.findLastIndex((s) => s.kind === "assign" && s.target.kind === "whole");
  return last > 0 ? body.slice(last) : body;
};

/** Calls `f` for each assignment and store below. */
export const leaves = (body: readonly Stmt[], f: (leaf: Extract<Stmt, { kind: "assign" | "store" }>) => void): void => {
  for (const s of body) {
    if (s.kind === "if") {
      leaves(s.then, f);
      leaves(s.else, f);
    } else if (s.kind === "switch") {
      for (const c of s.cases) leaves(c.body, f);
      if (s.fallback !== null) leaves(s.fallback, f);
    } else f(s);
  }
};

/** Calls `f` for each expression that stands directly in a statement below: conditions, indices, values, addresses. */
export const expressions = (body: readonly Stmt[], f: (e: Expr) => void): void => {
  for (const s of body) {
    switch (s.kind) {
      case "assign":
        if (s.target.kind === "element") f(s.target.index);
        f(s.value);
        break;
      case "if":
        f(s.cond);
        expressions(s.then, f);
        expressions(s.else, f);
        break;
      case "switch":
        f(s.subject);
        for (const c of s.cases) expressions(c.body, f);
        if (s.fallback !== null) expressions(s.fallback, f);
        break;
      case "store":
        f(s.address);
        f(s.value);
        if (s.mask !== null) f(s.mask.enable);
        break;
    }
  }
};

/** Top-level statements by the signal they assign, each list in the body's order. */
export const bySignal = (body: readonly Stmt[]): ReadonlyMap<Signal, readonly Stmt[]> => {
  const map = new Map<Signal, Stmt[]>();
  for (const s of body) {
    leaves([s], (leaf) => {
      if (leaf.kind !== "assign") return;
      const list = map.get(leaf.target.signal) ?? [];
      map.set(leaf.target.signal, list);
      if (list.at(-1) !== s) list.push(s);
    });
  }
  return map;
};

/** Calls `f` once for each expression in `roots` and below, operands before users. */
export const eachExpr = (roots: Iterable<Expr>, f: (e: Expr) => void, seen: Set<Expr> = new Set()): void => {
  const visit = (e: Expr): void => {
    if (seen.has(e)) return;
    seen.add(e);
    for (const o of operands(e)) visit(o);
    f(e);
  };
  for (const e of roots) visit(e);
};
