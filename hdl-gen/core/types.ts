/** Hardware types: what a register, net, port, memory word or stream payload is made of. */

import { type Constant, clog2, concat, literal, sized } from "./expr.ts";
import type { EnumInfo, Expr } from "./ir.ts";
import { bitsOf, type Place, valuePlace } from "./place.ts";
import { fail } from "./source.ts";
import { Bits, Data, EnumValue, enumLiteral, type Leaf, Signed, StructBase, Vec, type Width } from "./values.ts";

export type { Leaf };

/** A register's type with what happens to it at reset. */
export interface RegisterSpec<S = any, I = any> {
  readonly type: Type<S, I>;
  readonly resetKind: "sync" | "async" | "none";
  /** null: zero. */
  readonly value: I | null;
  readonly unused: boolean;
}

/** A hardware type: `S` is how its values look, `I` what may be written in their place (constants included). */
export abstract class Type<S = any, I = any> {
  abstract readonly width: number;
  abstract readonly leaves: readonly Leaf[];
  /** How messages and derived module names call it: "u8", "header". */
  abstract readonly name: string;
  abstract wrap(places: readonly Place[]): S;
  /** One expression per leaf, or an error naming `why`. */
  abstract exprs(value: S | I, why: string): readonly Expr[];
  abstract toBits(value: S): Bits;
  abstract fromBits(value: Bits): S;
  /** Register of this type that starts at `value` after a synchronous reset. */
  reset(value: I): RegisterSpec<S, I> {
    return { type: this, resetKind: "sync", value, unused: false };
  }
  /** Register of this type that an asynchronous reset sets to `value`. */
  asyncReset(value: I): RegisterSpec<S, I> {
    return { type: this, resetKind: "async", value, unused: false };
  }
  /** Register of this type that reset leaves alone: for payload that a valid bit guards. */
  noReset(): RegisterSpec<S, I> {
    return { type: this, resetKind: "none", value: null, unused: false };
  }
  /** A constant, or a value as it is. */
  of(value: S | I): S {
    return this.wrap(this.exprs(value, "constant").map(valuePlace));
  }
  protected checkBits(value: Bits): void {
    if (value.width !== this.width) fail("width", `${sized(value.expr)} as ${this.name}, which has ${this.width} bits`);
  }
}
export type SignalOf<T> = T extends Type<infer S, any> ? S : never;
export type InitOf<T> = T extends Type<any, infer I> ? I : never;

class UInt<N extends number> extends Type<Bits<N>, Bits<N> | Constant> {
  readonly width: N;
  readonly leaves: readonly Leaf[];
  readonly name: string;
  constructor(width: N) {
    super();
    if (!Number.isInteger(width) || width < 1 || width > 65536) fail("width", `uint(${width}): a width is a whole number from 1 to 65536`);
    this.width = width;
    this.name = `u${width}`;
    this.leaves = [{ path: [], width, signed: false, enumeration: null }];
  }
  override wrap(p: readonly Place[]): Bits<N> {
    return new Bits<N>(p[0] as Place);
  }
  override exprs(value: Bits<N> | Constant, why: string): readonly Expr[] {
    if (!(value instanceof Data)) return [literal(value, this.width)];
    if (!(value instanceof Bits)) return fail("type", `${why}: a value of type ${this.name} is needed; use .asBits() or .asUnsigned()`);
    return value.width === this.width
      ? [value.expr]
      : fail(
          "width",
          `${why}: ${this.width} bit${this.width === 1 ? "" : "s"} with ${sized(value.expr)}; say .zext(n), .sext(n), .trunc(n) or .slice(hi, lo)`,
        );
  }
  override toBits(value: Bits<N>): Bits {
    return value;
  }
  override fromBits(value: Bits): Bits<N> {
    this.checkBits(value);
    return value as Bits<N>;
  }
}
class SInt<N extends number> extends Type<Signed<N>, Signed<N> | Constant> {
  readonly width: N;
  readonly leaves: readonly Leaf[];
  readonly name: string;
  constructor(width: N) {
    super();
    if (!Number.isInteger(width) || width < 1 || width > 65536) fail("width", `sint(${width}): a width is a whole number from 1 to 65536`);
    this.width = width;
    this.name = `s${width}`;
    this.leaves = [{ path: [], width, signed: true, enumeration: null }];
  }
  override wrap(p: readonly Place[]): Signed<N> {
    return new Signed<N>(p[0] as Place);
  }
  override exprs(value: Signed<N> | Constant, why: string): readonly Expr[] {
    if (!(value instanceof Data)) return [literal(value, this.width, true)];
    if (!(value instanceof Signed)) return fail("sign", `${why}: a signed value is needed; use .asSigned()`);
    return value.width === this.width
      ? [value.expr]
      : fail("width", `${why}: ${this.width} bits with ${sized(value.expr)}; say .sext(n) or .trunc(n)`);
  }
  override toBits(value: Signed<N>): Bits {
    return value.asUnsigned();
  }
  override fromBits(value: Bits): Signed<N> {
    this.checkBits(value);
    return value.asSigned() as Signed<N>;
  }
}

/** Unsigned number or bit vector of `width` bits. */
export const uint = <const N extends number>(width: N): Type<Bits<Width<N>>, Bits<Width<N>> | Constant> => new UInt(width);
/** Two's complement number of `width` bits. */
export const sint = <const N extends number>(width: N): Type<Signed<Width<N>>, Signed<Width<N>> | Constant> => new SInt(width);
/** One bit. */
export const bool: Type<Bits<1>, Bits<1> | Constant> = new UInt<1>(1);

/** A named set of values. Members get 0, 1, 2, ... or the values given. */
export class EnumType<M extends string> extends Type<EnumValue<M>, EnumValue<M> | M> {
  readonly info: EnumInfo;
  readonly width: number;
  readonly leaves: readonly Leaf[];
  readonly name: string;
  constructor(info: EnumInfo) {
    super();
    this.info = info;
    this.name = info.name;
    this.width = info.width;
    this.leaves = [{ path: [], width: info.width, signed: false, enumeration: info }];
  }
  override wrap(p: readonly Place[]): EnumValue<M> {
    return new EnumValue<M>(p[0] as Place, this.info);
  }
  override exprs(value: EnumValue<M> | M, why: string): readonly Expr[] {
    if (typeof value === "string") return [enumLiteral(this.info, value, why)];
    return value instanceof EnumValue && value.enumeration === this.info
      ? [value.expr]
      : fail("type", `${why}: a member of ${this.name} is needed`);
  }
  override toBits(value: EnumValue<M>): Bits {
    return new Bits(value.place);
  }
  override fromBits(value: Bits): EnumValue<M> {
    this.checkBits(value);
    return new EnumValue<M>(value.place, this.info);
  }
}
/** `enumeration("op", ["ADD", "SUB"])` or `enumeration("op", { ADD: 0, SUB: 2 }, width?)`. */
export const enumeration = <const M extends string>(
  name: string,
  members: readonly M[] | Readonly<Record<M, number | bigint>>,
  width?: number,
): EnumType<M> => {
  const list: { name: M; value: bigint }[] = Array.isArray(members)
    ? (members as readonly M[]).map((m, i) => ({ name: m, value: BigInt(i) }))
    : (Object.entries(members) as [M, number | bigint][]).map(([m, v]) => ({ name: m, value: BigInt(v) }));
  if (list.length === 0) fail("argument", `enumeration ${name} has no members`);
  const needed = Math.max(
    1,
    ...list.map((m) => (m.value < 0n ? fail("literal", `${name}.${m.name}: ${m.value} is negative`) : m.value.toString(2).length)),
  );
  if (width !== undefined && width < needed)
    fail("width", `enumeration ${name}: ${width} bits do not hold its largest member, which needs ${needed}`);
  const seen = new Map<bigint, string>();
  for (const m of list) {
    const other = seen.get(m.value);
    if (other !== undefined) fail("literal", `enumeration ${name}: ${other} and ${m.name} are both ${m.value}`);
    seen.set(m.value, m.name);
  }
  return new EnumType<M>({ name, width: width ?? needed, members: list });
};

type Fields = Readonly<Record<string, Type<any, any>>>;
export type StructInit<F extends Fields> = { readonly [K in keyof F]: InitOf<F[K]> };
export type StructValue<F extends Fields> = { readonly [K in keyof F]: SignalOf<F[K]> } & StructBase<StructInit<F>>;
const reserved = new Set([
  "width",
  "asBits",
  "exprs",
  "leafInfo",
  "rewrap",
  "eq",
  "next",
  "drive",
  "constructor",
  "toString",
  "valueOf",
  "toJSON",
]);

export class StructType<F extends Fields> extends Type<StructValue<F>, StructInit<F>> {
  readonly fields: F;
  readonly width: number;
  readonly leaves: readonly Leaf[];
  readonly name: string;
  constructor(name: string, fields: F) {
    super();
    const list = Object.entries(fields);
    if (list.length === 0) fail("argument", `struct ${name} has no fields`);
    for (const [key] of list)
      if (reserved.has(key)) fail("name", `struct ${name}: a field cannot be called "${key}", which every hardware value has`);
    this.name = name;
    this.fields = fields;
    this.width = list.reduce((n, [, t]) => n + t.width, 0);
    this.leaves = list.flatMap(([key, t]) => t.leaves.map((l) => ({ ...l, path: [key, ...l.path] })));
  }
  #parts<A>(all: readonly A[]): [string, Type, readonly A[]][] {
    let at = 0;
    return Object.entries(this.fields).map(([key, t]) => {
      const part = all.slice(at, at + t.leaves.length);
      at += t.leaves.length;
      return [key, t, part];
    });
  }
  override wrap(places: readonly Place[]): StructValue<F> {
    const value = new StructBase(this, places);
    for (const [key, t, part] of this.#parts(places)) Object.defineProperty(value, key, { value: t.wrap(part), enumerable: true });
    return value as never;
  }
  override exprs(value: StructValue<F> | StructInit<F>, why: string): readonly Expr[] {
    if (typeof value !== "object" || value === null) return fail("type", `${why}: an object with the fields of ${this.name} is needed`);
    if (!(value instanceof StructBase))
      for (const key of Object.keys(value))
        if (!(key in this.fields))
          fail("type", `${why}: ${this.name} has no field "${key}"; it has ${Object.keys(this.fields).join(", ")}`);
    return Object.entries(this.fields).flatMap(([key, t]) => {
      const part = value[key];
      return part === undefined ? fail("type", `${why}: field "${key}" of ${this.name} is missing`) : t.exprs(part, `${why} .${key}`);
    });
  }
  override toBits(value: StructValue<F>): Bits {
    return new Bits(valuePlace(concat(Object.entries(this.fields).map(([key, t]) => t.toBits(value[key]).expr))));
  }
  override fromBits(value: Bits): StructValue<F> {
    this.checkBits(value);
    let top = this.width;
    const places: Place[] = [];
    for (const t of Object.values(this.fields)) {
      const part = new Bits(bitsOf(value.place, top - 1, top - t.width));
      places.push(...placesOf(t, t.fromBits(part)));
      top -= t.width;
    }
    return this.wrap(places);
  }
  /** This value with some fields replaced. */
  with(value: StructValue<F>, changes: Partial<StructInit<F>>): StructValue<F> {
    return this.of(Object.fromEntries(Object.keys(this.fields).map((key) => [key, changes[key] ?? value[key]])) as StructInit<F>);
  }
}
const placesOf = (type: Type, value: unknown): Place[] => type.exprs(value, "value").map(valuePlace);

/** Fields side by side; the first is the most significant when the whole is seen as bits. */
export const struct = <const F extends Fields>(fields: F, name = "struct"): StructType<F> => new StructType(name, fields);

export class ArrayType<S, I> extends Type<Vec<S, I>, Vec<S, I> | readonly I[]> {
  readonly element: Type<S, I>;
  readonly length: number;
  readonly width: number;
  readonly leaves: readonly Leaf[];
  readonly name: string;
  constructor(element: Type<S, I>, length: number) {
    super();
    if (!Number.isInteger(length) || length < 1) fail("argument", `array of ${length} elements: a whole number of at least 1 is needed`);
    this.element = element;
    this.length = length;
    this.width = element.width * length;
    this.name = `${element.name}x${length}`;
    this.leaves = element.leaves.map((l) => ({ ...l, width: l.width * length }));
  }
  override wrap(places: readonly Place[]): Vec<S, I> {
    return new Vec<S, I>(this.element, this.length, places);
  }
  override exprs(value: Vec<S, I> | readonly I[], why: string): readonly Expr[] {
    if (value instanceof Vec)
      return value.length === this.length && value.element.width === this.element.width
        ? value.exprs()
        : fail("type", `${why}: an array of ${this.length} x ${this.element.name} is needed`);
    if (!Array.isArray(value) || value.length !== this.length) return fail("type", `${why}: ${this.length} values are needed`);
    const rows = (value as readonly I[]).map((v) => this.element.exprs(v, why));
    return this.leaves.map((_, leaf) => concat(rows.map((r) => r[leaf] as Expr).reverse()));
  }
  override toBits(value: Vec<S, I>): Bits {
    return value.asBits();
  }
  override fromBits(value: Bits): Vec<S, I> {
    this.checkBits(value);
    const w = this.element.width;
    const rows = Array.from({ length: this.length }, (_, i) =>
      this.element.exprs(this.element.fromBits(value.slice((i + 1) * w - 1, i * w)) as never, "fromBits"),
    );
    return this.wrap(this.leaves.map((_, leaf) => valuePlace(concat(rows.map((r) => r[leaf] as Expr).reverse()))));
  }
}
/** `length` elements; element 0 is the least significant. */
export const array = <S, I>(element: Type<S, I>, length: number): ArrayType<S, I> => new ArrayType(element, length);
/** Bits that choose one of `n` things: at least one bit. */
export const index = (n: number): Type<Bits, Bits | Constant> => uint(Math.max(1, clog2(n)));
