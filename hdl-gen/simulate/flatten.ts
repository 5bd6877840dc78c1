/**
 * One flat design out of a hierarchy: what a simulator runs has no modules. The top's signals stay the objects they are;
 * children's become new ones named by their path ("child.count"). A pin of a child and the parent's net are one signal. Equal expressions become one object,
 * so that later passes find shared values by identity.
 */
import {
  type ClockDomain,
  type Expr,
  type ExternalModule,
  HdlError,
  type Instance,
  type Memory,
  type Module,
  type Property,
  type Signal,
  type Stmt,
  type Target,
} from "../core/ir.ts";

export interface FlatDesign {
  readonly top: Module;
  /** The top's domains; all state belongs to one of them. */
  readonly domains: readonly ClockDomain[];
  /** What the outside drives: inputs, resets and the outer side of tri-state pins. */
  readonly inputs: readonly Signal[];
  readonly nets: readonly Signal[];
  readonly registers: readonly Signal[];
  readonly memories: readonly Memory[];
  readonly body: readonly Stmt[];
  readonly properties: readonly Property[];
  /** Everything that can be looked at, by path. Several paths may lead to one signal. */
  readonly signals: ReadonlyMap<string, Signal>;
  readonly memoryPaths: ReadonlyMap<string, Memory>;
}

/** Makes one object of equal expressions. Hints and literal spelling are dropped: they mean nothing to a simulator. */
export class ExprPool {
  readonly #ids = new Map<object, number>();
  readonly #known = new Map<string, Expr>();
  #id(o: object): number {
    let id = this.#ids.get(o);
    if (id === undefined) {
      id = this.#ids.size;
      this.#ids.set(o, id);
    }
    return id;
  }
  #key(e: Expr): string {
    switch (e.kind) {
      case "literal":
        return `l${e.value}`;
      case "ref":
        return `r${this.#id(e.signal)}`;
      case "unary":
        return `u${e.op},${this.#id(e.a)}`;
      case "binary":
        return `b${e.op},${this.#id(e.a)},${this.#id(e.b)}`;
      case "mux":
        return `m${this.#id(e.sel)},${this.#id(e.a)},${this.#id(e.b)}`;
      case "slice":
        return `s${e.lo},${this.#id(e.a)}`;
      case "concat":
        return `c${e.parts.map((p) => this.#id(p)).join()}`;
      case "repeat":
        return `x${this.#id(e.a)}`;
      case "zext":
      case "sext":
        return `${e.kind[0] === "z" ? "z" : "e"}${this.#id(e.a)}`;
      case "index":
        return `i${this.#id(e.of)},${this.#id(e.index)}`;
      case "cell":
        return `w${this.#id(e.memory)},${this.#id(e.address)}`;
    }
  }
  /** The one object for an expression whose operands came from here. */
  intern<E extends Expr>(e: E): E {
    const key = `${e.width}${this.#key(e)}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known as E;
    this.#known.set(key, e);
    return e;
  }
}

/** Rebuilds an expression with other operands. `ref` and `memory` say what signals and memories become. */
export const rebuild = (e: Expr, operand: (e: Expr) => Expr, ref: (s: Signal) => Expr, memory: (m: Memory) => Memory): Expr => {
  switch (e.kind) {
    case "literal":
      return { kind: "literal", value: e.value, width: e.width };
    case "ref":
      return ref(e.signal);
    case "unary":
      return { kind: "unary", op: e.op, a: operand(e.a), width: e.width };
    case "binary":
      return { kind: "binary", op: e.op, a: operand(e.a), b: operand(e.b), width: e.width };
    case "mux":
      return { kind: "mux", sel: operand(e.sel), a: operand(e.a), b: operand(e.b), width: e.width };
    case "slice":
      return { kind: "slice", a: operand(e.a), hi: e.hi, lo: e.lo, width: e.width };
    case "concat":
      return { kind: "concat", parts: e.parts.map(operand), width: e.width };
    case "repeat":
      return { kind: "repeat", a: operand(e.a), count: e.count, width: e.width };
    case "zext":
    case "sext":
      return { kind: e.kind, a: operand(e.a), width: e.width };
    case "index":
      return { kind: "index", of: operand(e.of), index: operand(e.index), width: e.width };
    case "cell":
      return { kind: "cell", memory: memory(e.memory), address: operand(e.address), width: e.width };
  }
};

class Flattener {
  readonly pool: ExprPool;
  readonly inputs: Signal[] = [];
  readonly nets: Signal[] = [];
  readonly registers: Signal[] = [];
  readonly memories: Memory[] = [];
  readonly body: Stmt[] = [];
  readonly properties: Property[] = [];
  readonly signals = new Map<string, Signal>();
  readonly memoryPaths = new Map<string, Memory>();

  constructor(pool: ExprPool) {
    this.pool = pool;
  }

  /** Adds one instance of `m`; `outer` says which flat signals its ports, clocks and resets are, `domains` likewise. */
  add(m: Module, path: string, outer: ReadonlyMap<Signal, Signal>, domains: ReadonlyMap<ClockDomain, ClockDomain>): void {
    const signals = new Map(outer);
    const domain = (d: ClockDomain | null): ClockDomain | null => (d === null ? null : (domains.get(d) ?? null));
    const declare = (s: Signal, list: Signal[]): void => {
      let flat = signals.get(s);
      if (flat === undefined) {
        flat = path === "" ? s : { ...s, name: path + s.name, domain: domain(s.domain) };
        signals.set(s, flat);
        list.push(flat);
      }
      this.signals.set(path + s.name, flat);
    };
    for (const d of m.domains) declare(d.reset, this.inputs);
    for (const p of m.ports) declare(p, p.kind === "output" ? this.nets : this.inputs);
    for (const s of m.signals) declare(s, s.kind === "register" ? this.registers : this.nets);
    for (const i of m.instances) for (const p of i.pins) declare(p.net, this.nets);
    const memories = new Map<Memory, Memory>();
    for (const memory of m.memories) {
      const flat = path === "" ? memory : { ...memory, name: path + memory.name };
      memories.set(memory, flat);
      this.memories.push(flat);
      this.memoryPaths.set(flat.name, flat);
    }

    const made = new Map<Expr, Expr>();
    const signal = (s: Signal): Signal =>
      signals.get(s) ?? refuse("foreign", `${path}${m.name} reads ${s.name}, which is no signal of it`, s.at);
    const expr = (e: Expr): Expr => {
      let flat = made.get(e);
      if (flat === undefined) {
        flat = this.pool.intern(
          rebuild(
            e,
            expr,
            (s) => ({ kind: "ref", signal: signal(s), width: s.width }),
            (x) => memories.get(x) as Memory,
          ),
        );
        made.set(e, flat);
      }
      return flat;
    };
    /** An element with a constant number is bits. */
    const target = (t: Target): Target => {
      if (t.kind !== "element") return { ...t, signal: signal(t.signal) };
      const lo = t.index.kind === "literal" ? Number(t.index.value) * t.width : Number.POSITIVE_INFINITY;
      if (lo + t.width <= t.signal.width) return { kind: "bits", signal: signal(t.signal), hi: lo + t.width - 1, lo };
      return { ...t, signal: signal(t.signal), index: expr(t.index) };
    };
    const stmt = (s: Stmt): Stmt => {
      switch (s.kind) {
        case "assign":
          return { ...s, target: target(s.target), value: expr(s.value) };
        case "if":
          return { ...s, cond: expr(s.cond), then: s.then.map(stmt), else: s.else.map(stmt) };
        case "switch":
          return {
            ...s,
            subject: expr(s.subject),
            cases: s.cases.map((c) => ({ ...c, body: c.body.map(stmt) })),
            fallback: s.fallback?.map(stmt) ?? null,
          };
        case "store":
          return {
            ...s,
            memory: memories.get(s.memory) as Memory,
            domain: domain(s.domain) as ClockDomain,
            address: expr(s.address),
            value: expr(s.value),
            mask: s.mask === null ? null : { ...s.mask, enable: expr(s.mask.enable) },
          };
      }
    };
    this.body.push(...m.body.map(stmt));
    for (const p of m.properties)
      this.properties.push({
        ...p,
        name: path === "" ? p.name : `${path.slice(0, -1)}: ${p.name}`,
        cond: expr(p.cond),
        domain: domain(p.domain) as ClockDomain,
      });
    this.#tristates(m, path, signals, expr);
    for (const i of m.instances) this.#instance(i, path, signals, domains);
  }

  /** A tri-state pin reads what we drive while we drive it, and the outside's value otherwise. */
  #tristates(m: Module, path: string, signals: Map<Signal, Signal>, expr: (e: Expr) => Expr): void {
    for (const pin of new Set(m.tristates.map((t) => t.pin))) {
      const flat = signals.get(pin) as Signal;
      const at = this.inputs.indexOf(flat);
      if (at < 0 || path !== "") refuse("tristate", `${path}${pin.name}: tri-state pins can be simulated in the top module only`, pin.at);
      const outside: Signal = { ...flat, kind: "input", name: `${flat.name}.outside` };
      this.inputs[at] = outside;
      this.nets.push(flat);
      this.signals.set(outside.name, outside);
      const initial: Expr = { kind: "ref", signal: outside, width: pin.width };
      const value = m.tristates
        .filter((t) => t.pin === pin)
        .reduce<Expr>(
          (rest, t) => this.pool.intern({ kind: "mux", sel: expr(t.enable), a: expr(t.value), b: rest, width: pin.width }),
          this.pool.intern(initial),
        );
      this.body.push({ kind: "assign", target: { kind: "whole", signal: flat }, value, at: pin.at });
    }
  }

  #instance(i: Instance, path: string, signals: ReadonlyMap<Signal, Signal>, domains: ReadonlyMap<ClockDomain, ClockDomain>): void {
    const of: Module | ExternalModule = i.of;
    if (of.kind === "external") {
      refuse(
        "external",
        `instance ${path}${i.name}: ${of.name} is Verilog that somebody else wrote, and instant simulation runs modules of this language only; simulate it with Verilator, or put a model written as a module in its place`,
        i.at,
      );
      return;
    }
    const ports = new Map(of.ports.map((p) => [p.name, p]));
    const inner = new Map<Signal, Signal>();
    for (const p of i.pins) inner.set(ports.get(p.port) as Signal, signals.get(p.net) as Signal);
    const innerDomains = new Map<ClockDomain, ClockDomain>();
    for (const c of i.clocks) {
      const to = domains.get(c.to) as ClockDomain;
      innerDomains.set(c.domain, to);
      inner.set(c.domain.reset, to.reset);
    }
    this.add(of, `${path}${i.name}.`, inner, innerDomains);
  }
}

const refuse = (code: string, message: string, at: Signal["at"]): never => {
  throw new HdlError([{ severity: "error", code, message, at }]);
};

/** Flattens the hierarchy below `top`. Throws `HdlError` for external modules and for tri-state pins below the top. */
export const flatten = (top: Module, pool: ExprPool): FlatDesign => {
  const f = new Flattener(pool);
  f.inputs.push(...top.domains.map((d) => d.reset));
  f.add(top, "", new Map(top.domains.map((d) => [d.reset, d.reset])), new Map(top.domains.map((d) => [d, d])));
  return {
    top,
    domains: top.domains,
    inputs: f.inputs,
    nets: f.nets,
    registers: f.registers,
    memories: f.memories,
    body: f.body,
    properties: f.properties,
    signals: f.signals,
    memoryPaths: f.memoryPaths,
  };
};
