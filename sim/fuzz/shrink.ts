/**
 * Makes a disagreeing module small. Each pass lists simpler modules; those that pass the checks are tried in batches, and
 * the first that still disagrees in the same way is kept, until no pass finds one.
 */
import { checkModule } from "#hdl/check/index.ts";
import { slice as sliceOf } from "#hdl/core/expr.ts";
import { type Expr, hierarchy, type Module, operands, type Signal, type Stmt } from "#hdl/core/ir.ts";
import { eachNode, rootsOf } from "./analysis.ts";
import { type Case, type CompareOptions, classOf, compareAll, type Disagreement } from "./compare.ts";
import { lit, mux, refTo, slice } from "./expressions.ts";
import { staysInRange } from "./ranges.ts";
import { dropAssigns, prune, renamed, replaceModule, rewrite } from "./rewrite.ts";

type Candidates = Generator<Module>;

// ---- passes -------------------------------------------------------------------------------

/** Parts of a list to drop: all, halves, quarters, ..., single elements. */
function* parts<T>(list: readonly T[]): Generator<readonly T[]> {
  for (let size = list.length; size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2))
    for (let i = 0; i < list.length; i += size) yield list.slice(i, i + size);
}
/** Applies an edit of one module to the design. */
const within = (top: Module, m: Module, edited: Module): Module => (m === top ? edited : replaceModule(top, m, edited));

function* fewerOutputs(top: Module): Candidates {
  const outputs = top.ports.filter((p) => p.kind === "output");
  for (const gone of parts(outputs)) {
    if (gone.length === outputs.length) continue;
    const keep = (s: Signal): boolean => !gone.includes(s);
    yield { ...top, ports: top.ports.filter(keep), body: dropAssigns(top.body, (s) => !keep(s)) };
  }
}
/** A module below as the top. */
function* onlyChild(top: Module): Candidates {
  for (const m of hierarchy(top)) if (m !== top) yield m;
}
/** One part of a concatenation instead of the whole output. */
function* partsOfOutputs(top: Module): Candidates {
  for (const s of top.body) {
    if (s.kind !== "assign" || s.target.kind !== "whole" || s.target.signal.kind !== "output" || s.value.kind !== "concat") continue;
    const { signal } = s.target;
    for (const part of s.value.parts) {
      if (part.kind === "literal") continue;
      const made: Signal = { ...signal, width: part.width };
      const value: Stmt = { ...s, target: { kind: "whole", signal: made }, value: part };
      yield { ...top, ports: top.ports.map((p) => (p === signal ? made : p)), body: top.body.map((x) => (x === s ? value : x)) };
    }
  }
}
/** Nets, registers and outputs of children become inputs of the top. */
function* moreInputs(top: Module): Candidates {
  const pinned = new Map(top.instances.flatMap((i) => i.pins.map((p) => [p.net, { i, p }] as const)));
  for (const gone of parts(top.signals.filter((s) => pinned.get(s)?.p.direction !== "input"))) {
    const made = new Map(
      gone.map((s): [Signal, Signal] => [
        s,
        { ...s, kind: "input", origin: "user", reset: null, synchroniser: false, domain: s.domain ?? top.domains[0] ?? null },
      ]),
    );
    const without = rewrite(top, { ref: (s) => refTo(made.get(s) ?? s) });
    yield {
      ...without,
      ports: [...top.ports, ...made.values()],
      signals: top.signals.filter((s) => !made.has(s)),
      instances: top.instances.map((i) => ({ ...i, pins: i.pins.filter((p) => !made.has(p.net)) })),
      fsms: [],
      body: dropAssigns(without.body, (s) => made.has(s)),
    };
  }
}
const branches = (s: Stmt): readonly (readonly Stmt[])[] =>
  s.kind === "if" ? [s.then, s.else] : s.kind === "switch" ? [...s.cases.map((c) => c.body), s.fallback ?? []] : [];
const eachStmt = (body: readonly Stmt[], f: (s: Stmt) => void): void => {
  for (const s of body) {
    f(s);
    for (const b of branches(s)) eachStmt(b, f);
  }
};
function* fewerStatements(top: Module): Candidates {
  for (const m of hierarchy(top)) {
    const all: Stmt[] = [];
    eachStmt(m.body, (s) => all.push(s));
    for (const gone of parts(all)) {
      const set = new Set(gone);
      yield within(top, m, rewrite(m, { stmt: (s) => (set.has(s) ? [] : undefined) }));
    }
    for (const s of all) {
      for (const body of branches(s)) if (body.length > 0) yield within(top, m, rewrite(m, { stmt: (x) => (x === s ? body : undefined) }));
      if (s.kind === "store" && s.mask !== null)
        yield within(top, m, rewrite(m, { stmt: (x) => (x === s ? [{ ...s, mask: null }] : undefined) }));
    }
  }
}
/** A value in place of an expression: zero, a part of it, an input of that width. */
function* simplerExpressions(top: Module): Candidates {
  for (const m of hierarchy(top)) {
    const nodes: Expr[] = [];
    eachNode(rootsOf(m), (e) => {
      if (e.kind !== "literal") nodes.push(e);
    });
    const replaced = (e: Expr, by: Expr): Module => within(top, m, rewrite(m, { expr: (x) => (x === e ? by : undefined) }));
    // Large values first: they were met last.
    for (const e of nodes.reverse()) {
      if (e.kind !== "ref" || e.signal.kind !== "input") yield replaced(e, lit(0, e.width));
      for (const o of operands(e)) {
        if (o.width === e.width) yield replaced(e, o);
        else yield replaced(e, o.width > e.width ? slice(o, e.width - 1, 0) : { kind: "zext", a: o, width: e.width });
      }
      if (e.kind === "ref") continue;
      const input = m.ports.find((p) => p.kind === "input" && p.width === e.width && p.width > 1);
      if (input !== undefined) yield replaced(e, refTo(input));
      if (e.hint !== undefined) {
        const { hint: _, ...plain } = e;
        yield replaced(e, plain as Expr);
      }
    }
  }
}
/** Signals of fewer bits: what reads them gets zeros above, what they are assigned is cut. */
function* narrower(top: Module): Candidates {
  for (const m of hierarchy(top)) {
    for (const s of [...m.ports, ...m.signals]) {
      if (s.origin === "instance" || (m !== top && (s.kind === "input" || s.kind === "output")) || s.enumeration !== null) continue;
      for (const width of new Set([1, Math.ceil(s.width / 2), s.width - 1]))
        if (width >= 1 && width < s.width) yield within(top, m, narrowed(m, s, width));
    }
  }
}
const narrowed = (m: Module, s: Signal, width: number): Module => {
  const made: Signal = { ...s, width, reset: s.reset === null ? null : { ...s.reset, value: BigInt.asUintN(width, s.reset.value) } };
  const edited = rewrite(m, {
    ref: (x) => (x === s ? { kind: "zext", a: refTo(made), width: s.width } : refTo(x)),
    stmt: (x) => {
      if (x.kind !== "assign" || x.target.signal !== s) return undefined;
      const { target, value } = x;
      if (target.kind === "whole") return [{ ...x, target: { ...target, signal: made }, value: slice(value, width - 1, 0) }];
      if (target.kind === "element") return width % target.width === 0 ? [{ ...x, target: { ...target, signal: made } }] : [];
      if (target.lo >= width) return [];
      const hi = Math.min(target.hi, width - 1);
      return [{ ...x, target: { ...target, signal: made, hi }, value: slice(value, hi - target.lo, 0) }];
    },
  });
  const swap = (x: Signal): Signal => (x === s ? made : x);
  return { ...edited, ports: edited.ports.map(swap), signals: edited.signals.map(swap), fsms: edited.fsms.filter((f) => f.signal !== s) };
};
/** What stands in a net's place: its value, or the values of all its parts in one. */
function* withoutNets(top: Module): Candidates {
  for (const m of hierarchy(top)) {
    for (const s of m.signals) {
      if (s.kind !== "net" || s.origin === "instance") continue;
      const assigns: Extract<Stmt, { kind: "assign" }>[] = [];
      eachStmt(m.body, (x) => {
        if (x.kind === "assign" && x.target.signal === s) assigns.push(x);
      });
      const [first] = assigns;
      if (first === undefined || assigns.some((a) => !m.body.includes(a) || readsSignal(a.value, s))) continue;
      const low = (a: Extract<Stmt, { kind: "assign" }>): number => (a.target.kind === "bits" ? a.target.lo : 0);
      const parts = [...assigns].sort((a, b) => low(b) - low(a)).map((a) => a.value);
      if (parts.reduce((n, p) => n + p.width, 0) !== s.width) continue;
      const value: Expr = parts.length === 1 ? first.value : { kind: "concat", parts, width: s.width };
      const replaced = rewrite(m, { ref: (x) => (x === s ? value : refTo(x)) });
      yield within(top, m, { ...replaced, signals: m.signals.filter((x) => x !== s), body: dropAssigns(replaced.body, (x) => x === s) });
    }
  }
}
const readsSignal = (e: Expr, s: Signal): boolean => {
  let found = false;
  eachNode([e], (x) => {
    if (x.kind === "ref" && x.signal === s) found = true;
  });
  return found;
};
/** Fewer attributes: no state machine record, plain signals, memories of the plainest kind. */
function* plainer(top: Module): Candidates {
  for (const m of hierarchy(top)) {
    if (m.fsms.length > 0) yield within(top, m, { ...m, fsms: [] });
    if (m.properties.length > 0) yield within(top, m, { ...m, properties: [] });
  }
}

/** A simpler expression of the same value, if there is an obvious one: what the passes above leave behind. */
const simplified = (e: Expr): Expr | undefined => {
  if (e.kind === "zext" && e.a.kind === "literal") return lit(e.a.value, e.width);
  if (e.kind === "zext" && e.a.kind === "zext") return { ...e, a: e.a.a };
  if (e.kind !== "slice") return undefined;
  const { hi, lo, width } = e;
  switch (e.a.kind) {
    case "zext":
    case "sext": {
      const { a } = e.a;
      if (hi < a.width) return slice(a, hi, lo);
      if (lo === 0) return { kind: e.a.kind, a, width };
      return e.a.kind === "zext" && lo >= a.width ? lit(0, width) : undefined;
    }
    case "mux":
      return mux(e.a.sel, slice(e.a.a, hi, lo), slice(e.a.b, hi, lo));
    case "literal":
    case "slice":
    case "concat": {
      const simpler = sliceOf(e.a, hi, lo);
      return simpler.kind === "slice" && simpler.a === e.a ? undefined : simpler;
    }
    default:
      return undefined;
  }
};
const mostSimplified = (e: Expr): Expr | undefined => {
  const simpler = simplified(e);
  return simpler === undefined ? undefined : (mostSimplified(simpler) ?? simpler);
};
const tidy = (top: Module): Module => {
  let m = top;
  // A module that has changed makes new ones of those above it, at the same places in the list.
  for (let i = 0; i < hierarchy(m).length; i++) {
    const x = hierarchy(m)[i] as Module;
    m = within(m, x, rewrite(x, { expr: mostSimplified }));
  }
  return m;
};

const passes: readonly ((top: Module) => Candidates)[] = [
  fewerOutputs,
  partsOfOutputs,
  onlyChild,
  moreInputs,
  fewerStatements,
  simplerExpressions,
  narrower,
  withoutNets,
  plainer,
];

/** What every step must make smaller: two for each node, statement and declaration, one for each bit of a signal. */
const cost = (top: Module): number => {
  let total = 0;
  for (const m of hierarchy(top)) {
    eachNode(rootsOf(m), (e) => {
      total += e.kind === "literal" ? 1 : e.hint === undefined ? 2 : 3;
    });
    eachStmt(m.body, (s) => {
      total += s.kind === "store" && s.mask !== null ? 3 : 2;
    });
    for (const s of [...m.ports, ...m.signals]) total += 2 + s.width;
    total += 2 * (m.memories.length + m.instances.length + m.fsms.length + m.properties.length) + 10;
  }
  return total;
};

// ---- the search ---------------------------------------------------------------------------

const isValid = (top: Module): boolean => {
  try {
    return (
      top.ports.some((p) => p.kind === "output") &&
      hierarchy(top).every((m) => staysInRange(m) && checkModule(m).every((d) => d.severity !== "error"))
    );
  } catch {
    return false;
  }
};

export interface ShrinkOptions extends CompareOptions {
  /** Modules tried in one build. */
  readonly batch?: number;
  /** Builds in all. */
  readonly limit?: number;
  readonly progress?: (top: Module, builds: number) => void;
}

/** A small module that disagrees as `found` does, with what is left of the disagreement. */
export const shrink = async (
  c: Case,
  found: Disagreement,
  options: ShrinkOptions,
): Promise<{ readonly module: Module; readonly disagreement: Disagreement; readonly builds: number }> => {
  const wanted = classOf(found);
  const batch = options.batch ?? 16;
  let best = c.module;
  let disagreement = found;
  let builds = 0;
  /** Makes the first of these that still disagrees the best; its position, or -1. */
  const attempt = async (list: readonly Module[]): Promise<number> => {
    builds++;
    const cases = list.map((m, i): Case => ({ module: renamed(m, `s${i}_`), seed: c.seed }));
    const results = await compareAll(cases, options);
    for (const [i, result] of results.entries()) {
      const same = result.find((d) => classOf(d) === wanted);
      if (same === undefined) continue;
      best = list[i] as Module;
      disagreement = same;
      options.progress?.(best, builds);
      return i;
    }
    return -1;
  };
  /** Tries the candidates from the `from`-th on; where to go on after one that worked, or -1. */
  const pass = async (make: (top: Module) => Candidates, from: number): Promise<number> => {
    let list: { readonly m: Module; readonly at: number }[] = [];
    let at = -1;
    for (const candidate of make(best)) {
      if (++at < from) continue;
      if (builds >= (options.limit ?? 400)) return -1;
      const m = prune(tidy(candidate));
      if (cost(m) >= cost(best) || !isValid(m)) continue;
      list.push({ m, at });
      if (list.length < batch) continue;
      const worked = await attempt(list.map((x) => x.m));
      if (worked >= 0) return list[worked]?.at ?? -1;
      list = [];
    }
    if (list.length === 0) return -1;
    const worked = await attempt(list.map((x) => x.m));
    return worked < 0 ? -1 : (list[worked]?.at ?? -1);
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (const make of passes) {
      let from = await pass(make, 0);
      while (from >= 0) {
        changed = true;
        from = await pass(make, from);
      }
    }
  }
  return { module: best, disagreement, builds };
};
