/** What a session waits for inside the model, so that the model need not come back each cycle. */
import { header, maxWaits, waitEntry, waitKind, waitState, waitsOffset } from "./layout.ts";
import type { Condition } from "./session.ts";

export interface PortChange {
  readonly kind: "change" | "rise" | "fall";
  readonly port: number;
  readonly text: string;
}

const inUseIndex = header.index("waitsInUse");
const field = (wait: number, name: "kind" | "subject" | "low" | "high" | "state"): number =>
  (waitsOffset + wait * waitEntry.bytes) / 4 + waitEntry.index(name);

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
    words[field(entry, "kind")] = waitKind[what.kind];
    words[field(entry, "subject")] = what.kind === "counter" ? what.counter : what.port;
    if (what.kind === "counter") words[field(entry, "low")] = what.atLeast;
    else if ("value" in what) {
      words[field(entry, "low")] = Number(what.value & 0xffff_ffffn);
      words[field(entry, "high")] = Number(what.value >> 32n);
    }
    words[field(entry, "state")] = waitState.fresh;
    words[inUseIndex] = this.#callbacks.length;
    return entry;
  }
  remove(entry: number): void {
    if (this.#callbacks[entry] === undefined) return;
    this.#callbacks[entry] = undefined;
    this.#words[field(entry, "kind")] = waitKind.free;
    while (this.#callbacks.length > 0 && this.#callbacks.at(-1) === undefined) this.#callbacks.pop();
    this.#words[inUseIndex] = this.#callbacks.length;
  }
  /** Calls those that came true at the last stop; only changes, or only conditions. */
  fire(changes = false): void {
    const words = this.#words;
    for (let entry = 0; entry < this.#callbacks.length; entry++) {
      const state = field(entry, "state");
      if (words[state] !== waitState.fired) continue;
      if ((words[field(entry, "kind")] as number) >= waitKind.change !== changes) continue;
      words[state] = changes ? waitState.armed : waitState.fresh;
      this.#callbacks[entry]?.();
    }
  }
}
