/**
 * ELF files of the guest (System V ABI, chapters 4 and 5; RISC-V ELF psABI): whether a file can run there, and one file
 * that loads several things at once.
 */
import { closeSync, openSync, readSync } from "node:fs";
import { UserError } from "#toolchain/user-error.ts";

const fileHeaderBytes = 64;
const programHeaderBytes = 56;
const machineRiscv = 243;
const typeExecutable = 2;
const typeShared = 3;
const segmentLoad = 1;
const segmentInterpreter = 3;

const read = (path: string, bytes: number, position: number): Buffer => {
  const file = openSync(path, "r");
  try {
    const buffer = Buffer.alloc(bytes);
    return buffer.subarray(0, readSync(file, buffer, 0, bytes, position));
  } finally {
    closeSync(file);
  }
};

/**
 * Makes sure that a file is a program that the guest can run: a 64-bit little-endian RISC-V ELF executable, statically
 * linked, since the guest has no shared libraries. Throws `UserError` that says which of these it is not.
 */
export const checkProgram = (path: string): void => {
  const remedy = "build it with riscv64-linux-gnu-gcc -static";
  const header = read(path, fileHeaderBytes, 0);
  if (header.length < fileHeaderBytes || header.readUInt32BE(0) !== 0x7f454c46) throw new UserError("not an ELF program", path, remedy);
  if (header[4] !== 2 || header[5] !== 1 || header.readUInt16LE(18) !== machineRiscv)
    throw new UserError("not a program for 64-bit RISC-V", path, remedy);
  const type = header.readUInt16LE(16);
  if (type !== typeExecutable && type !== typeShared)
    throw new UserError("an object file, not a program", path, "link it: riscv64-linux-gnu-gcc -static");
  const entryBytes = header.readUInt16LE(54);
  const table = read(path, entryBytes * header.readUInt16LE(56), Number(header.readBigUInt64LE(32)));
  const segments: number[] = [];
  for (let at = 0; at + 4 <= table.length; at += entryBytes) segments.push(table.readUInt32LE(at));
  if (segments.includes(segmentInterpreter))
    throw new UserError("dynamically linked, and the guest has no shared libraries", path, `link it statically: ${remedy}`);
  if (!segments.includes(segmentLoad)) throw new UserError("an ELF file that loads nothing", path, remedy);
};

/** Something to be in memory before the first instruction. */
export interface Segment {
  /** Physical address. */
  readonly address: number;
  readonly data: Uint8Array;
}

/**
 * An ELF executable that loads these segments and starts at `entry`: firmware, kernel and initramfs for a loader that
 * knows of nothing but ELF.
 */
export const elfOf = (entry: number, segments: readonly Segment[]): Buffer => {
  const headerBytes = fileHeaderBytes + programHeaderBytes * segments.length;
  const headers = Buffer.alloc(headerBytes);
  Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]).copy(headers);
  headers.writeUInt16LE(typeExecutable, 16);
  headers.writeUInt16LE(machineRiscv, 18);
  headers.writeUInt32LE(1, 20);
  headers.writeBigUInt64LE(BigInt(entry), 24);
  headers.writeBigUInt64LE(BigInt(fileHeaderBytes), 32);
  // Flags: compressed instructions, double-precision arguments.
  headers.writeUInt32LE(0x5, 48);
  headers.writeUInt16LE(fileHeaderBytes, 52);
  headers.writeUInt16LE(programHeaderBytes, 54);
  headers.writeUInt16LE(segments.length, 56);
  const page = 4096;
  const chunks: Uint8Array[] = [headers];
  let offset = headerBytes;
  for (const [i, { address, data }] of segments.entries()) {
    // A loader may map the file: offsets are as the addresses are within a page.
    const gap = (((address - offset) % page) + page) % page;
    chunks.push(Buffer.alloc(gap), data);
    offset += gap;
    const at = fileHeaderBytes + i * programHeaderBytes;
    headers.writeUInt32LE(segmentLoad, at);
    headers.writeUInt32LE(7, at + 4);
    for (const [k, value] of [offset, address, address, data.length, data.length, page].entries())
      headers.writeBigUInt64LE(BigInt(value), at + 8 + 8 * k);
    offset += data.length;
  }
  return Buffer.concat(chunks);
};

/** The segments that an ELF executable loads, without its zeroed memory, and where it starts. */
export const segmentsOf = (elf: Buffer): { readonly entry: number; readonly segments: readonly Segment[] } => {
  const segments: Segment[] = [];
  for (let i = 0; i < elf.readUInt16LE(56); i++) {
    const at = Number(elf.readBigUInt64LE(32)) + i * elf.readUInt16LE(54);
    const field = (k: number): number => Number(elf.readBigUInt64LE(at + 8 + 8 * k));
    const bytes = field(3);
    if (elf.readUInt32LE(at) === segmentLoad && bytes > 0)
      segments.push({ address: field(2), data: elf.subarray(field(0), field(0) + bytes) });
  }
  return { entry: Number(elf.readBigUInt64LE(24)), segments };
};
