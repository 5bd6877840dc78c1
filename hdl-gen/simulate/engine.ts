/**
 * A running simulation: set inputs, step clocks, look at anything by its path. Two-state: there is no X or Z.
 *
 * What starts how. Registers with a reset start at their reset value, as if reset had just ended. Registers without one
 * and memories without initial contents start at zero, or at random values of a seed (`initial: "random"`), which finds
 * logic that relies on zeros. Bits that no statement drives are zero. Reading beyond the end of a memory or array gives
 * zero, writing there does nothing. Covers, asserts and assumes are looked at just before each edge of their clock.
 */
import { type ClockDomain, type Expr, type Module, type Property, type Signal, showSource } from "../core/ir.ts";
import { type Compiled, compile, compileExpr, type Machine, newState, type State, type Words } from "./compiled.ts";
import { Random } from "./random.ts";
import { Recorder, type TraceOptions } from "./recorder.ts";
import { isNarrow, maskOf, runtime } from "./runtime.ts";
import { readable } from "./show.ts";
import { eachExpr } from "./statements.ts";

export interface SimulateOptions {
  /** What registers without reset and memories without contents hold at first. Default "zero". */
  readonly initial?: "zero" | "random";
  /** Of `initial: "random"`; default 1. */
  readonly seed?: number;
  /** Record signals for `vcd()` and `wave()`: all, or as the options say. Default: nothing is recorded. */
  readonly trace?: boolean | TraceOptions;
  /** Do not look at asserts, assumes and covers. */
  readonly ignoreProperties?: boolean;
}

/** What may be written to a signal. Negative numbers are two's complement. */
export type Value = number | bigint | boolean;

/** An assert or assume does not hold. The state is the one just before the edge, and can be looked at. */
export class PropertyError extends Error {
  override readonly name = "PropertyError";
  readonly property: Property;
  /** Edges of the property's clock before this one. */
  readonly cycle: number;
  constructor(property: Property, cycle: number, values: string) {
    super(
      `${showSource(property.at)}: ${property.kind} "${property.name}" does not hold in cycle ${cycle}${values === "" ? "" : `: ${values}`}`,
    );
    this.property = property;
    this.cycle = cycle;
  }
}

/** Words of one memory. */
export interface MemoryView {
  readonly width: number;
  readonly depth: number;
  read(address: number): bigint;
  write(address: number, value: Value): void;
}

const clockName = (d: ClockDomain): string => (d.name === "" ? "the default clock" : `"${d.name}"`);

export class Engine {
  readonly module: Module;
  readonly recorder: Recorder | null;
  readonly #compiled: Compiled;
  readonly #state: State;
  readonly #machine: Machine;
  readonly #cycles: number[];
  readonly #ignoreProperties: boolean;
  readonly #initial: "zero" | "random";
  readonly #random: Random;
  readonly #evaluators = new Map<Expr, (s: State) => number | bigint>();
  #stale = true;

  constructor(module: Module, options: SimulateOptions = {}) {
    this.module = module;
    this.#compiled = compile(module);
    this.#state = newState(this.#compiled);
    const { N, W, X, Y, M, C } = this.#state;
    this.#machine = this.#compiled.factory(N, W, X, Y, M, C, runtime, (n) => this.#fail(n));
    this.#cycles = this.#design.domains.map(() => 0);
    this.#ignoreProperties = options.ignoreProperties === true;
    this.#initial = options.initial ?? "zero";
    this.#random = new Random(options.seed ?? 1);
    this.#start();
    const trace = options.trace ?? false;
    this.recorder = trace === false ? null : new Recorder(this.#design, trace === true ? {} : trace, (s) => this.#get(s));
  }
  get #design() {
    return this.#compiled.design;
  }

  #start(): void {
    const unknown = (width: number): bigint => (this.#initial === "zero" ? 0n : this.#random.bits(width));
    for (const r of this.#design.registers) this.#set(r, r.reset?.value ?? unknown(r.width));
    this.#design.memories.forEach((m, i) => {
      const words = this.#state.M[i] as Words;
      for (let k = 0; k < m.depth; k++) this.#setWord(words, k, m.width, m.init === null ? unknown(m.width) : (m.init[k] ?? 0n));
    });
  }
  #set(s: Signal, value: bigint): void {
    const { layout } = this.#compiled.program;
    if (isNarrow(s.width)) this.#state.N[layout.index(s)] = Number(value);
    else this.#state.W[layout.index(s)] = value;
  }
  #get(s: Signal): number | bigint {
    const at = this.#compiled.program.layout.index(s);
    return (isNarrow(s.width) ? this.#state.N[at] : this.#state.W[at]) as number | bigint;
  }
  #setWord(words: Words, at: number, width: number, value: bigint): void {
    if (isNarrow(width)) (words as Uint32Array)[at] = Number(value);
    else (words as bigint[])[at] = value;
  }

  // ---- values -----------------------------------------------------------------------------

  /** The signal at a path. Throws with near names when there is none. */
  find(path: string): Signal {
    const s = this.#design.signals.get(path);
    if (s !== undefined) return s;
    const last = path.slice(path.lastIndexOf(".") + 1).toLowerCase();
    const all = [...this.#design.signals.keys()];
    const near = all.filter((n) => n.toLowerCase().includes(last) || last.includes(n.slice(n.lastIndexOf(".") + 1).toLowerCase()));
    throw new Error(
      `${this.module.name} has no signal "${path}"; ${near.length > 0 ? "near are" : "it has"} ${(near.length > 0 ? near : all).slice(0, 8).join(", ")}`,
    );
  }
  /** Paths of all signals, in declared order. */
  get paths(): readonly string[] {
    return [...this.#design.signals.keys()];
  }
  /** Sets an input, a reset, or a register's state. Throws where the design drives the signal or the value does not fit. */
  poke(path: string, value: Value): void {
    this.pokeSignal(this.find(path), value);
  }
  pokeSignal(s: Signal, value: Value): void {
    if (s.kind === "inout") {
      // What we do not drive ourselves reads as the outside's value.
      this.#set(this.#design.signals.get(`${s.name}.outside`) ?? s, fitted(s, value));
      this.#stale = true;
      return;
    }
    if (s.kind === "net" || s.kind === "output")
      throw new Error(`poke: ${s.name} of ${this.module.name} is driven by the design; only inputs, resets and registers can be set`);
    this.#set(s, fitted(s, value));
    this.#stale = true;
  }
  /** The value at a path, unsigned, with all combinational logic settled. */
  peek(path: string): bigint {
    return this.peekSignal(this.find(path));
  }
  peekSignal(s: Signal): bigint {
    this.settle();
    return BigInt(this.#get(s));
  }
  /** The value of an expression over the top's ports, or over `flat` signals of this simulation. */
  evaluate(e: Expr): bigint {
    this.settle();
    if (e.kind === "ref") return BigInt(this.#get(e.signal));
    let run = this.#evaluators.get(e);
    if (run === undefined) {
      run = compileExpr(this.#compiled, e);
      this.#evaluators.set(e, run);
    }
    return BigInt(run(this.#state));
  }
  memory(path: string): MemoryView {
    const m = this.#design.memoryPaths.get(path);
    if (m === undefined)
      throw new Error(`${this.module.name} has no memory "${path}"; it has ${[...this.#design.memoryPaths.keys()].join(", ") || "none"}`);
    const words = this.#state.M[this.#design.memories.indexOf(m)] as Words;
    const check = (at: number): void => {
      if (!Number.isInteger(at) || at < 0 || at >= m.depth) throw new Error(`memory ${path} has words 0 to ${m.depth - 1}, not ${at}`);
    };
    return {
      width: m.width,
      depth: m.depth,
      read: (at) => {
        check(at);
        return BigInt(words[at] as number | bigint);
      },
      write: (at, value) => {
        check(at);
        this.#setWord(words, at, m.width, fitted({ name: `${path}[${at}]`, width: m.width }, value));
        this.#stale = true;
      },
    };
  }
  /** How often a cover held, by its name ("child: name" below the top). */
  covered(name: string): number {
    const at = this.#design.properties.findIndex((p) => p.kind === "cover" && p.name === name);
    if (at < 0) throw new Error(`${this.module.name} has no cover "${name}"`);
    return this.#state.C[at] as number;
  }

  // ---- time -------------------------------------------------------------------------------

  /** Computes the combinational logic, if anything changed since. */
  settle(): void {
    if (!this.#stale) return;
    this.#machine.settle();
    this.#stale = false;
  }
  #domainIndex(name: string): number {
    const i = this.#design.domains.findIndex((d) => d.name === name);
    if (i < 0)
      throw new Error(`${this.module.name} has no clock "${name}"; it has ${this.#design.domains.map(clockName).join(", ") || "none"}`);
    return i;
  }
  /** Edges so far of a clock; of the first one when none is named. */
  cycle(clock: string = this.clocks[0] ?? ""): number {
    return this.#cycles[this.#domainIndex(clock)] as number;
  }
  get clocks(): readonly string[] {
    return this.#design.domains.map((d) => d.name);
  }
  /** One rising edge of each of these clocks, all at the same time. */
  edge(clocks: readonly string[]): void {
    const at = clocks.map((c) => this.#domainIndex(c));
    const { check, next, commit, late } = this.#machine;
    this.settle();
    late();
    this.recorder?.sample(at, false);
    if (!this.#ignoreProperties) for (const i of at) (check[i] as () => void)();
    for (const i of at) (next[i] as () => void)();
    for (const i of at) {
      (commit[i] as () => void)();
      this.#cycles[i] = (this.#cycles[i] as number) + 1;
    }
    this.#stale = true;
    if (this.recorder !== null) {
      this.settle();
      this.recorder.sample(at, true);
    }
  }
  /** Holds the resets of these clocks for `cycles` edges of each. */
  resetClocks(clocks: readonly string[], cycles: number): void {
    const resets = clocks.map((c) => (this.#design.domains[this.#domainIndex(c)] as ClockDomain).reset);
    for (const r of resets) this.pokeSignal(r, 1);
    for (let i = 0; i < cycles; i++) this.edge(clocks);
    for (const r of resets) this.pokeSignal(r, 0);
  }
  #fail(n: number): never {
    const p = this.#design.properties[n] as Property;
    const seen = new Set<Signal>();
    eachExpr([p.cond], (e) => {
      if (e.kind === "ref") seen.add(e.signal);
    });
    const values = [...seen].slice(0, 12).map((s) => `${s.name} = ${readable(s, BigInt(this.#get(s)))}`);
    throw new PropertyError(p, this.cycle(p.domain.name), values.join(", "));
  }
}

/** A value as the bits of a signal, or an error. */
const fitted = (s: Pick<Signal, "name" | "width">, value: Value): bigint => {
  if (typeof value === "number" && !Number.isSafeInteger(value))
    throw new Error(`${s.name} = ${value}: not a whole number below 2^53; use a bigint`);
  const v = BigInt(value);
  if (v > maskOf(s.width) || v < -(1n << BigInt(s.width - 1)))
    throw new Error(`${s.name} = ${v}: does not fit ${s.width} bit${s.width === 1 ? "" : "s"}`);
  return BigInt.asUintN(s.width, v);
};
