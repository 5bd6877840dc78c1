/** The clocks of a running model: what a user says of them, and how the model is told. */
import type { Design } from "./design.ts";
import { clockEntry, clocksOffset } from "./layout.ts";

export interface ClockOptions {
  /** Nanoseconds. */
  readonly period: number;
  /** Nanoseconds until the first rising edge; half a period unless said. */
  readonly phase?: number;
}

/** A clock of a running model. */
export interface RunningClock {
  readonly name: string;
  readonly index: number;
  /** Picoseconds. */
  readonly period: number;
  readonly firstRise: number;
}

/** Index in the shared buffer's doubles of a field of a clock. */
export const clockField = (clock: number, field: "period" | "firstRise" | "cycles"): number =>
  (clocksOffset + clock * clockEntry.bytes) / 8 + clockEntry.index(field);

/** Writes every clock of a design into the shared buffer. Throws where a name or a time is wrong. */
export const setUpClocks = (
  design: Design,
  options: Readonly<Record<string, ClockOptions>>,
  doubles: Float64Array,
): readonly RunningClock[] => {
  const names = new Set(design.clocks.map((c) => c.clock));
  for (const name of Object.keys(options))
    if (!names.has(name)) throw new Error(`${design.top} has no clock ${name}; it has ${[...names].join(", ") || "none"}`);
  return design.clocks.map(({ clock: name }, index) => {
    const wanted = options[name] ?? { period: 10 };
    const period = Math.round(wanted.period * 1000);
    if (!(period >= 2)) throw new RangeError(`clock ${name}: a period of ${wanted.period} ns: it must be at least 0.002 ns`);
    const firstRise = Math.round((wanted.phase ?? wanted.period / 2) * 1000);
    if (!(firstRise >= 1)) throw new RangeError(`clock ${name}: a phase of ${wanted.phase} ns: it must be at least 0.001 ns`);
    doubles[clockField(index, "period")] = period;
    doubles[clockField(index, "firstRise")] = firstRise;
    return { name, index, period, firstRise };
  });
};
