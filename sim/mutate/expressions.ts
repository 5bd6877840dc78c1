/**
 * Broken versions of a block, to see that its test notices: one operator, constant or choice of an expression changed, or
 * the width of a compare. Each node of the block's expressions is a place, however often the block uses it.
 */
import type { Module } from "#hdl";
import { type BinaryOp, type Expr, operands, type Source } from "#hdl/core/ir.ts";
import { type Mutant, type MutantKind, mutant } from "./mutant.ts";
import { changer, overExpressions, written } from "./rewrite.ts";

type Change = readonly [name: string, kind: MutantKind, Expr];

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
/** Those of signed numbers, which few blocks have. */
const otherSigned: Partial<Record<BinaryOp, BinaryOp>> = {
  slt: "sle",
  sle: "slt",
  sgt: "sge",
  sge: "sgt",
  sra: "shr",
};
const compares: ReadonlySet<BinaryOp> = new Set(["eq", "ne", "lt", "le", "gt", "ge"]);

/** The first change of a node; null where there is none. */
const firstChange = (e: Expr): Change | null => {
  if (e.kind === "binary") {
    const op = other[e.op];
    return op === undefined ? null : [`${op} for ${e.op}`, "operator", { ...e, op }];
  }
  if (e.kind === "mux") return ["choices exchanged", "choice", { ...e, a: e.b, b: e.a }];
  if (e.kind === "unary" && e.op === "not") return ["not left out", "operator", e.a];
  if (e.kind === "literal" && e.width > 1 && e.enumeration === undefined) {
    const value = BigInt.asUintN(e.width, e.value + 1n);
    return [`${value} for ${e.value}`, "constant", { kind: "literal", width: e.width, value }];
  }
  return null;
};

/** The highest bit is zero whatever happens. */
const zeroOnTop = (e: Expr): boolean =>
  (e.kind === "zext" && e.a.width < e.width) ||
  (e.kind === "literal" && e.value < 1n << BigInt(e.width - 1)) ||
  (e.kind === "concat" && zeroOnTop(e.parts[0] as Expr));
const lower = (e: Expr): Expr => ({ kind: "slice", width: e.width - 1, a: e, hi: e.width - 2, lo: 0 });

/** Changes beside the first: the width of a compare, a single bit, a member of an enumeration, what is signed, a reduction. */
const furtherChanges = (e: Expr): readonly Change[] => {
  if (e.kind === "binary") {
    const op = otherSigned[e.op];
    if (op !== undefined) return [[`${op} for ${e.op}`, "operator", { ...e, op }]];
    const { width } = e.a;
    if (!compares.has(e.op) || width < 2 || (zeroOnTop(e.a) && zeroOnTop(e.b))) return [];
    return [[`${e.op} of ${width - 1} bits for ${width}`, "compare width", { ...e, a: lower(e.a), b: lower(e.b) }]];
  }
  if (e.kind === "unary") {
    if (e.op === "neg") return [["neg left out", "operator", e.a]];
    if (e.op === "not" || e.a.width === 1) return [];
    const op = e.op === "any" ? "all" : "any";
    return [[`${op} for ${e.op}`, "operator", { ...e, op }]];
  }
  if (e.kind === "literal" && e.enumeration !== undefined) {
    const { members } = e.enumeration;
    const next = members[(members.findIndex((m) => m.value === e.value) + 1) % members.length];
    if (next === undefined || next.value === e.value) return [];
    return [[`${next.name} for ${members.find((m) => m.value === e.value)?.name ?? e.value}`, "constant", { ...e, value: next.value }]];
  }
  if (e.kind === "literal" && e.width === 1)
    return [[`bit ${1n - e.value} for ${e.value}`, "constant", { kind: "literal", width: 1, value: 1n - e.value }]];
  return [];
};

/** Every place of a block with the changes that `changes` knows for it. */
const mutantsBy = <M extends Module>(block: M, changes: (e: Expr) => readonly Change[]): readonly Mutant<M>[] => {
  const places = new Map<Expr, { readonly where: string; readonly at: Source }>();
  for (const s of block.body) {
    const where = { where: written(s), at: s.at };
    const visit = (e: Expr): Expr => {
      if (!places.has(e)) {
        places.set(e, where);
        for (const o of operands(e)) visit(o);
      }
      return e;
    };
    overExpressions(s, visit);
  }
  return [...places].flatMap(([from, { where, at }], i) =>
    changes(from).map(([change, kind, to]) =>
      mutant(block, { name: `${i}: ${where}: ${change}`, kind, at }, () => {
        const f = changer((e) => (e === from ? to : null));
        return { body: block.body.map((s) => overExpressions(s, (e) => f(e))) };
      }),
    ),
  );
};

/** Operators, constants and choices: one mutant for each place that has something to change. */
export const expressionMutants = <M extends Module>(block: M): readonly Mutant<M>[] =>
  mutantsBy(block, (e) => {
    const change = firstChange(e);
    return change === null ? [] : [change];
  });

/** What `expressionMutants` leaves: widths of compares, single bits, members of enumerations, signed operators, reductions. */
export const furtherExpressionMutants = <M extends Module>(block: M): readonly Mutant<M>[] => mutantsBy(block, furtherChanges);
