/** How resets are used below a module: Verilator asks when one net resets some registers at the edge and others at once. */
import type { ClockDomain, Expr, Module, Signal } from "../core/ir.ts";
import { eachExpr, eachRead } from "./walk.ts";

type Kind = "sync" | "async";
const known = new WeakMap<Module, ReadonlyMap<ClockDomain, ReadonlySet<Kind>>>();

/** The kinds of reset of the registers of each domain, those of children included. */
const kinds = (m: Module): ReadonlyMap<ClockDomain, ReadonlySet<Kind>> => {
  const before = known.get(m);
  if (before !== undefined) return before;
  const found = new Map<ClockDomain, Set<Kind>>();
  const add = (d: ClockDomain, kind: Kind): void => {
    const set = found.get(d) ?? new Set<Kind>();
    found.set(d, set.add(kind));
  };
  for (const s of m.signals) if (s.kind === "register" && s.reset !== null && s.domain !== null) add(s.domain, s.reset.kind);
  for (const p of m.properties) add(p.domain, "sync");
  // A reset that is read as a value counts as one that works at the edge.
  const seen = new Set<Expr>();
  const byReset = new Map(m.domains.map((d) => [d.reset, d]));
  const read = (s: Signal): void => {
    const domain = byReset.get(s);
    if (domain !== undefined) add(domain, "sync");
  };
  if (m.resets.length > 0) eachExpr(m.body, (e) => eachRead(e, read, seen));
  for (const i of m.instances) {
    if (i.of.kind !== "module") continue;
    const inner = kinds(i.of);
    for (const { domain, to } of i.clocks) for (const kind of inner.get(domain) ?? []) add(to, kind);
  }
  known.set(m, found);
  return found;
};

/** Reset pins of `m` that serve both kinds of registers. */
export const mixedResets = (m: Module): ReadonlySet<Signal> =>
  new Set([...kinds(m)].filter(([, set]) => set.size > 1).map(([d]) => d.reset));
