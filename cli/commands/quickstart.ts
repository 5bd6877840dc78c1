/** `./accio quickstart`: from a fresh clone to real packets through generated hardware. */
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join, relative } from "node:path";
import { Command } from "commander";
import { projectRoot } from "../../toolchain/tools.ts";
import { quickstartPlan } from "../quickstart.ts";
import { table } from "../table.ts";

export const command = new Command()
  .description("Generates the RTL of configuration `tiny`, builds its simulator and sends a sample capture through it.")
  .action(() => {
    const out = join(projectRoot, "build/quickstart");
    const { steps, results } = quickstartPlan(projectRoot, out);
    const started = performance.now();
    mkdirSync(out, { recursive: true });
    for (const [index, { title, args }] of steps.entries()) {
      process.stdout.write(`${index === 0 ? "" : "\n"}[${index + 1}/${steps.length}] ${title}\n    ./accio ${args.map(shown).join(" ")}\n`);
      const { status, signal } = spawnSync(process.execPath, [join(projectRoot, "cli/main.ts"), ...args], { stdio: "inherit" });
      if (status !== 0) {
        process.stderr.write(`accio: quickstart stopped at step ${index + 1}: ${title}: see the message above\n`);
        process.exitCode = signal === null ? (status ?? 1) : 130;
        return;
      }
    }
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    const rows = results.map(([what, path]) => [shown(path), what]);
    process.stdout.write(`\nDone in ${seconds} s. What there is to see:\n${table(["file", "what"], rows)}`);
  });

/** Paths as short as they can be typed from where the user is. */
function shown(word: string): string {
  const short = relative(process.cwd(), word);
  return word.startsWith("/") && short.length < word.length ? short : word;
}
