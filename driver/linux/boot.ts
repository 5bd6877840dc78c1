/** Boots Linux on a machine: builds what is not there yet, puts it together, and says how it ended. */
import { existsSync, statSync } from "node:fs";
import { UserError } from "#toolchain/user-error.ts";
import { program as builtProgram, firmware, programNames } from "./compile.ts";
import { plainConsole } from "./console.ts";
import { checkProgram } from "./elf.ts";
import type { Command } from "./initramfs.ts";
import { kernel } from "./kernel.ts";
import type { BootOutcome, Machine } from "./machine.ts";

export interface BootOptions {
  readonly machine: Machine;
  readonly memoryBytes: number;
  /** What to run after init; without it init powers off. */
  readonly command?: Command;
  /** What the kernel is told; `commandLine({})` unless said. */
  readonly commandLine?: string;
  readonly console: (bytes: Uint8Array) => void;
  /** Told now and then how many cycles have gone by, where the machine counts them. */
  readonly onCycle?: (cycle: number) => void;
  readonly input?: boolean;
  /** Says what is being built. */
  readonly note?: (text: string) => void;
  /** Compilers at once. */
  readonly jobs?: number;
}

export interface CommandLineOptions {
  /** Show the kernel's messages. */
  readonly kernelLog?: boolean;
  /** More words. */
  readonly append?: string;
}

/**
 * When the kernel and the first process began, since reset. Cycles are those of the clock, to one tick of `mtime`; each hart
 * counts its own instructions, and the first process begins on any.
 */
export interface BootTimes {
  readonly kernelCycles: number;
  readonly kernelInstructions: number;
  readonly userCycles: number;
  readonly userInstructions: number;
}

export interface BootResult extends BootOutcome {
  readonly machine: string;
  readonly harts: number;
  readonly memoryBytes: number;
  readonly kernel: string;
  readonly times?: BootTimes;
  /** All that came on the console, as text. */
  readonly output: string;
}

/** Exit status of a run that the kernel ended by its own will: a panic. The firmware turns reboots into it. */
export const panicStatus = 70;

/**
 * What a user names with `--run`: the path of a static program, or the name of one that comes with Accio, which is then
 * built. Throws `UserError` where it is neither, or is no program for the guest.
 */
export const resolveProgram = async (name: string): Promise<string> => {
  if (!name.includes("/") && !existsSync(name)) return builtProgram(name);
  if (!existsSync(name)) throw new UserError("no such program", name, `name an ELF file, or one of ${programNames().join(", ")}`);
  if (!statSync(name).isFile()) throw new UserError("not a file", name, "name an ELF program");
  checkProgram(name);
  return name;
};

const words = /^init: kernel after (\d+) cycles, (\d+) instructions; user space after (\d+) cycles, (\d+) instructions$/m;
const timesIn = (output: string): BootTimes | null => {
  const found = words.exec(output);
  if (found === null) return null;
  const [kernelCycles = 0, kernelInstructions = 0, userCycles = 0, userInstructions = 0] = found.slice(1).map(Number);
  return { kernelCycles, kernelInstructions, userCycles, userInstructions };
};

/** Makes firmware, kernel and init, where they are not there yet; the parts of any boot. */
export const parts = async ({ note, jobs }: Pick<BootOptions, "note" | "jobs">) => {
  const options = { ...(note === undefined ? {} : { note }), ...(jobs === undefined ? {} : { jobs }) };
  return { firmware: await firmware(), kernel: await kernel(options), init: await builtProgram("init") };
};

/**
 * The kernel's command line. Few words, each of which is paid in instructions. What the initramfs was made from is not given
 * back: the kernel would overwrite it first.
 */
export const commandLine = ({ kernelLog = false, append = "" }: CommandLineOptions): string =>
  ["retain_initrd", ...(kernelLog ? ["loglevel=8"] : []), append].join(" ").trim();

/** Boots, runs the command, and returns when the guest has powered off or the limit has come. */
export const boot = async (options: BootOptions): Promise<BootResult> => {
  const { machine, memoryBytes, command, console, onCycle, input = false } = options;
  const made = await parts(options);
  const chunks: Uint8Array[] = [];
  const outcome = await machine.boot({
    memoryBytes,
    firmware: made.firmware,
    kernel: made.kernel.image,
    vmlinux: made.kernel.vmlinux,
    init: made.init,
    ...(command === undefined ? {} : { command }),
    bootArguments: options.commandLine ?? commandLine({}),
    console: plainConsole((bytes) => {
      chunks.push(bytes);
      console(bytes);
    }),
    ...(onCycle === undefined ? {} : { onCycle }),
    input,
  });
  const output = Buffer.concat(chunks).toString("utf8");
  const times = timesIn(output);
  return {
    ...outcome,
    machine: machine.name,
    harts: machine.harts,
    memoryBytes,
    kernel: made.kernel.release,
    ...(times === null ? {} : { times }),
    output,
  };
};
