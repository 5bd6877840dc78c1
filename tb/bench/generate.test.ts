/** The benchmark of generation: every configuration is there, and the summary says whether the goal was reached. */
import { expect, it } from "vitest";
import { generateHeader, generateRows, generateSummary, measureGenerate } from "../../bench/generate/generate.ts";
import { accio } from "../cli/run-cli.ts";

it("measures every configuration in processes of their own", () => {
  const rounds: number[] = [];
  const speed = measureGenerate(2, (round) => rounds.push(round));
  expect(rounds).toEqual([0, 1]);
  expect(speed.configs.map((c) => c.config)).toEqual(["tiny", "prototype", "line-rate"]);
  for (const c of speed.configs) expect(Math.min(c.elaborate, c.emit, c.files, c.lines)).toBeGreaterThan(0);
  expect(speed.best).toBeLessThanOrEqual(speed.total);
  for (const row of generateRows(speed)) expect(row).toHaveLength(generateHeader.length);
});
it("says whether the goal was reached", () => {
  expect(generateSummary({ configs: [], total: 1000, best: 900.4 })).toBe("all: 1000 ms, best 900; goal 1000: reached");
  expect(generateSummary({ configs: [], total: 1001, best: 1001 })).toMatch(/missed$/);
});
it("refuses no rounds", () => {
  const { status, stderr } = accio(["bench", "generate", "--rounds", "0"]);
  expect(status).toBe(2);
  expect(stderr).toMatch(/--rounds/);
});
