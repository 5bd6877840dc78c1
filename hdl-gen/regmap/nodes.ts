/** What a register map is made of: registers, groups of registers, arrays of both, and windows of raw addresses. */
import type { Source } from "../core/ir.ts";
import { here, transparent } from "../core/source.ts";
import type { Fields } from "./fields.ts";

transparent(import.meta.url);

export type RegisterWidth = 8 | 16 | 32 | 64;
/** How many, and bytes from the start of one to the start of the next. */
export interface Repetition<N extends number = number> {
  readonly count: N;
  readonly stride: number;
}
interface Placed {
  /** Bytes from the start of what it stands in. */
  readonly offset: number;
  readonly doc: string;
  readonly at: Source;
}
/** `N` is the number of elements of an array, null where it is none. `W`: accesses go on to hardware outside the block. */
export interface Register<F extends Fields = Fields, N extends number | null = number | null, W extends boolean = boolean> extends Placed {
  readonly node: "register";
  readonly fields: F;
  /** null: as wide as the bus. */
  readonly width: RegisterWidth | null;
  readonly count: N;
  readonly stride: number;
  readonly forwarded: W;
}
export interface Group<M extends Nodes = Nodes, N extends number | null = number | null, W extends boolean = boolean> extends Placed {
  readonly node: "group";
  readonly nodes: M;
  readonly count: N;
  readonly stride: number;
  readonly forwarded: W;
}
export interface Window extends Placed {
  readonly node: "window";
  readonly size: number;
  readonly access: "rw" | "ro" | "wo";
}
export type Node = Register | Group | Window;
export interface Nodes {
  readonly [name: string]: Node;
}

export interface ForwardOptions<W extends boolean = boolean> {
  /**
   * What the registers hold lives outside the block, in a RAM say: the block checks each access against the map and
   * hands it on with element and word. The map still describes the fields.
   */
  readonly forwarded?: W;
}
export interface RegisterOptions<W extends boolean = boolean> extends ForwardOptions<W> {
  /** Bits of the register; as wide as the bus unless said. */
  readonly width?: RegisterWidth;
}

// `NoInfer`: whether accesses are forwarded is said by the options alone; the map it stands in would widen it to either.
const single = <const F extends Fields, const W extends boolean = false>(
  offset: number,
  doc: string,
  fields: F,
  options: RegisterOptions<W> = {},
): Register<F, null, NoInfer<W>> => ({
  node: "register",
  offset,
  doc,
  fields,
  width: options.width ?? null,
  count: null,
  stride: 0,
  forwarded: (options.forwarded ?? false) as W,
  at: here(),
});
/** A register at a byte offset. `reg.array(offset, { count, stride }, doc, fields)` makes several of a kind. */
export const reg = Object.assign(single, {
  array: <const F extends Fields, const N extends number, const W extends boolean = false>(
    offset: number,
    repetition: Repetition<N>,
    doc: string,
    fields: F,
    options: RegisterOptions<W> = {},
  ): Register<F, N, NoInfer<W>> => ({
    ...single(offset, doc, fields, options),
    count: repetition.count,
    stride: repetition.stride,
    at: here(),
  }),
});

const group = <const M extends Nodes, const W extends boolean = false>(
  offset: number,
  doc: string,
  nodes: M,
  options: ForwardOptions<W> = {},
): Group<M, null, NoInfer<W>> => ({
  node: "group",
  offset,
  doc,
  nodes,
  count: null,
  stride: 0,
  forwarded: (options.forwarded ?? false) as W,
  at: here(),
});
/** Registers that belong together; their offsets count from the group's. `registers.array(...)` repeats them. */
export const registers = Object.assign(group, {
  array: <const M extends Nodes, const N extends number, const W extends boolean = false>(
    offset: number,
    repetition: Repetition<N>,
    doc: string,
    nodes: M,
    options: ForwardOptions<W> = {},
  ): Group<M, N, NoInfer<W>> => ({ ...group(offset, doc, nodes, options), count: repetition.count, stride: repetition.stride, at: here() }),
});

/** `size` bytes of addresses that the map says nothing about: accesses go on to hardware outside the block as they are. */
export const window = (offset: number, size: number, doc: string, options: { readonly access?: Window["access"] } = {}): Window => ({
  node: "window",
  offset,
  size,
  doc,
  access: options.access ?? "rw",
  at: here(),
});
