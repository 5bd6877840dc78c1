/**
 * Compiles bare-metal programs for the systems: the runtime, the program, headers and linker script from the maps. Results
 * are kept by the hash of all that went in.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { basename, extname, join, relative, resolve } from "node:path";
import type { SocConfig } from "#rtl/soc/config.ts";
import { linkerScript } from "#rtl/soc/linker-script.ts";
import { type SocMap, socMap } from "#rtl/soc/map.ts";
import { BuildError, run } from "#sim/bridge/command.ts";
import { contentHash, stored } from "#sim/bridge/store.ts";
import { buildFolder } from "#sim/bridge/toolset.ts";
import { catalogueEntry, programTools } from "#toolchain/catalogue.ts";
import { findTool, projectRoot, requireTools } from "#toolchain/tools.ts";
import { UserError } from "#toolchain/user-error.ts";
import { baremetalHeaders } from "./headers.ts";
import { isElf, isSource, type Program, programNamed, programs, sourcesIn } from "./programs.ts";
import { checkSettings, type Settings } from "./settings.ts";

export interface ProgramOptions {
  /** Values for what the program lets one choose, by name. */
  readonly settings?: Settings;
  /** Memory of the system it will run on, in bytes; 64 MiB unless said. */
  readonly memoryBytes?: number;
  /** Bytes of stack of each hart, 12 KiB of them for traps and a guard; a multiple of 4096 from 16 KiB on, 64 KiB unless said. */
  readonly stackBytes?: number;
  /** Instead of the files that are made for the program; for tests of what it finds. */
  readonly files?: ReadonlyMap<string, string | Uint8Array>;
}
export interface BuiltProgram {
  readonly name: string;
  /** Path of the ELF file; changes with its content. */
  readonly elf: string;
  /** It was there already. */
  readonly found: boolean;
}

const flags: readonly string[] = [
  "-std=gnu11",
  "-Wall",
  "-Wextra",
  "-Werror",
  "-O2",
  "-g",
  "-march=rv64gc",
  "-mabi=lp64d",
  "-mcmodel=medany",
  "-ffunction-sections",
  "-fdata-sections",
  // Calls are calls and returns are returns, for profiles and crash reports.
  "-fno-optimize-sibling-calls",
  "--specs=picolibc.specs",
];
const linkFlags: readonly string[] = ["-nostartfiles", "-static", "-Wl,--build-id=none", "-Wl,--fatal-warnings"];
/** Where the runtime and the programs that come with Accio are. */
export const baremetalFolder = join(projectRoot, "driver/baremetal");
const runtimeFolder = join(baremetalFolder, "runtime");

let known: string | undefined;
/** Compiler and C library, as they count in hashes. */
const identity = (): string => {
  requireTools(programTools);
  known ??= [
    execFileSync(findTool("gcc-riscv64-elf"), ["--version"], { encoding: "utf8" }),
    String(statSync(catalogueEntry("picolibc").file).size),
    readFileSync(join(catalogueEntry("picolibc").file, "../../../../include/picolibc.h"), "utf8"),
  ].join("\n");
  return known;
};

/** A folder with these files; its path changes with them. */
const filesFolder = async (name: string, files: ReadonlyMap<string, string | Uint8Array>): Promise<string> => {
  const key = contentHash([...files].flatMap(([file, content]) => [file, Buffer.from(content).toString("latin1")]));
  const { folder } = await stored(join(buildFolder(), "baremetal"), `${name}-${key}`, async (scratch) => {
    for (const [file, content] of files) await writeFile(join(scratch, file), content);
  });
  return folder;
};
/** A folder with the generated headers and the linker script `program.ld` of a system. */
export const includeFolder = (map: SocMap, stackBytes?: number): Promise<string> =>
  filesFolder(
    `include-${map.config.name}`,
    new Map([...baremetalHeaders(map), ["program.ld", linkerScript(map, stackBytes === undefined ? {} : { stackBytes })]]),
  );

/** What a compiler says, as the user's error; the command line is of no use to anybody. */
const compile = async (name: string, args: readonly string[]): Promise<string> => {
  try {
    return await run(findTool("gcc-riscv64-elf"), args, { folder: projectRoot });
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    throw new UserError("the compiler refuses it", name, `mend this:\n${error.message.slice(error.message.indexOf("\n") + 1)}`);
  }
};

/** Names of the files that sources include, and their own. */
const dependencies = async (name: string, args: readonly string[], sources: readonly string[]): Promise<readonly string[]> => {
  const text = await compile(name, [...args, "-MM", ...sources]);
  const words = text.replaceAll("\\\n", " ").split(/\s+/);
  return [...new Set(words.filter((w) => w !== "" && !w.endsWith(":")).map((w) => resolve(projectRoot, w)))].toSorted();
};

const build = async ({ name, sources, files }: Program, config: SocConfig, options: ProgramOptions): Promise<BuiltProgram> => {
  const compiler = identity();
  const { memoryBytes, stackBytes, settings = {} } = options;
  const map = socMap(config, memoryBytes === undefined ? {} : { memoryBytes });
  checkSettings(name, sources, settings);
  if (stackBytes !== undefined && (stackBytes % 4096 !== 0 || stackBytes < 16384))
    throw new UserError("a stack that cannot be", `${stackBytes} bytes`, "a multiple of 4096 from 16384 on is needed");
  const include = await includeFolder(map, stackBytes);
  const made = options.files ?? files?.(config);
  const own = made === undefined ? [] : [await filesFolder(`${name}-files`, made)];
  const all = [...sources, ...own.flatMap((f) => sourcesIn(f)), ...sourcesIn(runtimeFolder)];
  const defines = Object.entries(settings).map(([key, value]) => `-D${key}=${value}`);
  const args = [...flags, ...defines, ...[runtimeFolder, include, ...own].map((f) => `-I${f}`)];
  // Files are named from the project's folder. The later option is tried first; the assembler has one of its own.
  const paths = [`-ffile-prefix-map=${projectRoot}=.`, `-ffile-prefix-map=${projectRoot}/=`, `-Wa,--debug-prefix-map=${projectRoot}=.`];
  const read = await dependencies(name, args, all);
  const key = contentHash([
    compiler,
    ...[...args, ...paths, ...linkFlags].map((f) => f.replaceAll(projectRoot, "")),
    readFileSync(join(include, "program.ld"), "utf8"),
    ...read.flatMap((file) => [relative(projectRoot, file), readFileSync(file, "latin1")]),
    ...own,
  ]);
  const { folder, found } = await stored(join(buildFolder(), "baremetal"), `${name}-${config.name}-${key}`, async (scratch) => {
    await mkdir(scratch, { recursive: true });
    const script = `-T${join(include, "program.ld")}`;
    await compile(name, [...args, ...paths, ...linkFlags, script, "-o", join(scratch, `${name}.elf`), ...all]);
  });
  return { name, elf: join(folder, `${name}.elf`), found };
};

/**
 * A program: one that comes with Accio, by its name, or a C or assembler file, or a folder of such, by its path. Throws
 * `UserError` where there is none.
 */
export const findProgram = (word: string): Program => {
  const named = programNamed(word);
  if (named !== undefined) return named;
  const path = resolve(word);
  const remedy = `name an ELF file, a C file, or one of ${programs()
    .map((p) => p.name)
    .join(", ")}`;
  if (!existsSync(path)) throw new UserError("no such program", word, remedy);
  const sources = statSync(path).isDirectory() ? sourcesIn(path) : [path];
  if (sources.length === 0 || sources.some((s) => !isSource(s))) throw new UserError("is neither C nor assembler", word, remedy);
  return { name: basename(path, extname(path)), sources };
};
/**
 * The ELF file of a program (see `findProgram`) for a system. Throws `UserError` where there is no such program or the
 * compiler refuses it, and `MissingToolError` where there is no compiler.
 */
export const buildProgram = async (word: string, config: SocConfig, options: ProgramOptions = {}): Promise<BuiltProgram> =>
  build(findProgram(word), config, options);

/** What `./accio soc run` runs: an ELF file as it is, anything else as `buildProgram` makes it. */
export const resolveProgram = async (word: string, config: SocConfig, options: ProgramOptions = {}): Promise<string> =>
  programNamed(word) === undefined && isElf(word) ? resolve(word) : (await buildProgram(word, config, options)).elf;
