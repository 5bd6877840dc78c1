/**
 * Structures that hardware and software share in memory (connection tables, packet headers), described as register maps
 * are: one value gives the C struct, the documents, the program's view of bytes and the hardware's view of bits.
 */
import { HdlError } from "../core/ir.ts";
import { fail, here, transparent } from "../core/source.ts";
import type { SignalOf, Type } from "../core/types.ts";
import { type Bits, constant } from "../core/values.ts";
import { assemble, type Part } from "./assemble.ts";
import { checkMap } from "./check.ts";
import { decodeField, encodeFields, type ReadFields, type WriteFields } from "./codec.ts";
import type { Field, Fields } from "./fields.ts";
import { registerBytes } from "./layout.ts";
import type { RegisterMap } from "./map.ts";
import type { Group, Node, Nodes, Register } from "./nodes.ts";

transparent(import.meta.url);

export interface MemoryOptions {
  readonly doc: string;
  /** Bytes in all. */
  readonly size: number;
}
type Repeated<T, N> = N extends number ? readonly T[] : T;
/** What a structure holds, as a program sees it. */
export type MemoryValue<M extends Nodes> = { readonly [K in keyof M]: NodeValue<M[K]> };
type NodeValue<X> =
  X extends Register<infer F, infer N>
    ? Repeated<ReadFields<F>, N>
    : X extends Group<infer M, infer N>
      ? Repeated<MemoryValue<M>, N>
      : never;
/** What may be put into it: what is not named is zero. */
export type MemoryInit<M extends Nodes> = { readonly [K in keyof M]?: NodeInit<M[K]> };
type NodeInit<X> =
  X extends Register<infer F, infer N>
    ? Repeated<WriteFields<F>, N>
    : X extends Group<infer M, infer N>
      ? Repeated<MemoryInit<M>, N>
      : never;
/** What it holds, as hardware. */
export type MemorySignals<M extends Nodes> = { readonly [K in keyof M]: NodeSignals<M[K]> };
type NodeSignals<X> =
  X extends Register<infer F, infer N>
    ? Repeated<{ readonly [K in keyof F]: F[K] extends Field<any, infer T> ? SignalOf<T> : never }, N>
    : X extends Group<infer M, infer N>
      ? Repeated<MemorySignals<M>, N>
      : never;

/**
 * A structure in memory: little-endian, every word a `reg` with `rw` fields (or `fixed` ones, as documentation of what
 * must be there). `cHeader`, `markdown` and `html` print it. Throws `HdlError` as `registerMap` does.
 */
export const memoryLayout = <const M extends Nodes>(name: string, nodes: M, options: MemoryOptions): RegisterMap<M> => {
  const at = here();
  const { problems, layout } = checkMap({ name, nodes, size: options.size, busBytes: 8, memory: true, at });
  if (problems.length > 0) throw new HdlError(problems);
  for (const p of layout.registers) {
    if (p.forwarded) fail("memory-layout", `${name}: ${p.title} is forwarded: there is nothing to forward in memory`, p.register.at);
    for (const [key, f] of Object.entries(p.register.fields))
      if (f.kind !== "rw" && f.kind !== "fixed")
        fail("memory-layout", `${name}: ${p.title}.${key} is ${f.kind}: memory has no side effects, use rw`, f.at);
  }
  for (const w of layout.windows) fail("memory-layout", `${name}: ${w.title} is a window: describe what is there`, w.window.at);
  return { name, nodes, doc: options.doc, size: options.size, busBytes: 8, compatible: [], interrupts: {}, memory: true, at, ...layout };
};

/** Runs `one` for each element of each node: values of arrays are lists. */
const mapNodes = (nodes: Nodes, base: number, one: (r: Register, offset: number, key: string) => unknown): Record<string, unknown> => {
  const single = (n: Node, key: string, offset: number): unknown =>
    n.node === "group" ? mapNodes(n.nodes, offset, one) : one(n as Register, offset, key);
  return Object.fromEntries(
    Object.entries(nodes).map(([key, n]) => [
      key,
      n.node === "window" || n.count === null
        ? single(n, key, base + n.offset)
        : Array.from({ length: n.count }, (_, i) => single(n, key, base + n.offset + i * n.stride)),
    ]),
  );
};

/** Reads a structure from bytes. */
export const readMemory = <M extends Nodes>(layout: RegisterMap<M>, bytes: Uint8Array, at = 0): MemoryValue<M> =>
  mapNodes(layout.nodes, at, (r, offset) => {
    let word = 0n;
    for (let i = registerBytes(r, 8) - 1; i >= 0; i--) word = (word << 8n) | BigInt(bytes[offset + i] ?? 0);
    return Object.fromEntries(Object.entries(r.fields).map(([name, f]) => [name, decodeField(f, word)]));
  }) as MemoryValue<M>;

/** Writes a structure into bytes: all of it, what `value` does not name as zero (`fixed` fields as they must be). */
export const writeMemory = <M extends Nodes>(layout: RegisterMap<M>, value: MemoryInit<M>, bytes: Uint8Array, at = 0): void => {
  if (at + layout.size > bytes.length) throw new RangeError(`${layout.name}: ${layout.size} bytes at ${at} do not fit ${bytes.length}`);
  bytes.fill(0, at, at + layout.size);
  const put = (nodes: Nodes, values: Readonly<Record<string, unknown>>, base: number, prefix: string): void => {
    for (const key of Object.keys(values))
      if (!(key in nodes)) throw new RangeError(`${layout.name}: there is no ${prefix}${key}; there are ${Object.keys(nodes).join(", ")}`);
    for (const [key, n] of Object.entries(nodes)) {
      if (n.node === "window") continue;
      const list = n.count === null ? [values[key]] : ((values[key] ?? []) as readonly unknown[]);
      for (let i = 0; i < (n.count ?? 1); i++) {
        const offset = base + n.offset + i * n.stride;
        const title = `${prefix}${key}${n.count === null ? "" : `[${i}]`}`;
        if (n.node === "group") put(n.nodes, (list[i] ?? {}) as Record<string, unknown>, offset, `${title}.`);
        else word(n, (list[i] ?? {}) as WriteFields<Fields>, offset, title);
      }
    }
  };
  const word = (r: Register, fields: WriteFields<Fields>, offset: number, title: string): void => {
    const fixed = Object.values(r.fields).reduce((n, f) => (f.kind === "fixed" ? n | (f.reset << BigInt(f.lowest)) : n), 0n);
    const value = encodeFields(`${layout.name}.${title}`, r.fields, fields, fixed);
    for (let i = 0; i < registerBytes(r, 8); i++) bytes[offset + i] = Number((value >> BigInt(i * 8)) & 0xffn);
  };
  put(layout.nodes, value as Record<string, unknown>, at, "");
};

/** The fields of a structure in a value of all its bits (byte 0 lowest). */
export const memoryFields = <M extends Nodes>(layout: RegisterMap<M>, bits: Bits<any>): MemorySignals<M> => {
  if (bits.width !== layout.size * 8) fail("width", `${layout.name} has ${layout.size * 8} bits, not ${bits.width}`);
  return mapNodes(layout.nodes, 0, (r, offset) =>
    Object.fromEntries(
      Object.entries(r.fields).map(([name, f]) => [
        name,
        (f.type as Type).fromBits(bits.slice(offset * 8 + f.lowest + f.type.width - 1, offset * 8 + f.lowest)),
      ]),
    ),
  ) as MemorySignals<M>;
};

/** All bits of a structure from its fields (values or constants, all of them but `fixed` ones); gaps are zero. */
export const memoryBits = <M extends Nodes>(layout: RegisterMap<M>, values: { readonly [K in keyof MemorySignals<M>]: unknown }): Bits => {
  const parts: Part[] = [];
  const collect = (nodes: Nodes, from: Readonly<Record<string, any>>, base: number, prefix: string): void => {
    for (const [key, n] of Object.entries(nodes)) {
      if (n.node === "window") continue;
      for (let i = 0; i < (n.count ?? 1); i++) {
        const offset = base + n.offset + i * n.stride;
        const own = n.count === null ? from[key] : from[key]?.[i];
        const title = `${prefix}${key}${n.count === null ? "" : `[${i}]`}`;
        if (n.node === "group") collect(n.nodes, own ?? {}, offset, `${title}.`);
        else
          for (const [name, f] of Object.entries(n.fields)) {
            const given =
              f.kind === "fixed" ? null : (own?.[name] ?? fail("memory-layout", `${layout.name}: ${title}.${name} has no value`));
            parts.push({
              lo: offset * 8 + f.lowest,
              value: given === null ? constant(f.type.width, f.reset) : (f.type as Type).toBits((f.type as Type).of(given)),
            });
          }
      }
    }
  };
  collect(layout.nodes, values as Record<string, any>, 0, "");
  return assemble(layout.size * 8, parts);
};
