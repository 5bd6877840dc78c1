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

/** The first frame that `skip` does not name, out of the text of a stack: the form that source maps are applied to. */
const inText = (stack: string, skip: (file: string) => boolean): Frame | null => {
  let first: Frame | null = null;
  const lines = stack.split("\n");
  for (let i = 1; i < lines.length; i++) {
    const frame = frameOf(lines[i] as string);
    if (frame === null) continue;
    if (!skip(frame.file)) return frame;
    first ??= frame;
  }
  return first;
};

const paths = new Map<string, string>();
/** A script's name as a path. Scripts are few and asked for often. */
const pathOf = (script: string): string => {
  const known = paths.get(script);
  if (known !== undefined) return known;
  const path = script.startsWith("file://") ? decodeURIComponent(script.slice(7)) : script;
  paths.set(script, path);
  return path;
};
/** The same out of the frames themselves, where only one frame's place is looked up; null where all are to be skipped. */
const inFrames = (frames: readonly NodeJS.CallSite[], skip: (file: string) => boolean): Frame | null => {
  for (const frame of frames) {
    const script = frame.getFileName();
    if (script === null || script === undefined) continue;
    const file = pathOf(script);
    if (file.startsWith("/") && !skip(file)) return { file, line: frame.getLineNumber() ?? 0, column: frame.getColumnNumber() ?? 0 };
  }
  return null;
};

const keepFrames = (_: Error, frames: NodeJS.CallSite[]): NodeJS.CallSite[] => frames;
/** Nobody but Node formats stacks: a test runner that maps places back to the source is to be asked for the text. */
const plainStacks = (): boolean =>
  process.sourceMapsEnabled !== true &&
  (Error.prepareStackTrace === undefined || Error.prepareStackTrace.name === "ErrorPrepareStackTrace");

const captured = (frames: number): Error => {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = frames;
  const error = new Error();
  Error.stackTraceLimit = limit;
  return error;
};
/** The user's place on the stack as it is now, if it is among its first frames. Only where stacks are plain. */
const now = (frames: number, skip: (file: string) => boolean, below: (...args: never[]) => unknown): Frame | null => {
  const before = Error.prepareStackTrace;
  const limit = Error.stackTraceLimit;
  Error.prepareStackTrace = keepFrames;
  Error.stackTraceLimit = frames;
  const holder: { stack?: unknown } = {};
  Error.captureStackTrace(holder, below);
  const stack = holder.stack;
  Error.prepareStackTrace = before as never;
  Error.stackTraceLimit = limit;
  return inFrames(stack as readonly NodeJS.CallSite[], skip);
};
const nowhere: Frame = { file: "?", line: 0, column: 0 };

/** Resolved when it is read: to map a place back to the source is dear. */
class LazySource implements Source {
  #error: Error | null;
  #frame: Frame | null = null;
  constructor(error: Error) {
    this.#error = error;
  }
  #get(): Frame {
    if (this.#frame === null) {
      this.#frame = inText(this.#error?.stack ?? "", isOwn) ?? nowhere;
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

/**
 * The place in the user's code that called into the language. A design asks for tens of thousands, and a frame costs as
 * much as a small function: nearly always the user is among the first few.
 */
export const here = (): Source => {
  if (stated !== null) return stated;
  return plainStacks() ? (now(5, isOwn, here) ?? now(60, isOwn, here) ?? nowhere) : new LazySource(captured(20));
};

/**
 * The place that called into `folder`: for the library, whose blocks are users of the language themselves, to name the
 * line that asked for something impossible.
 */
export const outside = (folder: string): Source => {
  if (stated !== null) return stated;
  const skip = (file: string): boolean => isOwn(file) || file.startsWith(`${folder}/`);
  return (plainStacks() ? now(60, skip, outside) : inText(captured(60).stack ?? "", skip)) ?? nowhere;
};

export const unknownSource: Source = { file: "?", line: 0, column: 0 };

/** Throws an `HdlError` that names the user's place. */
export const fail = (code: string, message: string, at: Source = here(), related: Diagnostic["related"] = []): never => {
  throw new HdlError([{ severity: "error", code, message, at, related }]);
};
