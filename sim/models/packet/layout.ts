/**
 * Header layouts: one table per protocol header, from which parsing, building and the annotated dump are derived, so
 * that a field's name, place and width stand once.
 */
import { ipv4Number, ipv4Text, macNumber, macText } from "./addresses.ts";

/** One field of a header: how many bits, and how its value looks to a reader of tests. */
export interface Field<V> {
  /** Width in bits, 1 to 48. */
  readonly bits: number;
  fromNumber(value: number): V;
  toNumber(value: V): number;
  /** As the dump prints it. */
  text(value: V): string;
}

const identity = (value: number) => value;

/** An unsigned number, printed in decimal. */
export const uint = (bits: number): Field<number> => ({ bits, fromNumber: identity, toNumber: identity, text: String });

/** An unsigned number, printed in hexadecimal at its full width: types, checksums, identifiers. */
export const hex = (bits: number): Field<number> => ({
  bits,
  fromNumber: identity,
  toNumber: identity,
  text: (value) => `0x${value.toString(16).padStart(Math.ceil(bits / 4), "0")}`,
});

/** One bit. */
export const flag: Field<boolean> = {
  bits: 1,
  fromNumber: (value) => value !== 0,
  toNumber: Number,
  text: (value) => (value ? "1" : "0"),
};

/** A MAC address, as text: `02:00:00:00:00:01`. */
export const mac: Field<string> = { bits: 48, fromNumber: macText, toNumber: macNumber, text: identityText };

/** An IPv4 address, as text: `10.0.0.1`. */
export const ipv4Address: Field<string> = { bits: 32, fromNumber: ipv4Text, toNumber: ipv4Number, text: identityText };

function identityText(value: string): string {
  return value;
}

type Fields = Readonly<Record<string, Field<unknown>>>;

/** The values of a header: `{ sourcePort: number, ... }`. */
export type ValuesOf<L> = L extends Layout<infer F> ? { readonly [K in keyof F]: F[K] extends Field<infer V> ? V : never } : never;

/** One field as found in a frame, for the dump. */
export interface FieldText {
  readonly name: string;
  /** Byte of the frame where the field begins. */
  readonly offset: number;
  /** Bytes that the field touches; a field narrower than a byte touches one. */
  readonly length: number;
  readonly text: string;
}

/** A fixed header: its fields in wire order, most significant bit first. */
export class Layout<F extends Fields> {
  readonly name: string;
  readonly fields: F;
  /** Size of the header in bytes. */
  readonly length: number;
  readonly #places: readonly { readonly name: string; readonly field: Field<unknown>; readonly bit: number }[];

  constructor(name: string, fields: F) {
    this.name = name;
    this.fields = fields;
    let bit = 0;
    this.#places = Object.entries(fields).map(([key, field]) => {
      const place = { name: key, field, bit };
      bit += field.bits;
      return place;
    });
    if (bit % 8 !== 0) throw new RangeError(`header ${name}: ${bit} bits are not whole bytes`);
    this.length = bit / 8;
  }

  /** True when the whole header lies within the bytes. */
  fits(bytes: Uint8Array, offset: number): boolean {
    return offset + this.length <= bytes.length;
  }

  /** Reads all fields; the caller checks `fits` first. */
  decode(bytes: Uint8Array, offset: number): ValuesOf<Layout<F>> {
    if (!this.fits(bytes, offset))
      throw new RangeError(`${this.name} header needs bytes ${offset} to ${offset + this.length - 1} of ${bytes.length}`);
    const values: Record<string, unknown> = {};
    for (const { name, field, bit } of this.#places) values[name] = field.fromNumber(readBits(bytes, offset * 8 + bit, field.bits));
    return values as ValuesOf<Layout<F>>;
  }

  /** The header's bytes. Throws a `RangeError` that names the field when a value does not fit. */
  encode(values: ValuesOf<Layout<F>>): Uint8Array {
    const bytes = new Uint8Array(this.length);
    for (const { name, field, bit } of this.#places) {
      const number = field.toNumber((values as Record<string, unknown>)[name]);
      if (!Number.isInteger(number) || number < 0 || number >= 2 ** field.bits) {
        throw new RangeError(`${this.name}.${name}: ${String(number)} does not fit in ${field.bits} bits`);
      }
      writeBits(bytes, bit, field.bits, number);
    }
    return bytes;
  }

  /** Every field with its place and value, for a dump. */
  describe(bytes: Uint8Array, offset: number): FieldText[] {
    return this.#places.map(({ name, field, bit }) => {
      const first = Math.floor(bit / 8);
      const last = Math.floor((bit + field.bits - 1) / 8);
      const value = field.fromNumber(readBits(bytes, offset * 8 + bit, field.bits));
      return { name: `${this.name}.${name}`, offset: offset + first, length: last - first + 1, text: field.text(value) };
    });
  }
}

function readBits(bytes: Uint8Array, bit: number, width: number): number {
  const first = Math.floor(bit / 8);
  const last = Math.floor((bit + width - 1) / 8);
  let value = 0;
  for (let index = first; index <= last; index++) value = value * 256 + (bytes[index] ?? 0);
  const below = (last + 1) * 8 - bit - width;
  return Math.floor(value / 2 ** below) % 2 ** width;
}

function writeBits(bytes: Uint8Array, bit: number, width: number, value: number): void {
  const first = Math.floor(bit / 8);
  const last = Math.floor((bit + width - 1) / 8);
  let rest = value * 2 ** ((last + 1) * 8 - bit - width);
  for (let index = last; index >= first; index--) {
    bytes[index] = (bytes[index] ?? 0) | (rest % 256);
    rest = Math.floor(rest / 256);
  }
}
