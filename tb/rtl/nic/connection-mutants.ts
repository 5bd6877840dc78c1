/**
 * Broken wires of a module, all in one: its inputs say which wire is broken and how, so that one compilation serves them
 * all. Any bits of a wire are turned or stuck, or two wires are exchanged.
 */
import type { Module } from "#hdl";
import type { Expr, Signal, Stmt } from "#hdl/core/ir.ts";

/** Inputs: number of the broken wire, from 1 on, and 0 for none; its value becomes `value & keep ^ turn`. */
export const broken = "broken";
export const keep = "broken_keep";
export const turn = "broken_turn";
/** Number of the wire that it is exchanged with, or 0. Both must be as wide. */
export const exchanged = "exchanged";
const numberBits = 12;

export interface Wire {
  readonly name: string;
  readonly width: number;
  /** What it is driven by, where that is one signal: two wires of one source are the same exchanged. */
  readonly source: Signal | null;
}

const literal = (width: number, value: number): Expr => ({ kind: "literal", width, value: BigInt(value) });
const ref = (signal: Signal): Expr => ({ kind: "ref", width: signal.width, signal });

/** The module with those inputs, and its wires in the order of their numbers. Its body must be assignments alone. */
export const withBrokenWires = <M extends Module>(m: M): { readonly module: M; readonly wires: readonly Wire[] } => {
  const like = m.ports.find((p) => p.kind === "input");
  if (like === undefined) throw new Error(`${m.name} has no input to make others like`);
  const body = m.body.map((s) => {
    if (s.kind !== "assign" || s.target.kind !== "whole")
      throw new Error(`${m.name} has more than wires: a statement at line ${s.at.line}`);
    return { ...s, target: s.target };
  });
  const widest = Math.max(...body.map((s) => s.value.width));
  const signal = (name: string, width: number, kind: "input" | "net"): Signal => ({
    ...{ ...like, name, width, kind, enumeration: null, group: -1, doc: "" },
  });
  const [which, other] = [signal(broken, numberBits, "input"), signal(exchanged, numberBits, "input")];
  const [kept, turned] = [signal(keep, widest, "input"), signal(turn, widest, "input")];
  const is = (number: Signal, i: number): Expr => ({
    kind: "binary",
    op: "eq",
    width: 1,
    a: ref(number),
    b: literal(numberBits, i + 1),
  });
  const mux = (sel: Expr, a: Expr, b: Expr): Expr => ({ kind: "mux", width: a.width, sel, a, b });
  const low = (e: Expr, width: number): Expr => (e.width === width ? e : { kind: "slice", width, a: e, hi: width - 1, lo: 0 });

  // What the wires of a width carry that the inputs name.
  const nets: Signal[] = [];
  const picks: Stmt[] = [];
  const picked = (number: Signal, width: number): Expr => {
    const name = `${number.name}_${width}`;
    const known = nets.find((n) => n.name === name);
    if (known !== undefined) return ref(known);
    const net = signal(name, width, "net");
    const value = body.reduce<Expr>((v, s, i) => (s.value.width === width ? mux(is(number, i), s.value, v) : v), literal(width, 0));
    nets.push(net);
    picks.push({ kind: "assign", target: { kind: "whole", signal: net }, value, at: m.at });
    return ref(net);
  };
  const changed = body.map((s, i): Stmt => {
    const { width } = s.value;
    const bits: Expr = {
      kind: "binary",
      op: "xor",
      width,
      a: { kind: "binary", op: "and", width, a: s.value, b: low(ref(kept), width) },
      b: low(ref(turned), width),
    };
    const alone: Expr = { kind: "binary", op: "eq", width: 1, a: ref(other), b: literal(numberBits, 0) };
    const mine = mux(alone, bits, picked(other, width));
    return { ...s, value: mux(is(which, i), mine, mux(is(other, i), picked(which, width), s.value)) };
  });
  const module = {
    ...m,
    ports: [...m.ports, which, other, kept, turned],
    signals: [...m.signals, ...nets],
    body: [...picks, ...changed],
    properties: [],
  };
  const wires = body.map((s) => ({
    name: s.target.signal.name,
    width: s.value.width,
    source: s.value.kind === "ref" ? s.value.signal : null,
  }));
  return { module, wires };
};
