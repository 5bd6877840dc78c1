/**
 * One running model. It knows time, clocks, values and failures, and nothing of tasks: `step` and `until` are the
 * synchronous style on their own, and the scheduler of `sim/run` is built on `advance`.
 */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { Design } from "./design.ts";
import { failure, ModelError } from "./failure.ts";
import { clockEntry, clocksOffset, header, stopReason, valuesOffset } from "./layout.ts";
import { type Library, loadLibrary } from "./library.ts";
import { type PortCondition, plainSignal, type Signal, type ValueStore } from "./signal.ts";
import { type PortTable, portTable } from "./slots.ts";
import { Waits } from "./waits.ts";

export interface ClockOptions {
  /** Nanoseconds. */
  readonly period: number;
  /** Nanoseconds until the first rising edge; half a period unless said. */
  readonly phase?: number;
}

export interface SessionOptions {
  readonly seed: number;
  /** By clock pin; 10 ns where nothing is said. */
  readonly clocks?: Readonly<Record<string, ClockOptions>>;
  /** The model was compiled with tracing. */
  readonly trace: boolean;
  /** Takes what the design prints with `$display`; standard output unless said. */
  readonly onPrint?: (line: string) => void;
}

/** A clock of a running model. */
export interface RunningClock {
  readonly name: string;
  readonly index: number;
  /** Picoseconds. */
  readonly period: number;
  readonly firstRise: number;
}

/** A wait that `until` takes: on a pin's sample, or on a transactor's counter. */
export type Condition = PortCondition | CounterCondition;
export interface CounterCondition {
  readonly kind: "counter";
  readonly counter: number;
  /** Holds once the counter has reached it (modulo 2^32). */
  readonly atLeast: number;
  readonly text: string;
}

const nowIndex = header.index("now");
const stopIndex = header.index("stopTime");
const exactIndex = header.index("exactFalling");
const waitsInUseIndex = header.index("waitsInUse");
const risenIndex = header.index("risen");
const fallenIndex = header.index("fallen");
const clockField = (clock: number, field: "period" | "firstRise" | "cycles"): number =>
  (clocksOffset + clock * clockEntry.bytes) / 8 + clockEntry.index(field);
const cyclesIndex = clockField(0, "cycles");

type EdgeListener = () => void;

export class Session implements ValueStore {
  readonly design: Design;
  readonly table: PortTable;
  readonly seed: number;
  readonly clocks: readonly RunningClock[];
  readonly waits: Waits;
  /** The shared buffer in four views. */
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
  readonly longs: BigUint64Array;
  readonly doubles: Float64Array;
  readonly writtenSlot: number;
  readonly sampledSlot: number;
  limits: Float64Array;
  frozen: string | null = null;
  readonly owners = new Map<string, string>();
  /** Set by whoever was woken by a listener: `advance` comes back, however far it was to go. */
  attention = false;
  /** Not null: who moves time (a scheduler), so that nobody else does. */
  driver: { readonly name: string } | null = null;

  readonly #library: Library;
  readonly #id: number;
  readonly #print: (line: string) => void;
  readonly #tick: () => number;
  readonly #openLimits: Float64Array;
  readonly #listeners: (readonly EdgeListener[])[];
  /** Only one clock, and falling edges nobody sees: the short way. */
  #simple: boolean;
  #listening = 0;
  #closed = false;

  constructor(design: Design, library: string, options: SessionOptions) {
    this.design = design;
    this.table = portTable(design);
    this.seed = options.seed >>> 0;
    this.#print = options.onPrint ?? ((line) => process.stdout.write(`${line}\n`));
    const buffer = new ArrayBuffer(valuesOffset + 16 * this.table.slots + 16);
    this.bytes = new Uint8Array(buffer);
    this.words = new Uint32Array(buffer);
    this.longs = new BigUint64Array(buffer);
    this.doubles = new Float64Array(buffer);
    this.writtenSlot = valuesOffset / 8;
    this.sampledSlot = this.writtenSlot + this.table.slots;
    this.clocks = this.#setUp(options);
    this.#listeners = this.clocks.map(() => []);
    this.waits = new Waits(this.words);
    this.limits = Float64Array.from(this.table.ports, (p) =>
      p.direction === "input" && p.clock === null ? 2 ** Math.min(p.width, 32) - 1 : -1,
    );
    this.#openLimits = this.limits;
    this.#simple = this.clocks.length === 1 && !options.trace && this.words[exactIndex] === 0;

    this.#library = loadLibrary(library);
    this.#id = this.#library.open(this.bytes);
    if (this.#id < 0) throw this.#nextFailure() ?? new Error(`${design.top}: the model did not start`);
    this.#library.selected = this.#id;
    this.#tick = this.#library.tick;
  }

  #setUp(options: SessionOptions): RunningClock[] {
    const { words, doubles } = this;
    words[header.index("clockCount")] = this.design.clocks.length;
    words[header.index("seed")] = this.seed;
    words[header.index("writtenOffset")] = this.writtenSlot * 8;
    words[header.index("sampledOffset")] = this.sampledSlot * 8;
    // Registers on a falling edge exist in other people's Verilog only; then, and in a waveform, its time matters.
    const negative = [...this.design.files].some(([name, text]) => /\bnegedge\b/.test(text) || name.startsWith("/"));
    words[exactIndex] = options.trace || negative ? 1 : 0;
    const names = new Set(this.design.clocks.map((c) => c.clock));
    for (const name of Object.keys(options.clocks ?? {}))
      if (!names.has(name)) throw new Error(`${this.design.top} has no clock ${name}; it has ${[...names].join(", ") || "none"}`);
    return this.design.clocks.map(({ clock: name }, index) => {
      const wanted = options.clocks?.[name] ?? { period: 10 };
      const period = Math.round(wanted.period * 1000);
      if (!(period >= 2)) throw new RangeError(`clock ${name}: a period of ${wanted.period} ns: it must be at least 0.002 ns`);
      const firstRise = Math.round((wanted.phase ?? wanted.period / 2) * 1000);
      if (!(firstRise >= 1)) throw new RangeError(`clock ${name}: a phase of ${wanted.phase} ns: it must be at least 0.001 ns`);
      doubles[clockField(index, "period")] = period;
      doubles[clockField(index, "firstRise")] = firstRise;
      return { name, index, period, firstRise };
    });
  }

  // ---- where it stands --------------------------------------------------------------------

  /** Picoseconds since the start. */
  get now(): number {
    return this.doubles[nowIndex] as number;
  }
  /** Rising edges of the first clock so far. */
  get cycle(): number {
    return this.doubles[cyclesIndex] as number;
  }
  cyclesOf(clock: number): number {
    return this.doubles[clockField(clock, "cycles")] as number;
  }
  /** Time of the next rising edge of a clock. */
  nextRise(clock: number): number {
    const { firstRise, period } = this.clocks[clock] as RunningClock;
    return firstRise + this.cyclesOf(clock) * period;
  }
  /** Time of the next falling edge of a clock. */
  nextFall(clock: number): number {
    const { firstRise, period } = this.clocks[clock] as RunningClock;
    const high = Math.floor(period / 2);
    const last = firstRise + (this.cyclesOf(clock) - 1) * period + high;
    return this.cyclesOf(clock) > 0 && last > this.now ? last : last + period;
  }
  /** Whether a clock rose, or fell, at the last stop. */
  rose(clock: number): boolean {
    return (((this.words[risenIndex] as number) >>> clock) & 1) === 1;
  }
  fell(clock: number): boolean {
    return (((this.words[fallenIndex] as number) >>> clock) & 1) === 1;
  }

  /** A pin by its Verilog name, without a type. */
  pin(name: string): Signal<number> | Signal<bigint> {
    return plainSignal(this, this.#port(name));
  }

  // ---- moving -----------------------------------------------------------------------------

  /**
   * Moves to `stop` (picoseconds), or less far where a wait or a listener says so; returns a sum of `stopReason`. Throws
   * `ModelError` when an assertion or a checker fails on the way.
   */
  advance(stop: number): number {
    if (this.tickable && stop === this.nextRise(0)) {
      this.tick();
      return stopReason.time;
    }
    this.#select();
    this.attention = false;
    for (;;) {
      const here = this.#listening === 0 ? stop : this.#nextListened(stop);
      this.doubles[stopIndex] = here;
      const reason = this.#library.run();
      if (reason & (stopReason.message | stopReason.finish)) this.#heed(reason);
      if ((reason & (stopReason.time | stopReason.condition)) !== 0 && this.#listening !== 0) this.#notify();
      if (here === stop) return reason;
      if (this.attention || (reason & (stopReason.condition | stopReason.change)) !== 0) return reason & ~stopReason.time;
    }
  }
  /** Whether `tick` may be used: one clock, nothing to wait for inside the model, no waveform. */
  get tickable(): boolean {
    return this.#simple && this.words[waitsInUseIndex] === 0;
  }
  /** `advance` by one cycle of the only clock: the short way. */
  tick(): void {
    if (this.#library.selected !== this.#id) this.#select();
    const reason = this.#tick();
    if (reason !== stopReason.time) this.#heed(reason);
    if (this.#listening !== 0) this.#notify();
  }
  /** Lets what was written take effect without moving time, and samples. */
  settle(): number {
    this.#select();
    const reason = this.#library.settle();
    if (reason & (stopReason.message | stopReason.finish)) this.#heed(reason);
    return reason;
  }
  /** Samples the pins as they are: after an edge, say. */
  sample(): void {
    this.#select();
    this.#library.sample();
  }

  #select(): void {
    if (this.#library.selected === this.#id) return;
    if (this.#closed) throw new Error(`${this.design.top}: this model was closed`);
    this.#library.select(this.#id);
    this.#library.selected = this.#id;
  }
  #nextListened(stop: number): number {
    let time = stop;
    this.#listeners.forEach((list, clock) => {
      if (list.length > 0) time = Math.min(time, this.nextRise(clock));
    });
    return time;
  }
  #notify(): void {
    for (let clock = 0; clock < this.#listeners.length; clock++)
      if (this.rose(clock)) for (const listener of this.#listeners[clock] as readonly EdgeListener[]) listener();
  }

  // ---- the synchronous style --------------------------------------------------------------

  /** Goes on by so many rising edges of the first clock. Afterwards `.value` is the sample before the last of them. */
  step(cycles = 1): void {
    this.#own("step");
    if (cycles === 1 && this.tickable) {
      this.tick();
      return;
    }
    const first = this.#firstClock();
    const stop = this.nextRise(0) + (cycles - 1) * first.period;
    for (;;) {
      const reason = this.advance(stop);
      if (reason & stopReason.condition) this.waits.fire();
      if (reason & stopReason.time) return;
    }
  }
  /**
   * Goes on until the condition holds at a rising edge; returns the number of rising edges of the first clock that took,
   * that one included. Throws when it takes more than `most`. A function is asked at every edge, a condition inside the
   * model.
   */
  until(condition: Condition | (() => boolean), most = 1_000_000): number {
    this.#own("until");
    const start = this.cycle;
    if (typeof condition === "function") {
      do {
        if (this.cycle - start >= most) throw new Error(`what until waits for did not come true in ${most} cycles (from cycle ${start})`);
        this.step();
      } while (!condition());
      return this.cycle - start;
    }
    const stop = this.nextRise(0) + (most - 1) * this.#firstClock().period;
    let holds = false;
    const wait = this.waits.add(condition, () => {
      holds = true;
    });
    try {
      while (!holds) {
        const reason = this.advance(stop);
        this.waits.fire();
        if (!holds && (reason & stopReason.time) !== 0)
          throw new Error(`${condition.text} did not come true in ${most} cycles (from cycle ${start})`);
      }
    } finally {
      this.waits.remove(wait);
    }
    return this.cycle - start;
  }
  #own(what: string): void {
    if (this.driver !== null) throw new Error(`${what}: ${this.driver.name} moves time; await a trigger instead`);
  }
  #firstClock(): RunningClock {
    const first = this.clocks[0];
    if (first === undefined) throw new Error(`${this.design.top} has no clock: use settle(), or Timer in a task`);
    return first;
  }

  /**
   * Calls `listener` at every rising edge of a clock, before any task: the place for models. It sees samples from before
   * the edge; what it writes takes effect right after. Returns what ends it.
   */
  onRise(clock: number, listener: EdgeListener): () => void {
    const list = this.#listeners[clock];
    if (list === undefined) throw new Error(`${this.design.top} has no clock number ${clock}`);
    // Lists are replaced and not changed: one of them may be being called.
    this.#listeners[clock] = [...list, listener];
    this.#listening += 1;
    return () => {
      const before = this.#listeners[clock] as readonly EdgeListener[];
      if (!before.includes(listener)) return;
      this.#listeners[clock] = before.filter((other) => other !== listener);
      this.#listening -= 1;
    };
  }

  /** A model listens to a clock, so something may happen although nobody waits. */
  get listening(): boolean {
    return this.#listening !== 0;
  }

  // ---- transactors ------------------------------------------------------------------------

  /**
   * Puts a transactor of the given kind beside the model. `pins` are in the order that the kind asks for, null where the
   * design has none; those that are inputs belong to the transactor from now on. Returns its first counter's number.
   */
  attach(kind: string, name: string, pins: readonly (string | null)[], clock: number, block: Uint8Array, drives: boolean): number {
    if (drives) this.claim(pins, `${kind} ${name}`);
    this.#select();
    const numbers = pins.map((pin) => (pin === null ? -1 : this.#port(pin).index));
    const reset = this.design.clocks[clock]?.reset ?? null;
    const counter = this.#library.attach(
      kind,
      name,
      Int32Array.from(numbers),
      numbers.length,
      clock,
      reset === null ? -1 : this.#port(reset).index,
      block,
    );
    if (counter < 0) throw this.#nextFailure() ?? new Error(`${name}: no transactor is called ${kind}`);
    this.#keep.push(block);
    return counter;
  }
  /** Gives input pins to someone: their handles cannot be written any more. */
  claim(pins: readonly (string | null)[], owner: string): void {
    for (const pin of pins) {
      if (pin === null || this.#port(pin).direction !== "input") continue;
      const other = this.owners.get(pin);
      if (other !== undefined) throw new Error(`${owner}: ${pin} is already driven by ${other}`);
      this.owners.set(pin, owner);
      this.#openLimits[this.#port(pin).index] = -1;
    }
  }
  /** The address of memory that a transactor is to use; it is kept for as long as the session lives. */
  addressOf(memory: Uint8Array): bigint {
    this.#keep.push(memory);
    return BigInt(this.#library.address(memory));
  }
  /** Memory that C++ holds pointers to must not be collected. */
  readonly #keep: Uint8Array[] = [];
  #port(pin: string): PortTable["ports"][number] {
    const port = this.table.byName.get(pin);
    if (port === undefined) throw new Error(`${this.design.top} has no pin ${pin}`);
    return port;
  }

  // ---- messages, waveform, end ------------------------------------------------------------

  /** Forbids writing for a while, or allows it again. */
  freeze(why: string | null): void {
    this.frozen = why;
    this.limits = why === null ? this.#openLimits : this.#closedLimits;
  }
  get #closedLimits(): Float64Array {
    return new Float64Array(this.table.ports.length).fill(-1);
  }

  /** Deals with what the model said; throws the first failure. */
  #heed(reason: number): void {
    let first: ModelError | null = null;
    if (reason & stopReason.message) {
      for (let text = this.#library.message(); text !== null; text = this.#library.message()) {
        if (text.startsWith("L")) this.#print(text.slice(1));
        else first ??= failure(text.slice(1), this.design, Math.max(0, this.cycle - 1), this.now);
      }
    }
    if (first === null && reason & stopReason.finish)
      first = new ModelError({ what: "the design called $finish", source: null, cycle: Math.max(0, this.cycle - 1), time: this.now });
    if (first !== null) throw first;
  }
  #nextFailure(): ModelError | null {
    const text = this.#library.message();
    return text === null ? null : failure(text.slice(1), this.design, 0, 0);
  }

  /** Begins to write a waveform; the model must have been compiled for it. */
  openTrace(path: string): void {
    mkdirSync(dirname(path), { recursive: true });
    this.#select();
    this.#library.trace(path);
  }
  /** Begins to write a waveform at a cycle of the first clock; counting them keeps the model from running ahead. */
  traceFrom(cycle: number, path: string): void {
    mkdirSync(dirname(path), { recursive: true });
    const stop = this.onRise(0, () => {
      if (this.cycle < cycle) return;
      stop();
      this.openTrace(path);
    });
  }
  closeTrace(): void {
    this.#select();
    this.#library.trace(null);
  }
  /** Writes Verilator's counts so far. */
  writeCoverage(path: string): void {
    this.#select();
    this.#library.coverage(path);
  }
  get closed(): boolean {
    return this.#closed;
  }
  /** Ends the model and frees its memory. Handles may still be read. */
  close(): void {
    if (this.#closed) return;
    this.#select();
    this.#closed = true;
    this.#library.selected = -1;
    this.#library.close(this.#id);
  }
  [Symbol.dispose](): void {
    this.close();
  }
}
