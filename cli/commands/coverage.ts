/** `./accio coverage`: what the random scenes of the NIC reach in its hardware, and what they never do. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Command } from "commander";
import { resolveConfig } from "#rtl/config/config.ts";
import { collectCoverage } from "#sim/nic-coverage/collect.ts";
import { type CoverageResult, coveragePage, percent } from "#sim/nic-coverage/html.ts";
import { kinds, totalOf } from "#sim/nic-coverage/modules.ts";
import { projectRoot } from "../../toolchain/tools.ts";
import { wholeNumber } from "../arguments.ts";
import { UserError } from "../errors.ts";
import { runSteps } from "../progress.ts";
import { table } from "../table.ts";
import { collect } from "./config.ts";

interface Options {
  readonly count: number;
  readonly seed: number;
  readonly config: string;
  readonly set: readonly string[];
  readonly out: string;
  readonly json?: true;
}

export const command = new Command()
  .description(
    "Plays scenes of accio fuzz nic on a model that counts lines, branches and toggles, and writes an HTML page: shares by\n" +
      "module, points by name (each cause of a drop, each length corner, each queue that was full), and everything that never\n" +
      "happened with its place, explained or open. Compiling that model takes some minutes the first time.",
  )
  .option("-c, --count <n>", "frames to receive", wholeNumber(1, 1_000_000), 6000)
  .option("-s, --seed <n>", "seed of the first scene", wholeNumber(0, 0xffff_ffff), 1)
  .option("--config <name>", "what is built: tiny or line-rate", "tiny")
  .option("--set <key=value>", "change a parameter (repeatable; four harts unless said)", collect, [])
  .option("-o, --out <file>", "the page", join(projectRoot, "build/coverage.html"))
  .option("--json", "print JSON for other programs, and write no page")
  .action(async ({ count, seed, config: name, set, out, json }: Options) => {
    const config = resolveConfig(name, [...(set.some((s) => s.startsWith("harts")) ? [] : ["harts=4"]), ...set]);
    if (config.wireClock)
      throw new UserError("the wire has a clock of its own", `--config ${name}`, "choose tiny or line-rate, or --set wireClock=false");
    let result: CoverageResult | undefined;
    await runSteps(
      [
        {
          title: `Playing scenes of ${count} frames on ${config.name}`,
          run: async (progress) => {
            result = await collectCoverage(config, { count, seed, progress: (done) => progress.at(done, count, "frames") });
            return `${result.scenes} scenes`;
          },
        },
      ],
      { quiet: json === true },
    );
    if (result === undefined) return;
    if (json) {
      process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
      return;
    }
    mkdirSync(dirname(out), { recursive: true });
    writeFileSync(out, coveragePage(result));
    const { modules, functional } = result;
    const rows = kinds.map((k) => {
      const share = totalOf(modules, k);
      const open = share.points - share.hit - share.explained;
      return [k, `${share.points}`, `${share.hit}`, `${share.explained}`, `${open}`, percent(share)];
    });
    const named = functional.filter((f) => f.times > 0).length;
    rows.push(["by name", `${functional.length}`, `${named}`, "0", `${functional.length - named}`, ""]);
    process.stdout.write(`${table(["", "points", "reached", "explained", "open", "share"], rows)}\n${out}\n`);
  });
