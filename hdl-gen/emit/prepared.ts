/** A module's statements as every later step of the emitter wants them. */
import type { Module, Stmt } from "../core/ir.ts";
import { asSwitch } from "./choices.ts";
import { prune } from "./prune.ts";

const known = new WeakMap<Module, Module>();

/** Statements whose condition is a constant are decided, and choices among many become switches, for all later steps. */
export const prepared = (m: Module): Module => {
  const before = known.get(m);
  if (before !== undefined) return before;
  const made = { ...m, body: choices(prune(m.body, () => true)) };
  known.set(m, made);
  return made;
};

const choices = (body: readonly Stmt[]): readonly Stmt[] =>
  body.map((s): Stmt => {
    if (s.kind === "assign") return asSwitch(s);
    if (s.kind === "if") return { ...s, then: choices(s.then), else: choices(s.else) };
    if (s.kind === "store") return s;
    const cases = s.cases.map((c) => ({ ...c, body: choices(c.body) }));
    return { ...s, cases, fallback: s.fallback === null ? null : choices(s.fallback) };
  });
