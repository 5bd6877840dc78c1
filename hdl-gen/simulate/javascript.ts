/**
 * Expressions as JavaScript. A value of up to 32 bits is a number from 0 to 2^32-1, a wider one a non-negative BigInt;
 * each expression yields its value in that form, cut to its width, so that no meaning depends on the context.
 */
import type { Binary, Concat, Expr, Memory, Signal, Unary } from "../core/ir.ts";
import { isNarrow, maskOf } from "./runtime.ts";

/** Names that the surrounding code gives to what expressions read. */
export interface Names {
  /** A signal's value. */
  readonly signal: (s: Signal) => string;
  /** The array that holds a memory's words. */
  readonly memory: (m: Memory) => string;
  /** The variable that holds a value used more than once, or null where it is to be spelt out. */
  readonly shared: (e: Expr) => string | null;
}

const hex = (value: bigint): string => (value < 10n ? `${value}` : `0x${value.toString(16)}`);
/** A constant in the form of values of this width. */
export const constant = (value: bigint, width: number): string => (isNarrow(width) ? hex(value) : `${hex(value)}n`);
const ones = (width: number): string => constant(maskOf(width), width);

/** Cuts a number expression of any sign to `width` bits. */
const cut = (text: string, width: number): string => (width === 32 ? `(${text} >>> 0)` : `(${text} & ${ones(width)})`);
/** A number of `width` bits as a signed one. */
const signed = (text: string, width: number): string => (width === 32 ? `(${text} | 0)` : `(${text} << ${32 - width} >> ${32 - width})`);

const comparisons: Partial<Record<Binary["op"], string>> = {
  eq: "===",
  ne: "!==",
  lt: "<",
  le: "<=",
  gt: ">",
  ge: ">=",
  slt: "<",
  sle: "<=",
  sgt: ">",
  sge: ">=",
};

export class JavaScript {
  readonly #names: Names;
  constructor(names: Names) {
    this.#names = names;
  }

  /** The value. */
  value(e: Expr): string {
    return this.#names.shared(e) ?? this.spelt(e);
  }
  /** The value as a BigInt, whatever its width. */
  wide(e: Expr): string {
    if (e.kind === "literal") return `${hex(e.value)}n`;
    return isNarrow(e.width) ? `BigInt(${this.value(e)})` : this.value(e);
  }
  /** A shift amount or index as a number. */
  amount(e: Expr): string {
    if (e.kind === "literal") return e.value > 0x7fff_ffffn ? "0x80000000" : hex(e.value);
    return isNarrow(e.width) ? this.value(e) : `R.amount(${this.value(e)})`;
  }
  /** A one-bit value as something JavaScript takes for true or false. */
  condition(e: Expr): string {
    if (this.#names.shared(e) !== null) return this.value(e);
    if (e.kind === "unary") {
      if (e.op === "not") return `!${this.condition(e.a)}`;
      if (e.op === "any") return `(${this.value(e.a)} !== ${constant(0n, e.a.width)})`;
      if (e.op === "all") return `(${this.value(e.a)} === ${ones(e.a.width)})`;
    }
    if (e.kind === "binary") {
      if (comparisons[e.op] !== undefined) return this.#comparison(e);
      if (e.op === "and") return `(${this.condition(e.a)} && ${this.condition(e.b)})`;
      if (e.op === "or") return `(${this.condition(e.a)} || ${this.condition(e.b)})`;
    }
    return this.value(e);
  }
  /** The value spelt out, even where a variable holds it. */
  spelt(e: Expr): string {
    const { width } = e;
    switch (e.kind) {
      case "literal":
        return constant(e.value, width);
      case "ref":
        return this.#names.signal(e.signal);
      case "unary":
        return this.#unary(e);
      case "binary":
        return this.#binary(e);
      case "mux":
        return `(${this.condition(e.sel)} ? ${this.value(e.a)} : ${this.value(e.b)})`;
      case "slice":
        return this.#slice(e.a, e.hi, e.lo);
      case "concat":
        return this.#concat(e);
      case "repeat": {
        let factor = 0n;
        for (let i = 0; i < e.count; i++) factor = (factor << BigInt(e.a.width)) | 1n;
        return isNarrow(width) ? `(Math.imul(${this.value(e.a)}, ${hex(factor)}) >>> 0)` : `(${this.wide(e.a)} * ${hex(factor)}n)`;
      }
      case "zext":
        return isNarrow(width) ? this.value(e.a) : this.wide(e.a);
      case "sext":
        if (isNarrow(width)) return cut(signed(this.value(e.a), e.a.width), width);
        return `BigInt.asUintN(${width}, ${this.#signedWide(e.a)})`;
      case "index":
        if (isNarrow(e.of.width)) return `R.element(${this.value(e.of)}, ${this.amount(e.index)}, ${width})`;
        return this.#narrowed(`R.elementWide(${this.value(e.of)}, ${this.amount(e.index)}, ${width})`, width);
      case "cell": {
        const address = this.amount(e.address);
        const word = `${this.#names.memory(e.memory)}[${address}]`;
        return e.address.width < 32 && 2 ** e.address.width <= e.memory.depth ? word : `(${word} ?? ${constant(0n, width)})`;
      }
    }
  }

  /** A BigInt expression whose value has `width` bits, in the form of values of that width. */
  #narrowed(text: string, width: number): string {
    return isNarrow(width) ? `Number(${text})` : text;
  }
  #signedWide(e: Expr): string {
    return isNarrow(e.width) ? `BigInt(${signed(this.value(e), e.width)})` : `BigInt.asIntN(${e.width}, ${this.value(e)})`;
  }
  #slice(a: Expr, hi: number, lo: number): string {
    const width = hi - lo + 1;
    const top = hi === a.width - 1;
    if (isNarrow(a.width)) {
      const down = lo === 0 ? this.value(a) : `(${this.value(a)} >>> ${lo})`;
      return top ? down : cut(down, width);
    }
    const down = lo === 0 ? this.value(a) : `(${this.value(a)} >> ${lo}n)`;
    return this.#narrowed(top ? down : `BigInt.asUintN(${width}, ${down})`, width);
  }
  /** Neighbouring parts are joined as numbers as far as 32 bits reach, and only the rest as BigInts. */
  #concat(e: Concat): string {
    const groups: { parts: Expr[]; width: number }[] = [];
    for (const p of e.parts) {
      const last = groups.at(-1);
      if (last !== undefined && isNarrow(last.width + p.width)) {
        last.parts.push(p);
        last.width += p.width;
      } else groups.push({ parts: [p], width: p.width });
    }
    const joined = groups.map((g) => ({ text: this.#join(g.parts, g.width), width: g.width }));
    if (joined.length === 1) return (joined[0] as { text: string }).text;
    let below = e.width;
    const terms = joined.map((g) => {
      below -= g.width;
      const text = isNarrow(g.width) ? `BigInt(${g.text})` : g.text;
      return below === 0 ? text : `(${text} << ${below}n)`;
    });
    return `(${terms.join(" | ")})`;
  }
  #join(parts: readonly Expr[], width: number): string {
    let below = width;
    const terms: string[] = [];
    for (const p of parts) {
      below -= p.width;
      if (p.kind === "literal" && p.value === 0n && parts.length > 1) continue;
      terms.push(below === 0 ? this.value(p) : `(${this.value(p)} << ${below})`);
    }
    if (terms.length === 0) return "0";
    const text = terms.length === 1 ? (terms[0] as string) : `(${terms.join(" | ")})`;
    return width === 32 && parts.length > 1 ? `(${text} >>> 0)` : text;
  }
  #unary(e: Unary): string {
    const { a, op } = e;
    const narrow = isNarrow(a.width);
    switch (op) {
      case "not":
        return a.width === 32 ? `(~${this.value(a)} >>> 0)` : `(${this.value(a)} ^ ${ones(a.width)})`;
      case "neg":
        return narrow ? cut(`-${this.value(a)}`, a.width) : `BigInt.asUintN(${a.width}, -${this.value(a)})`;
      case "all":
      case "any":
        // Spelt out, not through `condition`, which would name the variable that is being computed.
        if (a.width === 1) return this.value(a);
        return `(${this.value(a)} ${op === "any" ? `!== ${constant(0n, a.width)}` : `=== ${ones(a.width)}`} ? 1 : 0)`;
      case "parity":
        return a.width === 1 ? this.value(a) : narrow ? `R.parity(${this.value(a)})` : `R.parityWide(${this.value(a)}, ${a.width})`;
    }
  }
  #comparison(e: Binary): string {
    const operator = comparisons[e.op] as string;
    const bits = e.a.width;
    if (!e.op.startsWith("s")) return `(${this.value(e.a)} ${operator} ${this.value(e.b)})`;
    const side = (x: Expr): string => (isNarrow(bits) ? `(${this.value(x)} << ${32 - bits})` : this.#signedWide(x));
    return `(${side(e.a)} ${operator} ${side(e.b)})`;
  }
  #binary(e: Binary): string {
    const { op, a, b, width } = e;
    const narrow = isNarrow(width);
    if (comparisons[op] !== undefined) return `(${this.#comparison(e)} ? 1 : 0)`;
    switch (op) {
      case "and":
      case "or":
      case "xor": {
        const text = `(${this.value(a)} ${op === "and" ? "&" : op === "or" ? "|" : "^"} ${this.value(b)})`;
        return width === 32 ? `(${text} >>> 0)` : text;
      }
      case "add":
      case "sub": {
        const text = `${this.value(a)} ${op === "add" ? "+" : "-"} ${this.value(b)}`;
        return narrow ? cut(`(${text})`, width) : `BigInt.asUintN(${width}, ${text})`;
      }
      case "mul":
        if (narrow) return `(Math.imul(${this.value(a)}, ${this.value(b)}) >>> 0)`;
        if (width <= 53 && isNarrow(a.width) && isNarrow(b.width)) return `BigInt(${this.value(a)} * ${this.value(b)})`;
        return `(${this.wide(a)} * ${this.wide(b)})`;
      case "smul":
        if (narrow) return cut(`Math.imul(${signed(this.value(a), a.width)}, ${signed(this.value(b), b.width)})`, width);
        return `BigInt.asUintN(${width}, ${this.#signedWide(a)} * ${this.#signedWide(b)})`;
      case "div":
        return narrow ? `Math.floor(${this.value(a)} / ${this.value(b)})` : `(${this.value(a)} / ${this.value(b)})`;
      case "mod":
        return `(${this.value(a)} % ${this.value(b)})`;
      case "shl":
        if (!narrow) return `R.shlWide(${this.value(a)}, ${this.amount(b)}, ${width})`;
        return cut(`R.shl(${this.value(a)}, ${this.amount(b)})`, width);
      case "shr":
        return narrow ? `R.shr(${this.value(a)}, ${this.amount(b)})` : `R.shrWide(${this.value(a)}, ${this.amount(b)}, ${width})`;
      case "sra":
        if (!narrow) return `R.sraWide(${this.value(a)}, ${this.amount(b)}, ${width})`;
        return cut(`R.sra(${signed(this.value(a), width)}, ${this.amount(b)})`, width);
      default:
        throw new Error(`instant simulation: operator ${op} has no meaning here`);
    }
  }
}
