/** Rocket's RTL as a machine for Linux: everything is in memory before the first cycle, with a device tree that says where. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type SocName, socConfigs } from "#rtl/soc/config.ts";
import { regionOf, socMap } from "#rtl/soc/map.ts";
import { run } from "#sim/bridge/command.ts";
import { buildSimulator } from "#sim/soc/build.ts";
import type { CheckpointWishes } from "#sim/soc/checkpointing.ts";
import { crashReport, crashText, exitCodes } from "#sim/soc/crash.ts";
import { readElf } from "#sim/soc/elf.ts";
import { parseProfile } from "#sim/soc/profile.ts";
import { type Load, type SimulationResult, simulate } from "#sim/soc/simulate.ts";
import type { Timing } from "#sim/soc/timing.ts";
import { findTool } from "#toolchain/tools.ts";
import { UserError } from "#toolchain/user-error.ts";
import { guestCheckpointing, guestWindow } from "./checkpoint.ts";
import { memoryLayout } from "./compile.ts";
import { baseArchive } from "./initramfs.ts";
import { leanTree } from "./lean-tree.ts";
import { limitStatus, type Machine } from "./machine.ts";
import { guestSymbols } from "./symbols.ts";

/** Room for the device tree at the end of memory, and what the initramfs is aligned to. */
const treeBytes = 0x1_0000;
const page = 0x1000;
/** Random numbers that are the same each time: a run can be repeated to the cycle. */
const seed = createHash("sha256").update("accio").digest();

const statusOf = ({ end, code }: SimulationResult): number => {
  if (end === "exit") return Math.min(code, 255);
  return end === "limit" ? limitStatus : end === "interrupted" ? exitCodes.interrupted : exitCodes.crash;
};

export interface RocketOptions {
  readonly system: SocName;
  readonly timing: Timing;
  /** When to give up. */
  readonly maxCycles: number;
  /** Counts cycles by function of firmware and kernel. */
  readonly profile?: boolean;
  /** Saves the state, when user space begins unless a cycle is said; goes on from one that was saved. */
  readonly checkpoints?: CheckpointWishes;
}

/** A system on Verilator; its simulator is built at the first boot. */
export const rocket = ({ system, timing, maxCycles, profile = false, checkpoints = {} }: RocketOptions): Machine => ({
  name: `${system}, timing ${timing.name}`,
  harts: socConfigs[system].harts,
  limit: `${maxCycles} cycles`,
  boot: async ({ memoryBytes, firmware, kernel, vmlinux, init, command, bootArguments, console, onCycle, input }) => {
    const map = socMap(socConfigs[system], { memoryBytes });
    const memory = regionOf(map, "memory");
    const windowAt = memory.base + memory.size;
    const treeAt = windowAt - treeBytes;
    const initramfs = baseArchive({ init, cyclesPerTick: map.cyclesPerTick, window: windowAt });
    const initrdAt = Math.floor((treeAt - initramfs.length) / page) * page;
    const kernelBytes = (await stat(kernel)).size;
    // The kernel needs as much again: its zeroed data, page tables, and everything that it allocates.
    if (memoryLayout.kernel + 2 * kernelBytes > initrdAt)
      throw new UserError("kernel and programs do not fit", `${memoryBytes / 2 ** 20} MiB of memory`, "give more with --memory");
    const window = guestWindow(checkpoints, command);
    const folder = await mkdtemp(join(tmpdir(), "accio-linux-"));
    const file = (name: string): string => join(folder, name);
    try {
      const initrd = { start: initrdAt, end: initrdAt + initramfs.length };
      await writeFile(file("initramfs"), initramfs);
      await writeFile(file("window"), window.bytes);
      const { clockMhz } = timing;
      await writeFile(file("tree.dts"), leanTree(map, { bootargs: bootArguments, initrd, rngSeed: seed, clockMhz }));
      await run(findTool("dtc"), ["-q", "-I", "dts", "-O", "dtb", "-o", "tree.dtb", "tree.dts"], { folder });
      const { program } = await buildSimulator(system);
      const elf = readElf(firmware);
      const whole = async (path: string, address: number): Promise<Load> => ({
        file: path,
        offset: 0,
        bytes: (await stat(path)).size,
        address: BigInt(address),
      });
      const image: Load[] = [
        ...elf.segments.filter((s) => s.bytes > 0).map(({ offset, bytes, address }) => ({ file: firmware, offset, bytes, address })),
        await whole(kernel, memoryLayout.kernel),
        await whole(file("initramfs"), initrdAt),
        await whole(file("tree.dtb"), treeAt),
      ];
      const origin = { system, timing, memoryBytes: memory.size, bootArguments, simulator: program, firmware, kernel, initramfs };
      const checkpoint = await guestCheckpointing(checkpoints, folder, { ...origin, tree: file("tree.dtb") }, window);
      const symbols = guestSymbols(firmware, vmlinux);
      const { functions } = symbols;
      const result = await simulate(
        program,
        {
          loads: [...(checkpoints.from === undefined ? image : []), await whole(file("window"), windowAt)].filter((l) => l.bytes > 0),
          memoryBytes: memory.size + window.room,
          entry: elf.entry,
          deviceTree: BigInt(treeAt),
          timing,
          maxCycles,
          input,
          // The kernel looks at what may not be there, and takes the fault.
          keepUnmapped: true,
          ...checkpoint.job,
          ...(profile ? { profile: file("profile"), functions } : {}),
        },
        {
          onConsole: (text) => console(Buffer.from(text, "latin1")),
          ...(onCycle === undefined ? {} : { onCycle }),
          ...checkpoint.options,
        },
      );
      const kept = checkpoint.kept();
      const crash = crashReport(result, map.config, map, symbols, timing.mmioLatency);
      return {
        status: statusOf(result),
        stopped: result.end === "limit",
        seconds: result.seconds,
        began: result.began,
        cycles: result.cycles,
        instructions: result.harts.map((h) => h.instructions),
        ...(kept === undefined ? {} : { checkpoint: kept }),
        ...(crash === null ? {} : { report: crashText(crash) }),
        ...(profile ? { profiles: parseProfile(readFileSync(file("profile"), "utf8"), functions) } : {}),
      };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
});
