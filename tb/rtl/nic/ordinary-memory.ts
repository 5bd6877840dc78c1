/**
 * Memory for the ordinary path's tests, as unkind as AXI4 allows: bytes are written when their burst is answered and not
 * before, words are read when they are given and not before; bursts of different IDs pass each other and reads interleave.
 * Every access must have been allowed, and some places answer with an error.
 */
import type { Module } from "#hdl";
import type { BlockBench, StreamPins } from "./block-bench.ts";
import { lane } from "./block-bench.ts";

export interface MemoryOptions {
  readonly busBytes: number;
  readonly bytes: number;
  /** Cycles from a burst's request (of a write: from its last data) to its answer. */
  readonly latency: number;
  /** Answers may pass each other. */
  readonly disorder: boolean;
  /** Chance of a pause on each channel. */
  readonly pause: number;
}
interface Burst {
  readonly id: number;
  readonly address: number;
  readonly beats: number;
  due: number;
  given: number;
  readonly data: { data: bigint; strobe: bigint }[];
}
export interface DmaPins {
  readonly ar: StreamPins;
  readonly r: StreamPins;
  readonly aw: StreamPins;
  readonly w: StreamPins;
  readonly b: StreamPins;
}

export class OrdinaryMemory {
  readonly bytes: Uint8Array;
  /** Who may write a byte, or read the bus word that it lies in; throws where nobody may. */
  mayWrite: (address: number) => boolean = () => true;
  mayRead: (address: number) => boolean = () => true;
  /** Memory that refuses accesses. */
  refuses: (address: number, write: boolean) => boolean = () => false;
  /** Beats that moved, and bursts that have no answer yet. */
  readonly beats = { read: 0, write: 0 };
  readonly #reads: Burst[] = [];
  readonly #writes: Burst[] = [];
  readonly #answers: Burst[] = [];
  readonly #bench: BlockBench<Module>;

  constructor(bench: BlockBench<Module>, pins: DmaPins, o: MemoryOptions) {
    this.#bench = bench;
    this.bytes = Uint8Array.from({ length: o.bytes }, () => bench.random.below(256));
    const { random } = bench;
    const lines = (address: number, beats: number, what: string): void => {
      bench.check(address % o.busBytes === 0, () => `${what} of no whole words at ${address}`);
      bench.check(address + beats * o.busBytes <= o.bytes, () => `${what} beyond memory at ${address}`);
      bench.check(address >> 6 === (address + beats * o.busBytes - 1) >> 6, () => `${what} of ${beats} beats crosses a line at ${address}`);
    };
    const burst = (what: string, p: { address: bigint; length: bigint; id: bigint }, others: readonly Burst[]): Burst => {
      const address = Number(p.address),
        beats = Number(p.length) + 1,
        id = Number(p.id);
      lines(address, beats, what);
      bench.check(!others.some((x) => x.id === id), () => `${what}: ID ${id} is in flight`);
      return { id, address, beats, due: bench.cycle + o.latency, given: 0, data: [] };
    };
    type Address = { address: bigint; length: bigint; id: bigint };
    bench.sink<Address>(
      "ar",
      pins.ar,
      (p) => {
        const b = burst("a read", p, this.#reads);
        for (let i = 0; i < b.beats; i++)
          bench.check(this.mayRead(b.address + i * o.busBytes), () => `a read of what nobody offered, at ${b.address + i * o.busBytes}`);
        this.#reads.push(b);
      },
      o.pause,
    );
    let reading: Burst | undefined;
    bench.source(
      pins.r,
      () => {
        const due = this.#reads.filter((b) => b.due <= bench.cycle);
        reading = o.disorder ? (due.length > 0 ? random.pick(due) : undefined) : due[0];
        if (reading === undefined) return undefined;
        const at = reading.address + reading.given * o.busBytes;
        const refused = this.refuses(at, false);
        let data = 0n;
        for (let i = o.busBytes - 1; i >= 0; i--)
          data = (data << 8n) | BigInt(refused ? random.below(256) : (this.bytes[at + i] as number));
        return { id: reading.id, data, response: refused ? 2 : 0, last: reading.given + 1 === reading.beats ? 1 : 0 };
      },
      () => {
        const b = reading as Burst;
        this.beats.read++;
        b.given++;
        if (b.given === b.beats) this.#reads.splice(this.#reads.indexOf(b), 1);
      },
      o.pause,
    );
    bench.sink<Address>("aw", pins.aw, (p) => this.#writes.push(burst("a write", p, [...this.#writes, ...this.#answers])), o.pause);
    bench.sink<{ data: bigint; strobe: bigint; last: bigint }>(
      "w",
      pins.w,
      (p) => {
        const b = this.#writes[0] as Burst;
        bench.check(b !== undefined, () => "data without an address");
        this.beats.write++;
        b.data.push({ data: p.data, strobe: p.strobe });
        bench.check((p.last === 1n) === (b.data.length === b.beats), () => `beat ${b.data.length} of ${b.beats}: last is ${p.last}`);
        if (p.last === 0n) return;
        b.due = bench.cycle + o.latency;
        this.#answers.push(this.#writes.shift() as Burst);
      },
      o.pause,
    );
    let answering: Burst | undefined;
    bench.source(
      pins.b,
      () => {
        const due = this.#answers.filter((b) => b.due <= bench.cycle);
        answering = o.disorder ? (due.length > 0 ? random.pick(due) : undefined) : due[0];
        if (answering === undefined) return undefined;
        const refused = this.#apply(answering, o.busBytes);
        return { id: answering.id, response: refused ? random.pick([2, 3]) : 0 };
      },
      () => this.#answers.splice(this.#answers.indexOf(answering as Burst), 1),
      o.pause,
    );
  }
  /** Bursts that wait for data or an answer. */
  get open(): number {
    return this.#reads.length + this.#writes.length + this.#answers.length;
  }
  #apply(b: Burst, busBytes: number): boolean {
    const refused = this.refuses(b.address, true);
    b.data.forEach(({ data, strobe }, i) => {
      for (let k = 0; k < busBytes; k++) {
        if (((strobe >> BigInt(k)) & 1n) === 0n) continue;
        const at = b.address + i * busBytes + k;
        this.#bench.check(this.mayWrite(at), () => `a write where none may be, at ${at}`);
        if (!refused) this.bytes[at] = lane(data, k);
      }
    });
    return refused;
  }
}
