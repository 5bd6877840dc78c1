/** `./accio config`: the parameters of a configuration, as the generators see them. */
import { Command } from "commander";
import { derived, resolveConfig } from "../../rtl/config/config.ts";
import { table } from "../table.ts";

/** Repeatable `--set key=value`. */
export const collect = (value: string, previous: readonly string[]): readonly string[] => [...previous, value];

export const command = new Command()
  .description("Shows the resolved parameters of a configuration and what follows from them.")
  .argument("<name>", "tiny, prototype or line-rate")
  .option("--set <key=value>", "change a parameter (repeatable)", collect, [])
  .option("--json", "print JSON for other programs")
  .action((name: string, options: { readonly set: readonly string[]; readonly json?: true }) => {
    const config = resolveConfig(name, options.set);
    const follows = derived(config);
    if (options.json) {
      process.stdout.write(`${JSON.stringify({ ...config, derived: follows }, null, 2)}\n`);
      return;
    }
    const rows = Object.entries(config).map(([key, value]) => [
      key,
      key === "baseAddress" ? `0x${Number(value).toString(16)}` : String(value),
    ]);
    process.stdout.write(table(["parameter", "value"], rows));
    process.stdout.write(
      `\n${table(
        ["follows", "value"],
        Object.entries(follows).map(([key, value]) => [key, String(value)]),
      )}`,
    );
  });
