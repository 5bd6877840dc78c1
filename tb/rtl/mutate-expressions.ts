/**
 * Broken versions of a block, to see that its test notices: one operator, constant or choice of an expression changed.
 * Each node of the block's expressions is a place, however often the block uses it.
 */
import type { Module } from "#hdl";
import { type BinaryOp, type Expr, operands, type Stmt, type Target } from "#hdl/core/ir.ts";

export interface Mutant<M> {
  /** Number of the place, what its statement writes, and the change: "12: given: add for sub". */
  readonly name: string;
  readonly module: M;
}

const other: Partial<Record<BinaryOp, BinaryOp>> = {
  and: "or",
  or: "and",
  xor: "or",
  add: "sub",
  sub: "add",
  eq: "ne",
  ne: "eq",
  lt: "le",
  le: "lt",
  gt: "ge",
  ge: "gt",
  shl: "shr",
  shr: "shl",
};
/** The node with one change, and the change's name; null where there is nothing to change. */
const changed = (e: Expr): readonly [string, Expr] | null => {
  if (e.kind === "binary") {
    const op = other[e.op];
    return op === undefined ? null : [`${op} for ${e.op}`, { ...e, op }];
  }
  if (e.kind === "mux") return ["choices exchanged", { ...e, a: e.b, b: e.a }];
  if (e.kind === "unary" && e.op === "not") return ["not left out", e.a];
  if (e.kind === "literal" && e.width > 1 && e.enumeration === undefined) {
    const value = BigInt.asUintN(e.width, e.value + 1n);
    return [`${value} for ${e.value}`, { kind: "literal", width: e.width, value }];
  }
  return null;
};

/** The same expression with `from` in place of each `to`. */
const replaced = (root: Expr, from: Expr, to: Expr): Expr => {
  const made = new Map<Expr, Expr>([[from, to]]);
  const walk = (e: Expr): Expr => {
    const known = made.get(e);
    if (known !== undefined) return known;
    const result = rebuilt(e, walk);
    made.set(e, result);
    return result;
  };
  return walk(root);
};
/** The node over new operands; itself where they are the old ones. */
const rebuilt = (e: Expr, walk: (e: Expr) => Expr): Expr => {
  const same = operands(e).every((o) => walk(o) === o);
  if (same) return e;
  switch (e.kind) {
    case "literal":
    case "ref":
      return e;
    case "unary":
    case "slice":
    case "repeat":
    case "zext":
    case "sext":
      return { ...e, a: walk(e.a) };
    case "binary":
      return { ...e, a: walk(e.a), b: walk(e.b) };
    case "mux":
      return { ...e, sel: walk(e.sel), a: walk(e.a), b: walk(e.b) };
    case "concat":
      return { ...e, parts: e.parts.map(walk) };
    case "index":
      return { ...e, of: walk(e.of), index: walk(e.index) };
    case "cell":
      return { ...e, address: walk(e.address) };
  }
};

/** A statement with its expressions changed by `f`. */
const overExpressions = (s: Stmt, f: (e: Expr) => Expr): Stmt => {
  const body = (list: readonly Stmt[]): readonly Stmt[] => list.map((x) => overExpressions(x, f));
  switch (s.kind) {
    case "assign": {
      const target: Target = s.target.kind === "element" ? { ...s.target, index: f(s.target.index) } : s.target;
      return { ...s, target, value: f(s.value) };
    }
    case "if":
      // biome-ignore lint/suspicious/noThenProperty: a branch, not a promise
      return { ...s, cond: f(s.cond), then: body(s.then), else: body(s.else) };
    case "switch":
      return {
        ...s,
        subject: f(s.subject),
        cases: s.cases.map((c) => ({ ...c, body: body(c.body) })),
        fallback: s.fallback === null ? null : body(s.fallback),
      };
    case "store":
      return { ...s, address: f(s.address), value: f(s.value), mask: s.mask === null ? null : { ...s.mask, enable: f(s.mask.enable) } };
  }
};
const written = (s: Stmt): string => {
  if (s.kind === "assign") return s.target.signal.name;
  if (s.kind === "store") return s.memory.name;
  const names = [...new Set((s.kind === "if" ? [...s.then, ...s.else] : s.cases.flatMap((c) => c.body)).map(written))];
  return names.length > 2 ? `${names[0]} and others` : names.join(", ");
};

/** Every mutant of a block. Its own properties are left out, so that the test alone must notice. */
export const expressionMutants = <M extends Module>(block: M): readonly Mutant<M>[] => {
  const places = new Map<Expr, string>();
  for (const s of block.body) {
    const where = written(s);
    const visit = (e: Expr): Expr => {
      if (!places.has(e)) {
        places.set(e, where);
        for (const o of operands(e)) visit(o);
      }
      return e;
    };
    overExpressions(s, visit);
  }
  return [...places].flatMap(([from, where], i) => {
    const change = changed(from);
    if (change === null) return [];
    const body = block.body.map((s) => overExpressions(s, (e) => replaced(e, from, change[1])));
    return [{ name: `${i}: ${where}: ${change[0]}`, module: { ...block, body, properties: [] } }];
  });
};
