/** A counter-example as text: a row for each signal that matters, a column for each step, values as the user knows them. */
import type { Module } from "#hdl";
import { type Expr, operands, type Signal } from "#hdl/core/ir.ts";
import { short } from "#hdl/simulate/show.ts";
import type { Waveform } from "./vcd.ts";
import { harnessName } from "./wrapper.ts";

/** More rows than this do not help; the waveform has them all. */
const mostRows = 40;

interface Row {
  readonly path: string;
  readonly signal: Signal;
}

/** Signals an expression reads, in the order in which it names them. */
const reads = (e: Expr): readonly Signal[] => {
  const found = new Set<Signal>();
  const seen = new Set<Expr>();
  const visit = (x: Expr): void => {
    if (seen.has(x)) return;
    seen.add(x);
    if (x.kind === "ref") found.add(x.signal);
    operands(x).forEach(visit);
  };
  visit(e);
  return [...found];
};

/** The module an instance path leads to: "" is the harness, "dut.queue" a block in a block. */
export const moduleAt = (harness: Module, path: string): Module => {
  let m = harness;
  for (const name of path === "" ? [] : path.split(".")) {
    const of = m.instances.find((i) => i.name === name)?.of;
    if (of?.kind !== "module") throw new Error(`${harness.name} has no instance ${path}`);
    m = of;
  }
  return m;
};

/** Rows in order of interest: what the property reads, then ports and registers of its module, then the harness. */
const rowsFor = (harness: Module, path: string, conditions: readonly Expr[], wave: Waveform): readonly Row[] => {
  const rows = new Map<string, Row>();
  const recorded = new Set(wave.paths);
  const add = (where: string, signals: readonly Signal[]): void => {
    for (const signal of signals) {
      const full = where === "" ? signal.name : `${where}.${signal.name}`;
      if (signal.kind !== "clock" && recorded.has(`${harnessName}.${full}`)) rows.set(full, rows.get(full) ?? { path: full, signal });
    }
  };
  const m = moduleAt(harness, path);
  const users = (list: readonly Signal[]): readonly Signal[] => list.filter((s) => s.origin === "user");
  const resets = harness.resets.map((d) => d.reset);
  add("", harness.domains.length > 1 ? resets : []);
  add(path, conditions.flatMap(reads));
  add(path, [...m.ports, ...users(m.signals).filter((s) => s.kind === "register")]);
  add("", harness.ports);
  add("", users(harness.signals));
  return [...rows.values()].slice(0, mostRows);
};

/** One row: runs of equal values share a label; bits are drawn as levels. */
const draw = (signal: Signal, values: readonly bigint[], width: number): string => {
  if (signal.width === 1 && signal.enumeration === null)
    return values
      .map(
        (v, i) => (v === (values[i - 1] ?? v) ? (v === 0n ? "_" : "¯") : v === 0n ? "\\" : "/") + (v === 0n ? "_" : "¯").repeat(width - 1),
      )
      .join("");
  let out = "";
  for (let i = 0; i < values.length; ) {
    let end = i + 1;
    while (end < values.length && values[end] === values[i]) end++;
    const room = (end - i) * width - 1;
    const label = short(signal, values[i] as bigint);
    out += `|${(label.length > room ? `${label.slice(0, room - 1)}…` : label).padEnd(room)}`;
    i = end;
  }
  return out;
};

/** The trace up to and including step `last`. Enumerations by member, numbers from 10 up in hexadecimal. */
export const traceText = (harness: Module, path: string, conditions: readonly Expr[], wave: Waveform, last: number): string => {
  const steps = Array.from({ length: last - wave.first + 1 }, (_, i) => wave.first + i);
  const several = harness.domains.length > 1;
  const clocks: readonly Row[] = several ? harness.domains.map((d) => ({ path: d.clock.name, signal: d.clock })) : [];
  const rows = [...clocks, ...rowsFor(harness, path, conditions, wave)].map((r) => ({
    ...r,
    values: steps.map((s) => wave.value(`${harnessName}.${r.path}`, s) ?? 0n),
  }));
  const labels = rows.flatMap((r) =>
    r.signal.width === 1 && r.signal.enumeration === null ? [] : r.values.map((v) => short(r.signal, v).length),
  );
  const width = Math.min(16, Math.max(4, ...labels.map((n) => n + 2)));
  const head = several ? "step" : "cycle";
  const margin = Math.max(head.length, ...rows.map((r) => r.path.length)) + 1;
  return [
    head.padEnd(margin) + steps.map((s) => ` ${s}`.padEnd(width)).join(""),
    ...rows.map((r) => r.path.padEnd(margin) + draw(r.signal, r.values, width)),
  ]
    .map((l) => `${l.trimEnd()}\n`)
    .join("");
};
