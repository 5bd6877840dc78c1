/** `./accio mutate`: breaks the blocks one change at a time, and shows which changes their tests do not notice. */
import { availableParallelism } from "node:os";
import { Command } from "commander";
import { discoverFamilies, type Found } from "#sim/mutate/discover.ts";
import { mutantsOf } from "#sim/mutate/family.ts";
import { type BlockResult, runMutants } from "#sim/mutate/run.ts";
import { wholeNumber } from "../arguments.ts";
import { UserError } from "../errors.ts";
import { details, mutantTable, passes, wantedShare } from "../mutate.ts";
import { runSteps } from "../progress.ts";
import { table } from "../table.ts";

interface Options {
  readonly sample?: number;
  readonly seed: number;
  readonly jobs: number;
  readonly list?: true;
  readonly json?: true;
}

const chosen = (all: readonly Found[], name: string | undefined): readonly Found[] => {
  const exact = all.filter((f) => f.name === name);
  const found =
    name === undefined ? all : exact.length > 0 ? exact : all.filter((f) => f.name.includes(name) || f.family.block.name.includes(name));
  if (found.length === 0) throw new UserError("no block with mutants matches", name ?? "", "./accio mutate --list shows them");
  return found;
};

export const command = new Command()
  .description(
    "Changes operators, constants, conditions, assignments, resets and widths of compares of a block, one at a time; the block's\n" +
      `test must notice. Prints what it does not, with file and line. Exits 1 when a block has less than ${wantedShare * 100} % caught, of those\n` +
      "that make a difference.",
  )
  .argument("[block]", "part of a block's name: `table`, `dma_read`")
  .option("-n, --sample <n>", "mutants of each block (default: all)", wholeNumber(1, 1_000_000))
  .option("-s, --seed <n>", "which ones a sample takes", wholeNumber(0, 0xffff_ffff), 1)
  .option("-j, --jobs <n>", "threads", wholeNumber(1, 256), Math.max(1, Math.min(4, availableParallelism())))
  .option("--list", "show the blocks and try none")
  .option("--json", "print JSON for other programs")
  .action(async (name: string | undefined, { sample, seed, jobs, list, json }: Options) => {
    const blocks = chosen(await discoverFamilies(), name);
    if (list) {
      const rows = blocks.map((b) => [b.name, b.family.block.name, `${mutantsOf(b.family).length}`]);
      process.stdout.write(table(["block", "module", "mutants"], rows));
      return;
    }
    const results: BlockResult[] = [];
    await runSteps(
      [
        {
          title: `Mutating ${blocks.length} block${blocks.length === 1 ? "" : "s"}`,
          run: async (progress) => {
            const options = { seed, jobs, ...(sample === undefined ? {} : { sample }) };
            results.push(
              ...(await runMutants(blocks, {
                ...options,
                progress: (done, total, block) => progress.at(done, total, `mutants, ${block}`),
              })),
            );
            return `${results.reduce((n, r) => n + r.tried, 0)} mutants, ${results.reduce((n, r) => n + r.survivors.length, 0)} survivors`;
          },
        },
      ],
      { quiet: json === true },
    );
    if (json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
    else process.stdout.write(`${mutantTable(results)}${results.map(details).join("")}`);
    process.exitCode = results.every(passes) ? 0 : 1;
  });
