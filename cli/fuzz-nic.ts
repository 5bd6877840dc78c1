/** `./accio fuzz nic`: the whole NIC in random scenes, beside its model. */
import { join } from "node:path";
import { Command } from "commander";
import { accioTop } from "#rtl/accio-top.ts";
import { resolveConfig } from "#rtl/config/config.ts";
import { fuzzNic, type NicFuzzResult, nicFindingText, packetsPerScenario, readScenario, tryScenario } from "#sim/fuzz/nic/run.ts";
import { projectRoot } from "../toolchain/tools.ts";
import { wholeNumber } from "./arguments.ts";
import { collect } from "./commands/config.ts";
import { UserError } from "./errors.ts";
import { runSteps } from "./progress.ts";

interface Options {
  readonly count: number;
  readonly seed?: number;
  readonly config: string;
  readonly set: readonly string[];
  readonly replay?: string;
  readonly json?: true;
}
const lastSeed = 0xffff_ffff;

const replay = async (file: string, json: boolean): Promise<void> => {
  const { config, scenario } = readScenario(file);
  let failure: string | null = null;
  await runSteps(
    [
      {
        title: `Playing ${scenario.ops.length} operations of ${file}`,
        run: async () => {
          const result = await tryScenario(scenario, config, accioTop(config));
          failure = "failure" in result ? result.failure : null;
          return failure === null ? "as the model says" : "fails";
        },
      },
    ],
    { quiet: json },
  );
  if (json) process.stdout.write(`${JSON.stringify({ file, config: config.name, seed: scenario.seed, failure }, null, 2)}\n`);
  else process.stdout.write(failure === null ? `${file}: as the model says\n` : `${file}: ${failure}\n`);
  process.exitCode = failure === null ? 0 : 1;
};

export const nic = new Command("nic")
  .description(
    "Plays random scenes on the whole NIC in Verilator: frames of every kind, programs on several harts that open and close\n" +
      "slots, read, send and ring doorbells, memory and wire that pause, delay and refuse. All that can be seen must be what an\n" +
      "independent model allows. A failure is made small and kept in build/fuzz. Exits 1 when there is one.",
  )
  .option("-c, --count <n>", "frames to receive", wholeNumber(1, 1_000_000_000), 20_000)
  .option(
    "-s, --seed <n>",
    `seed of the first scene, of ${packetsPerScenario} frames; scene i has seed + i (default: a random one, printed)`,
    wholeNumber(0, lastSeed),
  )
  .option("--config <name>", "what is built: tiny or line-rate", "tiny")
  .option("--set <key=value>", "change a parameter (repeatable; four harts unless said)", collect, [])
  .option("--replay <file>", "play a scene that failed once more, and nothing else")
  .option("--json", "print JSON for other programs")
  .action(async ({ count, seed: given, config: name, set, replay: file, json }: Options) => {
    if (file !== undefined) return replay(file, json === true);
    const config = resolveConfig(name, [...(set.some((s) => s.startsWith("harts")) ? [] : ["harts=4"]), ...set]);
    if (config.wireClock)
      throw new UserError("the wire has a clock of its own", `--config ${name}`, "choose tiny or line-rate, or --set wireClock=false");
    const seed = given ?? Math.floor(Math.random() * (lastSeed - Math.ceil(count / packetsPerScenario)));
    const folder = join(projectRoot, "build", "fuzz");
    let result: NicFuzzResult | undefined;
    await runSteps(
      [
        {
          title: `Fuzzing ${config.name} with ${count} frames from seed ${seed}`,
          run: async (progress) => {
            result = await fuzzNic({
              count,
              seed,
              config,
              folder,
              progress: (done, bad) => progress.at(done, count, `frames, ${bad} failures`),
            });
            return `${result.findings.length} failures`;
          },
        },
      ],
      { quiet: json === true },
    );
    if (result === undefined) return;
    if (json) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    else {
      for (const f of result.findings) process.stdout.write(`${nicFindingText(f)}\n`);
      process.stdout.write(
        `seed ${seed}: ${result.scenarios} scenes, ${result.received} frames received, ${result.sent} sent, ${result.cycles} cycles, ${result.findings.length} failures\n`,
      );
    }
    process.exitCode = result.findings.length > 0 ? 1 : 0;
  });
