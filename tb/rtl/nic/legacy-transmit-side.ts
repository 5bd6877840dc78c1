/** The transmit page's model: frames of some fragments each, whose memory is anybody's as soon as they have completed. */
import type { Random } from "#hdl/simulate/index.ts";
import { type Hand, LegacySide, placeBytes, placeCount } from "./legacy-side.ts";

export type { Hand } from "./legacy-side.ts";

/** Bytes of the shortest frame on the wire; what is missing is zero. */
const shortest = 60;
/** Transmit memory lies behind receive memory. */
const base = placeCount * placeBytes;

interface Frame {
  readonly bytes: number[];
  /** It cannot be: too long, or with a fragment of no bytes. */
  impossible: boolean;
  torn: boolean;
}
interface Fragment {
  readonly place: number;
  readonly address: number;
  readonly bytes: number;
  readonly frame: Frame;
  readonly last: boolean;
}
interface Traffic {
  /** How many frames. */
  readonly transmit: number;
  readonly lengths: (random: Random) => number;
  readonly fragments?: number;
  readonly impossible?: boolean;
}

export class LegacyTransmitSide extends LegacySide {
  /** Frames that have left, that were refused, and those pushed to their end. */
  left = 0;
  refused = 0;
  #pushed = 0;
  #sent = 0;
  #judgedRefused = 0;
  readonly #traffic: Traffic;
  readonly #maxFrame: number;
  readonly #frames: Frame[] = [];
  readonly #open: Fragment[] = [];
  /** Fragments of the frame that is being pushed, still to come. */
  readonly #coming: { bytes: number; frame: Frame; last: boolean }[] = [];
  readonly #expected: number[][] = [];
  constructor(hand: Hand, traffic: Traffic, maxFrame: number) {
    super(hand, "transmit page");
    this.#traffic = traffic;
    this.#maxFrame = maxFrame;
  }
  owns(address: number, bytes: number): boolean {
    return this.#open.some((f) => address + bytes > f.address && address < f.address + f.bytes);
  }
  tears(line: number): void {
    for (const f of this.#open) if (f.address < 64 * (line + 1) && f.address + f.bytes > 64 * line) f.frame.torn = true;
  }
  #plan(): void {
    const { random } = this.hand.bench;
    const { lengths, fragments = 4, impossible = false } = this.#traffic;
    const length = impossible && random.oneIn(5) ? this.#maxFrame + random.below(40) : lengths(random);
    const frame: Frame = { bytes: [], impossible: false, torn: false };
    let left = length;
    const many = random.between(1, Math.min(fragments, length));
    for (let i = 1; i <= many; i++) {
      const bytes = i === many ? left : random.between(1, left - (many - i));
      left -= bytes;
      if (impossible && random.oneIn(12)) this.#coming.push({ bytes: 0, frame, last: false });
      this.#coming.push({ bytes, frame, last: i === many });
    }
    this.#frames.push(frame);
  }
  protected next(): bigint | null {
    const { random } = this.hand.bench;
    if (this.#coming.length === 0) {
      if (this.#pushed >= this.#traffic.transmit) return null;
      this.#plan();
    }
    const place = this.pool.shift();
    if (place === undefined) return null;
    const { bytes, frame, last } = this.#coming.shift() as { bytes: number; frame: Frame; last: boolean };
    const address = base + place * placeBytes + (this.hand.align ?? random.below(64));
    for (let i = 0; i < bytes; i++) {
      const byte = random.below(256);
      this.hand.memory.bytes[address + i] = byte;
      frame.bytes.push(byte);
    }
    if (bytes === 0 || frame.bytes.length > this.#maxFrame) frame.impossible = true;
    if (last) this.#pushed++;
    this.#open.push({ place, address, bytes, frame, last });
    return BigInt(address) | (BigInt(bytes) << 48n) | (last ? 0n : 1n << 63n);
  }
  protected done(mine: boolean): void {
    const { random } = this.hand.bench;
    const { place, address, bytes, frame, last } = this.#open.shift() as Fragment;
    // Its owner writes what it likes from here on.
    for (let i = 0; i < bytes; i++) this.hand.memory.bytes[address + i] = random.below(256);
    this.pool.push(place);
    if (!last) return;
    this.#frames.shift();
    // What the kernel's queue finds in the engine does not leave.
    if (!mine) this.#pushed--;
    else if (frame.impossible || frame.torn) this.#judgedRefused++;
    else {
      const padding = Array.from({ length: Math.max(0, shortest - frame.bytes.length) }, () => 0);
      this.#expected.push([...frame.bytes, ...padding]);
    }
  }
  protected first(): bigint {
    return 1n;
  }
  protected forgets(): void {
    for (const { place } of this.#open.splice(0)) this.pool.push(place);
    this.#pushed -= this.#frames.filter((f) => !this.#coming.some((c) => c.frame === f)).length;
    this.#frames.splice(0);
    this.#coming.splice(0);
  }
  leaves(frame: readonly number[]): void {
    const right = this.#expected.shift();
    this.check(right !== undefined, () => `a frame of ${frame.length} bytes that nobody sent`);
    const same = right?.length === frame.length && right.every((x, i) => x === frame[i]);
    this.check(same, () => `a frame of ${frame.length} bytes leaves that should have ${right?.length}, or others`);
    this.left++;
  }
  count(sent: number, refused: number): void {
    this.#sent += sent;
    this.refused += refused;
  }
  settled(): boolean {
    return this.#pushed === this.#traffic.transmit && this.open === 0 && this.unread === 0 && this.#expected.length === 0;
  }
  audit(): void {
    this.check(this.#expected.length === 0, () => `${this.#expected.length} frames have not left`);
    this.check(this.left === this.#sent, () => `${this.left} frames left, ${this.#sent} were counted`);
    this.check(this.refused === this.#judgedRefused, () => `${this.refused} frames refused, ${this.#judgedRefused} should be`);
  }
}
