/**
 * The hardware of a module, or the logic that serves its properties only, as processes whose expressions Verilog can
 * say, together with the wires that this takes.
 */
import { ref as refTo } from "../core/expr.ts";
import type { Expr, Instance, Memory, Module, Property, Signal, TriState } from "../core/ir.ts";
import type { ClockedProcess } from "./clocked.ts";
import type { Declaration } from "./declarations.ts";
import { Lowering, wireSignal } from "./lower.ts";
import type { Names } from "./names.ts";
import type { PinPlan } from "./pins.ts";
import { type Plan, planProcesses } from "./processes.ts";
import { constantLines, type Line, lineExprs, StatementLowering } from "./statements.ts";
import { Uses } from "./uses.ts";
import { eachExpr, leafExprs } from "./walk.ts";

/** A process, lowered. `order`: the index of the user's first statement in it. */
export type Part =
  | { readonly kind: "assign"; readonly order: number; readonly line: Extract<Line, { kind: "assign" }> }
  | { readonly kind: "combinational"; readonly order: number; readonly lines: readonly Line[] }
  | { readonly kind: "clocked"; readonly order: number; readonly process: ClockedProcess; readonly lines: readonly Line[] }
  | { readonly kind: "instance"; readonly order: number; readonly instance: Instance }
  | {
      readonly kind: "tristate";
      readonly order: number;
      readonly pin: Signal;
      readonly value: Expr;
      readonly enable: Expr;
      readonly of: TriState;
    }
  | { readonly kind: "initial"; readonly order: number; readonly memory: Memory };

export interface Region {
  readonly parts: readonly Part[];
  readonly declarations: readonly Declaration[];
  readonly procedural: ReadonlySet<Signal>;
  /** What stands at a pin of an instance. */
  readonly connections: ReadonlyMap<Signal, Expr>;
  readonly properties: readonly { readonly property: Property; readonly cond: Expr }[];
  readonly lowering: Lowering;
  /** Every lowered expression that the text holds. */
  readonly exprs: readonly Expr[];
}

/** The hardware region, or (with `hardware`) the region of the properties, which reads it. */
export const buildRegion = (m: Module, pins: PinPlan, names: Names, hardware: Region | null): Region => {
  const ghost = hardware !== null;
  const wanted = (x: Signal | Memory): boolean => x.ghost === ghost;
  const instances = m.instances.filter((i) => i.ghost === ghost);
  const properties = ghost ? m.properties : [];
  const tristates = ghost ? [] : m.tristates;
  const plan = planProcesses(m, pins.consumed, wanted);

  const uses = new Uses();
  for (const p of plan.processes) {
    if (p.kind === "assign") for (const e of leafExprs(p.stmt)) uses.add(e);
    else eachExpr(p.body, (e) => uses.add(e));
  }
  for (const e of instances.flatMap((i) => i.pins.map((p) => pins.connection.get(p.net)))) if (e !== undefined) uses.add(e);
  for (const p of properties) uses.add(p.cond);
  for (const t of tristates) for (const e of [t.value, t.enable]) uses.add(e);

  const netOf = new Map<Expr, Signal>();
  for (const p of plan.processes) {
    if (p.kind !== "assign" || p.stmt.target.kind !== "whole") continue;
    const { target, value } = p.stmt;
    const named = target.signal.kind === "net" && target.signal.origin !== "instance";
    if (named && value.kind !== "ref" && value.kind !== "literal" && !netOf.has(value)) netOf.set(value, target.signal);
  }

  // An output port cannot be taken apart: a net of the same bits is, and drives it.
  const retarget = new Map<Signal, Signal>();
  for (const s of plan.split)
    if (s.kind === "output" && wanted(s)) retarget.set(s, wireSignal(names.claim(`${s.name}_bits`), s.width, s.at));
  const real = (s: Signal): Signal => retarget.get(s) ?? s;
  const split = new Set([...plan.split].map(real));
  const procedural = new Set([...plan.procedural].map(real));

  const lowering = new Lowering({
    names,
    uses,
    named: uses.toName((e) => netOf.has(e) || hardware?.lowering.known(e) !== undefined),
    netOf,
    substitute: new Map([...pins.substitute, ...[...retarget].map(([port, net]) => [port, refTo(net)] as const)]),
    split,
    ...(hardware === null ? {} : { before: hardware.lowering }),
  });
  const parts: Part[] = plan.processes.map((p): Part => {
    if (p.kind === "assign") {
      const { target, value, at } = p.stmt;
      const context = { combinational: false, target: target.signal.name };
      const definition = netOf.get(value) === target.signal;
      const place = new StatementLowering(lowering, context, retarget).target(target);
      return { kind: "assign", order: p.order, line: { kind: "assign", place, value: lowering.lower(value, context, definition), at } };
    }
    const combinational = p.kind === "combinational";
    const lines = new StatementLowering(lowering, { combinational, target: "value" }, retarget).body(p.body);
    return combinational ? { kind: "combinational", order: p.order, lines } : { kind: "clocked", order: p.order, process: p, lines };
  });

  settleConstants(parts, procedural);

  const connections = new Map<Signal, Expr>();
  for (const i of instances) {
    for (const p of i.pins) {
      const value = pins.connection.get(p.net);
      connections.set(p.net, value === undefined ? refTo(p.net) : lowering.lower(value, { combinational: false, target: p.net.name }));
    }
    const nets = new Set(i.pins.map((p) => p.net));
    const order = m.body.findIndex((s) => s.kind === "assign" && nets.has(s.target.signal));
    parts.push({ kind: "instance", order: order - 0.5, instance: i });
  }
  for (const of of tristates) {
    const context = { combinational: false, target: of.pin.name };
    parts.push({
      kind: "tristate",
      order: Number.POSITIVE_INFINITY,
      pin: of.pin,
      value: lowering.lower(of.value, context),
      enable: lowering.lower(of.enable, context),
      of,
    });
  }
  for (const memory of m.memories) if (wanted(memory) && memory.init !== null) parts.push({ kind: "initial", order: -1, memory });
  for (const [port, net] of retarget)
    parts.push({
      kind: "assign",
      order: Number.POSITIVE_INFINITY,
      line: { kind: "assign", place: { kind: "whole", signal: port }, value: refTo(net), at: port.at },
    });
  const conditions = properties.map((property) => ({
    property,
    cond: lowering.lower(property.cond, { combinational: false, target: "property" }),
  }));

  const inline = new Set<Part>();
  const declarations = declare(m, plan, parts, inline, wanted, pins, procedural, split);
  for (const net of retarget.values())
    declarations.push({ kind: "signal", signal: net, variable: procedural.has(net), value: null, split: true });
  for (const { signal, value } of lowering.wires) declarations.push({ kind: "signal", signal, variable: false, value, split: false });

  const exprs: Expr[] = [...lowering.wires.map((w) => w.value), ...conditions.map((c) => c.cond)];
  for (const p of instances.flatMap((i) => i.pins)) if (p.direction !== "output") exprs.push(connections.get(p.net) ?? refTo(p.net));
  for (const p of parts) {
    if (p.kind === "assign") lineExprs([p.line], (e) => exprs.push(e));
    else if (p.kind === "tristate") exprs.push(p.value, p.enable);
    else if (p.kind === "combinational" || p.kind === "clocked") lineExprs(p.lines, (e) => exprs.push(e));
  }
  return {
    parts: parts.filter((p) => !inline.has(p)).sort((a, b) => (a.order === b.order ? 0 : a.order - b.order)),
    declarations,
    procedural,
    connections,
    properties: conditions,
    lowering,
    exprs,
  };
};

/** Blocks that read nothing become assignments, or part of another block that assigns bits of the same signal. */
const settleConstants = (parts: Part[], procedural: Set<Signal>): void => {
  const settled = parts.map((p) => (p.kind === "combinational" ? constantLines(p.lines) : null));
  const orders = parts.map((p) => p.order);
  parts.splice(0, parts.length, ...parts.filter((_, i) => settled[i] === null));
  settled.forEach((lines, i) => {
    for (const line of lines ?? []) {
      const signal = line.place.kind === "word" ? null : line.place.signal;
      const at = parts.findIndex((x) => x.kind === "combinational" && assigns(x.lines, signal));
      const other = parts[at];
      if (other?.kind === "combinational") parts[at] = { ...other, lines: [line, ...other.lines] };
      else {
        parts.push({ kind: "assign", order: orders[i] ?? 0, line });
        if (signal !== null) procedural.delete(signal);
      }
    }
  });
};
const assigns = (lines: readonly Line[], signal: Signal | null): boolean =>
  lines.some((l) => {
    if (l.kind === "assign") return l.place.kind !== "word" && l.place.signal === signal;
    if (l.kind === "if") return assigns(l.then, signal) || assigns(l.else, signal);
    return l.kind === "case" && (l.cases.some((c) => assigns(c.body, signal)) || assigns(l.rest?.body ?? [], signal));
  });

/** The user's signals and memories; `inline` gets the assignments that stand in a declaration. */
const declare = (
  m: Module,
  plan: Plan,
  parts: readonly Part[],
  inline: Set<Part>,
  wanted: (x: Signal | Memory) => boolean,
  pins: PinPlan,
  procedural: ReadonlySet<Signal>,
  split: ReadonlySet<Signal>,
): Declaration[] => {
  const list: Declaration[] = [];
  const memories = m.memories.filter(wanted);
  const clocksOf = (memory: Memory): number => plan.processes.filter((p) => p.kind === "clocked" && p.memories.has(memory)).length;
  const values = new Map<Signal, Part>();
  for (const p of parts) {
    // `h.nets({ empty: ... })` declares and drives in one place, and so does the Verilog.
    if (p.kind === "assign" && p.line.place.kind === "whole" && p.line.at === p.line.place.signal.at && p.line.place.signal.kind === "net")
      values.set(p.line.place.signal, p);
  }
  for (const signal of m.signals) {
    if (!wanted(signal) || pins.connection.has(signal)) continue;
    while (memories[0] !== undefined && memories[0].at.file === signal.at.file && memories[0].at.line < signal.at.line)
      list.push({ kind: "memory", memory: memories[0], clocks: clocksOf(memories.shift() as Memory) });
    const part = split.has(signal) ? undefined : values.get(signal);
    if (part !== undefined) inline.add(part);
    const value = part?.kind === "assign" ? part.line.value : null;
    list.push({ kind: "signal", signal, variable: signal.kind === "register" || procedural.has(signal), value, split: split.has(signal) });
  }
  for (const memory of memories) list.push({ kind: "memory", memory, clocks: clocksOf(memory) });
  return list;
};
