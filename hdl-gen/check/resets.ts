/**
 * Registers without reset hold anything after power-up. As payload that a valid bit guards they are fine; where they
 * decide by themselves (a condition, a write enable, a valid or ready that leaves the module) the design starts at random.
 *
 * A value counts as guarded where it is ANDed with something that is reset, chosen by it (mux, default and override), or
 * stands under a condition that is. This is a reading of the text, not a proof: it warns of what nothing guards.
 */
import type { Diagnostic, Expr, Module, Signal, Source, Stmt } from "../core/ir.ts";
import { decider, factsOf, type Path } from "./facts.ts";
import { remark, showExpr } from "./show.ts";

/** Outputs that others act upon. */
const controls = /(^|_)[a-z]{0,2}(valid|ready|irq)$/;

/** Warnings for registers without reset that feed control. */
export const missingResets = (m: Module): readonly Diagnostic[] => {
  const { assignsOf, branches } = factsOf(m);
  const suspects = m.signals.filter((s) => s.kind === "register" && s.reset === null && !s.synchroniser && !s.ghost);
  if (suspects.length === 0) return [];

  const exprs = new Map<Expr, Signal | null>();
  const nets = new Map<Signal, Signal | null>();
  const ofNet = (s: Signal): Signal | null => {
    if (s.kind === "register") return s.reset === null && !s.synchroniser ? s : null;
    const known = nets.get(s);
    if (known !== undefined) return known;
    nets.set(s, null);
    const assigns = assignsOf.get(s) ?? [];
    const wild = assigns.map((a) => (guarded(a.path) ? null : culprit(a.stmt.value)));
    const made = assigns.length > 0 && wild.every((w) => w !== null) ? (wild[0] as Signal) : null;
    nets.set(s, made);
    return made;
  };
  /** A register without reset that decides this value, or null. */
  const culprit = (e: Expr): Signal | null => {
    if (e.kind === "literal") return null;
    if (e.kind === "ref") return ofNet(e.signal);
    const known = exprs.get(e);
    if (known !== undefined) return known;
    const made = judge(e);
    exprs.set(e, made);
    return made;
  };
  const any = (...list: readonly Expr[]): Signal | null => {
    for (const e of list) {
      const c = culprit(e);
      if (c !== null) return c;
    }
    return null;
  };
  const both = (a: Expr, b: Expr): Signal | null => (culprit(a) === null || culprit(b) === null ? null : culprit(a));
  const judge = (e: Exclude<Expr, { kind: "literal" | "ref" }>): Signal | null => {
    switch (e.kind) {
      case "binary":
        if (e.op === "and") return both(e.a, e.b);
        // `!valid | flag` is the guard of an implication.
        if (e.op === "or" && [e.a, e.b].some((x) => x.kind === "unary" && x.op === "not")) return both(e.a, e.b);
        return any(e.a, e.b);
      case "mux":
        return culprit(e.sel) ?? both(e.a, e.b);
      case "concat":
        return any(...e.parts);
      case "index":
        return any(e.of, e.index);
      case "cell":
        return culprit(e.address);
      default:
        return culprit(e.a);
    }
  };
  const guarded = (path: Path | null): boolean => {
    for (let p = path; p !== null; p = p.up) if (culprit(decider(p.stmt)) === null) return true;
    return false;
  };

  const found: Diagnostic[] = [];
  const told = new Set<Signal>();
  const tell = (s: Signal, what: string, at: Source): void => {
    if (told.has(s)) return;
    told.add(s);
    found.push(
      remark(
        "missing-reset",
        s.at,
        `register ${s.name} has no reset and decides ${what}: give it one, or guard it with a signal that has`,
        [{ message: "it decides here", at }],
      ),
    );
  };
  const seen = new Set<Stmt>();
  for (const { stmt, up } of branches) {
    if (seen.has(stmt)) continue;
    seen.add(stmt);
    const c = culprit(decider(stmt));
    if (c !== null && !guarded(up) && steers(stmt))
      tell(c, `${stmt.kind === "if" ? "the condition" : "the switch on"} ${showExpr(decider(stmt)) ?? `of ${c.name} and others`}`, stmt.at);
  }
  for (const s of m.ports) {
    if (s.kind !== "output" || !controls.test(s.name)) continue;
    const c = ofNet(s);
    if (c !== null) tell(c, `output ${s.name}`, assignsOf.get(s)?.[0]?.stmt.at ?? s.at);
  }
  return found;
};

/** Does a statement change more than registers that have no reset themselves? */
const steers = (s: Stmt): boolean => {
  switch (s.kind) {
    case "assign":
      return !s.target.signal.ghost && (s.target.signal.kind !== "register" || s.target.signal.reset !== null);
    case "store":
      return !s.memory.ghost;
    case "if":
      return [...s.then, ...s.else].some(steers);
    case "switch":
      return [...s.cases.flatMap((c) => c.body), ...(s.fallback ?? [])].some(steers);
  }
};
