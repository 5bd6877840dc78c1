/**
 * A driver for one queue, as a kernel's would be: it writes descriptors and the doorbell, sees completions in memory alone,
 * by their phase bit, and either polls or sleeps until the line rises. Written from the register and memory descriptions.
 */
import type { Module } from "#hdl";
import { type RegisterMap, readMemory, writeMemory } from "#hdl/regmap/index.ts";
import { completionBytes, descriptorBytes } from "#rtl/nic/ordinary-formats.ts";
import type { BlockBench } from "./block-bench.ts";
import type { OrdinaryMemory } from "./ordinary-memory.ts";

type Pin = { value: unknown };
/** What a completion says: numbers and flags by their names. */
export type Status = Readonly<Record<string, number | boolean>>;
export interface QueuePins {
  readonly settings: Pin;
  readonly writes: Pin;
  readonly status: Readonly<Record<"busy" | "running" | "dma_error" | "malformed", Pin>>;
  readonly irq: Pin;
}
/** Those of the whole path, as far as its queues go. */
export type PathPins = Readonly<
  Record<"receiveSettings" | "receiveWrites" | "transmitSettings" | "transmitWrites" | "irqRx" | "irqTx", Pin> &
    Record<"receiveStatus" | "transmitStatus", QueuePins["status"]>
>;
export interface QueueOptions {
  readonly logSize: number;
  /** Bus addresses of the rings. */
  readonly descriptors: number;
  readonly completions: number;
  readonly count: number;
  readonly cycles: number;
  /** Sleeps until the line rises, in place of polling. */
  readonly napi: boolean;
  /** Completions that one visit takes, at most. */
  readonly budget: number;
  /** It tells how far it is at one visit in so many. */
  readonly hoard: number;
  /** Chance that it does nothing in a cycle. */
  readonly lazy: number;
}

type Values = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export class QueueDriver {
  readonly bench: BlockBench<Module>;
  readonly memory: OrdinaryMemory;
  readonly pins: QueuePins;
  readonly o: QueueOptions;
  readonly size: number;
  readonly #descriptor: RegisterMap;
  readonly #completion: RegisterMap;
  /** Indices, not wrapped: descriptors written, and told of; completions taken, and told of. */
  produced = 0;
  told = 0;
  taken = 0;
  consumed = 0;
  enabled = false;
  /** Places of the completion ring that were written and not consumed. */
  readonly #full = new Set<number>();
  /** It has masked the line and takes completions. */
  #polling = true;
  visits = 0;

  constructor(
    bench: BlockBench<Module>,
    memory: OrdinaryMemory,
    pins: QueuePins,
    layouts: readonly [RegisterMap, RegisterMap],
    o: QueueOptions,
  ) {
    this.bench = bench;
    this.memory = memory;
    this.pins = pins;
    this.o = o;
    this.size = 2 ** o.logSize;
    [this.#descriptor, this.#completion] = layouts;
    this.settings(false);
    this.#write({});
  }
  settings(enable: boolean): void {
    const { o } = this;
    this.enabled = enable;
    this.pins.settings.value = {
      enable: enable ? 1 : 0,
      // The lower six bits count as 0.
      descriptors: o.descriptors + 0x2b,
      completions: o.completions + 0x15,
      log_size: o.logSize,
      count: o.count,
      cycles: o.cycles,
    };
  }
  /** Begins anew: rings of zeros, indices of 0. The queue must be idle. */
  begin(): void {
    this.memory.bytes.fill(0, this.o.completions, this.o.completions + completionBytes * this.size);
    this.produced = this.told = this.taken = this.consumed = 0;
    this.#polling = true;
    this.#full.clear();
    this.settings(true);
  }
  get busy(): boolean {
    return this.pins.status.busy.value === 1n;
  }
  /** The queue has stopped by itself: why. */
  get stopped(): "memory" | "malformed" | undefined {
    const { dma_error, malformed } = this.pins.status;
    return !this.busy ? undefined : dma_error.value === 1n ? "memory" : malformed.value === 1n ? "malformed" : undefined;
  }
  get running(): boolean {
    return this.pins.status.running.value === 1n;
  }
  #quiet = false;
  #write(w: { producer?: number; consumer?: number; armed?: boolean }): void {
    const quiet = Object.keys(w).length === 0;
    if (quiet && this.#quiet) return;
    this.#quiet = quiet;
    this.pins.writes.value = {
      producer: w.producer === undefined ? 0 : 1,
      producer_index: (w.producer ?? this.bench.random.word()) & 0xffff,
      consumer: w.consumer === undefined ? 0 : 1,
      consumer_index: (w.consumer ?? this.bench.random.word()) & 0xffff,
      arm: w.armed === undefined ? 0 : 1,
      armed: w.armed ? 1 : 0,
    };
  }
  /** A write of any index, for tests of what is refused; for this cycle. */
  raw(w: { producer?: number; consumer?: number }): void {
    this.#write(w);
  }
  /** Nothing is written in this cycle. */
  rest(): void {
    this.#write({});
  }
  /** Puts a descriptor into the ring; the doorbell comes later. */
  put(value: Values): number {
    const at = this.o.descriptors + descriptorBytes * (this.produced % this.size);
    writeMemory(this.#descriptor, value as never, this.memory.bytes, at);
    return this.produced++;
  }
  /** Free places for descriptors, where `owned` have not come back. */
  free(owned: number): number {
    return this.size - owned;
  }
  /** Whether a bus word holds a descriptor that the hardware may read. */
  ownsDescriptor(address: number, busBytes: number, owned: number): boolean {
    const { descriptors } = this.o;
    if (address < descriptors || address >= descriptors + descriptorBytes * this.size) return false;
    const first = Math.floor((address - descriptors) / descriptorBytes);
    const last = Math.floor((address + busBytes - 1 - descriptors) / descriptorBytes);
    for (let place = first; place <= last; place++) if ((this.told - 1 - place + 2 * this.size * 65536) % this.size < owned) return true;
    return false;
  }
  /** Whether a byte of the completion ring may be written now: what its entry held has been consumed. Each is written once. */
  ownsCompletion(address: number): boolean {
    const at = address - this.o.completions;
    if (at < 0 || at >= completionBytes * this.size) return false;
    const place = Math.floor(at / completionBytes);
    const free = !this.#full.has(place);
    // Its last byte is the last of it that memory writes.
    if (at % completionBytes === completionBytes - 1) this.#full.add(place);
    return free;
  }
  #consume(to: number): void {
    for (let i = this.consumed; i < to; i++) this.#full.delete(i % this.size);
    this.consumed = to;
  }
  /** The next completion, where there is one. */
  #look(): { readonly STATUS: Status } | undefined {
    const at = this.o.completions + completionBytes * (this.taken % this.size);
    const value = readMemory(this.#completion, this.memory.bytes, at) as { readonly STATUS: Status };
    return value.STATUS.phase === (Math.floor(this.taken / this.size) % 2 === 0) ? value : undefined;
  }
  /** One cycle of the driver: at most one write to a register. `take` gets each completion. */
  act(take: (c: { readonly STATUS: Status }) => void): void {
    const { bench, o } = this;
    this.#write({});
    if (!this.enabled || !this.busy) return;
    bench.check(!this.running || this.stopped === undefined, () => "a queue runs that has stopped");
    if (bench.random.word() / 2 ** 32 < o.lazy) return;
    if (this.running && this.told !== this.produced && bench.random.below(3) > 0) {
      this.told = bench.random.between(this.told + 1, this.produced);
      this.#write({ producer: this.told });
      return;
    }
    if (o.napi && !this.#polling) {
      if (this.pins.irq.value === 0n) return;
      this.visits++;
      this.#polling = true;
      this.#write({ consumer: this.consumed, armed: false });
      return;
    }
    for (let i = 0; i < o.budget; i++) {
      const c = this.#look();
      if (c === undefined) break;
      this.taken++;
      take(c);
    }
    if (o.napi) {
      // As NAPI does: completions that came after the last look raise the line again.
      if (bench.random.below(2) === 0) return;
      this.#consume(this.taken);
      this.#polling = false;
      this.#write({ consumer: this.consumed, armed: true });
    } else if (this.consumed !== this.taken && bench.random.below(o.hoard) === 0) {
      this.#consume(bench.random.between(this.consumed + 1, this.taken));
      this.#write({ consumer: this.consumed });
    }
  }
}
