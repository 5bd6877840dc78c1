/** `./accio gen`: RTL, headers, device tree and documents of a configuration. */
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { Command } from "commander";
import { resolveConfig } from "../../rtl/config/config.ts";
import { generate } from "../../sim/generate.ts";
import { projectRoot } from "../../toolchain/tools.ts";
import { UserError } from "../errors.ts";
import { table } from "../table.ts";
import { collect } from "./config.ts";

interface Options {
  readonly config: string;
  readonly set: readonly string[];
  readonly out?: string;
  readonly json?: true;
}

/** A folder that holds nothing but what `gen` wrote may be written again; anything else is the user's. */
const prepare = (out: string): void => {
  if (!existsSync(out)) return;
  if (!statSync(out).isDirectory()) throw new UserError("not a folder", out, "name a folder for the generated files");
  if (readdirSync(out).length === 0) return;
  if (!existsSync(join(out, "config.json"))) throw new UserError("the folder holds other files", out, "name a new or empty folder");
  rmSync(out, { recursive: true });
};

export const command = new Command()
  .description("Writes the Verilog, C headers, device tree and documents of a configuration.")
  .requiredOption("-c, --config <name>", "tiny, prototype or line-rate")
  .option("--set <key=value>", "change a parameter (repeatable)", collect, [])
  .option("-o, --out <folder>", "where to write (default: build/gen/NAME)")
  .option("--json", "print JSON for other programs")
  .action((options: Options) => {
    const config = resolveConfig(options.config, options.set);
    const started = performance.now();
    const files = generate(config);
    const out = options.out ?? join(projectRoot, "build/gen", config.name);
    prepare(out);
    for (const [name, text] of files) {
      mkdirSync(dirname(join(out, name)), { recursive: true });
      writeFileSync(join(out, name), text);
    }
    const ms = Math.round(performance.now() - started);
    if (options.json) {
      process.stdout.write(`${JSON.stringify({ config: config.name, out, files: [...files.keys()], milliseconds: ms }, null, 2)}\n`);
      return;
    }
    const folders = new Map<string, { files: number; lines: number }>();
    for (const [name, text] of files) {
      const folder = dirname(name);
      const sum = folders.get(folder) ?? { files: 0, lines: 0 };
      folders.set(folder, { files: sum.files + 1, lines: sum.lines + text.split("\n").length - 1 });
    }
    const shown = relative(process.cwd(), out) || ".";
    process.stdout.write(
      table(
        ["folder", "files", "lines"],
        [...folders].map(([folder, n]) => [join(shown, folder), String(n.files), String(n.lines)]),
      ),
    );
    process.stdout.write(
      `\n${config.name}: ${files.size} files in ${ms} ms. Top: ${join(shown, "rtl/accio_top.v")}, file list: ${join(shown, "rtl/accio_top.f")}\n`,
    );
  });
