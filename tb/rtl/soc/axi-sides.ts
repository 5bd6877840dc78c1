/** Masters and slaves for tests of what joins them: random bursts, answers that tell where they come from and for what. */

import type { HardwareModule } from "#hdl";
import type { Random } from "#hdl/simulate/index.ts";
import { type Pace, type Sink, type Source, StreamBench } from "../../hdl-gen/lib/stream-bench.ts";

export interface Request {
  readonly id: bigint;
  readonly addr: bigint;
  readonly len: bigint;
}
interface Word {
  readonly data: bigint;
  readonly strb: bigint;
  readonly last: bigint;
}
export interface Answer {
  readonly id: bigint;
  readonly resp: string;
  readonly data: bigint;
  readonly last: bigint;
}
/** A write as a slave saw it. */
export interface Written extends Request {
  readonly words: readonly bigint[];
}
type Handles = Readonly<Record<"aw" | "w" | "b" | "ar" | "r", unknown>>;
// biome-ignore lint/suspicious/noExplicitAny: benches of any module
type Bench = StreamBench<any>;
/** A bench for a module, and its ports' handles. */
// biome-ignore lint/suspicious/noExplicitAny: handles are as various as modules
export const benchOf = (of: HardwareModule<any>, seed: number): { readonly bench: Bench; readonly io: any } => {
  const bench = new StreamBench(of, seed);
  return { bench, io: bench.sim.io };
};

/** What a slave answers: a function of the slave and the address, so that a wrong way shows. */
export const dataAt = (slave: number, addr: bigint, beat: number): bigint =>
  BigInt.asUintN(64, (addr * 0x9e37_79b9_7f4a_7c15n) ^ (BigInt(slave) << 56n) ^ BigInt(beat));
export const responseAt = (addr: bigint): string => ["OKAY", "SLVERR", "OKAY", "DECERR"][Number((addr >> 3n) & 3n)] as string;
/** The words of a write, which tell its address. */
export const wordAt = (addr: bigint, beat: number): bigint => BigInt.asUintN(64, addr * 0xc2b2_ae3d_27d4_eb4fn + BigInt(beat));

const rest = { size: 3n, burst: "INCR", lock: 0n, cache: 0n, prot: 0n, qos: 0n };

/** Sends bursts, and keeps what comes back. */
export class Master {
  readonly reads: Request[];
  readonly writes: Request[];
  readonly r: Sink<Answer>;
  readonly b: Sink<Answer>;
  readonly ar: Source<unknown>;
  readonly aw: Source<unknown>;
  constructor(bench: Bench, io: Handles, reads: readonly Request[], writes: readonly Request[], pace: Pace, back: Pace) {
    const { random } = bench;
    this.reads = [...reads];
    this.writes = [...writes];
    const noise = () => ({ ...rest, id: random.bits(2), addr: random.bits(12), len: random.bits(4) });
    this.ar = bench.source<unknown>(
      io.ar,
      reads.map((x) => ({ ...x, ...rest })),
      pace,
      noise,
    );
    this.aw = bench.source<unknown>(
      io.aw,
      writes.map((x) => ({ ...x, ...rest })),
      pace,
      noise,
    );
    const words = writes.flatMap(({ addr, len }) =>
      Array.from({ length: Number(len) + 1 }, (_, i): Word => ({ data: wordAt(addr, i), strb: 0xffn, last: BigInt(i === Number(len)) })),
    );
    bench.source<Word>(io.w, words, pace, () => ({ data: random.bits(64), strb: random.bits(8), last: random.bits(1) }));
    this.r = bench.sink<Answer>(io.r, back);
    this.b = bench.sink<Answer>(io.b, back);
  }
  get done(): boolean {
    return this.b.seen.length === this.writes.length && this.r.values.filter((x) => x.last === 1n).length === this.reads.length;
  }
  /** Bursts as they came back, those of one ID in order. Throws where bursts mix. */
  bursts(id: bigint): readonly (readonly Answer[])[] {
    const all: Answer[][] = [[]];
    for (const beat of this.r.values) {
      const burst = all.at(-1) as Answer[];
      if (burst.length > 0 && burst[0]?.id !== beat.id) throw new Error(`a burst of ID ${burst[0]?.id} has a beat of ID ${beat.id} in it`);
      burst.push(beat);
      if (beat.last === 1n) all.push([]);
    }
    return all.filter((burst) => burst[0]?.id === id);
  }
}

/** Answers each request once, those of one ID in order, others in any; bursts whole. */
export class Slave {
  readonly asked: Request[] = [];
  readonly written: Written[] = [];
  readonly #random: Random;
  constructor(bench: Bench, io: Handles, number: number, pace: Pace, back: Pace) {
    const { random } = bench;
    this.#random = random;
    const ar = bench.sink<Request>(io.ar, pace);
    const aw = bench.sink<Request>(io.aw, pace);
    const w = bench.sink<Word>(io.w, pace);
    const noise = () => ({ id: random.bits(2), resp: "SLVERR", data: random.bits(64), last: random.bits(1) });
    const r = bench.source<Answer>(io.r, [], back, noise);
    const b = bench.source<Omit<Answer, "data" | "last">>(io.b, [], back, () => ({ id: random.bits(2), resp: "SLVERR" }));
    const [reads, writes]: [Request[], Request[]] = [[], []];
    let words = 0;
    bench.watchers.push(() => {
      for (const x of ar.values.slice(this.asked.length)) {
        this.asked.push(x);
        reads.push(x);
      }
      for (;;) {
        const next = aw.values[this.written.length];
        const count = next === undefined ? 0 : Number(next.len) + 1;
        if (next === undefined || w.values.length < words + count) break;
        const own = w.values.slice(words, words + count);
        if (own.some((x, i) => x.last !== BigInt(i === count - 1)))
          throw new Error(`slave ${number}: last of the write at ${next.addr} is misplaced`);
        this.written.push({ ...next, words: own.map((x) => x.data) });
        writes.push(next);
        words += count;
      }
      const read = r.queue.length === 0 ? this.#next(reads) : undefined;
      if (read !== undefined)
        for (let i = 0; i <= Number(read.len); i++)
          r.queue.push({
            id: read.id,
            resp: responseAt(read.addr),
            data: dataAt(number, read.addr, i),
            last: BigInt(i === Number(read.len)),
          });
      const write = b.queue.length === 0 ? this.#next(writes) : undefined;
      if (write !== undefined) b.queue.push({ id: write.id, resp: responseAt(write.addr) });
    });
  }
  /** Any request that none of its ID came before. */
  #next(list: Request[]): Request | undefined {
    const first = list.filter((x, i) => !list.slice(0, i).some((y) => y.id === x.id));
    if (first.length === 0) return undefined;
    const chosen = this.#random.pick(first);
    list.splice(list.indexOf(chosen), 1);
    return chosen;
  }
}
