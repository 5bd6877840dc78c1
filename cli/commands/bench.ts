/** `./accio bench`: what is measured and never asserted, and the cycle counts that tests assert, as tables. */
import { Command } from "commander";
import { type SocName, socConfigs } from "../../rtl/soc/config.ts";
import type { VerilatorName } from "../../toolchain/tools.ts";
import { wholeNumber } from "../arguments.ts";
import { UserError } from "../errors.ts";
import { runSteps } from "../progress.ts";
import { table } from "../table.ts";

interface Options {
  readonly json?: true;
}
const print = (value: unknown): boolean => process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);

const rtl = new Command("rtl")
  .description("Cycles that the NIC's hardware takes, by configuration (deterministic).")
  .option("--json", "print JSON for other programs")
  .action(async (options: Options) => {
    const { latencyHeader, latencyRows, measured, measureLatencies, measureRtl, rtlRows } = await import("../../bench/rtl.ts");
    const { flowHeader, measureFlows } = await import("../../bench/rtl-flows.ts");
    const results = measured.map((name) => measureRtl(name));
    const latencies = measureLatencies();
    const flows = measureFlows();
    if (options.json) {
      const named = flows.map((row) => Object.fromEntries(flowHeader.map((key, i) => [key, row[i]])));
      print({ configurations: Object.fromEntries(measured.map((name, i) => [name, results[i]])), latencies, flows: named });
    } else {
      const tables = [table(["", ...measured], rtlRows(results)), table(latencyHeader, latencyRows(latencies)), table(flowHeader, flows)];
      process.stdout.write(tables.join("\n"));
    }
  });

const bridge = new Command("bridge")
  .description("Speed of the bridge's styles against a C++ main and cocotb, on both Verilators; some minutes.")
  .option("--rounds <n>", "rounds in which every contender runs once; medians are taken", wholeNumber(1, 1000), 7)
  .option("--json", "print JSON for other programs")
  .action(async ({ rounds, json }: Options & { readonly rounds: number }) => {
    const { bridgeTables, measureBridge } = await import("../../bench/bridge/bridge.ts");
    let results: Awaited<ReturnType<typeof measureBridge>> = [];
    const measure = {
      title: "Measuring the bridge",
      run: async (progress: { note(text: string): void }) => {
        results = await measureBridge({ rounds, onRound: (what) => progress.note(what) });
        return undefined;
      },
    };
    await runSteps([measure]);
    if (json) print(results);
    else
      process.stdout.write(
        bridgeTables(results)
          .map(({ title, head, rows }) => `${title}\n\n${table(head, rows)}`)
          .join("\n"),
      );
  });

/** A comma-separated list of some of `known`. */
const listOf = <W extends string>(option: string, text: string, known: readonly W[]): W[] =>
  text.split(",").map((word) => {
    const found = known.find((k) => k === word);
    if (found === undefined) throw new UserError(`there is no "${word}"`, `${option} ${text}`, `choose of ${known.join(", ")}`);
    return found;
  });

interface SocOptions extends Options {
  readonly configs: string;
  readonly verilators: string;
  readonly threads: string;
  readonly rounds: number;
}
const soc = new Command("soc")
  .description("Speed of the systems' simulators against a bare C++ loop around the same model. Compiles each the first time.")
  .option("--configs <names>", "systems", Object.keys(socConfigs).join(","))
  .option("--verilators <names>", "wheel, debian", "wheel,debian")
  .option("--threads <numbers>", "threads of the model", "1,2,4")
  .option("--rounds <n>", "runs of each", wholeNumber(1, 1000), 5)
  .option("--json", "print JSON for other programs")
  .action(async (options: SocOptions) => {
    const { measureSoc, socSpeedHeader, socSpeedRows } = await import("../../bench/soc/measure.ts");
    const speeds = await measureSoc({
      configs: listOf<SocName>("--configs", options.configs, ["soc1", "soc4"]),
      verilators: listOf<VerilatorName>("--verilators", options.verilators, ["wheel", "debian"]),
      threads: listOf("--threads", options.threads, ["1", "2", "3", "4", "8"]).map(Number),
      rounds: options.rounds,
      onStep: (text) => void process.stderr.write(`${text}\n`),
    });
    process.stdout.write(options.json ? `${JSON.stringify(speeds, null, 2)}\n` : table(socSpeedHeader, socSpeedRows(speeds)));
  });

const generate = new Command("generate")
  .description("Time from the named configurations to their Verilog, in fresh processes.")
  .option("--rounds <n>", "processes; medians are taken", wholeNumber(1, 1000), 5)
  .option("--json", "print JSON for other programs")
  .action(async ({ rounds, json }: Options & { readonly rounds: number }) => {
    const { generateHeader, generateRows, generateSummary, measureGenerate } = await import("../../bench/generate/generate.ts");
    const speed = measureGenerate(rounds, (round) => void process.stderr.write(`process ${round + 1} of ${rounds}\n`));
    if (json) print(speed);
    else process.stdout.write(`${table(generateHeader, generateRows(speed))}\n${generateSummary(speed)}\n`);
  });

export const command = new Command()
  .description("Measures; each table has its name.")
  .addCommand(rtl)
  .addCommand(bridge)
  .addCommand(soc)
  .addCommand(generate);
