/**
 * A transactor as TypeScript sees it. The native one is C++ beside the model; its twin is TypeScript that is called at
 * each rising edge. Both work on the same shared memory, cycle by cycle in the same way, and look the same from outside.
 */
import type { Condition, Session } from "#sim/bridge/session.ts";

export interface TransactorOptions {
  /** False: the TypeScript twin, which is slower and can be stepped through in a debugger. */
  readonly native?: boolean;
  /** Of its pauses and choices; made from the session's seed and the port's name unless said. */
  readonly seed?: number;
}

interface Watch {
  readonly counter: number;
  readonly atLeast: number;
  readonly callback: () => void;
}

/** Where a transactor stands: its kind, its port, its pins in the order that C++ expects. */
export interface Attachment {
  readonly kind: string;
  readonly name: string;
  readonly pins: readonly (string | null)[];
  readonly clock: number;
}

export abstract class Transactor {
  readonly session: Session;
  readonly name: string;
  readonly native: boolean;
  protected readonly block: Uint8Array;
  protected readonly words: Uint32Array;
  /** Indices in `words` of the counters, in the order in which C++ adds them. */
  readonly #counters: readonly number[];
  #firstCounter = 0;
  readonly #watches: Watch[] = [];

  constructor(session: Session, block: ArrayBuffer, counters: readonly number[], name: string, native: boolean) {
    this.session = session;
    this.name = name;
    this.native = native;
    this.block = new Uint8Array(block);
    this.words = new Uint32Array(block);
    this.#counters = counters;
  }

  /** Begins; the block is set up. `edge` is the twin's work at one rising edge. */
  protected attach({ kind, name, pins, clock }: Attachment, edge: () => void): void {
    if (this.native) {
      this.#firstCounter = this.session.attach(kind, name, pins, clock, this.block, true);
      return;
    }
    this.session.claim(pins, `${kind} ${name}`);
    this.session.onRise(clock, () => {
      edge();
      this.#notify();
    });
  }

  protected counter(number: number): number {
    return this.words[this.#counters[number] as number] as number;
  }
  /** A condition for `until`: a counter has reached a value (modulo 2^32). */
  protected reached(counter: number, atLeast: number, text: string): Condition | (() => boolean) {
    if (!this.native) return () => this.#holds(counter, atLeast);
    return { kind: "counter", counter: this.#firstCounter + counter, atLeast: atLeast >>> 0, text };
  }
  /** Calls back once, in the cycle in which a counter reaches a value. Returns what takes that back. */
  protected when(counter: number, atLeast: number, text: string, callback: () => void): () => void {
    if (!this.native) {
      const watch = { counter, atLeast, callback };
      this.#watches.push(watch);
      return () => {
        const at = this.#watches.indexOf(watch);
        if (at >= 0) this.#watches.splice(at, 1);
      };
    }
    const { waits } = this.session;
    const entry = waits.add({ kind: "counter", counter: this.#firstCounter + counter, atLeast: atLeast >>> 0, text }, () => {
      waits.remove(entry);
      callback();
    });
    return () => waits.remove(entry);
  }

  #holds(counter: number, atLeast: number): boolean {
    return ((this.counter(counter) - atLeast) | 0) >= 0;
  }
  #notify(): void {
    if (this.#watches.length === 0) return;
    for (const watch of [...this.#watches]) {
      if (!this.#holds(watch.counter, watch.atLeast)) continue;
      const at = this.#watches.indexOf(watch);
      if (at < 0) continue;
      this.#watches.splice(at, 1);
      watch.callback();
    }
  }
}
