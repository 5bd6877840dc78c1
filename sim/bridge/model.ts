/**
 * A running model: its buffer, its time, and the calls that move it. What a test calls beside that stands in `session.ts`;
 * of tasks neither knows anything: the scheduler of `sim/run` is built on `advance`.
 */
import { type ClockOptions, clockField, type RunningClock, setUpClocks } from "./clocks.ts";
import type { Design } from "./design.ts";
import { failure, ModelError } from "./failure.ts";
import { header, stopReason, valuesOffset } from "./layout.ts";
import { type Library, loadLibrary } from "./library.ts";
import type { ValueStore } from "./signal.ts";
import { type PortTable, portTable } from "./slots.ts";
import { Waits } from "./waits.ts";

export interface SessionOptions {
  readonly seed: number;
  /** By clock pin; 10 ns where nothing is said. */
  readonly clocks?: Readonly<Record<string, ClockOptions>>;
  /** The model was compiled with tracing. */
  readonly trace: boolean;
  /** Takes what the design prints with `$display`; standard output unless said. */
  readonly onPrint?: (line: string) => void;
}

const nowIndex = header.index("now");
const stopIndex = header.index("stopTime");
const exactIndex = header.index("exactFalling");
const waitsInUseIndex = header.index("waitsInUse");
const risenIndex = header.index("risen");
const fallenIndex = header.index("fallen");
const cyclesIndex = clockField(0, "cycles");

type EdgeListener = () => void;

export class Model implements ValueStore {
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

  protected readonly library: Library;
  readonly #id: number;
  readonly #print: (line: string) => void;
  readonly #tick: () => number;
  protected readonly openLimits: Float64Array;
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
    this.#setUp(options.trace);
    this.clocks = setUpClocks(design, options.clocks ?? {}, this.doubles);
    this.#listeners = this.clocks.map(() => []);
    this.waits = new Waits(this.words);
    this.limits = Float64Array.from(this.table.ports, (p) =>
      p.direction === "input" && p.clock === null ? 2 ** Math.min(p.width, 32) - 1 : -1,
    );
    this.openLimits = this.limits;
    this.#simple = this.clocks.length === 1 && !options.trace && this.words[exactIndex] === 0;

    this.library = loadLibrary(library);
    this.#id = this.library.open(this.bytes);
    if (this.#id < 0) throw this.nextFailure() ?? new Error(`${design.top}: the model did not start`);
    this.library.selected = this.#id;
    this.#tick = this.library.tick;
  }

  #setUp(trace: boolean): void {
    const { words } = this;
    words[header.index("clockCount")] = this.design.clocks.length;
    words[header.index("seed")] = this.seed;
    words[header.index("writtenOffset")] = this.writtenSlot * 8;
    words[header.index("sampledOffset")] = this.sampledSlot * 8;
    // Registers on a falling edge exist in other people's Verilog only; then, and in a waveform, its time matters.
    const negative = [...this.design.files].some(([name, text]) => /\bnegedge\b/.test(text) || name.startsWith("/"));
    words[exactIndex] = trace || negative ? 1 : 0;
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
    this.select();
    this.attention = false;
    for (;;) {
      const here = this.#listening === 0 ? stop : this.#nextListened(stop);
      this.doubles[stopIndex] = here;
      const reason = this.library.run();
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
    if (this.library.selected !== this.#id) this.select();
    const reason = this.#tick();
    if (reason !== stopReason.time) this.#heed(reason);
    if (this.#listening !== 0) this.#notify();
  }
  /** Lets what was written take effect without moving time, and samples. */
  settle(): number {
    this.select();
    const reason = this.library.settle();
    if (reason & (stopReason.message | stopReason.finish)) this.#heed(reason);
    return reason;
  }
  /** Samples the pins as they are: after an edge, say. */
  sample(): void {
    this.select();
    this.library.sample();
  }

  /** Makes this the session that the library works on. */
  protected select(): void {
    if (this.library.selected === this.#id) return;
    if (this.#closed) throw new Error(`${this.design.top}: this model was closed`);
    this.library.select(this.#id);
    this.library.selected = this.#id;
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

  // ---- messages, end ----------------------------------------------------------------------

  /** Forbids writing for a while, or allows it again. */
  freeze(why: string | null): void {
    this.frozen = why;
    this.limits = why === null ? this.openLimits : this.#closedLimits;
  }
  get #closedLimits(): Float64Array {
    return new Float64Array(this.table.ports.length).fill(-1);
  }

  /** Deals with what the model said; throws the first failure. */
  #heed(reason: number): void {
    let first: ModelError | null = null;
    if (reason & stopReason.message) {
      for (let text = this.library.message(); text !== null; text = this.library.message()) {
        if (text.startsWith("L")) this.#print(text.slice(1));
        else first ??= failure(text.slice(1), this.design, Math.max(0, this.cycle - 1), this.now);
      }
    }
    if (first === null && reason & stopReason.finish)
      first = new ModelError({ what: "the design called $finish", source: null, cycle: Math.max(0, this.cycle - 1), time: this.now });
    if (first !== null) throw first;
  }
  protected nextFailure(): ModelError | null {
    const text = this.library.message();
    return text === null ? null : failure(text.slice(1), this.design, 0, 0);
  }

  get closed(): boolean {
    return this.#closed;
  }
  /** Ends the model and frees its memory. Handles may still be read. */
  close(): void {
    if (this.#closed) return;
    this.select();
    this.#closed = true;
    this.library.selected = -1;
    this.library.close(this.#id);
  }
  [Symbol.dispose](): void {
    this.close();
  }
}
