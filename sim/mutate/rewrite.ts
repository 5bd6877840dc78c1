/** Copies of a block's body with something changed, and what a statement writes. */
import { type Expr, operands, type Stmt, type Target } from "#hdl/core/ir.ts";

/** The node over operands changed by `walk`; itself where they stay. */
export const rebuilt = (e: Expr, walk: (e: Expr) => Expr): Expr => {
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

/** A change of expressions, with parts shared as before: `leaf` gives what a node becomes, or null to look into it. */
export const changer = (leaf: (e: Expr) => Expr | null): ((e: Expr) => Expr) => {
  const made = new Map<Expr, Expr>();
  const walk = (e: Expr): Expr => {
    const known = made.get(e);
    if (known !== undefined) return known;
    const result = leaf(e) ?? rebuilt(e, walk);
    made.set(e, result);
    return result;
  };
  return walk;
};

/** A statement with its expressions changed by `f`, and what it writes by `onto`. */
export const overExpressions = (s: Stmt, f: (e: Expr) => Expr, onto: (t: Target) => Target = (t) => t): Stmt => {
  const body = (list: readonly Stmt[]): readonly Stmt[] => list.map((x) => overExpressions(x, f, onto));
  switch (s.kind) {
    case "assign": {
      const target = onto(s.target);
      return { ...s, target: target.kind === "element" ? { ...target, index: f(target.index) } : target, value: f(s.value) };
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

/** "given", "given, taken", "given and others". */
export const written = (s: Stmt): string => {
  if (s.kind === "assign") return s.target.signal.name;
  if (s.kind === "store") return s.memory.name;
  const names = [...new Set((s.kind === "if" ? [...s.then, ...s.else] : s.cases.flatMap((c) => c.body)).map(written))];
  return names.length > 2 ? `${names[0]} and others` : names.join(", ");
};
