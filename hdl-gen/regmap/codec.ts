/** Field values as a program holds them, and the bits they are: shared by test access and memory layouts. */

import type { NumberWidth } from "../core/number-width.ts";
import type { EnumType, Type } from "../core/types.ts";
import type { Bits, EnumValue, Signed } from "../core/values.ts";
import { enumerationOf, type Field, type Fields, isSigned, isWritable, maskOf } from "./fields.ts";

type OfWidth<N extends number> = number extends N
  ? boolean | number | bigint
  : N extends 1
    ? boolean
    : N extends NumberWidth
      ? number
      : bigint;
/** What reading a field of hardware type `T` gives: boolean for one bit, number up to 53 bits, bigint above, the member's
 *  name for an enumeration. */
export type ValueOf<T> =
  T extends EnumType<infer M>
    ? M
    : T extends Type<infer S, any>
      ? S extends EnumValue<infer M>
        ? M
        : S extends Bits<infer N> | Signed<infer N>
          ? OfWidth<N>
          : never
      : never;
/** What may be written to it. */
export type SettableOf<T> =
  T extends EnumType<infer M> ? M : T extends Type<infer S, any> ? (S extends EnumValue<infer M> ? M : boolean | number | bigint) : never;
type ReadableKind = "rw" | "ro" | "w1c" | "w1s" | "rc" | "counter" | "pop" | "external" | "fixed";
type WritableKind = "rw" | "wo" | "w1c" | "w1s" | "push" | "command" | "external";
/** The fields that a read of a register gives. */
export type ReadFields<F extends Fields> = {
  readonly [K in keyof F as F[K] extends Field<ReadableKind, any> ? K : never]: F[K] extends Field<any, infer T> ? ValueOf<T> : never;
};
/** The fields that a write may set. */
export type WriteFields<F extends Fields> = {
  readonly [K in keyof F as F[K] extends Field<WritableKind, any> ? K : never]?: F[K] extends Field<any, infer T> ? SettableOf<T> : never;
} & { readonly [K in keyof F as F[K] extends Field<WritableKind, any> ? never : K]?: never };

const ones = (width: number): bigint => (1n << BigInt(width)) - 1n;
/** The field's value from the register's bits. A value that is no member of its enumeration comes as a number. */
export const decodeField = (f: Field, register: bigint): boolean | number | bigint | string => {
  const { width } = f.type;
  const raw = (register >> BigInt(f.lowest)) & ones(width);
  const e = enumerationOf(f);
  if (e !== null) return e.members.find((m) => m.value === raw)?.name ?? Number(raw);
  if (width === 1) return raw === 1n;
  const value = isSigned(f) ? BigInt.asIntN(width, raw) : raw;
  return width <= 53 ? Number(value) : value;
};
/** The value in its place in the register. Throws `RangeError` where it does not fit. */
export const encodeField = (title: string, f: Field, value: unknown): bigint => {
  const { width } = f.type;
  const e = enumerationOf(f);
  const wrong = (what: string): never => {
    throw new RangeError(`${title}: ${what}`);
  };
  if (e !== null && typeof value === "string") {
    const member = e.members.find((m) => m.name === value);
    return member === undefined
      ? wrong(`${e.name} has no member "${value}"; it has ${e.members.map((m) => m.name).join(", ")}`)
      : member.value << BigInt(f.lowest);
  }
  if (typeof value !== "number" && typeof value !== "bigint" && typeof value !== "boolean")
    return wrong(`${String(value)} is no value of ${width} bits`);
  if (typeof value === "number" && !Number.isSafeInteger(value)) wrong(`${value} is not a whole number below 2^53; write it as a bigint`);
  const n = BigInt(value);
  const [low, high] = isSigned(f) ? [-(1n << BigInt(width - 1)), ones(width - 1)] : [0n, ones(width)];
  if (n < low || n > high) wrong(`${n} does not fit ${width} bits (${low} to ${high})`);
  return (n & ones(width)) << BigInt(f.lowest);
};
/** All readable fields of a register. */
export const decodeFields = <F extends Fields>(fields: F, register: bigint): ReadFields<F> =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([name, f]) => (f.readable ? [[name, decodeField(f, register)]] : [])),
  ) as ReadFields<F>;
/** `base` with some fields replaced. */
export const encodeFields = <F extends Fields>(title: string, fields: F, values: WriteFields<F>, base = 0n): bigint => {
  let register = base;
  for (const [name, value] of Object.entries(values)) {
    const f = fields[name];
    if (f === undefined || !isWritable(f))
      throw new RangeError(
        `${title} has no field "${name}" to write; it has ${
          Object.entries(fields)
            .flatMap(([n, x]) => (isWritable(x) ? [n] : []))
            .join(", ") || "none"
        }`,
      );
    if (value !== undefined) register = (register & ~maskOf(f)) | encodeField(`${title}.${name}`, f, value);
  }
  return register;
};
