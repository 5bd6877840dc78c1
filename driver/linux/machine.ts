/** What boots Linux: an emulator or a simulator of the hardware. All take the same firmware, kernel and initramfs. */
import type { KeptCheckpoint } from "#sim/soc/checkpointing.ts";
import type { HartProfile } from "#sim/soc/profile.ts";
import type { Command } from "./initramfs.ts";

export interface BootRequest {
  readonly memoryBytes: number;
  /** Path of the firmware, an ELF file. */
  readonly firmware: string;
  /** Path of the kernel's Image. */
  readonly kernel: string;
  /** Path of the kernel as an ELF file with symbols, for profiles. */
  readonly vmlinux: string;
  /** Path of init. */
  readonly init: string;
  /** What init is to run; without it, it powers off. */
  readonly command?: Command;
  /** The kernel's command line. */
  readonly bootArguments: string;
  /** Takes what the guest writes on its console, as it comes. */
  readonly console: (bytes: Uint8Array) => void;
  /** Told now and then how many cycles have gone by, where the machine counts them. */
  readonly onCycle?: (cycle: number) => void;
  /** Whether this process's input is the console's. */
  readonly input: boolean;
}

export interface BootOutcome {
  /** Exit status of the guest's program; 124 when it was stopped at the machine's limit. */
  readonly status: number;
  readonly stopped: boolean;
  /** The host's time. */
  readonly seconds: number;
  /** Cycles since reset, and instructions of each hart, where the machine counts them. */
  readonly cycles?: number;
  readonly instructions?: readonly number[];
  /** Where each hart was and what it did last, of a run that did not end by itself, where the machine knows. */
  readonly report?: string;
  /** Cycles by function, where the machine was asked for them. */
  readonly profiles?: readonly HartProfile[];
  /** The first cycle, where the run was not from reset. */
  readonly began?: number;
  /** What was saved on the way. */
  readonly checkpoint?: KeptCheckpoint;
}

export interface Machine {
  /** "qemu" */
  readonly name: string;
  readonly harts: number;
  /** When it gives up, for the user: "60 s". */
  readonly limit: string;
  readonly boot: (request: BootRequest) => Promise<BootOutcome>;
}

/** Exit status of a run that was stopped at its limit, as timeout(1) has it. */
export const limitStatus = 124;
