/** Where everything of a map lies: the tree of nodes as flat lists with absolute offsets. */
import type { Group, Node, Nodes, Register, Window } from "./nodes.ts";

/** An array on the way from the map to a register. */
export interface Level {
  readonly path: readonly string[];
  readonly count: number;
  readonly stride: number;
}
export interface PlacedRegister {
  readonly register: Register;
  readonly path: readonly string[];
  /** From the start of the map, of element 0 where it is in arrays. */
  readonly offset: number;
  readonly bytes: number;
  /** Outermost first; its own, if it is an array, last. */
  readonly arrays: readonly Level[];
  /** It, or a group it is in, is forwarded. */
  readonly forwarded: boolean;
  /** "RX[].HEAD" */
  readonly title: string;
}
export interface PlacedWindow {
  readonly window: Window;
  readonly path: readonly string[];
  readonly offset: number;
  readonly title: string;
}
export interface Layout {
  readonly registers: readonly PlacedRegister[];
  readonly windows: readonly PlacedWindow[];
}

export const registerBytes = (r: Register, busBytes: number): number => (r.width === null ? busBytes : r.width / 8);
/** Bytes of the widest register in it: its alignment, as in a C struct. */
export const alignmentOf = (n: Node, busBytes: number): number => {
  switch (n.node) {
    case "register":
      return registerBytes(n, busBytes);
    case "group":
      return Math.max(1, ...Object.values(n.nodes).map((m) => alignmentOf(m, busBytes)));
    case "window":
      return busBytes;
  }
};
/** Bytes of one element of a node, or of the node where it is no array; of a group to the end of its C struct. */
export const elementBytes = (n: Node, busBytes: number): number => {
  switch (n.node) {
    case "register":
      return registerBytes(n, busBytes);
    case "group": {
      const end = Math.max(0, ...Object.values(n.nodes).map((m) => m.offset + extent(m, busBytes)));
      const alignment = alignmentOf(n, busBytes);
      return Math.ceil(end / alignment) * alignment;
    }
    case "window":
      return n.size;
  }
};
/** Bytes that a node has for itself; of an array to the end of its last stride. */
export const extent = (n: Node, busBytes: number): number =>
  n.node === "window" || n.count === null ? elementBytes(n, busBytes) : n.count * n.stride;
const level = (path: readonly string[], n: Register | Group): readonly Level[] =>
  n.count === null ? [] : [{ path, count: n.count, stride: n.stride }];

/** All registers and windows, in declared order. */
export const layoutOf = (nodes: Nodes, busBytes: number): Layout => {
  const registers: PlacedRegister[] = [];
  const windows: PlacedWindow[] = [];
  const visit = (
    inside: Nodes,
    base: number,
    path: readonly string[],
    prefix: string,
    arrays: readonly Level[],
    forwarded: boolean,
  ): void => {
    for (const [name, n] of Object.entries(inside)) {
      const at = { path: [...path, name], offset: base + n.offset };
      if (n.node === "window") {
        windows.push({ ...at, window: n, title: prefix + name });
        continue;
      }
      const all = [...arrays, ...level(at.path, n)];
      const title = `${prefix}${name}${n.count === null ? "" : "[]"}`;
      if (n.node === "group") visit(n.nodes, at.offset, at.path, `${title}.`, all, forwarded || n.forwarded);
      else
        registers.push({ ...at, register: n, bytes: registerBytes(n, busBytes), arrays: all, forwarded: forwarded || n.forwarded, title });
    }
  };
  visit(nodes, 0, [], "", [], false);
  return { registers, windows };
};

/** One element of a register: all there is to it in an address space. */
export interface RegisterElement {
  readonly placed: PlacedRegister;
  readonly index: readonly number[];
  /** "RX[3].HEAD" */
  readonly title: string;
  readonly offset: number;
}
/** Every element of a register, or itself where it is in no array. */
export function* elements(placed: PlacedRegister): Generator<RegisterElement> {
  const [first, ...rest] = placed.title.split("[]");
  const visit = function* (depth: number, index: readonly number[], offset: number): Generator<RegisterElement> {
    const array = placed.arrays[depth];
    if (array === undefined) {
      yield { placed, index, offset, title: first + rest.map((part, i) => `[${index[i]}]${part}`).join("") };
      return;
    }
    for (let i = 0; i < array.count; i++) yield* visit(depth + 1, [...index, i], offset + i * array.stride);
  };
  yield* visit(0, [], placed.offset);
}
