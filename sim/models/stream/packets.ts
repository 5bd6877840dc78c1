/** Packets over a stream with data, keep and last: AXI4-Stream, or a packet stream of ours. */
import type { StreamHandle } from "#sim/bridge/handle-types.ts";
import type { Session } from "#sim/bridge/session.ts";
import { streamBlock } from "#sim/models/native/blocks.ts";
import { type StreamOptions, streamGroup } from "./end.ts";
import type { StreamGroup } from "./pins.ts";
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
const beatBytes = (group: StreamGroup): number => (group.payload[group.data]?.width ?? 8) / 8;

/** Cuts packets into beats. */
export class PacketSource extends BeatSource {
  readonly #beatBytes: number;
  /** Packets queued. */
  #packets = 0;
  constructor(session: Session, group: StreamGroup, options: StreamOptions = {}) {
    super(session, group, options);
    this.#beatBytes = beatBytes(group);
  }
  /** Packets that have moved. */
  get sent(): number {
    return this.ring.packets;
  }
  /** Cycles of the stream's clock in which the beats of a packet moved, first and last. Of old packets they are forgotten. */
  cyclesOf(packet: number): { readonly firstCycle: number; readonly lastCycle: number } {
    const { ring } = this;
    const age = ring.packets - packet;
    if (!(age >= 1 && age <= ring.capacity))
      throw new RangeError(`${this.name}: packet ${packet}: of ${ring.packets} that have moved the cycles of the last ${ring.capacity} are known`);
    return {
      firstCycle: ring.words[ring.stamp("firstCycles", packet)] as number,
      lastCycle: ring.words[ring.stamp("lastCycles", packet)] as number,
    };
  }
  /** Queues a packet of at least one byte; returns its number. */
  push(data: Uint8Array, options: PacketOptions = {}): number {
    if (data.length === 0) throw new RangeError(`${this.name}: a packet needs at least one byte`);
    const { earliest = 0, user = 0 } = options;
    if (earliest > 0) this.ring.words[streamBlock.index("timed")] = 1;
    const width = this.#beatBytes;
    for (let from = 0; from < data.length; from += width) {
      const end = Math.min(from + width, data.length);
      this.enqueue((beat) => this.#write(beat, data.subarray(from, end), end === data.length, user, from === 0 ? earliest : 0));
    }
    this.#packets += 1;
    return this.#packets - 1;
  }
  /** Queues a packet and waits until its last beat has moved. */
  async send(data: Uint8Array, options: PacketOptions = {}): Promise<void> {
    this.push(data, options);
    await this.idle();
  }
  #write(beat: number, data: Uint8Array, last: boolean, user: number, earliest: number): void {
    const { group, ring } = this;
    const at = ring.at(group.data, beat);
    ring.bytes.set(data, at);
    if (data.length < this.#beatBytes) ring.bytes.fill(0, at + data.length, at + this.#beatBytes);
    if (group.keep >= 0) {
      const keep = ring.at(group.keep, beat);
      for (let byte = 0; byte * 8 < this.#beatBytes; byte++) {
        const ones = Math.min(8, Math.max(0, data.length - byte * 8));
        ring.bytes[keep + byte] = (1 << ones) - 1;
      }
    }
    ring.bytes[ring.at(group.last, beat)] = last ? 1 : 0;
    if (group.user >= 0) writeNumber(ring.bytes, ring.at(group.user, beat), ring.pins[group.user]?.bytes ?? 1, last ? user : 0);
    if (ring.timed) ring.words[ring.stamp("earliest", beat)] = earliest === 0 ? this.session.cyclesOf(group.clock) : earliest;
  }
}

/** Puts beats together to packets. */
export class PacketSink extends Sink<Packet> {
  protected override readonly unit = 1;
  readonly #beatBytes: number;
  /** Packets taken out of the ring, and what there is of the next. */
  #packets = 0;
  #parts: Uint8Array[] = [];
  constructor(session: Session, group: StreamGroup, options: StreamOptions = {}) {
    super(session, group, options);
    this.#beatBytes = beatBytes(group);
  }
  protected override collect(keep: (packet: Packet) => void): void {
    const { group, ring } = this;
    for (; ring.used > 0; ring.head += 1) {
      const at = ring.at(group.data, ring.head);
      this.#parts.push(ring.bytes.slice(at, at + this.#kept(ring.head)));
      if (((ring.bytes[ring.at(group.last, ring.head)] as number) & 1) === 0) continue;
      keep({
        data: this.#parts.length === 1 ? (this.#parts[0] as Uint8Array) : Uint8Array.from(Buffer.concat(this.#parts)),
        user: group.user < 0 ? 0 : readNumber(ring.bytes, ring.at(group.user, ring.head), ring.pins[group.user]?.bytes ?? 1),
        firstCycle: ring.words[ring.stamp("firstCycles", this.#packets)] as number,
        lastCycle: ring.words[ring.stamp("lastCycles", this.#packets)] as number,
      });
      this.#packets += 1;
      this.#parts = [];
    }
  }
  /** Bytes of a beat: keep's ones, which the checker has seen to be in a row. */
  #kept(beat: number): number {
    const { group, ring } = this;
    if (group.keep < 0) return 1;
    let bytes = 0;
    const keep = ring.at(group.keep, beat);
    for (let byte = 0; byte * 8 < this.#beatBytes; byte++) bytes += 32 - Math.clz32(ring.bytes[keep + byte] as number);
    return bytes;
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
