/**
 * What all models share, compiled once: Verilator's runtime, the session, the transactors (an archive), and their headers
 * (precompiled). A small model then compiles in about a second.
 */
import { readdirSync, readFileSync } from "node:fs";
import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { blockConstants, transactorBlocks } from "#sim/models/native/blocks.ts";
import { projectRoot } from "#toolchain/tools.ts";
import { mapLimited, run } from "./command.ts";
import { layoutHeader } from "./layout.ts";
import { contentHash, stored } from "./store.ts";
import { buildFolder, compileEnvironment, type Toolset } from "./toolset.ts";

/** Flags of everything that ends in a model's library. */
export const compileFlags: readonly string[] = [
  "-std=c++17",
  "-O2",
  "-fPIC",
  "-pipe",
  // Two models in one process must not share a function or a variable by accident.
  "-fvisibility=hidden",
  "-fno-gnu-unique",
  "-fno-strict-aliasing",
  "-faligned-new",
  // Of a transactor it knows the kind only when the model runs; a guess costs more than the call.
  "-fno-devirtualize-speculatively",
  "-w",
  "-DVERILATOR=1",
  "-DVM_SC=0",
  "-DVM_TRACE=0",
  "-DVL_TIME_CONTEXT",
  // What a model prints and how it stops is ours to tell: native/session.cpp.
  "-DVL_PRINTF=accio_printf",
  "-DVL_USER_FINISH",
  "-DVL_USER_STOP",
  "-DVL_USER_FATAL",
  "-DVL_USER_WARN",
];

export interface Runtime {
  readonly archive: string;
  /** Folder with our headers and `accio.h`, precompiled. */
  readonly include: string;
  /** Changes with anything in it. */
  readonly identity: string;
}

const nativeFolders = [join(projectRoot, "sim/bridge/native"), join(projectRoot, "sim/models/native")];
const sources = (): { folder: string; name: string; text: string }[] =>
  nativeFolders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => /\.(h|cpp)$/.test(name))
      .sort()
      .map((name) => ({ folder, name, text: readFileSync(join(folder, name), "utf8") })),
  );

/** Included first in every C++ file, and precompiled. */
const prefix = `#pragma once
extern "C" void accio_printf(const char* format, ...);
#include "verilated.h"
#include "session.h"
#include "engine.h"
`;

/** Compiler arguments that find our headers and Verilator's. */
export const includeFlags = (tools: Toolset, include: string): string[] => [
  `-I${include}`,
  `-I${tools.verilator.root}/include`,
  `-I${tools.verilator.root}/include/vltstd`,
];

const make = async (tools: Toolset, folder: string): Promise<void> => {
  const include = join(folder, "include");
  await mkdir(include);
  const all = sources();
  for (const { folder: from, name } of all) await cp(join(from, name), join(include, name));
  await writeFile(join(include, "layout.h"), layoutHeader(transactorBlocks, blockConstants));
  await writeFile(join(include, "accio.h"), prefix);
  const root = join(tools.verilator.root, "include");
  const units = [
    ...["verilated.cpp", "verilated_threads.cpp", "verilated_cov.cpp", "verilated_fst_c.cpp"].map((name) => join(root, name)),
    ...all.filter(({ name }) => name.endsWith(".cpp")).map(({ name }) => join(include, name)),
  ];
  const flags = [...compileFlags, ...includeFlags(tools, include)];
  const environment = compileEnvironment();
  // Headers are found again by content at the same path only after the rename, so the precompiled one is made without cache.
  const jobs = [
    () => run(tools.compiler, [...flags, "-x", "c++-header", "accio.h", "-o", "accio.h.gch"], { folder: include }),
    ...units.map(
      (unit, index) => () =>
        run(tools.ccache, [tools.compiler, ...flags, "-include", "accio.h", "-c", unit, "-o", `unit${index}.o`], { folder, environment }),
    ),
  ];
  await mapLimited(jobs, 2, (job) => job());
  await run("ar", ["rcs", "libaccio.a", ...units.map((_, index) => `unit${index}.o`)], { folder });
};

const made = new Map<string, Promise<Runtime>>();

/** The runtime for these tools; compiled at first use (about ten seconds), then found. */
export const runtime = (tools: Toolset): Promise<Runtime> => {
  const identity = contentHash([
    tools.identity,
    ...compileFlags,
    prefix,
    layoutHeader(transactorBlocks, blockConstants),
    ...sources().flatMap(({ name, text }) => [name, text]),
  ]);
  const before = made.get(identity);
  if (before !== undefined) return before;
  const promise = stored(join(buildFolder(), "sim"), `runtime-${identity}`, (folder) => make(tools, folder)).then(({ folder }) => ({
    archive: join(folder, "libaccio.a"),
    include: join(folder, "include"),
    identity,
  }));
  made.set(identity, promise);
  promise.catch(() => made.delete(identity));
  return promise;
};
