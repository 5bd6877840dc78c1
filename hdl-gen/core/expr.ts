/** Makers of IR expressions: the one place where widths are computed and trivial nodes are not made. */
import type { BinaryOp, Expr, Literal, Ref, Signal, Source, UnaryOp } from "./ir.ts";
import { fail } from "./source.ts";

/** Bits needed to count `n` things (0 to n-1); 0 for one thing. */
export const clog2 = (n: number): number => {
  if (!Number.isInteger(n) || n < 1) fail("argument", `clog2 of ${n}: a whole number of at least 1 is needed`);
  let bits = 0;
  while (2 ** bits < n) bits++;
  return bits;
};
/** Bits needed to hold the value `n` itself; 1 for 0. */
export const widthOf = (n: number | bigint): number => Math.max(1, BigInt(n).toString(2).length);
export const isPowerOfTwo = (n: number): boolean => Number.isInteger(n) && n > 0 && 2 ** Math.round(Math.log2(n)) === n;

export const mask = (width: number): bigint => (1n << BigInt(width)) - 1n;
const checkWidth = (width: number, what: string): number =>
  Number.isInteger(width) && width >= 1 && width <= 65536 ? width : fail("width", `${what}: ${width} is not a width from 1 to 65536`);

export const ref = (signal: Signal): Ref => ({ kind: "ref", signal, width: signal.width });

/** What a user may write for a constant: 5, 5n, true, "0xff", "0b1010", "1_000", "8'hff". */
export type Constant = number | bigint | boolean | string;

/** Reads a constant; `radix` remembers how it was written. */
const readConstant = (c: Constant): { value: bigint; width: number | null; radix: Literal["radix"] } => {
  if (typeof c === "boolean") return { value: c ? 1n : 0n, width: 1, radix: "dec" };
  if (typeof c === "bigint") return { value: c, width: null, radix: "dec" };
  if (typeof c === "number")
    return Number.isSafeInteger(c)
      ? { value: BigInt(c), width: null, radix: "dec" }
      : fail("literal", `${c} is not a whole number below 2^53; write it as a bigint`);
  const text = c.replaceAll("_", "");
  const m = /^(?:(\d+)'([hbdHBD])([0-9a-fA-F]+)|(-?)(0x[0-9a-fA-F]+|0b[01]+|\d+))$/.exec(text);
  if (!m) return fail("literal", `"${c}" is no constant; write "0xff", "0b1010", "12" or "8'hff"`);
  if (m[1]) {
    const base = (m[2] as string).toLowerCase();
    try {
      const value = BigInt((base === "h" ? "0x" : base === "b" ? "0b" : "") + m[3]);
      return { value, width: Number(m[1]), radix: base === "h" ? "hex" : base === "b" ? "bin" : "dec" };
    } catch {
      return fail("literal", `"${c}" is no constant: a digit does not belong to its base`);
    }
  }
  const value = BigInt(m[5] as string) * (m[4] === "-" ? -1n : 1n);
  return { value, width: null, radix: m[5]?.startsWith("0x") ? "hex" : m[5]?.startsWith("0b") ? "bin" : "dec" };
};

/** A constant of `width` bits; an error where it does not fit. `signed` allows -2^(w-1) and refuses 2^(w-1) and up. */
export const literal = (c: Constant, width: number, signed = false, at?: Source): Literal => {
  checkWidth(width, "constant");
  const { value, width: stated, radix } = readConstant(c);
  if (stated !== null && stated !== width)
    fail("width", `constant ${c} has ${stated} bit${stated === 1 ? "" : "s"} where ${width} are needed`, at);
  const [low, high] = signed ? [-(1n << BigInt(width - 1)), mask(width - 1)] : [0n, mask(width)];
  if (value < low || (value > high && !(stated !== null && value <= mask(width))))
    fail("literal", `${c} does not fit ${width} ${signed ? "signed " : ""}bit${width === 1 ? "" : "s"} (${low} to ${high})`, at);
  return { kind: "literal", value: value & mask(width), width, ...(radix === "dec" || radix === undefined ? {} : { radix }) };
};

export const unary = (op: UnaryOp, a: Expr): Expr => ({ kind: "unary", op, a, width: op === "not" || op === "neg" ? a.width : 1 });

const resultWidth = (op: BinaryOp, a: Expr, b: Expr): number => {
  switch (op) {
    case "eq":
    case "ne":
    case "lt":
    case "le":
    case "gt":
    case "ge":
    case "slt":
    case "sle":
    case "sgt":
    case "sge":
      return 1;
    case "mul":
    case "smul":
      return a.width + b.width;
    default:
      return a.width;
  }
};
export const binary = (op: BinaryOp, a: Expr, b: Expr): Expr => ({ kind: "binary", op, a, b, width: resultWidth(op, a, b) });
export const mux = (sel: Expr, a: Expr, b: Expr): Expr => ({ kind: "mux", sel, a, b, width: a.width });

export const slice = (a: Expr, hi: number, lo: number): Expr => {
  if (!Number.isInteger(hi) || !Number.isInteger(lo) || hi < lo || lo < 0 || hi >= a.width)
    fail("index", `bits ${hi} to ${lo} of ${named(a)}: it has bits ${a.width - 1} to 0`);
  if (lo === 0 && hi === a.width - 1) return a;
  if (a.kind === "slice") return { kind: "slice", a: a.a, hi: a.lo + hi, lo: a.lo + lo, width: hi - lo + 1 };
  if (a.kind === "literal") return { kind: "literal", value: (a.value >> BigInt(lo)) & mask(hi - lo + 1), width: hi - lo + 1 };
  if (a.kind === "concat") {
    // A slice that is exactly some of the parts is those parts.
    let top = a.width;
    const picked: Expr[] = [];
    for (const part of a.parts) {
      const [partHi, partLo] = [top - 1, top - part.width];
      top = partLo;
      if (partHi <= hi && partLo >= lo) picked.push(part);
      else if (partHi <= hi && partHi >= lo) return { kind: "slice", a, hi, lo, width: hi - lo + 1 };
      else if (partLo <= hi && partHi > hi)
        return partLo <= lo ? slice(part, hi - partLo, lo - partLo) : { kind: "slice", a, hi, lo, width: hi - lo + 1 };
    }
    return concat(picked);
  }
  return { kind: "slice", a, hi, lo, width: hi - lo + 1 };
};
export const concat = (parts: readonly Expr[]): Expr => {
  if (parts.length === 0) fail("argument", "a concatenation needs at least one part");
  const flat = parts.flatMap((p) => (p.kind === "concat" && p.hint === undefined ? p.parts : [p]));
  if (flat.length === 1) return flat[0] as Expr;
  // Parts of one value that touch are one slice again.
  const joined: Expr[] = [];
  for (const p of flat) {
    const last = joined.at(-1);
    if (last?.kind === "slice" && p.kind === "slice" && last.a === p.a && last.lo === p.hi + 1)
      joined[joined.length - 1] = slice(p.a, last.hi, p.lo);
    else joined.push(p);
  }
  return joined.length === 1
    ? (joined[0] as Expr)
    : {
        kind: "concat",
        parts: joined,
        width: checkWidth(
          flat.reduce((n, p) => n + p.width, 0),
          "concatenation",
        ),
      };
};
export const repeat = (a: Expr, count: number): Expr => {
  if (!Number.isInteger(count) || count < 1) fail("argument", `repeat ${count} times: a whole number of at least 1 is needed`);
  return count === 1 ? a : { kind: "repeat", a, count, width: checkWidth(a.width * count, "repeat") };
};
export const extend = (kind: "zext" | "sext", a: Expr, width: number): Expr => {
  checkWidth(width, kind);
  if (width < a.width) fail("width", `.${kind}(${width}) of ${named(a)}, which has ${a.width} bits: use .trunc(${width})`);
  if (width === a.width) return a;
  if (a.kind === "literal" && kind === "zext") return { ...a, width };
  return { kind, a, width };
};
export const trunc = (a: Expr, width: number): Expr => {
  checkWidth(width, "trunc");
  if (width > a.width) fail("width", `.trunc(${width}) of ${named(a)}, which has ${a.width} bits: use .zext(${width}) or .sext(${width})`);
  return slice(a, width - 1, 0);
};

/** `zeros` at the top to make room, or bits dropped: for index arithmetic, where the value is known to fit. */
export const fit = (a: Expr, width: number): Expr => (a.width < width ? extend("zext", a, width) : trunc(a, width));

/** How a message calls an expression. */
export const named = (e: Expr): string => {
  switch (e.kind) {
    case "ref":
      return e.signal.name;
    case "literal":
      return `constant ${e.value}`;
    case "slice":
      return `${named(e.a)}[${e.hi === e.lo ? e.hi : `${e.hi}:${e.lo}`}]`;
    case "cell":
      return `memory ${e.memory.name}`;
    case "index":
      return `an element of ${named(e.of)}`;
    default:
      return e.hint ?? `a value of ${e.width} bits`;
  }
};
/** "count (8 bits)", "constant 5". */
export const sized = (e: Expr): string =>
  e.kind === "ref" || e.kind === "slice" || e.hint !== undefined
    ? `${named(e)} (${e.width} bit${e.width === 1 ? "" : "s"})`
    : `${e.width} bit${e.width === 1 ? "" : "s"}`;
