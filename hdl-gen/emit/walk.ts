/** Walks over statements that several steps of the emitter share. */
import { type Expr, operands, type Signal, type Stmt, type Target } from "../core/ir.ts";

type Leaf = Extract<Stmt, { kind: "assign" | "store" }>;

/** Calls `visit` for each assignment and store, with the conditions, outermost first, that it stands under. */
export const eachLeaf = (
  body: readonly Stmt[],
  visit: (leaf: Leaf, conditions: readonly Expr[]) => void,
  conditions: readonly Expr[] = [],
): void => {
  for (const s of body) {
    if (s.kind === "assign" || s.kind === "store") visit(s, conditions);
    else {
      const inner = [...conditions, s.kind === "if" ? s.cond : s.subject];
      for (const block of blocks(s)) eachLeaf(block, visit, inner);
    }
  }
};

/** The statement lists inside a statement. */
export const blocks = (s: Extract<Stmt, { kind: "if" | "switch" }>): readonly (readonly Stmt[])[] =>
  s.kind === "if" ? [s.then, s.else] : [...s.cases.map((c) => c.body), ...(s.fallback === null ? [] : [s.fallback])];

/** Expressions of a leaf statement itself: value, index of the target, address, enables. */
export const leafExprs = (s: Leaf): readonly Expr[] =>
  s.kind === "store"
    ? [s.address, s.value, ...(s.mask === null ? [] : [s.mask.enable])]
    : s.target.kind === "element"
      ? [s.target.index, s.value]
      : [s.value];

/** Every expression that a list of statements has. */
export const eachExpr = (body: readonly Stmt[], visit: (e: Expr) => void): void => {
  for (const s of body) {
    if (s.kind === "assign" || s.kind === "store") leafExprs(s).forEach(visit);
    else {
      visit(s.kind === "if" ? s.cond : s.subject);
      for (const block of blocks(s)) eachExpr(block, visit);
    }
  }
};

/** The bits that a target covers; null where that is decided at run time. */
export const targetBits = (t: Target): { readonly hi: number; readonly lo: number } | null =>
  t.kind === "whole" ? { hi: t.signal.width - 1, lo: 0 } : t.kind === "bits" ? { hi: t.hi, lo: t.lo } : null;

/** Calls `visit` for each signal that `e` reads, with the bits read; each value is looked at once per `seen`. */
export const eachRead = (e: Expr, visit: (s: Signal, hi: number, lo: number) => void, seen: Set<Expr>): void => {
  if (seen.has(e)) return;
  seen.add(e);
  if (e.kind === "ref") visit(e.signal, e.width - 1, 0);
  else if (e.kind === "slice" && e.a.kind === "ref") visit(e.a.signal, e.hi, e.lo);
  else for (const o of operands(e)) eachRead(o, visit, seen);
};
