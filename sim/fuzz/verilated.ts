/**
 * Verilog to a program through Verilator. Most of a build's time would go to what is the same in each: Verilator's
 * runtime and its headers are compiled once for all, and what it made of the designs is compiled as one file.
 */
import { mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findTool, projectRoot, type Verilator, verilator } from "../../toolchain/tools.ts";
import { execute, type Run } from "./process.ts";

const defines = ["VERILATOR=1", "VM_COVERAGE=0", "VM_SC=0", "VM_TIMING=0", "VM_TRACE=0", "VM_TRACE_FST=0", "VM_TRACE_VCD=0"];
const flags = ({ root }: Verilator): readonly string[] => [
  "-std=gnu++17",
  "-O0",
  "-w",
  "-pthread",
  ...defines.map((d) => `-D${d}`),
  "-isystem",
  join(root, "include"),
  "-isystem",
  join(root, "include/vltstd"),
];
/** What all builds share. */
const cache = join(projectRoot, "build/verilated");
const runtimeFiles = ["verilated.cpp", "verilated_threads.cpp"];
const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** A folder with the runtime's objects and its precompiled header `runtime.h`; made when it is not there. */
const runtime = async (v: Verilator, run: Run): Promise<string> => {
  const gcc = (await execute(run, findTool("g++"), ["-dumpfullversion"])).trim();
  const folder = join(cache, `verilator-${v.name}-${v.version}-gcc-${gcc}`);
  if (await exists(folder)) return folder;
  await mkdir(cache, { recursive: true });
  const making = await mkdtemp(join(cache, "making-"));
  await writeFile(join(making, "runtime.h"), '#include "verilated.h"\n');
  const compile = (from: string, to: string, ...more: readonly string[]): Promise<string> =>
    execute({ ...run, cwd: making }, findTool("g++"), [...flags(v), ...more, "-o", to, from]);
  await compile("runtime.h", "runtime.h.gch", "-x", "c++-header");
  for (const f of runtimeFiles) await compile(join(v.root, "include", f), f.replace(".cpp", ".o"), "-c");
  // Another job may have been faster; one is as good as the other.
  await rename(making, folder).catch(() => rm(making, { recursive: true, force: true }));
  return folder;
};
const runtimes = new Map<string, Promise<string>>();

/**
 * Builds module `bench` of `bench.v` with `main.cpp`, both in `run.cwd`; the program's path. With `-fno-expand` it would
 * not be faster (measured), and Verilator 5.049 then compares repeated conditions as signed numbers.
 */
export const verilated = async (run: Run): Promise<string> => {
  const v = verilator();
  const known = runtimes.get(v.root) ?? runtime(v, run);
  runtimes.set(v.root, known);
  const warnings = ["-Wno-fatal", "-Wno-lint", "-Wno-style", "-Wno-UNOPTFLAT"];
  const options = ["--no-decoration", "--x-initial", "unique", "--top-module", "bench", "--Mdir", "obj"];
  await execute({ ...run, environment: v.environment }, v.bin, ["--cc", ...v.arguments, ...warnings, ...options, "bench.v"]);
  const folder = await known;
  const made = (await readdir(join(run.cwd, "obj"))).filter((f) => f.endsWith(".cpp")).sort();
  await writeFile(join(run.cwd, "all.cpp"), [...made.map((f) => `#include "obj/${f}"\n`), '#include "main.cpp"\n'].join(""));
  const program = join(run.cwd, "bench");
  const objects = runtimeFiles.map((f) => join(folder, f.replace(".cpp", ".o")));
  const include = ["-include", join(folder, "runtime.h"), "-Iobj"];
  await execute(run, findTool("g++"), [...flags(v), ...include, "-o", program, "all.cpp", ...objects, "-latomic"]);
  return program;
};
