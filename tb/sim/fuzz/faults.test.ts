/** The fuzz can fail: faults put into the emitter's output are found, made small, and said with what replays them. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { emitAll } from "#sim/fuzz/compare.ts";
import { execute } from "#sim/fuzz/process.ts";
import { type Finding, findingText, fuzz } from "#sim/fuzz/run.ts";
import { projectRoot } from "../../../toolchain/tools.ts";

const folder = join(projectRoot, "build");
mkdirSync(folder, { recursive: true });

const faults = [
  { name: "arithmetic shifts that bring in zeros", from: />>>/g, to: ">>", shows: / >>s / },
  { name: "signed comparisons taken as unsigned", from: /\$signed\(/g, to: "$unsigned(", shows: / (<=?|>=?|>>)s / },
  { name: "sums that are differences", from: / \+ (?!1\)|\d+'d1)/g, to: " - ", shows: / \+ / },
  { name: "an asynchronous reset that waits for the clock", from: / or posedge (b_)?rst/g, to: "", shows: / async reset / },
  { name: "a second clock that is the first", from: /posedge b_clk/g, to: "posedge clk", shows: /b_clk/ },
] as const;

/** Lines of a finding's module that say something. */
const size = (f: Finding): number => f.module.trim().split("\n").length;

describe("a fault in the Verilog", () => {
  test.each(faults)("$name", async ({ from, to, shows }) => {
    const result = await fuzz({
      count: 60,
      seed: 300,
      jobs: 1,
      engines: ["icarus"],
      folder,
      shrinkMost: 1,
      emit: (top) => emitAll(top).replaceAll(from, to),
    });
    expect(result.findings.length).toBeGreaterThan(0);
    const found = result.findings.find((f) => f.shrunk) as Finding;
    expect(found.what).toMatch(/^icarus differs in step \d+/);
    expect(found.module).toMatch(shows);
    if (size(found) > 16) expect.fail(`not small:\n${findingText(found)}`);
    const text = findingText(found);
    expect(text).toContain(`./accio fuzz hdl --seed ${found.seed} --count 1`);
    expect(text).toContain("endmodule");
    // The seed alone finds it again.
    const again = await fuzz({
      ...result,
      count: 1,
      seed: found.seed,
      folder,
      shrinkMost: 0,
      emit: (top) => emitAll(top).replaceAll(from, to),
    });
    expect(again.findings.map((f) => f.seed)).toEqual([found.seed]);
  });
});

test("Verilog that a tool refuses is a finding, and does not hide the others of its batch", async () => {
  const result = await fuzz({
    count: 6,
    seed: 700,
    jobs: 1,
    engines: ["icarus"],
    folder,
    shrinkMost: 0,
    emit: (top) => (top.name === "fuzz_703" ? emitAll(top).replace("endmodule", "endmodul") : emitAll(top)),
  });
  expect(result.findings.map((f) => [f.seed, f.what.split("\n")[0]])).toEqual([
    [703, expect.stringMatching(/^icarus: iverilog .* failed:$/)],
  ]);
});

test("a simulation without an end is a finding that names its seed, not a hang", { timeout: 600_000 }, async () => {
  const endless = "reg hangs; initial begin hangs = 1'b1; while (hangs) hangs = 1'b1; end endmodule";
  const result = await fuzz({
    count: 2,
    seed: 700,
    jobs: 1,
    seconds: 2,
    engines: ["icarus"],
    folder,
    emit: (top) => (top.name === "fuzz_701" ? emitAll(top).replace("endmodule", endless) : emitAll(top)),
  });
  expect(result.findings.map((f) => [f.seed, f.what, f.shrunk])).toEqual([
    [701, "icarus: time-out: vvp took more than 2 s of processor time", false],
  ]);
  expect(findingText(result.findings[0] as Finding)).toContain("./accio fuzz hdl --seed 701 --count 1");
});

describe("a program", () => {
  const run = { cwd: folder, seconds: 5 };
  test("that prints without an end is stopped", async () => {
    await expect(execute(run, "yes", [])).rejects.toThrow(/^time-out: yes (printed more than|took more than)/);
  });
  test("that breaks says how", async () => {
    await expect(execute(run, "/bin/sh", ["-c", "echo told; kill -FPE $$"])).rejects.toThrow(/crashed \(SIGFPE\):\ntold/);
    await expect(execute(run, "/bin/sh", ["-c", "echo why >&2; exit 3"])).rejects.toThrow(/failed:\nwhy/);
  });
});

test("an emitter that throws is a finding", async () => {
  const result = await fuzz({
    count: 2,
    seed: 700,
    jobs: 1,
    engines: ["icarus"],
    folder,
    shrinkMost: 0,
    emit: () => {
      throw new Error("no words");
    },
  });
  expect(result.findings.map((f) => f.what.split("\n")[0])).toEqual(["emit: Error: no words", "emit: Error: no words"]);
});
