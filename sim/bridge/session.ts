/** One running model as a test sees it: pins by name, the synchronous style, transactors, waveforms, coverage. */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { RunningClock } from "./clocks.ts";
import { stopReason } from "./layout.ts";
import { Model } from "./model.ts";
import { type PortCondition, plainSignal, type Signal } from "./signal.ts";
import type { PortTable } from "./slots.ts";

export type { ClockOptions, RunningClock } from "./clocks.ts";

/** A wait that `until` takes: on a pin's sample, or on a transactor's counter. */
export type Condition = PortCondition | CounterCondition;
export interface CounterCondition {
  readonly kind: "counter";
  readonly counter: number;
  /** Holds once the counter has reached it (modulo 2^32). */
  readonly atLeast: number;
  readonly text: string;
}

export class Session extends Model {
  /** A pin by its Verilog name, without a type. */
  pin(name: string): Signal<number> | Signal<bigint> {
    return plainSignal(this, this.#port(name));
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

  // ---- transactors ------------------------------------------------------------------------

  /**
   * Puts a transactor of the given kind beside the model. `pins` are in the order that the kind asks for, null where the
   * design has none; those that are inputs belong to the transactor from now on. Returns its first counter's number.
   */
  attach(kind: string, name: string, pins: readonly (string | null)[], clock: number, block: Uint8Array, drives: boolean): number {
    if (drives) this.claim(pins, `${kind} ${name}`);
    this.select();
    const numbers = pins.map((pin) => (pin === null ? -1 : this.#port(pin).index));
    const reset = this.design.clocks[clock]?.reset ?? null;
    const counter = this.library.attach(
      kind,
      name,
      Int32Array.from(numbers),
      numbers.length,
      clock,
      reset === null ? -1 : this.#port(reset).index,
      block,
    );
    if (counter < 0) throw this.nextFailure() ?? new Error(`${name}: no transactor is called ${kind}`);
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
      this.openLimits[this.#port(pin).index] = -1;
    }
  }
  /** The address of memory that a transactor is to use; it is kept for as long as the session lives. */
  addressOf(memory: Uint8Array): bigint {
    this.#keep.push(memory);
    return BigInt(this.library.address(memory));
  }
  /** Memory that C++ holds pointers to must not be collected. */
  readonly #keep: Uint8Array[] = [];
  #port(pin: string): PortTable["ports"][number] {
    const port = this.table.byName.get(pin);
    if (port === undefined) throw new Error(`${this.design.top} has no pin ${pin}`);
    return port;
  }

  // ---- waveform, coverage -----------------------------------------------------------------

  /** Begins to write a waveform; the model must have been compiled for it. */
  openTrace(path: string): void {
    mkdirSync(dirname(path), { recursive: true });
    this.select();
    this.library.trace(path);
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
    this.select();
    this.library.trace(null);
  }
  /** Writes Verilator's counts so far. */
  writeCoverage(path: string): void {
    this.select();
    this.library.coverage(path);
  }
}
