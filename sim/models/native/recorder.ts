/**
 * Notes when something happens at the pins, with the cycle and the pins' values, without a visit per cycle: for the report
 * of a run, where TypeScript wants to know of every pulse and not of every edge.
 */
import type { Session } from "#sim/bridge/session.ts";
import { maxRecorderPins, recorderBlock } from "./blocks.ts";

export interface RecorderOptions<P extends string> {
  /** Verilog names of the pins to note, at most 64 bits each; all of one clock. */
  readonly pins: readonly P[];
  /** A cycle is noted when all pins of one of these are not zero. */
  readonly when: readonly (readonly P[])[];
}

/** A cycle that was noted. */
export interface Noted<P extends string> {
  /** Of the pins' clock, from the start of the session. */
  readonly cycle: number;
  /** Of each pin its lowest 32 bits. */
  readonly pins: Readonly<Record<P, number>>;
}

/** Cycles in the shared memory: half of them are taken over at once. */
const capacity = 4096;

export class Recorder<P extends string> {
  readonly #session: Session;
  readonly #pins: readonly P[];
  readonly #words: Uint32Array;
  readonly #first: number;
  readonly #counter: number;
  readonly #name: string;
  #head = 0;
  #kept: Noted<P>[] = [];

  constructor(session: Session, clock: number, { pins, when }: RecorderOptions<P>) {
    this.#session = session;
    this.#pins = pins;
    this.#name = `recorder of ${pins[0] ?? "nothing"}`;
    if (pins.length > maxRecorderPins || when.length > maxRecorderPins)
      throw new RangeError(`${this.#name}: ${pins.length} pins and ${when.length} conditions: at most ${maxRecorderPins} of each`);
    const buffer = new ArrayBuffer(recorderBlock.bytes + Math.ceil((capacity * 4 * (pins.length + 1)) / 8) * 8);
    this.#words = new Uint32Array(buffer);
    this.#first = recorderBlock.bytes / 4;
    this.#words[recorderBlock.index("capacity")] = capacity;
    this.#words[recorderBlock.index("entries")] = recorderBlock.bytes;
    this.#words[recorderBlock.index("conditions")] = when.length;
    when.forEach((condition, i) => {
      if (condition.length === 0) throw new RangeError(`${this.#name}: condition ${i} is empty and would note every cycle`);
      this.#words[recorderBlock.index("masks", i)] = condition.reduce((mask, pin) => (mask | (1 << this.#indexOf(pin))) >>> 0, 0);
    });
    for (const pin of pins) if (session.pin(pin).width > 64) throw new RangeError(`${this.#name}: ${pin} has more than 64 bits`);
    this.#counter = session.attach("recorder", this.#name, pins, clock, new Uint8Array(buffer), false);
    this.#awaitHalf();
  }
  #indexOf(pin: P): number {
    const index = this.#pins.indexOf(pin);
    if (index < 0) throw new RangeError(`${this.#name}: ${pin} is in a condition and is not noted`);
    return index;
  }

  /** Everything noted since the last call, in order. */
  takeAll(): readonly Noted<P>[] {
    this.#drain();
    const all = this.#kept;
    this.#kept = [];
    return all;
  }

  /** The shared memory must not overflow, however seldom someone comes to take. */
  #awaitHalf(): void {
    const { waits } = this.#session;
    const atLeast = (this.#head + capacity / 2) >>> 0;
    const entry = waits.add({ kind: "counter", counter: this.#counter, atLeast, text: `${this.#name}: half full` }, () => {
      waits.remove(entry);
      this.#drain();
      this.#awaitHalf();
    });
  }
  #drain(): void {
    const tail = this.#words[recorderBlock.index("tail")] as number;
    const stride = this.#pins.length + 1;
    for (; this.#head !== tail; this.#head = (this.#head + 1) >>> 0) {
      const at = this.#first + (this.#head % capacity) * stride;
      const pins = {} as Record<P, number>;
      for (let i = 0; i < this.#pins.length; i++) pins[this.#pins[i] as P] = this.#words[at + 1 + i] as number;
      this.#kept.push({ cycle: this.#words[at] as number, pins });
    }
  }
}
