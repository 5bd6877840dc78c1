/**
 * Output files that are either whole or absent: written under another name in the same folder, then renamed. When a run
 * throws or exits, what stood at the path before still stands there and nothing else is left; after a kill the hidden
 * part file remains until the path is next written.
 */
import { closeSync, existsSync, fsyncSync, openSync, readdirSync, realpathSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { UserError } from "#toolchain/user-error.ts";

/** Files begun and neither committed nor discarded; removed when the process exits. */
const unfinished = new Set<AtomicFile>();
let exitHandled = false;

const bufferSize = 1 << 16;

export class AtomicFile implements Disposable {
  readonly path: string;
  /** Bytes written so far. */
  size = 0;
  readonly #target: string;
  readonly #temporary: string | null;
  readonly #buffer = new Uint8Array(bufferSize);
  #descriptor: number | null;
  #used = 0;

  /**
   * Begins the file. Devices and pipes (`/dev/stdout`) are written directly. Throws a `UserError` when the folder does not
   * exist or the path is a folder.
   */
  constructor(path: string) {
    this.path = path;
    const existing = statSync(path, { throwIfNoEntry: false });
    if (existing?.isDirectory()) throw new UserError("output is a folder", path, "name a file in it");
    const folder = dirname(path);
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
      throw new UserError("output folder does not exist", path, `create it first: mkdir -p ${folder}`);
    }
    // A symbolic link keeps pointing where it did: the file behind it is what gets replaced.
    this.#target = existing === undefined ? path : realpathSync(path);
    const direct = existing !== undefined && !existing.isFile();
    this.#temporary = direct ? null : freeName(this.#target);
    this.#descriptor = openSync(this.#temporary ?? path, direct ? "w" : "wx", existing?.isFile() ? existing.mode & 0o777 : 0o666);
    if (!exitHandled) process.on("exit", discardUnfinished);
    exitHandled = true;
    unfinished.add(this);
  }

  write(bytes: Uint8Array): void {
    this.size += bytes.length;
    if (this.#used + bytes.length > this.#buffer.length) this.#flush();
    if (bytes.length > this.#buffer.length) {
      this.#writeAll(bytes);
      return;
    }
    this.#buffer.set(bytes, this.#used);
    this.#used += bytes.length;
  }

  /** Ends the file and puts it in its place. */
  commit(): void {
    const descriptor = this.#open();
    this.#flush();
    if (this.#temporary !== null) fsyncSync(descriptor);
    closeSync(descriptor);
    this.#descriptor = null;
    if (this.#temporary !== null) renameSync(this.#temporary, this.#target);
    unfinished.delete(this);
  }

  /** Drops what was written; nothing happens after `commit`. */
  discard(): void {
    unfinished.delete(this);
    if (this.#descriptor === null) return;
    closeSync(this.#descriptor);
    this.#descriptor = null;
    if (this.#temporary !== null) rmSync(this.#temporary, { force: true });
  }

  /** `using file = new AtomicFile(path)` discards it unless it was committed. */
  [Symbol.dispose](): void {
    this.discard();
  }

  #open(): number {
    if (this.#descriptor === null) throw new Error(`${this.path} has been committed or discarded`);
    return this.#descriptor;
  }

  #flush(): void {
    this.#writeAll(this.#buffer.subarray(0, this.#used));
    this.#used = 0;
  }

  #writeAll(bytes: Uint8Array): void {
    const descriptor = this.#open();
    for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written);
  }
}

/** `.out.pcap.PID.N.part`; what a killed process left under such a name is removed. */
function freeName(path: string): string {
  const folder = dirname(path);
  const start = `.${basename(path)}.`;
  for (const name of readdirSync(folder)) {
    const pid = name.startsWith(start) ? /^(\d+)\.\d+\.part$/.exec(name.slice(start.length))?.[1] : undefined;
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(folder, name), { force: true });
  }
  for (let attempt = 0; ; attempt++) {
    const name = join(folder, `${start}${process.pid}.${attempt}.part`);
    if (!existsSync(name)) return name;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

function discardUnfinished(): void {
  for (const file of unfinished) file.discard();
}

/** Writes a whole text file so. */
export function writeFileAtomically(path: string, text: string): void {
  using file = new AtomicFile(path);
  file.write(new TextEncoder().encode(text));
  file.commit();
}
