/** `./accio lint`: the generated Verilog of the configurations through every linter, answers at the TypeScript. */
import { relative } from "node:path";
import { Command } from "commander";
import { emitDesign } from "../../hdl-gen/emit/index.ts";
import { accioTop } from "../../rtl/accio-top.ts";
import { namedConfigs, resolveConfig } from "../../rtl/config/config.ts";
import { type LintFinding, lintDesign } from "../../sim/lint/index.ts";

interface Options {
  readonly config?: string;
  readonly json?: true;
}

/** `rtl/nic/core.ts:17: warning: Signal is not used: 'x' [verilator 5.049 UNUSEDSIGNAL, nic_core.v:12]` */
const show = (f: LintFinding): string => {
  const verilog = f.file === null ? null : `${f.file}${f.line === null ? "" : `:${f.line}`}`;
  const place = f.source === null ? (verilog ?? "?") : `${relative(process.cwd(), f.source.file)}:${f.source.line}`;
  const detail = [[f.tool, f.code].filter((x) => x !== null).join(" "), ...(verilog === null ? [] : [verilog])].join(", ");
  return `${place}: ${f.severity}: ${f.message} [${detail}]`;
};

export const command = new Command()
  .description("Checks the generated Verilog with Verilator (each version here), Icarus and Yosys. Exits 1 when one complains.")
  .option("-c, --config <name>", "tiny, prototype or line-rate (default: all)")
  .option("--json", "print JSON for other programs")
  .action(async (options: Options) => {
    const configs = (options.config === undefined ? Object.keys(namedConfigs) : [options.config]).map((name) => resolveConfig(name));
    const results = [];
    for (const config of configs) {
      const top = accioTop(config);
      const files = emitDesign(top);
      const { tools, findings } = await lintDesign(files, top);
      const modules = [...files.keys()].filter((name) => name.endsWith(".v")).length;
      results.push({ config: config.name, modules, tools, findings });
      if (options.json) continue;
      for (const f of findings) process.stdout.write(`${show(f)}\n`);
      process.stdout.write(`${config.name}: ${modules} modules, ${tools.length} tools, ${findings.length} remarks\n`);
    }
    if (options.json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
    if (results.some((r) => r.findings.length > 0)) process.exitCode = 1;
  });
