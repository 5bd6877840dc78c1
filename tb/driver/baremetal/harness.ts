/** Runs a bare-metal program on a system and collects what it prints. */
import { mkdirSync, mkdtempSync } from "node:fs";
import { join } from "node:path";
import { type ProgramOptions, resolveProgram } from "#driver/baremetal/build.ts";
import { type SocName, socConfigs } from "#rtl/soc/config.ts";
import { buildFolder } from "#sim/bridge/toolset.ts";
import { type ProgramRun, type RunOptions, runProgram } from "#sim/soc/run.ts";
import { timingNamed } from "#sim/soc/timing.ts";

/** The systems to test on: four harts take minutes to compile, and are for CI. */
export const systems: readonly SocName[] = process.env.CI || process.env.ACCIO_SOC4 ? ["soc1", "soc4"] : ["soc1"];
export const hartsOf = (name: SocName): number => socConfigs[name].harts;
/** Path of a program of this folder. */
export const testProgram = (name: string): string => join(import.meta.dirname, "programs", name);
/** A new folder for what a test writes; its caller removes it. */
export const scratchFolder = (): string => {
  mkdirSync(buildFolder(), { recursive: true });
  return mkdtempSync(join(buildFolder(), "test-baremetal-"));
};

export interface Started extends ProgramRun {
  /** What the console printed. */
  readonly text: string;
  readonly lines: readonly string[];
}
export type StartOptions = Partial<Omit<RunOptions, "timing">> & {
  readonly timing?: string;
  readonly settings?: Readonly<Record<string, string | number>>;
  readonly files?: ProgramOptions["files"];
};

/** Compiles and runs `word`, as `./accio soc run` takes it. */
export const start = async (config: SocName, word: string, options: StartOptions = {}): Promise<Started> => {
  const { timing = "raw", settings = {}, files, ...rest } = options;
  let text = "";
  const run = await runProgram({
    program: await resolveProgram(word, socConfigs[config], { settings, ...(files === undefined ? {} : { files }) }),
    config,
    timing: timingNamed(timing),
    maxCycles: 5_000_000,
    onConsole: (part) => {
      text += part;
    },
    ...rest,
  });
  return { ...run, text, lines: text.split("\n").slice(0, -1) };
};
