/**
 * One process at a time works on a thing, named by a path. What is made is put in place by a rename, so a lock that
 * fails (its owner killed, two that take over at once) costs double work and nothing else.
 */
import { open, readFile, unlink } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
};

const take = async (path: string): Promise<boolean> => {
  try {
    const file = await open(path, "wx");
    await file.writeFile(String(process.pid));
    await file.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return false;
  }
};

/** Removes the lock of a process that is gone. An empty one is being written: its owner lives, or will be seen dead later. */
const removeStale = async (path: string): Promise<void> => {
  const owner = Number(await readFile(path, "utf8").catch(() => ""));
  if (owner > 0 && owner !== process.pid && !isAlive(owner)) await unlink(path).catch(() => undefined);
};

/** Locks of this process: a second caller waits for the first and does not look at the file. */
const held = new Map<string, Promise<unknown>>();

/** Runs `work` while holding `path` (a file that is made and removed); waits while another process holds it. */
export const withLock = async <T>(path: string, work: () => Promise<T>): Promise<T> => {
  while (held.has(path)) await held.get(path)?.catch(() => undefined);
  const done = (async () => {
    while (!(await take(path))) {
      await removeStale(path);
      await sleep(25);
    }
    try {
      return await work();
    } finally {
      await unlink(path).catch(() => undefined);
    }
  })();
  held.set(path, done);
  try {
    return await done;
  } finally {
    held.delete(path);
  }
};
