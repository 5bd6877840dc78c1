/** `./accio mutate` as a user starts it. */
import { expect, test } from "vitest";
import { details, mutantTable, passes } from "#cli/mutate.ts";
import type { BlockResult } from "#sim/mutate/run.ts";
import { accio } from "./run-cli.ts";

test("lists blocks", () => {
  const { status, stdout } = accio(["mutate", "--list"]);
  expect(stdout).toMatch(/^block +module +mutants\n/);
  expect(stdout).toMatch(/^buffer reader +buffer_reader_4x32 +\d+$/m);
  expect(status).toBe(0);
});
test("tries a sample of a block", () => {
  const { status, stdout, stderr } = accio(["mutate", "buffer reader", "--sample", "8", "--seed", "3", "-j", "2"]);
  expect(stderr).toMatch(/^Mutating 1 block \.\.\.\nMutating 1 block: 8 mutants, 0 survivors \(\d+\.\d s\)\n$/);
  expect(stdout).toMatch(/^block +mutants +tried +caught +equivalent +survivors +share\nbuffer reader +\d+ +8 +\d +\d +0 +100\.0 %\n/);
  expect(status).toBe(0);
});
test("prints JSON", () => {
  const { status, stdout, stderr } = accio(["mutate", "buffer_reader", "--sample", "2", "--json"]);
  expect(JSON.parse(stdout)).toMatchObject([{ block: "buffer reader", tried: 2, survivors: [], share: 1 }]);
  expect([status, stderr]).toEqual([0, ""]);
});
test("says where nothing matches", () => {
  const { status, stderr } = accio(["mutate", "no such block"]);
  expect([status, stderr]).toEqual([2, "accio: no block with mutants matches: no such block: ./accio mutate --list shows them\n"]);
});

const result: BlockResult = {
  block: "b",
  mutants: 200,
  tried: 102,
  caught: 94,
  kinds: {},
  equivalent: [{ change: "x: le for lt", count: 2, why: "equal" }],
  survivors: [{ kind: "operator", at: "rtl/x.ts:3", change: "7: x: or for and" }],
  crashed: [],
  stale: ["y: 1 for 0"],
  share: 0.94,
};
test("prints survivors with their places, and reasons", () => {
  expect(mutantTable([result])).toMatch(/\nb +200 +102 +94 +2 +1 +94\.0 %\n$/);
  expect(details(result)).toBe(
    "\nb\n  survived: rtl/x.ts:3: operator: 7: x: or for and\n  listed as equivalent, and yet noticed: y: 1 for 0\n  equivalent: x: le for lt (2): equal\n",
  );
});
test("passes at 95 %, and not with a check that crashes", () => {
  expect(passes(result)).toBe(false);
  expect(passes({ ...result, share: 0.95 })).toBe(true);
  expect(passes({ ...result, share: 1, crashed: [{ kind: "operator", at: "a", change: "b", message: "c" }] })).toBe(false);
});
