/** Modules made from modules: with other expressions, statements, signals or names, and without what nothing reads. */
import type { Expr, Instance, Module, Signal, Stmt, Target } from "#hdl/core/ir.ts";
import { rebuild } from "#hdl/simulate/flatten.ts";
import { eachNode, rootsOf } from "./analysis.ts";
import { refTo } from "./expressions.ts";

export interface Edit {
  /** What stands in an expression's place; undefined keeps it. */
  readonly expr?: (e: Expr) => Expr | undefined;
  /** What a reference to a signal becomes. */
  readonly ref?: (s: Signal) => Expr;
  /** What stands in a statement's place, before its own parts are edited; undefined keeps it. */
  readonly stmt?: (s: Stmt) => readonly Stmt[] | undefined;
}

/** The statements with `edit` applied everywhere. */
const editor = (edit: Edit) => {
  const made = new Map<Expr, Expr>();
  const expr = (e: Expr): Expr => {
    let done = made.get(e);
    if (done === undefined) {
      const other = edit.expr?.(e);
      if (other !== undefined) done = other;
      else if (e.kind === "ref") done = edit.ref?.(e.signal) ?? e;
      else if (e.kind === "literal") done = e;
      else {
        const rebuilt = rebuild(e, expr, refTo, (m) => m);
        done = e.hint === undefined ? rebuilt : { ...rebuilt, hint: e.hint };
      }
      made.set(e, done);
    }
    return done;
  };
  const target = (t: Target): Target => (t.kind === "element" ? { ...t, index: expr(t.index) } : t);
  const stmts = (list: readonly Stmt[]): readonly Stmt[] =>
    list.flatMap((s): readonly Stmt[] => {
      const other = edit.stmt?.(s);
      return (other ?? [s]).map(inner);
    });
  const inner = (s: Stmt): Stmt => {
    switch (s.kind) {
      case "assign":
        return { ...s, target: target(s.target), value: expr(s.value) };
      case "if":
        return { ...s, cond: expr(s.cond), then: stmts(s.then), else: stmts(s.else) };
      case "switch":
        return {
          ...s,
          subject: expr(s.subject),
          cases: s.cases.map((c) => ({ ...c, body: stmts(c.body) })),
          fallback: s.fallback === null ? null : stmts(s.fallback),
        };
      case "store":
        return {
          ...s,
          address: expr(s.address),
          value: expr(s.value),
          mask: s.mask === null ? null : { ...s.mask, enable: expr(s.mask.enable) },
        };
    }
  };
  return { expr, stmts };
};

/** A module with `edit` applied to its body and properties. */
export const rewrite = (m: Module, edit: Edit): Module => {
  const { expr, stmts } = editor(edit);
  return { ...m, body: stmts(m.body), properties: m.properties.map((p) => ({ ...p, cond: expr(p.cond) })) };
};

/** The design with `old` replaced wherever it is instantiated; pins that the new one does not have are left off. */
export const replaceModule = (top: Module, old: Module, by: Module): Module => {
  const made = new Map<Module, Module>([[old, by]]);
  const visit = (m: Module): Module => {
    const known = made.get(m);
    if (known !== undefined) return known;
    const instances = m.instances.map((i): Instance => {
      if (i.of.kind !== "module") return i;
      const of = visit(i.of);
      return of === i.of ? i : { ...i, of, pins: i.pins.filter((p) => of.ports.some((q) => q.name === p.port)) };
    });
    const done = instances.every((i, n) => i === m.instances[n]) ? m : { ...m, instances };
    made.set(m, done);
    return done;
  };
  return visit(top);
};

/** The design with every module's name preceded by `prefix`. */
export const renamed = (top: Module, prefix: string): Module => {
  const made = new Map<Module, Module>();
  const visit = (m: Module): Module => {
    let done = made.get(m);
    if (done === undefined) {
      done = { ...m, name: prefix + m.name, instances: m.instances.map((i) => (i.of.kind === "module" ? { ...i, of: visit(i.of) } : i)) };
      made.set(m, done);
    }
    return done;
  };
  return visit(top);
};

/** Drops assignments to signals for which `drop` holds, and branches that are left empty. */
export const dropAssigns = (body: readonly Stmt[], drop: (s: Signal) => boolean): readonly Stmt[] =>
  body.flatMap((s): readonly Stmt[] => {
    if (s.kind === "assign") return drop(s.target.signal) ? [] : [s];
    if (s.kind === "if") {
      const [yes, no] = [dropAssigns(s.then, drop), dropAssigns(s.else, drop)];
      return yes.length + no.length === 0 ? [] : [{ ...s, then: yes, else: no }];
    }
    if (s.kind === "switch") {
      const cases = s.cases.map((c) => ({ ...c, body: dropAssigns(c.body, drop) }));
      const fallback = s.fallback === null ? null : dropAssigns(s.fallback, drop);
      return cases.every((c) => c.body.length === 0) && (fallback ?? []).length === 0 ? [] : [{ ...s, cases, fallback }];
    }
    return [s];
  });

/** One module without nets, registers and memories that nothing reads, and without instances that drive nothing. */
const pruneModule = (m: Module): Module => {
  const read = new Set<Signal>();
  const memories = new Set<object>();
  eachNode(rootsOf(m), (e) => {
    if (e.kind === "ref") read.add(e.signal);
    if (e.kind === "cell") memories.add(e.memory);
  });
  const instances = m.instances.filter((i) => i.pins.some((p) => p.direction === "output" && read.has(p.net)));
  const pins = new Set(instances.flatMap((i) => i.pins.map((p) => p.net)));
  const keep = (s: Signal): boolean => read.has(s) || pins.has(s) || s.kind === "output";
  const stores = (body: readonly Stmt[]): readonly Stmt[] =>
    body.flatMap((s): readonly Stmt[] =>
      s.kind === "store" && !memories.has(s.memory) ? [] : s.kind === "if" ? [{ ...s, then: stores(s.then), else: stores(s.else) }] : [s],
    );
  return {
    ...m,
    instances,
    signals: m.signals.filter(keep),
    memories: m.memories.filter((x) => memories.has(x)),
    fsms: m.fsms.filter((f) => keep(f.signal)),
    body: dropAssigns(stores(m.body), (s) => !keep(s)),
  };
};
const size = (m: Module): number => m.signals.length + m.memories.length + m.instances.length + m.ports.length;

/** The design without what nothing reads, children's ports included. The top keeps its outputs. */
export const prune = (top: Module): Module => {
  let m = top;
  for (;;) {
    const before = m;
    for (;;) {
      const pruned = pruneModule(m);
      const stable = size(pruned) === size(m);
      m = pruned;
      if (stable) break;
    }
    // A child's output that no instance of it uses goes, and an input that the child does not read.
    const children = new Set(m.instances.flatMap((i) => (i.of.kind === "module" ? [i.of] : [])));
    for (const child of children) {
      const own = m.instances.filter((i) => i.of === child);
      const read = new Set<Signal>();
      eachNode(rootsOf(m), (e) => {
        if (e.kind === "ref") read.add(e.signal);
      });
      const wanted = (p: Signal): boolean =>
        p.kind !== "output" || own.some((i) => i.pins.some((q) => q.port === p.name && read.has(q.net)));
      const fewer = prune({
        ...child,
        ports: child.ports.filter(wanted),
        body: dropAssigns(child.body, (s) => s.kind === "output" && !wanted(s)),
      });
      if (size(fewer) < size(child)) m = replaceModule(m, child, fewer);
    }
    const inner = new Set<Signal>();
    eachNode(rootsOf(m), (e) => {
      if (e.kind === "ref") inner.add(e.signal);
    });
    m = { ...m, ports: m.ports.filter((p) => p.kind === "output" || inner.has(p)) };
    if (size(m) === size(before) && m.instances.every((i, n) => i.of === before.instances[n]?.of)) return m;
  }
};
