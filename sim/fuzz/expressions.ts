/**
 * Random expressions of a wanted width over the signals of one clock domain: every kind of node and operator, with
 * values used twice, names wished for, and literals at the corners of their range.
 */
import type { BinaryOp, Expr, Literal, Memory, Signal } from "#hdl/core/ir.ts";
import type { Random } from "#hdl/simulate/random.ts";

/** What expressions may read. Signals come in as they are made, so that nets never depend on themselves. */
export interface Pool {
  readonly signals: Signal[];
  /** Memories that may be read without a clock. */
  readonly memories: Memory[];
  /** Expressions made before, to be used again. */
  readonly made: Expr[];
}
export const newPool = (): Pool => ({ signals: [], memories: [], made: [] });

/** Where a representation changes: one bit, one and two JavaScript numbers, the double's mantissa, 32-bit words of C++. */
export const cornerWidths = [1, 31, 32, 33, 53, 63, 64, 65, 127, 128, 200] as const;
export const maxWidth = 200;

const mask = (width: number): bigint => (1n << BigInt(width)) - 1n;
export const bitsFor = (count: number): number => Math.max(1, Math.ceil(Math.log2(count)));

export const randomWidth = (random: Random): number => {
  const kind = random.below(20);
  if (kind < 5) return 1;
  if (kind < 12) return random.between(2, 12);
  if (kind < 15) return random.between(13, 40);
  return kind < 18 ? random.pick(cornerWidths) : random.between(2, maxWidth);
};

/** A value for `width` bits: often one at which arithmetic turns. */
export const randomValue = (random: Random, width: number): bigint => {
  switch (random.below(9)) {
    case 0:
      return 0n;
    case 1:
      return 1n;
    case 2:
      return mask(width);
    case 3:
      return 1n << BigInt(width - 1);
    case 4:
      return mask(width) >> 1n;
    case 5:
      return 1n << BigInt(random.below(width));
    case 6:
      return BigInt(random.below(16)) & mask(width);
    default:
      return random.bits(width);
  }
};

export const lit = (value: bigint | number, width: number): Literal => ({ kind: "literal", value: BigInt(value), width });
export const refTo = (signal: Signal): Expr => ({ kind: "ref", signal, width: signal.width });
export const slice = (a: Expr, hi: number, lo: number): Expr =>
  lo === 0 && hi === a.width - 1 ? a : { kind: "slice", a, hi, lo, width: hi - lo + 1 };
export const op = (name: BinaryOp, a: Expr, b: Expr, width = a.width): Expr => ({ kind: "binary", op: name, a, b, width });
export const mux = (sel: Expr, a: Expr, b: Expr): Expr => ({ kind: "mux", sel, a, b, width: a.width });
/** `index < count`, or null where no index is too large. */
export const inRange = (index: Expr, count: number): Expr | null =>
  index.width < 31 && 2 ** index.width <= count ? null : op("lt", index, lit(count, index.width), 1);

const comparisons = ["eq", "ne", "lt", "le", "gt", "ge", "slt", "sle", "sgt", "sge"] as const;
/** What the narrowest operator costs. */
const leastBits = 8;
const hints = ["sum", "fire", "n1", "r1", "in0", "next_state", "value"] as const;

export class Expressions {
  readonly random: Random;
  /** Bits of operators still to be made; after them there are leaves only. Simulators take longer for each. */
  #bits: number;
  constructor(random: Random, bits: number) {
    this.random = random;
    this.#bits = bits;
  }

  /** An expression of `width` bits, at most about `fuel` operators deep. */
  make(width: number, pool: Pool, fuel: number): Expr {
    const { random } = this;
    if (fuel > 0 && random.oneIn(9)) {
      const known = pool.made.filter((e) => e.width === width);
      if (known.length > 0) return random.pick(known);
    }
    if (fuel <= 0 || this.#bits <= 0 || random.oneIn(8)) return this.leaf(width, pool);
    this.#bits -= leastBits + width;
    let e = this.#operator(width, pool, fuel - 1);
    if (random.oneIn(12)) e = { ...e, hint: random.pick(hints) };
    if (pool.made.length < 60) pool.made.push(e);
    return e;
  }
  literal(width: number): Literal {
    const radix = this.random.pick(["dec", "hex", "bin"] as const);
    return { ...lit(randomValue(this.random, width), width), radix };
  }
  /** A signal, cut or extended to `width`, or a constant. */
  leaf(width: number, pool: Pool): Expr {
    const { random } = this;
    if (pool.signals.length === 0 || random.oneIn(6)) return this.literal(width);
    const same = pool.signals.filter((s) => s.width === width);
    if (same.length > 0 && !random.oneIn(4)) return refTo(random.pick(same));
    return this.fit(refTo(random.pick(pool.signals)), width);
  }
  /** Any expression as one of `width` bits. */
  fit(e: Expr, width: number): Expr {
    if (e.width > width) {
      const lo = this.random.below(e.width - width + 1);
      return slice(e, lo + width - 1, lo);
    }
    return e.width === width ? e : { kind: this.random.pick(["zext", "sext"] as const), a: e, width };
  }

  #operator(width: number, pool: Pool, fuel: number): Expr {
    const { random } = this;
    const make = (w: number): Expr => this.make(w, pool, fuel);
    const choice = random.below(width === 1 ? 34 : 24);
    switch (choice) {
      case 0:
        return { kind: "unary", op: random.pick(["not", "neg"] as const), a: make(width), width };
      case 1:
      case 2:
      case 3:
        return op(random.pick(["and", "or", "xor"] as const), make(width), make(width));
      case 4:
      case 5:
      case 6:
        return op(random.pick(["add", "sub"] as const), make(width), make(width));
      case 7: {
        if (width === 1) return make(1);
        const left = random.between(1, width - 1);
        return op(random.pick(["mul", "smul"] as const), make(left), make(width - left), width);
      }
      case 8: {
        const by = this.literal(width);
        return op(random.pick(["div", "mod"] as const), make(width), by.value === 0n ? lit(1, width) : by);
      }
      case 9:
      case 10:
      case 11:
        return op(random.pick(["shl", "shr", "sra"] as const), make(width), this.#amount(width, pool, fuel));
      case 12:
      case 13:
        return mux(make(1), make(width), make(width));
      case 14:
      case 15: {
        const from = width + random.between(1, 20);
        const lo = random.below(from - width + 1);
        return slice(make(from), lo + width - 1, lo);
      }
      case 16:
      case 17:
        return this.#concat(width, pool, fuel);
      case 18: {
        const divisors = [1, 2, 3, 4, 5, 7, 8, 16].filter((n) => n < width && width % n === 0);
        if (divisors.length === 0) return make(width);
        const part = random.pick(divisors);
        return { kind: "repeat", a: make(part), count: width / part, width };
      }
      case 19:
      case 20: {
        if (width === 1) return make(1);
        return { kind: random.pick(["zext", "sext"] as const), a: make(random.between(1, width - 1)), width };
      }
      case 21:
      case 22:
        return this.#element(width, pool, fuel);
      case 23:
        return pool.memories.length === 0 ? make(width) : this.fit(this.cell(random.pick(pool.memories), pool, fuel), width);
      case 24:
      case 25:
      case 26:
        return { kind: "unary", op: random.pick(["all", "any", "parity"] as const), a: make(randomWidth(random)), width: 1 };
      default: {
        const w = randomWidth(random);
        return op(random.pick(comparisons), make(w), make(w), 1);
      }
    }
  }
  /** Mostly around the width, where shifts begin to lose everything; sometimes a constant, sometimes very wide. */
  #amount(width: number, pool: Pool, fuel: number): Expr {
    const { random } = this;
    const fitting = bitsFor(width + 1);
    if (random.oneIn(4)) return lit(BigInt(random.below(width + 2)) & mask(fitting), fitting);
    return this.make(random.oneIn(6) ? random.between(20, 70) : random.between(1, fitting + 1), pool, fuel);
  }
  #concat(width: number, pool: Pool, fuel: number): Expr {
    const parts: Expr[] = [];
    for (let left = width; left > 0; ) {
      const w = parts.length === 3 ? left : this.random.between(1, left);
      parts.push(this.make(w, pool, fuel));
      left -= w;
    }
    return parts.length === 1 ? (parts[0] as Expr) : { kind: "concat", parts, width };
  }
  /** An element chosen at run time, guarded where the index may be too large. */
  #element(width: number, pool: Pool, fuel: number): Expr {
    const { random } = this;
    const count = random.between(2, Math.max(2, Math.min(9, Math.floor(maxWidth / width))));
    const index = this.index(count, pool, fuel);
    const read: Expr = { kind: "index", of: this.make(count * width, pool, fuel), index, width };
    const guard = inRange(index, count);
    return guard === null ? read : mux(guard, read, lit(0, width));
  }
  /** An index of `count` elements; one bit too wide at times, and only as a constant surely in range. */
  index(count: number, pool: Pool, fuel: number): Expr {
    const e = this.make(bitsFor(count) + (this.random.oneIn(4) ? 1 : 0), pool, fuel);
    return e.kind === "literal" ? lit(e.value % BigInt(count), e.width) : e;
  }
  /** A word of a memory, at an address that is always in range. */
  cell(memory: Memory, pool: Pool, fuel: number): Expr {
    return { kind: "cell", memory, address: this.address(memory, pool, fuel), width: memory.width };
  }
  address(memory: Memory, pool: Pool, fuel: number): Expr {
    const bits = bitsFor(memory.depth);
    const free = this.make(bits, pool, fuel);
    if (free.kind === "literal") return lit(free.value % BigInt(memory.depth), bits);
    const guard = inRange(free, memory.depth);
    return guard === null ? free : mux(guard, free, lit(memory.depth - 1, bits));
  }
}
