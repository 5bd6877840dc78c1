/** Linear feedback shift registers: cheap numbers without a pattern to the eye. Not for secrets. */
import type { Builder } from "../core/builder.ts";
import { transparent } from "../core/source.ts";
import { uint } from "../core/types.ts";
import { type Bits, type Bool, cat, constant } from "../core/values.ts";
import { refuse } from "./refuse.ts";

transparent(import.meta.url);

/**
 * For each degree n the exponents between n and 0 of a primitive polynomial over GF(2): the one with the fewest terms and
 * the smallest exponents. `8: [4, 3, 2]` is x^8 + x^4 + x^3 + x^2 + 1.
 */
export const primitivePolynomials: Readonly<Record<number, readonly number[]>> = {
  // biome-ignore format: a table
  2: [1],
  3: [1],
  4: [1],
  5: [2],
  6: [1],
  7: [1],
  8: [4, 3, 2],
  9: [4],
  10: [3],
  11: [2],
  12: [6, 4, 1],
  13: [4, 3, 1],
  14: [5, 3, 1],
  15: [1],
  16: [5, 3, 2],
  17: [3],
  18: [7],
  19: [5, 2, 1],
  20: [3],
  21: [2],
  22: [1],
  23: [5],
  24: [4, 3, 1],
  25: [3],
  26: [6, 2, 1],
  27: [5, 2, 1],
  28: [3],
  29: [2],
  30: [6, 4, 1],
  31: [3],
  32: [7, 6, 2],
  33: [13],
  34: [8, 4, 3],
  35: [2],
  36: [11],
  37: [6, 4, 1],
  38: [6, 5, 1],
  39: [4],
  40: [5, 4, 3],
  41: [3],
  42: [7, 4, 3],
  43: [6, 4, 3],
  44: [6, 5, 2],
  45: [4, 3, 1],
  46: [8, 7, 6],
  47: [5],
  48: [9, 7, 4],
  49: [9],
  50: [4, 3, 2],
  51: [6, 3, 1],
  52: [3],
  53: [6, 2, 1],
  54: [8, 6, 3],
  55: [24],
  56: [7, 4, 2],
  57: [7],
  58: [19],
  59: [7, 4, 2],
  60: [1],
  61: [5, 2, 1],
  62: [6, 5, 3],
  63: [1],
  64: [4, 3, 1],
};
/** The polynomial of degree `width` without its highest term, as bits: what a step adds where a 1 falls out. */
const feedback = (width: number): bigint =>
  (primitivePolynomials[width] ?? refuse(`lfsr of ${width} bits: 2 to 64 are possible`)).reduce((sum, k) => sum | (1n << BigInt(k)), 1n);

/** The value after one step of a Galois LFSR. */
export const lfsrStep = (value: Bits): Bits =>
  cat(value.slice(value.width - 2, 0), constant(1, 0)).xor(
    constant(value.width, feedback(value.width)).and(value.msb().repeat(value.width)),
  );

/**
 * A register called `name` that goes through all values but 0, 2^width - 1 of them, one a cycle where `when` is 1 (always
 * unless said). `seed` is its first value; 1 unless said.
 */
export const lfsr = (
  h: Builder,
  name: string,
  width: number,
  { when, seed = 1n }: { readonly when?: Bool; readonly seed?: number | bigint } = {},
): Bits => {
  feedback(width);
  if (BigInt(seed) === 0n) refuse("lfsr: the seed 0 never changes");
  const value = h.register(name, uint(width).reset(seed));
  if (when === undefined) value.next(lfsrStep(value));
  else h.when(when, () => value.next(lfsrStep(value)));
  return value;
};
