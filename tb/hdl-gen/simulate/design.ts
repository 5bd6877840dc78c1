/** Small modules as IR, written out: what the simulator must understand, whatever the language makes of it. */
import type { ClockDomain, EnumInfo, Expr, Instance, Memory, Module, Property, Signal, Source, Stmt, TriState } from "#hdl/core/ir.ts";

let line = 0;
export const at = (): Source => ({ file: "design.ts", line: ++line, column: 1 });

export const signal = (name: string, width: number, kind: Signal["kind"], more: Partial<Signal> = {}): Signal => ({
  name,
  width,
  kind,
  origin: "user",
  domain: null,
  reset: null,
  enumeration: null,
  signed: false,
  group: 0,
  ghost: false,
  allowUnused: false,
  synchroniser: false,
  at: at(),
  doc: "",
  ...more,
});
export const clock = (name = ""): ClockDomain => ({
  name,
  clock: signal(name === "" ? "clk" : `${name}_clk`, 1, "clock"),
  reset: signal(name === "" ? "rst" : `${name}_rst`, 1, "reset"),
});
export const clk = clock();

export const input = (name: string, width: number, more: Partial<Signal> = {}): Signal => signal(name, width, "input", more);
export const output = (name: string, width: number, more: Partial<Signal> = {}): Signal => signal(name, width, "output", more);
export const net = (name: string, width: number, more: Partial<Signal> = {}): Signal => signal(name, width, "net", more);
/** A register with a synchronous reset to `value`; null for none. */
export const register = (name: string, width: number, value: bigint | null = 0n, more: Partial<Signal> = {}): Signal =>
  signal(name, width, "register", { domain: clk, reset: value === null ? null : { kind: "sync", value }, ...more });
export const memory = (name: string, width: number, depth: number, init: readonly bigint[] | null = null): Memory => ({
  name,
  width,
  depth,
  style: "auto",
  init,
  ghost: false,
  at: at(),
  doc: "",
});
export const enumeration = (name: string, width: number, members: Readonly<Record<string, bigint>>): EnumInfo => ({
  name,
  width,
  members: Object.entries(members).map(([key, value]) => ({ name: key, value })),
});

export const ref = (s: Signal): Expr => ({ kind: "ref", signal: s, width: s.width });
export const lit = (value: bigint | number, width: number): Extract<Expr, { kind: "literal" }> => ({
  kind: "literal",
  value: BigInt(value),
  width,
});
export const assign = (s: Signal, value: Expr): Stmt => ({ kind: "assign", target: { kind: "whole", signal: s }, value, at: at() });
export const assignBits = (s: Signal, hi: number, lo: number, value: Expr): Stmt => ({
  kind: "assign",
  target: { kind: "bits", signal: s, hi, lo },
  value,
  at: at(),
});
export const assignElement = (s: Signal, index: Expr, value: Expr): Stmt => ({
  kind: "assign",
  target: { kind: "element", signal: s, index, width: value.width },
  value,
  at: at(),
});
export const when = (cond: Expr, yes: readonly Stmt[], no: readonly Stmt[] = []): Stmt => ({
  kind: "if",
  cond,
  then: yes,
  else: no,
  at: at(),
});
export const store = (
  m: Memory,
  address: Expr,
  value: Expr,
  more: { readonly enable?: Expr; readonly lane?: number; readonly domain?: ClockDomain } = {},
): Stmt => ({
  kind: "store",
  memory: m,
  domain: more.domain ?? clk,
  address,
  value,
  mask: more.enable === undefined ? null : { enable: more.enable, lane: more.lane ?? 1 },
  at: at(),
});
export const binary = (op: Extract<Expr, { kind: "binary" }>["op"], a: Expr, b: Expr): Expr => ({
  kind: "binary",
  op,
  a,
  b,
  width: /^(s?[lg][te]|eq|ne)$/.test(op) ? 1 : op === "mul" || op === "smul" ? a.width + b.width : a.width,
});
export const not = (a: Expr): Expr => ({ kind: "unary", op: "not", a, width: a.width });
export const slice = (a: Expr, hi: number, lo: number): Expr => ({ kind: "slice", a, hi, lo, width: hi - lo + 1 });
export const concat = (...parts: readonly Expr[]): Expr => ({ kind: "concat", parts, width: parts.reduce((n, p) => n + p.width, 0) });
export const cell = (m: Memory, address: Expr): Expr => ({ kind: "cell", memory: m, address, width: m.width });

export interface Parts {
  readonly name?: string;
  readonly domains?: readonly ClockDomain[];
  readonly ports?: readonly Signal[];
  readonly signals?: readonly Signal[];
  readonly memories?: readonly Memory[];
  readonly instances?: readonly Instance[];
  readonly body?: readonly Stmt[];
  readonly properties?: readonly Property[];
  readonly tristates?: readonly TriState[];
}
export const design = (parts: Parts): Module => ({
  kind: "module",
  name: parts.name ?? "design",
  doc: "",
  at: at(),
  domains: parts.domains ?? [clk],
  resets: parts.domains ?? [clk],
  ports: parts.ports ?? [],
  signals: parts.signals ?? [],
  memories: parts.memories ?? [],
  instances: parts.instances ?? [],
  body: parts.body ?? [],
  properties: parts.properties ?? [],
  fsms: [],
  tristates: parts.tristates ?? [],
  warnings: [],
});
