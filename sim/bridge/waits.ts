/** What a session waits for inside the model, so that the model need not come back each cycle. */
import { header, maxWaits, waitEntry, waitKind, waitState, waitsOffset } from "./layout.ts";
import type { Condition } from "./session.ts";

export interface PortChange {
  readonly kind: "change" | "rise" | "fall";
  readonly port: number;
  readonly text: string;
}

const inUseIndex = header.index("waitsInUse");
const firstWait = waitsOffset / 4;
const waitWords = waitEntry.bytes / 4;
const fields = {
  kind: waitEntry.index("kind"),
  subject: waitEntry.index("subject"),
  low: waitEntry.index("low"),
  high: waitEntry.index("high"),
  state: waitEntry.index("state"),
} as const;
/** Index of a wait's field among the words. */
const place = (wait: number, field: number): number => firstWait + wait * waitWords + field;

export class Waits {
  readonly #words: Uint32Array;
  /** By entry; undefined where it is free. */
  readonly #callbacks: ((() => void) | undefined)[] = [];

  constructor(words: Uint32Array) {
    this.#words = words;
  }
  /** Entries in use are below this. */
  get inUse(): number {
    return this.#words[inUseIndex] as number;
  }
  /** Calls back, once each time it comes true, until removed. Returns the entry. */
  add(what: Condition | PortChange, callback: () => void): number {
    let entry = this.#callbacks.indexOf(undefined);
    if (entry < 0) entry = this.#callbacks.length;
    if (entry >= maxWaits) throw new RangeError(`${what.text}: more than ${maxWaits} waits at once`);
    this.#callbacks[entry] = callback;
    const words = this.#words;
    words[place(entry, fields.kind)] = waitKind[what.kind];
    words[place(entry, fields.subject)] = what.kind === "counter" ? what.counter : what.port;
    if (what.kind === "counter") words[place(entry, fields.low)] = what.atLeast;
    else if ("value" in what) {
      words[place(entry, fields.low)] = Number(what.value & 0xffff_ffffn);
      words[place(entry, fields.high)] = Number(what.value >> 32n);
    }
    words[place(entry, fields.state)] = waitState.fresh;
    words[inUseIndex] = this.#callbacks.length;
    return entry;
  }
  remove(entry: number): void {
    if (this.#callbacks[entry] === undefined) return;
    this.#callbacks[entry] = undefined;
    this.#words[place(entry, fields.kind)] = waitKind.free;
    while (this.#callbacks.length > 0 && this.#callbacks.at(-1) === undefined) this.#callbacks.pop();
    this.#words[inUseIndex] = this.#callbacks.length;
  }
  /** Calls those that came true at the last stop; only changes, or only conditions. */
  fire(changes = false): void {
    const words = this.#words;
    for (let entry = 0; entry < this.#callbacks.length; entry++) {
      const state = place(entry, fields.state);
      if (words[state] !== waitState.fired) continue;
      if ((words[place(entry, fields.kind)] as number) >= waitKind.change !== changes) continue;
      words[state] = changes ? waitState.armed : waitState.fresh;
      this.#callbacks[entry]?.();
    }
  }
}
