/**
 * Linux on Rocket's RTL: the guest's self-test passes, and user space is reached within the cycles that were set as a goal.
 * Four harts take minutes, and run in CI.
 */
import { describe, expect, it } from "vitest";
import { boot } from "#driver/linux/boot.ts";
import { program } from "#driver/linux/compile.ts";
import { rocket } from "#driver/linux/rocket.ts";
import { socConfigs } from "#rtl/soc/config.ts";
import { timingNamed } from "#sim/soc/timing.ts";

const goals = { soc1: 10_000_000, soc4: 20_000_000 } as const;
const systems = process.env.CI === "true" ? (["soc1", "soc4"] as const) : (["soc1"] as const);

describe.each(systems)("%s", (system) => {
  it("boots in time and passes the self-test", async () => {
    const { harts } = socConfigs[system];
    const { status, output, times, instructions } = await boot({
      machine: rocket({ system, timing: timingNamed("raw"), maxCycles: 60_000_000 }),
      memoryBytes: 16 * 2 ** 20,
      command: { program: await program("selftest"), arguments: [`${harts}`] },
      console: () => undefined,
    });
    const [first, ...rest] = output.split("\n");
    expect(first).toMatch(/^init: kernel after \d+ cycles/);
    expect(rest.filter((line) => !line.startsWith("ok "))).toEqual(["selftest: passed", ""]);
    expect(status).toBe(0);
    expect(instructions).toHaveLength(harts);
    expect(times?.kernelInstructions).toBeLessThan(30_000);
    expect(times?.userCycles).toBeLessThan(goals[system]);
  }, 3_000_000);
});
