/**
 * Fields of registers: some bits, what software may do with them, and what the hardware behind them sees. The table
 * `kinds` is what every generator (RTL, C, SystemRDL, documents) knows of them.
 */
import type { EnumInfo, Source } from "../core/ir.ts";
import { fail, here, transparent } from "../core/source.ts";
import { ArrayType, type InitOf, StructType, type Type } from "../core/types.ts";

transparent(import.meta.url);

export type FieldKind = "rw" | "ro" | "wo" | "w1c" | "w1s" | "rc" | "counter" | "pop" | "push" | "command" | "external" | "fixed";

export interface KindInfo {
  readonly readable: boolean;
  readonly writable: boolean;
  /** A read changes something: it has to cover the field whole, or leave it out. */
  readonly readEffect: boolean;
  /** A write acts on the field as a whole: it has to cover the field whole, or leave it out. */
  readonly writeWhole: boolean;
  /** Lives in flip-flops of the register block, which have a reset value. */
  readonly stored: boolean;
  /** Each bit is a flag of its own: no enumerations or signed numbers. */
  readonly flags: boolean;
  /** For software, in the documents. */
  readonly text: string;
}

const kind = (text: string, on: Partial<Omit<KindInfo, "text">>): KindInfo => ({
  readable: true,
  writable: false,
  readEffect: false,
  writeWhole: false,
  stored: false,
  flags: false,
  text,
  ...on,
});
/** What software may do with a field of each kind. */
export const kinds: Readonly<Record<FieldKind, KindInfo>> = {
  rw: kind("read and write", { writable: true, stored: true }),
  ro: kind("read only", {}),
  wo: kind("write only; reads zero", { readable: false, writable: true, stored: true }),
  w1c: kind("hardware sets bits, writing 1 clears them; set wins", { writable: true, stored: true, flags: true }),
  w1s: kind("writing 1 sets bits, hardware clears them; set wins", { writable: true, stored: true, flags: true }),
  rc: kind("hardware sets bits, reading clears them; set wins", { readEffect: true, stored: true, flags: true }),
  counter: kind("counts events; read only", { stored: true, flags: true }),
  pop: kind("reading takes the next entry; zero where there is none", { readEffect: true }),
  push: kind("writing adds an entry; refused where there is no room", { readable: false, writable: true, writeWhole: true }),
  command: kind("write only; tells the hardware to act", { readable: false, writable: true, writeWhole: true }),
  external: kind("read and write; hardware may change it", { writable: true }),
  fixed: kind("constant", {}),
};

/** Some bits of a register. Made by `rw`, `ro`, ... */
export interface Field<K extends FieldKind = FieldKind, T extends Type = Type> {
  readonly kind: K;
  /** Position of its lowest bit in the register. */
  readonly lowest: number;
  readonly type: T;
  readonly doc: string;
  /** Value after reset; for `fixed` the value. */
  readonly reset: bigint;
  /** `counter`: bits of the increment, and what happens at its end. */
  readonly step: number;
  readonly overflow: "wrap" | "saturate";
  /** Software reads it: as its kind says. */
  readonly readable: boolean;
  readonly at: Source;
}
export type Fields = Readonly<Record<string, Field>>;

export const highest = (f: Field): number => f.lowest + f.type.width - 1;
/** First and last byte of the register that hold bits of it. */
export const bytesOf = (f: Field): { readonly first: number; readonly last: number } => ({
  first: Math.floor(f.lowest / 8),
  last: Math.floor(highest(f) / 8),
});
/** Bits of it in the register. */
export const maskOf = (f: Field): bigint => ((1n << BigInt(f.type.width)) - 1n) << BigInt(f.lowest);
export const isWritable = (f: Field): boolean => kinds[f.kind].writable;
export const isSigned = (f: Field): boolean => f.type.leaves[0]?.signed ?? false;
/** The enumeration of a field that is one. */
export const enumerationOf = (f: Field): EnumInfo | null => f.type.leaves[0]?.enumeration ?? null;
/** An enumeration whose members are not all the values of its bits: writes of other values are refused. */
export const isPartialEnumeration = (f: Field): boolean => {
  const e = enumerationOf(f);
  return e !== null && e.members.length < 2 ** e.width;
};

interface Details {
  readonly reset?: unknown;
  readonly step?: number;
  readonly overflow?: "wrap" | "saturate";
}
const make = <K extends FieldKind, T extends Type>(k: K, lowest: number, type: T, doc: string, d: Details = {}): Field<K, T> => {
  const at = here();
  const what = `${k} field at bit ${lowest}`;
  if (type instanceof StructType || type instanceof ArrayType || type.leaves.length !== 1)
    fail("field", `${what}: ${type.name} has parts; describe each as a field of its own`, at);
  const { signed, enumeration } = type.leaves[0] as { signed: boolean; enumeration: EnumInfo | null };
  if (kinds[k].flags && (signed || enumeration !== null))
    fail("field", `${what}: ${kinds[k].text}: its type must be bool or uint(n), not ${type.name}`, at);
  if (doc.trim() === "") fail("field", `${what} has no documentation`, at);
  if (kinds[k].stored && d.reset === undefined && enumeration !== null && !enumeration.members.some((m) => m.value === 0n))
    fail(
      "field",
      `${what}: ${enumeration.name} has no member of value 0 to reset to; give one with { reset: "${enumeration.members[0]?.name}" }`,
      at,
    );
  const constant = d.reset === undefined ? null : type.exprs(d.reset, `${k === "fixed" ? "value" : "reset value"} of the ${what}`)[0];
  if (constant !== null && constant?.kind !== "literal")
    fail("field", `${what}: its ${k === "fixed" ? "value" : "reset value"} is not a constant`, at);
  return {
    kind: k,
    lowest,
    type,
    doc,
    reset: constant?.kind === "literal" ? constant.value : 0n,
    step: d.step ?? 1,
    overflow: d.overflow ?? "wrap",
    readable: kinds[k].readable,
    at,
  };
};

export interface ResetOptions<T extends Type> {
  /** Value after reset; zero unless said. */
  readonly reset?: InitOf<T>;
}
/** Software reads and writes; hardware sees the value. */
export const rw = <const T extends Type>(lowest: number, type: T, doc: string, options: ResetOptions<T> = {}): Field<"rw", T> =>
  make("rw", lowest, type, doc, options);
/** Software reads what hardware drives. */
export const ro = <const T extends Type>(lowest: number, type: T, doc: string): Field<"ro", T> => make("ro", lowest, type, doc);
/** Software writes, and reads zero; hardware sees the value. For secrets such as hash keys. */
export const wo = <const T extends Type>(lowest: number, type: T, doc: string, options: ResetOptions<T> = {}): Field<"wo", T> =>
  make("wo", lowest, type, doc, options);
/** Flags of events: hardware sets, software clears by writing 1. Set in the cycle of a clear, a flag stays set. */
export const w1c = <const T extends Type>(lowest: number, type: T, doc: string, options: ResetOptions<T> = {}): Field<"w1c", T> =>
  make("w1c", lowest, type, doc, options);
/** Flags of requests: software sets by writing 1, hardware clears. Set in the cycle of a clear, a flag stays set. */
export const w1s = <const T extends Type>(lowest: number, type: T, doc: string, options: ResetOptions<T> = {}): Field<"w1s", T> =>
  make("w1s", lowest, type, doc, options);
/** Flags of events: hardware sets, a read returns and clears them. Set in the cycle of that read, a flag stays set. */
export const rc = <const T extends Type>(lowest: number, type: T, doc: string, options: ResetOptions<T> = {}): Field<"rc", T> =>
  make("rc", lowest, type, doc, options);
/** Sum of what hardware adds, `step` bits at a time (1: events). Wraps to zero, or stays at its largest value. */
export const counter = <const T extends Type>(
  lowest: number,
  type: T,
  doc: string,
  options: { readonly step?: number; readonly overflow?: "wrap" | "saturate" } = {},
): Field<"counter", T> => {
  const step = options.step ?? 1;
  if (!Number.isInteger(step) || step < 1 || step > type.width)
    fail("field", `counter at bit ${lowest}: increments of ${step} bits for a counter of ${type.width}; 1 to ${type.width} are possible`);
  return make("counter", lowest, type, doc, options);
};
/** Each read takes the next entry of a hardware queue: all `pop` fields of a register together are one entry. */
export const pop = <const T extends Type>(lowest: number, type: T, doc: string): Field<"pop", T> => make("pop", lowest, type, doc);
/** Each write adds an entry to a hardware queue: all `push` fields of a register together are one entry. */
export const push = <const T extends Type>(lowest: number, type: T, doc: string): Field<"push", T> => make("push", lowest, type, doc);
/** The hardware is told when software writes it, and with what: a doorbell, a request to act. Nothing is kept. */
export const command = <const T extends Type>(lowest: number, type: T, doc: string): Field<"command", T> =>
  make("command", lowest, type, doc);
/** Kept by the hardware around the block, which drives the value, and is told when software writes a new one. */
export const external = <const T extends Type>(lowest: number, type: T, doc: string): Field<"external", T> =>
  make("external", lowest, type, doc);
/** A constant, such as a version or a size that software asks for. */
export const fixed = <const T extends Type>(lowest: number, type: T, value: InitOf<T>, doc: string): Field<"fixed", T> =>
  make("fixed", lowest, type, doc, { reset: value });
