/**
 * The address space of a map as a decoder sees it: spaces that are told apart by address range, rows in a space, words in
 * a row, and in each word the registers that have bytes in it.
 */
import { clog2 } from "../core/expr.ts";
import { elementBytes, extent, type PlacedRegister, registerBytes } from "./layout.ts";
import type { RegisterMap } from "./map.ts";
import type { Group, Node, Nodes, Register, Window } from "./nodes.ts";

/** A register in a bus word. In an array of elements smaller than a word each element of the row is a slot. */
export interface Slot {
  readonly register: Register;
  readonly path: readonly string[];
  readonly title: string;
  /** Its first byte in the word, and how many it has. */
  readonly byte: number;
  readonly bytes: number;
  /** Which element of the row it belongs to. */
  readonly lane: number;
  /** Its accesses leave the block through the port at its own path. */
  readonly forwarded: boolean;
}
export interface Space {
  /** Path of the array, forwarded node or window; empty for the rest of the map. */
  readonly path: readonly string[];
  readonly title: string;
  /** All accesses to it leave the block through the port at its path. */
  readonly forwarded: boolean;
  readonly window: Window | null;
  /** First word, and how many from there to the end. */
  readonly firstWord: number;
  readonly words: number;
  /** Elements; null where it is no array. */
  readonly count: number | null;
  /** Words from row to row, a power of two where there are several rows; a row has `lanes` elements. */
  readonly rowWords: number;
  readonly lanes: number;
  /** What lies in each word of a row. */
  readonly slots: ReadonlyMap<number, readonly Slot[]>;
}
export const rowsOf = (s: Space): number => (s.count === null ? 1 : Math.ceil(s.count / s.lanes));
export const indexBitsOf = (s: Space): number => (s.count === null ? 0 : Math.max(1, clog2(s.count)));
export const wordBitsOf = (s: Space): number => clog2(s.rowWords);

const collect = (
  words: Map<number, Slot[]>,
  nodes: Nodes,
  base: number,
  path: readonly string[],
  lane: number,
  forwarded: boolean,
  busBytes: number,
  prefix: string,
): void => {
  for (const [name, n] of Object.entries(nodes)) {
    if (n.node === "window") continue;
    const count = n.count ?? 1;
    for (let i = 0; i < count; i++) {
      const at = base + n.offset + i * n.stride;
      const title = `${prefix}${name}${n.count === null ? "" : `[${i}]`}`;
      if (n.node === "group") collect(words, n.nodes, at, [...path, name], lane, forwarded, busBytes, `${title}.`);
      else {
        const word = Math.floor(at / busBytes);
        const slot: Slot = {
          register: n,
          path: [...path, name],
          title,
          byte: at % busBytes,
          bytes: registerBytes(n, busBytes),
          lane,
          forwarded: n.forwarded && !forwarded,
        };
        words.set(word, [...(words.get(word) ?? []), slot]);
      }
    }
  }
};

/** A space of its own for an array, a forwarded node or a window. */
const spaceOf = (name: string, n: Node, base: number, path: readonly string[], busBytes: number): Space => {
  const at = base + n.offset;
  const own = [...path, name];
  const common = {
    path: own,
    title: own.join("."),
    firstWord: Math.floor(at / busBytes),
    words: Math.ceil((at + extent(n, busBytes)) / busBytes) - Math.floor(at / busBytes),
  };
  if (n.node === "window")
    return { ...common, forwarded: true, window: n, count: null, rowWords: common.words, lanes: 1, slots: new Map() };
  const stride = n.count === null ? elementBytes(n, busBytes) : n.stride;
  const lanes = n.count === null ? 1 : Math.min(n.count, Math.max(1, busBytes / stride));
  const slots = new Map<number, Slot[]>();
  const element: Nodes = { [name]: { ...n, offset: 0, count: null, stride: 0 } };
  // A forwarded register that is no array may start within its word.
  for (let lane = 0; lane < lanes; lane++)
    collect(slots, element, (at % busBytes) + lane * stride, path, lane, n.forwarded, busBytes, path.map((p) => `${p}.`).join(""));
  return {
    ...common,
    forwarded: n.forwarded,
    window: null,
    count: n.count,
    rowWords: n.count === null ? common.words : Math.max(1, stride / busBytes),
    lanes,
    slots,
  };
};

/** The spaces of a map; the first holds every register that stands alone. */
export const spacesOf = (map: RegisterMap): readonly [Space, ...Space[]] => {
  const slots = new Map<number, Slot[]>();
  const others: Space[] = [];
  const visit = (nodes: Nodes, base: number, path: readonly string[]): void => {
    for (const [name, n] of Object.entries(nodes)) {
      if (n.node === "window" || n.count !== null || n.forwarded) others.push(spaceOf(name, n, base, path, map.busBytes));
      else if (n.node === "group") visit((n as Group).nodes, base + n.offset, [...path, name]);
      else collect(slots, { [name]: n }, base, path, 0, false, map.busBytes, path.map((p) => `${p}.`).join(""));
    }
  };
  visit(map.nodes, 0, []);
  const words = map.size / map.busBytes;
  return [
    { path: [], title: map.name, forwarded: false, window: null, firstWord: 0, words, count: null, rowWords: words, lanes: 1, slots },
    ...others,
  ];
};

/** The register at `path`: arrays are passed through. */
export const placedAt = (map: RegisterMap, path: readonly string[]): PlacedRegister =>
  map.registers.find((r) => r.path.join() === path.join()) as PlacedRegister;
