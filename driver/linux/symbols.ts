/** Functions of a guest by address, for profiles: the firmware's, and the kernel's where it was loaded and where it runs. */

import { BuildError } from "#sim/bridge/command.ts";
import { addressOf, type Elf, readElf } from "#sim/soc/elf.ts";
import { type CodeRange, functionsOf, Symbolizer } from "#sim/soc/symbols.ts";
import { memoryLayout } from "./compile.ts";

const moved = (range: CodeRange, by: bigint): CodeRange => ({ ...range, first: range.first + by, end: range.end + by });

/** vmlinux says where it is in a physical memory of its own, from 0 on; its symbols are virtual addresses. */
const atVirtualAddresses = (elf: Elf, base: bigint): Elf => {
  const first = elf.segments.reduce((least, s) => (s.address < least ? s.address : least), elf.segments[0]?.address ?? 0n);
  return { ...elf, segments: elf.segments.map((s) => ({ ...s, address: s.address - first + base })) };
};

/**
 * Names addresses of a guest by their functions, except those of programs in user space. The kernel is there twice: it runs
 * for some thousand instructions where it was loaded, before it turns paging on. Throws `BuildError` where `vmlinux` is no
 * kernel.
 *
 * @param firmware path of the firmware, an ELF file
 * @param vmlinux path of the kernel with its symbols
 */
export const guestSymbols = (firmware: string, vmlinux: string): Symbolizer => {
  const read = readElf(vmlinux);
  const base = addressOf(read, "_start");
  if (base === undefined) throw new BuildError(`${vmlinux}: no symbol _start: build the kernel again: ./accio linux build`);
  const kernel = atVirtualAddresses(read, base);
  const virtual = functionsOf(kernel);
  const loaded = virtual.map((range) => moved(range, BigInt(memoryLayout.kernel) - base));
  return new Symbolizer(kernel, [...functionsOf(readElf(firmware)), ...loaded, ...virtual]);
};
