/**
 * A net or output must get a value whatever the conditions are; where a branch leaves it out, hardware would have to
 * remember the old value (a latch). The error names the signal and the conditions under which it is left out.
 */
import type { Diagnostic, Module, Signal, Stmt } from "../core/ir.ts";
import { doesWrite, mayWrite } from "./driven.ts";
import { type BranchStmt, factsOf, type Path } from "./facts.ts";
import { allBits, joined, plural, problem, showBits, showBranch } from "./show.ts";

/** Bits that every way through `body` writes, of signals that are not registers. */
const always = (body: readonly Stmt[]): ReadonlyMap<Signal, bigint> => {
  const done = new Map<Signal, bigint>();
  const add = (s: Signal, mask: bigint): void => {
    done.set(s, (done.get(s) ?? 0n) | mask);
  };
  for (const s of body) {
    if (s.kind === "assign") {
      if (s.target.signal.kind !== "register") add(s.target.signal, doesWrite(s));
    } else if (s.kind === "if" || s.kind === "switch") {
      const [first, ...others] = branchesOf(s).map((b) => always(b.body));
      for (const [signal, mask] of first ?? [])
        add(
          signal,
          others.reduce((all, o) => all & (o.get(signal) ?? 0n), mask),
        );
    }
  }
  return done;
};

/** All ways through a branching statement; a `switch` without fallback covers every value of its subject. */
const branchesOf = (s: BranchStmt): readonly { readonly branch: Path["branch"]; readonly body: readonly Stmt[] }[] =>
  s.kind === "if"
    ? [
        { branch: "otherwise", body: s.else },
        { branch: "then", body: s.then },
      ]
    : [
        ...(s.fallback === null ? [] : [{ branch: "otherwise" as const, body: s.fallback }]),
        ...s.cases.map((c) => ({ branch: c, body: c.body })),
      ];

/** Branches of a way through `body` that never writes `bit`, outermost first; null where every way does. */
const hole = (body: readonly Stmt[], signal: Signal, bit: bigint, taken: Map<string, boolean>): readonly Path[] | null => {
  const way: Path[] = [];
  for (const s of body) {
    if (s.kind === "assign") {
      if (s.target.signal === signal && (doesWrite(s) & bit) !== 0n) return null;
    } else if (s.kind === "if" || s.kind === "switch") {
      if (!writes(s, signal, bit)) continue;
      let best: { readonly way: readonly Path[]; readonly taken: Map<string, boolean>; readonly clashes: boolean } | null = null;
      for (const { branch, body: inner } of branchesOf(s)) {
        const path: Path = { up: null, stmt: s, branch };
        const facts = new Map(taken);
        const rest = hole(inner, signal, bit, facts);
        if (rest === null) continue;
        const clashes = !assume(path, facts);
        if (best === null || (best.clashes && !clashes)) best = { way: [path, ...rest], taken: facts, clashes };
        if (!clashes) break;
      }
      if (best === null) return null;
      for (const [k, v] of best.taken) taken.set(k, v);
      way.push(...best.way);
    }
  }
  return way;
};
/** Adds a branch's condition to what a way assumes; false where that contradicts it. */
const assume = (path: Path, facts: Map<string, boolean>): boolean => {
  const t = showBranch(path);
  const [, key, value] = /^(.*) is ([01])$/.exec(t) ?? [null, t, "1"];
  const holds = value === "1";
  const old = facts.get(key as string);
  facts.set(key as string, holds);
  return old === undefined || old === holds;
};
const writes = (s: Stmt, signal: Signal, bit: bigint): boolean =>
  s.kind === "assign"
    ? s.target.signal === signal && (mayWrite(s) & bit) !== 0n
    : (s.kind === "if" || s.kind === "switch") && branchesOf(s).some((b) => b.body.some((x) => writes(x, signal, bit)));

/** Nets, outputs and instance inputs that some way through the module leaves without a value. */
export const latches = (m: Module): readonly Diagnostic[] => {
  const { assignsOf } = factsOf(m);
  const found: Diagnostic[] = [];
  const complete = always(m.body);
  for (const [signal, assigns] of assignsOf) {
    if (signal.kind === "register") continue;
    const ever = assigns.reduce((mask, a) => mask | mayWrite(a.stmt), 0n);
    const missing = ever & ~(complete.get(signal) ?? 0n) & allBits(signal.width);
    if (missing === 0n) continue;
    const way = hole(m.body, signal, missing & -missing, new Map()) ?? [];
    const conditions = [...new Set(way.map(showBranch))];
    const last = way.at(-1);
    const first = assigns.find((a) => (mayWrite(a.stmt) & missing) !== 0n);
    const facts = new Map<string, boolean>();
    const possible = way.map((path) => assume(path, facts)).every(Boolean);
    const when = !possible
      ? "by one statement in all cases; join the separate ones with .elseWhen and .otherwise"
      : conditions.length > 0
        ? `when ${joined(conditions)}`
        : "where the index chooses another element";
    const at = last?.stmt.at ?? first?.stmt.at ?? signal.at;
    found.push(
      problem(
        "latch",
        at,
        `${showBits(signal, missing)} ${plural(signal, missing) ? "are" : "is"} not driven ${when}: ${possible ? "drive a default before, or add the missing branch" : "or drive a default before"} (it would be a latch)`,
        [{ message: `${signal.name} is declared here`, at: signal.at }],
      ),
    );
  }
  return found;
};
