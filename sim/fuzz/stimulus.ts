/**
 * What a module under test is fed with, and what the instant simulator makes of it. A step sets the inputs and resets,
 * looks at the outputs, and then gives the clocks of the step one rising edge at the same time.
 */
import type { Module, Signal } from "#hdl/core/ir.ts";
import { Random, simulate } from "#hdl/simulate/index.ts";
import { randomValue } from "./expressions.ts";
import { maxDepth } from "./modules.ts";

/** Steps with all resets and `init` at 1, in which all state gets a value: nothing is compared until they are over. */
export const initSteps = maxDepth + 2;

/** The pins of a module in the order in which they are packed into one vector, lowest bits first. */
export interface Pins {
  /** Resets, then inputs. */
  readonly inputs: readonly Signal[];
  readonly outputs: readonly Signal[];
  /** Names of the clocks. */
  readonly clocks: readonly string[];
  readonly inputWidth: number;
  readonly outputWidth: number;
}
const total = (list: readonly Signal[]): number => list.reduce((n, s) => n + s.width, 0);
export const pinsOf = (m: Module): Pins => {
  const inputs = [...m.resets.map((d) => d.reset), ...m.ports.filter((p) => p.kind === "input")];
  const outputs = m.ports.filter((p) => p.kind === "output");
  return { inputs, outputs, clocks: m.domains.map((d) => d.name), inputWidth: total(inputs), outputWidth: total(outputs) };
};

export interface Step {
  /** All input pins packed. */
  readonly inputs: bigint;
  /** Bit i: the i-th clock has an edge. */
  readonly ticks: bigint;
}

const pack = (list: readonly Signal[], value: (s: Signal, i: number) => bigint): bigint => {
  let packed = 0n;
  let at = 0n;
  list.forEach((s, i) => {
    packed |= value(s, i) << at;
    at += BigInt(s.width);
  });
  return packed;
};
/** The value of each pin in a packed vector. */
export const unpack = (list: readonly Signal[], packed: bigint): readonly bigint[] => {
  let at = 0n;
  return list.map((s) => {
    const value = BigInt.asUintN(s.width, packed >> at);
    at += BigInt(s.width);
    return value;
  });
};

/**
 * Random stimulus of `steps` steps, the first `initSteps` of which initialise. Depends on the names and widths of the
 * pins only, each pin having its own random numbers: a module that loses a pin while it is shrunk keeps the others' values.
 */
export const stimulusFor = (m: Module, seed: number, steps: number): readonly Step[] => {
  const pins = pinsOf(m);
  const own = (name: string): Random => new Random([...name].reduce((h, c) => (Math.imul(h, 31) + c.charCodeAt(0)) >>> 0, seed >>> 0));
  const sources = pins.inputs.map((s) => own(s.name));
  const clocks = pins.clocks.map((c) => own(`${c}_clk`));
  const held = pins.inputs.map(() => 0n);
  return Array.from({ length: steps }, (_, step): Step => {
    const starting = step < initSteps;
    const inputs = pack(pins.inputs, (s, i) => {
      const random = sources[i] as Random;
      const fresh = randomValue(random, s.width);
      const rare = random.oneIn(12);
      const hold = random.oneIn(4);
      if (s.kind === "reset") return starting || rare ? 1n : 0n;
      if (/(^|_)init$/.test(s.name)) return starting ? 1n : 0n;
      if (/(^|_)init_at$/.test(s.name) && starting) return BigInt(step % maxDepth);
      if (!hold) held[i] = fresh;
      return held[i] as bigint;
    });
    const ticks = clocks.reduce(
      (bits, c, i) => (c.below(pins.clocks.length === 1 ? 16 : 4) > 0 || starting ? bits | (1n << BigInt(i)) : bits),
      0n,
    );
    return { inputs, ticks };
  });
};

/** A vector as simulators print it: lower-case hexadecimal, all digits. */
export const hexOf = (value: bigint, width: number): string => value.toString(16).padStart(Math.ceil(width / 4), "0");

/** The packed outputs of each step, in hexadecimal. */
export type Trace = readonly string[];

/** What the instant simulator says, starting from zeros or from random values where nothing else is stated. */
export const instantTrace = (m: Module, stimulus: readonly Step[], initial: "zero" | "random" = "zero"): Trace => {
  const pins = pinsOf(m);
  const sim = simulate(m, { initial });
  return stimulus.map(({ inputs, ticks }) => {
    unpack(pins.inputs, inputs).forEach((value, i) => {
      sim.poke((pins.inputs[i] as Signal).name, value);
    });
    const seen = hexOf(
      pack(pins.outputs, (s) => sim.peek(s.name)),
      pins.outputWidth,
    );
    sim.step(
      1,
      pins.clocks.filter((_, i) => (ticks >> BigInt(i)) & 1n),
    );
    return seen;
  });
};
