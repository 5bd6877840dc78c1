/** Whether a file is a program that runs in the guest (System V ABI, chapters 4 and 5; RISC-V ELF psABI). */
import { closeSync, openSync, readSync } from "node:fs";
import { UserError } from "#toolchain/user-error.ts";

const fileHeaderBytes = 64;
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
