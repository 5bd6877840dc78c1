/**
 * A memory behind AXI4 channels in the instant simulator: answers late, in any order across IDs and with errors, and
 * holds the master to the standard (ARM IHI 0022): whole legal bursts, no 4 KiB crossing, last where it belongs.
 */
import type { Random } from "#hdl/simulate/index.ts";
import type { Pace, Source, StreamBench } from "./stream-bench.ts";

interface Request {
  readonly id: bigint;
  readonly addr: bigint;
  readonly len: number;
  /** Earliest cycle of its answer. */
  readonly from: number;
}
export interface MemoryOptions {
  readonly pace: Pace;
  /** Longest time in cycles before an answer begins. */
  readonly latency: number;
  /** Answers in the order of the requests, a burst after the other; any order across IDs unless said. */
  readonly inOrder?: boolean;
  /** Does the byte at this address answer with an error? */
  readonly broken?: (address: bigint) => boolean;
}

export class AxiMemory {
  readonly bytes = new Map<bigint, number>();
  readonly requests: { readonly write: boolean; readonly addr: bigint; readonly len: number; readonly cycle: number }[] = [];
  /** Most bursts that were in flight at once. */
  most = 0;
  readonly #bench: StreamBench<any>;
  readonly #options: MemoryOptions;
  readonly #busBytes: number;
  readonly #random: Random;
  constructor(bench: StreamBench<any>, axi: any, busBytes: number, options: MemoryOptions) {
    this.#bench = bench;
    this.#options = options;
    this.#busBytes = busBytes;
    this.#random = bench.random;
    if ("ar" in axi) this.#reads(axi);
    if ("aw" in axi) this.#writes(axi);
  }
  byte(address: bigint): number {
    const known = this.bytes.get(address);
    // What was never written is a pattern of its address.
    return known ?? Number((address * 0x9e37n + (address >> 8n) * 131n) & 0xffn);
  }
  #check(write: boolean, p: any): Request {
    const bytes = (BigInt(p.len) + 1n) * BigInt(this.#busBytes);
    const wrong = (what: string): never => {
      throw new Error(`cycle ${this.#bench.cycle}: ${write ? "AW" : "AR"} at ${p.addr.toString(16)} of ${p.len + 1n} beats ${what}`);
    };
    if (p.burst !== "INCR") wrong(`has burst ${p.burst}`);
    if (p.size !== BigInt(Math.log2(this.#busBytes))) wrong(`has size ${p.size}`);
    if (p.lock !== 0n || p.cache !== 3n || p.prot !== 0n || p.qos !== 0n)
      wrong(`has lock ${p.lock}, cache ${p.cache}, prot ${p.prot}, qos ${p.qos}`);
    if (p.addr % BigInt(this.#busBytes) !== 0n) wrong("does not begin at a bus word");
    if (p.addr / 4096n !== (p.addr + bytes - 1n) / 4096n) wrong("crosses 4 KiB");
    this.requests.push({ write, addr: p.addr, len: Number(p.len), cycle: this.#bench.cycle });
    return { id: p.id, addr: p.addr, len: Number(p.len), from: this.#bench.cycle + this.#random.below(this.#options.latency + 1) };
  }
  #broken(address: bigint): boolean {
    return this.#options.broken?.(address) ?? false;
  }

  /** One of the requests whose time has come and which is the oldest of its ID. */
  #pick<T extends Request>(waiting: readonly T[]): T | undefined {
    const ready = waiting.filter((r, i) => r.from <= this.#bench.cycle && waiting.findIndex((o) => o.id === r.id) === i);
    return ready.length === 0 ? undefined : this.#options.inOrder ? ready[0] : this.#random.pick(ready);
  }
  #reads(axi: any): void {
    const ar = this.#bench.sink<any>(axi.ar, this.#options.pace);
    const noise = () => ({ id: 0n, data: 1n, resp: "DECERR", last: 1n });
    const r: Source<any> = this.#bench.source<any>(axi.r, [], this.#options.pace, noise);
    const waiting: (Request & { beat: number })[] = [];
    let seen = 0;
    this.#bench.controls.push(() => {
      for (; seen < ar.seen.length; seen++) waiting.push({ ...this.#check(false, ar.values[seen]), beat: 0 });
      this.most = Math.max(this.most, waiting.length);
      if (r.queue.length > 0) return;
      // Beats of different bursts may come in between each other.
      const next = this.#pick(waiting);
      if (next === undefined) return;
      const addr = next.addr + BigInt(next.beat * this.#busBytes);
      let data = 0n;
      for (let i = this.#busBytes - 1; i >= 0; i--) data = (data << 8n) | BigInt(this.byte(addr + BigInt(i)));
      const last = next.beat === next.len;
      r.queue.push({ id: next.id, data, resp: this.#broken(addr) ? this.#random.pick(["SLVERR", "DECERR"]) : "OKAY", last: BigInt(last) });
      if (last) waiting.splice(waiting.indexOf(next), 1);
      else next.beat++;
    });
  }
  #writes(axi: any): void {
    const aw = this.#bench.sink<any>(axi.aw, this.#options.pace);
    const w = this.#bench.sink<any>(axi.w, this.#options.pace);
    const b = this.#bench.source<any>(axi.b, [], this.#options.pace, () => ({ id: 0n, resp: "DECERR" }));
    const waiting: Request[] = [];
    const starts: Request[] = [];
    let [seenAw, seenW, beat] = [0, 0, 0];
    this.#bench.controls.push(() => {
      for (; seenAw < aw.seen.length; seenAw++) starts.push(this.#check(true, aw.values[seenAw]));
      this.most = Math.max(this.most, waiting.length + starts.length);
      // Data may come before its address; it belongs to bursts in the order of the addresses.
      for (; seenW < w.seen.length && starts[0] !== undefined; seenW++) {
        const burst = starts[0];
        const { data, strb, last } = w.values[seenW] as { data: bigint; strb: bigint; last: bigint };
        const addr = burst.addr + BigInt(beat * this.#busBytes);
        if ((last === 1n) !== (beat === burst.len))
          throw new Error(`W beat ${beat} of ${burst.len + 1} at ${addr.toString(16)} has last ${last}`);
        for (let i = 0; i < this.#busBytes; i++)
          if ((strb >> BigInt(i)) & 1n) this.bytes.set(addr + BigInt(i), Number((data >> BigInt(8 * i)) & 0xffn));
        beat = last === 1n ? 0 : beat + 1;
        if (last === 1n)
          waiting.push({ ...(starts.shift() as Request), from: this.#bench.cycle + this.#random.below(this.#options.latency + 1) });
      }
      if (b.queue.length > 0) return;
      const next = this.#pick(waiting);
      if (next === undefined) return;
      waiting.splice(waiting.indexOf(next), 1);
      const broken = Array.from({ length: next.len + 1 }, (_, i) => this.#broken(next.addr + BigInt(i * this.#busBytes))).includes(true);
      b.queue.push({ id: next.id, resp: broken ? "SLVERR" : "OKAY" });
    });
  }
}
