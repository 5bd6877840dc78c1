/**
 * Sending: which frames may leave after which doorbells. Hardware is free in two ways, and only in these: frames of
 * different slots may come in any order, and a stream written with several tail moves may be cut at a tail or go on over
 * it. So the model takes the frames that were seen on the wire and says for each whether it had to be exactly so.
 */
import { build, concat } from "../packet/build.ts";
import { dump } from "../packet/format.ts";
import { type ParsedFrame, parse } from "../packet/parse.ts";
import { datagramHeaderLength, decodeDatagramHeader, recordLength } from "./datagram.ts";
import { isRing, type Memory, Ring } from "./ring.ts";
import { checkSlot, isConnected, type SlotSettings, unspecified } from "./slots.ts";

export interface TransmitSettings {
  /** Our MAC address. */
  readonly mac: string;
  /** Longest UDP payload: where a stream is cut. */
  readonly largest: number;
  readonly ttl?: number;
  readonly dscp?: number;
  readonly ecn?: number;
}

/** A datagram that a slot has to send. */
interface Job {
  readonly peer: { readonly address: string; readonly port: number };
  readonly payload: Uint8Array;
  /** The slot's head once it has been read. */
  readonly head: number;
}

interface SlotState {
  readonly settings: SlotSettings;
  readonly ring: Ring;
  /** Everything before it has been seen on the wire. */
  head: number;
  tail: number;
  /** Tails written since `head`, as distances from it: where a stream may be cut short. */
  cuts: number[];
  stopped: boolean;
}

/** What the model says of a frame seen on the wire. */
export type Sent =
  | { readonly ok: true; readonly slot: number; readonly head: number; readonly payload: Uint8Array }
  | { readonly ok: false; readonly why: string };

export class TransmitModel {
  /** Frames seen and right. */
  frames = 0;
  /** Doorbells and records that could not be, which stopped their slot. */
  malformed = 0;
  readonly #settings: TransmitSettings;
  readonly #memory: Memory;
  readonly #slots = new Map<number, SlotState>();
  /** IPv4 identification of the next frame: counts all frames from zero. */
  #identification = 0;

  constructor(settings: TransmitSettings, memory: Memory) {
    this.#settings = settings;
    this.#memory = memory;
  }

  /** Enables a slot, empty; one without a usable transmit ring sends nothing. */
  enable(index: number, settings: SlotSettings): void {
    checkSlot(index, settings);
    if (settings.transmit === undefined || !isRing(settings.transmit)) return;
    this.#slots.set(index, { settings, ring: new Ring(this.#memory, settings.transmit), head: 0, tail: 0, cuts: [], stopped: false });
  }

  disable(index: number): void {
    this.#slots.delete(index);
  }

  slot(index: number): { readonly head: number; readonly tail: number; readonly stopped: boolean } {
    const { head, tail, stopped } = this.#state(index);
    return { head, tail, stopped };
  }

  /**
   * Software has written the slot's tail. What cannot be (a tail outside of the ring, a record that does not fit between
   * head and tail or is longer than the largest payload) stops the slot; what lies before it may still leave, or not.
   */
  doorbell(index: number, tail: number): void {
    const state = this.#state(index);
    if (state.stopped) return;
    const valid = Number.isInteger(tail) && tail >= 0 && tail < state.ring.size;
    const end = valid ? this.#wholeRecords(state, tail) : state.tail;
    if (!valid || end !== tail) {
      state.stopped = true;
      this.malformed += 1;
    }
    state.tail = end;
    const distance = state.ring.used(state.head, end);
    if (distance > (state.cuts.at(-1) ?? 0)) state.cuts.push(distance);
  }

  /** The frames still to come, slot by slot, when every stream is cut as late as possible. */
  pending(): Uint8Array[] {
    const frames: Uint8Array[] = [];
    for (const [index, { head, tail }] of this.#slots) {
      for (let at = head; at !== tail; ) {
        const job = this.#jobAt(index, at, this.#settings.largest);
        frames.push(this.#frame(index, job, (this.#identification + frames.length) % 0x1_0000));
        at = job.head;
      }
    }
    return frames;
  }

  /** Judges the next frame seen on the wire. After a wrong one the model stands where it stood. */
  sent(frame: Uint8Array): Sent {
    if (frame.length < 14) return wrong(`frame of ${frame.length} bytes`, frame);
    const parsed = parse(frame);
    const index = this.#slotOf(parsed);
    if (index === null) return wrong("no slot has this to send", frame);
    const state = this.#state(index);
    const job = this.#jobAt(index, state.head, parsed.payload.length);
    const length = state.ring.used(state.head, job.head);
    const early = state.settings.framing === "stream" && job.payload.length < this.#settings.largest && !state.cuts.includes(length);
    if (early)
      return wrong(
        `slot ${index}: cut after ${job.payload.length} bytes, which is neither the largest payload nor at a tail (${state.cuts.join(", ")})`,
        frame,
      );
    const expected = this.#frame(index, job, this.#identification);
    if (Buffer.compare(expected, frame) !== 0)
      return wrong(`slot ${index}: differs from what was to be sent:\n${dump(expected)}seen`, frame);
    state.head = job.head;
    state.cuts = state.cuts.map((cut) => cut - length).filter((cut) => cut > 0);
    this.#identification = (this.#identification + 1) % 0x1_0000;
    this.frames += 1;
    return { ok: true, slot: index, head: state.head, payload: job.payload };
  }

  /** The end of the last whole record before `tail`; a stream has no records. */
  #wholeRecords({ settings, ring, tail: from }: SlotState, tail: number): number {
    if (settings.framing === "stream") return tail;
    let at = from;
    while (at !== tail) {
      if (ring.used(at, tail) < datagramHeaderLength) return at;
      const { length } = decodeDatagramHeader(ring.read(at, datagramHeaderLength));
      if (length > this.#settings.largest || recordLength(length) > ring.used(at, tail)) return at;
      at = ring.advance(at, recordLength(length));
    }
    return at;
  }

  /** @param length  how far a stream goes in this frame, at most */
  #jobAt(index: number, at: number, length: number): Job {
    const { settings, ring, tail } = this.#state(index);
    const remote = settings.remote ?? unspecified;
    if (settings.framing === "stream") {
      const payload = ring.read(at, Math.min(length, this.#settings.largest, ring.used(at, tail)));
      return { peer: remote, payload, head: ring.advance(at, payload.length) };
    }
    const header = decodeDatagramHeader(ring.read(at, datagramHeaderLength));
    const payload = ring.read(ring.advance(at, datagramHeaderLength), header.length);
    return { peer: isConnected(settings) ? remote : header.peer, payload, head: ring.advance(at, recordLength(header.length)) };
  }

  /** The slot with something to send from and to the frame's endpoints. */
  #slotOf({ ipv4, udp }: ParsedFrame): number | null {
    if (ipv4 === undefined || udp === undefined) return null;
    for (const [index, { settings, head, tail }] of this.#slots) {
      if (head === tail || settings.local.address !== ipv4.source || settings.local.port !== udp.sourcePort) continue;
      const { peer } = this.#jobAt(index, head, 0);
      if (peer.address === ipv4.destination && peer.port === udp.destinationPort) return index;
    }
    return null;
  }

  #frame(index: number, { peer, payload }: Job, id: number): Uint8Array {
    const { settings } = this.#state(index);
    const { mac } = this.#settings;
    const { ttl = 64, dscp = 0, ecn = 0 } = settings.policy ?? this.#settings;
    return build({
      ethernet: { destination: settings.nextHop ?? "00:00:00:00:00:00", source: mac },
      ipv4: { source: settings.local.address, destination: peer.address, dscp, ecn, ttl, id, dontFragment: true },
      udp: { sourcePort: settings.local.port, destinationPort: peer.port, checksum: settings.noChecksum === true ? "none" : "good" },
      payload,
    });
  }

  #state(index: number): SlotState {
    const state = this.#slots.get(index);
    if (state === undefined) throw new RangeError(`slot ${index} is not enabled for sending`);
    return state;
  }
}

const wrong = (why: string, frame: Uint8Array): Sent => ({ ok: false, why: `${why}\n${dump(frame)}` });

/** Payloads of the frames one after the other: what a stream's receiver reads. */
export const streamOf = (frames: readonly Uint8Array[]) => concat(...frames.map((frame) => parse(frame).payload));
