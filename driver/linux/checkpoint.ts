/**
 * Checkpoints of a guest on the RTL. One that is saved when user space begins has no program in it: init looks into the
 * window (window.ts) afterwards. One that is saved at a cycle has the program that was started.
 */
import { readFileSync } from "node:fs";
import { type CheckpointHeader, checkpointHeader, partHash } from "#sim/soc/checkpoint.ts";
import { type Checkpointing, type CheckpointWishes, checkpointing, simulatorIdentity } from "#sim/soc/checkpointing.ts";
import type { Timing } from "#sim/soc/timing.ts";
import { UserError } from "#toolchain/user-error.ts";
import type { Command } from "./initramfs.ts";
import { windowOf } from "./window.ts";

const mebibyte = 2 ** 20;

export interface GuestWindow {
  /** What is put into the window; empty where its content is in the checkpoint. */
  readonly bytes: Buffer;
  /** Bytes of memory that the window takes. */
  readonly room: number;
  readonly program: string;
}

/** The window of a run. Throws `UserError` where a checkpoint has a program of its own, or cannot be saved as was wished. */
export const guestWindow = ({ from, save }: CheckpointWishes, command: Command | undefined): GuestWindow => {
  if (from !== undefined && save !== undefined && save.at === undefined)
    throw new UserError("user space has begun in the checkpoint already", from, "say when to save the next one: --at CYCLE");
  const guest = from === undefined ? undefined : checkpointHeader("linux", from).guest;
  if (guest === undefined || guest === null) {
    const bytes = windowOf(command);
    return { bytes, room: bytes.length, program: command?.program ?? "" };
  }
  if (command !== undefined)
    throw new UserError(
      "the checkpoint has a program in it",
      `${from}, ${guest.program === "" ? "none" : guest.program}`,
      "leave --run out, or save a checkpoint without --at",
    );
  return { bytes: Buffer.alloc(0), room: guest.memoryBytes, program: guest.program };
};

export interface GuestOrigin {
  readonly system: string;
  readonly timing: Timing;
  readonly memoryBytes: number;
  readonly bootArguments: string;
  /** Path of the built simulator. */
  readonly simulator: string;
  /** Paths. */
  readonly firmware: string;
  readonly kernel: string;
  readonly tree: string;
  readonly initramfs: Uint8Array;
}

/** The settings of a checkpoint that a command line may leave out. */
export const settingsIn = (name: string): { readonly header: CheckpointHeader; readonly memoryBytes: number; readonly line: string } => {
  const header = checkpointHeader("linux", name);
  return {
    header,
    memoryBytes: Number.parseInt(header.settings.memory ?? "", 10) * mebibyte,
    line: header.settings["command line"] ?? "",
  };
};

const commandOf = (name: string, { system, timing, memoryBytes, bootArguments }: GuestOrigin): string => {
  const [, ...more] = bootArguments.split(" ");
  return [
    `./accio linux boot --config ${system} --memory ${memoryBytes / mebibyte}`,
    ...(timing.name === "raw" ? [] : [`--timing ${timing.name}`]),
    ...(more.length === 0 ? [] : [`--append "${more.join(" ")}"`]),
    `--checkpoint ${name}`,
  ].join(" ");
};

/** Prepares saving and restoring. Throws `UserError` where the checkpoint is not there, damaged, or does not fit. */
export const guestCheckpointing = (
  wishes: CheckpointWishes,
  scratch: string,
  origin: GuestOrigin,
  window: GuestWindow,
): Promise<Checkpointing> => {
  const { system, timing, memoryBytes, bootArguments, simulator, firmware, kernel, tree, initramfs } = origin;
  // Where any program may take this one's place, the window is left out.
  const open = wishes.save?.at === undefined;
  const { room, program } = window;
  return checkpointing(wishes, {
    kind: "linux",
    scratch,
    memoryBytes: open ? memoryBytes : memoryBytes + room,
    command: commandOf(wishes.save?.name ?? "", origin),
    guest: open ? null : { program, memoryBytes: room },
    settings: { config: system, timing: timing.name, memory: `${memoryBytes / mebibyte} MiB`, "command line": bootArguments },
    parts: {
      simulator: simulatorIdentity(simulator),
      timing: partHash(JSON.stringify(timing)),
      firmware: partHash(readFileSync(firmware)),
      kernel: partHash(readFileSync(kernel)),
      init: partHash(initramfs),
      "device tree": partHash(readFileSync(tree)),
    },
  });
};
