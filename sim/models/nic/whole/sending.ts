/**
 * Sending as the whole NIC does it: what each slot has to send, byte by byte, and for each frame on the wire whose it is and
 * whether it had to be so. Payloads are kept here and not read from memory, because a ring's bytes may be used anew as soon
 * as the hardware has read them, which is before they are on the wire.
 */
import { type Endpoint, endpointText } from "../../packet/addresses.ts";
import { build, concat } from "../../packet/build.ts";
import { dump } from "../../packet/format.ts";
import { parse } from "../../packet/parse.ts";
import { datagramHeaderLength, decodeDatagramHeader, recordLength } from "../datagram.ts";
import { type SlotSettings, unspecified } from "../slots.ts";
import type { Life } from "./life.ts";
import { Mismatch } from "./mismatch.ts";
import { type Span, Timed } from "./timed.ts";

/** Why a slot stops sending where a record or the bytes of one cannot be had. A tail outside of the ring stops it, too. */
export type SendStop = "malformed" | "torn";
/** A datagram to send. */
interface Job {
  readonly peer: Endpoint;
  readonly payload: Uint8Array;
  /** The slot's head once it has been read. */
  readonly head: number;
}
export interface SendSettings {
  readonly mac: string;
  /** Largest UDP payload. */
  readonly largest: number;
  readonly ttl: number;
  readonly dscp: number;
  readonly ecn: number;
}
type Refuses = (address: number, length: number) => boolean;

/** What a slot sends in one life. */
export class Sender {
  readonly life: Life;
  readonly #largest: number;
  readonly #refuses: Refuses;
  /** Offset behind the last frame seen on the wire, and behind the last byte handed over. */
  head = 0;
  tail = 0;
  /** The same with when they were seen, and when the doorbell rang. */
  readonly heads = new Timed(0);
  readonly tails = new Timed(0);
  /** Why it stops in the end, with all before having left. */
  stop: SendStop | null = null;
  /** A tail outside of the ring was written: it has stopped wherever it was. */
  outside = false;
  /** Datagram framing: those to come. */
  readonly #jobs: Job[] = [];
  /** Stream framing: bytes to come, those before them, and at which of all bytes a doorbell ended. */
  #bytes: Uint8Array = new Uint8Array(0);
  #sent = 0;
  #cuts: number[] = [];
  frames = 0;
  /** What TX_TIME may say: when the last frame left, its last beat. */
  times: number[] = [0];
  /** Its life is over, and frames up to this offset will have left in the end; null where that is not known. */
  end: number | null = null;

  constructor(life: Life, largest: number, refuses: Refuses) {
    this.life = life;
    this.#largest = largest;
    this.#refuses = refuses;
  }
  /** The tail is written, from cycle `from` on; the bytes before it lie in the ring. The caller ends the span with the answer. */
  doorbell(tail: number, from: number): Span {
    const span = this.tails.change(tail, from);
    this.#hand(tail);
    return span;
  }
  #hand(tail: number): void {
    if (this.outside) return;
    const { transmit } = this.life;
    if (tail < 0 || tail >= transmit.size) {
      this.outside = true;
      return;
    }
    const from = this.tail;
    this.tail = tail;
    // Behind what cannot be read or sent nothing leaves.
    if (this.stop !== null) return;
    if (this.life.isDatagram) this.#addRecords(from);
    else this.#addBytes(from);
  }
  #addBytes(from: number): void {
    const { transmit } = this.life;
    const count = transmit.used(from, this.tail);
    this.#bytes = concat(this.#bytes, transmit.read(from, count));
    this.#cuts.push(this.#sent + this.#bytes.length);
  }
  #addRecords(from: number): void {
    const { transmit, connected, settings } = this.life;
    for (let at = from; at !== this.tail; ) {
      const left = transmit.used(at, this.tail);
      const header = decodeDatagramHeader(transmit.read(at, datagramHeaderLength));
      if (this.#isRefused(at, datagramHeaderLength)) this.stop = "torn";
      else if (left < datagramHeaderLength || header.length > this.#largest || recordLength(header.length) > left) this.stop = "malformed";
      else if (this.#isRefused(at, datagramHeaderLength + header.length)) this.stop = "torn";
      if (this.stop !== null) return;
      const payload = transmit.read(transmit.advance(at, datagramHeaderLength), header.length);
      at = transmit.advance(at, recordLength(header.length));
      this.#jobs.push({ peer: connected ? (settings.remote ?? unspecified) : header.peer, payload, head: at });
    }
  }
  /** Memory refuses to read some of so many bytes from an offset on. Whole bus words are read, which a refused line does not share. */
  #isRefused(offset: number, length: number): boolean {
    const { transmit } = this.life;
    const first = Math.min(length, transmit.size - offset);
    return this.#refuses(transmit.base + offset, first) || (first < length && this.#refuses(transmit.base, length - first));
  }
  /** The datagrams that a frame of this length and to this peer can be, at most one. */
  next(peer: Endpoint, length: number): { readonly job: Job } | { readonly why: string } {
    const { settings, transmit } = this.life;
    if (this.life.isDatagram) {
      const job = this.#jobs[0];
      if (job === undefined) return { why: "it has nothing to send" };
      if (endpointText(job.peer) !== endpointText(peer)) return { why: `its next datagram goes to ${endpointText(job.peer)}` };
      return { job };
    }
    if (this.#bytes.length === 0) return { why: "it has nothing to send" };
    const cut = length === this.#largest || this.#cuts.includes(this.#sent + length);
    if (!cut || length === 0 || length > this.#bytes.length)
      return {
        why: `it is cut after ${length} bytes, which is neither the largest payload nor at a tail (${this.#cuts.map((at) => at - this.#sent)})`,
      };
    if (this.#isRefused(this.head, length)) return { why: `memory has refused to read from ${this.head} on` };
    return {
      job: { peer: settings.remote ?? unspecified, payload: this.#bytes.subarray(0, length), head: transmit.advance(this.head, length) },
    };
  }
  /** The job has been seen on the wire. */
  take(job: Job, at: number): void {
    this.heads.set(job.head, at);
    if (this.life.isDatagram) this.#jobs.shift();
    else {
      this.#bytes = this.#bytes.subarray(job.payload.length);
      this.#sent += job.payload.length;
      this.#cuts = this.#cuts.filter((cut) => cut > this.#sent);
    }
    this.head = job.head;
    this.frames++;
  }
  /** Something was handed over that was not seen on the wire. */
  get hasMore(): boolean {
    return this.life.isDatagram ? this.#jobs.length > 0 : this.#bytes.length > 0;
  }
  /** What has still to be seen on the wire: datagrams, or bytes of a stream; none behind what memory refuses to read. */
  get left(): number {
    if (this.outside) return 0;
    if (this.life.isDatagram) return this.#jobs.length;
    return this.#isRefused(this.head, Math.min(this.#largest, this.#bytes.length)) ? 0 : this.#bytes.length;
  }
  /** With nothing left: why it has stopped, if it has. */
  get reason(): SendStop | null {
    return this.life.isDatagram ? this.stop : this.#bytes.length > 0 && !this.outside ? "torn" : null;
  }
  /** It may have met a refusal of memory by now, or will, if it goes on. */
  get mayTear(): boolean {
    const { transmit } = this.life;
    return this.stop === "torn" || (this.#bytes.length > 0 && this.#refuses(transmit.base, transmit.size));
  }
}

export class Sending {
  /** Frames seen. */
  frames = 0;
  readonly #settings: SendSettings;
  readonly #senders = new Map<string, Sender[]>();
  /** Of lives that are over: what was read for them may still leave. */
  #departed: Sender[] = [];
  /** IPv4 identification of the next frame: counts all frames from zero. */
  #identification = 0;

  constructor(settings: SendSettings) {
    this.#settings = settings;
  }
  add(life: Life, refuses: Refuses): Sender {
    const sender = new Sender(life, this.#settings.largest, refuses);
    const key = endpointText(life.settings.local);
    const others = this.#senders.get(key);
    if (others === undefined) this.#senders.set(key, [sender]);
    else others.push(sender);
    return sender;
  }
  /** Its life is over: nothing more is read for it. `head`: up to where everything was read, if that is known. */
  remove(sender: Sender, head: number | null): void {
    const key = endpointText(sender.life.settings.local);
    this.#senders.set(
      key,
      (this.#senders.get(key) ?? []).filter((other) => other !== sender),
    );
    sender.end = head;
    if (sender.hasMore && sender.head !== head) this.#departed.push(sender);
  }
  /** Nothing is under way: says whose frames have not left. */
  settle(): void {
    for (const { end, head, life } of this.#departed)
      if (end !== null && end !== head) throw new Mismatch(`${life}: it has sent up to ${head}; its last transmit head was ${end}`);
    this.#departed = [];
  }
  /** A frame has left, its last beat in cycle `at`. Returns whose it was. */
  sent(frame: Uint8Array, at: number): Sender {
    const { ipv4, udp, payload } = frame.length < 14 ? ({} as Partial<ReturnType<typeof parse>>) : parse(frame);
    if (ipv4 === undefined || udp === undefined || payload === undefined)
      throw new Mismatch(`in cycle ${at} no UDP datagram left:\n${dump(frame)}`);
    const peer = { address: ipv4.destination, port: udp.destinationPort };
    const key = endpointText({ address: ipv4.source, port: udp.sourcePort });
    const whys: string[] = [];
    for (const sender of [...(this.#senders.get(key) ?? []), ...this.#departed]) {
      if (endpointText(sender.life.settings.local) !== key) continue;
      const next = sender.next(peer, payload.length);
      if ("why" in next) {
        whys.push(`${sender.life}: ${next.why}`);
        continue;
      }
      const expected = this.#frame(sender.life.settings, next.job);
      if (Buffer.compare(expected, frame) !== 0) {
        whys.push(`${sender.life}: this was to be sent:\n${dump(expected)}`);
        continue;
      }
      sender.take(next.job, at);
      // Nobody has the slot anew before its last frame has left.
      sender.times = [at];
      this.#identification = (this.#identification + 1) % 0x1_0000;
      this.frames++;
      return sender;
    }
    throw new Mismatch(
      `the frame that left in cycle ${at} is nobody's; ${whys.join("\n") || "no slot has its endpoint"}\nseen\n${dump(frame)}`,
    );
  }
  #frame({ local, nextHop, policy, noChecksum }: SlotSettings, { peer, payload }: Job): Uint8Array {
    const { mac, ...own } = this.#settings;
    const { ttl, dscp, ecn } = policy ?? own;
    return build({
      ethernet: { destination: nextHop ?? "00:00:00:00:00:00", source: mac },
      ipv4: { source: local.address, destination: peer.address, dscp, ecn, ttl, id: this.#identification, dontFragment: true },
      udp: { sourcePort: local.port, destinationPort: peer.port, checksum: noChecksum === true ? "none" : "good" },
      payload,
    });
  }
}
