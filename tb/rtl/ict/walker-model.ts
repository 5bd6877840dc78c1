/**
 * The kernel's side of the connection table, in plain words: connections, their buckets and entries as bytes in memory, and
 * every way in which an entry can be wrong. Written from docs/connection-table.md; `walker-check.ts` puts the walker to it.
 */
import { writeMemory } from "#hdl/regmap/index.ts";
import type { Random } from "#hdl/simulate/index.ts";
import type { Config } from "#rtl/config/config.ts";
import { tableEntry } from "#rtl/ict/table-format.ts";
import { halfSipHash, keyBytes } from "./lookup-model.ts";

export interface Key {
  readonly localIp: bigint;
  readonly localPort: bigint;
  readonly remoteIp: bigint;
  readonly remotePort: bigint;
}
export interface State {
  rxHead: bigint;
  rxTail: bigint;
  txHead: bigint;
  txTail: bigint;
  drops: bigint;
  rxTime: bigint;
  txTime: bigint;
  suspended: bigint;
  stops: bigint;
}
export interface Connection {
  readonly entry: number;
  readonly key: Key;
  readonly connected: boolean;
  readonly datagram: boolean;
  readonly rxLog: number;
  readonly txLog: number;
  readonly more: Readonly<Record<"noChecksum" | "own" | "priority" | "hart" | "asid" | "generation" | "socket" | "ttl" | "tos", number>>;
  readonly room: bigint;
  readonly mac: bigint;
  readonly task: bigint;
  readonly rxBase: bigint;
  readonly txBase: bigint;
  /** What has become of it, wherever that is known at the moment. */
  state: State;
  valid: boolean;
  /** Its entry is broken in this way. */
  readonly fault: string | null;
  slot: number | null;
}

/** Bits to turn in an entry: [bit, what it is of]. A sound entry has other values there. */
const at = (offset: number, bit: number): number => offset * 8 + bit;
type Break = (c: Connection, random: Random, config: Config) => readonly (readonly [lowest: number, width: number, value: bigint])[] | null;
const big = BigInt;
/** Ways in which an entry is malformed; null where a connection cannot be in this way. */
export const faults: Readonly<Record<string, Break>> = {
  magic: (_, r) => [[at(0, 0), 16, 0xacc1n ^ (1n << big(r.below(16)))]],
  version: (_, r) => [[at(0, 16), 8, 1n ^ (1n << big(r.below(8)))]],
  "reserved head": (_, r) => [[at(0, r.pick([29, 30, 31, 35, 39])), 1, 1n]],
  "reserved next to the owner's flags": (_, r) => [[at(0x58, r.pick([34, 39, 44, 63])), 1, 1n]],
  "reserved place": (_, r) => [[at(0x40, 33 + r.below(31)), 1, 1n]],
  "reserved end": (_, r) => [[at(0x70, r.below(128)), 1, 1n]],
  "small receive ring": (c) => (c.state.rxHead > 31n || c.state.rxTail > 31n ? null : [[at(0, 48), 8, 5n]]),
  "no receive ring": (c) => (c.state.rxHead > 0n || c.state.rxTail > 0n ? null : [[at(0, 48), 8, 0n]]),
  "large receive ring": (_, r, k) => [[at(0, 48), 8, big(Math.log2(k.ringLimit) + 1 + r.pick([0, r.below(9)]))]],
  "huge receive ring": (c) => [[at(0, 48), 8, big(c.rxLog + 32)]],
  "small transmit ring": (c) => (c.state.txHead > 1n || c.state.txTail > 1n ? null : [[at(0, 56), 8, 1n]]),
  "large transmit ring": (c, r, k) => (c.txLog === 0 ? null : [[at(0, 56), 8, big(Math.log2(k.ringLimit) + 1 + r.pick([0, r.below(9)]))]]),
  "receive ring between lines": (_, r) => [[at(0x30, r.below(6)), 1, 1n]],
  "transmit ring between lines": (_, r) => [[at(0x38, r.below(6)), 1, 1n]],
  "receive head": (c, r) => [[at(0x48, c.rxLog + r.below(32 - c.rxLog)), 1, 1n]],
  "receive tail": (c, r) => [[at(0x48, 32 + c.rxLog + r.below(32 - c.rxLog)), 1, 1n]],
  "transmit head": (c, r) => [[at(0x50, c.txLog + r.below(32 - c.txLog)), 1, 1n]],
  "transmit tail": (c, r) => [[at(0x50, 32 + c.txLog + r.below(32 - c.txLog)), 1, 1n]],
  "record within a record": (c, r) => (c.datagram ? [[at(r.pick([0x48, 0x50]), r.below(4) + r.pick([0, 32])), 1, 1n]] : null),
  hart: (_, r, k) => [[at(0, 40), 8, big(r.between(k.harts, 255))]],
  room: (_, r, k) => [[at(0x10, 32 + Math.log2(k.ringLimit) + r.below(32 - Math.log2(k.ringLimit))), 1, 1n]],
  "a peer of any peer": (c, r) =>
    c.connected ? null : [r.oneIn(2) ? [at(0x10, r.below(32)), 1, 1n] : [at(0x08, 48 + r.below(16)), 1, 1n]],
};

export const sameKey = (a: Key, b: Key): boolean =>
  a.localIp === b.localIp && a.localPort === b.localPort && a.remoteIp === b.remoteIp && a.remotePort === b.remotePort;
/** A datagram of this key is the connection's. */
export const isOf = (c: Connection, key: Key): boolean =>
  c.connected ? sameKey(c.key, key) : c.key.localIp === key.localIp && c.key.localPort === key.localPort;
export const nameOf = (key: Key): string => [key.localIp, key.localPort, key.remoteIp, key.remotePort].map((v) => v.toString(16)).join(":");

export class KernelTable {
  readonly lines = new Map<bigint, Uint8Array>();
  readonly connections = new Map<number, Connection>();
  readonly config: Config;
  readonly hashKey: bigint;
  readonly logBuckets: number;
  readonly buckets: bigint;
  readonly entries: bigint;
  readonly last: number;
  readonly #random: Random;

  constructor(config: Config, random: Random, logBuckets: number, last: number) {
    this.config = config;
    this.#random = random;
    this.logBuckets = logBuckets;
    this.last = last;
    this.hashKey = random.bits(64);
    this.buckets = random.bits(30) << big(6 + logBuckets);
    this.entries = (1n << 62n) + (random.bits(40) << 7n);
  }
  line(address: bigint): Uint8Array {
    let line = this.lines.get(address);
    if (line === undefined) {
      line = new Uint8Array(64);
      this.lines.set(address, line);
    }
    return line;
  }
  inTable(address: bigint): boolean {
    const inBuckets = address >= this.buckets && address < this.buckets + (64n << big(this.logBuckets));
    const inEntries = address >= this.entries + 128n && address < this.entries + 128n * big(this.last + 1);
    return address % 64n === 0n && (inBuckets || inEntries);
  }
  hash(key: Key, connected: boolean): number {
    return halfSipHash(this.hashKey, keyBytes(key as never, connected));
  }
  #bucket(hash: number): Uint8Array {
    return this.line(this.buckets + 64n * big(hash & (2 ** this.logBuckets - 1)));
  }
  /** Puts an entry's number into a bucket, into any free cell; false where there is none. */
  #cell(hash: number, entry: number): boolean {
    const bucket = Buffer.from(this.#bucket(hash).buffer);
    const free = [0, 1, 2, 3, 4, 5, 6, 7].filter((i) => bucket.readUInt32LE(8 * i + 4) === 0);
    if (free.length === 0) return false;
    const cell = this.#random.pick(free);
    bucket.writeUInt32LE(hash, 8 * cell);
    bucket.writeUInt32LE(entry, 8 * cell + 4);
    return true;
  }
  /** A cell with a key's tag that leads to another entry, or behind the table. */
  decoy(key: Key, connected: boolean, entry: number): void {
    this.#cell(this.hash(key, connected), entry);
  }
  /** A cell with no tag of anybody's, which says something else. */
  clutter(hash: number, entry: number): void {
    this.#cell(hash, entry);
  }
  /** Entries that cells with a key's tag lead to. */
  namedBy(key: Key): Set<number> {
    const named = new Set<number>();
    for (const connected of [true, false]) {
      const hash = this.hash(key, connected);
      const bucket = Buffer.from(this.#bucket(hash).buffer);
      for (let i = 0; i < 8; i++) if (bucket.readUInt32LE(8 * i) === hash) named.add(bucket.readUInt32LE(8 * i + 4));
    }
    return named;
  }
  /** The entry's lines as the kernel writes them. */
  write(c: Connection): void {
    const bytes = Buffer.alloc(128);
    const { key, more, state } = c;
    const n = Number;
    writeMemory(
      tableEntry,
      {
        HEAD: {
          valid: c.valid,
          connected: c.connected,
          datagram: c.datagram,
          noChecksum: more.noChecksum === 1,
          own: more.own === 1,
          priority: more.priority,
          hart: more.hart,
          rxLog: c.rxLog,
          txLog: c.txLog,
        },
        LOCAL: { ip: n(key.localIp), port: n(key.localPort), remotePort: c.connected ? n(key.remotePort) : 0 },
        REMOTE: { ip: c.connected ? n(key.remoteIp) : 0, room: n(c.room) },
        NEXT_HOP: { mac: n(c.mac), ttl: more.ttl, tos: more.tos },
        OWNER: { asid: more.asid, generation: more.generation, socket: more.socket },
        TASK: { pointer: c.task },
        RX_BASE: { address: c.rxBase },
        TX_BASE: { address: c.txBase },
        PLACE: { slot: 0, generation: 0, resident: false },
        RX: { head: n(state.rxHead), tail: n(state.rxTail) },
        TX: { head: n(state.txHead), tail: n(state.txTail) },
        STATE: {
          drops: n(state.drops),
          rxSuspended: (state.suspended & 1n) === 1n,
          txSuspended: (state.suspended & 2n) === 2n,
          rxStopped: (state.stops & 1n) === 1n,
          malformed: (state.stops & 2n) === 2n,
          torn: (state.stops & 4n) === 4n,
          outside: (state.stops & 8n) === 8n,
        },
        RX_TIME: { cycles: state.rxTime },
        TX_TIME: { cycles: state.txTime },
      } as never,
      bytes,
    );
    if (c.fault !== null)
      for (const [lowest, width, value] of (faults[c.fault] as Break)(c, this.#random, this.config) ?? [])
        for (let i = 0; i < width; i++) {
          const [byte, bit] = [(lowest + i) >> 3, (lowest + i) & 7];
          bytes[byte] = ((bytes[byte] as number) & ~(1 << bit)) | (Number((value >> big(i)) & 1n) << bit);
        }
    this.line(this.#address(c.entry)).set(bytes.subarray(0, 64));
    this.line(this.#address(c.entry) + 64n).set(bytes.subarray(64));
  }
  #address(entry: number): bigint {
    return this.entries + 128n * big(entry);
  }
  /** The second line of an entry. */
  stateOf(entry: number): Buffer {
    return Buffer.from(this.line(this.#address(entry) + 64n).buffer);
  }
  entryAt(address: bigint): number {
    return Number((address - this.entries) / 128n);
  }
  setValid(c: Connection, valid: boolean): void {
    c.valid = valid;
    const head = this.line(this.#address(c.entry));
    head[3] = ((head[3] as number) & 0xfe) | (valid ? 1 : 0);
  }
  /** A new connection with what chance gives; null where its bucket is full or its key is taken. */
  add(
    entry: number,
    key: Key,
    options: { readonly connected: boolean; readonly fault?: string; readonly stopped?: boolean },
  ): Connection | null {
    const r = this.#random;
    const limit = Math.log2(this.config.ringLimit);
    const datagram = r.oneIn(2);
    const rxLog = r.between(6, limit),
      txLog = r.oneIn(4) ? 0 : r.between(6, limit);
    const pointer = (log: number): bigint => (r.oneIn(3) ? 0n : r.bits(log) & (datagram ? ~15n : ~0n));
    const { connected, fault = null } = options;
    const c: Connection = {
      entry,
      key,
      connected,
      datagram,
      rxLog,
      txLog,
      more: {
        noChecksum: r.below(2),
        own: r.below(2),
        priority: r.below(8),
        hart: r.below(this.config.harts),
        asid: r.below(65536),
        generation: r.below(65536),
        socket: r.word(),
        ttl: r.below(256),
        tos: r.below(256),
      },
      room: r.bits(limit),
      mac: r.bits(48),
      task: r.bits(64),
      rxBase: r.bits(58) << 6n,
      txBase: r.bits(58) << 6n,
      state: {
        rxHead: pointer(rxLog),
        rxTail: pointer(rxLog),
        txHead: txLog === 0 ? 0n : pointer(txLog),
        txTail: txLog === 0 ? 0n : pointer(txLog),
        drops: r.bits(32),
        rxTime: r.bits(64),
        txTime: r.bits(64),
        suspended: r.bits(2),
        stops: options.stopped === true ? 1n << big(r.below(4)) : 0n,
      },
      valid: true,
      fault: null,
      slot: null,
    };
    const broken = fault !== null && (faults[fault] as Break)(c, r, this.config) !== null ? fault : null;
    if (!this.#cell(this.hash(key, connected), entry)) return null;
    const made = { ...c, fault: broken };
    this.connections.set(entry, made);
    this.write(made);
    return made;
  }
}
