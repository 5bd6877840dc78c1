/**
 * What becomes of control events, as lists: a place for each source, sixteen on their way, the ring. Each cycle is told what
 * happens in it and what memory answers, and the model tells which events are lost and what the records must be.
 */
import type { EventKind } from "#rtl/nic/control-event-formats.ts";

/** Sources in their order, which is that of their turns. */
export const sources = [
  "link",
  "receiveError",
  "transmitError",
  "statusError",
  "ordinaryReceiveStop",
  "ordinaryTransmitStop",
  "miss",
  "overflow",
  "malformedDoorbell",
  "malformedDescriptor",
  "fault",
] as const;
export type SourceName = (typeof sources)[number];
export interface Happening {
  readonly source: SourceName;
  readonly kind: EventKind;
  /** The first word of its record. */
  readonly facts: bigint;
  readonly time: bigint;
}
export interface Recorded extends Happening {
  /** Events were lost between the one before and this one. */
  readonly lost: boolean;
}

export class EventModel {
  readonly #places = new Map<SourceName, Happening>();
  readonly #queue: Recorded[] = [];
  #last = -1;
  #missed = false;
  #room = false;
  /** Records in memory since the queue began, and how many the driver has read. */
  records: Recorded[] = [];
  head = 0;
  size = 8;
  state: "idle" | "alive" | "ending" = "idle";
  error = false;
  mistake = false;
  writing = false;
  armed = false;
  /** Cycles for which there is something to read, or since the driver was here. */
  since = 0;

  get running(): boolean {
    return this.state === "alive" && !this.error && !this.mistake;
  }
  /** Records that may be read. The driver may have read one that memory has not answered for. */
  get pending(): number {
    return Math.max(0, this.records.length - this.head);
  }
  /** What the next record must be. */
  get next(): Recorded {
    return this.#queue[0] as Recorded;
  }
  get waiting(): number {
    return this.#places.size + this.#queue.length;
  }
  irq(count: number, cycles: number): boolean {
    const due = this.pending > 0 && (this.pending >= count || this.since >= cycles);
    return this.armed && (due || (this.state === "alive" && (this.error || this.mistake)));
  }
  /** One cycle; returns how many events are lost in it. */
  step(o: {
    readonly happens: readonly Happening[];
    readonly enable: boolean;
    readonly logSize: number;
    readonly answer: "ok" | "refused" | null;
    /** The driver says how far it is, and whether the line may rise. */
    readonly head: number | null;
    readonly arm: boolean | null;
  }): number {
    // Whether there is room for misses is known a cycle late.
    const room = this.#room;
    this.#room = this.records.length - this.head + this.#queue.length < this.size / 2;
    const leaving =
      this.#queue.length < 16
        ? Array.from({ length: sources.length }, (_, i) => sources[(this.#last + 1 + i) % sources.length] as SourceName).find(
            (s) => this.#places.has(s) && (s !== "miss" || room),
          )
        : undefined;
    const starts = this.running && !this.writing && this.#queue.length > 0 && this.records.length - this.head !== this.size;
    const visible = this.records.length + (this.writing ? 1 : 0);
    const before = this.pending;

    if (o.answer === "ok") this.records.push(this.#queue.shift() as Recorded);
    else if (o.answer === "refused") this.#queue.shift();
    if (leaving !== undefined) {
      this.#queue.push({ ...(this.#places.get(leaving) as Happening), lost: this.#missed });
      this.#places.delete(leaving);
      this.#last = sources.indexOf(leaving);
      this.#missed = false;
    }
    let lost = o.answer === "refused" ? 1 : 0;
    for (const e of o.happens)
      if (this.#places.has(e.source)) lost++;
      else this.#places.set(e.source, e);
    if (lost > 0) this.#missed = true;

    this.since = before === 0 || o.head !== null ? 0 : this.since + 1;
    if (o.arm !== null) this.armed = o.arm;
    if (this.state === "alive") {
      if (o.answer === "refused") {
        // What the driver says while memory refuses is not heard, and what it saw is not there.
        this.error = true;
        this.head = Math.min(this.head, this.records.length);
      } else if (o.head !== null) {
        if (o.head >= this.head && o.head <= visible) this.head = o.head;
        else this.mistake = true;
      }
    }
    const { writing } = this;
    this.writing = starts || (writing && o.answer === null);
    if (this.state === "idle" && o.enable) {
      this.state = "alive";
      this.records = [];
      this.head = 0;
      this.error = false;
      this.mistake = o.logSize < 3;
      this.size = 2 ** o.logSize;
    } else if (this.state === "alive" && !o.enable) this.state = "ending";
    else if (this.state === "ending" && !writing) this.state = "idle";
    return lost;
  }
}
