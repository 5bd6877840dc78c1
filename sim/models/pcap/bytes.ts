/** Reading a file front to back in a bounded buffer, with the position at hand for error messages. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** Where bytes come from: a file, or an array in tests. */
export interface ByteSource {
  /** How errors name it. */
  readonly name: string;
  /** Total size when known: files, not pipes. */
  readonly size: number | undefined;
  /** Fills a part of `target` from its beginning; 0 at the end. */
  read(target: Uint8Array): number;
  close(): void;
}

export function fileSource(path: string): ByteSource {
  const descriptor = openSync(path, "r");
  const stat = fstatSync(descriptor);
  return {
    name: path,
    size: stat.isFile() ? stat.size : undefined,
    read: (target) => readSync(descriptor, target, 0, target.length, null),
    close: () => closeSync(descriptor),
  };
}

export function arraySource(bytes: Uint8Array, name = "capture"): ByteSource {
  let position = 0;
  return {
    name,
    size: bytes.length,
    read: (target) => {
      const part = bytes.subarray(position, position + target.length);
      target.set(part);
      position += part.length;
      return part.length;
    },
    close: () => {},
  };
}

const chunk = 1 << 18;

/** Takes bytes off a source in order. Memory is one chunk, or the largest piece ever asked for. */
export class ByteReader {
  readonly source: ByteSource;
  /** Offset in the file of the next byte to be taken. */
  position = 0;
  #buffer = new Uint8Array(chunk);
  #start = 0;
  #end = 0;

  constructor(source: ByteSource) {
    this.source = source;
  }

  /** How many of `count` bytes are there, at most `count`. */
  available(count: number): number {
    while (this.#end - this.#start < count) {
      if (this.#start + count > this.#buffer.length) this.#makeRoom(count);
      const got = this.source.read(this.#buffer.subarray(this.#end));
      if (got === 0) break;
      this.#end += got;
    }
    return Math.min(count, this.#end - this.#start);
  }

  /** The next `count` bytes without taking them; `available` has promised them. */
  peek(count: number): Uint8Array {
    return this.#buffer.subarray(this.#start, this.#start + count);
  }

  /** The next `count` bytes, which `available` has promised. They are overwritten by later calls: copy what is kept. */
  take(count: number): Uint8Array {
    const bytes = this.peek(count);
    this.#start += count;
    this.position += count;
    return bytes;
  }

  #makeRoom(count: number): void {
    const target = count > this.#buffer.length ? new Uint8Array(count) : this.#buffer;
    target.set(this.#buffer.subarray(this.#start, this.#end));
    this.#buffer = target;
    this.#end -= this.#start;
    this.#start = 0;
  }
}
