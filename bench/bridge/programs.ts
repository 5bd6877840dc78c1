/** The peers of the benchmark as programs of their own: a C++ main, and cocotb. Both on the same Verilator and flags. */
import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { run } from "#sim/bridge/command.ts";
import { verilatorArguments, writeVerilog } from "#sim/bridge/compile.ts";
import type { Design } from "#sim/bridge/design.ts";
import { compileFlags, includeFlags, runtime } from "#sim/bridge/runtime.ts";
import { contentHash, stored } from "#sim/bridge/store.ts";
import { buildFolder, compileEnvironment, toolset } from "#sim/bridge/toolset.ts";
import { pythonEnvironment } from "#toolchain/python.ts";
import type { VerilatorName } from "#toolchain/tools.ts";
import type { Sample } from "./measure.ts";

const execute = promisify(execFile);
const shelf = (): string => join(buildFolder(), "bench");
/** Assertions off, as nobody else has them. */
const options = { assertions: false } as const;

/** Compiles a C++ main against the design; returns the program's path. */
export const cppProgram = async (design: Design, main: string, verilator: VerilatorName): Promise<string> => {
  const tools = toolset(verilator);
  const shared = await runtime(tools);
  const source = join(import.meta.dirname, main);
  const hash = contentHash([shared.identity, ...[...design.files].flat(), readFileSync(source, "utf8")]);
  const { folder } = await stored(shelf(), `${design.top}-cpp-${hash}`, async (scratch) => {
    const files = await writeVerilog(design, scratch);
    await run(tools.verilator.bin, [...tools.verilator.arguments, ...verilatorArguments(design, options), "-Iverilog", ...files], {
      folder: scratch,
      environment: tools.verilator.environment,
    });
    const model = join(scratch, "model");
    copyFileSync(source, join(model, "main.cc"));
    const units = readdirSync(model).filter((name) => name.endsWith(".cpp"));
    writeFileSync(join(model, "unity.cc"), [...units, "main.cc"].map((name) => `#include "${name}"\n`).join(""));
    const flags = [...compileFlags, "-include", "accio.h", ...includeFlags(tools, shared.include), "-I."];
    await run(tools.compiler, [...flags, "-x", "c++", "-c", "unity.cc", "-o", "unity.o"], {
      folder: model,
      environment: compileEnvironment(),
    });
    await run(tools.compiler, ["unity.o", shared.archive, "-o", "../main", "-Wl,--gc-sections", "-lpthread"], { folder: model });
  });
  return join(folder, "main");
};
/** Runs a C++ main; it prints its sample as JSON. */
export const runProgram = async (program: string, args: readonly string[]): Promise<Sample> => {
  const { stdout } = await execute(program, [...args], { maxBuffer: 1 << 20 });
  return JSON.parse(stdout) as Sample;
};

/** What cocotb needs of Verilator, and its own environment. Its simulator is built with Verilator's makefile, at -O2 as ours. */
export interface CocotbSimulator {
  readonly program: string;
  readonly environment: Readonly<Record<string, string>>;
}

export const cocotbSimulator = async (design: Design, module: string, verilator: VerilatorName): Promise<CocotbSimulator> => {
  const tools = toolset(verilator);
  const requirements = join(import.meta.dirname, "cocotb.txt");
  const venv = pythonEnvironment(requirements);
  const python = join(venv, "bin/python");
  const config = async (option: string): Promise<string> => (await execute(python, ["-m", "cocotb_tools.config", option])).stdout.trim();
  const [share, libraries, libpython, entry] = await Promise.all([
    config("--share"),
    config("--lib-dir"),
    config("--libpython"),
    config("--pygpi-entry-point"),
  ]);
  const hash = contentHash([tools.identity, ...[...design.files].flat(), readFileSync(requirements, "utf8"), venv]);
  const { folder } = await stored(shelf(), `${design.top}-cocotb-${hash}`, async (scratch) => {
    const files = await writeVerilog(design, scratch);
    const link = `-Wl,-rpath,${libraries} -L${libraries} -lcocotbvpi_verilator`;
    const args = [
      "--cc",
      "--exe",
      "--vpi",
      "--public-flat-rw",
      "--prefix",
      "Vtop",
      "-o",
      "Vtop",
      "--top-module",
      design.top,
      "--Mdir",
      "model",
      "-O3",
      "--timescale",
      "1ns/1ps",
      "-Wno-fatal",
      "-Wno-lint",
      "-Wno-style",
    ];
    await run(
      tools.verilator.bin,
      [...tools.verilator.arguments, ...args, "-LDFLAGS", link, ...files, join(share, "lib/verilator/verilator.cpp")],
      {
        folder: scratch,
        environment: tools.verilator.environment,
      },
    );
    const make = [
      "-s",
      "-C",
      "model",
      "-f",
      "Vtop.mk",
      "OPT_FAST=-O2",
      "OPT_SLOW=-O2",
      "OPT_GLOBAL=-O2",
      "OBJCACHE=ccache",
      ...tools.verilator.makeFlags,
    ];
    await run("make", make, { folder: scratch, environment: { ...tools.verilator.environment, ...compileEnvironment() } });
  });
  return {
    program: join(folder, "model/Vtop"),
    environment: {
      GPI_USERS: `${libpython};${entry}`,
      PYGPI_PYTHON_BIN: python,
      PYTHONPATH: import.meta.dirname,
      PYTHONDONTWRITEBYTECODE: "1",
      COCOTB_TEST_MODULES: module,
      COCOTB_TOPLEVEL: design.top,
      TOPLEVEL_LANG: "verilog",
      // Faster, and right here: Verilator applies writes where cocotb wants them.
      COCOTB_TRUST_INERTIAL_WRITES: "1",
    },
  };
};
/** Runs a cocotb test that writes its sample to BENCH_RESULT. */
export const runCocotb = async ({ program, environment }: CocotbSimulator, cycles: number): Promise<Sample> => {
  mkdirSync(shelf(), { recursive: true });
  const result = join(shelf(), `cocotb-${process.pid}.json`);
  const { stdout } = await execute(program, [], {
    cwd: shelf(),
    env: { ...process.env, ...environment, BENCH_CYCLES: String(cycles), BENCH_SEED: "1", BENCH_RESULT: result },
    maxBuffer: 1 << 24,
  });
  try {
    return JSON.parse(readFileSync(result, "utf8")) as Sample;
  } catch {
    throw new Error(`bench: the cocotb test failed:\n${stdout.slice(-2000)}`);
  }
};
