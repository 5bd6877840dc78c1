/** The simulators that must agree with the instant one: each takes Verilog and gives the traces of all modules in it. */
import { spawn } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findTool, verilator } from "../../toolchain/tools.ts";
import { type Bench, benchVerilog, icarusDriver, stimulusText, verilatorDriver } from "./bench.ts";
import type { Trace } from "./stimulus.ts";

export const engineNames = ["verilator", "icarus", "yosys"] as const;
export type EngineName = (typeof engineNames)[number];

/** A tool refused what it was given, or broke. */
export class ToolError extends Error {
  override readonly name = "ToolError";
  readonly engine: EngineName;
  constructor(engine: EngineName, command: string, output: string) {
    super(`${command} failed:\n${output.slice(0, 4000)}`);
    this.engine = engine;
  }
}

interface Run {
  readonly engine: EngineName;
  readonly cwd: string;
  readonly environment?: Readonly<Record<string, string>>;
}
/** Runs a program; its standard output. Throws `ToolError` for any other status than 0 and after `limit` seconds. */
const execute = (run: Run, program: string, args: readonly string[], limit = 600): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: run.cwd,
      env: { ...process.env, ...run.environment },
      timeout: limit * 1000,
      killSignal: "SIGKILL",
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (b: Buffer) => out.push(b));
    child.stderr.on("data", (b: Buffer) => err.push(b));
    child.on("error", reject);
    child.on("close", (status, signal) => {
      const text = Buffer.concat(out).toString();
      if (status === 0) resolve(text);
      else {
        const name = program.slice(program.lastIndexOf("/") + 1);
        const why = signal === null ? "" : `killed by ${signal}, limit ${limit} s\n`;
        reject(new ToolError(run.engine, `${name} ${args.join(" ")}`, `${why}${Buffer.concat(err).toString()}${text}`));
      }
    });
  });

/** Lines of output, one per step and module, as a trace per module. */
const traces = (engine: EngineName, output: string, benches: readonly Bench[]): readonly Trace[] => {
  const lines = output.split("\n").filter((l) => /^[0-9a-fxz]+$/i.test(l));
  const steps = benches[0]?.stimulus.length ?? 0;
  if (lines.length !== steps * benches.length)
    throw new ToolError(engine, "simulation", `${lines.length} lines of output instead of ${steps * benches.length}\n${output}`);
  return benches.map((_, i) => Array.from({ length: steps }, (_unused, t) => (lines[t * benches.length + i] as string).toLowerCase()));
};

const icarus = async (engine: EngineName, verilog: string, benches: readonly Bench[], folder: string): Promise<readonly Trace[]> => {
  const run: Run = { engine, cwd: folder };
  await writeFile(join(folder, "run.v"), `${verilog}\n${benchVerilog(benches)}\n${icarusDriver(benches, "stimulus.hex")}`);
  await execute(run, findTool("iverilog"), ["-g2005", "-o", "run.vvp", "-s", "run", "run.v"]);
  return traces(engine, await execute(run, join(findTool("iverilog"), "../vvp"), ["-n", "run.vvp"]), benches);
};

/** Yosys reads the design and writes it again after turning processes and memories into cells. */
const yosysScript = ["read_verilog design.v", "proc", "opt", "memory", "opt", "write_verilog -noattr netlist.v"].join("; ");

const engines: Readonly<Record<EngineName, (verilog: string, benches: readonly Bench[], folder: string) => Promise<readonly Trace[]>>> = {
  icarus: (verilog, benches, folder) => icarus("icarus", verilog, benches, folder),
  yosys: async (verilog, benches, folder) => {
    await writeFile(join(folder, "design.v"), verilog);
    await execute({ engine: "yosys", cwd: folder }, findTool("yosys"), ["-q", "-p", yosysScript]);
    return icarus("yosys", await readFile(join(folder, "netlist.v"), "utf8"), benches, folder);
  },
  verilator: async (verilog, benches, folder) => {
    const { bin, environment, makeFlags } = verilator();
    const run: Run = { engine: "verilator", cwd: folder, environment: { ...environment, CCACHE_NOHASHDIR: "1", CCACHE_BASEDIR: folder } };
    await writeFile(join(folder, "bench.v"), `${verilog}\n${benchVerilog(benches)}`);
    await writeFile(join(folder, "main.cpp"), verilatorDriver(benches));
    await execute(run, bin, [
      "--cc",
      "--exe",
      "-Wno-fatal",
      "-Wno-lint",
      "-Wno-style",
      "-Wno-UNOPTFLAT",
      "--x-initial",
      "unique",
      "--top-module",
      "bench",
      "--Mdir",
      "obj",
      "bench.v",
      "main.cpp",
    ]);
    const fast = ["OPT_FAST=-O0", "OPT_SLOW=-O0", "OPT_GLOBAL=-O0", "OBJCACHE=ccache"];
    await execute(run, "make", ["-C", "obj", "-f", "Vbench.mk", "-s", ...makeFlags, ...fast, "Vbench"]);
    return traces("verilator", await execute(run, join(folder, "obj/Vbench"), ["stimulus.hex"]), benches);
  },
};

/**
 * The traces of all modules in one engine. `folder` is made for it and removed again unless the tool fails. Throws
 * `ToolError` when a tool refuses a module or breaks.
 */
export const runEngine = async (
  name: EngineName,
  verilog: string,
  benches: readonly Bench[],
  folder: string,
): Promise<readonly Trace[]> => {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "stimulus.hex"), stimulusText(benches));
  const result = await engines[name](verilog, benches, folder);
  await rm(folder, { recursive: true, force: true });
  return result;
};
