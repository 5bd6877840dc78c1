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
    const before = failed + skipped.length;
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
    if (failed + skipped.length === before && (module.errors().length > 0 || suiteFailed || tests === 0)) failed += 1;
  }
  return { passed, failed: failed + skipped.length, skipped };
}

/** The last line of `./accio test` and of `.ci/run`. */
export function countLine(count: Pick<TestCount, "passed" | "failed">): string {
  return `${count.passed} passed, ${count.failed} failed`;
}

/** Runs the tests, prints progress, failures and the count; returns the exit status: 0, 1 (failed), 2 (nothing to run), 130. */
export async function runTests(options: TestOptions): Promise<number> {
  const end: { count: TestCount; reason: TestRunEndReason; files: readonly string[] } = {
    count: { passed: 0, failed: 1, skipped: [] },
    reason: "failed",
    files: [],
  };
  const counter: Reporter = {
    onTestRunEnd(modules, strayErrors, reason) {
      end.files = modules.map((module) => module.moduleId);
      end.reason = reason;
      end.count = countTests(modules, strayErrors.length, { skipped: options.allowSkipped === true || options.name !== undefined });
    },
  };
  const filters = options.patterns.map((pattern) => pattern.replace(/^(\.\/)+/, ""));
  const vitest = await startVitest(filters, {
    root: options.root,
    watch: false,
    reporters: ["default", counter],
    passWithNoTests: true,
    ...(options.name === undefined ? {} : { testNamePattern: options.name }),
    ...(options.jobs === undefined ? {} : { maxWorkers: options.jobs }),
    ...(options.update === undefined ? {} : { update: options.update }),
  });
  await vitest.close();

  const { count, reason, files } = end;
  for (const test of count.skipped) process.stderr.write(`skipped, counts as failed: ${test}\n`);
  const idle = options.patterns.filter((_, index) => !files.some((file) => file.includes(filters[index] ?? "")));
  if (options.name !== undefined && count.passed + count.failed === 0) idle.push(`--name ${options.name}`);
  if (files.length === 0 && idle.length === 0) idle.push(options.root);
  if (idle.length > 0) {
    const error = new UserError("no test matches", idle.join(", "), "give a part of a file's path below tb/");
    process.stderr.write(`accio: ${error.message}\n`);
  }
  process.stdout.write(`${countLine(files.length === 0 ? { passed: 0, failed: 0 } : count)}\n`);
  if (reason === "interrupted") return 130;
  if (count.failed > 0 && files.length > 0) return 1;
  return idle.length > 0 ? userErrorStatus : 0;
}
