/** What both packet pages' models have in common: the counts that software sees, and when it pushes and pops. */
import type { Module } from "#hdl";
import type { BlockBench } from "./block-bench.ts";
import type { OrdinaryMemory } from "./ordinary-memory.ts";

/** Who has a hand in a run, and how busy software is: it pushes and pops in one of so many cycles. */
export interface Hand {
  readonly bench: BlockBench<Module>;
  readonly memory: OrdinaryMemory;
  readonly pushes: number;
  readonly pops: number;
  /** Offset of buffers and fragments in a line; any unless said. */
  readonly align: number | undefined;
}
export type Pins = Readonly<Record<"requests" | "completions" | "first" | "completes", bigint>>;
export interface Asked {
  readonly push: number;
  readonly pop: number;
  readonly word: bigint;
}
/** Requests that wait, and those that are given and not popped, at most. */
const depth = 64;
/** Bytes of a place for a buffer or a fragment, and how many places there are: more than two queues of 64. */
export const placeBytes = 2048;
export const placeCount = 140;

export abstract class LegacySide {
  /** Most completions that waited, and requests that the kernel's queue has swept away. */
  waited = 0;
  forgotten = 0;
  protected readonly hand: Hand;
  protected readonly pool: number[] = Array.from({ length: placeCount }, (_, i) => i);
  readonly #name: string;
  #completed = 0;
  #popped = 0;
  /** Requests that were pushed and have not completed; the engine has the first ones. */
  #open = 0;
  #requests = 0;
  #mine = true;
  constructor(hand: Hand, name: string) {
    this.hand = hand;
    this.#name = name;
  }
  protected check(holds: boolean, what: () => string): void {
    this.hand.bench.check(holds, () => `${this.#name}: ${what()}`);
  }
  /** The word of the next request, or null where there is none. */
  protected abstract next(): bigint | null;
  /** The oldest request has completed; while the engine was the page's, or the kernel's queue waited for it. */
  protected abstract done(mine: boolean): void;
  /** What a pop gives, of what has completed and was not popped; popped or not. */
  protected abstract first(pops: boolean): bigint;
  /** All that has not completed has been forgotten. */
  protected abstract forgets(): void;

  /** A cycle: what the page shows is compared, and what software does is told. */
  act(pins: Pins, mine: boolean, finishing: boolean): Asked {
    const { random } = this.hand.bench;
    const { pushes, pops } = this.hand;
    const some = this.#completed - this.#popped;
    this.check(Number(pins.completions) === some, () => `${pins.completions} completions and should be ${some}`);
    this.check(some <= depth, () => `${some} completions`);
    this.waited = Math.max(this.waited, some);
    const first = some === 0 ? 0n : this.first(false);
    this.check(pins.first === first, () => `a pop gives ${pins.first.toString(16)} and should give ${first.toString(16)}`);
    // An engine takes a request in one cycle or another; what it has taken is open, and it takes nothing in vain.
    const requests = Number(pins.requests);
    const last = this.#requests;
    if (!mine) this.check(requests === depth, () => `${requests} requests in a queue that is not there`);
    else if (this.#mine) this.check(requests === last || requests === last - 1, () => `${requests} requests after ${last}`);
    else {
      this.check(requests === 0, () => `${requests} requests right after the kernel had the engine`);
      this.forgotten += this.#open;
      this.#open = 0;
      this.forgets();
    }
    if (mine) {
      const given = this.#open - requests;
      this.check(given >= 0 && given + some <= depth, () => `${given} requests given with ${some} completions`);
    }
    if (pins.completes === 1n) {
      this.check(this.#open > 0, () => "a completion of nothing");
      this.#open--;
      this.#completed++;
      this.done(mine);
    }
    const word = mine && requests < depth && random.oneIn(pushes) && !finishing ? this.next() : null;
    if (word !== null) this.#open++;
    this.#requests = mine ? requests + (word === null ? 0 : 1) : 0;
    this.#mine = mine;
    const pop = random.oneIn(finishing ? 2 : pops);
    if (pop && some > 0) {
      this.#popped++;
      this.first(true);
    }
    return { push: word === null ? 0 : 1, pop: pop ? 1 : 0, word: word ?? random.bits(64) };
  }
  /** Requests that are pushed and have not completed. */
  protected get open(): number {
    return this.#open;
  }
  protected get unread(): number {
    return this.#completed - this.#popped;
  }
}
