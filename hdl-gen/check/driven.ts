/**
 * Every bit that is read has one source: nothing undriven, and no assignment that a later one always hides. Order counts:
 * a default followed by overrides, or a whole value followed by some of its bits, is how hardware is written; an
 * assignment that can never have an effect, or two that share only some bits, is a mistake.
 */
import type { Diagnostic, Module, Signal, Source, Stmt } from "../core/ir.ts";
import { type AssignStmt, factsOf } from "./facts.ts";
import { allBits, plural, problem, remark, showBits } from "./show.ts";

/** Highest and lowest bit an assignment may write. */
export const span = (s: AssignStmt): readonly [hi: number, lo: number] =>
  s.target.kind === "bits" ? [s.target.hi, s.target.lo] : [s.target.signal.width - 1, 0];
/** Does it write all of `span` whenever it stands? An element chosen at run time is none in particular. */
export const isCertain = (s: AssignStmt): boolean => s.target.kind !== "element" || s.target.width === s.target.signal.width;
/** Bits an assignment may write. */
export const mayWrite = (s: AssignStmt): bigint => {
  const [hi, lo] = span(s);
  return allBits(hi - lo + 1) << BigInt(lo);
};
/** Bits it writes whenever it stands. */
export const doesWrite = (s: AssignStmt): bigint => (isCertain(s) ? mayWrite(s) : 0n);

/** Bits of nets, outputs and pins of instances that nothing drives, and registers that nothing assigns. */
export const undriven = (m: Module): readonly Diagnostic[] => {
  const { assignsOf, pinOf } = factsOf(m);
  const found: Diagnostic[] = [];
  for (const s of [...m.ports, ...m.signals]) {
    if (s.kind === "input" || s.kind === "inout") continue;
    const pin = pinOf.get(s);
    if (pin !== undefined && pin.pin.direction !== "input") continue;
    const driven = (assignsOf.get(s) ?? []).reduce((mask, a) => mask | mayWrite(a.stmt), 0n);
    const missing = allBits(s.width) & ~driven;
    if (missing === 0n) continue;
    const what = showBits(s, missing);
    const verb = plural(s, missing) ? "are" : "is";
    if (s.kind === "register") {
      if (s.reset === null)
        found.push(
          problem("undriven", s.at, `register ${what} ${verb} never assigned and ${plural(s, missing) ? "have" : "has"} no reset value`),
        );
      else if (driven === 0n && !s.allowUnused)
        found.push(remark("undriven", s.at, `register ${s.name} is never assigned: it keeps its reset value ${s.reset.value}`));
    } else if (pin !== undefined) {
      const { instance } = pin;
      const input = showBits({ ...s, name: pin.pin.port }, missing);
      found.push(
        problem("undriven", instance.at, `${input}, an input of instance ${instance.name} (${instance.of.name}), ${verb} not driven`),
      );
    } else found.push(problem("undriven", s.at, `${s.kind} ${what} ${verb} not driven`));
  }
  return found;
};

interface Earlier {
  readonly mask: bigint;
  readonly at: Source;
  /** Stands in the same block, so that it takes effect whenever the later one does. */
  readonly here: boolean;
}
/** Assignments of a block so far, per signal, with all bits they may write. */
type Block = Map<Signal, { all: bigint; readonly list: Earlier[] }>;

/** Assignments that a later one hides or partly hides, and drives of what something else drives. */
export const doublyDriven = (m: Module): readonly Diagnostic[] => {
  const { pinOf } = factsOf(m);
  const found: Diagnostic[] = [];
  const add = (block: Block, s: Signal, e: Earlier): void => {
    const known = block.get(s);
    if (known === undefined) block.set(s, { all: e.mask, list: [e] });
    else {
      known.all |= e.mask;
      known.list.push(e);
    }
  };
  const check = (s: AssignStmt, block: Block): void => {
    const signal = s.target.signal;
    const pin = pinOf.get(signal);
    if (signal.kind === "input" || signal.kind === "clock" || signal.kind === "reset")
      found.push(
        problem("assign", s.at, `${signal.name} is an input: the outside drives it`, [
          { message: `${signal.name} is declared here`, at: signal.at },
        ]),
      );
    if (pin !== undefined && pin.pin.direction === "output")
      found.push(
        problem(
          "doubly-driven",
          s.at,
          `${signal.name} is driven by output ${pin.pin.port} of instance ${pin.instance.name} and cannot be driven again`,
          [{ message: `instance ${pin.instance.name} is here`, at: pin.instance.at }],
        ),
      );
    const mask = doesWrite(s);
    const before = block.get(signal);
    if (before !== undefined && (before.all & mask) !== 0n) {
      const verb = signal.kind === "register" ? "assigned" : "driven";
      const clash = before.list.find((e) => (e.mask & mask) !== 0n && !allowed(e, mask));
      if (clash !== undefined) {
        const shared = clash.mask & mask;
        const hidden = (clash.mask & ~mask) === 0n;
        const what = showBits(signal, shared);
        const are = plural(signal, shared) ? "are" : "is";
        const how = !hidden
          ? "only some bits of the earlier one"
          : clash.here
            ? "the earlier one has no effect"
            : "this one hides an earlier one that stands under a condition";
        found.push(
          problem("doubly-driven", s.at, `${what} ${are} ${verb} twice: ${how}`, [{ message: `${verb} here first`, at: clash.at }]),
        );
        // One report per pair is enough: what was hidden is forgotten.
        before.list.splice(0, before.list.length, ...before.list.filter((e) => (e.mask & mask) === 0n));
      }
    }
    add(block, signal, { mask: mayWrite(s), at: s.at, here: true });
  };
  const walk = (body: readonly Stmt[]): Block => {
    const block: Block = new Map();
    const inner = (branch: readonly Stmt[]): void => {
      for (const [s, { list }] of walk(branch)) for (const e of list) add(block, s, { ...e, here: false });
    };
    for (const s of body)
      if (s.kind === "assign") check(s, block);
      else if (s.kind === "if") [s.then, s.else].forEach(inner);
      else if (s.kind === "switch") [...s.cases.map((c) => c.body), s.fallback ?? []].forEach(inner);
    return block;
  };
  walk(m.body);
  return found;
};
/** A wider value and then some of its bits; an element chosen at run time and then a certain one. */
const allowed = (earlier: Earlier, mask: bigint): boolean => (earlier.mask & mask) === mask && earlier.mask !== mask;
