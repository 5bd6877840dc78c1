/**
 * The longest paths of a flat netlist, from a clock's edge to the next: arrival times in topological order, once for each
 * clock that signals start from, so that clocks do not mix.
 */
import { type Clock, type Graph, graphOf, type Terminal, type Way } from "./graph.ts";
import type { NetlistModule } from "./netlist.ts";

/** A cell on a path, and the net that leaves it. */
export interface Step {
  readonly cell: string;
  readonly type: string;
  readonly net: number;
  /** Nanoseconds since the edge, at this cell's output. */
  readonly at: number;
}
/** How long a path is. */
export interface Length {
  readonly luts: number;
  /** Carry chains entered; one that is many cells long counts once. */
  readonly chains: number;
  /** Nanoseconds, with clock to output and setup. */
  readonly delay: number;
}
export interface Path extends Length {
  readonly start: Terminal;
  readonly end: Terminal;
  /** Cells between them, in order. */
  readonly steps: readonly Step[];
}
/** The longest path from a clock to one end. */
export interface Longest extends Length {
  readonly from: Clock;
  readonly to: Clock;
  readonly end: Terminal;
  /** The path itself, made when asked for. */
  readonly path: () => Path;
}
/** What makes a path the longest; the other one decides between equals. */
export type Measure = "levels" | "delay";

interface Arrival extends Length {
  /** Through which it came, or where it began. */
  readonly by: Way | null;
  readonly start: Terminal | null;
}

/** Below 0 where `a` is longer. */
export const compare = (by: Measure, a: Length, b: Length): number =>
  by === "delay" ? b.delay - a.delay || b.luts - a.luts : b.luts - a.luts || b.chains - a.chains || b.delay - a.delay;

const arrivals = (graph: Graph, starts: readonly Terminal[], by: Measure): ReadonlyMap<number, Arrival> => {
  const found = new Map<number, Arrival>();
  const offer = (net: number, a: Arrival): void => {
    const before = found.get(net);
    if (before === undefined || compare(by, a, before) < 0) found.set(net, a);
  };
  for (const start of starts) offer(start.net, { luts: 0, chains: 0, delay: start.delay, by: null, start });
  for (const net of graph.order)
    for (const way of graph.into.get(net) ?? []) {
      const a = found.get(way.from);
      if (a === undefined) continue;
      const delay = a.delay + graph.routed(way.from, way.fromPort, way.type) + way.delay;
      offer(net, { luts: a.luts + way.luts, chains: a.chains + way.chains, delay, by: way, start: null });
    }
  return found;
};

const trace = (found: ReadonlyMap<number, Arrival>, net: number): { readonly start: Terminal; readonly steps: readonly Step[] } => {
  const steps: Step[] = [];
  let a = found.get(net) as Arrival;
  while (a.by !== null) {
    steps.unshift({ cell: a.by.cell, type: a.by.type, net: a.by.to, at: a.delay });
    a = found.get(a.by.from) as Arrival;
  }
  return { start: a.start as Terminal, steps };
};

/**
 * Every end of the netlist with the longest path to it, the longest first; an end that several clocks reach is there for
 * each of them. Throws `UnknownCellError` and `LoopError`.
 */
export const longestPaths = (module: NetlistModule | Graph, by: Measure): readonly Longest[] => {
  const graph = "cells" in module ? graphOf(module) : module;
  const clocks = new Map<Clock, Terminal[]>();
  for (const l of graph.launches) {
    const list = clocks.get(l.clock);
    if (list === undefined) clocks.set(l.clock, [l]);
    else list.push(l);
  }
  const all: Longest[] = [];
  for (const [from, starts] of clocks) {
    const found = arrivals(graph, starts, by);
    for (const end of graph.captures) {
      const a = found.get(end.net);
      if (a === undefined) continue;
      const length = { luts: a.luts, chains: a.chains, delay: a.delay + graph.routed(end.net, end.port, end.type) + end.delay };
      all.push({ ...length, from, to: end.clock, end, path: () => ({ ...length, end, ...trace(found, end.net) }) });
    }
  }
  return all.sort((a, b) => compare(by, a, b));
};
