/** The guest's file system: folders, a console, our init, and the program to run. Made without root, in milliseconds. */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { UserError } from "#toolchain/user-error.ts";
import { type CpioEntry, cpio } from "./cpio.ts";

export interface Command {
  /** Path of a static program on this machine. */
  readonly program: string;
  readonly arguments: readonly string[];
}

/** What init (driver/programs/init.c) reads: at most this many words and bytes. */
const mostWords = 256;
const mostBytes = 16383;

/** Words as init reads them: each ended by a zero byte. Throws `UserError` where they are too many or too long. */
export const commandFile = (words: readonly string[]): Buffer => {
  const data = Buffer.from(words.map((w) => `${w}\0`).join(""));
  if (words.length > mostWords || data.length > mostBytes)
    throw new UserError(
      "too many arguments",
      `${words.length} words, ${data.length} bytes`,
      `at most ${mostWords} words and ${mostBytes} bytes`,
    );
  return data;
};

/** Where the guest finds the program. */
export const guestPath = ({ program }: Command): string => `/bin/${basename(program)}`;

/** Character devices, by major and minor number (the kernel's Documentation/admin-guide/devices.txt). */
const devices: Readonly<Record<string, readonly [major: number, minor: number, mode: number]>> = {
  // The first process's standard streams.
  console: [5, 1, 0o600],
  tty: [5, 0, 0o666],
  mem: [1, 1, 0o600],
  null: [1, 3, 0o666],
  zero: [1, 5, 0o666],
  urandom: [1, 9, 0o666],
};

const folder = (path: string): CpioEntry => ({ kind: "folder", path, mode: 0o755 });

export interface BaseOptions {
  /** Path of the compiled init. */
  readonly init: string;
  /** Cycles of the clock for one tick of `mtime`, where init is to tell the machine's counters. */
  readonly cyclesPerTick?: number | undefined;
  /** Address of the window in which init looks for a program (window.ts). */
  readonly window?: number;
}

const addressFile = (address: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(address));
  return bytes;
};

/** What is there before any program: the same bytes whatever runs. */
export const baseArchive = ({ init, cyclesPerTick, window }: BaseOptions): Buffer =>
  cpio([
    ...["bin", "dev", "proc", "tmp", "accio"].map(folder),
    ...Object.entries(devices).map(
      ([name, [major, minor, mode]]): CpioEntry => ({ kind: "device", path: `dev/${name}`, mode, major, minor }),
    ),
    ...(cyclesPerTick === undefined
      ? []
      : [{ kind: "file", path: "accio/cycles-per-tick", mode: 0o644, data: Buffer.from(`${cyclesPerTick}`) } as const]),
    ...(window === undefined ? [] : [{ kind: "file", path: "accio/window", mode: 0o644, data: addressFile(window) } as const]),
    { kind: "file", path: "init", mode: 0o755, data: readFileSync(init) },
  ]);

/** An archive, to be put behind the first, with a program and the order to run it. */
export const commandArchive = (command: Command): Buffer => {
  const path = guestPath(command);
  return cpio([
    { kind: "file", path: path.slice(1), mode: 0o755, data: readFileSync(command.program) },
    { kind: "file", path: "accio/command", mode: 0o644, data: commandFile([path, ...command.arguments]) },
  ]);
};
