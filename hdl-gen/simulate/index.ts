/** Instant simulation: run a module at once, without a C++ compiler. `const sim = simulate(fifo(uint(8), 4));` */
import type { HardwareModule } from "../core/hardware.ts";
import type { Module } from "../core/ir.ts";
import type { Ports } from "../core/ports.ts";
import { Engine, type SimulateOptions } from "./engine.ts";
import { type IoHandles, ioHandles } from "./handles.ts";
import type { Recorder } from "./recorder.ts";
import { vcd } from "./vcd.ts";
import { waveText } from "./wave.ts";

export { type MemoryView, PropertyError, type SimulateOptions, type Value } from "./engine.ts";
export type { Handle, IoHandles, Plain, Settable } from "./handles.ts";
export { Random } from "./random.ts";
export type { TraceOptions } from "./recorder.ts";

/** A running simulation of a module with ports `P`. See `engine.ts` for what starts how. */
export class Simulation<P extends Ports = Ports> extends Engine {
  /** The ports in the module's own shape: `sim.io.push.valid.value = 1`. */
  readonly io: IoHandles<P>;
  constructor(module: HardwareModule<P> | Module, options: SimulateOptions = {}) {
    super(module, options);
    this.io = ioHandles(this, module as HardwareModule<P>);
  }
  /**
   * `cycles` rising edges of `clock`; of all clocks together, at the same times, when none is named. Throws
   * `PropertyError` when an assert or assume does not hold.
   */
  step(cycles = 1, clock?: string | readonly string[]): void {
    const clocks = clock === undefined ? this.clocks : typeof clock === "string" ? [clock] : clock;
    for (let i = 0; i < cycles; i++) this.edge(clocks);
  }
  /** Steps until `condition` holds before an edge; returns how many edges that took. Throws after `limit` edges. */
  stepUntil(condition: () => boolean, limit = 10_000, clock?: string | readonly string[]): number {
    for (let i = 0; i < limit; i++) {
      if (condition()) return i;
      this.step(1, clock);
    }
    throw new Error(`${this.module.name}: the condition did not hold within ${limit} cycles`);
  }
  /** Holds reset for `cycles` edges: of `clock`, or of all clocks together. */
  reset(cycles = 1, clock?: string): void {
    this.resetClocks(clock === undefined ? this.clocks : [clock], cycles);
  }
  #recorded(what: string): Recorder {
    if (this.recorder === null) throw new Error(`${what}: nothing is recorded; start with simulate(module, { trace: true })`);
    return this.recorder;
  }
  /** What was recorded, as a value change dump for a waveform viewer. */
  vcd(): string {
    return vcd(this.#recorded("vcd"));
  }
  /** What was recorded of some signals, as text. */
  wave(paths: readonly string[], cycles?: number): string {
    return waveText(this.#recorded("wave"), paths, cycles);
  }
}

/**
 * Starts a simulation of `module`; takes milliseconds, and less for a module that was simulated before. Throws `HdlError`
 * for external modules (naming the instance) and combinational loops (naming the path).
 */
export const simulate = <P extends Ports = Ports>(module: HardwareModule<P> | Module, options: SimulateOptions = {}): Simulation<P> =>
  new Simulation<P>(module, options);

/** The last `cycles` recorded edges of some signals, as text, for documentation and messages of failing tests. */
export const wave = (sim: Simulation<any>, paths: readonly string[], cycles?: number): string => sim.wave(paths, cycles);
