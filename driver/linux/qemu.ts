/**
 * QEMU's `virt` machine with a processor like Rocket's: no extension that Rocket lacks, so that what runs here runs there.
 * It has no cycles worth counting.
 */
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findTool } from "#toolchain/tools.ts";
import { UserError } from "#toolchain/user-error.ts";
import { baseArchive, commandArchive } from "./initramfs.ts";
import { type BootOutcome, type BootRequest, limitStatus, type Machine } from "./machine.ts";

/** rv64imafdc with Sv39 and no more; SiFive's U54 is a Rocket. */
const processor = "sifive-u54";

const mebibyte = 2 ** 20;

/** QEMU's words for a machine without a kernel: the firmware, and a console on its standard streams. */
export const qemuArguments = (harts: number, memoryBytes: number, firmware: string): readonly string[] => [
  ...["-machine", "virt", "-cpu", processor, "-smp", `${harts}`, "-m", `${memoryBytes / mebibyte}M`],
  ...["-display", "none", "-monitor", "none", "-chardev", "stdio,id=console,signal=on", "-serial", "chardev:console"],
  ...["-no-reboot", "-bios", firmware],
];

interface QemuRun extends Pick<BootRequest, "console" | "input"> {
  readonly arguments: readonly string[];
  /** When to give up, of the host's time. */
  readonly seconds: number;
}

/**
 * Runs QEMU until the guest ends it, or for so many seconds. Throws `UserError` with QEMU's own words where it does not
 * start.
 */
export const runQemu = ({ arguments: words, console, input, seconds }: QemuRun): Promise<BootOutcome> =>
  new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(findTool("qemu-riscv64"), words, { stdio: [input ? "inherit" : "ignore", "pipe", "pipe"] });
    let stopped = false;
    let said = "";
    const limit = setTimeout(() => {
      stopped = true;
      child.kill("SIGKILL");
    }, seconds * 1000);
    child.stdout.on("data", (bytes: Buffer) => console(bytes));
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    child.on("error", (error) => {
      clearTimeout(limit);
      reject(error);
    });
    child.on("close", (code, signal) => {
      clearTimeout(limit);
      const elapsed = (performance.now() - started) / 1000;
      if (stopped) resolve({ status: limitStatus, stopped, seconds: elapsed });
      else if (code === null) reject(new UserError("QEMU was stopped", signal ?? "", "run the command again"));
      else if (code !== 0 && said !== "")
        reject(new UserError("QEMU does not run", said.trim().split("\n").at(-1) ?? "", "./accio doctor shows its version"));
      else resolve({ status: code, stopped, seconds: elapsed });
    });
  });

export interface QemuOptions {
  readonly harts: number;
  /** When to give up, of the host's time. */
  readonly seconds: number;
  /**
   * A nanosecond for each instruction, and time that does not depend on the host: its counters count, and are the same
   * each time. One hart only.
   */
  readonly counting?: boolean;
}

/** QEMU as a machine for Linux. */
export const qemu = ({ harts, seconds, counting = false }: QemuOptions): Machine => ({
  name: "qemu",
  harts,
  limit: `${seconds} s`,
  boot: async ({ memoryBytes, firmware, kernel, init, command, bootArguments, console, input }) => {
    const folder = await mkdtemp(join(tmpdir(), "accio-linux-"));
    try {
      const archive = join(folder, "initramfs.cpio");
      // 10 MHz, and an instruction takes a nanosecond.
      const cyclesPerTick = counting ? 100 : undefined;
      const archives = [baseArchive({ init, cyclesPerTick }), ...(command === undefined ? [] : [commandArchive(command)])];
      await writeFile(archive, Buffer.concat(archives));
      const loads = ["-kernel", kernel, "-initrd", archive, "-append", bootArguments];
      const words = [...qemuArguments(harts, memoryBytes, firmware), ...(counting ? ["-icount", "shift=0,sleep=off"] : []), ...loads];
      return await runQemu({ arguments: words, console, input, seconds });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
});
