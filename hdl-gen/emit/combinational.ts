/**
 * What depends on what without a clock edge between, bit range by bit range: to know which nets may share an
 * `always @*`. Simulators look at such a block as a whole, so a block that both feeds and reads some logic looks like a
 * loop (Verilator's UNOPTFLAT) though no bit depends on itself.
 */
import type { Expr, Module, Signal, Stmt } from "../core/ir.ts";
import { prepared } from "./prepared.ts";
import { eachLeaf, eachRead, leafExprs, targetBits } from "./walk.ts";

/** Bits of a signal that are always assigned together, or an input of the module. */
export interface Unit {
  readonly signal: Signal;
  readonly hi: number;
  readonly lo: number;
  /** Statements that assign it, in order; `top` is the index in the body of the statement they stand in. */
  readonly assignments: { readonly stmt: Extract<Stmt, { kind: "assign" }>; readonly top: number; readonly conditional: boolean }[];
  /** What it depends on directly. */
  readonly reads: Set<Unit>;
  /** What depends on it directly. */
  readonly readers: Set<Unit>;
  /** Reads nothing at all, not even a register. */
  constant: boolean;
}

export interface Combinational {
  /** Units that the body assigns, by signal, in order of the first assignment. */
  readonly units: ReadonlyMap<Signal, readonly Unit[]>;
  /** Units of a signal that hold some of these bits. */
  at(s: Signal, hi: number, lo: number): readonly Unit[];
  /** Output ports and what drives them. */
  readonly outputs: readonly Unit[];
}

/** Ranges of bits that overlap become one. */
const mergeRanges = (ranges: readonly { hi: number; lo: number }[]): { hi: number; lo: number }[] => {
  const merged: { hi: number; lo: number }[] = [];
  for (const r of [...ranges].sort((a, b) => a.lo - b.lo)) {
    const last = merged.at(-1);
    if (last !== undefined && r.lo <= last.hi) last.hi = Math.max(last.hi, r.hi);
    else merged.push({ ...r });
  }
  return merged;
};

const known = new WeakMap<Module, Combinational>();

/** The combinational part of a module. Registers and memory contents count as constants. */
export const combinational = (m: Module): Combinational => {
  const before = known.get(m);
  if (before !== undefined) return before;

  const assignments = new Map<Signal, { stmt: Extract<Stmt, { kind: "assign" }>; top: number; conditions: readonly Expr[] }[]>();
  m.body.forEach((statement, top) => {
    eachLeaf([statement], (s, conditions) => {
      if (s.kind !== "assign" || s.target.signal.kind === "register") return;
      const { signal } = s.target;
      // A later assignment of everything makes the earlier ones idle.
      if (s.target.kind === "whole" && conditions.length === 0) assignments.delete(signal);
      const list = assignments.get(signal) ?? [];
      list.push({ stmt: s, top, conditions });
      assignments.set(signal, list);
    });
  });

  const units = new Map<Signal, Unit[]>();
  const leaf = (signal: Signal): Unit => ({
    signal,
    hi: signal.width - 1,
    lo: 0,
    assignments: [],
    reads: new Set(),
    readers: new Set(),
    constant: true,
  });
  for (const [signal, list] of assignments) {
    const ranges = list.map((a) => targetBits(a.stmt.target) ?? { hi: signal.width - 1, lo: 0 });
    units.set(
      signal,
      mergeRanges(ranges).map((range) => ({ ...leaf(signal), ...range })),
    );
  }
  const assigned = new Map(units);
  for (const p of m.ports) if (!units.has(p)) units.set(p, [leaf(p)]);
  for (const i of m.instances) for (const p of i.pins) if (!units.has(p.net)) units.set(p.net, [leaf(p.net)]);
  const at = (s: Signal, hi: number, lo: number): readonly Unit[] => (units.get(s) ?? []).filter((u) => u.lo <= hi && lo <= u.hi);

  /** What an expression reads; conditions stand over many assignments. */
  const read = new Map<Expr, { readonly units: ReadonlySet<Unit>; readonly any: boolean }>();
  const readBy = (root: Expr) => {
    const found = read.get(root);
    if (found !== undefined) return found;
    const reads = new Set<Unit>();
    let any = false;
    eachRead(
      root,
      (s, hi, lo) => {
        any = true;
        for (const u of units.get(s) ?? []) if (u.lo <= hi && lo <= u.hi) reads.add(u);
      },
      new Set(),
    );
    const made = { units: reads, any };
    read.set(root, made);
    return made;
  };
  for (const [signal, list] of assignments) {
    for (const { stmt, top, conditions } of list) {
      const bits = targetBits(stmt.target) ?? { hi: signal.width - 1, lo: 0 };
      for (const unit of at(signal, bits.hi, bits.lo)) {
        unit.assignments.push({ stmt, top, conditional: conditions.length > 0 });
        for (const e of [...conditions, ...leafExprs(stmt)]) {
          const { units: reads, any } = readBy(e);
          if (any) unit.constant = false;
          for (const u of reads) unit.reads.add(u);
        }
      }
    }
  }
  for (const i of m.instances) {
    const through = i.of.kind === "module" ? throughPaths(i.of) : null;
    const inputs = i.pins.filter((p) => p.direction !== "output");
    for (const out of i.pins) {
      const sources = through?.get(out.port);
      if (out.direction === "input" || sources?.size === 0) continue;
      for (const unit of units.get(out.net) ?? [])
        for (const p of inputs)
          if (p !== out && (through === null || sources?.has(p.port))) for (const u of units.get(p.net) ?? []) unit.reads.add(u);
    }
  }
  for (const list of units.values()) for (const u of list) for (const r of u.reads) r.readers.add(u);
  const result: Combinational = {
    units: assigned,
    at,
    outputs: m.ports.filter((p) => p.kind !== "input").flatMap((p) => units.get(p) ?? []),
  };
  known.set(m, result);
  return result;
};

const knownPaths = new WeakMap<Module, ReadonlyMap<string, ReadonlySet<string>>>();
/** For each output of a module, the inputs that it depends on without a clock edge between. */
const throughPaths = (m: Module): ReadonlyMap<string, ReadonlySet<string>> => {
  const before = knownPaths.get(m);
  if (before !== undefined) return before;
  const paths = new Map<string, Set<string>>();
  for (const out of combinational(prepared(m)).outputs) {
    const inputs = paths.get(out.signal.name) ?? new Set();
    paths.set(out.signal.name, inputs);
    for (const u of reachable([out])) if (u.signal.kind === "input" || u.signal.kind === "inout") inputs.add(u.signal.name);
  }
  knownPaths.set(m, paths);
  return paths;
};

/** Everything that these units depend on, themselves included. `together`: units that count as one. */
export const reachable = (from: Iterable<Unit>, together: (u: Unit) => readonly Unit[] = (u) => [u]): ReadonlySet<Unit> =>
  closure(from, "reads", together);
/** Everything that depends on these units, themselves included. */
export const dependents = (from: Iterable<Unit>, together: (u: Unit) => readonly Unit[] = (u) => [u]): ReadonlySet<Unit> =>
  closure(from, "readers", together);

const closure = (from: Iterable<Unit>, along: "reads" | "readers", together: (u: Unit) => readonly Unit[]): ReadonlySet<Unit> => {
  const seen = new Set<Unit>();
  const stack = [...from].flatMap(together);
  for (let u = stack.pop(); u !== undefined; u = stack.pop()) {
    if (seen.has(u)) continue;
    seen.add(u);
    for (const r of u[along]) if (!seen.has(r)) stack.push(...together(r));
  }
  return seen;
};
