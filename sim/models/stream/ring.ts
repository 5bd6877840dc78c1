/** The rings of beats of a stream's source or sink: one array per payload pin, in memory shared with C++. */
import type { Session } from "#sim/bridge/session.ts";
import { maxPayloadPins, noPin, streamBlock } from "#sim/models/native/blocks.ts";
import type { StreamGroup } from "./pins.ts";

/** Bytes of Verilator's storage of a pin (native/port.h). */
export const storageBytes = (width: number): number =>
  width <= 8 ? 1 : width <= 16 ? 2 : width <= 32 ? 4 : width <= 64 ? 8 : Math.ceil(width / 32) * 4;

/** Where the numbers stand in the block's words. */
const field = {
  head: streamBlock.index("head"),
  tail: streamBlock.index("tail"),
  packets: streamBlock.index("packets"),
  timed: streamBlock.index("timed"),
  firstCycles: streamBlock.index("firstCycles"),
  lastCycles: streamBlock.index("lastCycles"),
  earliest: streamBlock.index("earliest"),
} as const;

export interface PinArray {
  /** Bytes from the start of the buffer. */
  readonly offset: number;
  /** Of one element. */
  readonly bytes: number;
  readonly width: number;
  /** Bytes from the start of the session's written or sampled values. */
  readonly slotOffset: number;
}

export class BeatRing {
  readonly buffer: ArrayBuffer;
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
  readonly pins: readonly PinArray[];
  readonly capacity: number;
  readonly mask: number;

  /** @param capacity beats, a power of two */
  constructor(session: Session, group: StreamGroup, capacity: number) {
    if (!(capacity >= 2) || (capacity & (capacity - 1)) !== 0)
      throw new RangeError(`${group.name}: a capacity of ${capacity} beats: a power of two is needed`);
    if (group.payload.length > maxPayloadPins)
      throw new RangeError(`${group.name}: ${group.payload.length} payload pins: at most ${maxPayloadPins}`);
    let offset = streamBlock.bytes;
    const take = (bytes: number): number => {
      offset += Math.ceil(bytes / 8) * 8;
      return offset - Math.ceil(bytes / 8) * 8;
    };
    const stamps = [take(capacity * 4), take(capacity * 4), take(capacity * 4)] as const;
    this.pins = group.payload.map(({ name, width }) => {
      const bytes = storageBytes(width);
      return { offset: take(capacity * bytes), bytes, width, slotOffset: (session.table.byName.get(name)?.slot ?? 0) * 8 };
    });
    this.buffer = new ArrayBuffer(offset);
    this.bytes = new Uint8Array(this.buffer);
    this.words = new Uint32Array(this.buffer);
    this.capacity = capacity;
    this.mask = capacity - 1;
    this.words[streamBlock.index("capacity")] = capacity;
    this.words[streamBlock.index("lastPin")] = group.last < 0 ? noPin : group.last;
    this.words[streamBlock.index("firstCycles")] = stamps[0];
    this.words[streamBlock.index("lastCycles")] = stamps[1];
    this.words[streamBlock.index("earliest")] = stamps[2];
    this.pins.forEach((pin, i) => {
      this.words[streamBlock.index("arrays", i)] = pin.offset;
    });
  }

  get head(): number {
    return this.words[field.head] as number;
  }
  set head(value: number) {
    this.words[field.head] = value;
  }
  get tail(): number {
    return this.words[field.tail] as number;
  }
  set tail(value: number) {
    this.words[field.tail] = value;
  }
  get packets(): number {
    return this.words[field.packets] as number;
  }
  set packets(value: number) {
    this.words[field.packets] = value;
  }
  /** Beats inside. */
  get used(): number {
    return (this.tail - this.head) >>> 0;
  }
  get timed(): boolean {
    return this.words[field.timed] !== 0;
  }

  /** Byte offset of a pin's element. */
  at(pin: number, beat: number): number {
    const { offset, bytes } = this.pins[pin] as PinArray;
    return offset + (beat & this.mask) * bytes;
  }
  /** Writes whole elements of a pin, `data` bytes in a row, from an entry on; what is left of the last element is zero. */
  write(pin: number, beat: number, data: Uint8Array): void {
    const { offset, bytes } = this.pins[pin] as PinArray;
    const from = offset + (beat & this.mask) * bytes;
    const whole = Math.ceil(data.length / bytes) * bytes;
    const atEnd = Math.min(whole, offset + this.capacity * bytes - from);
    const rest = data.length - atEnd;
    if (rest <= 0) {
      this.bytes.set(data, from);
      if (whole > data.length) this.bytes.fill(0, from + data.length, from + whole);
      return;
    }
    this.bytes.set(data.subarray(0, atEnd), from);
    this.bytes.set(data.subarray(atEnd), offset);
    if (whole > data.length) this.bytes.fill(0, offset + rest, offset + rest + whole - data.length);
  }
  /** Sets every byte of `count` elements of a pin, from an entry on. */
  fill(pin: number, beat: number, count: number, value: number): void {
    const { offset, bytes } = this.pins[pin] as PinArray;
    const first = beat & this.mask;
    const atEnd = Math.min(count, this.capacity - first);
    this.bytes.fill(value, offset + first * bytes, offset + (first + atEnd) * bytes);
    this.bytes.fill(value, offset, offset + (count - atEnd) * bytes);
  }
  /** Copies whole elements of a pin to `to`, from an entry on: as many bytes as `to` has. */
  read(pin: number, beat: number, to: Uint8Array): void {
    const { offset, bytes } = this.pins[pin] as PinArray;
    const from = offset + (beat & this.mask) * bytes;
    const atEnd = Math.min(to.length, offset + this.capacity * bytes - from);
    to.set(this.bytes.subarray(from, from + atEnd));
    if (atEnd < to.length) to.set(this.bytes.subarray(offset, offset + to.length - atEnd), atEnd);
  }

  /** How many of `count` elements of a one-bit pin, from an entry on, are 0 before the first that is 1; -1 where all are. */
  zeros(pin: number, beat: number, count: number): number {
    const { offset } = this.pins[pin] as PinArray;
    const first = offset + (beat & this.mask);
    const found = this.bytes.indexOf(1, first);
    const inFirstLap = found >= 0 && found < offset + this.capacity;
    const zeros = inFirstLap ? found - first : this.bytes.indexOf(1, offset) - first + this.capacity;
    return zeros >= 0 && zeros < count ? zeros : -1;
  }

  /** Index in `words` of an entry of a stamp array. */
  stamp(array: "firstCycles" | "lastCycles" | "earliest", entry: number): number {
    return (this.words[field[array]] as number) / 4 + (entry & this.mask);
  }
}
