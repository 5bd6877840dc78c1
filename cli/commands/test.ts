/** `./accio test`: the whole suite, or the files whose path contains a pattern. */
import { Command } from "commander";
import { projectRoot } from "../../toolchain/tools.ts";
import { wholeNumber } from "../arguments.ts";
import { runTests } from "../test-run.ts";

interface Options {
  readonly name?: string;
  readonly jobs?: number;
  readonly seed?: number;
  readonly update?: true;
  readonly allowSkipped?: true;
}

export const command = new Command()
  .description("Runs the tests. The last line is `N passed, N failed`; a skipped test counts as failed.")
  .argument("[pattern...]", "parts of test file paths: `fifo`, `tb/hdl-gen`")
  .option("-n, --name <regex>", "only tests whose name matches")
  .option("-j, --jobs <n>", "test files at once (default: cores, at most 4)", wholeNumber(1, 256))
  .option("-s, --seed <n>", "seed of random stimulus, as a failing test printed it", wholeNumber(0, 0xffff_ffff))
  .option("-u, --update", "rewrite golden files and snapshots")
  .option("--allow-skipped", "do not count skipped tests")
  .action(async (patterns: readonly string[], { seed, ...options }: Options) => {
    if (seed !== undefined) process.env.ACCIO_SEED = String(seed);
    process.exitCode = await runTests({ root: projectRoot, patterns, ...options });
  });
