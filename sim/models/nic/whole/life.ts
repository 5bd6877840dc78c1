/** What a slot is from its opening to its end: settings, pointers of both rings, and when each of them could be seen. */
import { type Endpoint, endpointText } from "../../packet/addresses.ts";
import { recordLength } from "../datagram.ts";
import type { Memory, RingSettings } from "../ring.ts";
import { Ring } from "../ring.ts";
import { isConnected, type SlotSettings, unspecified } from "../slots.ts";
import { never, type Span, Timed } from "./timed.ts";
import type { Place } from "./waking.ts";

/** A datagram that has a place in the ring; its writes are under way. */
export interface Placed {
  readonly number: number;
  readonly offset: number;
  /** Bytes that it takes, and those of them that are written. */
  readonly length: number;
  readonly bytes: number;
  /** TIMESTAMP of its first beat. */
  readonly time: number;
}

/** Settings that both rings are needed for. */
export interface LifeSettings extends SlotSettings {
  readonly receive: RingSettings;
  readonly transmit: RingSettings;
}

/** Whose it is, where wake-ups of it go, and from how much room on. */
export interface Owner extends Place {
  readonly asid: number;
  readonly room: number;
}

/** Key of an endpoint pair, as lookups go by it. */
export const exactKey = (local: Endpoint, remote: Endpoint): string => `${endpointText(local)} ${endpointText(remote)}`;

export class Life {
  readonly slot: number;
  readonly settings: LifeSettings;
  /** Address space of its owner. */
  readonly asid: number;
  readonly isDatagram: boolean;
  /** By which frames find it. */
  readonly key: string;
  readonly connected: boolean;
  readonly opened: Span;
  closed: Span | null = null;
  /** It was closed, and has drained. */
  isOver = false;
  readonly receive: Ring;
  readonly transmit: Ring;
  /** What its owner has read; kept as written, which may be nonsense. */
  readonly head = new Timed(0);
  /** Where the next datagram goes. */
  write = 0;
  readonly tail = new Timed(0);
  readonly placed: Placed[] = [];
  /** What its owner sleeps on, and where its wake-ups go. */
  readonly sleeps = { rx: new Timed(false), tx: new Timed(false) };
  readonly place: Timed<Place>;
  /** Free bytes of the transmit ring from which on a sleeping sender is woken. */
  readonly room: number;
  /** Cycle in which memory's first refusal was told. */
  failed = never;
  /** Datagrams of its that were dropped; beside them some that may have been another slot's. */
  drops = 0;
  maybeDrops = 0;
  /** TIMESTAMP of the first beat of the last delivered datagram. */
  receivedAt = 0;

  constructor(slot: number, settings: LifeSettings, owner: Owner, memory: Memory, opened: Span) {
    this.slot = slot;
    this.settings = settings;
    this.asid = owner.asid;
    this.place = new Timed({ hart: owner.hart, priority: owner.priority });
    this.room = owner.room;
    this.isDatagram = settings.framing === "datagram";
    this.connected = isConnected(settings);
    this.key = this.connected ? exactKey(settings.local, settings.remote ?? unspecified) : endpointText(settings.local);
    this.opened = opened;
    this.receive = new Ring(memory, settings.receive);
    this.transmit = new Ring(memory, settings.transmit);
  }
  /** It can have been found in one of these cycles. */
  mayBeOpen(first: number, last: number): boolean {
    return this.opened.from <= last && (this.closed === null || this.closed.to >= first);
  }
  /** It was to be found in all of these cycles. */
  isOpen(first: number, last: number): boolean {
    return this.opened.to < first && (this.closed === null || this.closed.from > last);
  }
  /** Bytes that a payload takes in the receive ring. */
  lengthOf(payload: number): number {
    return this.isDatagram ? recordLength(payload) : payload;
  }
  toString(): string {
    return `slot ${this.slot} (${this.key}, ${this.settings.framing}, opened in cycle ${this.opened.from})`;
  }
}
