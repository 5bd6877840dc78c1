/**
 * Control events: each that must happen happens once, in the kernel's ring or, where there was no room, in the number of lost
 * ones; and nothing else does. Some of what hardware does at its own pace may happen or not: those may be events, too.
 */
import { Mismatch } from "./mismatch.ts";

type Counts = Map<string, number>;
const add = (counts: Counts, event: string): void => {
  counts.set(event, (counts.get(event) ?? 0) + 1);
};
const take = (counts: Counts, event: string): boolean => {
  const count = counts.get(event) ?? 0;
  if (count > 0) counts.set(event, count - 1);
  return count > 0;
};

export class Events {
  /** How often each must and may still be told of. */
  readonly #must = new Map<string, number>();
  readonly #may = new Map<string, number>();
  /** Told of, and not known to have happened. */
  readonly #early = new Map<string, number>();

  must(event: string): void {
    if (!take(this.#early, event)) add(this.#must, event);
  }
  may(event: string): void {
    if (!take(this.#early, event)) add(this.#may, event);
  }
  /** A record of the ring says so. What it tells of may become known of later: software can be quick. */
  recorded(event: string): void {
    if (!take(this.#must, event) && !take(this.#may, event)) add(this.#early, event);
  }
  /** Nothing happens any more, and so many were lost since the last time. */
  settle(lost: number): void {
    for (const [event, count] of this.#early)
      if (count > 0) throw new Mismatch(`an event tells of ${event}, which has not happened, or was told of before`);
    const total = (all: ReadonlyMap<string, number>) => [...all.values()].reduce((sum, n) => sum + n, 0);
    const [least, most] = [total(this.#must), total(this.#must) + total(this.#may)];
    if (lost < least || lost > most) {
      const missing = [...this.#must].flatMap(([event, n]) => (n > 0 ? [`${n} x ${event}`] : []));
      throw new Mismatch(
        `${lost} events were lost; the model says ${least}${most > least ? ` to ${most}` : ""}: ${missing.slice(0, 8).join("; ")}`,
      );
    }
    this.#early.clear();
    this.#must.clear();
    this.#may.clear();
  }
}

/**
 * Rings without room: the first datagram that one costs is an event, and no other until one has been placed again. A slot
 * keeps that over its lives. Where it is not known whose datagram was dropped, neither is this.
 */
export class Episodes {
  readonly #states = new Map<number, "full" | "unsure">();
  readonly #events: Events;

  constructor(events: Events) {
    this.#events = events;
  }
  /** `certain`: it was this slot's datagram. */
  full(slot: number, certain: boolean): void {
    const before = this.#states.get(slot);
    if (before === "full") return;
    if (certain && before === undefined) this.#events.must(`RING_OVERFLOW of slot ${slot}`);
    else this.#events.may(`RING_OVERFLOW of slot ${slot}`);
    this.#states.set(slot, certain ? "full" : "unsure");
  }
  placed(slot: number): void {
    this.#states.delete(slot);
  }
}
