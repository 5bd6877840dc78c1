/** Combinational loops: a value that depends on itself within one cycle, named signal by signal in the order it travels. */
import type { Diagnostic, Module, Signal } from "../core/ir.ts";
import { BitGraph, type SignalBit } from "./bit-graph.ts";
import { combGraph, cycles } from "./comb-graph.ts";
import { doesWrite, mayWrite } from "./driven.ts";
import { factsOf, readsOfAssign } from "./facts.ts";
import { allBits, problem } from "./show.ts";

/** One error for each group of signals that depend on each other; through instances too. */
export const combLoops = (m: Module): readonly Diagnostic[] => {
  const graph = combGraph(m);
  const groups = cycles(graph.keys(), (s) => graph.get(s) ?? []);
  const found: Diagnostic[] = [];
  for (const group of groups) {
    const bits = BitGraph.of(m);
    const starts = [...group].reverse().flatMap((s) => Array.from({ length: s.width }, (_, i) => bits.bit(s, i)));
    const [loop] = cycles(starts, (n) => bits.next(n));
    if (loop !== undefined) found.push(report(m, travel(bits, loop)));
  }
  return found;
};

/** A shortest way round within a group, as signal bits in the order in which the value travels. */
const travel = (bits: BitGraph, group: readonly number[]): readonly SignalBit[] => {
  const inside = new Set(group);
  const start = Math.min(...group.filter((n) => bits.signalBit(n) !== null));
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
      (assignsOf.get(s) ?? []).every((a) => mayWrite(a.stmt) === allBits(s.width)) &&
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
    const mask = 1n << BigInt(to.bit);
    const writers = (assignsOf.get(to.signal) ?? []).filter(
      (a) => (mayWrite(a.stmt) & mask) !== 0n && readsOfAssign(a).signals.has(from.signal),
    );
    const writer = writers.findLast((a) => (doesWrite(a.stmt) & mask) !== 0n) ?? writers.at(-1);
    return { message: `${show(from)} drives ${show(to)} here`, at: writer?.stmt.at ?? to.signal.at };
  });
  const [first] = way;
  const names = [...way, first as SignalBit].map(show).join(" -> ");
  return problem("comb-loop", (hops[0] as (typeof hops)[number]).at, `combinational loop: ${names}`, hops);
};
