/** The receive page's model: buffers from a pool, and frames that are looked at as soon as they are said to be there. */
import { type Hand, LegacySide, placeBytes } from "./legacy-side.ts";

/** The longest frame that a buffer is good for. */
const longest = 1516;
interface Buffer {
  readonly place: number;
  readonly address: number;
}
/** A frame's length, and what its buffer held when it was said to be there. */
interface Filled {
  readonly buffer: Buffer;
  readonly bytes: Uint8Array;
  readonly torn: boolean;
}

export class LegacyReceiveSide extends LegacySide {
  offered = 0;
  received = 0;
  dropped = 0;
  /** Frames of which memory refused a part. */
  torn = 0;
  #delivered = 0;
  #lost = 0;
  readonly #sent: Uint8Array[] = [];
  readonly #posted: Buffer[] = [];
  readonly #filled: Filled[] = [];
  readonly #owned = new Set<number>();
  readonly #tornLines = new Set<number>();
  /** A frame was found, with its length, for the head of the queue. */
  #head: bigint | null = null;
  constructor(hand: Hand) {
    super(hand, "receive page");
  }
  /** A new frame from the wire: its number, then anything. */
  frame(length: number): Uint8Array {
    const { random } = this.hand.bench;
    const frame = Uint8Array.from({ length }, () => random.below(256));
    new DataView(frame.buffer).setUint32(0, this.offered++, true);
    this.#sent.push(frame);
    return frame;
  }
  owns(address: number): boolean {
    return this.#owned.has(address);
  }
  tears(line: number): void {
    this.#tornLines.add(line);
  }
  protected next(): bigint | null {
    const { random } = this.hand.bench;
    const place = this.pool.shift();
    if (place === undefined) return null;
    const address = place * placeBytes + (this.hand.align ?? random.below(64));
    this.#posted.push({ place, address });
    for (let i = 0; i < longest; i++) this.#owned.add(address + i);
    // Bits beyond the address are nobody's.
    return BigInt(address) | (random.bits(16) << 48n);
  }
  #free({ address }: Buffer): void {
    for (let i = 0; i < longest; i++) this.#owned.delete(address + i);
  }
  protected done(): void {
    const buffer = this.#posted.shift() as Buffer;
    const { address } = buffer;
    this.#free(buffer);
    const lines = Array.from({ length: Math.ceil((longest + 64) / 64) }, (_, i) => (address >> 6) + i);
    const torn = lines.filter((l) => this.#tornLines.delete(l)).length > 0;
    this.#filled.push({ buffer, torn, bytes: this.hand.memory.bytes.slice(address, address + longest) });
  }
  protected first(pops: boolean): bigint {
    const { buffer, bytes, torn } = this.#filled[0] as Filled;
    this.#head ??= (BigInt(buffer.address) << 16n) | BigInt(torn ? 0 : this.#found(bytes));
    const head = this.#head;
    if (pops) {
      this.#filled.shift();
      this.#head = null;
      if (torn) this.torn++;
      else this.received++;
      this.pool.push(buffer.place);
    }
    return head;
  }
  /** Bytes of the next frame that is there; those before it were dropped. */
  #found(bytes: Uint8Array): number {
    for (;;) {
      const next = this.#sent.shift();
      this.check(next !== undefined, () => "a frame that nobody sent, or out of order");
      const frame = next as Uint8Array;
      if (frame.length <= longest && frame.every((x, i) => x === bytes[i])) return frame.length;
      this.#lost++;
    }
  }
  protected forgets(): void {
    for (const buffer of this.#posted.splice(0)) {
      this.#free(buffer);
      this.pool.push(buffer.place);
    }
  }
  count(delivered: number, dropped: number): void {
    this.#delivered += delivered;
    this.dropped += dropped;
  }
  /** All frames are accounted for. */
  settled(): boolean {
    return this.#delivered + this.dropped === this.offered && this.unread === 0;
  }
  audit(): void {
    this.check(this.received === this.#delivered, () => `${this.received} frames came, ${this.#delivered} were counted`);
    this.check(this.unread === 0, () => "completions are left");
    const missing = this.#lost + this.#sent.length;
    this.check(missing === this.dropped, () => `${missing} frames did not come, ${this.dropped} were counted as dropped`);
  }
}
