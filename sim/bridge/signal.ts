/**
 * Pins as values. A read gives the sample of the last stop; a write takes effect right after it, so every task that runs
 * at one edge sees the same values, whatever the others wrote.
 */
import type { PortSlot } from "./slots.ts";

/** What signals need of their session: the shared buffer, and whether writing is allowed now. */
export interface ValueStore {
  readonly words: Uint32Array;
  readonly longs: BigUint64Array;
  /** Index of the first written and of the first sampled 64-bit slot. */
  readonly writtenSlot: number;
  readonly sampledSlot: number;
  /** Largest value of a pin's first word that may be written without further checks, by port; -1 asks for all checks. */
  limits: Float64Array;
  /** Not null: why nothing may be written at the moment. `limits` are then all -1. */
  frozen: string | null;
  /** Input pins that a transactor drives, and which one. */
  readonly owners: Map<string, string>;
}

/** What may be written to a pin: a whole number in its range, or a truth value. */
export type Writable = number | bigint | boolean;

/** A comparison of a pin with a constant, for `until`: checked at each rising edge without coming back to TypeScript. */
export interface PortCondition {
  readonly kind: "equal" | "notEqual";
  readonly port: number;
  readonly value: bigint;
  /** "irq = 1" */
  readonly text: string;
}

/** Bits `lo` to `lo + width - 1` of a pin; most often all of it. */
export abstract class Signal<V = number | bigint> {
  /** As in the Verilog; with the bits where it is a part of a pin. */
  readonly name: string;
  readonly width: number;
  readonly signed: boolean;
  readonly port: PortSlot;
  readonly store: ValueStore;
  readonly lo: number;

  constructor(store: ValueStore, port: PortSlot, lo: number, width: number, signed: boolean) {
    this.store = store;
    this.port = port;
    this.lo = lo;
    this.width = width;
    this.signed = signed;
    this.name = width === port.width ? port.name : width === 1 ? `${port.name}[${lo}]` : `${port.name}[${lo + width - 1}:${lo}]`;
  }

  /** The sample: a number up to 53 bits, a bigint above. */
  abstract get value(): V;
  /** Written values take effect right after the current stop. */
  abstract set value(v: V | Writable);

  /** The sample as a bigint, whatever the width. */
  get big(): bigint {
    return toSigned(this.#bits(this.store.sampledSlot), this.width, this.signed);
  }
  set big(v: bigint) {
    this.write(v);
  }
  /** The sample as a number. Throws where it is not exact. */
  get number(): number {
    const value = this.big;
    const number = Number(value);
    if (!Number.isSafeInteger(number)) throw new RangeError(`${this.name}: ${value} is no exact number; use .big`);
    return number;
  }
  /** Bits 32 i to 32 i + 31 of the sample of a whole pin, without a bigint: for loops over wide data. */
  word(i: number): number {
    return this.store.words[(this.store.sampledSlot + this.port.slot) * 2 + this.#wordIndex(i)] as number;
  }
  /** Writes 32 bits of a whole pin. */
  setWord(i: number, value: number): void {
    if (!((this.store.limits[this.port.index] as number) >= 0)) this.checkWritable();
    const most = (i + 1) * 32 > this.width ? 2 ** (this.width & 31) - 1 : 0xffff_ffff;
    if (value >>> 0 !== value || value > most) throw new RangeError(`${this.name}: word ${i} = ${value}: it holds 0 to ${most}`);
    this.store.words[(this.store.writtenSlot + this.port.slot) * 2 + this.#wordIndex(i)] = value;
  }
  #wordIndex(i: number): number {
    if (this.width !== this.port.width) throw new RangeError(`${this.name}: only a whole pin has words`);
    if (!(i >= 0 && i * 32 < this.width))
      throw new RangeError(`${this.name}: word ${i}: it has words 0 to ${Math.ceil(this.width / 32) - 1}`);
    return i;
  }

  /** What was last written, whether or not it has taken effect. */
  get written(): bigint {
    return toSigned(this.#bits(this.store.writtenSlot), this.width, this.signed);
  }

  /** Holds while the pin has this value. The pin has at most 64 bits. */
  is(value: Writable): PortCondition {
    return this.#condition("equal", value, "=");
  }
  isNot(value: Writable): PortCondition {
    return this.#condition("notEqual", value, "/=");
  }
  #condition(kind: PortCondition["kind"], value: Writable, sign: string): PortCondition {
    if (this.port.width > 64 || this.width !== this.port.width)
      throw new RangeError(`${this.name}: only a whole pin of at most 64 bits can be waited on`);
    return { kind, port: this.port.index, value: BigInt.asUintN(this.width, this.check(value)), text: `${this.name} ${sign} ${value}` };
  }

  /** The value as a bigint in range, or an error that names the pin. */
  protected check(v: Writable | undefined): bigint {
    if (typeof v !== "bigint" && typeof v !== "number" && typeof v !== "boolean")
      throw new TypeError(`${this.name} = ${String(v)}: a whole number is needed`);
    if (typeof v === "number" && !Number.isInteger(v)) throw new RangeError(`${this.name} = ${v}: not a whole number`);
    const value = BigInt(v);
    const [least, most] = this.signed
      ? [-(1n << BigInt(this.width - 1)), (1n << BigInt(this.width - 1)) - 1n]
      : [0n, (1n << BigInt(this.width)) - 1n];
    if (value < least || value > most) throw new RangeError(`${this.name} = ${value}: ${this.width} bits hold ${least} to ${most}`);
    return value;
  }
  /** Says why nothing can be written now, if that is so. */
  protected checkWritable(): void {
    const { port, store } = this;
    if (port.clock !== null) throw new Error(`${port.name} is a clock: it runs on its own; see the "clocks" option`);
    if (port.direction === "output") throw new Error(`${port.name} is an output of the design and cannot be written`);
    const owner = store.owners.get(port.name);
    if (owner !== undefined) throw new Error(`${port.name} is driven by ${owner}`);
    if (store.frozen !== null) throw new Error(`${port.name}: ${store.frozen}`);
  }
  /** Writes with every check. */
  protected write(v: Writable | undefined): void {
    const value = this.check(v);
    this.checkWritable();
    const bits = BigInt.asUintN(this.width, value);
    const { longs, writtenSlot } = this.store;
    const whole =
      this.width === this.port.width
        ? bits
        : insert(readSlots(longs, writtenSlot + this.port.slot, this.port.slots), bits, this.lo, this.width);
    for (let i = 0; i < this.port.slots; i++) longs[writtenSlot + this.port.slot + i] = BigInt.asUintN(64, whole >> BigInt(64 * i));
  }

  #bits(base: number): bigint {
    const whole = readSlots(this.store.longs, base + this.port.slot, this.port.slots);
    return this.width === this.port.width ? whole : BigInt.asUintN(this.width, whole >> BigInt(this.lo));
  }
}

const readSlots = (longs: BigUint64Array, first: number, count: number): bigint => {
  let value = longs[first] as bigint;
  for (let i = 1; i < count; i++) value |= (longs[first + i] as bigint) << BigInt(64 * i);
  return value;
};
const insert = (whole: bigint, bits: bigint, lo: number, width: number): bigint =>
  (whole & ~(((1n << BigInt(width)) - 1n) << BigInt(lo))) | (bits << BigInt(lo));
const toSigned = (bits: bigint, width: number, signed: boolean): bigint => (signed ? BigInt.asIntN(width, bits) : bits);

/** A whole unsigned pin of at most 32 bits: the common case, made for loops. */
export class NarrowSignal extends Signal<number> {
  readonly #words: Uint32Array;
  readonly #sampled: number;
  readonly #written: number;

  constructor(store: ValueStore, port: PortSlot) {
    super(store, port, 0, port.width, false);
    this.#words = store.words;
    this.#sampled = (store.sampledSlot + port.slot) * 2;
    this.#written = (store.writtenSlot + port.slot) * 2;
  }
  override get value(): number {
    return this.#words[this.#sampled] as number;
  }
  override set value(v: Writable) {
    // A whole number, in range, of a pin that may be written now.
    if (typeof v === "number" && v >>> 0 === v && v <= (this.store.limits[this.port.index] as number)) this.#words[this.#written] = v;
    else this.write(v);
  }
}

/** Any other pin, or a part of one, whose values are exact numbers. */
export class NumberSignal extends Signal<number> {
  override get value(): number {
    return Number(this.big);
  }
  override set value(v: Writable) {
    this.write(v);
  }
}

/** More than 53 bits. */
export class WideSignal extends Signal<bigint> {
  override get value(): bigint {
    return this.big;
  }
  override set value(v: Writable) {
    this.write(v);
  }
}

export const plainSignal = (
  store: ValueStore,
  port: PortSlot,
  lo = 0,
  width = port.width,
  signed = false,
): Signal<number> | Signal<bigint> =>
  width === port.width && width <= 32 && !signed
    ? new NarrowSignal(store, port)
    : width <= 53
      ? new NumberSignal(store, port, lo, width, signed)
      : new WideSignal(store, port, lo, width, signed);
