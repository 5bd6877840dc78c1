/** `./accio fuzz nic` as a user starts it. */
import { expect, test } from "vitest";
import { accio } from "./run-cli.ts";

test("says what it has played", { timeout: 300_000 }, () => {
  const { status, stdout, stderr } = accio(["fuzz", "nic", "--count", "100", "--seed", "3"]);
  expect(stderr).toMatch(
    /^Fuzzing tiny with 100 frames from seed 3 \.\.\.\nFuzzing tiny with 100 frames from seed 3: 0 failures \(\d+\.\d s\)\n$/,
  );
  expect(stdout).toMatch(/^seed 3: 1 scenes, \d+ frames received, \d+ sent, \d+ cycles, 0 failures\n$/);
  expect(status).toBe(0);
});
test("prints JSON", { timeout: 300_000 }, () => {
  const { status, stdout, stderr } = accio(["fuzz", "nic", "--count", "100", "--seed", "3", "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({ count: 100, seed: 3, config: "tiny", scenarios: 1, findings: [] });
  expect([status, stderr]).toEqual([0, ""]);
});
test.each([
  [["--count", "0"], /option '-c, --count <n>' argument '0' is invalid\. It must be a whole number from 1 to 1000000000\./],
  [["--seed", "x"], /option '-s, --seed <n>' argument 'x' is invalid\. It must be a whole number from 0 to 4294967295\./],
  [["--config", "huge"], /^accio: configuration "huge": there is none of that name/],
  [["--config", "prototype"], /^accio: the wire has a clock of its own: --config prototype: choose tiny or line-rate/],
  [["--set", "harts=9"], /harts = 9: must be 1 to 8 harts|must be a whole number from 1 to 8 harts|1 to 8 harts/],
  [["--replay", "no-such.json"], /^accio: no such file: no-such\.json: name a file that accio fuzz nic has written/],
])("refuses %j", (args, message) => {
  const { status, stdout, stderr } = accio(["fuzz", "nic", ...args]);
  expect(stderr).toMatch(message);
  expect([status, stdout]).toEqual([2, ""]);
});
