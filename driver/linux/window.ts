/**
 * How a program comes into a guest on the RTL: it lies in a window of memory behind what the kernel knows of, and init
 * (driver/programs/init.c) copies it from there. So the boot is the same for every program, and a checkpoint that was saved
 * before init looks there can start any.
 */
import { readFileSync } from "node:fs";
import { type Command, commandFile, guestPath } from "./initramfs.ts";

const page = 0x1000;
const magic = 0x776f_646e_6977n;
const headerBytes = 32;

/** The window's bytes, whole pages: header, the words of the command, the program. Without a command a page of zeros. */
export const windowOf = (command: Command | undefined): Buffer => {
  if (command === undefined) return Buffer.alloc(page);
  const words = commandFile([guestPath(command), ...command.arguments]);
  const program = readFileSync(command.program);
  const upToPage = (bytes: number): number => Math.ceil(bytes / page) * page;
  const offset = upToPage(headerBytes + words.length);
  const all = Buffer.alloc(upToPage(offset + program.length));
  for (const [i, word] of [magic, BigInt(words.length), BigInt(offset), BigInt(program.length)].entries())
    all.writeBigUInt64LE(word, 8 * i);
  words.copy(all, headerBytes);
  program.copy(all, offset);
  return all;
};
