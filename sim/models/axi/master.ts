/** An AXI4 master for a slave port of the design: register accesses, and bursts. */
import type { Session } from "#sim/bridge/session.ts";
import { axiMasterBlock, axiOperation, axiResult, masterBeats, maxOperations } from "#sim/models/native/blocks.ts";
import { Transactor, type TransactorOptions } from "#sim/models/native/twin.ts";
import { type Pause, Pauser, seedFor } from "#sim/models/stream/pause.ts";
import { storageBytes } from "#sim/models/stream/ring.ts";
import { here } from "#sim/run/triggers.ts";
import { MasterTwin } from "./master-twin.ts";
import { type AxiChannel, type AxiPort, axiChannels, axiGroup } from "./memory.ts";
import type { AxiGroup } from "./pins.ts";

export const axiResponses = ["OKAY", "EXOKAY", "SLVERR", "DECERR"] as const;
export type AxiResponse = (typeof axiResponses)[number];

/** An access that the design refused. */
export class AxiError extends Error {
  override readonly name = "AxiError";
  readonly response: AxiResponse;
  constructor(what: string, response: AxiResponse) {
    super(`${what}: ${response}`);
    this.response = response;
  }
}

export interface AxiMasterOptions extends TransactorOptions {
  /** Transactions under way at once; 1 unless said, which keeps every access in order. */
  readonly outstanding?: number;
  /** Reluctance to ask (aw, w, ar) and to take answers (b, r). */
  readonly pause?: Pause | Partial<Record<AxiChannel, Pause>>;
}
export interface AccessOptions {
  /** AXI ID: 0 unless said. Rocket's harts have one each. */
  readonly id?: number;
  readonly prot?: number;
}
export interface WordOptions extends AccessOptions {
  /** 1, 2, 4 or 8 bytes at an address that is a multiple of that; the bus's width, at most 8, unless said. */
  readonly bytes?: number;
}
/** One transaction as it goes over the bus. */
export interface Transaction extends AccessOptions {
  readonly address: bigint;
  readonly write: boolean;
  /** Beats less one; binary logarithm of a beat's bytes; 0 FIXED, 1 INCR, 2 WRAP. */
  readonly len: number;
  readonly size: number;
  readonly burst: number;
  /** Write data by beat: a bus word and a strobe bit per byte of it. */
  readonly beats?: readonly { readonly data: Uint8Array; readonly strobe: bigint }[];
}
export interface TransactionResult {
  /** The worst of all beats. */
  readonly response: AxiResponse;
  /** Read data: bus words. */
  readonly beats: readonly Uint8Array[];
}

/** Where the numbers stand in the block's words. */
const field = {
  queued: axiMasterBlock.index("queued"),
  finished: axiMasterBlock.index("finished"),
  writeTail: axiMasterBlock.index("writeTail"),
  writeHead: axiMasterBlock.index("writeHead"),
  outstanding: axiMasterBlock.index("outstanding"),
  writeData: axiMasterBlock.index("writeData"),
  writeStrobe: axiMasterBlock.index("writeStrobe"),
  readData: axiMasterBlock.index("readData"),
} as const;

interface Queued {
  readonly transaction: Transaction;
  readonly done: (result: TransactionResult) => void;
}

export class AxiMaster extends Transactor {
  readonly group: AxiGroup;
  readonly #pausers: Readonly<Record<AxiChannel, Pauser>>;
  /** The block in words of 64 bits. */
  readonly #longs: BigUint64Array;
  readonly #dataStride: number;
  readonly #strobeStride: number;
  readonly #twin: MasterTwin | null;
  readonly #started = new Map<number, Queued>();
  #backlog: Queued[] = [];
  #readHead = 0;
  #results = 0;
  #watching = false;

  constructor(session: Session, group: AxiGroup, options: AxiMasterOptions = {}) {
    const dataStride = storageBytes(group.dataBytes * 8);
    const strobeStride = storageBytes(group.dataBytes);
    const writeData = axiMasterBlock.bytes;
    const writeStrobe = writeData + masterBeats * dataStride;
    const readData = Math.ceil((writeStrobe + masterBeats * strobeStride) / 8) * 8;
    const counters = [axiMasterBlock.index("finished"), axiMasterBlock.index("started")];
    super(session, new ArrayBuffer(Math.ceil((readData + masterBeats * dataStride) / 8) * 8), counters, group.name, options.native ?? true);
    this.group = group;
    this.#longs = new BigUint64Array(this.words.buffer);
    this.#dataStride = dataStride;
    this.#strobeStride = strobeStride;
    this.#set(field.writeData, writeData);
    this.#set(field.writeStrobe, writeStrobe);
    this.#set(field.readData, readData);
    const outstanding = options.outstanding ?? 1;
    if (!Number.isInteger(outstanding) || outstanding < 1 || outstanding > maxOperations / 2)
      throw new RangeError(`${group.name}: outstanding ${outstanding}: 1 to ${maxOperations / 2}`);
    this.#set(field.outstanding, outstanding);
    const seed = options.seed ?? seedFor(session.seed, `${group.name} master`);
    this.#pausers = Object.fromEntries(
      axiChannels.map((channel) => [channel, new Pauser(this.words, axiMasterBlock.offset(channel) / 4, seedFor(seed, channel))]),
    ) as Record<AxiChannel, Pauser>;
    this.pause(options.pause ?? "never");
    this.#twin = this.native ? null : new MasterTwin(session, group, this.words, this.#pausers);
    this.attach({ kind: "AXI4 master", name: group.name, pins: group.pins, clock: group.clock }, () => this.#twin?.edge());
  }

  /** Of all channels, or of some; from the next cycle on. */
  pause(pause: Pause | Partial<Record<AxiChannel, Pause>>): void {
    for (const channel of axiChannels) {
      const wanted = typeof pause === "string" || "random" in pause || "pattern" in pause ? pause : pause[channel];
      if (wanted !== undefined) this.#pausers[channel].set(wanted);
    }
  }

  // ---- accesses ---------------------------------------------------------------------------

  /** Reads a little-endian value of up to 8 bytes with one beat. Throws `AxiError` where it is refused. */
  async read(address: number | bigint, options: WordOptions = {}): Promise<bigint> {
    const { transaction, lane, bytes } = this.#word(address, options);
    const { response, beats } = await this.transact({ ...transaction, write: false });
    if (response !== "OKAY") throw new AxiError(`${this.name}: read of ${bytes} bytes at 0x${BigInt(address).toString(16)}`, response);
    return littleEndian((beats[0] as Uint8Array).subarray(lane, lane + bytes));
  }
  /** Writes a little-endian value of up to 8 bytes with one beat. Throws `AxiError` where it is refused. */
  async write(address: number | bigint, value: number | bigint, options: WordOptions = {}): Promise<void> {
    const { transaction, lane, bytes } = this.#word(address, options);
    const bits = BigInt(value);
    if (bits !== BigInt.asUintN(bytes * 8, bits)) throw new RangeError(`${this.name}: ${value} does not fit ${bytes} bytes`);
    const data = new Uint8Array(this.group.dataBytes);
    const low = Number(bits & 0xffff_ffffn);
    const high = Number(bits >> 32n);
    for (let i = 0; i < bytes; i++) data[lane + i] = (i < 4 ? low : high) >>> (8 * (i & 3));
    const strobe = ((1n << BigInt(bytes)) - 1n) << BigInt(lane);
    const { response } = await this.transact({ ...transaction, write: true, beats: [{ data, strobe }] });
    if (response !== "OKAY") throw new AxiError(`${this.name}: write of ${bytes} bytes at 0x${BigInt(address).toString(16)}`, response);
  }
  /** Reads bytes in INCR bursts of whole bus words that keep within 4 KiB. */
  async readBytes(address: number, count: number, options: AccessOptions = {}): Promise<Uint8Array> {
    const out = new Uint8Array(count);
    for (const { at, from, beats } of this.#bursts(address, count)) {
      const { response, beats: words } = await this.transact({ ...options, ...this.#burst(from, beats), write: false });
      if (response !== "OKAY") throw new AxiError(`${this.name}: read of ${count} bytes at 0x${address.toString(16)}`, response);
      words.forEach((word, i) => {
        copyInto(out, at + i * word.length, word);
      });
    }
    return out;
  }
  /** Writes bytes in INCR bursts, strobes at both ends. */
  async writeBytes(address: number, data: Uint8Array, options: AccessOptions = {}): Promise<void> {
    for (const { at, from, beats } of this.#bursts(address, data.length)) {
      const words = Array.from({ length: beats }, (_, i) => this.#lanes(data, at + i * this.group.dataBytes));
      const { response } = await this.transact({ ...options, ...this.#burst(from, beats), write: true, beats: words });
      if (response !== "OKAY") throw new AxiError(`${this.name}: write of ${data.length} bytes at 0x${address.toString(16)}`, response);
    }
  }

  /** Queues any transaction, legal or not, and waits for its answer. */
  transact(transaction: Transaction): Promise<TransactionResult> {
    return here("transact").wait<TransactionResult>(
      `${this.name}: ${transaction.write ? "write" : "read"} at 0x${transaction.address.toString(16)}`,
      (wait) => this.queue(transaction, (result) => wait.finish(result)),
    );
  }
  /** Queues any transaction; `done` is called in the cycle of its last answer. */
  queue(transaction: Transaction, done: (result: TransactionResult) => void): void {
    if (!(transaction.write ? this.group.canWrite : this.group.canRead))
      throw new Error(`${this.name}: the port has no ${transaction.write ? "write" : "read"} channels`);
    if (transaction.write && transaction.beats?.length !== transaction.len + 1)
      throw new RangeError(`${this.name}: ${transaction.beats?.length ?? 0} beats of data for a burst of ${transaction.len + 1}`);
    this.#backlog.push({ transaction, done });
    this.#feed();
  }
  /** Transactions that are not answered yet. */
  get pending(): number {
    return this.#backlog.length + this.#started.size;
  }
  /** Holds once all transactions queued until now are answered. */
  get allDone(): () => boolean {
    return () => this.pending === 0;
  }

  // ---- the shared queues ------------------------------------------------------------------

  #feed(): void {
    while (this.#backlog.length > 0) {
      const { transaction } = this.#backlog[0] as Queued;
      const inRing = (this.#get(field.queued) - this.#get(field.finished)) >>> 0;
      const beatsInRing = (this.#get(field.writeTail) - this.#get(field.writeHead)) >>> 0;
      if (
        inRing >= maxOperations / 2 ||
        beatsInRing + (transaction.beats?.length ?? 0) > masterBeats ||
        this.#readBeats() > masterBeats / 2
      )
        break;
      const queued = this.#backlog.shift() as Queued;
      this.#started.set(this.#get(field.queued), queued);
      this.#place(queued.transaction);
    }
    this.#watch();
  }
  /** Read beats that may still come for what is queued. */
  #readBeats(): number {
    let beats = 0;
    for (const { transaction } of this.#started.values()) if (!transaction.write) beats += transaction.len + 1;
    return beats;
  }
  #place(transaction: Transaction): void {
    this.#twin?.willQueue();
    const number = this.#get(field.queued);
    const at = axiMasterBlock.offset("operations", number % maxOperations);
    this.#longs[at / 8 + axiOperation.index("address")] = BigInt.asUintN(64, transaction.address);
    const set = (key: "write" | "id" | "len" | "size" | "burst" | "prot", value: number): void => {
      this.words[at / 4 + axiOperation.index(key)] = value;
    };
    set("write", transaction.write ? 1 : 0);
    set("id", transaction.id ?? 0);
    set("len", transaction.len);
    set("size", transaction.size);
    set("burst", transaction.burst);
    set("prot", transaction.prot ?? 0);
    for (const { data, strobe } of transaction.beats ?? []) {
      const beat = this.#get(field.writeTail) % masterBeats;
      this.block.set(data, this.#get(field.writeData) + beat * this.#dataStride);
      for (let i = 0; i < this.#strobeStride; i++)
        this.block[this.#get(field.writeStrobe) + beat * this.#strobeStride + i] = Number((strobe >> BigInt(8 * i)) & 0xffn);
      this.#set(field.writeTail, this.#get(field.writeTail) + 1);
    }
    this.#set(field.queued, number + 1);
  }
  #watch(): void {
    if (this.#watching || this.#started.size === 0) return;
    this.#watching = true;
    this.when(0, this.#results + 1, `${this.name}: an answer`, () => {
      this.#watching = false;
      this.#collect();
      this.#feed();
    });
  }
  #collect(): void {
    while (this.#results !== this.#get(field.finished)) {
      const at = axiMasterBlock.offset("results", this.#results % maxOperations) / 4;
      const number = this.words[at + axiResult.index("operation")] as number;
      const response = axiResponses[(this.words[at + axiResult.index("response")] as number) & 3] as AxiResponse;
      const beats: Uint8Array[] = [];
      for (let left = this.words[at + axiResult.index("beats")] as number; left > 0; left--) {
        const from = this.#get(field.readData) + (this.#readHead % masterBeats) * this.#dataStride;
        this.#readHead = (this.#readHead + 1) >>> 0;
        beats.push(this.block.slice(from, from + this.group.dataBytes));
      }
      this.#results = (this.#results + 1) >>> 0;
      const queued = this.#started.get(number);
      this.#started.delete(number);
      queued?.done({ response, beats });
    }
  }

  #word(address: number | bigint, options: WordOptions) {
    const bytes = options.bytes ?? Math.min(8, this.group.dataBytes);
    const at = BigInt(address);
    if (![1, 2, 4, 8].includes(bytes) || bytes > this.group.dataBytes)
      throw new RangeError(`${this.name}: an access of ${bytes} bytes on a bus of ${this.group.dataBytes}`);
    if (at % BigInt(bytes) !== 0n)
      throw new RangeError(`${this.name}: 0x${at.toString(16)} is no multiple of ${bytes}: use readBytes or writeBytes`);
    const transaction = { address: at, id: options.id ?? 0, prot: options.prot ?? 0, len: 0, size: Math.log2(bytes), burst: 1 };
    return { transaction, lane: Number(at % BigInt(this.group.dataBytes)), bytes };
  }
  #burst(from: number, beats: number) {
    return { address: BigInt(from), len: beats - 1, size: Math.log2(this.group.dataBytes), burst: 1 };
  }
  /** Bursts of whole words over a range; `at` is where a burst's first word lies in the data (it may begin before it). */
  #bursts(address: number, count: number): { readonly at: number; readonly from: number; readonly beats: number }[] {
    const { dataBytes } = this.group;
    const bursts = [];
    for (let from = address - (address % dataBytes); from < address + count; ) {
      const page = Math.min(from - (from % 4096) + 4096, from + 256 * dataBytes);
      const end = Math.min(page, address + count);
      const beats = Math.ceil((end - from) / dataBytes);
      bursts.push({ at: from - address, from, beats });
      from += beats * dataBytes;
    }
    return bursts;
  }
  /** The bus word that starts at `at` of the data, as far as there is data. */
  #lanes(data: Uint8Array, at: number): { readonly data: Uint8Array; readonly strobe: bigint } {
    const word = new Uint8Array(this.group.dataBytes);
    let strobe = 0n;
    for (let lane = 0; lane < word.length; lane++) {
      const byte = data[at + lane];
      if (at + lane < 0 || byte === undefined) continue;
      word[lane] = byte;
      strobe |= 1n << BigInt(lane);
    }
    return { data: word, strobe };
  }

  #get(index: number): number {
    return this.words[index] as number;
  }
  #set(index: number, value: number): void {
    this.words[index] = value;
  }
}

const littleEndian = (bytes: Uint8Array): bigint => {
  let low = 0;
  let high = 0;
  for (let i = bytes.length - 1; i >= 0; i--) {
    if (i >= 4) high = high * 256 + (bytes[i] as number);
    else low = low * 256 + (bytes[i] as number);
  }
  return high === 0 ? BigInt(low) : (BigInt(high) << 32n) | BigInt(low);
};
const copyInto = (to: Uint8Array, at: number, from: Uint8Array): void => {
  from.forEach((byte, i) => {
    if (at + i >= 0 && at + i < to.length) to[at + i] = byte;
  });
};

/** A master at a slave port of the design: `const csr = axiMaster(dut.sim, dut.s_axi)`. */
export const axiMaster = (session: Session, port: AxiPort, options: AxiMasterOptions = {}): AxiMaster =>
  new AxiMaster(session, axiGroup(session, port, "slave", "AXI4 master"), options);
