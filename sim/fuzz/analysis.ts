/** What the generator and the shrinker ask about modules. */
import { type Expr, type Module, operands, type Signal, type Stmt } from "#hdl/core/ir.ts";

/** Calls `f` for each expression that stands directly in a statement of `body`. */
export const eachRoot = (body: readonly Stmt[], f: (e: Expr) => void): void => {
  for (const s of body) {
    if (s.kind === "assign") {
      if (s.target.kind === "element") f(s.target.index);
      f(s.value);
    } else if (s.kind === "store") {
      f(s.address);
      f(s.value);
      if (s.mask !== null) f(s.mask.enable);
    } else if (s.kind === "if") {
      f(s.cond);
      eachRoot(s.then, f);
      eachRoot(s.else, f);
    } else {
      f(s.subject);
      for (const c of s.cases) eachRoot(c.body, f);
      eachRoot(s.fallback ?? [], f);
    }
  }
};
/** Calls `f` for each node of the given expressions, once. */
export const eachNode = (roots: readonly Expr[], f: (e: Expr) => void): void => {
  const seen = new Set<Expr>();
  const visit = (e: Expr): void => {
    if (seen.has(e)) return;
    seen.add(e);
    operands(e).forEach(visit);
    f(e);
  };
  roots.forEach(visit);
};
export const rootsOf = (m: Module): readonly Expr[] => {
  const list: Expr[] = m.properties.map((p) => p.cond);
  eachRoot(m.body, (e) => list.push(e));
  return list;
};

/** For each signal that something assigns without a clock: what it depends on, conditions included. */
const dependencies = (m: Module): ReadonlyMap<Signal, ReadonlySet<Signal>> => {
  const of = new Map<Signal, Set<Signal>>();
  const add = (s: Signal, roots: readonly Expr[]): void => {
    const set = of.get(s) ?? new Set();
    of.set(s, set);
    eachNode(roots, (e) => {
      if (e.kind === "ref") set.add(e.signal);
    });
  };
  const walk = (body: readonly Stmt[], conditions: readonly Expr[]): void => {
    for (const s of body) {
      if (s.kind === "assign" && s.target.signal.kind !== "register")
        add(s.target.signal, [...conditions, s.value, ...(s.target.kind === "element" ? [s.target.index] : [])]);
      if (s.kind === "if") {
        walk(s.then, [...conditions, s.cond]);
        walk(s.else, [...conditions, s.cond]);
      }
      if (s.kind === "switch") for (const b of [...s.cases.map((c) => c.body), s.fallback ?? []]) walk(b, [...conditions, s.subject]);
    }
  };
  walk(m.body, []);
  for (const i of m.instances) {
    if (i.of.kind !== "module") continue;
    const reaching = combinationalInputs(i.of);
    const net = (port: Signal): Signal | undefined => i.pins.find((p) => p.port === port.name)?.net;
    for (const p of i.of.ports) {
      const out = net(p);
      if (p.kind === "output" && out !== undefined) of.set(out, new Set([...reaching].map(net).filter((s) => s !== undefined)));
    }
  }
  return of;
};

const known = new WeakMap<Module, ReadonlySet<Signal>>();
/** Input ports that some output depends on within a cycle. */
export const combinationalInputs = (m: Module): ReadonlySet<Signal> => {
  const before = known.get(m);
  if (before !== undefined) return before;
  const of = dependencies(m);
  const seen = new Set<Signal>();
  const visit = (s: Signal): void => {
    if (seen.has(s)) return;
    seen.add(s);
    of.get(s)?.forEach(visit);
  };
  m.ports.filter((p) => p.kind === "output").forEach(visit);
  const inputs = new Set(m.ports.filter((p) => p.kind === "input" && seen.has(p)));
  known.set(m, inputs);
  return inputs;
};
