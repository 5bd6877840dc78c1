/** Random numbers that a seed repeats, on every machine: sfc32 (Chris Doty-Humphrey, PractRand). */
export class Random {
  readonly #s: Uint32Array;
  constructor(seed: number) {
    this.#s = new Uint32Array([seed, Math.floor(seed / 2 ** 32), 0x9e37_79b9, 1]);
    for (let i = 0; i < 15; i++) this.word();
  }
  /** 0 to 2^32-1. */
  word(): number {
    const s = this.#s;
    const [a, b, c, d] = s as unknown as [number, number, number, number];
    const sum = a + b + d;
    s[3] = d + 1;
    s[0] = b ^ (b >>> 9);
    s[1] = c + (c << 3);
    s[2] = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  }
  /** A whole number from 0 to `n - 1`; `n` at most 2^32. */
  below(n: number): number {
    return Math.floor((this.word() / 2 ** 32) * n);
  }
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }
  /** True once in `n` times. */
  oneIn(n: number): boolean {
    return this.below(n) === 0;
  }
  /** One of a list. */
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }
  /** `width` bits. */
  bits(width: number): bigint {
    let value = 0n;
    for (let i = 0; i < width; i += 32) value = (value << 32n) | BigInt(this.word());
    return BigInt.asUintN(width, value);
  }
}
