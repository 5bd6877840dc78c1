/** Seeded reluctance of sources and sinks: the same cycles in TypeScript and in C++ (native/pause.h). */
import { patternBits, pauseBlock, pauseKind } from "#sim/models/native/blocks.ts";

/**
 * When a valid or ready stays away although there would be something to do: never; in a share of cycles at random; or by a
 * pattern of `1` (pause) and `0`, repeated.
 */
export type Pause = "never" | { readonly random: number } | { readonly pattern: string };

/** Marsaglia's xorshift: the next of 2^32 - 1 states. */
export const xorshift32 = (state: number): number => {
  let x = state ^ (state << 13);
  x ^= x >>> 17;
  return (x ^ (x << 5)) >>> 0;
};
/** A state for `xorshift32` from a seed and a name: FNV-1a, never 0. */
export const seedFor = (seed: number, name: string): number => {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (const character of name) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return hash === 0 ? 1 : hash;
};

/** One generator, living in memory that C++ may share. */
export class Pauser {
  readonly #words: Uint32Array;
  readonly #at: number;

  /** @param at index of the `PauseBlock` in words */
  constructor(words: Uint32Array, at: number, seed: number) {
    this.#words = words;
    this.#at = at;
    this.#set("state", seed);
  }
  /** Takes effect in the next cycle. */
  set(pause: Pause): void {
    if (pause === "never") this.#set("kind", pauseKind.never);
    else if ("random" in pause) this.#setRandom(pause.random);
    else this.#setPattern(pause.pattern);
  }
  #setRandom(share: number): void {
    if (!(share >= 0 && share < 1)) throw new RangeError(`a pause in ${share} of all cycles: it must be at least 0 and less than 1`);
    this.#set("threshold", Math.floor(share * 2 ** 32));
    this.#set("kind", pauseKind.random);
  }
  #setPattern(pattern: string): void {
    if (!/^[01]+$/.test(pattern) || pattern.length > patternBits || !pattern.includes("0"))
      throw new RangeError(`pause pattern "${pattern}": up to ${patternBits} letters 0 (go) and 1 (pause) with a 0 among them`);
    for (let word = 0; word < patternBits / 32; word++) this.#words[this.#at + pauseBlock.index("pattern", word)] = 0;
    [...pattern].forEach((bit, i) => {
      if (bit === "1") (this.#words[this.#at + pauseBlock.index("pattern", i >> 5)] as number) |= 1 << (i & 31);
    });
    this.#set("length", pattern.length);
    this.#set("position", 0);
    this.#set("kind", pauseKind.pattern);
  }
  /** Takes one step, as C++ does each cycle; true: pause. */
  next(): boolean {
    const kind = this.#get("kind");
    if (kind === pauseKind.never) return false;
    if (kind === pauseKind.random) {
      const state = xorshift32(this.#get("state"));
      this.#set("state", state);
      return state < this.#get("threshold");
    }
    const at = this.#get("position");
    this.#set("position", at + 1 === this.#get("length") ? 0 : at + 1);
    return (((this.#words[this.#at + pauseBlock.index("pattern", at >> 5)] as number) >>> (at & 31)) & 1) === 1;
  }
  #get(key: "kind" | "state" | "threshold" | "length" | "position"): number {
    return this.#words[this.#at + pauseBlock.index(key)] as number;
  }
  #set(key: "kind" | "state" | "threshold" | "length" | "position", value: number): void {
    this.#words[this.#at + pauseBlock.index(key)] = value;
  }
}
