/**
 * Linux on Rocket's RTL, one hart: it comes up, the guest's self-test passes, user space is reached within the cycles that were
 * set as a goal, and from a checkpoint programs run as they do after a boot. Four harts: rocket-soc4.test.ts.
 */
import { afterAll, describe, expect, it } from "vitest";
import type { BootResult } from "#driver/linux/boot.ts";
import { checkpointHeader, removeCheckpoint, storedCheckpoints } from "#sim/soc/checkpoint.ts";
import { expectPassed, goals, minutes, run } from "./guest.ts";

/** Of this run alone. */
const own = `test-${process.pid}`;
afterAll(() => {
  for (const { name } of storedCheckpoints("linux")) if (name.startsWith(own)) removeCheckpoint("linux", name);
});

/** What must be the same, however a run came to its end. */
const outcome = ({ output, status, cycles, instructions, times, profiles }: BootResult) => ({
  ...{ output, status, cycles, instructions, times, profiles },
});

describe("soc1", () => {
  // One boot is shared: ten million cycles are minutes.
  let booted: Promise<BootResult> | undefined;
  const fromReset = (): Promise<BootResult> => {
    booted ??= run("soc1", ["1"], { save: { name: own } });
    return booted;
  };

  it("passes the self-test", async () => expectPassed(await fromReset()), 60 * minutes);

  it(
    "reaches user space in time, and says where the cycles went",
    async () => {
      const { times, cycles, profiles } = await fromReset();
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

  it(
    "runs from a checkpoint as it does from reset",
    async () => {
      const saving = await fromReset();
      const { cycle = 0 } = saving.checkpoint ?? {};
      expect(saving.began).toBe(0);
      expect(checkpointHeader("linux", own)).toMatchObject({ cycle, guest: null });
      const restored = await run("soc1", ["1"], { from: own });
      expect(outcome(restored)).toEqual(outcome(saving));
      expect(restored.began).toBe(cycle);
      expect(cycle).toBeGreaterThan(saving.times?.userCycles ?? 0);
    },
    60 * minutes,
  );

  it(
    "runs from a checkpoint without the program that was there when it was saved",
    async () => {
      const [saving, { output, status, times, cycles }] = [await fromReset(), await run("soc1", undefined, { from: own })];
      const [first, ...rest] = output.split("\n");
      expect(first).toMatch(/^init: kernel after \d+ cycles/);
      expect(rest).toEqual(["init: user space is up, 1 harts online", ""]);
      expect(status).toBe(0);
      expect(times).toEqual(saving.times);
      expect(cycles).toBeLessThan(saving.cycles ?? 0);
    },
    60 * minutes,
  );
});
