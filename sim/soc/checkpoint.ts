/**
 * Checkpoints: the state of a run, kept by name below build/checkpoints. A file says what it was made from, so that one that
 * does not fit is refused in words, and ends with a hash of itself, so that a damaged one is, too.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { constants, zstdCompress, zstdDecompress } from "node:zlib";
import { buildFolder } from "#sim/bridge/toolset.ts";
import { UserError } from "#toolchain/user-error.ts";

/** Whose run it is: each has a folder of its own. */
export type CheckpointKind = "linux" | "soc";

/** What a state depends on. A run is restored where all of it is the same. */
export interface Origin {
  /** What the user chose, as words: "timing": "paper". */
  readonly settings: Readonly<Record<string, string>>;
  /** Hashes of what went in: "kernel". */
  readonly parts: Readonly<Record<string, string>>;
}
export interface CheckpointHeader extends Origin {
  /** The first cycle that a restored run simulates. */
  readonly cycle: number;
  /** The command that saves such a one. */
  readonly command: string;
  /** The guest's program is in it; null: any may be started. Undefined where a run has one program anyway. */
  readonly guest?: { readonly program: string; readonly memoryBytes: number } | null;
}
export interface StoredCheckpoint {
  readonly name: string;
  /** Of the file. */
  readonly bytes: number;
  readonly saved: Date;
  /** Null: the file is damaged, or of another version of Accio. */
  readonly header: CheckpointHeader | null;
}

const magic = "accio checkpoint 1\n";
const hashBytes = 32;
const ending = ".checkpoint";
const names = /^[\w][\w.-]{0,63}$/;

const folderOf = (kind: CheckpointKind): string => join(buildFolder(), "checkpoints", kind);
const pathOf = (kind: CheckpointKind, name: string): string => join(folderOf(kind), name + ending);

/** Throws `UserError` for a name that cannot be a file's. */
export const checkCheckpointName = (name: string): void => {
  if (!names.test(name)) throw new UserError("no name for a checkpoint", name, "letters, digits, - . _, at most 64");
};

/** Hash of bytes that went into a run. */
export const partHash = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("hex").slice(0, 24);

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);
/** Pages of a memory are plain: more effort saves little. */
const effort = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** Keeps the state that the simulator wrote to a file, in place of what had this name. Returns the bytes that it takes. */
export const keepCheckpoint = async (kind: CheckpointKind, name: string, header: CheckpointHeader, state: string): Promise<number> => {
  checkCheckpointName(name);
  const parts = [Buffer.from(`${magic}${JSON.stringify(header)}\n`), await compress(readFileSync(state), effort)];
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  const file = Buffer.concat([...parts, hash.digest()]);
  mkdirSync(folderOf(kind), { recursive: true });
  const path = pathOf(kind, name);
  const scratch = `${path}.${process.pid}.new`;
  writeFileSync(scratch, file);
  renameSync(scratch, path);
  return file.length;
};

interface Opened {
  readonly header: CheckpointHeader;
  readonly state: Buffer;
}
const open = (kind: CheckpointKind, name: string): Opened => {
  checkCheckpointName(name);
  const path = pathOf(kind, name);
  if (!existsSync(path)) {
    const others = checkpointNames(kind);
    const remedy = others.length === 0 ? "there is none: save one with --checkpoint" : `there is ${others.join(", ")}`;
    throw new UserError("no such checkpoint", name, remedy);
  }
  const again = "save it again with --checkpoint";
  const file = readFileSync(path);
  if (!file.subarray(0, magic.length).equals(Buffer.from(magic)))
    throw new UserError("no checkpoint, or one of another version of Accio", path, again);
  const content = file.subarray(0, -hashBytes);
  if (!createHash("sha256").update(content).digest().equals(file.subarray(-hashBytes)))
    throw new UserError("the checkpoint is damaged", path, again);
  const end = content.indexOf("\n", magic.length);
  return { header: JSON.parse(content.toString("utf8", magic.length, end)) as CheckpointHeader, state: content.subarray(end + 1) };
};

/** What a checkpoint says of itself. Throws `UserError` where there is none of that name, or it is damaged. */
export const checkpointHeader = (kind: CheckpointKind, name: string): CheckpointHeader => open(kind, name).header;

const partNames: Readonly<Record<string, string>> = {
  simulator: "the simulator (the hardware, or what simulates it)",
  wire: "the capture on the wire",
};
/** Throws `UserError` with every difference where a checkpoint is not of such a run. */
const checkFit = (name: string, header: CheckpointHeader, origin: Origin): void => {
  const keys = (a: object, b: object): string[] => [...new Set([...Object.keys(a), ...Object.keys(b)])];
  const said = (value: string | undefined): string => (value === undefined || value === "" ? "none" : value);
  const settings = keys(header.settings, origin.settings)
    .filter((key) => header.settings[key] !== origin.settings[key])
    .map((key) => `${key} is ${said(header.settings[key])} in it, not ${said(origin.settings[key])}`);
  if (settings.length > 0)
    throw new UserError("the checkpoint does not fit", `${name}, ${settings.join(", ")}`, "give what it was saved with, or save another");
  const parts = keys(header.parts, origin.parts)
    .filter((key) => header.parts[key] !== origin.parts[key])
    .map((key) => partNames[key] ?? `the ${key}`);
  if (parts.length > 0)
    throw new UserError(
      "the checkpoint is of something else",
      `${name}, another is now ${parts.join(", ")}`,
      `save it again: ${header.command}`,
    );
};

/** Writes a checkpoint's state to a file for the simulator. Throws `UserError` where it does not fit, or is damaged. */
export const restoreCheckpoint = async (kind: CheckpointKind, name: string, origin: Origin, state: string): Promise<CheckpointHeader> => {
  const opened = open(kind, name);
  checkFit(name, opened.header, origin);
  writeFileSync(state, await decompress(opened.state));
  return opened.header;
};

const checkpointNames = (kind: CheckpointKind): readonly string[] =>
  !existsSync(folderOf(kind))
    ? []
    : readdirSync(folderOf(kind))
        .filter((file) => file.endsWith(ending))
        .map((file) => file.slice(0, -ending.length))
        .sort();

/** Those that there are, by name. */
export const storedCheckpoints = (kind: CheckpointKind): readonly StoredCheckpoint[] =>
  checkpointNames(kind).map((name) => {
    const { size, mtime } = statSync(pathOf(kind, name));
    const header = (): CheckpointHeader | null => {
      try {
        return checkpointHeader(kind, name);
      } catch (error) {
        if (error instanceof UserError) return null;
        throw error;
      }
    };
    return { name, bytes: size, saved: mtime, header: header() };
  });

/** Throws `UserError` where there is none of that name. */
export const removeCheckpoint = (kind: CheckpointKind, name: string): void => {
  if (!checkpointNames(kind).includes(name)) throw new UserError("no such checkpoint", name, "see which there are");
  rmSync(pathOf(kind, name));
};
