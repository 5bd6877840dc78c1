/**
 * The IR keeps its own rules: widths agree, constants fit, indices are in range, and everything used belongs to the
 * module. The language refuses most of this while it builds; here it holds for IR from any source.
 */
import type { Diagnostic, Expr, Memory, Module, Signal, Source, Stmt } from "../core/ir.ts";
import { decider, eachNode, factsOf, roots } from "./facts.ts";
import { allBits, problem, showExpr } from "./show.ts";

const bits = (n: number): string => `${n} bit${n === 1 ? "" : "s"}`;
const called = (e: Expr): string => showExpr(e) ?? `a value of ${bits(e.width)}`;

/** What is wrong with a node, given operands that are right; null for a good one. */
const fault = (e: Expr): readonly [code: string, message: string] | null => {
  const same = (a: Expr, b: Expr, op: string): readonly [string, string] | null =>
    a.width === b.width ? null : ["width", `${op}: ${called(a)} has ${bits(a.width)} and ${called(b)} has ${bits(b.width)}`];
  const is = (width: number): readonly [string, string] | null =>
    e.width === width ? null : ["width", `${called(e)} has ${bits(width)} and is taken for ${bits(e.width)}`];
  switch (e.kind) {
    case "literal":
      return e.value >= 0n && e.value <= allBits(e.width) ? null : ["literal", `${e.value} does not fit ${bits(e.width)}`];
    case "ref":
      return is(e.signal.width);
    case "unary":
      return is(e.op === "not" || e.op === "neg" ? e.a.width : 1);
    case "binary":
      switch (e.op) {
        case "mul":
        case "smul":
          return is(e.a.width + e.b.width);
        case "div":
        case "mod":
          if (e.b.kind !== "literal" || e.b.value === 0n)
            return ["literal", `${e.op} of ${called(e.a)}: the divisor must be a constant other than 0`];
          return same(e.a, e.b, e.op) ?? is(e.a.width);
        case "shl":
        case "shr":
        case "sra":
          return is(e.a.width);
        case "and":
        case "or":
        case "xor":
        case "add":
        case "sub":
          return same(e.a, e.b, e.op) ?? is(e.a.width);
        default:
          return same(e.a, e.b, e.op) ?? is(1);
      }
    case "mux":
      if (e.sel.width !== 1) return ["width", `mux: the condition ${called(e.sel)} has ${bits(e.sel.width)}`];
      return same(e.a, e.b, "mux") ?? is(e.a.width);
    case "slice":
      if (e.lo < 0 || e.hi < e.lo || e.hi >= e.a.width)
        return ["index", `bits ${e.hi} to ${e.lo} of ${called(e.a)}: it has bits ${e.a.width - 1} to 0`];
      return is(e.hi - e.lo + 1);
    case "concat":
      return is(e.parts.reduce((n, p) => n + p.width, 0));
    case "repeat":
      return is(e.a.width * e.count);
    case "zext":
    case "sext":
      return e.width >= e.a.width ? null : ["width", `${e.kind} of ${called(e.a)}, which has ${bits(e.a.width)}, to ${bits(e.width)}`];
    case "index":
      return e.of.width % e.width === 0
        ? elementFault(called(e.of), e.of.width, e.width, e.index)
        : ["index", `${called(e.of)} of ${bits(e.of.width)} seen as elements of ${bits(e.width)}`];
    case "cell":
      return is(e.memory.width) ?? wordFault(e.memory, e.address);
  }
};
const elementFault = (what: string, whole: number, width: number, index: Expr): readonly [string, string] | null =>
  index.kind === "literal" && (index.value + 1n) * BigInt(width) > BigInt(whole)
    ? ["index", `element ${index.value} of ${what}: it has elements 0 to ${whole / width - 1}`]
    : null;
const wordFault = (m: Memory, address: Expr): readonly [string, string] | null =>
  address.kind === "literal" && address.value >= BigInt(m.depth)
    ? ["index", `word ${address.value} of ${m.name}: it has words 0 to ${m.depth - 1}`]
    : null;

const targetFault = (s: Extract<Stmt, { kind: "assign" }>): readonly [string, string] | null => {
  const t = s.target;
  const { name, width } = t.signal;
  if (t.kind === "bits" && (t.lo < 0 || t.hi < t.lo || t.hi >= width))
    return ["index", `bits ${t.hi} to ${t.lo} of ${name}: it has bits ${width - 1} to 0`];
  if (t.kind === "element") {
    if (width % t.width !== 0) return ["index", `${name} of ${bits(width)} seen as elements of ${bits(t.width)}`];
    const wrong = elementFault(name, width, t.width, t.index);
    if (wrong !== null) return wrong;
  }
  const wanted = t.kind === "whole" ? width : t.kind === "bits" ? t.hi - t.lo + 1 : t.width;
  return s.value.width === wanted
    ? null
    : ["width", `${name}: ${bits(wanted)} assigned from ${called(s.value)}, which has ${bits(s.value.width)}`];
};

/** Widths, constants, ranges and ownership. Where this finds something the other checks have nothing to stand on. */
export const wellFormed = (m: Module): readonly Diagnostic[] => {
  const { assigns, stores, branches, signals } = factsOf(m);
  const memories = new Set(m.memories);
  const found: Diagnostic[] = [];
  const report = (wrong: readonly [string, string] | null, at: Source): void => {
    if (wrong !== null) found.push(problem(wrong[0], at, wrong[1]));
  };
  const strangers = new Set<Signal | Memory>();
  const belongs = (s: Signal | Memory, own: boolean, at: Source): void => {
    if (own || strangers.has(s)) return;
    strangers.add(s);
    found.push(
      problem("foreign", at, `${s.name} belongs to another module; ${m.name} can use it only through a port`, [
        { message: `${s.name} is declared here`, at: s.at },
      ]),
    );
  };
  eachNode(roots(m), (e, at) => {
    report(fault(e), at);
    if (e.kind === "ref") belongs(e.signal, signals.has(e.signal), at);
    if (e.kind === "cell") belongs(e.memory, memories.has(e.memory), at);
  });
  for (const { stmt } of assigns) {
    report(targetFault(stmt), stmt.at);
    belongs(stmt.target.signal, signals.has(stmt.target.signal), stmt.at);
  }
  for (const { stmt: s } of stores) {
    belongs(s.memory, memories.has(s.memory), s.at);
    if (s.value.width !== s.memory.width)
      report(
        ["width", `${s.memory.name}: words of ${bits(s.memory.width)} written from ${called(s.value)}, which has ${bits(s.value.width)}`],
        s.at,
      );
    if (s.mask !== null && s.mask.enable.width * s.mask.lane !== s.memory.width)
      report(
        ["width", `${s.memory.name}: ${s.mask.enable.width} lanes of ${bits(s.mask.lane)} for words of ${bits(s.memory.width)}`],
        s.at,
      );
    report(wordFault(s.memory, s.address), s.at);
  }
  for (const stmt of new Set(branches.map((b) => b.stmt)))
    if (stmt.kind === "if" && decider(stmt).width !== 1)
      report(["width", `the condition ${called(stmt.cond)} has ${bits(stmt.cond.width)}; say .any(), .all() or .eq(...)`], stmt.at);
  for (const s of m.signals)
    if (s.reset !== null && (s.reset.value < 0n || s.reset.value > allBits(s.width)))
      report(["reset", `${s.name}: reset value ${s.reset.value} does not fit ${bits(s.width)} (0 to ${allBits(s.width)})`], s.at);
  for (const x of m.memories) {
    if (x.init !== null && x.init.length > x.depth)
      report(["memory", `${x.name}: ${x.init.length} initial words for a memory of ${x.depth}`], x.at);
    const wide = x.init?.findIndex((v) => v < 0n || v > allBits(x.width)) ?? -1;
    if (wide >= 0) report(["literal", `${x.name}: initial word ${wide}, ${x.init?.[wide]}, does not fit ${bits(x.width)}`], x.at);
  }
  return found;
};
