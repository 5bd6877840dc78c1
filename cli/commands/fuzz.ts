/** `./accio fuzz`: random modules that every simulator must understand alike, and random scenes that the NIC must bear. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import type { CoverageResult } from "#sim/fuzz/coverage.ts";
import { type FuzzResult, findingText, fuzz } from "#sim/fuzz/run.ts";
import { projectRoot } from "../../toolchain/tools.ts";
import { wholeNumber } from "../arguments.ts";
import { nic } from "../fuzz-nic.ts";
import { runSteps } from "../progress.ts";
import { table } from "../table.ts";

interface Options {
  readonly count: number;
  readonly seed?: number;
  readonly jobs: number;
  readonly json?: true;
}
const lastSeed = 0xffff_ffff;

/** Two tables: operators by width, and everything else by how often it occurred. */
const coverageText = ({ ranges, operators, kinds, missing }: CoverageResult): string => {
  const cells = (counts: readonly number[]): readonly string[] => counts.map((n) => `${n}`);
  const columns = 3;
  const others = Object.entries(kinds).map(([kind, n]) => [kind, `${n}`]);
  const lines = Math.ceil(others.length / columns);
  const rows = Array.from({ length: lines }, (_, i) =>
    Array.from({ length: columns }, (_unused, c) => others[c * lines + i] ?? ["", ""]).flat(),
  );
  return [
    table(
      ["at bits", ...ranges],
      Object.entries(operators).map(([name, counts]) => [name, ...cells(counts)]),
    ),
    table(["what", "", "what", "", "what", ""], rows),
    missing.length === 0 ? "" : `never: ${missing.join(", ")}\n`,
  ].join("\n");
};

const hdl = new Command("hdl")
  .description(
    "Random modules run under random stimulus in the instant simulator, Verilator, Icarus, and Icarus after a Yosys round\n" +
      "trip; their traces must be the same. A disagreement is made small and printed as a module; so is a tool that refuses one\n" +
      "or does not come to an end. Says which operators, widths and statements occurred. Exits 1 when there is a disagreement.",
  )
  .option("-c, --count <n>", "modules", wholeNumber(1, 10_000_000), 200)
  .option("-s, --seed <n>", "seed of the first module; module i has seed + i (default: a random one, printed)", wholeNumber(0, lastSeed))
  .option("-j, --jobs <n>", "builds at once", wholeNumber(1, 256), 2)
  .option("--json", "print JSON for other programs")
  .action(async ({ count, seed: given, jobs, json }: Options) => {
    const seed = given ?? Math.floor(Math.random() * (lastSeed - count));
    const folder = join(projectRoot, "build");
    mkdirSync(folder, { recursive: true });
    let result: FuzzResult | undefined;
    await runSteps(
      [
        {
          title: `Fuzzing ${count} modules from seed ${seed}`,
          run: async (progress) => {
            result = await fuzz({
              count,
              seed,
              jobs,
              folder,
              progress: (done, bad) => progress.at(done, count, `modules, ${bad} disagreements`),
            });
            return `${result.findings.length} disagreements`;
          },
        },
      ],
      { quiet: json === true },
    );
    if (result === undefined) return;
    if (json) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    else {
      for (const f of result.findings) process.stdout.write(`${findingText(f)}\n`);
      process.stdout.write(`${coverageText(result.coverage)}\n`);
      const engines = ["instant simulator", ...result.engines].join(", ");
      process.stdout.write(
        `seed ${seed}: ${count} designs of ${result.modules} modules, ${result.findings.length} disagreements (${engines})\n`,
      );
    }
    process.exitCode = result.findings.length > 0 ? 1 : 0;
  });

export const command = new Command().description("Looks for faults with random inputs.").addCommand(hdl).addCommand(nic);
