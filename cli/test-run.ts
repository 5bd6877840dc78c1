/**
 * Runs vitest and counts what came out. A skipped test counts as failed: a suite that quietly leaves tests out says
 * less than it seems to. The count is printed last, as `N passed, N failed`, whatever else was printed before.
 */
import type { Reporter, TestModule, TestRunEndReason } from "vitest/node";
import { startVitest } from "vitest/node";
import { UserError, userErrorStatus } from "./errors.ts";

export interface TestOptions {
  /** Folder with `vitest.config.ts`. */
  readonly root: string;
  /** Parts of test file paths; all files when empty. */
  readonly patterns: readonly string[];
  /** Only tests whose full name matches; the others are then neither run nor counted. */
  readonly name?: string;
  /** Test files at once. */
  readonly jobs?: number;
  /** Rewrite golden files and snapshots. */
  readonly update?: boolean;
  /** Skipped tests are not counted at all. */
  readonly allowSkipped?: boolean;
}

export interface TestCount {
  readonly passed: number;
  readonly failed: number;
  /** Of `failed`: tests that were skipped, with file and name. */
  readonly skipped: readonly string[];
}

/**
 * Counts the tests of finished modules. Failed are: failed tests, tests that were skipped or never came to an end
 * (unless allowed), files that did not load or whose hooks failed, files without a test, and errors outside any test.
 */
export function countTests(
  modules: readonly Pick<TestModule, "children" | "errors" | "moduleId">[],
  strayErrors: number,
  leniency: { readonly skipped: boolean },
): TestCount {
  let passed = 0;
  let failed = strayErrors;
  const skipped: string[] = [];
  for (const module of modules) {
    const before = failed;
    let tests = 0;
    for (const test of module.children.allTests()) {
      tests += 1;
      const { state } = test.result();
      if (state === "passed") passed += 1;
      else if (state === "failed") failed += 1;
      else if (!leniency.skipped) skipped.push(`${module.moduleId}: ${test.fullName}`);
    }
    // A file's own error is one failure, unless it is only the sum of its tests'.
    const suiteFailed = [...module.children.allSuites()].some((suite) => suite.errors().length > 0);
    if (failed === before && (module.errors().length > 0 || suiteFailed || tests === 0)) failed += 1;
  }
  return { passed, failed: failed + skipped.length, skipped };
}

/** The last line of `./accio test` and of `.ci/run`. */
export function countLine(count: Pick<TestCount, "passed" | "failed">): string {
  return `${count.passed} passed, ${count.failed} failed`;
}

/** Runs the tests, prints progress, failures and the count; returns the exit status: 0, 1 (failed), 2 (nothing to run), 130. */
export async function runTests(options: TestOptions): Promise<number> {
  let count: TestCount = { passed: 0, failed: 1, skipped: [] };
  let reason: TestRunEndReason = "failed";
  let files = 0;
  const counter: Reporter = {
    onTestRunEnd(modules, strayErrors, endReason) {
      files = modules.length;
      reason = endReason;
      count = countTests(modules, strayErrors.length, { skipped: options.allowSkipped === true || options.name !== undefined });
    },
  };
  const vitest = await startVitest([...options.patterns], {
    root: options.root,
    watch: false,
    reporters: ["default", counter],
    passWithNoTests: true,
    ...(options.name === undefined ? {} : { testNamePattern: options.name }),
    ...(options.jobs === undefined ? {} : { maxWorkers: options.jobs }),
    ...(options.update === undefined ? {} : { update: options.update }),
  });
  await vitest.close();

  const ran = count.passed + count.failed;
  let status = count.failed > 0 ? 1 : 0;
  if (files === 0 || ran === 0) {
    const wanted = [...options.patterns, ...(options.name === undefined ? [] : [`--name ${options.name}`])].join(" ");
    const error = new UserError("no test matches", wanted === "" ? options.root : wanted, "give a part of a file's path below tb/");
    process.stderr.write(`accio: ${error.message}\n`);
    status = userErrorStatus;
    count = { passed: 0, failed: 0, skipped: [] };
  }
  if (reason === "interrupted") status = 130;
  for (const test of count.skipped) process.stderr.write(`skipped, counts as failed: ${test}\n`);
  process.stdout.write(`${countLine(count)}\n`);
  return status;
}
