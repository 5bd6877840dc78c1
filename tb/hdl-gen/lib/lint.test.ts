/** The library's Verilog, corner parameters included, passes every linter without a remark. */

import { expect, test } from "vitest";
import { emitDesign } from "#hdl/emit/index.ts";
import { lintDesign } from "#sim/lint/index.ts";
import { blocks, library } from "./blocks.ts";

test("every block is its own module and warns of nothing", () => {
  expect(new Set(blocks.map((b) => b.name)).size).toBe(blocks.length);
  expect(blocks.flatMap((b) => b.warnings.map((w) => `${b.name}: ${w.message}`))).toEqual([]);
});
test("no linter has a remark", async () => {
  const top = library();
  expect(top.warnings).toEqual([]);
  const { findings, tools } = await lintDesign(emitDesign(top), top);
  expect(findings).toEqual([]);
  expect(tools.length).toBeGreaterThanOrEqual(5);
});
