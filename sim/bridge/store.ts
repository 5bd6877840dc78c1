/**
 * Built things, found again by the hash of everything they were made from. Safe for several processes: a thing appears
 * under its name whole, by a rename.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { withLock } from "./lock.ts";

/** Hash of texts; their borders count. */
export const contentHash = (parts: Iterable<string>): string => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest("hex").slice(0, 24);
};

export interface Stored {
  /** The folder with what was built. */
  readonly folder: string;
  /** It was there already. */
  readonly found: boolean;
}

/**
 * The folder `name` below `shelf`; when it is not there, `make` fills an empty folder that is then put in its place.
 * `make` may run in two processes at once after a crash; one result is kept, and both are right.
 */
export const stored = async (shelf: string, name: string, make: (folder: string) => Promise<void>): Promise<Stored> => {
  const folder = join(shelf, name);
  if (existsSync(folder)) return { folder, found: true };
  await mkdir(shelf, { recursive: true });
  return withLock(`${folder}.lock`, async () => {
    if (existsSync(folder)) return { folder, found: true };
    const scratch = `${folder}.${process.pid}.new`;
    await rm(scratch, { recursive: true, force: true });
    await mkdir(scratch);
    try {
      await make(scratch);
      await rename(scratch, folder).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
      });
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
    return { folder, found: false };
  });
};
