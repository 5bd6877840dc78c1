/** What stands at the pins of `accio_top`, cycle by cycle: wire, ordinary path, memory, and the register master. */
import type { Device } from "./device.ts";

/** Small, seeded, the same everywhere: pauses and latencies of a run can be replayed. */
export class Dice {
  #state: number;
  constructor(seed: number) {
    this.#state = (seed ^ 0x9e37_79b9) >>> 0 || 1;
  }
  /** 0 (included) to 1 (not). */
  roll(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x >>> 0;
    return this.#state / 2 ** 32;
  }
}
const toBig = (bytes: Uint8Array): bigint => {
  let value = 0n;
  for (let i = bytes.length; i > 0; ) {
    const take = i % 4 === 0 ? 4 : i % 4;
    i -= take;
    let word = 0;
    for (let k = take - 1; k >= 0; k--) word = word * 256 + (bytes[i + k] as number);
    value = (value << BigInt(take * 8)) | BigInt(word);
  }
  return value;
};
const fromBig = (value: bigint, into: Uint8Array, at: number, count: number): void => {
  let rest = value;
  for (let i = 0; i < count; i += 4) {
    const word = Number(rest & 0xffff_ffffn);
    rest >>= 32n;
    for (let k = 0; k < 4 && i + k < count; k++) into[at + i + k] = (word >>> (k * 8)) & 255;
  }
};

/** A frame on its way in. */
export interface Arrival {
  readonly data: Uint8Array;
  /** Not before this cycle. */
  readonly notBefore: number;
}
/** Drives `s_axis_rx`: frames in order, back to back, none before its time. The NIC is always ready. */
export class WireSource {
  readonly #device: Device;
  readonly #bytes: number;
  #frame: Arrival | null = null;
  #at = 0;
  /** Cycle of the current frame's first beat. */
  #began = 0;
  constructor(device: Device, bytes: number) {
    this.#device = device;
    this.#bytes = bytes;
    device.set("s_axis_rx_tuser", 0);
  }
  /** Sets the pins for this wire cycle; returns a frame's first and last cycle (of the bus) when this beat is its last. */
  drive(wireCycle: number, cycle: number, next: () => Arrival | null): { readonly first: number; readonly last: number } | null {
    const d = this.#device;
    if (this.#frame === null) {
      this.#frame = next();
      this.#at = 0;
    }
    const f = this.#frame;
    if (f === null || (this.#at === 0 && f.notBefore > wireCycle)) {
      d.set("s_axis_rx_tvalid", 0);
      return null;
    }
    if (this.#at === 0) this.#began = cycle;
    const part = f.data.subarray(this.#at, this.#at + this.#bytes);
    this.#at += this.#bytes;
    const last = this.#at >= f.data.length;
    d.set("s_axis_rx_tvalid", 1);
    d.set("s_axis_rx_tdata", toBig(part));
    d.set("s_axis_rx_tkeep", (1n << BigInt(part.length)) - 1n);
    d.set("s_axis_rx_tlast", last ? 1 : 0);
    if (!last) return null;
    this.#frame = null;
    return { first: this.#began, last: cycle };
  }
  get idle(): boolean {
    return this.#frame === null;
  }
}

/** Takes frames from an AXI4-Stream port. */
export class FrameSink {
  readonly #device: Device;
  readonly #port: string;
  readonly #pause: () => boolean;
  #buffer = new Uint8Array(16_384);
  #length = 0;
  #began = 0;
  #ready = false;
  constructor(device: Device, port: string, pause: () => boolean) {
    this.#device = device;
    this.#port = port;
    this.#pause = pause;
  }
  drive(): void {
    this.#ready = !this.#pause();
    this.#device.set(`${this.#port}_tready`, this.#ready ? 1 : 0);
  }
  /** Looks at what moves at this edge; a whole frame when its last beat does. */
  sample(cycle: number): { readonly data: Uint8Array; readonly first: number } | null {
    const d = this.#device;
    if (!this.#ready || d.number(`${this.#port}_tvalid`) === 0) return null;
    if (this.#length === 0) this.#began = cycle;
    let count = 0;
    for (let keep = d.get(`${this.#port}_tkeep`); keep !== 0n; keep >>= 1n) count++;
    if (this.#length + count > this.#buffer.length)
      throw new Error(`${this.#port}: a frame of more than ${this.#buffer.length} bytes at cycle ${cycle}`);
    fromBig(d.get(`${this.#port}_tdata`), this.#buffer, this.#length, count);
    this.#length += count;
    if (d.number(`${this.#port}_tlast`) === 0) return null;
    const data = this.#buffer.slice(0, this.#length);
    this.#length = 0;
    return { data, first: this.#began };
  }
}

export interface MemoryOptions {
  readonly base: number;
  readonly size: number;
  /** Cycles from a request to its first answer, at least and at most. */
  readonly latency: readonly [number, number];
}
interface Burst {
  readonly id: number;
  readonly address: number;
  readonly beats: number;
  done: number;
  readonly due: number;
}
/** Memory behind `m_axi`. Answers bursts of one ID in order and bursts of different IDs as they fall due. */
export class AxiMemory {
  readonly bytes: Uint8Array;
  readonly #device: Device;
  readonly #beat: number;
  readonly #options: MemoryOptions;
  readonly #dice: Dice;
  readonly #pause: () => boolean;
  #addresses: { id: number; address: number; beats: number }[] = [];
  #written = 0;
  #answers: { readonly id: number; readonly due: number }[] = [];
  #reads: Burst[] = [];
  #answering: { readonly id: number; readonly due: number } | null = null;
  #reading: Burst | null = null;
  #takes = { aw: false, w: false, ar: false };
  constructor(device: Device, beatBytes: number, options: MemoryOptions, dice: Dice, pause: () => boolean) {
    this.#device = device;
    this.#beat = beatBytes;
    this.#options = options;
    this.#dice = dice;
    this.#pause = pause;
    this.bytes = new Uint8Array(options.size);
    device.set("m_axi_bresp", 0);
    device.set("m_axi_rresp", 0);
  }
  #due(cycle: number): number {
    const [low, high] = this.#options.latency;
    return cycle + low + Math.floor(this.#dice.roll() * (high - low + 1));
  }
  #offset(address: bigint, count: number, cycle: number): number {
    const offset = Number(address) - this.#options.base;
    if (offset < 0 || offset + count > this.#options.size)
      throw new Error(`cycle ${cycle}: DMA at 0x${address.toString(16)} is outside the memory at 0x${this.#options.base.toString(16)}`);
    return offset;
  }
  get idle(): boolean {
    return (
      this.#addresses.length === 0 &&
      this.#answers.length === 0 &&
      this.#reads.length === 0 &&
      this.#answering === null &&
      this.#reading === null
    );
  }
  drive(cycle: number): void {
    const d = this.#device;
    this.#takes = { aw: !this.#pause(), w: this.#addresses.length > 0 && !this.#pause(), ar: !this.#pause() };
    d.set("m_axi_awready", this.#takes.aw ? 1 : 0);
    d.set("m_axi_wready", this.#takes.w ? 1 : 0);
    d.set("m_axi_arready", this.#takes.ar ? 1 : 0);
    this.#answering ??= this.#take(this.#answers, cycle);
    d.set("m_axi_bvalid", this.#answering === null ? 0 : 1);
    if (this.#answering !== null) d.set("m_axi_bid", this.#answering.id);
    this.#reading ??= this.#take(this.#reads, cycle);
    const r = this.#reading;
    d.set("m_axi_rvalid", r === null ? 0 : 1);
    if (r !== null) {
      const at = r.address + r.done * this.#beat;
      d.set("m_axi_rid", r.id);
      d.set("m_axi_rdata", toBig(this.bytes.subarray(at, at + this.#beat)));
      d.set("m_axi_rlast", r.done + 1 === r.beats ? 1 : 0);
    }
  }
  /** The first one that is due, in the order of their times. */
  #take<T extends { readonly due: number }>(list: T[], cycle: number): T | null {
    const at = list.findIndex((x) => x.due <= cycle);
    return at < 0 ? null : (list.splice(at, 1)[0] as T);
  }
  /** What moves at this edge: the ID of a write that is asked for, and of one that has been answered. */
  sample(cycle: number): { readonly begins: number | null; readonly answered: number | null } {
    const d = this.#device;
    let answered: number | null = null;
    if (this.#answering !== null && d.number("m_axi_bready") === 1) {
      answered = this.#answering.id;
      this.#answering = null;
    }
    const r = this.#reading;
    if (r !== null && d.number("m_axi_rready") === 1) {
      r.done++;
      if (r.done === r.beats) this.#reading = null;
    }
    if (this.#takes.w && d.number("m_axi_wvalid") === 1) this.#store(cycle);
    let begins: number | null = null;
    if (this.#takes.aw && d.number("m_axi_awvalid") === 1) {
      begins = d.number("m_axi_awid");
      const beats = d.number("m_axi_awlen") + 1;
      this.#addresses.push({ id: d.number("m_axi_awid"), address: this.#offset(d.get("m_axi_awaddr"), beats * this.#beat, cycle), beats });
    }
    if (this.#takes.ar && d.number("m_axi_arvalid") === 1) {
      const beats = d.number("m_axi_arlen") + 1;
      this.#reads.push({
        id: d.number("m_axi_arid"),
        address: this.#offset(d.get("m_axi_araddr"), beats * this.#beat, cycle),
        beats,
        done: 0,
        due: this.#due(cycle),
      });
    }
    return { begins, answered };
  }
  #store(cycle: number): void {
    const d = this.#device;
    const burst = this.#addresses[0];
    if (burst === undefined) throw new Error(`cycle ${cycle}: write data before its address`);
    const at = burst.address + this.#written * this.#beat;
    const scratch = new Uint8Array(this.#beat);
    fromBig(d.get("m_axi_wdata"), scratch, 0, this.#beat);
    let strobe = d.get("m_axi_wstrb");
    for (let k = 0; strobe !== 0n; k++, strobe >>= 1n) if ((strobe & 1n) === 1n) this.bytes[at + k] = scratch[k] as number;
    this.#written++;
    if ((d.number("m_axi_wlast") === 1) !== (this.#written === burst.beats))
      throw new Error(`cycle ${cycle}: wlast is wrong in the burst at 0x${burst.address.toString(16)}`);
    if (this.#written < burst.beats) return;
    this.#addresses.shift();
    this.#written = 0;
    this.#answers.push({ id: burst.id, due: this.#due(cycle) });
  }
}

/** A register access; `bytes` 1, 2, 4 or 8. */
export type RegisterOperation =
  | { readonly kind: "read"; readonly address: number; readonly bytes?: number }
  | { readonly kind: "write"; readonly address: number; readonly value: bigint; readonly bytes?: number }
  | { readonly kind: "wait"; readonly cycles: number };
/** Host software: yields what it wants of the device, gets what it read. */
export type HostProgram = Generator<RegisterOperation, void, bigint>;

/** Runs a host program against `s_axi`, one access at a time, as a core does with uncached loads and stores. */
export class RegisterMaster {
  readonly #device: Device;
  readonly #program: HostProgram;
  #operation: RegisterOperation | null = null;
  #until = 0;
  #phase: "address" | "data" | "answer" = "address";
  #finished = false;
  constructor(device: Device, program: HostProgram) {
    this.#device = device;
    this.#program = program;
    for (const [pin, value] of Object.entries({ awid: 1, awlen: 0, awburst: 1, arid: 1, arlen: 0, arburst: 1, wlast: 1 }))
      device.set(`s_axi_${pin}`, value);
    this.#advance(0n, 0);
  }
  get finished(): boolean {
    return this.#finished;
  }
  /** The program has nothing to ask of the device for a while. */
  get waiting(): boolean {
    return this.#operation?.kind === "wait";
  }
  #advance(result: bigint, cycle: number): void {
    const step = this.#program.next(result);
    this.#operation = step.done === true ? null : step.value;
    this.#finished = step.done === true;
    this.#phase = "address";
    if (this.#operation?.kind === "wait") this.#until = cycle + this.#operation.cycles;
  }
  drive(cycle: number): void {
    const d = this.#device;
    if (this.#operation?.kind === "wait" && cycle >= this.#until) this.#advance(0n, cycle);
    const o = this.#operation;
    const reading = o?.kind === "read";
    const writing = o?.kind === "write";
    d.set("s_axi_arvalid", reading && this.#phase === "address" ? 1 : 0);
    d.set("s_axi_awvalid", writing && this.#phase === "address" ? 1 : 0);
    d.set("s_axi_wvalid", writing && this.#phase === "data" ? 1 : 0);
    d.set("s_axi_rready", reading && this.#phase === "answer" ? 1 : 0);
    d.set("s_axi_bready", writing && this.#phase === "answer" ? 1 : 0);
    if (o === null || o.kind === "wait") return;
    const bytes = o.bytes ?? 8;
    const prefix = reading ? "ar" : "aw";
    d.set(`s_axi_${prefix}addr`, o.address);
    d.set(`s_axi_${prefix}size`, Math.log2(bytes));
    if (o.kind === "write") {
      const lane = o.address % 8;
      d.set("s_axi_wdata", BigInt.asUintN(64, o.value << BigInt(lane * 8)));
      d.set("s_axi_wstrb", ((1 << bytes) - 1) << lane);
    }
  }
  sample(cycle: number): void {
    const d = this.#device;
    const o = this.#operation;
    if (o === null || o.kind === "wait") return;
    const prefix = o.kind === "read" ? "ar" : "aw";
    if (this.#phase === "address" && d.number(`s_axi_${prefix}ready`) === 1) this.#phase = o.kind === "read" ? "answer" : "data";
    else if (this.#phase === "data" && d.number("s_axi_wready") === 1) this.#phase = "answer";
    else if (this.#phase === "answer" && d.number(o.kind === "read" ? "s_axi_rvalid" : "s_axi_bvalid") === 1) {
      if (d.number(o.kind === "read" ? "s_axi_rresp" : "s_axi_bresp") !== 0)
        throw new Error(`cycle ${cycle}: ${o.kind} of register 0x${o.address.toString(16)} was answered with an error`);
      this.#advance(o.kind === "read" ? d.get("s_axi_rdata") >> BigInt((o.address % 8) * 8) : 0n, cycle);
    }
  }
}
