/** Seeded randomness for tests: the same seed and name give the same numbers on every machine. */
import { seedFor } from "#sim/models/stream/pause.ts";

/** xoshiro128** (Blackman and Vigna), seeded through splitmix32. */
export class Random {
  readonly #state = new Uint32Array(4);

  /** @param name generators of one seed and different names are independent */
  constructor(seed: number, name = "") {
    let x = seedFor(seed, name);
    for (let i = 0; i < 4; i++) {
      x = (x + 0x9e3779b9) >>> 0;
      let z = x;
      z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
      z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
      this.#state[i] = z ^ (z >>> 16);
    }
  }
  /** 32 bits. */
  word(): number {
    const s = this.#state;
    const s1 = s[1] as number;
    const x = Math.imul(s1, 5);
    const result = Math.imul((x << 7) | (x >>> 25), 9) >>> 0;
    s[2] = (s[2] as number) ^ (s[0] as number);
    s[3] = (s[3] as number) ^ s1;
    s[1] = s1 ^ (s[2] as number);
    s[0] = (s[0] as number) ^ (s[3] as number);
    s[2] = (s[2] as number) ^ (s1 << 9);
    const high = s[3] as number;
    s[3] = (high << 11) | (high >>> 21);
    return result;
  }
  /** A fraction from 0 to below 1. */
  fraction(): number {
    return this.word() / 2 ** 32;
  }
  /** A whole number from `least` to `most`, both included. */
  int(least: number, most: number): number {
    if (!(most >= least)) throw new RangeError(`a whole number from ${least} to ${most}`);
    return least + Math.floor(((this.word() * 2 ** 21 + (this.word() >>> 11)) / 2 ** 53) * (most - least + 1));
  }
  /** True in a share `p` of all calls. */
  chance(p: number): boolean {
    return this.fraction() < p;
  }
  /** So many bits. */
  bits(width: number): bigint {
    let value = 0n;
    for (let i = 0; i < width; i += 32) value = (value << 32n) | BigInt(this.word());
    return BigInt.asUintN(width, value);
  }
  bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.word() & 0xff);
  }
  /** One of some things. */
  pick<T>(from: readonly T[]): T {
    if (from.length === 0) throw new RangeError("pick from nothing");
    return from[this.int(0, from.length - 1)] as T;
  }
  /** A copy in another order. */
  shuffle<T>(things: readonly T[]): T[] {
    const out = [...things];
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.int(0, i);
      [out[i], out[j]] = [out[j] as T, out[i] as T];
    }
    return out;
  }
}
