/** `./accio test --seed N` is the seed of everything in a test. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";
import { testbench } from "#sim/run/index.ts";
import { counter } from "../designs.ts";

it("a testbench has a seed", () =>
  testbench(counter(8), (dut, bench) => {
    console.log(`the seed is ${bench.seed}, the model's ${dut.sim.seed}, the first number ${bench.random.word()}`);
    expect(dut.sim.seed).toBe(bench.seed);
  }));

it("the command line sets it, and so the random numbers", () => {
  const root = join(import.meta.dirname, "../../..");
  const run = (seed: string): string => {
    const arguments_ = ["cli/main.ts", "test", "tb/sim/run/seed.test.ts", "--name", "a testbench has a seed", "--seed", seed];
    const printed = execFileSync(process.execPath, arguments_, { cwd: root, encoding: "utf8" });
    expect(printed).toContain("1 passed, 0 failed");
    return /the seed is .*/.exec(printed)?.[0] ?? "";
  };
  const first = run("4711");
  expect(first).toMatch(/^the seed is 4711, the model's 4711, the first number \d+$/);
  expect(run("4711")).toBe(first);
  expect(run("4712")).not.toBe(first);
});
