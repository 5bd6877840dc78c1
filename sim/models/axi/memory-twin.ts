/** What native/axi_memory.h does, in TypeScript, cycle by cycle. A change to one is a change to both. */
import type { Session } from "#sim/bridge/session.ts";
import { axiErrorRange, axiMemoryBlock } from "#sim/models/native/blocks.ts";
import { type Pauser, xorshift32 } from "#sim/models/stream/pause.ts";
import type { AxiChannel, Memory } from "./memory.ts";
import type { AxiGroup } from "./pins.ts";
import { type AxiRequest, AxiValues, beatAddress } from "./values.ts";

interface Job {
  readonly request: AxiRequest;
  readonly due: number;
  /** Writes: data and strobes of each beat. */
  readonly beats: readonly { readonly data: Uint8Array; readonly strobe: Uint8Array }[];
}

type Setting = "readLatency" | "readJitter" | "writeLatency" | "writeJitter" | "reorder" | "outstanding" | "random" | "errorRanges";
type Counter = "reads" | "readsDone" | "writes" | "writesDone";

/** Write beats that may come before their address. */
const mostBeats = 512;

export class MemoryTwin {
  readonly #values: AxiValues;
  readonly #group: AxiGroup;
  readonly #words: Uint32Array;
  readonly #longs: BigUint64Array;
  readonly #pausers: Readonly<Record<AxiChannel, Pauser>>;
  readonly #memory: Memory;
  #cycle = 0;

  #addresses: AxiRequest[] = [];
  #beats: Job["beats"][number][] = [];
  #writes: Job[] = [];
  #responding = false;
  #awReady = false;
  #wReady = false;

  #reads: Job[] = [];
  #reading: Job | null = null;
  #readBeat = 0;
  #offering = false;
  #arReady = false;

  constructor(session: Session, group: AxiGroup, words: Uint32Array, pausers: Readonly<Record<AxiChannel, Pauser>>, memory: Memory) {
    this.#values = new AxiValues(session, group);
    this.#group = group;
    this.#words = words;
    this.#longs = new BigUint64Array(words.buffer);
    this.#pausers = pausers;
    this.#memory = memory;
  }

  edge(): void {
    this.#cycle += 1;
    if (this.#values.inReset) this.#clear();
    else {
      if (this.#group.canWrite) this.#edgeOfWrites();
      if (this.#group.canRead) this.#edgeOfReads();
    }
    const values = this.#values;
    values.drive("awready", this.#awReady);
    values.drive("wready", this.#wReady);
    values.drive("bvalid", this.#responding);
    values.drive("arready", this.#arReady);
    values.drive("rvalid", this.#offering);
  }
  /** Under reset: forgets all requests; memory stays. */
  #clear(): void {
    this.#addresses = [];
    this.#beats = [];
    this.#writes = [];
    this.#reads = [];
    this.#reading = null;
    this.#responding = this.#offering = this.#awReady = this.#wReady = this.#arReady = false;
  }

  #edgeOfWrites(): void {
    const values = this.#values;
    if (this.#awReady && values.bit("awvalid")) {
      this.#addresses.push(values.request("aw"));
      this.#count("writes");
    }
    if (this.#wReady && values.bit("wvalid")) this.#takeWriteBeat();
    if (this.#responding && values.bit("bready")) {
      this.#responding = false;
      this.#count("writesDone");
    }
    for (;;) {
      const first = this.#addresses[0];
      if (first === undefined || this.#beats.length <= first.len) break;
      this.#addresses.shift();
      const due = this.#cycle + this.#latency("writeLatency", "writeJitter");
      this.#writes.push({ request: first, due, beats: this.#beats.splice(0, first.len + 1) });
    }
    const pause = this.#pausers.b.next();
    if (!this.#responding && !pause) {
      const job = this.#choose(this.#writes);
      if (job !== null) {
        values.drive("bid", job.request.id);
        values.drive("bresp", this.#store(job));
        this.#responding = true;
      }
    }
    this.#awReady = !this.#pausers.aw.next() && this.#addresses.length + this.#writes.length < this.#setting("outstanding");
    this.#wReady = !this.#pausers.w.next() && this.#beats.length < mostBeats;
  }
  #takeWriteBeat(): void {
    const bytes = this.#group.dataBytes;
    const data = new Uint8Array(bytes);
    this.#values.copy("wdata", data, 0, bytes);
    const strobe = new Uint8Array(Math.ceil(bytes / 8)).fill(0xff);
    if (this.#values.has("wstrb")) this.#values.copy("wstrb", strobe, 0, strobe.length);
    this.#beats.push({ data, strobe });
  }

  #edgeOfReads(): void {
    const values = this.#values;
    if (this.#arReady && values.bit("arvalid")) {
      const due = this.#cycle + this.#latency("readLatency", "readJitter");
      this.#reads.push({ request: values.request("ar"), due, beats: [] });
      this.#count("reads");
    }
    if (this.#offering && values.bit("rready")) {
      this.#offering = false;
      if (this.#readBeat === this.#reading?.request.len) {
        this.#reading = null;
        this.#count("readsDone");
      }
      this.#readBeat += 1;
    }
    const pause = this.#pausers.r.next();
    if (!this.#offering && !pause) {
      if (this.#reading === null) {
        this.#reading = this.#choose(this.#reads);
        this.#readBeat = 0;
      }
      if (this.#reading !== null) this.#offer(this.#reading.request);
    }
    this.#arReady = !this.#pausers.ar.next() && this.#reads.length + (this.#reading === null ? 0 : 1) < this.#setting("outstanding");
  }
  #offer(request: AxiRequest): void {
    const values = this.#values;
    const address = beatAddress(request, this.#readBeat);
    const response = this.#responseAt(address, 1);
    const { dataBytes } = this.#group;
    const at = response === 0 ? this.#wordAt(address) : 0;
    values.driveBytes("rdata", response === 0 ? this.#memory.bytes.subarray(at, at + dataBytes) : new Uint8Array(dataBytes).fill(0xee));
    values.drive("rid", request.id);
    values.drive("rresp", response);
    values.drive("rlast", this.#readBeat === request.len);
    this.#offering = true;
  }

  #latency(least: "readLatency" | "writeLatency", jitter: "readJitter" | "writeJitter"): number {
    const most = this.#setting(jitter);
    return this.#setting(least) - 1 + (most === 0 ? 0 : this.#random() % (most + 1));
  }
  /** Takes a job that is due: the oldest, or any that no older one of its ID stands before. */
  #choose(jobs: Job[]): Job | null {
    const candidates: number[] = [];
    for (let i = 0; i < jobs.length; i++) {
      const job = jobs[i] as Job;
      const first = !jobs.slice(0, i).some((older) => older.request.id === job.request.id);
      if (first && job.due <= this.#cycle) candidates.push(i);
      if (this.#setting("reorder") === 0) break;
    }
    if (candidates.length === 0) return null;
    const pick = candidates.length === 1 ? 0 : this.#random() % candidates.length;
    return jobs.splice(candidates[pick] as number, 1)[0] ?? null;
  }

  #responseAt(address: bigint, kind: number): number {
    for (let i = 0; i < this.#setting("errorRanges"); i++) {
      const at = axiMemoryBlock.offset("errors", i);
      const first = this.#longs[at / 8 + axiErrorRange.index("first")] as bigint;
      const last = this.#longs[at / 8 + axiErrorRange.index("last")] as bigint;
      const kinds = this.#words[at / 4 + axiErrorRange.index("kinds")] as number;
      if (address >= first && address <= last && (kinds & kind) !== 0)
        return this.#words[at / 4 + axiErrorRange.index("response")] as number;
    }
    const word = address & ~BigInt(this.#group.dataBytes - 1);
    const end = BigInt(this.#memory.base + this.#memory.bytes.length);
    return word >= BigInt(this.#memory.base) && word + BigInt(this.#group.dataBytes) <= end ? 0 : 3;
  }
  #wordAt(address: bigint): number {
    return Number((address & ~BigInt(this.#group.dataBytes - 1)) - BigInt(this.#memory.base));
  }
  #store({ request, beats }: Job): number {
    let worst = 0;
    beats.forEach(({ data, strobe }, beat) => {
      const address = beatAddress(request, beat);
      const response = this.#responseAt(address, 2);
      worst = Math.max(worst, response);
      if (response !== 0) return;
      const at = this.#wordAt(address);
      data.forEach((byte, lane) => {
        if (((strobe[lane >> 3] as number) >> (lane & 7)) & 1) this.#memory.bytes[at + lane] = byte;
      });
    });
    return worst;
  }

  #random(): number {
    const next = xorshift32(this.#setting("random"));
    this.#words[axiMemoryBlock.index("random")] = next;
    return next;
  }
  #setting(key: Setting): number {
    return this.#words[axiMemoryBlock.index(key)] as number;
  }
  #count(key: Counter): void {
    (this.#words[axiMemoryBlock.index(key)] as number) += 1;
  }
}
