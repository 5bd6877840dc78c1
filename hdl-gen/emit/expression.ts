/**
 * Expressions as text. Why the text means what the IR means, whatever Verilog's context rules do:
 *
 * - Every operand of an operator that takes its width from the context (+ - * / % & | ^ ~ << >> >>> ?: and comparisons)
 *   has the width of the others; `lower.ts` sees to it. So an expression's own width is its node's width, every context
 *   it stands in is as wide, and nothing is ever extended. All other operands are self-determined in Verilog too.
 * - Only `$signed` makes a signed operand. It stands on both sides of a comparison, whose result is unsigned, or left of
 *   `>>>`; that expression is closed with `$unsigned` unless nothing beside it could make it unsigned.
 */

import { clog2 } from "../core/expr.ts";
import type { BinaryOp, EnumInfo, Expr, Literal, Signal } from "../core/ir.ts";
import { type Doc, group, indent, join, line, softline } from "./layout.ts";
import { literalText, signedLiteralText } from "./literal.ts";

/** What expressions need to know of the module around them. */
export interface Naming {
  signal(s: Signal): string;
  /** Localparam of an enumeration's member, or null. */
  member(info: EnumInfo, value: bigint): string | null;
}

/** Binding strength, as IEEE 1364-2005 table 5-4 orders it. */
const strength = {
  ternary: 3,
  logicalOr: 4,
  logicalAnd: 5,
  or: 6,
  xor: 7,
  and: 8,
  equality: 9,
  relation: 10,
  shift: 11,
  sum: 12,
  product: 13,
  unary: 15,
  primary: 20,
} as const;

interface Operator {
  readonly text: string;
  readonly strength: number;
  /** a op (b op c) is (a op b) op c, so that neither needs parentheses. */
  readonly associative: boolean;
}
const operator = (text: string, level: number, associative = false): Operator => ({ text, strength: level, associative });
const operators: Readonly<Record<BinaryOp, Operator>> = {
  and: operator("&", strength.and, true),
  or: operator("|", strength.or, true),
  xor: operator("^", strength.xor, true),
  add: operator("+", strength.sum, true),
  sub: operator("-", strength.sum),
  mul: operator("*", strength.product),
  smul: operator("*", strength.product),
  div: operator("/", strength.product),
  mod: operator("%", strength.product),
  eq: operator("==", strength.equality),
  ne: operator("!=", strength.equality),
  lt: operator("<", strength.relation),
  le: operator("<=", strength.relation),
  gt: operator(">", strength.relation),
  ge: operator(">=", strength.relation),
  slt: operator("<", strength.relation),
  sle: operator("<=", strength.relation),
  sgt: operator(">", strength.relation),
  sge: operator(">=", strength.relation),
  shl: operator("<<", strength.shift),
  shr: operator(">>", strength.shift),
  sra: operator(">>>", strength.shift),
};
const logicalAnd = operator("&&", strength.logicalAnd, true);
const logicalOr = operator("||", strength.logicalOr, true);

const operatorOf = (e: Extract<Expr, { kind: "binary" }>): Operator =>
  e.width === 1 && e.op === "and" ? logicalAnd : e.width === 1 && e.op === "or" ? logicalOr : operators[e.op];

const strengthOf = (e: Expr): number => {
  switch (e.kind) {
    case "unary":
      return strength.unary;
    case "binary":
      // Beside other operands it is closed in `$unsigned()`.
      return e.op === "sra" ? strength.primary : operatorOf(e).strength;
    case "mux":
      return strength.ternary;
    default:
      return strength.primary;
  }
};

/** Parentheses that the grammar does not need and a reader does: `a & (b | c)` in the other order, `a << (b + c)`. */
const readsBetterInside = (child: Expr, parent: Operator): boolean => {
  if (child.kind === "unary") return child.op === "all" || child.op === "any" || child.op === "parity";
  if (child.kind !== "binary" || child.op === "sra") return false;
  const bitwise = (o: Operator): boolean => o === operators.and || o === operators.or || o === operators.xor;
  const logical = parent === logicalAnd || parent === logicalOr;
  const own = operatorOf(child);
  if (parent.strength === strength.equality) return own.strength === strength.relation;
  return parent.strength === strength.shift || (bitwise(parent) && own !== parent) || (logical && bitwise(own));
};

export class ExpressionPrinter {
  readonly #naming: Naming;

  constructor(naming: Naming) {
    this.#naming = naming;
  }

  /** An expression that is alone: the right side of an assignment, a part of a concatenation. */
  alone(e: Expr): Doc {
    return e.kind === "binary" && e.op === "sra" ? this.#shiftSigned(e) : this.#expr(e);
  }

  /**
   * What follows `=` (or `<=`), the blank included: on the same line, or on lines of its own where it is long. `part`:
   * only bits of something are assigned.
   */
  after(e: Expr, part = false): Doc {
    // Yosys 0.23 makes more of an assignment to a part than a value of its own, and forgets the sign.
    const doc = part ? this.mixed(e) : this.alone(e);
    return e.kind === "concat" || e.kind === "repeat" ? [" ", doc] : group(indent(line, doc));
  }

  /** An expression beside others, or one whose sign would matter: the subject of a case, the number of an element. */
  mixed(e: Expr): Doc {
    return this.#expr(e);
  }

  /** A reference to some bits of a signal: `count[7:4]`, `ready[0]`, or its name where that is all of it. */
  bits(s: Signal, hi: number, lo: number): string {
    const name = this.#naming.signal(s);
    if (s.width === hi - lo + 1) return name;
    return hi === lo ? `${name}[${hi}]` : `${name}[${hi}:${lo}]`;
  }

  /** One of the elements of `width` bits of a signal or memory word called `text`, which has `total` bits. */
  element(text: Doc, total: number, index: Expr, width: number): Doc {
    const base = this.#elementBase(index, width, clog2(total));
    return width === 1 ? [text, "[", base, "]"] : [text, "[", base, ` +: ${width}]`];
  }

  /** Number of an element's lowest bit, exactly as wide as a bit number of the whole needs. */
  #elementBase(index: Expr, width: number, bits: number): Doc {
    const shift = clog2(width);
    const padding = (n: number): Doc[] => (n > 0 ? [literalText({ value: 0n, width: n })] : []);
    if (width === 2 ** shift) {
      const parts = [...padding(bits - index.width - shift), ...this.#parts(index), ...padding(shift)];
      return parts.length === 1 && index.kind !== "concat" ? this.mixed(index) : this.#braces(parts);
    }
    const wide =
      index.width === bits
        ? this.#operand(index, operators.mul, false)
        : this.#braces([...padding(bits - index.width), ...this.#parts(index)]);
    return [wide, " * ", literalText({ value: BigInt(width), width: bits })];
  }

  literal(e: Literal): string {
    return (e.enumeration === undefined ? null : this.#naming.member(e.enumeration, e.value)) ?? literalText(e);
  }

  #expr(e: Expr): Doc {
    switch (e.kind) {
      case "literal":
        return this.literal(e);
      case "ref":
        return this.#naming.signal(e.signal);
      case "unary":
        return this.#unary(e);
      case "binary":
        return e.op === "sra" ? ["$unsigned(", this.#shiftSigned(e), ")"] : this.#binary(e);
      case "mux":
        return this.#mux(e);
      case "slice":
        return e.a.kind === "ref"
          ? this.bits(e.a.signal, e.hi, e.lo)
          : [this.#primary(e.a), e.hi === e.lo ? `[${e.hi}]` : `[${e.hi}:${e.lo}]`];
      case "concat":
        return this.#braces(this.#parts(e));
      case "repeat":
        return this.#repeat(e);
      case "zext":
      case "sext":
        throw new Error(`${e.kind} reached the printer: lower.ts makes a concatenation of it`);
      case "index":
        return this.element(this.#primary(e.of), e.of.width, e.index, e.width);
      case "cell":
        return [e.memory.name, "[", this.mixed(e.address), "]"];
    }
  }

  #unary(e: Extract<Expr, { kind: "unary" }>): Doc {
    const sign = { not: e.width === 1 ? "!" : "~", neg: "-", all: "&", any: "|", parity: "^" }[e.op];
    return [sign, this.#primary(e.a)];
  }

  #primary(e: Expr): Doc {
    return strengthOf(e) === strength.primary ? this.#expr(e) : this.#parentheses(e);
  }

  #parentheses(e: Expr): Doc {
    const doc = this.#expr(e);
    return e.kind === "mux" ? group("(", indent(softline, doc), softline, ")") : ["(", indent(doc), ")"];
  }

  #binary(e: Extract<Expr, { kind: "binary" }>): Doc {
    const own = operatorOf(e);
    if (e.op === "slt" || e.op === "sle" || e.op === "sgt" || e.op === "sge")
      return group(this.#signed(e.a), ` ${own.text}`, line, this.#signed(e.b));
    if (e.op === "shl" || e.op === "shr") return [this.#operand(e.a, own, false), ` ${own.text} `, this.#operand(e.b, own, true)];
    const operandDocs: Doc[] = [];
    // Chains of one operator break all together: a && b && c.
    const flatten = (x: Expr, right: boolean): void => {
      if (x.kind === "binary" && operatorOf(x) === own && (!right || own.associative)) {
        flatten(x.a, false);
        flatten(x.b, true);
      } else operandDocs.push(this.#operand(x, own, right));
    };
    if (own.associative || own.strength === strength.sum) flatten(e, false);
    else operandDocs.push(this.#operand(e.a, own, false), this.#operand(e.b, own, true));
    const [first, ...rest] = operandDocs;
    return group(first as Doc, ...rest.map((d) => [` ${own.text}`, line, d]));
  }

  #operand(e: Expr, parent: Operator, right: boolean): Doc {
    const level = strengthOf(e);
    const same = e.kind === "binary" && operatorOf(e) === parent && parent.associative;
    const needed = level < parent.strength || (right && level === parent.strength && !same);
    // The order of + and - at one level is clear, that of == and == or < and < is not.
    const unclear = level === parent.strength && (level === strength.equality || level === strength.relation);
    return needed || unclear || readsBetterInside(e, parent) ? this.#parentheses(e) : this.#expr(e);
  }

  #signed(e: Expr): Doc {
    return e.kind === "literal" && e.enumeration === undefined ? signedLiteralText(e) : ["$signed(", this.alone(e), ")"];
  }

  #shiftSigned(e: Extract<Expr, { kind: "binary" }>): Doc {
    return ["$signed(", this.alone(e.a), ") >>> ", this.#operand(e.b, operators.sra, true)];
  }

  /** Chains of choices read as a list: `first ? a : second ? b : c`. */
  #mux(e: Extract<Expr, { kind: "mux" }>): Doc {
    const lines: Doc[] = [];
    let rest: Expr = e;
    for (; rest.kind === "mux"; rest = rest.b) {
      const condition = rest.sel.kind === "binary" || rest.sel.kind === "mux" ? this.#parentheses(rest.sel) : this.#expr(rest.sel);
      const value =
        rest.a.kind === "mux" ? this.#parentheses(rest.a) : rest.a.kind === "binary" ? indent(this.#expr(rest.a)) : this.#expr(rest.a);
      lines.push([condition, " ? ", value, " :"]);
    }
    return group(join([...lines, this.#expr(rest)], line));
  }

  /** What stands between the braces of a concatenation that has this expression as a part. */
  #parts(e: Expr): readonly Doc[] {
    if (e.kind === "concat") return e.parts.flatMap((p) => this.#parts(p));
    if (e.kind === "repeat") return [this.#repeat(e)];
    return [e.kind === "mux" ? this.#parentheses(e) : this.alone(e)];
  }

  #repeat(e: Extract<Expr, { kind: "repeat" }>): Doc {
    return ["{", `${e.count}`, this.#braces(this.#parts(e.a)), "}"];
  }

  #braces(parts: readonly Doc[]): Doc {
    return group("{", indent(softline, join(parts, ",", line)), softline, "}");
  }
}
