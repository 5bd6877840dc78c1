/** Enumerations, arrays and structs as the user holds them. */
import { type Bits, type Bool, bits, Data, type Leaf } from "./bits.ts";
import { binary, concat } from "./expr.ts";
import type { EnumInfo, Expr } from "./ir.ts";
import { assign, elementOf, type Place, valuePlace } from "./place.ts";
import { fail, here } from "./source.ts";
import type { Type } from "./types.ts";

const plainLeaf = (width: number, enumeration: EnumInfo): readonly Leaf[] => [{ path: [], width, signed: false, enumeration }];
export const enumLiteral = (info: EnumInfo, member: string, why = "constant"): Expr => {
  const m = info.members.find((x) => x.name === member);
  if (m === undefined)
    return fail("literal", `${why}: ${info.name} has no member "${member}"; it has ${info.members.map((x) => x.name).join(", ")}`);
  return { kind: "literal", value: m.value, width: info.width, enumeration: info };
};

/** A value of an enumeration. */
export class EnumValue<M extends string = string> extends Data {
  readonly width: number;
  readonly place: Place;
  readonly enumeration: EnumInfo;
  constructor(place: Place, enumeration: EnumInfo) {
    super();
    this.place = place;
    this.enumeration = enumeration;
    this.width = enumeration.width;
  }
  get expr(): Expr {
    return this.place.expr;
  }
  override exprs(): readonly Expr[] {
    return [this.place.expr];
  }
  override leafInfo(): readonly Leaf[] {
    return plainLeaf(this.width, this.enumeration);
  }
  override rewrap(places: readonly Place[]): this {
    return new EnumValue<M>(places[0] as Place, this.enumeration) as this;
  }
  #operand(other: EnumValue<M> | M, why: string): Expr {
    if (typeof other === "string") return enumLiteral(this.enumeration, other, why);
    return other.enumeration === this.enumeration
      ? other.expr
      : fail("type", `${why}: ${this.enumeration.name} with ${other.enumeration.name}`);
  }
  /** One of these members? */
  is(...members: M[]): Bool {
    return members.map((m) => bits<1>(binary("eq", this.expr, enumLiteral(this.enumeration, m, "is")))).reduce((a, b) => a.or(b));
  }
  eq(other: EnumValue<M> | M): Bool {
    return bits(binary("eq", this.expr, this.#operand(other, "eq")));
  }
  ne(other: EnumValue<M> | M): Bool {
    return bits(binary("ne", this.expr, this.#operand(other, "ne")));
  }
  next(value: EnumValue<M> | M): void {
    assign(this.place, this.#operand(value, "next"), "next");
  }
  drive(value: EnumValue<M> | M): void {
    assign(this.place, this.#operand(value, "drive"), "drive");
  }
}

/** `count` elements of one type. */
export class Vec<S = unknown, I = unknown> extends Data implements Iterable<S> {
  readonly width: number;
  readonly length: number;
  readonly element: Type<S, I>;
  readonly #places: readonly Place[];
  constructor(element: Type<S, I>, length: number, places: readonly Place[]) {
    super();
    this.element = element;
    this.length = length;
    this.#places = places;
    this.width = element.width * length;
  }
  override exprs(): readonly Expr[] {
    return this.#places.map((p) => p.expr);
  }
  override leafInfo(): readonly Leaf[] {
    return this.element.leaves.map((l) => ({ ...l, width: l.width * this.length }));
  }
  override rewrap(places: readonly Place[]): this {
    return new Vec<S, I>(this.element, this.length, places) as this;
  }
  /** Element `index`, by constant or by a value. A run-time index beyond the end reads zeros and writes nothing. */
  at(index: number | Bits): S {
    return this.element.wrap(this.#places.map((p) => elementOf(p, this.length, typeof index === "number" ? index : index.expr)));
  }
  override asBits(): Bits {
    return bits(concat([...this].reverse().map((e) => this.element.toBits(e).expr)));
  }
  *[Symbol.iterator](): Iterator<S> {
    for (let i = 0; i < this.length; i++) yield this.at(i);
  }
  map<R>(f: (element: S, index: number) => R): R[] {
    return [...this].map(f);
  }
  #values(value: Vec<S, I> | readonly I[], why: string): readonly Expr[] {
    if (value instanceof Vec) {
      if (value.length !== this.length || value.element.width !== this.element.width)
        fail("type", `${why}: array of ${this.length} x ${this.element.name} with array of ${value.length} x ${value.element.name}`);
      return value.exprs();
    }
    if (value.length !== this.length) fail("type", `${why}: ${value.length} values for an array of ${this.length}`);
    const rows = value.map((v) => this.element.exprs(v, why));
    return this.#places.map((_, leaf) => concat(rows.map((r) => r[leaf] as Expr).reverse()));
  }
  eq(other: Vec<S, I> | readonly I[]): Bool {
    const values = this.#values(other, "eq");
    return this.exprs()
      .map((e, i) => bits<1>(binary("eq", e, values[i] as Expr)))
      .reduce((a, b) => a.and(b));
  }
  next(value: Vec<S, I> | readonly I[]): void {
    const at = here();
    this.#values(value, "next").forEach((e, i) => {
      assign(this.#places[i] as Place, e, "next", at);
    });
  }
  drive(value: Vec<S, I> | readonly I[]): void {
    const at = here();
    this.#values(value, "drive").forEach((e, i) => {
      assign(this.#places[i] as Place, e, "drive", at);
    });
  }
}

/** Base of struct values; fields are added as properties by the type. */
export class StructBase<I = any> extends Data {
  readonly #type: Type;
  readonly #places: readonly Place[];
  constructor(type: Type, places: readonly Place[]) {
    super();
    this.#type = type;
    this.#places = places;
  }
  /** No property of its own, so that `{ ...value, field: changed }` has the fields and nothing else. */
  override get width(): number {
    return this.#type.width;
  }
  /** The type of a struct value. Static, so that no field name is taken by it. */
  static typeOf(value: StructBase): Type {
    return value.#type;
  }
  override exprs(): readonly Expr[] {
    return this.#places.map((p) => p.expr);
  }
  override leafInfo(): readonly Leaf[] {
    return this.#type.leaves;
  }
  override rewrap(places: readonly Place[]): this {
    return this.#type.wrap(places) as this;
  }
  override asBits(): Bits {
    return this.#type.toBits(this);
  }
  eq(other: I): Bool {
    return this.asBits().eq(this.#type.toBits(this.#type.wrap(this.#type.exprs(other, "eq").map(valuePlace))));
  }
  next(value: I): void {
    const at = here();
    this.#type.exprs(value, "next").forEach((e, i) => {
      assign(this.#places[i] as Place, e, "next", at);
    });
  }
  drive(value: I): void {
    const at = here();
    this.#type.exprs(value, "drive").forEach((e, i) => {
      assign(this.#places[i] as Place, e, "drive", at);
    });
  }
}
