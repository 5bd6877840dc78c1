/** One test of one design: build, reset, run, and on failure everything that is needed to look into it. */
import { basename, join } from "node:path";
import type { HardwareModule, Ports } from "#hdl";
import { type BuildOptions, build, type Dut } from "#sim/bridge/build.ts";
import { seedFromEnvironment } from "#sim/bridge/seed.ts";
import { buildFolder } from "#sim/bridge/toolset.ts";
import { userPlace } from "./hang.ts";
import { Random } from "./random.ts";
import { applyReset, run } from "./run.ts";
import type { RunOptions } from "./scheduler.ts";

/** Never; always; or the last cycles before a failure, for which a failing test is run once more. */
export type Waves = "off" | "on" | { readonly last: number };

export interface TestbenchOptions extends Omit<BuildOptions, "waves">, RunOptions {
  /** `ACCIO_WAVES` (off, on, or a number of last cycles) unless said; off unless that says. */
  readonly waves?: Waves;
  /** Cycles of reset before the body; 2 unless said. */
  readonly reset?: number;
  /** In the waveform's file name, where the module's name and the caller's place stand otherwise; it also names the test's random numbers. */
  readonly name?: string;
}
export interface Bench {
  readonly seed: number;
  /** Randomness of this test. */
  readonly random: Random;
}
export type TestBody<P extends Ports> = (dut: Dut<P>, bench: Bench) => unknown;

const wavesFromEnvironment = (): Waves => {
  const given = process.env.ACCIO_WAVES ?? "off";
  if (given === "off" || given === "on") return given;
  if (/^[1-9]\d*$/.test(given)) return { last: Number(given) };
  throw new RangeError(`ACCIO_WAVES=${given}: it must be off, on, or a number of cycles`);
};

/**
 * Builds the module, resets it and runs the body as the main task; the model is closed afterwards. The error of a failing
 * body says the seed, how to run it again, and where the waveform is. The body may be run twice (see `Waves`), so what it
 * needs it makes itself.
 */
export const testbench = async <P extends Ports>(
  module: HardwareModule<P>,
  body: TestBody<P>,
  options: TestbenchOptions = {},
): Promise<void> => {
  const { seed = seedFromEnvironment(), waves = wavesFromEnvironment() } = options;
  const name = options.name ?? `${module.name}-${basename(userPlace(new Error().stack ?? "") ?? "").replace(/[^\w.]+/g, "-")}`;
  const path = join(buildFolder(), "waves", `${name}-${seed}.fst`);
  const first = await attempt(module, body, { ...options, seed }, waves === "on" ? { path, from: 0 } : null);
  if (first === null) return;
  let shown = waves === "on" ? path : null;
  if (typeof waves === "object") {
    const again = await attempt(module, body, { ...options, seed }, { path, from: Math.max(0, first.cycle - waves.last) });
    if (again === null || again.cycle !== first.cycle)
      tell(first.error, "once more with a waveform it did not fail in the same way: it does not depend on the seed alone");
    if (again !== null) shown = path;
  }
  tell(first.error, `seed ${seed}: run it again with ./accio test --seed ${seed} (or ACCIO_SEED=${seed})`);
  if (shown !== null) tell(first.error, `waveform: ${shown}`);
  throw first.error;
};

interface Failed {
  readonly error: unknown;
  readonly cycle: number;
}

const attempt = async <P extends Ports>(
  module: HardwareModule<P>,
  body: TestBody<P>,
  options: TestbenchOptions & { readonly seed: number },
  trace: { readonly path: string; readonly from: number } | null,
): Promise<Failed | null> => {
  const { reset = 2, maxCycles, waves: _, name: __, ...buildOptions } = options;
  const dut = await build(module, { ...buildOptions, waves: trace !== null && trace.from === 0 ? trace.path : trace !== null });
  try {
    if (trace !== null && trace.from > 0) dut.sim.traceFrom(trace.from, trace.path);
    if (dut.sim.clocks.length > 0 && reset > 0) applyReset(dut, reset);
    const bench = { seed: options.seed, random: new Random(options.seed, options.name ?? module.name) };
    await run(dut, (running) => body(running, bench), maxCycles === undefined ? {} : { maxCycles });
    return null;
  } catch (error) {
    return { error, cycle: dut.sim.cycle };
  } finally {
    dut.sim.close();
  }
};

const tell = (error: unknown, line: string): void => {
  if (error instanceof Error) error.message += `\n  ${line}`;
};
