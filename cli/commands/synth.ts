/** `./accio synth`: what the hardware occupies in an UltraScale+ device, and its longest paths. */
import { Command } from "commander";
import { hierarchy, type Module } from "#hdl/core/ir.ts";
import { accioTop } from "#rtl/accio-top.ts";
import { resolveConfig } from "#rtl/config/config.ts";
import { clockMhz, goals } from "#sim/synth/goals.ts";
import { type SynthesisResult, synthesiseDesign } from "#sim/synth/index.ts";
import { wholeNumber } from "../arguments.ts";
import { UserError } from "../errors.ts";
import { runSteps } from "../progress.ts";
import { synthesisText } from "../synth.ts";
import { collect } from "./config.ts";

interface Options {
  readonly config: string;
  readonly set: readonly string[];
  readonly paths: number;
  readonly json?: true;
}

/** The module below `top` that is called so, or that begins so and is alone in that. */
const blockOf = (top: Module, name: string): Module => {
  const all = hierarchy(top);
  const exact = all.find((m) => m.name === name);
  const found = exact === undefined ? all.filter((m) => m.name.startsWith(name)) : [exact];
  if (found.length === 1) return found[0] as Module;
  const names = (found.length === 0 ? all : found).map((m) => m.name).toSorted();
  throw new UserError(found.length === 0 ? "no block of that name" : "several blocks of that name", name, `there are ${names.join(", ")}`);
};

export const command = new Command()
  .description(
    "Synthesises a configuration, or one of its blocks, with Yosys for UltraScale+: LUTs, flip-flops and memories of each block,\n" +
      "and the longest paths of each clock in LUT levels and by a simple model of delays (docs/verification.md). Netlists are kept\n" +
      "below build/synth. Exits 1 when a goal of the configuration is missed.",
  )
  .argument("[block]", "a module, or how its name begins: `rx_parse`")
  .option("-c, --config <name>", "tiny, prototype or line-rate", "tiny")
  .option("--set <key=value>", "change a parameter (repeatable)", collect, [])
  .option("--paths <n>", "paths listed for each clock, each to another signal", wholeNumber(1, 10_000), 3)
  .option("--json", "print JSON for other programs")
  .action(async (name: string | undefined, options: Options) => {
    const config = resolveConfig(options.config, options.set);
    const whole = accioTop(config);
    const top = name === undefined ? whole : blockOf(whole, name);
    let result: SynthesisResult | undefined;
    await runSteps(
      [
        {
          title: `Synthesising ${top.name} of ${config.name}`,
          run: async (progress) => {
            const hear = (areas: string, paths: string): void => progress.note(`with blocks: ${areas || "read"}; flat: ${paths || "read"}`);
            result = await synthesiseDesign(top, { hear, paths: options.paths });
            return result.found ? "there already" : `${result.seconds.toFixed(0)} s of Yosys`;
          },
        },
      ],
      { quiet: options.json === true },
    );
    if (result === undefined) return;
    const wanted = goals(config, result);
    if (options.json) process.stdout.write(`${JSON.stringify({ config: config.name, ...result, goals: wanted }, null, 2)}\n`);
    else process.stdout.write(synthesisText(result, wanted, clockMhz(config)));
    process.exitCode = wanted.every((g) => g.reached) ? 0 : 1;
  });
