/**
 * Any block of streams in the instant simulator: sources and sinks with random pauses, and the valid/ready protocol
 * checked on everything that the block gives. Every message names seed and cycle, so that a failure can be replayed.
 */
import { isDeepStrictEqual } from "node:util";
import type { HardwareModule, Module } from "#hdl";
import { Random, type Simulation, simulate } from "#hdl/simulate/index.ts";

type Pin = { value: unknown };
/** A stream's pins as the simulator's handles. */
export interface StreamPins {
  readonly valid: Pin;
  readonly ready: Pin;
  readonly payload: Pin;
}
interface Source {
  readonly pins: StreamPins;
  readonly pause: number;
  /** What it offers next, or undefined while there is nothing. */
  readonly next: () => unknown;
  moved(item: unknown): void;
  offered: unknown;
}
interface Sink {
  readonly name: string;
  readonly pins: StreamPins;
  readonly pause: number;
  take(payload: unknown): void;
  /** The payload that waited at the last edge. */
  waiting: unknown;
}

export class BlockBench<B extends Module> {
  readonly sim: B extends HardwareModule<infer P> ? Simulation<P> : never;
  readonly random: Random;
  readonly seed: number;
  cycle = 0;
  readonly #sources: Source[] = [];
  readonly #sinks: Sink[] = [];
  readonly #watchers: (() => void)[] = [];

  /** Registers without reset start at random values. Mutants come without properties: the checks alone shall notice. */
  constructor(block: B, seed: number) {
    this.seed = seed;
    this.random = new Random(seed);
    this.sim = simulate(block, { initial: "random", seed }) as never;
    this.sim.reset(1);
  }
  /** Throws, with the seed and the cycle, unless `holds`. */
  check(holds: boolean, what: () => string): void {
    if (!holds) throw new Error(`seed ${this.seed}, cycle ${this.cycle}: ${what()}`);
  }
  /** How often a stream pauses in this run: never, seldom, often. */
  pause(): number {
    return this.random.pick([0, 0, 0.1, 0.5, 0.9]);
  }
  /** Drives a stream into the block; what has been offered stays. */
  source<T>(pins: StreamPins, next: () => T | undefined, moved: (item: T) => void = () => {}, pause = this.pause()): void {
    this.#sources.push({ pins, pause, next, moved: moved as (item: unknown) => void, offered: undefined });
  }
  /** Takes what the block gives. */
  sink<T>(name: string, pins: StreamPins, take: (payload: T) => void, pause = this.pause()): void {
    this.#sinks.push({ name, pins, pause, take: take as (payload: unknown) => void, waiting: undefined });
  }
  /** Called in each cycle when all inputs are set, before the edge. */
  watch(look: () => void): void {
    this.#watchers.push(look);
  }
  #busy(pause: number): boolean {
    return pause === 0 || this.random.word() / 2 ** 32 >= pause;
  }
  step(): void {
    for (const s of this.#sources) {
      if (s.offered === undefined && this.#busy(s.pause)) {
        s.offered = s.next();
        if (s.offered !== undefined) s.pins.payload.value = s.offered;
      }
      s.pins.valid.value = s.offered === undefined ? 0 : 1;
    }
    for (const s of this.#sinks) s.pins.ready.value = this.#busy(s.pause) ? 1 : 0;
    for (const w of this.#watchers) w();
    const moved = this.#sources.filter((s) => s.offered !== undefined && s.pins.ready.value === 1n);
    for (const s of moved) {
      const item = s.offered;
      s.offered = undefined;
      s.moved(item);
    }
    for (const s of this.#sinks) {
      const valid = s.pins.valid.value === 1n;
      const payload: unknown = valid ? s.pins.payload.value : undefined;
      if (s.waiting !== undefined) {
        this.check(valid, () => `${s.name}: valid fell before ready came`);
        this.check(isDeepStrictEqual(payload, s.waiting), () => `${s.name}: the payload changed while it waited`);
      }
      const taken = valid && s.pins.ready.value === 1n;
      s.waiting = valid && !taken ? payload : undefined;
      if (taken) s.take(payload);
    }
    this.sim.step();
    this.cycle++;
  }
  /** Steps until `done`; a block that stands still fails the test. */
  runUntil(done: () => boolean, limit: number): void {
    const last = this.cycle + limit;
    while (!done()) {
      this.check(this.cycle < last, () => `not done after ${limit} cycles`);
      this.step();
    }
  }
  run(cycles: number): void {
    for (let i = 0; i < cycles; i++) this.step();
  }
}

/** Bytes as a number whose lowest byte is the first. */
export const toBig = (bytes: ArrayLike<number>): bigint =>
  BigInt(
    `0x${
      Buffer.from(bytes as number[])
        .reverse()
        .toString("hex") || "0"
    }`,
  );
/** Byte `n` of a beat. */
export const lane = (data: bigint, n: number): number => Number((data >> BigInt(8 * n)) & 255n);
export const ones = (n: number): bigint => (1n << BigInt(n)) - 1n;
