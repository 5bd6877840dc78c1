/** The compilers of a build, and what they were: part of every hash. */
import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { simulationTools } from "#toolchain/catalogue.ts";
import { findTool, projectRoot, requireTools, type Verilator, type VerilatorName, verilator } from "#toolchain/tools.ts";
import { contentHash } from "./store.ts";

export interface Toolset {
  readonly verilator: Verilator;
  readonly compiler: string;
  readonly ccache: string;
  /** Changes when a tool does. */
  readonly identity: string;
}

/** Where everything is built. `ACCIO_BUILD` moves it. */
export const buildFolder = (): string => process.env.ACCIO_BUILD ?? join(projectRoot, "build");

const known = new Map<string, Toolset>();

/** The tools for a build. Throws `MissingToolError` with the command that mends it. */
export const toolset = (name?: VerilatorName): Toolset => {
  const chosen = verilator(name);
  const before = known.get(chosen.name);
  if (before !== undefined) return before;
  requireTools(simulationTools);
  const compiler = findTool("g++");
  const made: Toolset = {
    verilator: chosen,
    compiler,
    ccache: findTool("ccache"),
    identity: contentHash([
      chosen.name,
      chosen.version,
      ...chosen.arguments,
      String(statSync(chosen.bin).size),
      readFileSync(join(chosen.root, "include/verilated.cpp"), "utf8"),
      execFileSync(compiler, ["-dumpfullversion", "-dumpmachine"], { encoding: "utf8" }),
    ]),
  };
  known.set(chosen.name, made);
  return made;
};

/** For programs that compile: where ccache keeps its objects, and that a precompiled header may be used. */
export const compileEnvironment = (): Readonly<Record<string, string>> => ({
  CCACHE_DIR: process.env.CCACHE_DIR ?? join(buildFolder(), "ccache"),
  CCACHE_SLOPPINESS: "pch_defines,time_macros",
  CCACHE_NOHASHDIR: "1",
  CCACHE_MAXSIZE: process.env.CCACHE_MAXSIZE ?? "2G",
});
