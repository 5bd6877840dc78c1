/**
 * Linux on Rocket's RTL: all harts come up, the guest's self-test passes, and user space is reached within the cycles that
 * were set as a goal. One hart everywhere; four where ACCIO_SOC4 asks for them, not in CI: the one boot that this costs has been
 * seen to take more than sixteen minutes of a processor. From a checkpoint, programs run as they do after a boot.
 */
import { afterAll, describe, expect, it } from "vitest";
import { type BootResult, boot } from "#driver/linux/boot.ts";
import { program } from "#driver/linux/compile.ts";
import { rocket } from "#driver/linux/rocket.ts";
import { type SocName, socConfigs } from "#rtl/soc/config.ts";
import { checkpointHeader, removeCheckpoint, storedCheckpoints } from "#sim/soc/checkpoint.ts";
import type { CheckpointWishes } from "#sim/soc/checkpointing.ts";
import { timingNamed } from "#sim/soc/timing.ts";

/** Cycles from reset to user space. */
const goals = { soc1: 10_000_000, soc4: 20_000_000 } as const;
const minutes = 60_000;

/** Of this run alone. */
const own = `test-${process.pid}`;
afterAll(() => {
  for (const { name } of storedCheckpoints("linux")) if (name.startsWith(own)) removeCheckpoint("linux", name);
});

const run = async (system: SocName, words?: readonly string[], checkpoints: CheckpointWishes = {}): Promise<BootResult> => {
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

const expectPassed = ({ output, status }: BootResult): void => {
  expect(output.split("\n").filter((line) => !/^ok |^init: kernel after /.test(line))).toEqual(["selftest: passed", ""]);
  expect(status).toBe(0);
};

/** What must be the same, however a run came to its end. */
const outcome = ({ output, status, cycles, instructions, times, profiles }: BootResult) => ({
  ...{ output, status, cycles, instructions, times, profiles },
});

describe("soc1", () => {
  const runs = new Map<string, Promise<BootResult>>();
  const once = (name: string, make: () => Promise<BootResult>): Promise<BootResult> => {
    const made = runs.get(name) ?? make();
    runs.set(name, made);
    return made;
  };
  const withoutProgram = () => once("none", () => run("soc1"));
  const selfTest = () => once("selftest", () => run("soc1", ["1"], { save: { name: own } }));

  it(
    "reaches user space in time, and says where the cycles went",
    async () => {
      const { status, output, times, cycles, profiles } = await withoutProgram();
      const [first, ...rest] = output.split("\n");
      expect(first).toMatch(/^init: kernel after \d+ cycles/);
      expect(rest).toEqual(["init: user space is up, 1 harts online", ""]);
      expect(status).toBe(0);
      expect(times?.userCycles).toBeLessThan(goals.soc1);
      const [hart] = profiles ?? [];
      expect(hart?.root.total).toBeGreaterThan((cycles ?? 0) * 0.99);
      // Where it was loaded, and at virtual addresses; the firmware, by traps.
      expect(hart?.functions.map((f) => f.name)).toEqual(
        expect.arrayContaining(["_start_kernel", "start_kernel", "kernel_init", "sbi_call"]),
      );
      const unknown = hart?.functions.find((f) => f.name === "(unknown)")?.self ?? 0;
      expect(unknown).toBeLessThan((cycles ?? 0) * 0.05);
    },
    60 * minutes,
  );

  it("passes the self-test", async () => expectPassed(await selfTest()), 60 * minutes);

  it(
    "runs from a checkpoint as it does from reset, whatever program was there when it was saved",
    async () => {
      const [saving, plain] = [await selfTest(), await withoutProgram()];
      const { cycle = 0 } = saving.checkpoint ?? {};
      expect(saving.began).toBe(0);
      expect(checkpointHeader("linux", own)).toMatchObject({ cycle, guest: null });
      const restored = [await run("soc1", undefined, { from: own }), await run("soc1", ["1"], { from: own })];
      expect(restored.map(outcome)).toEqual([plain, saving].map(outcome));
      expect(restored.map((r) => r.began)).toEqual([cycle, cycle]);
      expect(cycle).toBeGreaterThan(saving.times?.userCycles ?? 0);
    },
    60 * minutes,
  );
});

it.each(process.env.ACCIO_SOC4 ? (["soc4"] as const) : [])(
  "%s passes the self-test on all harts, and reaches user space in time",
  async (system) => {
    const result = await run(system, ["4"]);
    expectPassed(result);
    expect(result.output).toMatch(/^ok {5}4 harts online, 4 wanted$/m);
    expect(result.times?.userCycles).toBeLessThan(goals.soc4);
  },
  60 * minutes,
);
