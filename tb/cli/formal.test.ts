/** `./accio formal` as a user starts it. */
import { expect, test } from "vitest";
import type { TaskResult } from "#sim/formal/index.ts";
import { accio } from "./run-cli.ts";

test("proves what its name matches, and prints a table", () => {
  const { status, stdout, stderr } = accio(["formal", "fifo of 1 entry: can be", "--depth", "5"]);
  expect(stderr).toMatch(/^Proving 1 task \.\.\.\nProving 1 task: 1 passed, 0 failed \(\d+\.\d s\)\n$/);
  expect(stdout).toMatch(/^proof +method +depth +seconds +result +property +where\n/);
  expect(stdout).toMatch(
    /^fifo of 1 entry: can be full and empty +cover +5 +\d+\.\d +reached in cycle 2 +full +tb\/formal\/fifo\.formal\.ts:\d+$/m,
  );
  expect(status).toBe(0);
});
test("prints JSON, and exits 1 where something is not shown to hold", () => {
  const { status, stdout, stderr } = accio(["formal", "fifo of 1 entry: can be", "--depth", "1", "--json"]);
  const [result] = JSON.parse(stdout) as readonly TaskResult[];
  expect(result).toMatchObject({ ok: false, mode: "cover", depth: 1, unit: "cycle", message: "not every cover is reached in 1 cycle" });
  expect(result?.properties.map((p) => p.verdict)).toEqual(["unreached", "unreached"]);
  expect([status, stderr]).toEqual([1, ""]);
});
test("lists the proofs", () => {
  const { status, stdout } = accio(["formal", "fifo of 1 entry", "--list"]);
  expect(stdout).toMatch(/^proof +method +depth\nfifo of 1 entry: a queue +bounded +\d+\n/);
  expect(status).toBe(0);
});
test("says where nothing matches", () => {
  const { status, stderr } = accio(["formal", "no such proof"]);
  expect([status, stderr]).toEqual([2, "accio: no proof matches: no such proof: ./accio formal --list shows their names\n"]);
});
