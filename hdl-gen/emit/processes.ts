/**
 * The statement tree of a module, where all kinds of assignments stand together, as Verilog's processes: continuous
 * assignments, `always @*` and `always @(posedge clk)`, in the order of the user's first statement in each.
 */
import type { Memory, Module, Signal, Stmt, Target } from "../core/ir.ts";
import { partition, splitSignals } from "./blocks.ts";
import { type ClockedProcess, planClocked } from "./clocked.ts";
import { combinational, type Unit } from "./combinational.ts";
import { withoutIdle } from "./idle.ts";
import { prune } from "./prune.ts";

export type Assignment = Extract<Stmt, { kind: "assign" }>;
export interface CombinationalProcess {
  readonly kind: "combinational";
  readonly order: number;
  readonly signals: readonly Signal[];
  readonly body: readonly Stmt[];
}
export type Process =
  | { readonly kind: "assign"; readonly order: number; readonly stmt: Assignment }
  | CombinationalProcess
  | ClockedProcess;

export interface Plan {
  readonly processes: readonly Process[];
  /** Nets and outputs that an `always` block assigns: `reg` in Verilog. */
  readonly procedural: ReadonlySet<Signal>;
  /** Signals that simulators must take apart; see `splitSignals`. */
  readonly split: ReadonlySet<Signal>;
}

const covers = (t: Target, u: Unit): boolean => t.kind === "whole" || (t.kind === "bits" && t.hi === u.hi && t.lo === u.lo);

/**
 * The processes of a prepared module. `consumed`: statements that stand in port connections already;
 * `wanted`: the signals and memories of this region (hardware or properties).
 */
export const planProcesses = (m: Module, consumed: ReadonlySet<Stmt>, wanted: (x: Signal | Memory) => boolean): Plan => {
  const order = new Map(m.body.map((s, i) => [s, i]));
  const comb = combinational(m);
  const processes: Process[] = [...planClocked(m, wanted)];
  const procedural = new Set<Signal>();
  const blockUnits: Unit[] = [];

  for (const [signal, units] of comb.units) {
    if (!wanted(signal) || units.every((u) => u.assignments.every((a) => consumed.has(a.stmt)))) continue;
    const single = units.every((u) => u.assignments.length === 1 && u.assignments.every((a) => !a.conditional && covers(a.stmt.target, u)));
    if (single)
      for (const a of units.flatMap((u) => u.assignments)) processes.push({ kind: "assign", order: order.get(a.stmt) ?? 0, stmt: a.stmt });
    else blockUnits.push(...units);
  }
  for (const block of partition(blockUnits, comb)) {
    const assignments = block.flatMap((u) => u.assignments);
    const statements = new Set<Stmt>(assignments.map((a) => a.stmt));
    const concerned = [...new Set(assignments.map((a) => a.top))].sort((a, b) => a - b);
    const parts = concerned.map((top) => prune([m.body[top] as Stmt], (leaf) => statements.has(leaf)));
    const at = concerned[parts.findIndex((p) => p.length > 0)] ?? -1;
    const body = parts.flat();
    const signals = [...new Set(block.map((u) => u.signal))];
    for (const s of signals) procedural.add(s);
    processes.push({ kind: "combinational", order: at, signals, body: withoutIdle(body) });
  }
  return { processes: processes.sort((a, b) => a.order - b.order), procedural, split: splitSignals(comb, m) };
};
