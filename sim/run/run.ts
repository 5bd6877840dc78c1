/** Runs a body against a running design, in any of the styles. */
import type { Running } from "#sim/bridge/build.ts";
import type { Condition } from "#sim/bridge/session.ts";
import { type RunOptions, Scheduler } from "./scheduler.ts";

/**
 * Runs `body` as the main task; tasks that it starts run beside it and end with it. Throws what fails first: the body, a
 * task, an assertion of the design, a checker, or `HangError`.
 */
export const run = async <D extends Running>(dut: D, body: (dut: D) => unknown, options: RunOptions = {}): Promise<void> => {
  if (dut.sim.driver !== null) throw new Error(`${dut.sim.design.top}: something runs on this design already`);
  await new Scheduler(dut.sim, "run(...)", options).run(() => body(dut));
};

/** What the body of `runCycles` yields: nothing for one cycle, a number of cycles, or what to go on to. */
export type Step = undefined | number | Condition | (() => boolean);

/**
 * The synchronous style as a generator: every `yield` goes on to the next rising edge of the first clock, `yield 10` by ten
 * cycles, `yield dut.done.is(1)` to where that holds. No task can run beside it; models do.
 */
export const runCycles = <D extends Running>(dut: D, body: (dut: D) => Generator<Step, void, void>): void => {
  for (const step of body(dut)) {
    if (step === undefined) dut.sim.step();
    else if (typeof step === "number") dut.sim.step(step);
    else dut.sim.until(step);
  }
};

/** Holds reset for some cycles (2 unless said), then releases it; every input keeps its value. */
export const applyReset = (dut: Running, cycles = 2): void => {
  const { sim } = dut;
  const resets = sim.design.clocks.flatMap((clock) => (clock.reset === null ? [] : [sim.pin(clock.reset)]));
  for (const reset of resets) reset.value = 1;
  const longest = Math.max(...sim.clocks.map((clock) => sim.nextRise(clock.index) + (cycles - 1) * clock.period));
  while (sim.now < longest) sim.step();
  for (const reset of resets) reset.value = 0;
};
