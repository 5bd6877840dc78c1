/** Functions of a guest by address, for profiles: the firmware's, and the kernel's where it was loaded and where it runs. */

import { BuildError } from "#sim/bridge/command.ts";
import { addressOf, type Elf, readElf } from "#sim/soc/elf.ts";
import { type CodeRange, functionsOf } from "#sim/soc/symbols.ts";
import { memoryLayout } from "./compile.ts";

const moved = (range: CodeRange, by: bigint): CodeRange => ({ ...range, first: range.first + by, end: range.end + by });

/** vmlinux says where it is in a physical memory of its own, from 0 on; its symbols are virtual addresses. */
const atVirtualAddresses = (elf: Elf, base: bigint): Elf => {
  const first = elf.segments.reduce((least, s) => (s.address < least ? s.address : least), elf.segments[0]?.address ?? 0n);
  return { ...elf, segments: elf.segments.map((s) => ({ ...s, address: s.address - first + base })) };
};

/**
 * In order of their addresses. The kernel runs for some thousand instructions where it was loaded, before it turns paging
 * on. Programs in user space are not in it. Throws `BuildError` where `vmlinux` is no kernel.
 *
 * @param firmware path of the firmware, an ELF file
 * @param vmlinux path of the kernel with its symbols
 */
export const guestFunctions = (firmware: string, vmlinux: string): readonly CodeRange[] => {
  const kernel = readElf(vmlinux);
  const base = addressOf(kernel, "_start");
  if (base === undefined) throw new BuildError(`${vmlinux}: no symbol _start: build the kernel again: ./accio linux build`);
  const virtual = functionsOf(atVirtualAddresses(kernel, base));
  const loaded = virtual.map((range) => moved(range, BigInt(memoryLayout.kernel) - base));
  return [...functionsOf(readElf(firmware)), ...loaded, ...virtual];
};
