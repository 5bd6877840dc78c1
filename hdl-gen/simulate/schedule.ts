/**
 * The order in which combinational signals are computed: each after those it reads. Signals that seem to depend on
 * themselves are cut into the pieces in which they are written and read, then into bits; what is still circular is a
 * combinational loop and refused with its path.
 */
import { type Expr, HdlError, type Signal, type Stmt } from "../core/ir.ts";
import type { ExprPool, FlatDesign } from "./flatten.ts";
import { cutSignals } from "./split.ts";
import { bySignal, eachExpr, effective, expressions, project } from "./statements.ts";

/** How one combinational signal gets its value. It starts at zero; the statements assign to it and to nothing else. */
export interface Unit {
  readonly signal: Signal;
  readonly stmts: readonly Stmt[];
}

/** Signals that `stmts` read. */
export const readsOf = (stmts: readonly Stmt[]): ReadonlySet<Signal> => {
  const signals = new Set<Signal>();
  const roots: Expr[] = [];
  expressions(stmts, (e) => roots.push(e));
  eachExpr(roots, (e) => {
    if (e.kind === "ref") signals.add(e.signal);
  });
  return signals;
};

/** Groups of units that depend on each other in a circle (mostly of one), each group after those it reads. Tarjan 1972. */
const components = (units: readonly Unit[]): readonly (readonly Unit[])[] => {
  const of = new Map(units.map((u) => [u.signal, u]));
  const index = new Map<Unit, number>();
  const low = new Map<Unit, number>();
  const stack: Unit[] = [];
  const open = new Set<Unit>();
  const done: Unit[][] = [];
  const visit = (u: Unit): number => {
    const own = index.size;
    index.set(u, own);
    stack.push(u);
    open.add(u);
    let lowest = own;
    for (const s of readsOf(u.stmts)) {
      const v = of.get(s);
      if (v === undefined) continue;
      if (!index.has(v)) lowest = Math.min(lowest, visit(v));
      else if (open.has(v)) lowest = Math.min(lowest, index.get(v) as number);
    }
    low.set(u, lowest);
    if (lowest === own) {
      const group: Unit[] = [];
      for (;;) {
        const v = stack.pop() as Unit;
        open.delete(v);
        group.push(v);
        if (v === u) break;
      }
      done.push(group);
    }
    return lowest;
  };
  for (const u of units) if (!index.has(u)) visit(u);
  return done;
};

const isCircular = (group: readonly Unit[]): boolean => {
  const first = group[0] as Unit;
  return group.length > 1 || readsOf(first.stmts).has(first.signal);
};

/** A shortest circle within a group, as signals: each reads the next, the last reads the first. */
const circle = (group: readonly Unit[]): readonly Unit[] => {
  const of = new Map(group.map((u) => [u.signal, u]));
  let best: readonly Unit[] = group;
  for (const start of group.slice(0, 64)) {
    const from = new Map<Unit, Unit | null>([[start, null]]);
    const queue = [start];
    for (const u of queue) {
      const next = [...readsOf(u.stmts)].map((s) => of.get(s)).filter((v) => v !== undefined);
      if (next.includes(start)) {
        const path: Unit[] = [];
        for (let at: Unit | null = u; at !== null; at = from.get(at) as Unit | null) path.unshift(at);
        if (path.length < best.length || best === group) best = path;
        break;
      }
      for (const v of next) {
        if (from.has(v)) continue;
        from.set(v, u);
        queue.push(v);
      }
    }
  }
  return best;
};

const refuseLoop = (group: readonly Unit[]): never => {
  const path = circle(group);
  const names = [...path, path[0] as Unit].map((u) => u.signal.name);
  const at = (path[0] as Unit).stmts[0]?.at ?? (path[0] as Unit).signal.at;
  const related = path.map((u, i) => ({ message: `${names[i]} reads ${names[i + 1]}`, at: u.stmts[0]?.at ?? u.signal.at }));
  throw new HdlError([
    {
      severity: "error",
      code: "comb-loop",
      message: `combinational loop: ${names.join(" <- ")}; put a register into the circle`,
      at,
      related,
    },
  ]);
};

/** Units in an order in which each comes after those it reads. Throws `HdlError` (comb-loop) naming signals and places. */
export const schedule = (design: FlatDesign, pool: ExprPool): readonly Unit[] => {
  const drivers = bySignal(design.body);
  const units = design.nets.map(
    (signal): Unit => ({
      signal,
      stmts: effective(project(drivers.get(signal) ?? [], (s) => s.kind === "assign" && s.target.signal === signal)),
    }),
  );
  const order = (list: readonly Unit[], cuts: readonly ("pieces" | "bits")[]): readonly Unit[] =>
    components(list).flatMap((group) => {
      if (!isCircular(group)) return group;
      const [cut, ...rest] = cuts;
      return cut === undefined ? refuseLoop(group) : order(cutSignals(group, cut, pool), rest);
    });
  return order(units, ["pieces", "bits"]);
};
