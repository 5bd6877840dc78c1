/** How messages speak of expressions, bits and conditions: short, in the user's names. */
import { type BinaryOp, type Diagnostic, type EnumInfo, type Expr, type Signal, type Source, shortSource } from "../core/ir.ts";
import { decider, type Path } from "./facts.ts";

const infix: Partial<Record<BinaryOp, string>> = {
  and: "&",
  or: "|",
  xor: "^",
  add: "+",
  sub: "-",
  mul: "*",
  smul: "*",
  div: "/",
  mod: "%",
  eq: "==",
  ne: "!=",
  lt: "<",
  le: "<=",
  gt: ">",
  ge: ">=",
  slt: "<",
  sle: "<=",
  sgt: ">",
  sge: ">=",
  shl: "<<",
  shr: ">>",
  sra: ">>>",
};
/** Longer texts than this say less than the line they come from. */
const longest = 60;

const enumOf = (e: Expr): EnumInfo | null => (e.kind === "ref" ? e.signal.enumeration : null);
const text = (e: Expr, depth: number, members: EnumInfo | null = null): string => {
  if (e.hint !== undefined && e.kind !== "ref") return e.hint;
  if (depth === 0 && e.kind !== "ref" && e.kind !== "literal") return "...";
  const inner = (x: Expr): string => {
    const t = text(x, depth - 1);
    return x.kind === "binary" && x.hint === undefined && t !== "..." ? `(${t})` : t;
  };
  switch (e.kind) {
    case "literal":
      return (
        (e.enumeration ?? members)?.members.find((m) => m.value === e.value)?.name ??
        (e.radix === "hex" ? `0x${e.value.toString(16)}` : `${e.value}`)
      );
    case "ref":
      return e.signal.name;
    case "unary":
      return e.op === "not" ? `!${inner(e.a)}` : e.op === "neg" ? `-${inner(e.a)}` : `${e.op}(${text(e.a, depth - 1)})`;
    case "binary":
      if (e.b.kind === "literal" && e.op.length === 3 && e.op.startsWith("s") && e.width === 1)
        return `${inner(e.a)} ${infix[e.op]} ${BigInt.asIntN(e.b.width, e.b.value)}`;
      if (e.b.kind === "literal") return `${inner(e.a)} ${infix[e.op]} ${text(e.b, 1, enumOf(e.a))}`;
      return `${inner(e.a)} ${infix[e.op]} ${inner(e.b)}`;
    case "mux":
      return `(${inner(e.sel)} ? ${inner(e.a)} : ${inner(e.b)})`;
    case "slice":
      return `${inner(e.a)}[${e.hi === e.lo ? e.hi : `${e.hi}:${e.lo}`}]`;
    case "concat":
      return `{${e.parts.map((p) => text(p, depth - 1)).join(", ")}}`;
    case "repeat":
      return `{${e.count}{${text(e.a, depth - 1)}}}`;
    case "zext":
    case "sext":
      return text(e.a, depth, members);
    case "index":
      return `${inner(e.of)}[${text(e.index, depth - 1)}]`;
    case "cell":
      return `${e.memory.name}[${text(e.address, depth - 1)}]`;
  }
};

/** An expression in infix notation, or null where that would be too long to help. */
export const showExpr = (e: Expr): string | null => {
  const t = text(e, 4);
  return t.length <= longest ? t : null;
};

/** "push_valid is 0", "count is not 3", "state is none of IDLE, RUN". */
export const showBranch = (path: Path): string => {
  const e = decider(path.stmt);
  if (path.stmt.kind === "switch") {
    const subject = showExpr(e) ?? `the subject of ${shortSource(path.stmt.at)}`;
    const members = enumOf(e);
    if (path.branch === "otherwise") {
      const all = path.stmt.cases.flatMap((c) => c.values).map((v) => text(v, 1, members));
      return `${subject} is ${all.length === 1 ? `not ${all[0]}` : `none of ${all.length <= 6 ? all.join(", ") : `${all.slice(0, 5).join(", ")} and ${all.length - 5} more`}`}`;
    }
    const values = path.branch === "then" ? [] : path.branch.values.map((v) => text(v, 1, members));
    return `${subject} is ${values.join(" or ")}`;
  }
  return showTruth(e, path.branch === "then", path.stmt.at);
};
const showTruth = (e: Expr, holds: boolean, at: Source): string => {
  if (e.hint === undefined) {
    if (e.kind === "unary" && e.op === "not") return showTruth(e.a, !holds, at);
    if (e.kind === "binary" && (e.op === "eq" || e.op === "ne") && e.b.kind === "literal" && e.a.kind !== "binary") {
      const a = showExpr(e.a);
      if (a !== null) return `${a} is ${(e.op === "eq") === holds ? "" : "not "}${text(e.b, 1, enumOf(e.a))}`;
    }
  }
  const t = showExpr(e);
  const plain = t !== null && !t.includes(" ");
  return t === null
    ? `the condition of ${shortSource(at)} ${holds ? "holds" : "does not hold"}`
    : `${plain ? t : `(${t})`} is ${holds ? 1 : 0}`;
};

/** Ranges of the ones of a mask, highest first: [[7, 4], [1, 1]]. */
export const ranges = (mask: bigint): readonly (readonly [hi: number, lo: number])[] => {
  const digits = mask.toString(2);
  const out: [number, number][] = [];
  for (let i = 0; i < digits.length; ) {
    const end = digits.indexOf("0", i);
    const next = end < 0 ? digits.length : end;
    if (next > i) out.push([digits.length - 1 - i, digits.length - next]);
    const start = digits.indexOf("1", next);
    i = start < 0 ? digits.length : start;
  }
  return out;
};

/** "count", "bit 3 of count", "bits 7:4 and 1 of count". */
export const showBits = (signal: Signal, mask: bigint): string => {
  if (mask === allBits(signal.width)) return signal.name;
  const list = ranges(mask).map(([hi, lo]) => (hi === lo ? `${hi}` : `${hi}:${lo}`));
  const some = list.length > 6 ? [...list.slice(0, 5), `${list.length - 5} more ranges`] : list;
  const many = list.length > 1 || (list[0] as string).includes(":");
  return `${many ? "bits" : "bit"} ${joined(some)} of ${signal.name}`;
};
/** Does `showBits` speak of several things? */
export const plural = (signal: Signal, mask: bigint): boolean => mask !== allBits(signal.width) && (mask & (mask - 1n)) !== 0n;

/** "a, b and c". */
export const joined = (list: readonly string[]): string =>
  list.length <= 1 ? (list[0] ?? "") : `${list.slice(0, -1).join(", ")} and ${list[list.length - 1]}`;

/** As many ones. */
export const allBits = (width: number): bigint => (1n << BigInt(width)) - 1n;

/** "an input", "a net". */
export const withArticle = (what: string): string => `${/^[aeiou]/.test(what) ? "an" : "a"} ${what}`;

export const problem = (code: string, at: Source, message: string, related: Diagnostic["related"] = []): Diagnostic => ({
  severity: "error",
  code,
  message,
  at,
  related,
});
export const remark = (code: string, at: Source, message: string, related: Diagnostic["related"] = []): Diagnostic => ({
  severity: "warning",
  code,
  message,
  at,
  related,
});
