/** Where the user wrote a thing: found from the call stack, skipping the language's own files. */
import { type Diagnostic, HdlError, type Source } from "./ir.ts";

const own = new Set<string>();
const ownFolder = import.meta.dirname;

/** Files whose frames are never "the user": the core, and library files of pure sugar (stream operators, say). */
export const transparent = (url: string): void => {
  own.add(url.startsWith("file://") ? decodeURIComponent(url.slice(7)) : url);
};

interface Frame {
  file: string;
  line: number;
  column: number;
}
const frameOf = (text: string): Frame | null => {
  const m = /(?:\(|at )(?:async )?(?:file:\/\/)?(\/[^():]+):(\d+):(\d+)\)?$/.exec(text.trim());
  return m ? { file: decodeURIComponent(m[1] as string), line: Number(m[2]), column: Number(m[3]) } : null;
};
const isOwn = (file: string): boolean => file.startsWith(ownFolder) || own.has(file);

const resolve = (error: Error, skip: (file: string) => boolean = isOwn): Frame => {
  let first: Frame | null = null;
  const lines = (error.stack ?? "").split("\n");
  for (let i = 1; i < lines.length; i++) {
    const frame = frameOf(lines[i] as string);
    if (frame === null) continue;
    if (!skip(frame.file)) return frame;
    first ??= frame;
  }
  return first ?? { file: "?", line: 0, column: 0 };
};

class LazySource implements Source {
  #error: Error | null;
  #frame: Frame | null = null;
  constructor(error: Error) {
    this.#error = error;
  }
  #get(): Frame {
    if (this.#frame === null) {
      this.#frame = resolve(this.#error as Error);
      this.#error = null;
    }
    return this.#frame;
  }
  get file(): string {
    return this.#get().file;
  }
  get line(): number {
    return this.#get().line;
  }
  get column(): number {
    return this.#get().column;
  }
  toJSON(): Frame {
    return this.#get();
  }
}

let stated: Source | null = null;
/** What `body` builds counts as written at `place`: for generators whose input knows its own lines, as register maps do. */
export const writtenAt = <R>(place: Source, body: () => R): R => {
  const outer = stated;
  stated = place;
  try {
    return body();
  } finally {
    stated = outer;
  }
};

/** The place in the user's code that called into the language. Cheap until it is read. */
export const here = (): Source => {
  if (stated !== null) return stated;
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 20;
  const error = new Error();
  Error.stackTraceLimit = limit;
  return new LazySource(error);
};

/**
 * The place that called into `folder`: for the library, whose blocks are users of the language themselves, to name the
 * line that asked for something impossible.
 */
export const outside = (folder: string): Source => {
  if (stated !== null) return stated;
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 60;
  const error = new Error();
  Error.stackTraceLimit = limit;
  return resolve(error, (file) => isOwn(file) || file.startsWith(`${folder}/`));
};

export const unknownSource: Source = { file: "?", line: 0, column: 0 };

/** Throws an `HdlError` that names the user's place. */
export const fail = (code: string, message: string, at: Source = here(), related: Diagnostic["related"] = []): never => {
  throw new HdlError([{ severity: "error", code, message, at, related }]);
};
