/** Memory that a design reaches over AXI4, and the slave in front of it. Several slaves may share one memory. */
import type { Session } from "#sim/bridge/session.ts";
import { axiErrorRange, axiMemoryBlock, maxErrorRanges } from "#sim/models/native/blocks.ts";
import { Transactor, type TransactorOptions } from "#sim/models/native/twin.ts";
import { type Pause, Pauser, seedFor } from "#sim/models/stream/pause.ts";
import { MemoryTwin } from "./memory-twin.ts";
import { type AxiGroup, axiGroups } from "./pins.ts";

/** Bytes at an address. Little-endian accessors check their bounds. */
export class Memory {
  readonly base: number;
  readonly bytes: Uint8Array;
  readonly #view: DataView;

  /** @param base address of the first byte on the bus, @param size bytes */
  constructor({ base = 0, size }: { readonly base?: number; readonly size: number }) {
    if (!Number.isSafeInteger(base) || base < 0 || base % 128 !== 0) throw new RangeError(`memory at ${base}: a multiple of 128 is needed`);
    this.base = base;
    this.bytes = new Uint8Array(new ArrayBuffer(size));
    this.#view = new DataView(this.bytes.buffer);
  }
  #offset(address: number, count: number): number {
    const offset = address - this.base;
    if (offset >= 0 && offset + count <= this.bytes.length) return offset;
    throw new RangeError(
      `${count} bytes at 0x${address.toString(16)}: the memory is 0x${this.base.toString(16)} to 0x${(this.base + this.bytes.length - 1).toString(16)}`,
    );
  }
  /** A copy of some bytes. */
  read(address: number, count: number): Uint8Array {
    const at = this.#offset(address, count);
    return this.bytes.slice(at, at + count);
  }
  write(address: number, data: Uint8Array): void {
    this.bytes.set(data, this.#offset(address, data.length));
  }
  read32(address: number): number {
    return this.#view.getUint32(this.#offset(address, 4), true);
  }
  write32(address: number, value: number): void {
    this.#view.setUint32(this.#offset(address, 4), value, true);
  }
  read64(address: number): bigint {
    return this.#view.getBigUint64(this.#offset(address, 8), true);
  }
  write64(address: number, value: bigint): void {
    this.#view.setBigUint64(this.#offset(address, 8), value, true);
  }
}

/** Addresses that answer with an error. */
export interface AxiErrorRange {
  readonly first: number;
  /** Included. */
  readonly last: number;
  /** SLVERR unless said. */
  readonly response?: "SLVERR" | "DECERR";
  /** Both unless said. */
  readonly kinds?: "read" | "write" | "both";
}

export interface AxiMemoryOptions extends TransactorOptions {
  /** Cycles from a request to its first answer at least (1), and how much more at random at most (0). */
  readonly readLatency?: number;
  readonly readJitter?: number;
  /** Cycles from a write's last beat to its response. */
  readonly writeLatency?: number;
  readonly writeJitter?: number;
  /** Answers of different IDs overtake each other at random. */
  readonly reorder?: boolean;
  /** Requests under way at most, per direction; 64 unless said. */
  readonly outstanding?: number;
  /** Back-pressure on requests and write data, gaps between answers. */
  readonly pause?: Pause | Partial<Record<AxiChannel, Pause>>;
  readonly errors?: readonly AxiErrorRange[];
}
export type AxiChannel = "aw" | "w" | "b" | "ar" | "r";
export const axiChannels: readonly AxiChannel[] = ["aw", "w", "b", "ar", "r"];

export class AxiMemory extends Transactor {
  readonly memory: Memory;
  readonly #pausers: Readonly<Record<AxiChannel, Pauser>>;

  constructor(session: Session, group: AxiGroup, memory: Memory, options: AxiMemoryOptions = {}) {
    const counters = (["reads", "readsDone", "writes", "writesDone"] as const).map((key) => axiMemoryBlock.index(key));
    super(session, new ArrayBuffer(axiMemoryBlock.bytes), counters, group.name, options.native ?? true);
    this.memory = memory;
    const seed = options.seed ?? seedFor(session.seed, `${group.name} memory`);
    this.#number("random", seedFor(seed, "choices"));
    this.#long("base", BigInt(memory.base));
    this.#long("size", BigInt(memory.bytes.length));
    if (this.native) this.#long("storage", session.addressOf(memory.bytes));
    for (const key of ["readLatency", "writeLatency"] as const) this.#number(key, atLeast(1, options[key] ?? 1, `${group.name}: ${key}`));
    for (const key of ["readJitter", "writeJitter"] as const) this.#number(key, atLeast(0, options[key] ?? 0, `${group.name}: ${key}`));
    this.#number("reorder", options.reorder === true ? 1 : 0);
    this.#number("outstanding", atLeast(1, options.outstanding ?? 64, `${group.name}: outstanding`));
    this.#pausers = Object.fromEntries(
      axiChannels.map((channel) => [channel, new Pauser(this.words, axiMemoryBlock.offset(channel) / 4, seedFor(seed, channel))]),
    ) as Record<AxiChannel, Pauser>;
    this.pause(options.pause ?? "never");
    this.fail(options.errors ?? []);
    const twin = this.native ? null : new MemoryTwin(session, group, this.words, this.#pausers, memory);
    this.attach({ kind: "AXI4 memory", name: group.name, pins: group.pins, clock: group.clock }, () => twin?.edge());
  }

  /** Of all channels, or of some; from the next cycle on. */
  pause(pause: Pause | Partial<Record<AxiChannel, Pause>>): void {
    for (const channel of axiChannels) {
      const wanted = typeof pause === "string" || "random" in pause || "pattern" in pause ? pause : pause[channel];
      if (wanted !== undefined) this.#pausers[channel].set(wanted);
    }
  }
  /** Which addresses answer with an error, from the next cycle on; those before are forgotten. */
  fail(ranges: readonly AxiErrorRange[]): void {
    if (ranges.length > maxErrorRanges) throw new RangeError(`${this.name}: ${ranges.length} error ranges: at most ${maxErrorRanges}`);
    const longs = new BigUint64Array(this.words.buffer);
    ranges.forEach((range, i) => {
      const at = axiMemoryBlock.offset("errors", i);
      longs[at / 8 + axiErrorRange.index("first")] = BigInt(range.first);
      longs[at / 8 + axiErrorRange.index("last")] = BigInt(range.last);
      this.words[at / 4 + axiErrorRange.index("response")] = range.response === "DECERR" ? 3 : 2;
      this.words[at / 4 + axiErrorRange.index("kinds")] = { read: 1, write: 2, both: 3 }[range.kinds ?? "both"];
    });
    this.#number("errorRanges", ranges.length);
  }
  /** Requests taken and answered so far, modulo 2^32. */
  get reads(): number {
    return this.counter(0);
  }
  get readsDone(): number {
    return this.counter(1);
  }
  get writes(): number {
    return this.counter(2);
  }
  get writesDone(): number {
    return this.counter(3);
  }
  /** Holds once so many writes have been answered in all. */
  hasWritten(count: number): ReturnType<Transactor["reached"]> {
    return this.reached(3, count, `${this.name}: ${count} writes answered`);
  }
  hasRead(count: number): ReturnType<Transactor["reached"]> {
    return this.reached(1, count, `${this.name}: ${count} reads answered`);
  }

  #number(
    key: "readLatency" | "readJitter" | "writeLatency" | "writeJitter" | "reorder" | "outstanding" | "random" | "errorRanges",
    value: number,
  ): void {
    this.words[axiMemoryBlock.index(key)] = value;
  }
  #long(key: "base" | "size" | "storage", value: bigint): void {
    new BigUint64Array(this.words.buffer)[axiMemoryBlock.index(key)] = value;
  }
}

const atLeast = (least: number, value: number, what: string): number => {
  if (!Number.isInteger(value) || value < least) throw new RangeError(`${what} of ${value}: a whole number of at least ${least} is needed`);
  return value;
};

/** An AXI4 port of a running design, by its handle (any part of it will do) or by the name that its pins start with. */
export type AxiPort = string | { readonly aw?: AxiHandle; readonly ar?: AxiHandle };
interface AxiHandle {
  readonly valid: { readonly port: { readonly name: string } };
}

/** Finds the pins of a port. Throws where there are none, or the design is not what is needed there. */
export const axiGroup = (session: Session, port: AxiPort, role: AxiGroup["role"], what: string): AxiGroup => {
  const name = typeof port === "string" ? port : (port.aw ?? port.ar)?.valid.port.name.replace(/_a[wr]valid$/, "");
  const groups = axiGroups(session.design);
  const group = groups.find((g) => g.name === name);
  if (group === undefined)
    throw new Error(`${what}: ${session.design.top} has no AXI4 port ${name}; it has ${groups.map((g) => g.name).join(", ") || "none"}`);
  if (group.role !== role) throw new Error(`${what}: the design is the ${group.role} on ${group.name}; ${what} stands at a ${role}`);
  return group;
};

/** Puts memory behind a master port of the design: `axiMemory(dut.sim, dut.m_axi, new Memory({ size: 2 ** 20 }))`. */
export const axiMemory = (session: Session, port: AxiPort, memory: Memory, options: AxiMemoryOptions = {}): AxiMemory =>
  new AxiMemory(session, axiGroup(session, port, "master", "AXI4 memory"), memory, options);
