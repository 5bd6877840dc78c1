/**
 * Linux on Rocket's RTL: the guest's self-test passes, and user space is reached within the cycles that were set as a goal.
 * Four harts boot in QEMU (boot.test.ts); their RTL has not been seen to boot yet.
 */
import { describe, expect, it } from "vitest";
import { boot } from "#driver/linux/boot.ts";
import { program } from "#driver/linux/compile.ts";
import { rocket } from "#driver/linux/rocket.ts";
import { socConfigs } from "#rtl/soc/config.ts";
import { timingNamed } from "#sim/soc/timing.ts";

const goals = { soc1: 10_000_000, soc4: 20_000_000 } as const;
const systems = ["soc1"] as const;

const machine = (system: (typeof systems)[number]) => rocket({ system, timing: timingNamed("raw"), maxCycles: 60_000_000 });
const memoryBytes = 16 * 2 ** 20;
const console = () => undefined;

describe.each(systems)("%s", (system) => {
  const { harts } = socConfigs[system];

  it("reaches user space in time", async () => {
    const { status, output, times, instructions } = await boot({ machine: machine(system), memoryBytes, console });
    const [first, ...rest] = output.split("\n");
    expect(first).toMatch(/^init: kernel after \d+ cycles/);
    expect(rest).toEqual([`init: user space is up, ${harts} harts online`, ""]);
    expect(status).toBe(0);
    expect(instructions).toHaveLength(harts);
    expect(times?.kernelInstructions).toBeLessThan(30_000);
    expect(times?.userCycles).toBeLessThan(goals[system]);
  }, 3_000_000);

  it("passes the self-test", async () => {
    const command = { program: await program("selftest"), arguments: [`${harts}`] };
    const { status, output } = await boot({ machine: machine(system), memoryBytes, command, console });
    expect(output.split("\n").filter((line) => !/^ok |^init: kernel after /.test(line))).toEqual(["selftest: passed", ""]);
    expect(status).toBe(0);
  }, 3_000_000);
});
