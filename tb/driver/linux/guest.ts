/** Boots Linux on Rocket's RTL, and what holds for every boot. */
import { expect } from "vitest";
import { type BootResult, boot } from "#driver/linux/boot.ts";
import { program } from "#driver/linux/compile.ts";
import { rocket } from "#driver/linux/rocket.ts";
import { type SocName, socConfigs } from "#rtl/soc/config.ts";
import type { CheckpointWishes } from "#sim/soc/checkpointing.ts";
import { timingNamed } from "#sim/soc/timing.ts";

/** Cycles from reset to user space. */
export const goals = { soc1: 10_000_000, soc4: 20_000_000 } as const;
/** In milliseconds, for a test's limit. */
export const minutes = 60_000;

/** One run, with the self-test's arguments or without a program; in `raw` timing and with a profile. */
export const run = async (system: SocName, words?: readonly string[], checkpoints: CheckpointWishes = {}): Promise<BootResult> => {
  const machine = rocket({ system, timing: timingNamed("raw"), maxCycles: 60_000_000, profile: true, checkpoints });
  const command = words === undefined ? {} : { command: { program: await program("selftest"), arguments: words } };
  const result = await boot({ machine, memoryBytes: 16 * 2 ** 20, ...command, console: () => undefined });
  expect(result.report).toBeUndefined();
  expect(result.instructions).toHaveLength(socConfigs[system].harts);
  expect(result.times?.kernelInstructions).toBeLessThan(30_000);
  // The clock does not run ahead, and what follows is little.
  expect(result.times?.userCycles).toBeLessThan(result.cycles ?? 0);
  return result;
};

export const expectPassed = ({ output, status }: BootResult): void => {
  expect(output.split("\n").filter((line) => !/^ok |^init: kernel after /.test(line))).toEqual(["selftest: passed", ""]);
  expect(status).toBe(0);
};
