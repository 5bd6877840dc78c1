/**
 * Compiles what runs in the guest: the firmware, and static programs for Linux. Results are kept by the hash of their
 * sources and of the compiler.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { cHeader } from "#hdl/regmap/index.ts";
import { systemMap } from "#rtl/soc/system.ts";
import { run } from "#sim/bridge/command.ts";
import { contentHash, stored } from "#sim/bridge/store.ts";
import { buildFolder, compileEnvironment } from "#sim/bridge/toolset.ts";
import { findTool, projectRoot, requireTools } from "#toolchain/tools.ts";
import { UserError } from "#toolchain/user-error.ts";

/** Where Linux and what belongs to it is built. */
export const linuxFolder = (): string => join(buildFolder(), "linux");

const warnings = ["-std=gnu11", "-Wall", "-Wextra", "-Werror"];
const firmwareFlags = [
  ...warnings,
  "-Os",
  "-march=rv64imac_zicsr_zifencei",
  "-mabi=lp64",
  "-mcmodel=medany",
  "-ffreestanding",
  "-fno-pic",
  "-fno-stack-protector",
  // No calls to memcpy and memset for loops: there is no library.
  "-fno-tree-loop-distribute-patterns",
  "-nostdlib",
  "-static",
  "-no-pie",
  "-Wl,--build-id=none",
  "-Wl,--fatal-warnings",
  "-Wl,--no-warn-rwx-segments",
];
const programFlags = [...warnings, "-O2", "-static", "-s", "-pthread", "-ffunction-sections", "-Wl,--gc-sections", "-Wl,--build-id=none"];

/** For init, which has no library under it. */
const initFlags = [
  ...[...warnings, "-Os", "-static", "-s", "-nostdlib", "-ffreestanding", "-fno-stack-protector", "-fno-tree-loop-distribute-patterns"],
  ...["-Wl,--no-relax", "-Wl,--build-id=none", "-Wl,-z,norelro", "-Wl,-z,noseparate-code"],
];

let identity: string | undefined;
/** Version and target of the compiler; Debian's revision is part of what it prints. */
export const compilerIdentity = (): string => {
  identity ??= execFileSync(findTool("gcc-riscv64"), ["--version"], { encoding: "utf8" });
  return identity;
};

export interface Compilation {
  /** Of the result, too. */
  readonly name: string;
  /** Everything that is read; those that end in .c or .S are compiled. */
  readonly files: readonly string[];
  /** Generated headers: name and text. */
  readonly headers?: ReadonlyMap<string, string>;
  readonly flags: readonly string[];
  readonly libraries?: readonly string[];
}

/** Compiles files into one, below build/linux/programs; its path, which changes with the content. */
export const compiled = async ({ name, files, headers = new Map(), flags, libraries = [] }: Compilation): Promise<string> => {
  requireTools(["gcc-riscv64", "libc-riscv64", "ccache"]);
  const texts = files.map((f) => readFileSync(f, "utf8"));
  const words = [...flags, ...libraries].map((f) => f.replace(projectRoot, ""));
  const key = contentHash([compilerIdentity(), ...words, ...texts, ...headers.keys(), ...headers.values()]);
  const { folder } = await stored(join(linuxFolder(), "programs"), `${name}-${key}`, async (scratch) => {
    for (const [header, text] of headers) await writeFile(join(scratch, header), text);
    const sources = files.filter((f) => /\.[cS]$/.test(f));
    await run(findTool("gcc-riscv64"), [...flags, `-I${scratch}`, "-o", join(scratch, name), ...sources, ...libraries], {
      folder: scratch,
      environment: compileEnvironment(),
    });
  });
  return join(folder, name);
};

const filesIn = (folder: string): string[] =>
  readdirSync(folder)
    .toSorted()
    .map((f) => join(folder, f));

export const firmwareFolder = join(projectRoot, "driver/firmware");
/** Where the firmware, the device tree behind it and the kernel are, from the first byte of memory: driver/firmware/firmware.h. */
export const memoryLayout = { base: 0x8000_0000, kernel: 0x8020_0000 } as const;

/**
 * Compiles a program that is the first in memory, or the kernel's stand-in, with the firmware's flags and headers.
 *
 * @param script absolute path of the linker script
 */
export const bareMetal = (name: string, files: readonly string[], script: string, flags: readonly string[] = []): Promise<string> =>
  compiled({
    name,
    files: [...files, script],
    headers: new Map([["accio_system.h", cHeader(systemMap)]]),
    flags: [...firmwareFlags, `-I${firmwareFolder}`, `-Wl,-T,${script}`, ...flags],
  });

/** The firmware's files in a folder, and its linker script. */
export const firmwareFiles = (folder: string = firmwareFolder): { readonly files: readonly string[]; readonly script: string } => ({
  files: filesIn(folder).filter((f) => !f.endsWith(".ld")),
  script: join(folder, "firmware.ld"),
});

/** The firmware as an ELF executable; its path. It is the same for every machine. */
export const firmware = (): Promise<string> => {
  const { files, script } = firmwareFiles();
  return bareMetal("firmware", files, script);
};

export const programsFolder = join(projectRoot, "driver/programs");
/** Names of the programs that come with Accio, beside init. */
export const programNames = (): readonly string[] =>
  filesIn(programsFolder)
    .filter((f) => f.endsWith(".c") && basename(f) !== "init.c")
    .map((f) => basename(f, ".c"));

/** A program of driver/programs, compiled; its path. Throws `UserError` when there is none of that name. */
export const program = (name: string): Promise<string> => {
  if (name !== "init" && !programNames().includes(name))
    throw new UserError("no such program", name, `name the path of an ELF file, or one of ${programNames().join(", ")}`);
  const source = join(programsFolder, `${name}.c`);
  return name === "init" ? compiled({ name, files: [source], flags: initFlags }) : compileProgram(source);
};

/** A C file as a static program for the guest; its path. */
export const compileProgram = (source: string): Promise<string> =>
  compiled({ name: basename(source, ".c"), files: [source], flags: programFlags, libraries: ["-lm"] });
