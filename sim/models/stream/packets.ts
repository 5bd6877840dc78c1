/** Packets over a stream with data, keep and last: AXI4-Stream, or a packet stream of ours. */
import type { StreamHandle } from "#sim/bridge/handle-types.ts";
import type { Session } from "#sim/bridge/session.ts";
import { streamBlock } from "#sim/models/native/blocks.ts";
import { type StreamOptions, streamGroup } from "./end.ts";
import type { StreamGroup } from "./pins.ts";
import type { BeatRing, PinArray } from "./ring.ts";
import { Sink } from "./sink.ts";
import { BeatSource } from "./source.ts";

/** What comes out of a `PacketSink`. */
export interface Packet {
  readonly data: Uint8Array;
  /** `user` of its last beat; 0 where the stream has none. */
  readonly user: number;
  /** Cycles of the stream's clock in which its first and last beat moved. */
  readonly firstCycle: number;
  readonly lastCycle: number;
}
export interface PacketOptions {
  /** `user` of the last beat; the others have 0. */
  readonly user?: number;
  /** Cycle of the stream's clock before which its first beat is not offered. */
  readonly earliest?: number;
}

const packetGroup = (session: Session, pin: string, direction: StreamGroup["direction"], what: string): StreamGroup => {
  const group = streamGroup(session, pin, direction, what);
  const data = group.payload[group.data];
  const keep = group.payload[group.keep];
  if (group.last < 0 || data === undefined || data.width % 8 !== 0)
    throw new Error(`${what}: ${group.name} has no data of whole bytes with a last: it carries no packets`);
  if (keep !== undefined && keep.width * 8 !== data.width)
    throw new Error(`${what}: ${group.name} has ${data.width} bits of data and ${keep.width} of keep`);
  if (keep === undefined && data.width !== 8)
    throw new Error(`${what}: ${group.name} has no keep: the bytes of its last beat cannot be told`);
  return group;
};

/** How the bytes of packets lie in the arrays of a ring. */
class PacketLayout {
  readonly group: StreamGroup;
  readonly ring: BeatRing;
  /** Bytes of a full beat. */
  readonly width: number;
  /** Beats follow each other without bytes between them. */
  readonly dense: boolean;
  /** `keep` of a full beat, as it is stored; empty where there is none. */
  readonly #full: Uint8Array;
  /** All its bytes are the same. */
  readonly #uniform: boolean;

  constructor(group: StreamGroup, ring: BeatRing) {
    this.group = group;
    this.ring = ring;
    this.width = (group.payload[group.data]?.width ?? 8) / 8;
    this.dense = ring.pins[group.data]?.bytes === this.width;
    this.#full = new Uint8Array(ring.pins[group.keep]?.bytes ?? 0);
    this.#setOnes(this.#full, 0, this.width);
    this.#uniform = this.#full.every((byte) => byte === this.#full[0]);
  }
  /** Writes a `keep` of so many ones. */
  #setOnes(to: Uint8Array, at: number, count: number): void {
    for (let byte = 0; byte < this.#full.length; byte++) to[at + byte] = (1 << Math.min(8, Math.max(0, count - byte * 8))) - 1;
  }
  /** Writes bytes and `keep` of beats that are full but for the last of them, from an entry of the ring on. */
  write(at: number, data: Uint8Array): void {
    const { group, ring, width } = this;
    const beats = Math.ceil(data.length / width);
    if (this.dense) ring.write(group.data, at, data);
    else for (let i = 0; i < beats; i++) ring.write(group.data, at + i, data.subarray(i * width, (i + 1) * width));
    if (group.keep < 0) return;
    if (this.#uniform) ring.fill(group.keep, at, beats, this.#full[0] as number);
    else for (let i = 0; i < beats; i++) ring.write(group.keep, at + i, this.#full);
    const left = data.length - (beats - 1) * width;
    if (left < width) this.#setOnes(ring.bytes, ring.at(group.keep, at + beats - 1), left);
  }
  /** A copy of so many beats, of which packets are parts; null where they are no bytes in a row. */
  copy(at: number, beats: number): Uint8Array | null {
    if (!this.dense) return null;
    const data = new Uint8Array(beats * this.width);
    this.ring.read(this.group.data, at, data);
    return data;
  }
  /** The bytes of so many beats, which begin at a byte of `copy` if there is one. */
  read(at: number, beats: number, copy: Uint8Array | null, from: number): Uint8Array {
    const { ring, group, width } = this;
    if (copy !== null && this.#areFull(at, beats - 1)) return copy.subarray(from, from + (beats - 1) * width + this.#kept(at + beats - 1));
    let size = 0;
    for (let i = 0; i < beats; i++) size += this.#kept(at + i);
    const data = new Uint8Array(size);
    for (let i = 0, filled = 0; i < beats; i++) {
      const kept = this.#kept(at + i);
      ring.read(group.data, at + i, data.subarray(filled, filled + kept));
      filled += kept;
    }
    return data;
  }
  /** All of so many beats keep every byte: the usual case, and looked at for every beat. */
  #areFull(at: number, beats: number): boolean {
    const { group, ring } = this;
    if (group.keep < 0) return true;
    if (!this.#uniform) return Array.from({ length: beats }, (_, i) => this.#kept(at + i)).every((kept) => kept === this.width);
    const { bytes } = ring.pins[group.keep] as PinArray;
    const full = this.#full[0] as number;
    const first = ring.at(group.keep, at);
    const atEnd = Math.min(beats, ring.capacity - (at & ring.mask));
    const start = ring.at(group.keep, 0);
    const all = ring.bytes;
    for (let i = first; i < first + atEnd * bytes; i++) if (all[i] !== full) return false;
    for (let i = start; i < start + (beats - atEnd) * bytes; i++) if (all[i] !== full) return false;
    return true;
  }
  /** Bytes of a beat: the ones of keep, which the checker has seen to be in a row. */
  #kept(beat: number): number {
    const { group, ring } = this;
    if (group.keep < 0) return 1;
    let bytes = 0;
    const keep = ring.at(group.keep, beat);
    for (let byte = 0; byte < this.#full.length; byte++) bytes += 32 - Math.clz32(ring.bytes[keep + byte] as number);
    return bytes;
  }
}

/** Cuts packets into beats. */
export class PacketSource extends BeatSource {
  readonly #layout: PacketLayout;
  /** Packets queued. */
  #packets = 0;
  constructor(session: Session, group: StreamGroup, options: StreamOptions = {}) {
    super(session, group, options);
    this.#layout = new PacketLayout(group, this.ring);
  }
  /** Packets that have moved. */
  get sent(): number {
    return this.ring.packets;
  }
  /** Cycles of the stream's clock in which a packet's first and last beat moved. Those of old packets are forgotten. */
  cyclesOf(packet: number): { readonly firstCycle: number; readonly lastCycle: number } {
    const { ring } = this;
    const age = ring.packets - packet;
    if (!(age >= 1 && age <= ring.capacity))
      throw new RangeError(
        `${this.name}: cycles of packet ${packet}: they are known of the last ${ring.capacity} of ${ring.packets} packets`,
      );
    return {
      firstCycle: ring.words[ring.stamp("firstCycles", packet)] as number,
      lastCycle: ring.words[ring.stamp("lastCycles", packet)] as number,
    };
  }
  /** Queues a packet of at least one byte; returns its number. The bytes must not be changed until it has moved. */
  push(data: Uint8Array, options: PacketOptions = {}): number {
    if (data.length === 0) throw new RangeError(`${this.name}: a packet needs at least one byte`);
    const { earliest = 0, user = 0 } = options;
    if (earliest > 0) this.ring.words[streamBlock.index("timed")] = 1;
    this.enqueue({
      beats: Math.ceil(data.length / this.#layout.width),
      write: (at, first, count) => this.#write(at, data, first, count, user, earliest),
    });
    this.#packets += 1;
    return this.#packets - 1;
  }
  /** Queues a packet and waits until its last beat has moved. */
  async send(data: Uint8Array, options: PacketOptions = {}): Promise<void> {
    this.push(data, options);
    await this.idle();
  }
  #write(at: number, data: Uint8Array, first: number, count: number, user: number, earliest: number): void {
    const { group, ring } = this;
    const { width } = this.#layout;
    const end = Math.min((first + count) * width, data.length);
    this.#layout.write(at, first === 0 && end === data.length ? data : data.subarray(first * width, end));
    ring.fill(group.last, at, count, 0);
    if (group.user >= 0) ring.fill(group.user, at, count, 0);
    if (end === data.length) {
      ring.bytes[ring.at(group.last, at + count - 1)] = 1;
      if (group.user >= 0) writeNumber(ring.bytes, ring.at(group.user, at + count - 1), ring.pins[group.user]?.bytes ?? 1, user);
    }
    if (!ring.timed) return;
    const now = this.session.cyclesOf(group.clock);
    for (let i = 0; i < count; i++) ring.words[ring.stamp("earliest", at + i)] = first + i === 0 && earliest > 0 ? earliest : now;
  }
}

/** Puts beats together to packets. */
export class PacketSink extends Sink<Packet> {
  protected override readonly unit = 1;
  readonly #layout: PacketLayout;
  /** Packets taken out of the ring, and what there is of the next. */
  #packets = 0;
  #parts: Uint8Array[] = [];
  /** The beats that are being cut into packets, and its bytes that are done. */
  #copy: Uint8Array | null = null;
  #copied = 0;
  constructor(session: Session, group: StreamGroup, options: StreamOptions = {}) {
    super(session, group, options);
    this.#layout = new PacketLayout(group, this.ring);
  }
  protected override collect(keep: (packet: Packet) => void): void {
    const { group, ring } = this;
    const { packets } = ring;
    // One copy for all of them: a buffer for each packet takes much longer.
    if (this.#packets !== packets) this.#copy = this.#layout.copy(ring.head, ring.used);
    this.#copied = 0;
    while (this.#packets !== packets) {
      const end = ring.head + ring.zeros(group.last, ring.head, ring.used);
      const data = this.#take(end + 1 - ring.head);
      keep({
        data: this.#parts.length === 0 ? data : new Uint8Array(Buffer.concat([...this.#parts, data])),
        user: group.user < 0 ? 0 : readNumber(ring.bytes, ring.at(group.user, end), ring.pins[group.user]?.bytes ?? 1),
        firstCycle: ring.words[ring.stamp("firstCycles", this.#packets)] as number,
        lastCycle: ring.words[ring.stamp("lastCycles", this.#packets)] as number,
      });
      this.#packets = (this.#packets + 1) >>> 0;
      this.#parts = [];
    }
    this.#copy = null;
    // A packet that is longer than the ring.
    if (ring.used >= ring.capacity / 2) this.#parts.push(this.#take(ring.used));
  }
  /** Forgets the beats of a packet that has begun and not ended: a reset has cut it short. Packets before it must have been taken. */
  forget(): void {
    this.ring.head += this.ring.used;
    this.#parts = [];
  }
  #take(beats: number): Uint8Array {
    const data = this.#layout.read(this.ring.head, beats, this.#copy ?? this.#layout.copy(this.ring.head, beats), this.#copied);
    if (this.#copy !== null) this.#copied += beats * this.#layout.width;
    this.ring.head += beats;
    return data;
  }
}

const writeNumber = (to: Uint8Array, at: number, bytes: number, value: number): void => {
  for (let i = 0, rest = value; i < bytes; i++, rest = Math.floor(rest / 256)) to[at + i] = rest % 256;
};
const readNumber = (from: Uint8Array, at: number, bytes: number): number => {
  let value = 0;
  for (let i = Math.min(bytes, 6) - 1; i >= 0; i--) value = value * 256 + (from[at + i] as number);
  return value;
};

type PacketHandle = StreamHandle<unknown>;

/** Sends packets into the design: `const rx = packetSource(dut.s_axis_rx)`. */
export const packetSource = (port: PacketHandle, options: StreamOptions = {}): PacketSource => {
  const session = port.valid.store as Session;
  return new PacketSource(session, packetGroup(session, port.valid.port.name, "input", "packet source"), options);
};
/** Takes packets from the design: `const tx = packetSink(dut.m_axis_tx)`. */
export const packetSink = (port: PacketHandle, options: StreamOptions = {}): PacketSink => {
  const session = port.valid.store as Session;
  return new PacketSink(session, packetGroup(session, port.valid.port.name, "output", "packet sink"), options);
};
/** By the name that the stream's pins start with, for plain Verilog. */
export const packetSourceNamed = (session: Session, name: string, options: StreamOptions = {}): PacketSource =>
  new PacketSource(session, packetGroup(session, name, "input", "packet source"), options);
export const packetSinkNamed = (session: Session, name: string, options: StreamOptions = {}): PacketSink =>
  new PacketSink(session, packetGroup(session, name, "output", "packet sink"), options);
