/**
 * Which nets share an `always @*`. Those that one statement of the user assigns do, as a person would write it, unless
 * the block as a whole would then seem to depend on itself: neither through logic in this module, nor from an output
 * through the surroundings to an input that this output does not depend on (ready and valid of a stream, say).
 */
import type { Module, Signal } from "../core/ir.ts";
import { type Combinational, dependents, reachable, type Unit } from "./combinational.ts";
import { Groups } from "./groups.ts";

const isInput = (u: Unit): boolean => u.signal.kind === "input" || u.signal.kind === "inout";

/** Sets of units whose statements can be printed as one block. */
export const partition = (units: readonly Unit[], comb: Combinational): readonly (readonly Unit[])[] => {
  const blockOf = new Map<Unit, Unit[]>();
  const together = (u: Unit): readonly Unit[] => blockOf.get(u) ?? [u];
  const outputs = new Set(comb.outputs);
  // What an output depends on stays the same when units meet that may meet, so it is known once.
  const inputsOf = new Map<Unit, ReadonlySet<Unit>>();
  const inputs = (o: Unit): ReadonlySet<Unit> => {
    const known = inputsOf.get(o) ?? new Set([...reachable([o])].filter(isInput));
    inputsOf.set(o, known);
    return known;
  };
  const mayMeet = (a: readonly Unit[], b: readonly Unit[]): boolean => {
    const below = (x: readonly Unit[]): ReadonlySet<Unit> =>
      reachable(
        x.flatMap((u) => [...u.reads]),
        together,
      );
    const [belowA, belowB] = [below(a), below(b)];
    if (b.some((u) => belowA.has(u)) || a.some((u) => belowB.has(u))) return false;
    const leadsOnlyWhere = (x: readonly Unit[], others: ReadonlySet<Unit>): boolean => {
      const needed = [...others].filter(isInput);
      return needed.length === 0 || [...dependents(x, together)].every((o) => !outputs.has(o) || needed.every((i) => inputs(o).has(i)));
    };
    return leadsOnlyWhere(a, belowB) && leadsOnlyWhere(b, belowA);
  };
  const result: Unit[][] = [];
  for (const set of connected(units)) {
    const made: Unit[][] = [];
    for (const unit of set.filter((u) => !u.constant)) {
      const block = made.find((b) => mayMeet(b, [unit])) ?? [];
      if (block.length === 0) made.push(block);
      block.push(unit);
      for (const u of block) blockOf.set(u, block);
    }
    // A block that waits for nothing never runs: constant bits go where other bits of their signal are assigned.
    for (const unit of set.filter((u) => u.constant)) {
      const block = made.find((b) => b.some((u) => u.signal === unit.signal));
      if (block !== undefined) block.push(unit);
      else made.push([unit]);
    }
    result.push(...made);
  }
  return result;
};

/** Units that a statement of the user assigns under a condition, or that are bits of one signal. */
const connected = (units: readonly Unit[]): Unit[][] => {
  const groups = new Groups<Unit>();
  const firstOfSignal = new Map<Signal, Unit>();
  const firstOfStatement = new Map<number, Unit>();
  const link = <K>(map: Map<K, Unit>, key: K, u: Unit): void => {
    const first = map.get(key);
    if (first === undefined) map.set(key, u);
    else groups.join(first, u);
  };
  for (const u of units) {
    link(firstOfSignal, u.signal, u);
    for (const a of u.assignments) if (a.conditional) link(firstOfStatement, a.top, u);
  }
  return groups.sets(units);
};

/**
 * Signals with bits that depend on other bits of themselves: a carry chain in one vector. Simulators that treat a signal
 * as one see a loop, unless they are told to take it apart.
 */
export const splitSignals = (comb: Combinational, m: Module): ReadonlySet<Signal> => {
  const whole = (u: Unit): readonly Unit[] => comb.units.get(u.signal) ?? [u];
  const found = new Set<Signal>();
  for (const s of [...m.ports, ...m.signals]) {
    const units = comb.units.get(s) ?? [];
    if (units.length < 2) continue;
    const below = reachable(
      units.flatMap((u) => [...u.reads]),
      whole,
    );
    if (units.some((u) => below.has(u))) found.add(s);
  }
  return found;
};
