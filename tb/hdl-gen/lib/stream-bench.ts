/**
 * Drives the streams of a module in the instant simulator: sources with pauses, sinks with back-pressure, all from one
 * seed. Sources keep the protocol (and put noise on the payload while valid is 0); sinks write down what came, and when.
 */
import type { HardwareModule, Ports } from "#hdl";
import { Random, type SimulateOptions, type Simulation, simulate } from "#hdl/simulate/index.ts";

/** How often a side is willing: always, or in a share of the cycles, or in bursts of cycles with pauses between. */
export type Pace = "always" | number | { readonly on: number; readonly off: number };
export interface Seen<T> {
  readonly value: T;
  /** Cycle at whose end it moved. */
  readonly cycle: number;
}
/** The handles of a stream's pins. */
export interface StreamPins {
  readonly valid: { value: any };
  readonly ready: { value: any };
  readonly payload: { value: any };
}

class Willing {
  readonly #pace: Pace;
  readonly #random: Random;
  #left = 0;
  #on = true;
  constructor(pace: Pace, random: Random) {
    this.#pace = pace;
    this.#random = random;
  }
  now(): boolean {
    if (this.#pace === "always") return true;
    if (typeof this.#pace === "number") return this.#random.below(1000) < this.#pace * 1000;
    if (this.#left-- <= 0) {
      this.#on = !this.#on;
      this.#left = this.#random.between(1, this.#on ? this.#pace.on : this.#pace.off) - 1;
    }
    return this.#on;
  }
}

export class Source<T> {
  readonly pins: StreamPins;
  readonly sent: Seen<T>[] = [];
  readonly queue: T[];
  readonly #willing: Willing;
  readonly #noise: () => T;
  #offering = false;
  constructor(pins: StreamPins, items: readonly T[], pace: Pace, random: Random, noise: () => T) {
    this.pins = pins;
    this.queue = [...items];
    this.#willing = new Willing(pace, random);
    this.#noise = noise;
  }
  before(): void {
    if (!this.#offering) this.#offering = this.queue.length > 0 && this.#willing.now();
    this.pins.valid.value = this.#offering;
    this.pins.payload.value = this.#offering ? this.queue[0] : this.#noise();
  }
  sample(cycle: number): void {
    if (!this.#offering || this.pins.ready.value === 0n) return;
    this.sent.push({ value: this.queue.shift() as T, cycle });
    this.#offering = false;
  }
}
export class Sink<T> {
  readonly pins: StreamPins;
  readonly seen: Seen<T>[] = [];
  readonly #willing: Willing;
  #waits: string | null = null;
  constructor(pins: StreamPins, pace: Pace, random: Random) {
    this.pins = pins;
    this.#willing = new Willing(pace, random);
  }
  get values(): readonly T[] {
    return this.seen.map((s) => s.value);
  }
  before(): void {
    this.pins.ready.value = this.#willing.now();
  }
  /** Takes what moved; checks that what waited is still there. */
  sample(cycle: number): void {
    const valid = this.pins.valid.value === 1n;
    const value = valid ? this.pins.payload.value : null;
    const text = valid ? show(value) : null;
    if (this.#waits !== null && text !== this.#waits)
      throw new Error(`cycle ${cycle}: a beat that waited was ${this.#waits} and became ${text ?? "nothing"}`);
    const moves = valid && this.pins.ready.value === 1n;
    if (moves) this.seen.push({ value, cycle });
    this.#waits = valid && !moves ? text : null;
  }
}
/** A value as text, bigints included. */
export const show = (value: unknown): string => JSON.stringify(value, (_, v) => (typeof v === "bigint" ? `${v}` : v));

/** One simulated module and the sources and sinks at its streams. */
export class StreamBench<P extends Ports> {
  readonly sim: Simulation<P>;
  readonly random: Random;
  readonly sources: Source<any>[] = [];
  readonly sinks: Sink<any>[] = [];
  /** Called at the start of every cycle: sets inputs that are no streams. */
  readonly controls: ((cycle: number) => void)[] = [];
  /** Called in every cycle when all inputs are set, before the edge. */
  readonly watchers: ((cycle: number) => void)[] = [];
  cycle = 0;
  constructor(of: HardwareModule<P>, seed: number, options: SimulateOptions = {}) {
    this.sim = simulate(of, { initial: "random", seed, ...options });
    this.random = new Random(seed);
    this.sim.reset(2);
  }
  /** Sends `items` on the input stream with these pins. */
  source<T>(pins: unknown, items: readonly T[], pace: Pace = "always", noise?: () => T): Source<T> {
    const made = new Source<T>(
      pins as StreamPins,
      items,
      pace,
      this.random,
      noise ?? (() => (items.length === 0 ? (0n as T) : this.random.pick(items))),
    );
    this.sources.push(made);
    return made;
  }
  /** Takes what comes from the output stream with these pins. */
  sink<T = any>(pins: unknown, pace: Pace = "always"): Sink<T> {
    const made = new Sink<T>(pins as StreamPins, pace, this.random);
    this.sinks.push(made);
    return made;
  }
  step(cycles = 1): void {
    for (let i = 0; i < cycles; i++) {
      for (const c of this.controls) c(this.cycle);
      for (const s of this.sources) s.before();
      for (const s of this.sinks) s.before();
      for (const s of this.sources) s.sample(this.cycle);
      for (const s of this.sinks) s.sample(this.cycle);
      for (const w of this.watchers) w(this.cycle);
      this.sim.step();
      this.cycle++;
    }
  }
  /** One edge of these clocks: only the sources and sinks that belong to one of them take part. */
  edge(clocks: readonly string[]): void {
    const here = <S>(list: readonly S[]): S[] => list.filter((s) => clocks.includes(this.clockOf.get(s as object) ?? ""));
    for (const c of this.controls) c(this.cycle);
    const [sources, sinks] = [here(this.sources), here(this.sinks)];
    for (const s of [...sources, ...sinks]) s.before();
    for (const s of [...sources, ...sinks]) s.sample(this.cycle);
    for (const w of this.watchers) w(this.cycle);
    this.sim.edge(clocks);
    this.cycle++;
  }
  /** With several clocks: whose a source or sink is. */
  readonly clockOf = new Map<object, string>();
  /** Says that `end` belongs to a clock. */
  on<S extends object>(clock: string, end: S): S {
    this.clockOf.set(end, clock);
    return end;
  }
  /** Runs until all sources are empty and `done` holds; throws after `limit` cycles. */
  run(done: () => boolean, limit = 20_000): void {
    for (let i = 0; i < limit; i++) {
      if (done() && this.sources.every((s) => s.queue.length === 0)) return;
      this.step();
    }
    throw new Error(
      `not done after ${limit} cycles: sources have ${this.sources.map((s) => s.queue.length).join(", ")} left, sinks saw ${this.sinks.map((s) => s.seen.length).join(", ")}`,
    );
  }
}

/** Pairs of paces that find most mistakes: full speed, a slow sink, a slow source, both random, bursts. */
export const paces: readonly (readonly [Pace, Pace])[] = [
  ["always", "always"],
  ["always", 0.3],
  [0.3, "always"],
  [0.5, 0.5],
  [
    { on: 20, off: 10 },
    { on: 7, off: 15 },
  ],
];
/** `count` random values of `width` bits. */
export const randomWords = (random: Random, count: number, width: number): bigint[] =>
  Array.from({ length: count }, () => random.bits(width));
