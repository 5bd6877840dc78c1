/** What the run of a NIC needs of a simulator, whichever it is: pins by name, and a clock edge. */

import type { HardwareModule } from "#hdl";
import { type Simulation, simulate } from "#hdl/simulate/index.ts";

export interface Device {
  /** Sets an input for the next edge. */
  set(pin: string, value: number | bigint): void;
  /** An output as it is before the next edge, the inputs taken into account. */
  get(pin: string): bigint;
  /** The same for pins of at most 32 bits. */
  number(pin: string): number;
  /** One edge of every clock. */
  step(): void;
  /** Holds reset for some cycles. */
  reset(cycles: number): void;
  close(): void;
}

/** The instant simulator: starts at once, some ten thousand cycles a second. */
export const instantDevice = (module: HardwareModule): Device => {
  const sim: Simulation = simulate(module);
  return {
    set: (pin, value) => sim.poke(pin, value),
    get: (pin) => sim.peek(pin),
    number: (pin) => Number(sim.peek(pin)),
    step: () => sim.step(),
    reset: (cycles) => sim.reset(cycles),
    close: () => {},
  };
};
