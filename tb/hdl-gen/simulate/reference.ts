/**
 * What the IR means, spelt out bit by bit with BigInts and nothing shared with the simulator: values are lists of bits
 * for the structural nodes, and combinational signals are computed again and again until nothing changes.
 */
import type { Binary, ClockDomain, Expr, Memory, Module, Signal, Stmt, Unary } from "#hdl/core/ir.ts";

export interface Values {
  readonly signal: (s: Signal) => bigint;
  readonly word: (m: Memory, address: bigint) => bigint;
}

const modulus = (width: number): bigint => 2n ** BigInt(width);
const wrap = (value: bigint, width: number): bigint => ((value % modulus(width)) + modulus(width)) % modulus(width);
const toSigned = (value: bigint, width: number): bigint => (value >= modulus(width) / 2n ? value - modulus(width) : value);
/** Bits, lowest first. */
const toBits = (value: bigint, width: number): readonly number[] => [...value.toString(2).padStart(width, "0")].reverse().map(Number);
const fromBits = (bits: readonly number[]): bigint => BigInt(`0b${[...bits].reverse().join("")}`);

/** The value of an expression. */
export const evaluate = (e: Expr, v: Values, memo: Map<Expr, bigint> = new Map()): bigint => {
  const known = memo.get(e);
  if (known !== undefined) return known;
  const value = compute(e, (x) => evaluate(x, v, memo), v);
  memo.set(e, value);
  return value;
};
type Of = (e: Expr) => bigint;
const bitsOf = (of: Of, e: Expr): readonly number[] => toBits(of(e), e.width);
const unary = (e: Unary, of: Of): bigint => {
  const a = bitsOf(of, e.a);
  const ones = a.filter((b) => b === 1).length;
  switch (e.op) {
    case "not":
      return fromBits(a.map((b) => 1 - b));
    case "neg":
      return wrap(-of(e.a), e.width);
    case "all":
      return ones === a.length ? 1n : 0n;
    case "any":
      return ones > 0 ? 1n : 0n;
    case "parity":
      return BigInt(ones % 2);
  }
};
const binary = (e: Binary, of: Of): bigint => {
  const bits = (x: Expr): readonly number[] => bitsOf(of, x);
  const [a, b] = [of(e.a), of(e.b)];
  const [sa, sb] = [toSigned(a, e.a.width), toSigned(b, e.b.width)];
  const bitwise = (f: (x: number, y: number) => number): bigint => fromBits(bits(e.a).map((x, i) => f(x, bits(e.b)[i] as number)));
  const truth = (t: boolean): bigint => (t ? 1n : 0n);
  const far = b >= BigInt(e.width);
  switch (e.op) {
    case "and":
      return bitwise((x, y) => x * y);
    case "or":
      return bitwise((x, y) => Math.max(x, y));
    case "xor":
      return bitwise((x, y) => (x + y) % 2);
    case "add":
      return wrap(a + b, e.width);
    case "sub":
      return wrap(a - b, e.width);
    case "mul":
      return a * b;
    case "smul":
      return wrap(sa * sb, e.width);
    case "div":
      return a / b;
    case "mod":
      return a % b;
    case "eq":
      return truth(a === b);
    case "ne":
      return truth(a !== b);
    case "lt":
      return truth(a < b);
    case "le":
      return truth(a <= b);
    case "gt":
      return truth(a > b);
    case "ge":
      return truth(a >= b);
    case "slt":
      return truth(sa < sb);
    case "sle":
      return truth(sa <= sb);
    case "sgt":
      return truth(sa > sb);
    case "sge":
      return truth(sa >= sb);
    case "shl":
      return far ? 0n : wrap(a * 2n ** b, e.width);
    case "shr":
      return far ? 0n : a / 2n ** b;
    case "sra": {
      const sign = bits(e.a).at(-1) as number;
      const kept = far ? [] : bits(e.a).slice(Number(b));
      return fromBits([...kept, ...new Array<number>(e.width - kept.length).fill(sign)]);
    }
  }
};
const compute = (e: Expr, of: (e: Expr) => bigint, v: Values): bigint => {
  const bits = (x: Expr): readonly number[] => toBits(of(x), x.width);
  switch (e.kind) {
    case "literal":
      return e.value;
    case "ref":
      return v.signal(e.signal);
    case "unary":
      return unary(e, of);
    case "binary":
      return binary(e, of);
    case "mux":
      return of(e.sel) === 1n ? of(e.a) : of(e.b);
    case "slice":
      return fromBits(bits(e.a).slice(e.lo, e.hi + 1));
    case "concat":
      return fromBits([...e.parts].reverse().flatMap(bits));
    case "repeat":
      return fromBits(Array.from({ length: e.count }, () => bits(e.a)).flat());
    case "zext":
      return of(e.a);
    case "sext":
      return wrap(toSigned(of(e.a), e.a.width), e.width);
    case "index": {
      const from = of(e.index) * BigInt(e.width);
      if (from + BigInt(e.width) > BigInt(e.of.width)) return 0n;
      return fromBits(bits(e.of).slice(Number(from), Number(from) + e.width));
    }
    case "cell":
      return v.word(e.memory, of(e.address));
  }
};

/** One instance of a module, with its children; signals, conditions and stores are interpreted as the IR comments say. */
export class Reference {
  readonly module: Module;
  readonly values = new Map<Signal, bigint>();
  readonly words = new Map<Memory, bigint[]>();
  readonly children: readonly { readonly at: Module["instances"][number]; readonly run: Reference }[];

  constructor(module: Module) {
    this.module = module;
    for (const s of [...module.domains.map((d) => d.reset), ...module.ports, ...module.signals]) this.values.set(s, s.reset?.value ?? 0n);
    for (const m of module.memories)
      this.words.set(
        m,
        Array.from({ length: m.depth }, (_, i) => m.init?.[i] ?? 0n),
      );
    this.children = module.instances.map((at) => {
      if (at.of.kind !== "module") throw new Error("external");
      return { at, run: new Reference(at.of) };
    });
  }
  get #view(): Values {
    return { signal: (s) => this.values.get(s) ?? 0n, word: (m, address) => this.words.get(m)?.[Number(address)] ?? 0n };
  }
  /** One pass over everything combinational; true when something changed. */
  #pass(): boolean {
    let changed = false;
    const set = (s: Signal, value: bigint): void => {
      if (this.values.get(s) !== value) changed = true;
      this.values.set(s, value);
    };
    for (const s of this.module.signals) {
      if (s.kind !== "register" || s.reset?.kind !== "async" || s.domain === null) continue;
      if (this.values.get(s.domain.reset) === 1n) set(s, s.reset.value);
    }
    const next = new Map<Signal, bigint>();
    this.#run(this.module.body, (s) => s.kind !== "register", next, null);
    for (const [s, value] of next) set(s, value);
    for (const { at, run } of this.children) {
      for (const c of at.clocks) run.values.set(c.domain.reset, this.values.get(c.to.reset) ?? 0n);
      const port = (name: string): Signal => run.module.ports.find((p) => p.name === name) as Signal;
      for (const p of at.pins) if (p.direction === "input") run.values.set(port(p.port), this.values.get(p.net) ?? 0n);
      if (run.#pass()) changed = true;
      for (const p of at.pins) if (p.direction === "output") set(p.net, run.values.get(port(p.port)) ?? 0n);
    }
    return changed;
  }
  settle(): void {
    for (let i = 0; this.#pass(); i++) if (i > 2000) throw new Error("does not settle");
  }
  /** Executes statements; what they assign goes to `next`, starting from zero (nets) or the present value (registers). */
  #run(
    body: readonly Stmt[],
    wanted: (s: Signal) => boolean,
    next: Map<Signal, bigint>,
    stores: { memory: Memory; domain: ClockDomain; write: () => void }[] | null,
  ): void {
    const memo = new Map<Expr, bigint>();
    const of = (e: Expr): bigint => evaluate(e, this.#view, memo);
    const run = (list: readonly Stmt[]): void => {
      for (const s of list) {
        if (s.kind === "if") run(of(s.cond) === 1n ? s.then : s.else);
        else if (s.kind === "switch") {
          const value = of(s.subject);
          run(s.cases.find((c) => c.values.some((v) => v.value === value))?.body ?? s.fallback ?? []);
        } else if (s.kind === "store") {
          if (stores === null) continue;
          const [address, value, enable] = [Number(of(s.address)), of(s.value), s.mask === null ? null : of(s.mask.enable)];
          const write = (): void => {
            const words = this.words.get(s.memory) as bigint[];
            if (address >= words.length) return;
            const old = toBits(words[address] as bigint, s.memory.width);
            const lane = s.mask?.lane ?? s.memory.width;
            words[address] = fromBits(
              toBits(value, s.memory.width).map((b, i) =>
                enable === null || toBits(enable, s.mask?.enable.width ?? 1)[Math.floor(i / lane)] === 1 ? b : (old[i] as number),
              ),
            );
          };
          stores.push({ memory: s.memory, domain: s.domain, write });
        } else if (wanted(s.target.signal)) {
          const { target } = s;
          const old = next.get(target.signal) ?? (target.signal.kind === "register" ? (this.values.get(target.signal) as bigint) : 0n);
          const width = target.kind === "whole" ? target.signal.width : target.kind === "bits" ? target.hi - target.lo + 1 : target.width;
          const lo = target.kind === "whole" ? 0 : target.kind === "bits" ? target.lo : Number(of(target.index)) * width;
          const bits = [...toBits(old, target.signal.width)];
          if (lo + width <= bits.length) bits.splice(lo, width, ...toBits(of(s.value), width));
          next.set(target.signal, fromBits(bits));
        }
      }
    };
    run(body);
  }
  /** What an edge of these clocks does, without doing it yet. */
  #edge(clocks: ReadonlySet<ClockDomain>): () => void {
    const next = new Map<Signal, bigint>();
    const stores: { memory: Memory; domain: ClockDomain; write: () => void }[] = [];
    this.#run(this.module.body, (s) => s.kind === "register" && clocks.has(s.domain as ClockDomain), next, stores);
    for (const s of this.module.signals)
      if (s.kind === "register" && s.reset !== null && s.domain !== null && clocks.has(s.domain) && this.values.get(s.domain.reset) === 1n)
        next.set(s, s.reset.value);
    const inner = this.children.map(({ at, run }) => run.#edge(new Set(at.clocks.filter((c) => clocks.has(c.to)).map((c) => c.domain))));
    return () => {
      for (const [s, value] of next) this.values.set(s, value);
      for (const s of stores) if (clocks.has(s.domain)) s.write();
      for (const f of inner) f();
    };
  }
  step(clocks: readonly string[] = this.module.domains.map((d) => d.name)): void {
    this.settle();
    this.#edge(new Set(this.module.domains.filter((d) => clocks.includes(d.name))))();
    this.settle();
  }
  poke(name: string, value: bigint): void {
    const s = [...this.values.keys()].find((x) => x.name === name);
    if (s !== undefined) this.values.set(s, value);
  }
  /** A value by the path of its instance and its name. */
  peek(path: string): bigint {
    const dot = path.indexOf(".");
    if (dot >= 0) {
      const child = this.children.find((c) => c.at.name === path.slice(0, dot));
      if (child === undefined) throw new Error(`no instance in ${path}`);
      return child.run.peek(path.slice(dot + 1));
    }
    for (const [s, value] of this.values) if (s.name === path) return value;
    throw new Error(`no ${path} in ${this.module.name}`);
  }
}
