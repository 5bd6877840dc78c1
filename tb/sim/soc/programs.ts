/** Compiles the test programs of this folder, once per run of a test file. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type SocName, socConfigs } from "#rtl/soc/config.ts";
import { buildFolder } from "#sim/bridge/toolset.ts";
import { findTool } from "#toolchain/tools.ts";

const folder = join(import.meta.dirname, "programs");

/** The systems that tests run on: one hart everywhere, four where the whole is tested. */
export const systems: readonly SocName[] = process.env.CI || process.env.ACCIO_SOC4 ? ["soc1", "soc4"] : ["soc1"];

export interface Programs extends Disposable {
  /** A folder for what a test writes. */
  readonly folder: string;
  /** The ELF file of a program with these macros. */
  readonly elf: (name: string, defines?: Readonly<Record<string, string | number>>) => string;
}

export const testPrograms = (): Programs => {
  mkdirSync(buildFolder(), { recursive: true });
  const scratch = mkdtempSync(join(buildFolder(), "test-"));
  let count = 0;
  return {
    folder: scratch,
    elf: (name, defines = {}) => {
      const out = join(scratch, `${name}${count++}.elf`);
      execFileSync(findTool("gcc-riscv64-elf"), [
        ...["-O1", "-g", "-march=rv64gc", "-mabi=lp64d", "-mcmodel=medany", "-ffreestanding", "-nostdlib", "-Wall", "-Wextra", "-Werror"],
        ...["-fno-optimize-sibling-calls", "-fno-inline", "-Wl,-Ttext=0x80000000,--build-id=none,--no-warn-rwx-segments"],
        ...Object.entries(defines).map(([key, value]) => `-D${key}=${value}`),
        // One in assembler stands for itself.
        ...(existsSync(join(folder, `${name}.S`)) ? [`${name}.S`] : ["start.S", "exit.c", `${name}.c`]).map((file) => join(folder, file)),
        ...["-o", out],
      ]);
      return out;
    },
    [Symbol.dispose]: () => rmSync(scratch, { recursive: true, force: true }),
  };
};
export const hartsOf = (name: SocName): number => socConfigs[name].harts;
