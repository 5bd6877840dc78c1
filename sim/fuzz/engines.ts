/** The simulators that must agree with the instant one: each takes Verilog and gives the traces of all modules in it. */
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findTool } from "../../toolchain/tools.ts";
import { type Bench, benchVerilog, icarusDriver, stimulusText, verilatorDriver } from "./bench.ts";
import { execute, type Run, ToolError } from "./process.ts";
import type { Trace } from "./stimulus.ts";
import { verilated } from "./verilated.ts";

export const engineNames = ["verilator", "icarus", "yosys"] as const;
export type EngineName = (typeof engineNames)[number];

/** A module under test with everything below it. Names of modules differ between the designs of a run. */
export interface Design extends Bench {
  /** Chooses among the ways through Yosys. */
  readonly seed: number;
  readonly verilog: string;
}
export interface EngineOptions {
  /** Of the run alone: made for it and removed again unless the tool fails. */
  readonly folder: string;
  /** Processor time that a program may take. */
  readonly seconds: number;
}

/** Lines of output, one per step and module, as a trace per module. */
const traces = (output: string, benches: readonly Bench[]): readonly Trace[] => {
  const lines = output.split("\n").filter((l) => /^[0-9a-fxz]+$/i.test(l));
  const steps = benches[0]?.stimulus.length ?? 0;
  if (lines.length !== steps * benches.length)
    throw new ToolError(`error: ${lines.length} lines of output instead of ${steps * benches.length}\n${output.slice(0, 4000)}`, false);
  return benches.map((_, i) => Array.from({ length: steps }, (_unused, t) => (lines[t * benches.length + i] as string).toLowerCase()));
};

const icarus = async (run: Run, verilog: string, benches: readonly Bench[]): Promise<readonly Trace[]> => {
  await writeFile(join(run.cwd, "run.v"), `${verilog}\n${benchVerilog(benches)}\n${icarusDriver(benches, "stimulus.hex")}`);
  await execute(run, findTool("iverilog"), ["-g2005", "-o", "run.vvp", "-s", "run", "run.v"]);
  return traces(await execute(run, join(findTool("iverilog"), "../vvp"), ["-n", "run.vvp"]), benches);
};

/**
 * Yosys reads a design and writes it again after turning processes into cells; for every eighth seed, it simplifies them
 * and turns memories into registers, too, which takes three times as long. Designs one after the other: it takes longer
 * for many at once than for each of them alone.
 */
const roundTrip = ({ seed }: Design, i: number): readonly string[] => [
  `read_verilog design_${i}.v`,
  seed % 8 === 0
    ? "proc; opt_expr; opt_merge; opt_muxtree; opt_reduce; opt_dff; opt_clean; memory; opt_expr; opt_clean"
    : "proc; memory_collect",
  `write_verilog -noattr netlist_${i}.v`,
  "design -reset",
];

const engines: Readonly<Record<EngineName, (run: Run, designs: readonly Design[]) => Promise<readonly Trace[]>>> = {
  icarus: (run, designs) => icarus(run, designs.map((d) => d.verilog).join("\n"), designs),
  yosys: async (run, designs) => {
    for (const [i, d] of designs.entries()) await writeFile(join(run.cwd, `design_${i}.v`), d.verilog);
    await writeFile(join(run.cwd, "script.ys"), `${designs.flatMap(roundTrip).join("\n")}\n`);
    await execute(run, findTool("yosys"), ["-q", "script.ys"]);
    const netlists = await Promise.all(designs.map((_, i) => readFile(join(run.cwd, `netlist_${i}.v`), "utf8")));
    return icarus(run, netlists.join("\n"), designs);
  },
  verilator: async (run, designs) => {
    await writeFile(join(run.cwd, "bench.v"), `${designs.map((d) => d.verilog).join("\n")}\n${benchVerilog(designs)}`);
    await writeFile(join(run.cwd, "main.cpp"), verilatorDriver(designs));
    return traces(await execute(run, await verilated(run), ["stimulus.hex"]), designs);
  },
};

/** The traces of all designs in one engine. Throws `ToolError` when a tool refuses one, breaks, or takes too long. */
export const runEngine = async (
  name: EngineName,
  designs: readonly Design[],
  { folder, seconds }: EngineOptions,
): Promise<readonly Trace[]> => {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "stimulus.hex"), stimulusText(designs));
  const result = await engines[name]({ cwd: folder, seconds }, designs);
  await rm(folder, { recursive: true, force: true });
  return result;
};
