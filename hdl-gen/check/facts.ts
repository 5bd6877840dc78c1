/**
 * What the checks of one module share, gathered in one walk: every assignment with the conditions it stands under, and
 * what each expression reads. Kept with the module, so that a pass costs what it adds.
 */
import { type Expr, type Instance, type Memory, type Module, operands, type Signal, type Stmt, type SwitchCase } from "../core/ir.ts";

export type AssignStmt = Extract<Stmt, { kind: "assign" }>;
export type StoreStmt = Extract<Stmt, { kind: "store" }>;
export type BranchStmt = Extract<Stmt, { kind: "if" | "switch" }>;

/** A branch of a statement, and the branch that statement itself stands in. */
export interface Path {
  readonly up: Path | null;
  readonly stmt: BranchStmt;
  /** `otherwise` is the else of an `if` and the fallback of a `switch`. */
  readonly branch: "then" | "otherwise" | SwitchCase;
}
/** What decides whether a branch is taken. */
export const decider = (stmt: BranchStmt): Expr => (stmt.kind === "if" ? stmt.cond : stmt.subject);

export interface AssignFact {
  readonly stmt: AssignStmt;
  readonly path: Path | null;
}
export interface StoreFact {
  readonly stmt: StoreStmt;
  readonly path: Path | null;
}
export interface PinFact {
  readonly instance: Instance;
  readonly pin: Instance["pins"][number];
}

export interface Facts {
  readonly assigns: readonly AssignFact[];
  readonly stores: readonly StoreFact[];
  readonly branches: readonly Path[];
  /** Assignments to each signal, in order. */
  readonly assignsOf: ReadonlyMap<Signal, readonly AssignFact[]>;
  /** The pin a net stands for. */
  readonly pinOf: ReadonlyMap<Signal, PinFact>;
  /** Ports, nets, registers, clocks and resets of the module. */
  readonly signals: ReadonlySet<Signal>;
}

const known = new WeakMap<Module, Facts>();

/** The facts of a module, gathered at the first call. */
export const factsOf = (m: Module): Facts => {
  const found = known.get(m);
  if (found !== undefined) return found;
  const made = gather(m);
  known.set(m, made);
  return made;
};

const gather = (m: Module): Facts => {
  const assigns: AssignFact[] = [];
  const stores: StoreFact[] = [];
  const branches: Path[] = [];
  const assignsOf = new Map<Signal, AssignFact[]>();
  const enter = (stmt: BranchStmt, branch: Path["branch"], up: Path | null, body: readonly Stmt[]): void => {
    const path: Path = { up, stmt, branch };
    branches.push(path);
    walk(body, path);
  };
  const walk = (body: readonly Stmt[], path: Path | null): void => {
    for (const stmt of body)
      switch (stmt.kind) {
        case "assign": {
          const fact: AssignFact = { stmt, path };
          assigns.push(fact);
          const list = assignsOf.get(stmt.target.signal);
          if (list === undefined) assignsOf.set(stmt.target.signal, [fact]);
          else list.push(fact);
          break;
        }
        case "store":
          stores.push({ stmt, path });
          break;
        case "if":
          enter(stmt, "then", path, stmt.then);
          enter(stmt, "otherwise", path, stmt.else);
          break;
        case "switch":
          for (const c of stmt.cases) enter(stmt, c, path, c.body);
          if (stmt.fallback !== null) enter(stmt, "otherwise", path, stmt.fallback);
          break;
      }
  };
  walk(m.body, null);
  return {
    assigns,
    stores,
    branches,
    assignsOf,
    pinOf: new Map(m.instances.flatMap((instance) => instance.pins.map((pin) => [pin.net, { instance, pin }] as const))),
    signals: new Set([...m.ports, ...m.signals, ...m.domains.flatMap((d) => [d.clock, d.reset])]),
  };
};

export interface Reads {
  readonly signals: ReadonlySet<Signal>;
  readonly memories: ReadonlySet<Memory>;
}
const nothing: Reads = { signals: new Set(), memories: new Set() };
const readsKnown = new WeakMap<Expr, Reads>();

/** Signals and memories an expression reads; remembered for the roots it was asked for. */
export const readsOf = (root: Expr): Reads => {
  if (root.kind === "literal") return nothing;
  const found = readsKnown.get(root);
  if (found !== undefined) return found;
  const signals = new Set<Signal>();
  const memories = new Set<Memory>();
  const seen = new Set<Expr>();
  const open: Expr[] = [root];
  for (let e = open.pop(); e !== undefined; e = open.pop()) {
    if (e.kind === "literal") continue;
    if (e.kind === "ref") {
      signals.add(e.signal);
      continue;
    }
    if (seen.has(e)) continue;
    seen.add(e);
    const inner = readsKnown.get(e);
    if (inner !== undefined) {
      for (const s of inner.signals) signals.add(s);
      for (const x of inner.memories) memories.add(x);
      continue;
    }
    if (e.kind === "cell") memories.add(e.memory);
    for (const o of operands(e)) open.push(o);
  }
  const made: Reads = { signals, memories };
  readsKnown.set(root, made);
  return made;
};

const pathKnown = new WeakMap<Path, Reads>();
/** What all conditions of a path read. */
export const readsOfPath = (path: Path | null): Reads => {
  if (path === null) return nothing;
  const found = pathKnown.get(path);
  if (found !== undefined) return found;
  const own = readsOf(decider(path.stmt));
  const made = path.up === null ? own : union([own, readsOfPath(path.up)]);
  pathKnown.set(path, made);
  return made;
};

/** All of several. */
export const union = (all: readonly Reads[]): Reads => ({
  signals: new Set(all.flatMap((r) => [...r.signals])),
  memories: new Set(all.flatMap((r) => [...r.memories])),
});

/** What an assignment's effect depends on: value, run-time index, conditions. */
export const readsOfAssign = ({ stmt, path }: AssignFact): Reads => {
  const value = readsOf(stmt.value);
  const parts = [value];
  if (stmt.target.kind === "element") parts.push(readsOf(stmt.target.index));
  if (path !== null) parts.push(readsOfPath(path));
  return parts.length === 1 ? value : union(parts);
};

/** What a memory write depends on: address, value, lanes, conditions. */
export const readsOfStore = ({ stmt, path }: StoreFact): Reads =>
  union([readsOf(stmt.address), readsOf(stmt.value), ...(stmt.mask === null ? [] : [readsOf(stmt.mask.enable)]), readsOfPath(path)]);

/** Every expression that stands in a statement, property or tri-state pin, with the place to blame. */
export const roots = (m: Module): readonly { readonly expr: Expr; readonly at: Stmt["at"] }[] => {
  const { assigns, stores, branches } = factsOf(m);
  return [
    ...assigns.flatMap(({ stmt: s }) => [
      { expr: s.value, at: s.at },
      ...(s.target.kind === "element" ? [{ expr: s.target.index, at: s.at }] : []),
    ]),
    ...stores.flatMap(({ stmt: s }) =>
      [s.address, s.value, ...(s.mask === null ? [] : [s.mask.enable])].map((expr) => ({ expr, at: s.at })),
    ),
    // A statement has several branches and is one root.
    ...[...new Set(branches.map((b) => b.stmt))].map((s) => ({ expr: decider(s), at: s.at })),
    ...m.properties.map((p) => ({ expr: p.cond, at: p.at })),
    ...m.tristates.flatMap((t) => [t.value, t.enable].map((expr) => ({ expr, at: t.at }))),
  ];
};

/** Runs `visit` on every node below these roots, each once; shared parts are visited at the first place they stand. */
export const eachNode = (list: ReturnType<typeof roots>, visit: (e: Expr, at: Stmt["at"]) => void): void => {
  const seen = new Set<Expr>();
  for (const { expr, at } of list) {
    const open: Expr[] = [expr];
    for (let e = open.pop(); e !== undefined; e = open.pop()) {
      if (seen.has(e)) continue;
      seen.add(e);
      visit(e, at);
      for (const o of operands(e)) open.push(o);
    }
  }
};
