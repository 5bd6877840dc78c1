/**
 * Memory that TypeScript and C++ share, described once: a `Layout` knows the offset of each field and prints the C++
 * struct, so that no offset stands in two languages.
 */

const sizes = { u8: 1, u32: 4, i32: 4, u64: 8, f64: 8 } as const;
const cppTypes = { u8: "uint8_t", u32: "uint32_t", i32: "int32_t", u64: "uint64_t", f64: "double" } as const;

export type Scalar = keyof typeof sizes;
/** A scalar or another struct, or an array of them. */
export type FieldType = Scalar | Layout | readonly [Scalar | Layout, number];

export interface FieldPlace {
  readonly type: Scalar | Layout;
  readonly count: number;
  /** Bytes from the start of the struct. */
  readonly offset: number;
}

const sizeOf = (type: Scalar | Layout): number => (typeof type === "string" ? sizes[type] : type.bytes);
const alignmentOf = (type: Scalar | Layout): number => (typeof type === "string" ? sizes[type] : 8);
const cppType = (type: Scalar | Layout): string => (typeof type === "string" ? cppTypes[type] : type.name);

export class Layout<K extends string = string> {
  readonly name: string;
  readonly fields: Readonly<Record<K, FieldPlace>>;
  /** Bytes of one struct: a multiple of eight, so that structs can stand in a row. */
  readonly bytes: number;
  readonly #indices: Readonly<Record<K, number>>;

  constructor(name: string, fields: Readonly<Record<K, FieldType>>) {
    let offset = 0;
    const places: [K, FieldPlace][] = [];
    for (const [key, field] of Object.entries(fields) as [K, FieldType][]) {
      const [type, count] = Array.isArray(field) ? (field as readonly [Scalar | Layout, number]) : ([field as Scalar | Layout, 1] as const);
      offset = Math.ceil(offset / alignmentOf(type)) * alignmentOf(type);
      places.push([key, { type, count, offset }]);
      offset += sizeOf(type) * count;
    }
    this.name = name;
    this.fields = Object.fromEntries(places) as Record<K, FieldPlace>;
    this.bytes = Math.ceil(offset / 8) * 8;
    this.#indices = Object.fromEntries(places.map(([key, place]) => [key, place.offset / Math.min(sizeOf(place.type), 8)])) as Record<
      K,
      number
    >;
  }

  /** Index of a field in a typed array of its own element size that starts where the struct starts. */
  index(key: K, element = 0): number {
    return this.#indices[key] + element;
  }
  /** Bytes from the start of the struct. */
  offset(key: K, element = 0): number {
    const { type, offset } = this.fields[key];
    return offset + element * sizeOf(type);
  }

  /** The C++ struct, with assertions that its compiler agrees about every offset. */
  cpp(): string {
    const places = Object.entries(this.fields) as [K, FieldPlace][];
    const members = places.map(([key, { type, count }]) => `  ${cppType(type)} ${key}${count === 1 ? "" : `[${count}]`};`);
    const checks = places.map(([key, { offset }]) => `static_assert(offsetof(${this.name}, ${key}) == ${offset});`);
    return [
      `struct alignas(8) ${this.name} {`,
      ...members,
      "};",
      ...checks,
      `static_assert(sizeof(${this.name}) == ${this.bytes});`,
      "",
    ].join("\n");
  }
}
