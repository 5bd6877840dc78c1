/** `./accio bench`: what is measured and never asserted, and the cycle counts that tests assert, as tables. */
import { Command } from "commander";
import { wholeNumber } from "../arguments.ts";
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
    const { measured, measureRtl, rtlRows } = await import("../../bench/rtl.ts");
    const results = measured.map((name) => measureRtl(name));
    if (options.json) print(Object.fromEntries(measured.map((name, i) => [name, results[i]])));
    else process.stdout.write(table(["", ...measured], rtlRows(results)));
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

export const command = new Command().description("Measures; each table has its name.").addCommand(rtl).addCommand(bridge);
