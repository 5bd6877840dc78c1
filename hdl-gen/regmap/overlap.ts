/** Two things at one address: which elements of which arrays, named as a user would look for them. */
import type { Diagnostic, Source } from "../core/ir.ts";
import { elements, extent, type Layout, layoutOf } from "./layout.ts";
import { hex } from "./names.ts";
import type { Node, Nodes } from "./nodes.ts";

export interface Overlap {
  readonly at: Source;
  readonly message: string;
  readonly related: NonNullable<Diagnostic["related"]>;
}
interface Span {
  readonly title: string;
  /** First byte, and the byte after the last. */
  readonly from: number;
  readonly to: number;
}
const meet = (a: Span, b: Span): boolean => a.from < b.to && b.from < a.to;
const shown = (s: Span): string => `${s.title} (${hex(s.from)} to ${hex(s.to - 1)})`;

/** Every register element and window of a node that has bytes within `within`. */
const leaves = (name: string, n: Node, base: number, prefix: string, busBytes: number, within: Span): readonly Span[] => {
  const { registers, windows } = layoutOf({ [name]: n }, busBytes);
  const all: Span[] = windows.map((w) => ({ title: prefix + w.title, from: base + w.offset, to: base + w.offset + w.window.size }));
  for (const r of registers)
    for (const e of elements(r)) all.push({ title: prefix + e.title, from: base + e.offset, to: base + e.offset + r.bytes });
  return all.filter((s) => meet(s, within));
};

/** Every two siblings that meet, in every group. */
export const overlaps = (nodes: Nodes, prefix: string, busBytes: number): readonly Overlap[] => {
  const found: Overlap[] = [];
  const list = Object.entries(nodes);
  const span = ([name, n]: readonly [string, Node]): Span => ({ title: prefix + name, from: n.offset, to: n.offset + extent(n, busBytes) });
  for (const [i, later] of list.entries())
    for (const earlier of list.slice(0, i)) {
      const [a, b] = [span(earlier), span(later)];
      if (!meet(a, b)) continue;
      const first = leaves(earlier[0], earlier[1], 0, prefix, busBytes, b);
      const clash = leaves(later[0], later[1], 0, prefix, busBytes, a)
        .flatMap((y) => first.filter((x) => meet(x, y)).map((x) => [x, y] as const))
        .at(0);
      // Not on one byte, but between each other's elements: no C struct and no decoder of a person's making is like that.
      const [outer, inner] = a.to - a.from >= b.to - b.from ? [a, b] : [b, a];
      found.push({
        at: later[1].at,
        message:
          clash === undefined
            ? `${shown(inner)} lies between the registers of ${shown(outer)}; put it into ${outer.title}, or move it to ${hex(outer.to)} or above`
            : `${shown(clash[1])} overlaps ${shown(clash[0])}; move one of them`,
        related: [{ message: `${a.title} is here`, at: earlier[1].at }],
      });
    }
  for (const [name, n] of list)
    if (n.node === "group") found.push(...overlaps(n.nodes, `${prefix}${name}${n.count === null ? "" : "[]"}.`, busBytes));
  return found;
};

/** A part of the address space that is decoded on its own. */
interface Unit extends Span {
  readonly at: Source;
  readonly alone: boolean;
}
const unitsOf = (nodes: Nodes, base: number, prefix: string, busBytes: number): readonly Unit[] =>
  Object.entries(nodes).flatMap(([name, n]): readonly Unit[] => {
    const from = base + n.offset;
    const alone = n.node === "window" || n.count !== null || n.forwarded;
    if (n.node === "group" && !alone) return unitsOf(n.nodes, from, `${prefix}${name}.`, busBytes);
    return [{ title: prefix + name, from, to: from + extent(n, busBytes), at: n.at, alone }];
  });
const inWords = (u: Unit, busBytes: number): Unit => ({
  ...u,
  from: Math.floor(u.from / busBytes) * busBytes,
  to: Math.ceil(u.to / busBytes) * busBytes,
});

const sharing = (units: readonly Unit[], busBytes: number): readonly Overlap[] =>
  units.flatMap((later, i) =>
    units
      .slice(0, i)
      .filter((earlier) => (earlier.alone || later.alone) && meet(inWords(earlier, busBytes), inWords(later, busBytes)))
      .map((earlier) => ({
        at: later.at,
        message: `${shown(later)} shares a bus word of ${busBytes} bytes with ${shown(earlier)}; arrays, windows and forwarded registers need words of their own, so move one of them`,
        related: [{ message: `${earlier.title} is here`, at: earlier.at }],
      })),
  );

/** Arrays, windows and forwarded registers that share a bus word with something else: an access could not be taken apart. */
export const sharedWords = (nodes: Nodes, busBytes: number): readonly Overlap[] => {
  const found = [...sharing(unitsOf(nodes, 0, "", busBytes), busBytes)];
  const visit = (inside: Nodes, prefix: string): void => {
    for (const [name, n] of Object.entries(inside)) {
      if (n.node !== "group" || n.forwarded) continue;
      const title = `${prefix}${name}${n.count === null ? "" : "[]"}.`;
      if (n.count !== null) {
        const units = unitsOf(n.nodes, 0, title, busBytes);
        found.push(...sharing(units, busBytes));
        for (const u of units)
          if (u.alone && n.stride < busBytes)
            found.push({
              at: u.at,
              message: `${u.title} is forwarded: its array needs a stride of at least the bus's ${busBytes} bytes, not ${n.stride}`,
              related: [],
            });
      } else visit(n.nodes, title);
    }
  };
  visit(nodes, "");
  return found;
};

/** Registers that are not aligned to their own width, because of where their group is. */
export const misplaced = (layout: Layout): readonly Overlap[] =>
  layout.registers
    .filter((r) => r.offset % r.bytes !== 0)
    .map((r) => ({
      at: r.register.at,
      message: `${r.title} lies at ${hex(r.offset)}, which is not a multiple of its ${r.bytes} bytes; move the group it is in`,
      related: [],
    }));
