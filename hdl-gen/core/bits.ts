/** Plain hardware values: bit vectors, signed numbers, and what every hardware value can do. */

import { binary, type Constant, concat, extend, literal, named, repeat, sized, trunc, unary } from "./expr.ts";
import type { BinaryOp, EnumInfo, Expr, UnaryOp } from "./ir.ts";
import { assign, bitsOf, elementOf, type Place, valuePlace } from "./place.ts";
import { fail } from "./source.ts";
import type { Type } from "./types.ts";

/** Rejects operands whose literal widths differ; computed widths (`Bits<number>`) pass and are checked at elaboration. */
export type Same<N extends number, M extends number> = number extends N
  ? unknown
  : number extends M
    ? unknown
    : [N] extends [M]
      ? [M] extends [N]
        ? unknown
        : WidthsDiffer<N, M>
      : WidthsDiffer<N, M>;
interface WidthsDiffer<N extends number, M extends number> {
  readonly widthsDiffer: `${N} and ${M} bits`;
}
/** A width as far as the editor knows it: computed ones stand for any. */
export type Width<N extends number> = number extends N ? any : N;
/** The other operand of an operator on `N` bits: a value of the same width, or a constant that fits. */
export type Operand<N extends number, M extends number> = (Bits<M> & Same<N, M>) | Constant;
/** The other operand of a signed operator. */
export type SignedOperand<N extends number, M extends number> = (Signed<M> & Same<N, M>) | Constant;
export type Bool = Bits<1>;
/** A condition: one bit. */
export type Condition<M extends number> = Bits<M> & Same<1, M>;

const trap = (what: string): never =>
  fail(
    "javascript",
    `${what} is hardware, not a JavaScript value: it has no value while the design is built. Write a.lt(b), a.eq(b), a.not(), mux(c, a, b), h.when(c, ...)`,
  );

/** One signal of a type: a struct has several, an array of `n` has its element's, `n` times as wide. */
export interface Leaf {
  /** Field names from the outside in; empty for a plain value. */
  readonly path: readonly string[];
  readonly width: number;
  readonly signed: boolean;
  readonly enumeration: EnumInfo | null;
}

const plainLeaf = (width: number, signed: boolean, enumeration: EnumInfo | null): readonly Leaf[] => [
  { path: [], width, signed, enumeration },
];

/** What all hardware values share. */
export abstract class Data {
  /** Bits in all. */
  abstract readonly width: number;
  /** One expression per leaf signal, in declared order. */
  abstract exprs(): readonly Expr[];
  /** What each expression of `exprs` is. */
  abstract leafInfo(): readonly Leaf[];
  /** A value of this type over other places (one per leaf). */
  abstract rewrap(places: readonly Place[]): this;
  /** Registers only: the value after the next clock edge. */
  abstract next(value: any): void;
  /** Nets and outputs only: the value now. */
  abstract drive(value: any): void;
  /** Equal in every bit. */
  abstract eq(other: any): Bool;
  /** All bits as one value; a struct's first field and an array's last element are the most significant. */
  asBits(): Bits {
    return new Bits(valuePlace(concat(this.exprs())));
  }
  [Symbol.toPrimitive](): never {
    return trap(named(this.exprs()[0] as Expr));
  }
  valueOf(): never {
    return trap(named(this.exprs()[0] as Expr));
  }
  toString(): never {
    return trap(named(this.exprs()[0] as Expr));
  }
  toJSON(): never {
    return trap(named(this.exprs()[0] as Expr));
  }
}

const operand = (own: Expr, other: unknown, op: string, signed: boolean): Expr => {
  if (other instanceof Vector) {
    if (other instanceof Signed !== signed && (other instanceof Signed || signed))
      fail(
        "sign",
        `${op}: ${named(own)} is ${signed ? "signed" : "unsigned"} and ${named(other.expr)} is not; say .asSigned() or .asUnsigned()`,
      );
    if (other.width !== own.width)
      fail("width", `${op}: ${sized(own)} with ${sized(other.expr)}; say .zext(n), .sext(n), .trunc(n) or .slice(hi, lo) on one of them`);
    return other.expr;
  }
  if (other instanceof Data)
    return fail("type", `${op}: ${named(own)} is a plain value and the other side is a struct, array or enumeration; use .asBits()`);
  return literal(other as Constant, own.width, signed);
};

/** One place: the base of `Bits` and `Signed`. */
abstract class Vector<N extends number> extends Data {
  readonly width: N;
  readonly place: Place;
  constructor(place: Place) {
    super();
    this.place = place;
    this.width = place.expr.width as N;
  }
  get expr(): Expr {
    return this.place.expr;
  }
  override exprs(): readonly Expr[] {
    return [this.place.expr];
  }
  /** Bits `hi` down to `lo`, both included; may be assigned where the value may. */
  slice(hi: number, lo: number): Bits {
    return new Bits(bitsOf(this.place, hi, lo));
  }
  /** One bit, by constant or by a value (reads 0 beyond the top). */
  bit(index: number | Bits): Bool {
    return new Bits(elementOf(this.place, this.width, typeof index === "number" ? index : index.expr));
  }
  /** The most significant bit. */
  msb(): Bool {
    return this.bit(this.width - 1);
  }
  /** Every bit is 1. */
  all(): Bool {
    return this.width === 1 ? new Bits(valuePlace(this.expr)) : bits(unary("all", this.expr));
  }
  /** At least one bit is 1. */
  any(): Bool {
    return this.width === 1 ? new Bits(valuePlace(this.expr)) : bits(unary("any", this.expr));
  }
  /** XOR of all bits. */
  parity(): Bool {
    return this.width === 1 ? new Bits(valuePlace(this.expr)) : bits(unary("parity", this.expr));
  }
  protected un(op: UnaryOp): Place {
    return valuePlace(unary(op, this.expr));
  }
}
export const bits = <N extends number = any>(e: Expr): Bits<N> => new Bits<N>(valuePlace(e));
const signedValue = <N extends number = any>(e: Expr): Signed<N> => new Signed<N>(valuePlace(e));

const shiftAmount = (by: number | Bits, own: Expr): Expr | number => {
  if (typeof by !== "number") return by.expr;
  if (!Number.isInteger(by) || by < 0) fail("argument", `shift of ${named(own)} by ${by}: a whole number of at least 0 is needed`);
  return by;
};

/** `N` bits, unsigned in arithmetic and comparison. Plain `Bits` has a computed width: the editor lets it stand for any, and
 *  elaboration checks it. */
export class Bits<N extends number = any> extends Vector<N> {
  override leafInfo(): readonly Leaf[] {
    return plainLeaf(this.width, false, null);
  }
  override rewrap(places: readonly Place[]): this {
    return new Bits<N>(places[0] as Place) as this;
  }
  #binary(op: BinaryOp, other: unknown, name: string = op): Expr {
    return binary(op, this.expr, operand(this.expr, other, name, false));
  }
  /** Sum, wrapping at this width. */
  add<M extends number>(other: Operand<N, M>): Bits<N> {
    return bits(this.#binary("add", other));
  }
  /** Difference, wrapping at this width. */
  sub<M extends number>(other: Operand<N, M>): Bits<N> {
    return bits(this.#binary("sub", other));
  }
  /** Sum one bit wider, so that nothing is lost. */
  addCarry<M extends number>(other: Operand<N, M>): Bits {
    const b = operand(this.expr, other, "addCarry", false);
    return bits(binary("add", extend("zext", this.expr, this.width + 1), extend("zext", b, this.width + 1)));
  }
  /** Difference one bit wider: the top bit is 1 where `other` is larger. */
  subBorrow<M extends number>(other: Operand<N, M>): Bits {
    const b = operand(this.expr, other, "subBorrow", false);
    return bits(binary("sub", extend("zext", this.expr, this.width + 1), extend("zext", b, this.width + 1)));
  }
  /** Product, as wide as both operands together. */
  mul(other: Bits): Bits {
    return bits(binary("mul", this.expr, other.expr));
  }
  /** Quotient by a constant other than 0. */
  div(by: number | bigint): Bits<N> {
    return this.#divide("div", by);
  }
  /** Remainder by a constant other than 0. */
  mod(by: number | bigint): Bits<N> {
    return this.#divide("mod", by);
  }
  #divide(op: "div" | "mod", by: number | bigint): Bits<N> {
    if (BigInt(by) === 0n) fail("argument", `${op}: ${named(this.expr)} by 0`);
    return bits(binary(op, this.expr, literal(by, this.width)));
  }
  /** Two's complement. */
  neg(): Bits<N> {
    return new Bits(this.un("neg"));
  }
  not(): Bits<N> {
    return new Bits(this.un("not"));
  }
  and<M extends number>(other: Operand<N, M>): Bits<N> {
    return bits(this.#binary("and", other));
  }
  or<M extends number>(other: Operand<N, M>): Bits<N> {
    return bits(this.#binary("or", other));
  }
  xor<M extends number>(other: Operand<N, M>): Bits<N> {
    return bits(this.#binary("xor", other));
  }
  eq<M extends number>(other: Operand<N, M>): Bool {
    return bits(this.#binary("eq", other));
  }
  ne<M extends number>(other: Operand<N, M>): Bool {
    return bits(this.#binary("ne", other));
  }
  lt<M extends number>(other: Operand<N, M>): Bool {
    return bits(this.#binary("lt", other));
  }
  le<M extends number>(other: Operand<N, M>): Bool {
    return bits(this.#binary("le", other));
  }
  gt<M extends number>(other: Operand<N, M>): Bool {
    return bits(this.#binary("gt", other));
  }
  ge<M extends number>(other: Operand<N, M>): Bool {
    return bits(this.#binary("ge", other));
  }
  /** Shift left, zeros in, at this width. */
  shl(by: number | Bits): Bits<N> {
    const n = shiftAmount(by, this.expr);
    if (typeof n !== "number") return bits(binary("shl", this.expr, n));
    return n === 0
      ? this
      : n >= this.width
        ? bits(literal(0, this.width))
        : bits(concat([trunc(this.expr, this.width - n), literal(0, n)]));
  }
  /** Shift right, zeros in. */
  shr(by: number | Bits): Bits<N> {
    const n = shiftAmount(by, this.expr);
    if (typeof n !== "number") return bits(binary("shr", this.expr, n));
    return n === 0
      ? this
      : n >= this.width
        ? bits(literal(0, this.width))
        : bits(extend("zext", this.slice(this.width - 1, n).expr, this.width));
  }
  /** Rotate left by a constant. */
  rotl(by: number): Bits<N> {
    const n = ((by % this.width) + this.width) % this.width;
    return n === 0 ? this : bits(concat([this.slice(this.width - 1 - n, 0).expr, this.slice(this.width - 1, this.width - n).expr]));
  }
  /** The same number in more bits. */
  zext<M extends number>(width: M): Bits<Width<M>> {
    return bits(extend("zext", this.expr, width));
  }
  /** More bits, copies of the top one. */
  sext<M extends number>(width: M): Bits<Width<M>> {
    return bits(extend("sext", this.expr, width));
  }
  /** The low bits; the others are dropped. */
  trunc<M extends number>(width: M): Bits<Width<M>> {
    return new Bits(width < this.width ? bitsOf(this.place, width - 1, 0) : valuePlace(trunc(this.expr, width)));
  }
  /** `count` copies side by side. */
  repeat(count: number): Bits {
    return bits(repeat(this.expr, count));
  }
  /** The same bits as a two's complement number. */
  asSigned(): Signed<N> {
    return new Signed<N>(this.place);
  }
  /** The same bits seen as another type of the same width. */
  as<S>(type: Type<S>): S {
    return type.fromBits(this);
  }
  /** `a` where this bit is 1, otherwise `b`. See also `mux`. */
  implies<M extends number>(this: Bits<1>, other: Operand<1, M>): Bool {
    return this.not().or(other);
  }
  /** Byte order reversed; the width must be whole bytes. */
  swapBytes(): Bits<N> {
    if (this.width % 8 !== 0) fail("width", `swapBytes of ${sized(this.expr)}: not whole bytes`);
    return bits(concat(Array.from({ length: this.width / 8 }, (_, i) => this.slice(i * 8 + 7, i * 8).expr)));
  }
  /** Registers only: the value after the next clock edge. */
  next<M extends number>(value: Operand<N, M>): void {
    assign(this.place, operand(this.expr, value, "next", false), "next");
  }
  /** Nets and outputs only: the value now. */
  drive<M extends number>(value: Operand<N, M>): void {
    assign(this.place, operand(this.expr, value, "drive", false), "drive");
  }
}

/** `N` bits of two's complement. */
export class Signed<N extends number = any> extends Vector<N> {
  override leafInfo(): readonly Leaf[] {
    return plainLeaf(this.width, true, null);
  }
  override rewrap(places: readonly Place[]): this {
    return new Signed<N>(places[0] as Place) as this;
  }
  #binary(op: BinaryOp, other: unknown, name: string = op): Expr {
    return binary(op, this.expr, operand(this.expr, other, name, true));
  }
  add<M extends number>(other: SignedOperand<N, M>): Signed<N> {
    return signedValue(this.#binary("add", other));
  }
  sub<M extends number>(other: SignedOperand<N, M>): Signed<N> {
    return signedValue(this.#binary("sub", other));
  }
  /** Sum one bit wider. */
  addCarry<M extends number>(other: SignedOperand<N, M>): Signed {
    const b = operand(this.expr, other, "addCarry", true);
    return signedValue(binary("add", extend("sext", this.expr, this.width + 1), extend("sext", b, this.width + 1)));
  }
  /** Product, as wide as both operands together. */
  mul(other: Signed): Signed {
    return signedValue(binary("smul", this.expr, other.expr));
  }
  neg(): Signed<N> {
    return new Signed(this.un("neg"));
  }
  eq<M extends number>(other: SignedOperand<N, M>): Bool {
    return bits(this.#binary("eq", other));
  }
  ne<M extends number>(other: SignedOperand<N, M>): Bool {
    return bits(this.#binary("ne", other));
  }
  lt<M extends number>(other: SignedOperand<N, M>): Bool {
    return bits(this.#binary("slt", other, "lt"));
  }
  le<M extends number>(other: SignedOperand<N, M>): Bool {
    return bits(this.#binary("sle", other, "le"));
  }
  gt<M extends number>(other: SignedOperand<N, M>): Bool {
    return bits(this.#binary("sgt", other, "gt"));
  }
  ge<M extends number>(other: SignedOperand<N, M>): Bool {
    return bits(this.#binary("sge", other, "ge"));
  }
  shl(by: number | Bits): Signed<N> {
    return this.asUnsigned().shl(by).asSigned();
  }
  /** Arithmetic shift right: copies of the sign come in. */
  shr(by: number | Bits): Signed<N> {
    const n = shiftAmount(by, this.expr);
    if (typeof n !== "number") return signedValue(binary("sra", this.expr, n));
    return n === 0 ? this : signedValue(extend("sext", this.slice(this.width - 1, Math.min(n, this.width - 1)).expr, this.width));
  }
  sext<M extends number>(width: M): Signed<Width<M>> {
    return signedValue(extend("sext", this.expr, width));
  }
  trunc<M extends number>(width: M): Signed<Width<M>> {
    return signedValue(trunc(this.expr, width));
  }
  asUnsigned(): Bits<N> {
    return new Bits<N>(this.place);
  }
  next<M extends number>(value: SignedOperand<N, M>): void {
    assign(this.place, operand(this.expr, value, "next", true), "next");
  }
  drive<M extends number>(value: SignedOperand<N, M>): void {
    assign(this.place, operand(this.expr, value, "drive", true), "drive");
  }
}
