/** The ready queue against its model at random, and against Verilog's linters; directed cases stand in `ready-queue-cases.test.ts`. */
import { describe, expect, it, test } from "vitest";
import { emitDesign } from "#hdl/emit/index.ts";
import { type Config, resolveConfig } from "#rtl/config/config.ts";
import { readyQueue } from "#rtl/ict/ready-queue.ts";
import { lintDesign } from "#sim/lint/index.ts";
import { checkReadyQueue } from "./ready-queue-check.ts";

const sized = (slots: number, harts: number): Config => ({ ...resolveConfig("tiny"), slots, harts });
const sizes: readonly (readonly [number, number])[] = [
  [16, 1],
  [16, 4],
  [16, 8],
  [64, 1],
  [64, 3],
  [64, 4],
  [64, 8],
  [1024, 1],
  [1024, 4],
  [1024, 8],
];

describe.each(sizes)("ready queue of %i slots and %i harts", (slots, harts) => {
  const config = sized(slots, harts);
  it.each([1, 2, 3])("is the model in every cycle, seed %i", (seed) => {
    const { one, both, none, cancelled, inside, moved, waiting, held } = checkReadyQueue(readyQueue(config), config, slots + 5000, seed);
    // Everything has been there, and not once.
    for (const n of [one, both, none, cancelled, moved, held]) expect(n).toBeGreaterThan(3);
    for (const n of [inside, waiting]) expect(n).toBeGreaterThan(1);
  });
  test("warns of nothing, and no linter has a remark", async () => {
    const top = readyQueue(config);
    expect(top.warnings).toEqual([]);
    const { findings, tools } = await lintDesign(emitDesign(top), top);
    expect(findings).toEqual([]);
    expect(tools.length).toBeGreaterThanOrEqual(5);
  });
});
