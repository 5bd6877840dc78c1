/**
 * Expressions of the IR into expressions that Verilog can say: operands of equal width, selections of names only,
 * comparisons that no linter calls constant. Where Verilog needs a name, the value becomes a wire.
 */
import { clog2, mask, ref as refTo } from "../core/expr.ts";
import { type Binary, type Expr, type Memory, type Mux, operands, type Signal, type Source } from "../core/ir.ts";
import { unknownSource } from "../core/source.ts";
import { describe } from "./describe.ts";
import * as fold from "./fold.ts";
import type { Names } from "./names.ts";
import type { Uses } from "./uses.ts";

/** Where an expression stands. */
export interface Context {
  /** In an `always @*`: words of memories are read outside of it, because Icarus would wait for every word. */
  readonly combinational: boolean;
  /** The signal that the value serves, to name wires after. */
  readonly target: string;
}
const continuous = (c: Context): Context => (c.combinational ? { ...c, combinational: false } : c);

/** A wire that the emitter adds. */
export interface Wire {
  readonly signal: Signal;
  readonly value: Expr;
}

export interface LoweringInput {
  readonly names: Names;
  readonly uses: Uses;
  /** Values that get a name at their first use. */
  readonly named: ReadonlySet<Expr>;
  /** Values that are all of a net that the user declared. */
  readonly netOf: ReadonlyMap<Expr, Signal>;
  /** What is read in place of an instance's pin. */
  readonly substitute: ReadonlyMap<Signal, Expr>;
  /** Signals that Verilator splits, which it cannot where an element is chosen at run time. */
  readonly split: ReadonlySet<Signal>;
  /** Wires made before, for the other region of the module. */
  readonly before?: Lowering;
}

const readsMemory = (e: Expr): boolean => e.kind === "cell" || operands(e).some(readsMemory);

/** Of an amount to shift by. Verilator takes no more than 32 bits, and Yosys 0.23 reads a constant one of 32 bits as signed. */
const widestAmount = 31;

/** Of a value that C++ computes as one: Verilator goes through wider ones word by word. */
const widestWord = 64;

/** Is a value the same when its operands are extended with zeros before? */
const neverWraps = (e: Expr): boolean => {
  switch (e.kind) {
    case "unary":
      return e.op !== "neg" && (e.op !== "not" || e.width === 1) && neverWraps(e.a);
    case "binary":
      return (
        (e.width < e.a.width || e.op === "and" || e.op === "or" || e.op === "xor" || e.op === "shr") && neverWraps(e.a) && neverWraps(e.b)
      );
    case "mux":
      return neverWraps(e.sel) && neverWraps(e.a) && neverWraps(e.b);
    default:
      return true;
  }
};

/** Are the low bits the same when the whole is computed in more bits? */
const lowBitsStay = (e: Expr): boolean => {
  switch (e.kind) {
    case "unary":
      return (e.op !== "neg" && e.op !== "not") || lowBitsStay(e.a);
    case "binary":
      if (e.width < e.a.width || e.op === "sra") return true;
      if (e.op === "shr") return neverWraps(e.a);
      if (e.op === "div" || e.op === "mod") return neverWraps(e.a) && neverWraps(e.b);
      return lowBitsStay(e.a) && (e.op === "shl" || lowBitsStay(e.b));
    case "mux":
      return lowBitsStay(e.a) && lowBitsStay(e.b);
    default:
      return true;
  }
};

export class Lowering {
  /** In the order in which they can be declared. */
  readonly wires: Wire[] = [];
  readonly #in: LoweringInput;
  readonly #done = new Map<Expr, Expr>();
  readonly #doneCombinational = new Map<Expr, Expr>();
  readonly #wireOfValue = new Map<string, Signal>();
  readonly #keys = new Map<Expr, string>();

  constructor(input: LoweringInput) {
    this.#in = input;
  }

  /** `e` as Verilog can say it. `definition`: the net that it defines must not be written as itself. */
  lower(e: Expr, context: Context, definition = false): Expr {
    if (definition) return this.#node(e, context);
    const cache = context.combinational ? this.#doneCombinational : this.#done;
    const known = cache.get(e) ?? this.#in.before?.known(e);
    if (known !== undefined) return known;
    const net = this.#in.netOf.get(e);
    const result = net !== undefined ? refTo(net) : this.#in.named.has(e) ? this.#named(e, context) : this.#node(e, context);
    cache.set(e, result);
    return result;
  }

  /** A name for the whole value, even for a constant: itself where it is one. `wanted`: what to call it. */
  atom(e: Expr, context: Context, wanted?: string): Expr {
    const low = this.lower(e, context);
    return low.kind === "ref" ? low : this.#wire(e, context, wanted);
  }

  /** What an element chosen at run time is assigned. Yosys 0.23 computes it in as many bits as the whole signal has. */
  element(e: Expr, context: Context): Expr {
    const low = this.lower(e, context);
    return lowBitsStay(low) ? low : this.atom(e, context, `${context.target}_element`);
  }

  /** What a value with a name is called in the hardware region, for the properties. */
  known(e: Expr): Expr | undefined {
    const net = this.#in.netOf.get(e);
    if (net !== undefined) return refTo(net);
    return this.#in.named.has(e) ? this.#done.get(e) : undefined;
  }

  /** A name for a value that is not as simple as one already. */
  #named(e: Expr, context: Context): Expr {
    const value = this.#node(e, continuous(context));
    return value.kind === "literal" || value.kind === "ref" ? value : this.#wire(e, context);
  }

  /** The wire of an equal value, or a new one. */
  #wire(e: Expr, context: Context, wanted?: string): Expr {
    const value = this.#node(e, continuous(context));
    const key = this.#key(value);
    const known = this.#wireOfValue.get(key) ?? this.#in.before?.wireOf(key);
    if (known !== undefined) return refTo(known);
    const signal = wireSignal(this.#in.names.claim(wanted ?? describe(e, context.target)), e.width);
    this.#wireOfValue.set(key, signal);
    this.wires.push({ signal, value });
    return refTo(signal);
  }
  wireOf(key: string): Signal | undefined {
    return this.#wireOfValue.get(key);
  }

  #node(e: Expr, c: Context): Expr {
    switch (e.kind) {
      case "literal":
        return e;
      case "ref": {
        const instead = this.#in.substitute.get(e.signal);
        return instead === undefined ? e : this.lower(instead, c);
      }
      case "unary":
        return fold.unary(e.op, e.op === "parity" ? this.#inParity(e.a, c) : this.lower(e.a, c));
      case "binary":
        return this.#binary(e, c);
      case "mux":
        return this.#mux(e, c);
      case "slice":
        return this.#slice(e.a, e.hi, e.lo, c);
      case "concat":
        return fold.concat(e.parts.map((p) => this.lower(p, c)));
      case "repeat":
        return fold.repeat(this.lower(e.a, c), e.count);
      case "zext":
        return this.#resize(e.a, e.width, false, c);
      case "sext":
        return this.#resize(e.a, e.width, true, c);
      case "index":
        return this.#index(e.of, e.index, e.width, c);
      case "cell":
        if (c.combinational) return this.#wire(e, c);
        return { ...e, address: this.address(e.memory, e.address, c) };
    }
  }

  #binary(e: Binary, c: Context): Expr {
    if (e.op === "mul" || e.op === "smul") return this.#product(e, e.width, c);
    const shift = e.op === "shl" || e.op === "shr" || e.op === "sra";
    if (shift) return fold.binary(e.op, this.#inShift(e.a, c), this.#amount(e.b, e.width, c), e.width);
    return fold.binary(e.op, this.lower(e.a, c), this.lower(e.b, c), e.width);
  }

  /** Icarus 11 writes a program that it cannot read where a word of constant number is shifted or is the amount. */
  #inShift(e: Expr, c: Context): Expr {
    const low = this.lower(e, c);
    return low.kind === "cell" && low.address.kind === "literal" ? this.#wire(e, c) : low;
  }

  /** Verilator 5.049 breaks off at the parity of a wide `a | b` of which a single bit is not known. */
  #inParity(e: Expr, c: Context): Expr {
    const low = this.lower(e, c);
    const computed = low.kind === "binary" || low.kind === "unary" || low.kind === "mux";
    return computed && low.width > widestWord ? this.#wire(e, c) : low;
  }

  /**
   * How far to shift a value of `width` bits. An amount that is too wide for tools is cut: where a bit is 1 that alone
   * shifts everything out, all of the lower ones are.
   */
  #amount(e: Expr, width: number, c: Context): Expr {
    if (e.width > widestAmount) {
      const bits = clog2(width + 1);
      const far = fold.unary("any", this.#slice(e, e.width - 1, bits, c));
      return fold.binary("or", this.#slice(e, bits - 1, 0, c), fold.repeat(far, bits), bits);
    }
    return this.#inShift(e, c);
  }

  /** Both operands as wide as the wanted bits of the product, so that the context changes nothing. */
  #product(e: Binary, width: number, c: Context): Expr {
    const signed = e.op === "smul";
    return fold.binary("mul", this.#resize(e.a, width, signed, c), this.#resize(e.b, width, signed, c), width);
  }

  #mux(e: Mux, c: Context): Expr {
    const sel = this.lower(e.sel, c);
    if (sel.kind === "literal") return this.lower(sel.value === 1n ? e.a : e.b, c);
    return fold.mux(sel, this.lower(e.a, c), this.lower(e.b, c));
  }

  #resize(e: Expr, width: number, signed: boolean, c: Context): Expr {
    if (width <= e.width) return width === e.width ? this.lower(e, c) : this.#slice(e, width - 1, 0, c);
    const a = this.lower(e, c);
    const extra = width - e.width;
    if (a.kind === "literal")
      return fold.constant(a.value | (signed && a.value >> BigInt(a.width - 1) === 1n ? mask(extra) << BigInt(a.width) : 0n), width);
    if (!signed) return fold.concat([fold.constant(0n, extra), a]);
    if (a.width === 1) return fold.repeat(a, width);
    const sign = this.#slice(e, e.width - 1, e.width - 1, c);
    return fold.concat([fold.repeat(sign, extra), this.lower(e, c)]);
  }

  /** Bits `hi` to `lo` of `e`, taken from its operands where that says the same, for Verilog selects from names only. */
  #slice(e: Expr, hi: number, lo: number, c: Context): Expr {
    const width = hi - lo + 1;
    if (width === e.width) return this.lower(e, c);
    const shared = this.#in.named.has(e) || this.#in.netOf.has(e) || this.#in.before?.known(e) !== undefined;
    if (shared) return this.#select(this.lower(e, c), hi, lo);
    switch (e.kind) {
      case "literal":
        return fold.constant((e.value >> BigInt(lo)) & mask(width), width);
      case "ref": {
        const instead = this.#in.substitute.get(e.signal);
        return instead === undefined ? this.#select(e, hi, lo) : this.#slice(instead, hi, lo, c);
      }
      case "slice":
        return this.#slice(e.a, e.lo + hi, e.lo + lo, c);
      case "concat":
        return fold.concat(this.#partsOf(e.parts, hi, lo, c));
      case "repeat":
        if (e.a.width === 1) return fold.repeat(this.lower(e.a, c), width);
        return fold.concat(this.#partsOf(new Array<Expr>(e.count).fill(e.a), hi, lo, c));
      case "zext":
      case "sext": {
        if (hi < e.a.width) return this.#slice(e.a, hi, lo, c);
        const low = Math.min(lo, e.a.width - 1);
        if (e.kind === "zext")
          return lo >= e.a.width
            ? fold.constant(0n, width)
            : this.#resize({ kind: "slice", a: e.a, hi: e.a.width - 1, lo, width: e.a.width - lo }, width, false, c);
        return this.#resize({ kind: "slice", a: e.a, hi: e.a.width - 1, lo: low, width: e.a.width - low }, width, true, c);
      }
      case "mux":
        if (this.#in.uses.of(e) > 1) break;
        return this.#mux({ ...e, a: { kind: "slice", a: e.a, hi, lo, width }, b: { kind: "slice", a: e.b, hi, lo, width }, width }, c);
      case "unary":
        if (e.op === "not") return fold.not(this.#slice(e.a, hi, lo, c));
        if (e.op === "neg" && lo === 0 && this.#in.uses.of(e) <= 1) return fold.unary("neg", this.#slice(e.a, hi, 0, c));
        break;
      case "binary": {
        const bitwise = e.op === "and" || e.op === "or" || e.op === "xor";
        const fromBelow = lo === 0 && this.#in.uses.of(e) <= 1;
        if (bitwise || (fromBelow && (e.op === "add" || e.op === "sub")))
          return fold.binary(e.op, this.#slice(e.a, hi, lo, c), this.#slice(e.b, hi, lo, c), width);
        if (fromBelow && (e.op === "mul" || e.op === "smul")) return this.#product(e, width, c);
        if (fromBelow && e.op === "shl") return fold.binary("shl", this.#slice(e.a, hi, 0, c), this.#amount(e.b, width, c), width);
        break;
      }
      case "cell":
        if (!c.combinational) return { kind: "slice", a: this.lower(e, c), hi, lo, width };
        break;
      case "index":
        break;
    }
    return this.#select(this.#named(e, c), hi, lo);
  }

  /** Bits of something that has a name. */
  #select(a: Expr, hi: number, lo: number): Expr {
    const width = hi - lo + 1;
    if (width === a.width) return a;
    if (a.kind === "slice") return { ...a, hi: a.lo + hi, lo: a.lo + lo, width };
    if (a.kind === "literal") return fold.constant((a.value >> BigInt(lo)) & mask(width), width);
    return { kind: "slice", a, hi, lo, width };
  }

  #partsOf(parts: readonly Expr[], hi: number, lo: number, c: Context): Expr[] {
    const picked: Expr[] = [];
    let top = parts.reduce((n, p) => n + p.width, 0);
    for (const p of parts) {
      const base = top - p.width;
      if (base <= hi && top > lo) picked.push(this.#slice(p, Math.min(hi, top - 1) - base, Math.max(lo, base) - base, c));
      top = base;
    }
    return picked;
  }

  #index(of: Expr, index: Expr, width: number, c: Context): Expr {
    const count = Math.floor(of.width / width);
    if (index.kind === "literal") {
      const at = Number(index.value < BigInt(count) ? index.value : 0n) * width;
      return this.#slice(of, at + width - 1, at, c);
    }
    if (count === 1) return this.#slice(of, width - 1, 0, c);
    const low = this.lower(of, c);
    if (low.kind === "literal" && low.value === 0n) return fold.constant(0n, width);
    const splitUp = low.kind === "ref" && this.#in.split.has(low.signal);
    const selectable = (low.kind === "ref" && !splitUp) || low.kind === "cell";
    const number = this.index(index, of.width, width, c);
    if (number.kind === "literal") return this.#index(of, number, width, c);
    return { kind: "index", of: selectable ? low : this.#wire(of, c), index: number, width };
  }

  /** The number of an element, with no more bits than elements of `width` bits in `total` bits need. */
  index(e: Expr, total: number, width: number, c: Context): Expr {
    const needed = Math.max(1, clog2(Math.floor(total / width)));
    return e.width > needed ? this.#slice(e, needed - 1, 0, c) : this.lower(e, c);
  }

  /** The number of a word. Icarus computes it in more bits than it has, so what could wrap gets a name. */
  address(m: Memory, e: Expr, c: Context): Expr {
    const low = this.lower(e, c);
    return neverWraps(low) ? low : this.#wire(e, c, `${m.name}_address`);
  }

  /** The same for a write. Yosys 0.23 takes a memory apart that is written at a constant or at an address read from one. */
  writeAddress(m: Memory, e: Expr, c: Context): Expr {
    const low = this.address(m, e, c);
    return low.kind === "literal" || readsMemory(low) ? this.#wire(e, c, `${m.name}_address`) : low;
  }

  /** Equal for values that are equal in structure. */
  #key(e: Expr): string {
    const known = this.#keys.get(e);
    if (known !== undefined) return known;
    const key = ((): string => {
      switch (e.kind) {
        case "literal":
          return `${e.value}'${e.width}`;
        case "ref":
          return e.signal.name;
        case "unary":
          return `${e.op}(${this.#key(e.a)})`;
        case "binary":
          return `${e.op}(${this.#key(e.a)},${this.#key(e.b)})`;
        case "mux":
          return `?(${this.#key(e.sel)},${this.#key(e.a)},${this.#key(e.b)})`;
        case "slice":
          return `${this.#key(e.a)}[${e.hi}:${e.lo}]`;
        case "concat":
          return `{${e.parts.map((p) => this.#key(p)).join()}}`;
        case "repeat":
          return `{${e.count}{${this.#key(e.a)}}}`;
        case "zext":
        case "sext":
          return `${e.kind}${e.width}(${this.#key(e.a)})`;
        case "index":
          return `${this.#key(e.of)}[+${this.#key(e.index)}*${e.width}]`;
        case "cell":
          return `${e.memory.name}@${this.#key(e.address)}`;
      }
    })();
    this.#keys.set(e, key);
    return key;
  }
}

/** A net that the emitter adds; it has no place in the user's source. */
export const wireSignal = (name: string, width: number, at: Source = unknownSource): Signal => ({
  name,
  width,
  kind: "net",
  origin: "implicit",
  domain: null,
  reset: null,
  enumeration: null,
  signed: false,
  group: -1,
  ghost: false,
  allowUnused: false,
  synchroniser: false,
  at,
  doc: "",
});
