/**
 * Operators on constants, and those that change nothing: generic code leaves them behind, and nobody wants to read
 * `valid && 1'b1`. Operands are lowered expressions of equal width; the result means the same, bit for bit.
 */
import { concat as joined, mask } from "../core/expr.ts";
import { type Binary, type BinaryOp, type Expr, type Literal, operands, type UnaryOp } from "../core/ir.ts";

export const constant = (value: bigint, width: number): Literal => ({ kind: "literal", value: value & mask(width), width });
const isZero = (e: Expr): boolean => e.kind === "literal" && e.value === 0n;
const isOnes = (e: Expr): boolean => e.kind === "literal" && e.value === mask(e.width);
const signed = ({ value, width }: Literal): bigint => (value >> BigInt(width - 1) === 1n ? value - (1n << BigInt(width)) : value);

const opposite: Partial<Readonly<Record<BinaryOp, BinaryOp>>> = {
  eq: "ne",
  ne: "eq",
  lt: "ge",
  ge: "lt",
  gt: "le",
  le: "gt",
  slt: "sge",
  sge: "slt",
  sgt: "sle",
  sle: "sgt",
};

/** `!(a == b)` is `a != b`. */
export const not = (a: Expr): Expr => {
  if (a.kind === "unary" && a.op === "not") return a.a;
  if (a.kind === "literal") return constant(~a.value, a.width);
  const other = a.kind === "binary" ? opposite[a.op] : undefined;
  return other === undefined ? { kind: "unary", op: "not", a, width: a.width } : { ...(a as Binary), op: other };
};

export const unary = (op: UnaryOp, a: Expr): Expr => {
  if (op === "not") return not(a);
  const width = op === "neg" ? a.width : 1;
  if (a.width === 1) return a;
  if (a.kind === "literal") return constant(reduce(op, a), width);
  if (a.kind === "concat" && (op === "any" || op === "all")) {
    const [idle, decides] = op === "any" ? [isZero, isOnes] : [isOnes, isZero];
    const parts = a.parts.filter((p) => !idle(p));
    if (parts.some((p) => decides(p) && p.width === 1)) return constant(op === "any" ? 1n : 0n, 1);
    if (parts.length < a.parts.length) return unary(op, joined(parts));
  }
  return { kind: "unary", op, a, width };
};

const reduce = (op: UnaryOp, a: Literal): bigint => {
  if (op === "neg") return -a.value;
  if (op === "all") return isOnes(a) ? 1n : 0n;
  if (op === "any") return isZero(a) ? 0n : 1n;
  return BigInt(a.value.toString(2).replaceAll("0", "").length & 1);
};

export const binary = (op: BinaryOp, a: Expr, b: Expr, width: number): Expr => {
  if (a.kind === "literal" && b.kind === "literal") return constant(calculate(op, a, b), width);
  const known = comparison(op, a, b);
  if (known !== null) return constant(known, 1);
  if ((op === "sub" || op === "xor") && same(a, b)) return constant(0n, width);
  if ((op === "and" || op === "or") && same(a, b)) return a;
  switch (op) {
    case "and":
      if (isZero(a) || isOnes(b)) return a;
      if (isZero(b) || isOnes(a)) return b;
      break;
    case "or":
      if (isZero(b) || isOnes(a)) return a;
      if (isZero(a) || isOnes(b)) return b;
      break;
    case "xor":
    case "add":
      if (isZero(a)) return b;
      if (isZero(b)) return a;
      break;
    case "sub":
      if (isZero(b)) return a;
      break;
    case "shl":
    case "shr":
    case "sra":
      if (isZero(a) || isZero(b)) return a;
      // Icarus sees as much, and an `always @*` of nothing else never runs there.
      if (op !== "sra" && b.kind === "literal" && b.value >= BigInt(a.width)) return constant(0n, width);
      break;
    case "div":
    case "mod":
      // Icarus 11 divides values of more than 64 bits by 1 and gets 0.
      if (isZero(a)) return a;
      if (b.kind === "literal" && b.value === 1n) return op === "div" ? a : constant(0n, width);
      break;
    case "mul":
      if (isZero(a)) return a;
      if (isZero(b)) return b;
      break;
    case "eq":
    case "ne": {
      if (a.width > 1) break;
      const [c, other] = a.kind === "literal" ? [a, b] : [b, a];
      if (c.kind === "literal" && c.enumeration === undefined) return (c.value === 1n) === (op === "eq") ? other : not(other);
      break;
    }
    default:
      break;
  }
  return { kind: "binary", op, a, b, width };
};

/** Do two expressions have the same structure? */
const same = (a: Expr, b: Expr): boolean => {
  if (a === b) return true;
  if (a.kind !== b.kind || a.width !== b.width) return false;
  const [x, y] = [operands(a), operands(b)];
  return plainText(a) === plainText(b) && x.length === y.length && x.every((o, i) => same(o, y[i] as Expr));
};
/** What an expression is beside its operands. */
const plainText = (e: Expr): string => {
  switch (e.kind) {
    case "literal":
      return `${e.value}`;
    case "ref":
      return e.signal.name;
    case "unary":
    case "binary":
      return e.op;
    case "slice":
      return `${e.hi}:${e.lo}`;
    case "repeat":
      return `${e.count}`;
    case "cell":
      return e.memory.name;
    default:
      return "";
  }
};

/** The least (`sign` 1) or largest two's complement number of its width. */
const isSignedLimit = (e: Expr, sign: bigint): boolean =>
  e.kind === "literal" && e.value === (sign === 1n ? 1n << BigInt(e.width - 1) : mask(e.width - 1));

/** A comparison that the width alone answers, or equal operands: Verilator's UNSIGNED and CMPCONST. */
const comparison = (op: BinaryOp, a: Expr, b: Expr): bigint | null => {
  if (["eq", "le", "ge", "sle", "sge"].includes(op) && same(a, b)) return 1n;
  if (["ne", "lt", "gt", "slt", "sgt"].includes(op) && same(a, b)) return 0n;
  const [lowest, highest] = [(e: Expr) => isSignedLimit(e, 1n), (e: Expr) => isSignedLimit(e, 0n)];
  if ((op === "slt" && (lowest(b) || highest(a))) || (op === "sgt" && (lowest(a) || highest(b)))) return 0n;
  if ((op === "sge" && (lowest(b) || highest(a))) || (op === "sle" && (lowest(a) || highest(b)))) return 1n;
  if ((op === "lt" && (isZero(b) || isOnes(a))) || (op === "gt" && (isZero(a) || isOnes(b)))) return 0n;
  if ((op === "ge" && (isZero(b) || isOnes(a))) || (op === "le" && (isZero(a) || isOnes(b)))) return 1n;
  return null;
};

const bit = (b: boolean): bigint => (b ? 1n : 0n);
const calculate = (op: BinaryOp, a: Literal, b: Literal): bigint => {
  const [x, y] = [a.value, b.value];
  const by = y < BigInt(a.width) ? y : BigInt(a.width);
  const results: Readonly<Record<BinaryOp, () => bigint>> = {
    and: () => x & y,
    or: () => x | y,
    xor: () => x ^ y,
    add: () => x + y,
    sub: () => x - y,
    mul: () => x * y,
    smul: () => signed(a) * signed(b),
    div: () => x / y,
    mod: () => x % y,
    eq: () => bit(x === y),
    ne: () => bit(x !== y),
    lt: () => bit(x < y),
    le: () => bit(x <= y),
    gt: () => bit(x > y),
    ge: () => bit(x >= y),
    slt: () => bit(signed(a) < signed(b)),
    sle: () => bit(signed(a) <= signed(b)),
    sgt: () => bit(signed(a) > signed(b)),
    sge: () => bit(signed(a) >= signed(b)),
    shl: () => x << by,
    shr: () => x >> by,
    sra: () => signed(a) >> by,
  };
  return results[op]();
};

export const mux = (sel: Expr, a: Expr, b: Expr): Expr => {
  if (sel.kind === "literal") return sel.value === 1n ? a : b;
  if (a === b || (a.kind === "literal" && b.kind === "literal" && a.value === b.value)) return a;
  if (a.width === 1 && isOnes(a) && isZero(b)) return sel;
  if (a.width === 1 && isZero(a) && isOnes(b)) return not(sel);
  return { kind: "mux", sel, a, b, width: a.width };
};

export const repeat = (a: Expr, count: number): Expr =>
  count === 1
    ? a
    : a.kind === "literal"
      ? constant(duplicate(a, count), a.width * count)
      : { kind: "repeat", a, count, width: a.width * count };

const duplicate = (a: Literal, count: number): bigint => {
  let value = 0n;
  for (let i = 0; i < count; i++) value = (value << BigInt(a.width)) | a.value;
  return value;
};

/** Zeros in a row are one constant; other constants in a row stay as the user wrote them unless there is nothing else. */
export const concat = (parts: readonly Expr[]): Expr => {
  const all = joined(parts);
  if (all.kind !== "concat") return all;
  const merged: Expr[] = [];
  for (const p of all.parts) {
    const last = merged.at(-1);
    if (last !== undefined && isZero(p) && isZero(last)) merged[merged.length - 1] = constant(0n, last.width + p.width);
    else merged.push(p);
  }
  if (merged.some((p) => p.kind !== "literal")) return { ...all, parts: merged };
  const value = (merged as readonly Literal[]).reduce((high, p) => (high << BigInt(p.width)) | p.value, 0n);
  return constant(value, all.width);
};
