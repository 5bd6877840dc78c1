/** The transmit half of the ordinary path's test: frames in fragments of any alignment, and what of them leaves. */
import type { Module } from "#hdl";
import { transmitCompletion, transmitDescriptor } from "#rtl/nic/ordinary-formats.ts";
import type { BlockBench } from "./block-bench.ts";
import { type PathPins, QueueDriver, type QueueOptions, type Status } from "./ordinary-driver.ts";
import type { OrdinaryMemory } from "./ordinary-memory.ts";
import { drainLimit, places, type Scenario } from "./ordinary-scenario.ts";

interface Fragment {
  readonly address: number;
  readonly bytes: number;
  readonly place: number;
}
interface Frame {
  readonly bytes: readonly number[];
  readonly possible: boolean;
  readonly notify: boolean;
  /** Of its last descriptor. */
  readonly index: number;
  readonly fragments: readonly Fragment[];
  /** Length as a refused one's completion tells it. */
  readonly until: number;
  told: boolean;
}
type TransmitStatus = Readonly<Record<"bytes" | "index", number> & Record<"refused" | "failed", boolean>>;
const placeBytes = 2048;
const count = (places.end - places.txBuffers) / placeBytes;

export class TransmitSide {
  readonly driver: QueueDriver;
  left = 0;
  refused = 0;
  stops = 0;
  restarts = 0;
  #sentEvents = 0;
  readonly #bench: BlockBench<Module>;
  readonly #memory: OrdinaryMemory;
  readonly #s: Scenario;
  readonly #maxFrame: number;
  /** Frames without completion, oldest first; those that may still leave, likewise. */
  #posted: Frame[] = [];
  readonly #expected: Frame[] = [];
  readonly #pool = Array.from({ length: count }, (_, i) => i);
  #made = 0;
  #owned = 0;
  #failed = false;
  #ending = 0;
  #done = false;

  constructor(
    bench: BlockBench<Module>,
    memory: OrdinaryMemory,
    io: PathPins,
    queue: Omit<QueueOptions, "descriptors" | "completions">,
    s: Scenario,
    maxFrame: number,
  ) {
    this.#bench = bench;
    this.#memory = memory;
    this.#s = s;
    this.#maxFrame = maxFrame;
    this.driver = new QueueDriver(
      bench,
      memory,
      { settings: io.transmitSettings, writes: io.transmitWrites, status: io.transmitStatus, irq: io.irqTx },
      [transmitDescriptor, transmitCompletion] as never,
      { ...queue, descriptors: places.txRing, completions: places.txDone },
    );
    this.driver.begin();
  }
  /** Whether a bus word may be read: a descriptor is in it, or a byte of a fragment. */
  owns(address: number, busBytes: number): boolean {
    if (this.driver.ownsDescriptor(address, busBytes, this.#owned)) return true;
    return this.#posted.some((f) =>
      f.fragments.some((x) => x.bytes > 0 && address + busBytes > x.address && address < x.address + x.bytes),
    );
  }
  #post(): void {
    const { random } = this.#bench;
    const { driver } = this;
    if (this.#made === this.#s.transmit || this.#failed || (this.#s.pause !== 0 && random.below(4) > 0)) return;
    const impossible = (this.#s.impossible ?? false) && random.below(6) === 0;
    const tooLong = impossible && random.below(2) === 0;
    const length = tooLong ? this.#maxFrame + random.between(1, 60) : Math.min(this.#maxFrame, this.#s.lengths(random));
    const wanted = random.between(0, (this.#s.fragments ?? 4) - 1);
    const cuts = [...new Set([0, ...Array.from({ length: wanted }, () => random.between(1, length - 1)), length])].sort((a, b) => a - b);
    const many = cuts.length - 1;
    if (this.#owned + many > driver.size || this.#pool.length < many) return;
    const hollow = impossible && !tooLong ? random.below(many) : -1;
    const bytes: number[] = [];
    // Without a completion the driver would wait for ever where the ring is full.
    const notify = random.below(3) > 0 || this.#made + 1 === this.#s.transmit || 2 * (this.#owned + many) > driver.size;
    let until = 0,
      broken = false;
    const fragments = Array.from({ length: many }, (_, i): Fragment => {
      const size = i === hollow ? 0 : Math.min(placeBytes - 64, (cuts[i + 1] as number) - (cuts[i] as number));
      const place = this.#pool.shift() as number;
      const address = places.txBuffers + place * placeBytes + (this.#s.align ?? random.below(64));
      const data = Array.from({ length: size }, () => random.below(256));
      this.#memory.bytes.set(data, address);
      bytes.push(...data);
      if (size === 0 || until + size > this.#maxFrame) broken = true;
      if (!broken) until += size;
      return { address, bytes: size, place };
    });
    let index = 0;
    fragments.forEach((x, i) => {
      index = driver.put({ BUFFER: { address: BigInt(x.address) }, FRAGMENT: { bytes: x.bytes, last: i + 1 === many, notify } });
    });
    this.#owned += many;
    const frame = { bytes, possible: !broken, notify, index, fragments, until, told: false };
    this.#posted.push(frame);
    if (!broken) this.#expected.push(frame);
    this.#made++;
  }
  #back(f: Frame): void {
    for (const x of f.fragments) {
      for (let i = 0; i < x.bytes; i++) this.#memory.bytes[x.address + i] = this.#bench.random.below(256);
      this.#pool.push(x.place);
    }
  }
  #take({ STATUS }: { readonly STATUS: Status }): void {
    const c = STATUS as unknown as TransmitStatus;
    const bench = this.#bench;
    for (;;) {
      const f = this.#posted.shift();
      bench.check(f !== undefined, () => `a completion of descriptor ${c.index}, which has none`);
      const frame = f as Frame;
      this.#back(frame);
      this.#owned -= frame.fragments.length;
      if ((frame.index & 0xffff) !== c.index) {
        bench.check(!frame.notify && frame.possible, () => `frame up to descriptor ${frame.index} got no completion`);
        continue;
      }
      bench.check(frame.notify || !frame.possible || c.failed, () => `a completion that nobody asked for, of ${c.index}`);
      bench.check(c.refused === !frame.possible, () => `descriptor ${c.index}: refused is ${c.refused}`);
      bench.check(c.bytes === frame.until, () => `descriptor ${c.index}: ${c.bytes} bytes, ${frame.until} expected`);
      if (c.failed) {
        bench.check(this.#s.refusals !== undefined, () => "a frame failed without a reason");
        this.#failed = true;
        this.#forget(frame);
      }
      return;
    }
  }
  #forget(frame: Frame): void {
    const at = this.#expected.indexOf(frame);
    if (at >= 0) this.#expected.splice(at, 1);
  }
  #unreadable(f: Frame): boolean {
    return f.fragments.some(({ address, bytes }) =>
      Array.from({ length: bytes }, (_, i) => address + i).some((at) => this.#memory.refuses(at, false)),
    );
  }
  /** A frame has left. */
  leaves(bytes: readonly number[]): void {
    const bench = this.#bench;
    for (;;) {
      const f = this.#expected.shift();
      bench.check(f !== undefined, () => `a frame of ${bytes.length} bytes leaves that nobody handed over`);
      const { bytes: wanted, told } = f as Frame;
      const padded = [...wanted, ...Array.from({ length: Math.max(0, 60 - wanted.length) }, () => 0)];
      if (padded.length === bytes.length && padded.every((x, i) => x === bytes[i])) break;
      // Frames of a queue that was switched off are not sent, nor those that cannot be read.
      bench.check(
        told || this.#unreadable(f as Frame),
        () => `a frame leaves that is not the next one: ${bytes.length} bytes, ${padded.length} expected`,
      );
    }
    this.left++;
  }
  count(sent: number, refused: number, stops: number): void {
    this.#sentEvents += sent;
    this.refused += refused;
    this.stops += stops;
    this.#bench.check(stops === 0 || this.#s.refusals !== undefined, () => `the queue stops: ${this.driver.stopped}`);
  }
  act(): void {
    const { driver } = this;
    const { random } = this.#bench;
    if (driver.enabled) {
      const off =
        (this.#s.restarts !== undefined && random.word() / 2 ** 32 < this.#s.restarts) ||
        ((this.#failed || driver.stopped !== undefined) && random.below(200) === 0);
      if (!off) {
        this.#post();
        driver.act((c) => this.#take(c));
        return;
      }
      driver.rest();
      driver.settings(false);
      this.restarts++;
      this.#ending = this.#bench.cycle;
    } else {
      driver.rest();
      if (this.#bench.cycle < this.#ending + 2 || this.#done) return;
      this.#bench.check(!driver.busy || this.#bench.cycle < this.#ending + drainLimit, () => "the queue does not come to its end");
      if (driver.busy) return;
      for (const f of this.#posted) {
        this.#back(f);
        f.told = true;
      }
      this.#posted = [];
      this.#owned = 0;
      this.#failed = false;
      driver.begin();
    }
  }
  settled(): boolean {
    if (this.#made < this.#s.transmit) return false;
    if (this.#s.restarts === undefined && this.#s.refusals === undefined) return this.#posted.length === 0 && this.#expected.length === 0;
    return this.left === this.#sentEvents && this.#quiet();
  }
  #quietSince = 0;
  #last = "";
  #quiet(): boolean {
    const now = `${this.left} ${this.#posted.length} ${this.#failed}`;
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
  audit(): void {
    this.#bench.check(this.left === this.#sentEvents, () => `${this.left} frames have left, ${this.#sentEvents} were counted`);
  }
}
