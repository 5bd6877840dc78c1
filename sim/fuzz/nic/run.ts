/**
 * The fuzz of the NIC as a whole: scenario after scenario, those that fail made small and kept as files. Scenario i of a run
 * with seed S is that of seed S + i, alone and in any run: `--seed <its seed> --count <its packets>` makes it again.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { accioTop } from "#rtl/accio-top.ts";
import type { Config } from "#rtl/common.ts";
import { configSchema } from "#rtl/config/config.ts";
import { buildNic, type NicModule } from "#sim/nic/nic.ts";
import { UserError } from "#toolchain/user-error.ts";
import { scenarioOf } from "./generate.ts";
import { type Played, play } from "./play.ts";
import type { Scenario } from "./scenario.ts";
import { shrink } from "./shrink.ts";

/** Frames of one scenario, at most. */
export const packetsPerScenario = 300;

export interface NicFuzzOptions {
  /** Frames from the wire, of all scenarios together. */
  readonly count: number;
  /** Of the first scenario. */
  readonly seed: number;
  readonly config: Config;
  /** Files of failing scenarios go here; it is made where it is not there. */
  readonly folder: string;
  /** In place of the top of `config`: a changed one, to see that it is noticed. */
  readonly module?: NicModule;
  /** Failures that are made small, and after how many the run ends. Default 1 and 5. */
  readonly shrinkMost?: number;
  readonly failuresMost?: number;
  /** Scenarios that are tried to make one small. Default 400. */
  readonly triesMost?: number;
  readonly progress?: (packets: number, failures: number) => void;
}
export interface NicFinding {
  readonly seed: number;
  /** Frames that the scenario was made with: with its seed and so many, `--count` makes it again. */
  readonly packets: number;
  readonly what: string;
  readonly shrunk: boolean;
  /** The scenario as a file, made small if it was. */
  readonly file: string;
  readonly operations: number;
}
export interface NicFuzzResult {
  readonly count: number;
  readonly seed: number;
  readonly config: string;
  readonly scenarios: number;
  /** Frames that the NIC received and sent, cycles of the bus. */
  readonly received: number;
  readonly sent: number;
  readonly cycles: number;
  readonly findings: readonly NicFinding[];
}

const messageOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  // What is thrown by a fault of the fuzz itself, not of the hardware, must be found: where it is matters then.
  const own = [TypeError, ReferenceError, RangeError, SyntaxError].some((kind) => error instanceof kind);
  return own ? (error.stack ?? error.message) : error.message;
};

/** Plays a scenario on a fresh model; what goes wrong, or what was done. */
export const tryScenario = async (
  scenario: Scenario,
  config: Config,
  module: NicModule,
): Promise<{ readonly failure: string } | { readonly played: Played }> => {
  const nic = await buildNic(config, { seed: scenario.seed, module });
  try {
    return { played: await play(nic, config, scenario) };
  } catch (error) {
    return { failure: messageOf(error) };
  } finally {
    nic.sim.close();
  }
};

/** Plays scenarios until `count` frames have come, or too many have failed. */
export const fuzzNic = async (options: NicFuzzOptions): Promise<NicFuzzResult> => {
  const { count, seed, config, folder, shrinkMost = 1, failuresMost = 5, triesMost = 400 } = options;
  const module = options.module ?? accioTop(config);
  const findings: NicFinding[] = [];
  const total = { scenarios: 0, received: 0, sent: 0, cycles: 0 };
  const attempt = async (scenario: Scenario): Promise<string | null> => {
    const result = await tryScenario(scenario, config, module);
    return "failure" in result ? result.failure : null;
  };
  for (let done = 0; done < count && findings.length < failuresMost; ) {
    const packets = Math.min(packetsPerScenario, count - done);
    const own = seed + total.scenarios;
    const scenario = scenarioOf(own, { packets, harts: config.harts, mtu: config.mtu });
    const result = await tryScenario(scenario, config, module);
    total.scenarios++;
    done += packets;
    if ("failure" in result) {
      const shrinks = findings.length < shrinkMost;
      const failing = { scenario, message: result.failure };
      const found = shrinks ? await shrink(failing, attempt, triesMost) : failing;
      const file = join(folder, `nic-${own}.json`);
      writeScenario(file, { config, scenario: found.scenario });
      findings.push({ seed: own, packets, what: found.message, shrunk: shrinks, file, operations: found.scenario.ops.length });
    } else {
      total.received += result.played.received;
      total.sent += result.played.sent;
      total.cycles += result.played.cycles;
    }
    options.progress?.(done, findings.length);
  }
  return { count, seed, config: config.name, ...total, findings };
};

/** A scenario, and what it is played on. */
export interface Replay {
  readonly config: Config;
  readonly scenario: Scenario;
}
export const writeScenario = (file: string, replay: Replay): void => {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(replay)}\n`);
};
/** What a run has written. Throws a `UserError` where it is none. */
export const readScenario = (file: string): Replay => {
  const wrong = (what: string): never => {
    throw new UserError(what, file, "name a file that accio fuzz nic has written, build/fuzz/nic-<seed>.json for example");
  };
  let text = "";
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    return wrong((error as NodeJS.ErrnoException).code === "ENOENT" ? "no such file" : (error as Error).message);
  }
  try {
    const { config, scenario } = JSON.parse(text) as Partial<Replay>;
    const isScenario = typeof scenario?.seed === "number" && typeof scenario.surface === "object" && Array.isArray(scenario.ops);
    if (isScenario) return { config: configSchema.parse(config), scenario };
  } catch {
    // Told below.
  }
  return wrong("holds no scenario");
};

/** A failure as it is printed: what went wrong, and how to see it again. */
export const nicFindingText = (f: NicFinding): string =>
  [
    `seed ${f.seed}: ${f.what}`,
    `${f.shrunk ? "made small" : "as generated"}: ${f.operations} operations`,
    `again: ./accio fuzz nic --replay ${f.file}\n`,
  ].join("\n");
