/** Environments from requirements files: made once, shared, made anew when the file changes, an error when pip fails. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { beforeEach, expect, it, onTestFinished } from "vitest";
import { pythonEnvironment } from "#toolchain/python.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "accio-python-"));
  const made = folder;
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
});

const requirements = (text: string): string => {
  const path = join(folder, "peer.txt");
  writeFileSync(path, text);
  return path;
};

it("makes an environment once, and another one for another content", () => {
  const first = pythonEnvironment(requirements("# nothing\n"), folder);
  expect(basename(first)).toMatch(/^peer-[0-9a-f]{12}$/);
  expect(spawnSync(join(first, "bin/python3"), ["-c", "import sys; print(sys.prefix)"], { encoding: "utf8" }).stdout.trim()).toBe(first);
  const made = statSync(join(first, "complete")).mtimeMs;
  expect(pythonEnvironment(requirements("# nothing\n"), folder)).toBe(first);
  expect(statSync(join(first, "complete")).mtimeMs).toBe(made);
  expect(pythonEnvironment(requirements("# nothing else\n"), folder)).not.toBe(first);
});

it("refuses packages without a hash, and says so", () => {
  expect(() => pythonEnvironment(requirements("colorama==0.4.6\n"), folder)).toThrow(/^cannot install Python packages: .*peer\.txt: /);
});
