/** Broken versions of a block, one register at a time: its reset left out, or to another value. */
import type { Module } from "#hdl";
import type { Signal, Target } from "#hdl/core/ir.ts";
import { type Mutant, mutant } from "./mutant.ts";
import { changer, overExpressions } from "./rewrite.ts";

/** The parts of a module that speak of a signal, with another in its place. */
const withSignal = (block: Module, from: Signal, to: Signal): Partial<Module> => {
  const expression = changer((e) => (e.kind === "ref" && e.signal === from ? { ...e, signal: to } : null));
  const target = (t: Target): Target => (t.signal === from ? { ...t, signal: to } : t);
  const one = (s: Signal): Signal => (s === from ? to : s);
  return {
    signals: block.signals.map(one),
    ports: block.ports.map(one),
    body: block.body.map((s) => overExpressions(s, expression, target)),
    fsms: block.fsms.map((f) => ({ ...f, signal: one(f.signal) })),
  };
};
const otherValue = ({ enumeration, reset }: Signal): bigint => {
  const value = reset?.value ?? 0n;
  const members = enumeration?.members ?? [];
  return members.find((m) => m.value !== value)?.value ?? value ^ 1n;
};

/** Two for each register with a reset. */
export const resetMutants = <M extends Module>(block: M): readonly Mutant<M>[] =>
  [...block.signals, ...block.ports]
    .filter((s) => s.kind === "register" && s.reset !== null && !s.ghost)
    .flatMap((s, i) => {
      const { reset } = s;
      if (reset === null) return [];
      const value = otherValue(s);
      const made = (change: string, to: Signal["reset"]): Mutant<M> =>
        mutant(block, { name: `r${i}: ${s.name}: ${change}`, kind: "reset", at: s.at }, () => withSignal(block, s, { ...s, reset: to }));
      return [made("no reset", null), made(`reset to ${value} for ${reset.value}`, { ...reset, value })];
    });
