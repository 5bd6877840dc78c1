/** The receive half of the ordinary path's test: buffers from a pool, and frames put together again from completions. */
import type { Module } from "#hdl";
import { receiveCompletion, receiveDescriptor } from "#rtl/nic/ordinary-formats.ts";
import type { BlockBench } from "./block-bench.ts";
import { type PathPins, QueueDriver, type QueueOptions, type Status } from "./ordinary-driver.ts";
import type { OrdinaryMemory } from "./ordinary-memory.ts";
import { drainLimit, places, type Scenario } from "./ordinary-scenario.ts";

interface Buffer {
  readonly address: number;
  readonly bytes: number;
  readonly place: number;
}
type ReceiveStatus = Readonly<Record<"bytes" | "sum" | "index", number> & Record<"first" | "last" | "tagged" | "failed", boolean>>;
const placeBytes = 2048;
const count = (places.txBuffers - places.rxBuffers) / placeBytes;

/** RFC 1071 over bytes from 14 on, the plain way. */
const sumOf = (frame: readonly number[]): number => {
  let sum = 0;
  for (let i = 14; i < frame.length; i += 2) sum += ((frame[i] as number) << 8) | (frame[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum;
};

export class ReceiveSide {
  readonly driver: QueueDriver;
  received = 0;
  dropped = 0;
  delivered = 0;
  stops = 0;
  restarts = 0;
  tagged = 0;
  scattered = 0;
  readonly #bench: BlockBench<Module>;
  readonly #memory: OrdinaryMemory;
  readonly #s: Scenario;
  /** Frames that were sent and have not been seen in buffers, oldest first. */
  readonly #sent: Uint8Array[] = [];
  #number = 0;
  /** Buffers that are the hardware's, by the index of their descriptor. */
  readonly #posted = new Map<number, Buffer>();
  readonly #owned = new Set<number>();
  readonly #pool = Array.from({ length: count }, (_, i) => i);
  #gathered: number[] = [];
  #inFrame = false;
  #lost = 0;
  #failed = false;
  #ending = 0;
  readonly #starved: number;

  constructor(
    bench: BlockBench<Module>,
    memory: OrdinaryMemory,
    io: PathPins,
    queue: Omit<QueueOptions, "descriptors" | "completions">,
    s: Scenario,
  ) {
    this.#bench = bench;
    this.#memory = memory;
    this.#s = s;
    this.#starved = bench.cycle + (s.starve ?? 0);
    this.driver = new QueueDriver(
      bench,
      memory,
      { settings: io.receiveSettings, writes: io.receiveWrites, status: io.receiveStatus, irq: io.irqRx },
      [receiveDescriptor, receiveCompletion] as never,
      { ...queue, descriptors: places.rxRing, completions: places.rxDone },
    );
    this.driver.begin();
  }
  /** A new frame from the wire: its number, then anything; now and then with a tag. */
  frame(length: number): Uint8Array {
    const { random } = this.#bench;
    const frame = Uint8Array.from({ length }, () => random.below(256));
    if (length >= 14 && random.below(3) === 0)
      frame.set(
        random.pick([
          [0x81, 0x00],
          [0x88, 0xa8],
          [0x81, 0x01],
          [0x08, 0x00],
        ]),
        12,
      );
    new DataView(frame.buffer).setUint32(0, this.#number++, true);
    this.#sent.push(frame);
    return frame;
  }
  owns(address: number): boolean {
    return this.#owned.has(address);
  }
  ownsDescriptor(address: number, busBytes: number): boolean {
    return this.driver.ownsDescriptor(address, busBytes, this.driver.told - this.driver.taken);
  }
  #give(): void {
    const { random } = this.#bench;
    const { driver } = this;
    if (this.#bench.cycle < this.#starved || this.#failed) return;
    for (let n = random.below(5); n > 0 && this.#posted.size < driver.size && this.#pool.length > 0; n--) {
      const place = this.#pool.shift() as number;
      const offset = this.#s.align ?? random.below(64);
      const hollow = this.#s.hollow !== undefined && random.word() / 2 ** 32 < this.#s.hollow;
      const bytes = hollow ? 0 : Math.min(placeBytes - offset, this.#s.buffers?.(random) ?? 1800);
      const address = places.rxBuffers + place * placeBytes + offset;
      const index = driver.put({ BUFFER: { address: BigInt(address) }, SIZE: { bytes } });
      this.#posted.set(index, { address, bytes, place });
      for (let i = 0; i < bytes; i++) this.#owned.add(address + i);
    }
  }
  #back(index: number): Buffer {
    const b = this.#posted.get(index) as Buffer;
    this.#posted.delete(index);
    for (let i = 0; i < b.bytes; i++) this.#owned.delete(b.address + i);
    this.#pool.push(b.place);
    return b;
  }
  #take({ STATUS }: { readonly STATUS: Status }): void {
    const c = STATUS as unknown as ReceiveStatus;
    const bench = this.#bench;
    const number = this.driver.taken - 1;
    bench.check(c.index === (number & 0xffff), () => `completion ${number} is of descriptor ${c.index}`);
    bench.check(this.#posted.has(number), () => `completion ${number} of no buffer`);
    const { address, bytes } = this.#back(number);
    bench.check(c.bytes > 0 && c.bytes <= bytes, () => `completion ${number}: ${c.bytes} bytes in ${bytes}`);
    bench.check(c.last || c.bytes === bytes, () => `completion ${number}: a buffer is not full and the frame goes on`);
    bench.check(c.first === !this.#inFrame, () => `completion ${number}: first is ${c.first}`);
    bench.check(c.last || c.sum === 0, () => `completion ${number}: a sum before the frame's end`);
    if (c.first) this.#gathered = [];
    this.#inFrame = !c.last;
    this.#gathered.push(...this.#memory.bytes.subarray(address, address + c.bytes));
    // Its owner writes what it likes from here on.
    for (let i = 0; i < bytes; i++) this.#memory.bytes[address + i] = bench.random.below(256);
    if (c.failed) {
      bench.check(this.#s.refusals !== undefined, () => "a buffer failed without a reason");
      this.#failed = true;
      return;
    }
    if (!c.last) return;
    if (!this.#failed) this.#whole(this.#gathered, c);
  }
  #whole(frame: readonly number[], c: ReceiveStatus): void {
    const bench = this.#bench;
    for (;;) {
      const next = this.#sent.shift();
      bench.check(next !== undefined, () => `a frame of ${frame.length} bytes that nobody sent, or out of order: ${frame.slice(0, 4)}`);
      const n = next as Uint8Array;
      if (n.length === frame.length && n.every((x, i) => x === frame[i])) break;
      this.#lost++;
    }
    const type = frame.length < 14 ? 0 : ((frame[12] as number) << 8) | (frame[13] as number);
    bench.check(c.tagged === (type === 0x8100 || type === 0x88a8), () => `type ${type}: tagged is ${c.tagged}`);
    if (c.tagged) this.tagged++;
    bench.check(c.sum === sumOf(frame), () => `sum ${c.sum}, ${sumOf(frame)} expected`);
    if (!c.first) this.scattered++;
    this.received++;
  }
  get #mayStop(): boolean {
    return this.#s.refusals !== undefined || this.#s.hollow !== undefined;
  }
  count(delivered: number, dropped: number, stops: number): void {
    this.delivered += delivered;
    this.dropped += dropped;
    this.stops += stops;
    this.#bench.check(stops === 0 || this.#mayStop, () => `the queue stops: ${this.driver.stopped}`);
  }
  act(): void {
    const { driver } = this;
    const { random } = this.#bench;
    if (driver.enabled) {
      const off =
        (this.#s.restarts !== undefined && random.word() / 2 ** 32 < this.#s.restarts) ||
        ((this.#failed || driver.stopped !== undefined) && random.below(200) === 0);
      if (!off) {
        this.#give();
        driver.act((c) => this.#take(c));
        return;
      }
      driver.rest();
      driver.settings(false);
      this.restarts++;
      this.#ending = this.#bench.cycle;
    } else {
      driver.rest();
      // The driver's write takes a cycle to be seen.
      if (this.#bench.cycle < this.#ending + 2 || this.#done) return;
      this.#bench.check(!driver.busy || this.#bench.cycle < this.#ending + drainLimit, () => "the queue does not come to its end");
      if (driver.busy) return;
      for (const i of [...this.#posted.keys()]) this.#back(i);
      this.#gathered = [];
      this.#inFrame = false;
      this.#failed = false;
      driver.begin();
    }
  }
  #done = false;
  /** All frames are accounted for. */
  settled(): boolean {
    const all = this.delivered + this.dropped === this.#number;
    if (this.#s.restarts !== undefined || this.#s.refusals !== undefined)
      return all || (this.#failed && this.#sent.length === 0) || this.#quiet();
    return this.received + this.dropped === this.#number;
  }
  #quietSince = 0;
  #last = "";
  /** Nothing has happened for long: frames wait for a driver that has been told to end. */
  #quiet(): boolean {
    const now = `${this.delivered} ${this.dropped} ${this.received}`;
    if (now !== this.#last) {
      this.#last = now;
      this.#quietSince = this.#bench.cycle;
    }
    return this.#bench.cycle > this.#quietSince + 1500;
  }
  finish(): void {
    this.#done = true;
    this.driver.rest();
    this.driver.settings(false);
    this.#ending = this.#bench.cycle;
  }
  /** At the end: what was not seen was counted. */
  audit(): void {
    const missing = this.#lost + this.#sent.length;
    if (this.#s.restarts === undefined && !this.#mayStop)
      this.#bench.check(missing === this.dropped, () => `${missing} frames did not come, ${this.dropped} were counted as dropped`);
    else {
      this.#bench.check(this.received <= this.delivered, () => `${this.received} frames came, ${this.delivered} were counted`);
      const rest = this.#number - this.delivered - this.dropped;
      this.#bench.check(rest === 0, () => `${rest} of ${this.#number} frames are neither delivered nor dropped`);
    }
  }
}
