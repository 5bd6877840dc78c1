/** What a design would be in an UltraScale+ device: what each block occupies, and the longest paths of each clock. */
import { type Module, type Source, showSource } from "#hdl/core/ir.ts";
import { emitDesign } from "#hdl/emit/index.ts";
import { areas, type ModuleArea } from "./area.ts";
import { graphOf, pins, type Terminal } from "./graph.ts";
import { type Names, namesOf } from "./names.ts";
import type { NetlistModule } from "./netlist.ts";
import { compare, type Length, type Longest, longestPaths, type Measure } from "./paths.ts";
import { synthesise, yosysVersion } from "./yosys.ts";

export type { ModuleArea } from "./area.ts";
export type { Area } from "./cells.ts";

/** A place on a path; `at` is the file and line of the user's signal, where it is one. */
export interface NamedPlace {
  readonly name: string;
  readonly at: string | null;
}
export interface NamedStep {
  readonly type: string;
  /** The user's name of what leaves the cell; null where Yosys made it. */
  readonly signal: string | null;
  /** Since the clock's edge. */
  readonly ns: number;
}
export interface NamedPath extends Length {
  readonly start: NamedPlace;
  readonly end: NamedPlace;
  readonly steps: readonly NamedStep[];
}
/** The paths from one clock to one clock; `pins` in place of a clock where they begin or end outside. */
export interface ClockPaths {
  readonly from: string;
  readonly to: string;
  /** Ends that something reaches. */
  readonly ends: number;
  /** One for each signal where paths end, the longest first. */
  readonly mostLevels: readonly NamedPath[];
  readonly longest: readonly NamedPath[];
}
export interface SynthesisResult {
  readonly top: string;
  readonly yosys: string;
  /** That Yosys took, for both netlists together; when they were made, if they were there. */
  readonly seconds: number;
  readonly found: boolean;
  readonly areas: readonly ModuleArea[];
  readonly clocks: readonly ClockPaths[];
}
export interface SynthesisOptions {
  /** Gets what the two runs of Yosys are at. */
  readonly hear?: (area: string, paths: string) => void;
  /** Paths listed for each pair of clocks. */
  readonly paths?: number;
  /** Where netlists are kept. */
  readonly shelf?: string;
}

const place = (at: Source | null): string | null => (at === null || at.file === "?" ? null : showSource(at));

/** A pin of a cell that is no register: of a memory, by the user's name where it has one. */
const pinOf = (names: Names, t: Terminal): NamedPlace => {
  const memory = names.cell(t.cell);
  return memory === null ? { name: `${t.cell}.${t.port}`, at: null } : { name: `${memory.name}.${t.port}`, at: place(memory.at) };
};

/** Ends of registers are named by what they hold: the nets at their outputs. */
const holders = (module: NetlistModule): ReadonlyMap<string, number> =>
  new Map(
    Object.entries(module.cells).flatMap(([cell, c]) => {
      const q = /^(FD|SRL)/.test(c.type) ? c.connections.Q?.[0] : undefined;
      return typeof q === "number" ? [[cell, q] as const] : [];
    }),
  );

/** The paths of a flat netlist, by clocks and by the user's names. Its own top is `top`. */
export const namedPaths = (module: NetlistModule, top: Module, count: number): readonly ClockPaths[] => {
  const names = namesOf(module, top);
  const held = holders(module);
  const graph = graphOf(module);
  const width = (port: string): number => module.ports[port]?.bits.length ?? 0;
  const clockPins = new Map(Object.entries(module.ports).map(([name, { bits }]) => [bits[0], name]));
  const clock = (c: number | typeof pins): string => (c === pins ? pins : (clockPins.get(c) ?? names.net(c)?.name ?? `net ${c}`));
  /** A register by its own name, with the pin where it is not its data. */
  const nameOf = (t: Terminal): { readonly key: string; readonly place: NamedPlace } => {
    const net = held.get(t.cell);
    const named = net === undefined ? null : names.net(net);
    if (t.type === "port") return { key: t.port, place: { name: width(t.port) > 1 ? `${t.port}[${t.index}]` : t.port, at: null } };
    if (named === null) {
      const plain = pinOf(names, t);
      return { key: plain.name, place: plain };
    }
    const pin = t.port === "D" || t.port.startsWith("Q") ? "" : `.${t.port}`;
    return { key: `${named.signal}${pin}`, place: { name: `${named.name}${pin}`, at: place(named.at) } };
  };
  const named = (l: Longest): NamedPath => {
    const { start, end, steps, luts, chains, delay } = l.path();
    const places = steps.map((s) => ({ type: s.type, signal: names.net(s.net)?.name ?? null, ns: s.at }));
    return { luts, chains, delay, start: nameOf(start).place, end: nameOf(end).place, steps: places };
  };
  const groups = new Map<string, { from: string; to: string; ends: number; lists: Record<Measure, Map<string, Longest>> }>();
  for (const by of ["levels", "delay"] as const)
    for (const l of longestPaths(graph, by)) {
      const [from, to] = [clock(l.from), clock(l.to)];
      const group = groups.get(`${from} ${to}`) ?? { from, to, ends: 0, lists: { levels: new Map(), delay: new Map() } };
      groups.set(`${from} ${to}`, group);
      if (by === "levels") group.ends++;
      const { key } = nameOf(l.end);
      if (!group.lists[by].has(key)) group.lists[by].set(key, l);
    }
  const order = (g: { readonly from: string; readonly to: string }): number =>
    (g.from === pins ? 4 : 0) + (g.to === pins ? 4 : 0) + (g.from === g.to ? 0 : 2);
  const first = (list: ReadonlyMap<string, Longest>, by: Measure): readonly NamedPath[] =>
    [...list.values()]
      .toSorted((a, b) => compare(by, a, b))
      .slice(0, count)
      .map(named);
  return [...groups.values()]
    .toSorted((a, b) => order(a) - order(b) || (a.from < b.from ? -1 : 1))
    .map(({ from, to, ends, lists }) => ({
      from,
      to,
      ends,
      mostLevels: first(lists.levels, "levels"),
      longest: first(lists.delay, "delay"),
    }));
};

/**
 * Synthesises a design twice, at the same time: with its modules, for what each costs, and flat, for the paths. Throws
 * `UserError` where Yosys fails, `MissingToolError`, `UnknownCellError` and `LoopError`.
 */
export const synthesiseDesign = async (
  top: Module,
  { hear = () => {}, paths = 3, shelf }: SynthesisOptions = {},
): Promise<SynthesisResult> => {
  const files = new Map([...emitDesign(top)].filter(([name]) => name.endsWith(".v")));
  const at = ["", ""];
  const run = (flat: boolean, index: number) =>
    synthesise(
      { top: top.name, files, flat },
      (pass) => {
        at[index] = pass;
        hear(at[0] as string, at[1] as string);
      },
      shelf,
    );
  const [hierarchical, flat] = await Promise.all([run(false, 0), run(true, 1)]);
  const module = flat.netlist.modules[top.name];
  if (module === undefined) throw new Error(`the flat netlist has no module ${top.name}`);
  return {
    top: top.name,
    yosys: yosysVersion(),
    seconds: hierarchical.seconds + flat.seconds,
    found: hierarchical.found && flat.found,
    areas: areas(hierarchical.netlist, top.name),
    clocks: namedPaths(module, top, paths),
  };
};
