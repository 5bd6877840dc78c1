/** Names for values that Verilog wants in a wire of their own: after their operands where those have names, else after
 *  what they are for and what they are. */
import type { BinaryOp, Expr } from "../core/ir.ts";

const words: Readonly<Record<BinaryOp, string>> = {
  and: "and",
  or: "or",
  xor: "xor",
  add: "plus",
  sub: "minus",
  mul: "times",
  smul: "times",
  div: "over",
  mod: "modulo",
  eq: "is",
  ne: "is_not",
  lt: "below",
  le: "up_to",
  gt: "above",
  ge: "from",
  slt: "below",
  sle: "up_to",
  sgt: "above",
  sge: "from",
  shl: "shifted_by",
  shr: "shifted_down_by",
  sra: "shifted_down_by",
};

const roles: Readonly<Record<BinaryOp, string>> = {
  and: "mask",
  or: "union",
  xor: "xor",
  add: "sum",
  sub: "difference",
  mul: "product",
  smul: "product",
  div: "quotient",
  mod: "remainder",
  eq: "match",
  ne: "mismatch",
  lt: "comparison",
  le: "comparison",
  gt: "comparison",
  ge: "comparison",
  slt: "comparison",
  sle: "comparison",
  sgt: "comparison",
  sge: "comparison",
  shl: "shifted",
  shr: "shifted",
  sra: "shifted",
};

const longest = 28;

/** A short word for an operand, or null where only its structure could be told. */
const operandName = (e: Expr): string | null => {
  if (e.hint !== undefined) return e.hint;
  switch (e.kind) {
    case "ref":
      return e.signal.name;
    case "literal":
      return e.enumeration?.members.find((m) => m.value === e.value)?.name.toLowerCase() ?? (e.value < 1000n ? `${e.value}` : null);
    case "zext":
    case "sext":
      return operandName(e.a);
    case "slice":
      return e.a.kind === "ref" ? `${e.a.signal.name}_${e.hi}${e.hi === e.lo ? "" : `_${e.lo}`}` : null;
    case "cell":
      return `${e.memory.name}_word`;
    default:
      return null;
  }
};

/** What a value should be called that serves the signal `target`. */
export const describe = (e: Expr, target: string): string => {
  if (e.hint !== undefined) return e.hint;
  const own = ((): string | null => {
    switch (e.kind) {
      case "ref":
        return `${e.signal.name}_all`;
      case "cell":
        return `${e.memory.name}_word`;
      case "index": {
        const of = operandName(e.of);
        const index = operandName(e.index);
        return of !== null && index !== null && !/^\d/.test(of) ? `${of}_at_${index}` : null;
      }
      case "binary": {
        const a = operandName(e.a);
        const b = operandName(e.b);
        return a !== null && b !== null && !/^\d/.test(a) ? `${a}_${words[e.op]}_${b}` : null;
      }
      case "unary": {
        const a = operandName(e.a);
        return a !== null && !/^\d/.test(a)
          ? `${a}_${{ not: "inverted", neg: "negated", all: "all", any: "any", parity: "parity" }[e.op]}`
          : null;
      }
      default:
        return null;
    }
  })();
  if (own !== null && own.length <= longest) return own;
  if (e.width === 1) return `${target}_condition`;
  const role =
    e.kind === "binary" ? roles[e.op] : e.kind === "mux" ? "choice" : e.kind === "cell" ? "word" : e.kind === "unary" ? "term" : "bits";
  return `${target}_${role}`;
};
