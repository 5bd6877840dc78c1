/** `./accio bench`: what is measured and never asserted, and the cycle counts that tests assert, as tables. */
import { Command } from "commander";
import { table } from "../table.ts";

interface Options {
  readonly json?: true;
}

const rtl = new Command("rtl")
  .description("Cycles that the NIC's hardware takes, by configuration (deterministic).")
  .option("--json", "print JSON for other programs")
  .action(async (options: Options) => {
    const { measured, measureRtl, rtlRows } = await import("../../bench/rtl.ts");
    const results = measured.map((name) => measureRtl(name));
    if (options.json)
      process.stdout.write(`${JSON.stringify(Object.fromEntries(measured.map((name, i) => [name, results[i]])), null, 2)}\n`);
    else process.stdout.write(table(["", ...measured], rtlRows(results)));
  });

export const command = new Command().description("Measures; each table has its name.").addCommand(rtl);
