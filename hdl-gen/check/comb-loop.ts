/** Combinational loops: a value that depends on itself within one cycle, named signal by signal in the order it travels. */
import type { Diagnostic, Module, Signal } from "../core/ir.ts";
import { BitGraph, type SignalBit } from "./bit-graph.ts";
import { combGraph, cycles } from "./comb-graph.ts";
import { isCertain, span } from "./driven.ts";
import { factsOf, readsOfAssign } from "./facts.ts";
import { problem } from "./show.ts";

/** One error for each group of signals that depend on each other; through instances too. */
export const combLoops = (m: Module): readonly Diagnostic[] => {
  const graph = combGraph(m);
  // Loops are told from the signal that was declared first.
  const place = new Map([...m.ports, ...m.signals].map((s, i) => [s, i]));
  const declared = (s: Signal): number => place.get(s) ?? 0;
  const groups = cycles(graph.keys(), (s) => graph.get(s) ?? []);
  const found: Diagnostic[] = [];
  for (const group of groups) {
    const bits = BitGraph.of(m);
    const starts = [...group]
      .sort((a, b) => declared(a) - declared(b))
      .flatMap((s) => Array.from({ length: s.width }, (_, i) => bits.bit(s, i)));
    const [loop] = cycles(starts, (n) => bits.next(n));
    if (loop !== undefined) found.push(report(m, travel(bits, loop, declared)));
  }
  return found;
};

/** A shortest way round within a group, as signal bits in the order in which the value travels. */
const travel = (bits: BitGraph, group: readonly number[], declared: (s: Signal) => number): readonly SignalBit[] => {
  const inside = new Set(group);
  const rank = (n: number): readonly [number, number] => {
    const { signal, bit } = bits.signalBit(n) as SignalBit;
    return [declared(signal), bit];
  };
  const start = group
    .filter((n) => bits.signalBit(n) !== null)
    .reduce((best, n) => {
      const [a, b] = [rank(n), rank(best)];
      return a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]) ? n : best;
    });
  const from = new Map<number, number>();
  const open = [start];
  for (let i = 0; i < open.length; i++) {
    const n = open[i] as number;
    for (const o of bits.next(n)) {
      if (!inside.has(o) || from.has(o)) continue;
      from.set(o, n);
      open.push(o);
    }
    if (from.has(start)) break;
  }
  // `from` leads from a source back to what it drives: following it is the way the value travels.
  const way: number[] = [start];
  for (let n = from.get(start) as number; n !== start; n = from.get(n) as number) way.push(n);
  return way.flatMap((n) => bits.signalBit(n) ?? []);
};

const report = (m: Module, way: readonly SignalBit[]): Diagnostic => {
  const { assignsOf, pinOf } = factsOf(m);
  const whole = (s: Signal): boolean =>
    s.width === 1 ||
    (!pinOf.has(s) &&
      (assignsOf.get(s) ?? []).every((a) => a.stmt.target.kind === "whole") &&
      way.filter((w) => w.signal === s).length === 1);
  const show = ({ signal, bit }: SignalBit): string => (whole(signal) ? signal.name : `${signal.name}[${bit}]`);
  const hops = way.map((from, i) => {
    const to = way[(i + 1) % way.length] as SignalBit;
    const pin = pinOf.get(to.signal);
    if (pin !== undefined && pin.pin.direction === "output")
      return {
        message: `${show(from)} drives ${show(to)} through instance ${pin.instance.name} (${pin.instance.of.name})`,
        at: pin.instance.at,
      };
    const writers = (assignsOf.get(to.signal) ?? []).filter(
      (a) => span(a.stmt)[0] >= to.bit && span(a.stmt)[1] <= to.bit && readsOfAssign(a).signals.has(from.signal),
    );
    const writer = writers.findLast((a) => isCertain(a.stmt)) ?? writers.at(-1);
    return { message: `${show(from)} drives ${show(to)} here`, at: writer?.stmt.at ?? to.signal.at };
  });
  const [first] = way;
  const names = [...way, first as SignalBit].map(show).join(" -> ");
  return problem("comb-loop", (hops[0] as (typeof hops)[number]).at, `combinational loop: ${names}`, hops);
};
