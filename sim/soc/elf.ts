/** A bare-metal program as the simulator needs it: what to load, where to start, and the names of addresses (System V ABI). */
import { readFileSync } from "node:fs";
import { UserError } from "#toolchain/user-error.ts";

export interface Segment {
  /** Bytes into the file. */
  readonly offset: number;
  /** Bytes in the file; what follows up to `memoryBytes` is zero. */
  readonly bytes: number;
  readonly memoryBytes: number;
  /** Physical address. */
  readonly address: bigint;
  readonly executable: boolean;
}
export interface ElfSymbol {
  readonly name: string;
  readonly address: bigint;
  /** Bytes; 0 where the program does not say, as in assembler. */
  readonly size: bigint;
  readonly kind: "function" | "object" | "other";
}
export interface Elf {
  readonly path: string;
  readonly entry: bigint;
  readonly segments: readonly Segment[];
  /** Those with an address, in its order. */
  readonly symbols: readonly ElfSymbol[];
  /** It has DWARF line tables. */
  readonly hasLines: boolean;
}

const machineRiscv = 243;
const segmentLoad = 1;
const sectionSymbols = 2;
const undefinedSection = 0;
const absoluteSection = 0xfff1;
const kinds: Readonly<Record<number, ElfSymbol["kind"]>> = { 1: "object", 2: "function" };
/** Symbols of the assembler that name no place: mapping symbols ($x, $d) and local labels. */
const isNoise = (name: string): boolean => name === "" || /^\$[xd]/.test(name) || name.startsWith(".L");

const text = (b: Buffer, at: number): string => b.toString("latin1", at, b.indexOf(0, at));

/** Reads a program. Throws `UserError` for what is no 64-bit RISC-V executable, or is cut off. */
export const readElf = (path: string): Elf => {
  const file = readFileSync(path);
  const remedy = "build it with riscv64-unknown-elf-gcc";
  if (file.length < 64 || file.readUInt32BE(0) !== 0x7f454c46) throw new UserError("not an ELF program", path, remedy);
  if (file[4] !== 2 || file[5] !== 1 || file.readUInt16LE(18) !== machineRiscv)
    throw new UserError("not a program for 64-bit RISC-V", path, remedy);
  if (file.readUInt16LE(16) !== 2) throw new UserError("not a linked program at fixed addresses", path, "link it with -static -no-pie");
  try {
    return parse(path, file);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UserError("an ELF file that is cut off", path, "build it again");
  }
};

const parse = (path: string, file: Buffer): Elf => {
  const word = (at: number): number => Number(file.readBigUInt64LE(at));
  const table = (start: number, entryBytes: number, count: number): number[] =>
    Array.from({ length: count }, (_, i) => start + i * entryBytes);

  const segments = table(word(32), file.readUInt16LE(54), file.readUInt16LE(56)).flatMap((at): Segment[] => {
    if (file.readUInt32LE(at) !== segmentLoad || word(at + 40) === 0) return [];
    const [offset, bytes] = [word(at + 8), word(at + 32)];
    if (offset + bytes > file.length) throw new RangeError("segment");
    return [
      {
        offset,
        bytes,
        memoryBytes: word(at + 40),
        address: file.readBigUInt64LE(at + 24),
        executable: (file.readUInt32LE(at + 4) & 1) !== 0,
      },
    ];
  });
  if (segments.length === 0) throw new UserError("an ELF file that loads nothing", path, "link it as a program");

  const sections = table(word(40), file.readUInt16LE(58), file.readUInt16LE(60)).map((at) => ({
    name: file.readUInt32LE(at),
    type: file.readUInt32LE(at + 4),
    offset: word(at + 24),
    bytes: word(at + 32),
    link: file.readUInt32LE(at + 40),
  }));
  const names = sections[file.readUInt16LE(62)]?.offset;
  const symbols = sections
    .filter((s) => s.type === sectionSymbols)
    .flatMap((s) => table(s.offset, 24, Math.floor(s.bytes / 24)).map((at) => ({ at, strings: sections[s.link]?.offset ?? 0 })))
    .flatMap(({ at, strings }): ElfSymbol[] => {
      const name = text(file, strings + file.readUInt32LE(at));
      const section = file.readUInt16LE(at + 6);
      const type = (file[at + 4] ?? 0) & 15;
      if (section === undefinedSection || section === absoluteSection || type > 2 || isNoise(name)) return [];
      return [{ name, address: file.readBigUInt64LE(at + 8), size: file.readBigUInt64LE(at + 16), kind: kinds[type] ?? "other" }];
    })
    .sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : Number(b.size - a.size)));
  const hasLines = names !== undefined && sections.some((s) => text(file, names + s.name) === ".debug_line");
  return { path, entry: file.readBigUInt64LE(24), segments, symbols, hasLines };
};

/** Address of a symbol, or undefined. */
export const addressOf = (elf: Elf, name: string): bigint | undefined => elf.symbols.find((s) => s.name === name)?.address;
