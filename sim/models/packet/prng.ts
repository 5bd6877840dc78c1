/**
 * Seeded pseudo-random numbers: the same seed gives the same stimulus on every machine, so that a failure's seed is
 * enough to see it again. The generator is a 32-bit Weyl sequence through the MurmurHash3 finaliser (SplitMix's scheme).
 */

export class Prng {
  #state: number;

  /** @param seed  any integer; only its low 32 bits count */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed)) throw new RangeError(`seed ${seed} is not an integer`);
    this.#state = Number(BigInt.asUintN(32, BigInt(seed)));
  }

  /** 0 to 2^32 - 1. */
  word(): number {
    this.#state = (this.#state + 0x9e3779b9) | 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return (mixed ^ (mixed >>> 16)) >>> 0;
  }

  /** An integer from `low` to `high`, both included, at most 2^32 values. */
  integer(low: number, high: number): number {
    const count = high - low + 1;
    if (!Number.isInteger(count) || count < 1 || count > 2 ** 32) throw new RangeError(`no integers from ${low} to ${high}`);
    const limit = 2 ** 32 - (2 ** 32 % count);
    let word = this.word();
    while (word >= limit) word = this.word();
    return low + (word % count);
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.word() < probability * 2 ** 32;
  }

  /** One of the values. */
  pick<T>(values: readonly T[]): T {
    if (values.length === 0) throw new RangeError("nothing to pick from");
    return values[this.integer(0, values.length - 1)] as T;
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.word() & 0xff);
  }

  /** Another generator whose numbers do not depend on how many are drawn here afterwards. */
  fork(): Prng {
    return new Prng(this.word());
  }
}
