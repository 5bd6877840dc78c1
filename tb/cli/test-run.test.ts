/** `./accio test` counts every way in which a test can fail to pass, and prints the count last. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TestOptions } from "#cli/test-run.ts";
import { projectRoot } from "#toolchain/tools.ts";
import { accio, type CliResult, node } from "./run-cli.ts";

const suites: Readonly<Record<string, string>> = {
  passes: `it("one", () => expect(1).toBe(1)); it("two", () => expect(2).toBe(2));`,
  "two-fail": `it("good", () => {}); it("bad", () => expect(1).toBe(2)); it("worse", () => { throw new Error("worse"); });`,
  skips: `it("runs", () => {}); it.skip("skipped", () => {}); it.todo("some day"); it("gives up", ({ skip }) => skip());`,
  "does-not-load": `import "./no-such-file.ts"; it("never", () => {});`,
  "is-empty": `export {};`,
  "before-all-fails": `beforeAll(() => { throw new Error("hook"); }); it("one", () => {}); it("two", () => {});`,
  "after-all-fails": `describe("suite", () => { afterAll(() => { throw new Error("late"); }); it("one", () => {}); });`,
  "fails-later": `it("leaves a promise behind", () => { setTimeout(() => { throw new Error("stray"); }, 1); return new Promise((r) => setTimeout(r, 50)); });`,
};

describe("running tests", () => {
  let root = "";
  beforeAll(() => {
    // Inside the project, so that the suites find vitest in its node_modules.
    mkdirSync(join(projectRoot, "build"), { recursive: true });
    root = mkdtempSync(join(projectRoot, "build/test-run-"));
    for (const [name, body] of Object.entries(suites)) {
      writeFileSync(join(root, `${name}.test.ts`), `import { afterAll, beforeAll, describe, expect, it } from "vitest";\n${body}\n`);
    }
    writeFileSync(join(root, "vitest.config.ts"), "export default {};\n");
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  const runSuites = (options: Omit<Partial<TestOptions>, "root">): CliResult => {
    const script = `
      import { runTests } from ${JSON.stringify(join(projectRoot, "cli/test-run.ts"))};
      process.exitCode = await runTests(${JSON.stringify({ root, patterns: [], ...options })});`;
    return node(["--input-type=module", "--eval", script]);
  };
  const lastLine = ({ stdout }: CliResult) => stdout.trimEnd().split("\n").at(-1);

  it.each([
    ["passes", "2 passed, 0 failed", 0],
    ["two-fail", "1 passed, 2 failed", 1],
    ["skips", "1 passed, 3 failed", 1],
    ["does-not-load", "0 passed, 1 failed", 1],
    ["is-empty", "0 passed, 1 failed", 1],
    ["before-all-fails", "0 passed, 2 failed", 1],
    ["after-all-fails", "1 passed, 1 failed", 1],
    ["fails-later", "1 passed, 1 failed", 1],
  ])("%s: %s", (pattern, line, status) => {
    const result = runSuites({ patterns: [pattern] });
    expect(lastLine(result)).toBe(line);
    expect(result.status).toBe(status);
    expect(result.stdout.endsWith(`${line}\n`)).toBe(true);
  });

  it("names the skipped tests", () => {
    expect(runSuites({ patterns: ["skips"] }).stderr).toMatch(
      /skipped, counts as failed: .*skips\.test\.ts: skipped\n.*: some day\n.*: gives up\n/,
    );
  });

  it("leaves skipped tests out where that is allowed", () => {
    const result = runSuites({ patterns: ["skips", "passes"], allowSkipped: true });
    expect([lastLine(result), result.status]).toEqual(["3 passed, 0 failed", 0]);
  });

  it("counts only the tests that a name selects", () => {
    const result = runSuites({ patterns: ["passes", "skips"], name: "^one|^runs" });
    expect([lastLine(result), result.status]).toEqual(["2 passed, 0 failed", 0]);
  });

  it("does not pass when one of several patterns matches nothing", () => {
    const result = runSuites({ patterns: ["passes", "pases", "./two-pass"] });
    expect(result.stderr).toContain("accio: no test matches: pases, ./two-pass: give a part of a file's path below tb/\n");
    expect([lastLine(result), result.status]).toEqual(["2 passed, 0 failed", 2]);
  });

  it("takes a path as a shell completes it", () => {
    expect(lastLine(runSuites({ patterns: ["./passes.test.ts"] }))).toBe("2 passed, 0 failed");
  });

  it("fails for a failed hook even where skipped tests are allowed", () => {
    expect(lastLine(runSuites({ patterns: ["before-all-fails"], allowSkipped: true }))).toBe("0 passed, 1 failed");
  });

  it("adds up files", () => {
    const result = runSuites({ patterns: ["passes", "two-fail"], jobs: 1 });
    expect([lastLine(result), result.status]).toEqual(["3 passed, 2 failed", 1]);
  });
});

it("a pattern that matches nothing is a user's error, and the count is still last", () => {
  const { status, stdout, stderr } = accio(["test", "no-such-test-anywhere"]);
  expect(status).toBe(2);
  expect(stderr).toContain("accio: no test matches: no-such-test-anywhere: give a part of a file's path below tb/\n");
  expect(stdout).toMatch(/(^|\n)0 passed, 0 failed\n$/);
});
