/** What boots Linux: an emulator or a simulator of the hardware. Both take the same firmware, kernel and initramfs. */
export interface BootRequest {
  readonly harts: number;
  readonly memoryBytes: number;
  /** Path of the firmware, an ELF file. */
  readonly firmware: string;
  /** Path of the kernel's Image. */
  readonly kernel: string;
  readonly initramfs: Uint8Array;
  /** The kernel's command line. */
  readonly bootArguments: string;
  /** Takes what the guest writes on its console, as it comes. */
  readonly console: (bytes: Uint8Array) => void;
  /** Whether this process's input is the console's. */
  readonly input: boolean;
  /** When to give up, in seconds of the host's time. */
  readonly seconds: number;
}

export interface BootOutcome {
  /** Exit status of the guest's program; 124 when it was stopped at the limit. */
  readonly status: number;
  readonly stopped: boolean;
  /** The host's time. */
  readonly seconds: number;
  /** Cycles since reset, where the machine counts them. */
  readonly cycles?: number;
}

export interface Machine {
  /** "qemu" */
  readonly name: string;
  /** Its cycle and instruction counters mean something. */
  readonly counts: boolean;
  readonly boot: (request: BootRequest) => Promise<BootOutcome>;
}

/** Exit status of a run that was stopped at its limit, as timeout(1) has it. */
export const limitStatus = 124;
