/** `./accio formal`: proves the properties of the hardware, and shows how one that does not hold fails. */
import { Command } from "commander";
import { mapLimited } from "#sim/bridge/command.ts";
import { discoverTasks, type FormalTask, prove, type TaskResult } from "#sim/formal/index.ts";
import { wholeNumber } from "../arguments.ts";
import { UserError } from "../errors.ts";
import { failure, method, resultTable } from "../formal.ts";
import { runSteps } from "../progress.ts";
import { table } from "../table.ts";

interface Options {
  readonly json?: true;
  readonly depth?: number;
  readonly jobs: number;
  readonly list?: true;
}

const chosen = (all: readonly FormalTask[], name: string | undefined): readonly FormalTask[] => {
  const found = name === undefined ? all : all.filter((t) => t.name.includes(name));
  if (found.length === 0) throw new UserError("no proof matches", name ?? "", "./accio formal --list shows their names");
  return found;
};

export const command = new Command()
  .description(
    "Proves properties with Yosys and Bitwuzla, by induction (for ever), bounded (for so many cycles after reset) or by reaching a cover.\n" +
      "A counter-example is printed and kept as a waveform below build/formal. Exits 1 when a property is not shown to hold.",
  )
  .argument("[name]", "part of the names of proofs: `fifo`")
  .option("--json", "print JSON for other programs")
  .option("--depth <n>", "cycles, in place of what each proof says", wholeNumber(1, 10_000))
  .option("-j, --jobs <n>", "proofs at once", wholeNumber(1, 256), 2)
  .option("--list", "show the proofs and run none")
  .action(async (name: string | undefined, options: Options) => {
    const tasks = chosen(await discoverTasks(), name);
    if (options.list) {
      process.stdout.write(
        table(
          ["proof", "method", "depth"],
          tasks.map((t) => [t.name, method(t), `${t.depth}`]),
        ),
      );
      return;
    }
    const results: TaskResult[] = [];
    await runSteps(
      [
        {
          title: `Proving ${tasks.length} task${tasks.length === 1 ? "" : "s"}`,
          run: async (progress) => {
            let done = 0;
            const depth = options.depth === undefined ? {} : { depth: options.depth };
            const all = await mapLimited(tasks, options.jobs, async (t) => {
              const r = await prove(t, depth);
              progress.at(++done, tasks.length, r.ok ? t.name : `${t.name}: failed`);
              return r;
            });
            results.push(...all);
            const failed = all.filter((r) => !r.ok).length;
            return `${all.length - failed} passed, ${failed} failed`;
          },
        },
      ],
      { quiet: options.json === true },
    );
    if (options.json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
    else {
      process.stdout.write(resultTable(results));
      for (const t of results) if (!t.ok) process.stdout.write(failure(t));
    }
    process.exitCode = results.every((t) => t.ok) ? 0 : 1;
  });
