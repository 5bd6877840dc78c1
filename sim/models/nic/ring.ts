/**
 * A ring in memory as hardware and software see it: pointers are byte offsets in [0, size), head is the consumer's, tail
 * the producer's, equal means empty, and one byte always stays free.
 */

/** Memory that rings lie in, by bus address. */
export interface Memory {
  read(address: number, length: number): Uint8Array;
  write(address: number, data: Uint8Array): void;
}

export interface RingSettings {
  /** Bus address, a multiple of 64. */
  readonly base: number;
  /** Bytes: a power of two from 64. Any other value switches the ring off. */
  readonly size: number;
}

/** Can the ring be used? */
export const isRing = ({ base, size }: RingSettings) => size >= 64 && Number.isInteger(Math.log2(size)) && base % 64 === 0 && base >= 0;

export class Ring {
  readonly base: number;
  readonly size: number;
  readonly #memory: Memory;

  constructor(memory: Memory, { base, size }: RingSettings) {
    this.#memory = memory;
    this.base = base;
    this.size = size;
  }

  /** Bytes between head and tail. */
  used(head: number, tail: number): number {
    return (tail - head + this.size) % this.size;
  }

  /** Bytes that the producer may still add. */
  free(head: number, tail: number): number {
    return this.size - this.used(head, tail) - 1;
  }

  advance(offset: number, length: number): number {
    return (offset + length) % this.size;
  }

  /** A copy of `length` bytes from `offset` on, across the end where they lie so. */
  read(offset: number, length: number): Uint8Array {
    const first = Math.min(length, this.size - offset);
    const bytes = new Uint8Array(length);
    bytes.set(this.#memory.read(this.base + offset, first));
    if (first < length) bytes.set(this.#memory.read(this.base, length - first), first);
    return bytes;
  }

  write(offset: number, data: Uint8Array): void {
    const first = Math.min(data.length, this.size - offset);
    if (first > 0) this.#memory.write(this.base + offset, data.subarray(0, first));
    if (first < data.length) this.#memory.write(this.base, data.subarray(first));
  }
}

/** Memory over one array, whose first byte has the given bus address. */
export function arrayMemory(bytes: Uint8Array, base = 0): Memory {
  const range = (address: number, length: number) => {
    const from = address - base;
    if (from < 0 || from + length > bytes.length) {
      throw new RangeError(
        `access to 0x${address.toString(16)}, ${length} bytes, outside of memory at 0x${base.toString(16)}, ${bytes.length} bytes`,
      );
    }
    return bytes.subarray(from, from + length);
  };
  return { read: (address, length) => range(address, length).slice(), write: (address, data) => range(address, data.length).set(data) };
}
