/** Small combinational functions on bit vectors: one-hot codes, masks, counting, Gray code. No state, no latency. */
import { clog2, widthOf } from "../core/expr.ts";
import { mux, reduce } from "../core/select.ts";
import { transparent } from "../core/source.ts";
import { type Bits, type Bool, cat, constant } from "../core/values.ts";
import { refuse } from "./refuse.ts";

transparent(import.meta.url);

/** The bits of a value, lowest first. */
export const bitList = (value: Bits): readonly Bool[] => Array.from({ length: value.width }, (_, i) => value.bit(i));
/** Bits side by side, lowest first: the reverse of `bitList`. */
export const fromBits = (list: readonly Bool[]): Bits => cat(...[...list].reverse());
/** Zeros added at the top or top bits dropped: for values that are known to fit. */
export const resize = (value: Bits, width: number): Bits => (value.width < width ? value.zext(width) : value.trunc(width));
/** Bit order reversed: bit 0 becomes the top one. */
export const reverseBits = (value: Bits): Bits => cat(...bitList(value));
/** The larger of two widths' sum without a lost carry: `a + b`, one bit wider than the wider of them. */
export const addWide = (a: Bits, b: Bits): Bits => {
  const width = Math.max(a.width, b.width);
  return a.zext(width).addCarry(b.zext(width));
};
/** Sum of any number of values without a lost carry, as a balanced tree; as wide as the largest sum needs. */
export const sum = (values: readonly Bits[]): Bits => {
  const largest = values.reduce((n, v) => n + (1n << BigInt(v.width)) - 1n, 0n);
  return resize(reduce(values, addWide), widthOf(largest));
};

// ---- one-hot codes ------------------------------------------------------------------------

/** The lowest 1 alone; 0 where there is none. */
export const lowestOne = (value: Bits): Bits => value.and(value.neg());
/** At most one bit is 1. */
export const atMostOne = (value: Bits): Bool => value.and(value.sub(1)).eq(0);
/** Exactly one bit is 1. */
export const isOneHot = (value: Bits): Bool => value.any().and(atMostOne(value));
/** `width` bits of which bit `index` is 1; none where it is beyond the top. */
export const oneHot = (index: Bits, width: number): Bits => constant(width, 1).shl(index);
/** The number of the only 1 of a one-hot value: OR gates alone. Of no meaning where several are 1; 0 where none is. */
export const oneHotIndex = (value: Bits): Bits => {
  const width = Math.max(1, clog2(value.width));
  const list = bitList(value);
  return fromBits(
    Array.from({ length: width }, (_, k) => {
      const ones = list.filter((_, i) => Math.floor(i / 2 ** k) % 2 === 1);
      return ones.length === 0 ? constant(1, 0) : reduce(ones, (a, b) => a.or(b));
    }),
  );
};

// ---- counting -----------------------------------------------------------------------------

/** Zeros before the first 1 of a list whose length is a power of two and whose last element is 1 or does not matter. */
const zerosBefore = (list: readonly Bool[]): Bits | null => {
  if (list.length === 1) return null;
  const half = list.length / 2;
  const first = list.slice(0, half);
  const none = reduce(first, (a, b) => a.or(b)).not();
  const [left, right] = [zerosBefore(first), zerosBefore(list.slice(half))];
  return left === null || right === null ? none : cat(none, mux(none, right, left));
};
const zeros = (list: readonly Bool[]): Bits => {
  const padded = [...list, ...Array.from({ length: 2 ** clog2(list.length + 1) - list.length }, () => constant(1, 1))];
  return zerosBefore(padded) ?? refuse("counting the bits of nothing");
};
/** How many zeros stand above the highest 1: 0 to the width, which is the answer for 0. */
export const leadingZeros = (value: Bits): Bits => zeros([...bitList(value)].reverse());
/** How many zeros stand below the lowest 1: 0 to the width, which is the answer for 0. */
export const trailingZeros = (value: Bits): Bits => zeros(bitList(value));
/** How many bits are 1. */
export const popcount = (value: Bits): Bits => sum(bitList(value) as readonly Bits[]);
/** Priority encoder: the number of the lowest 1, of no meaning where `found` is 0. */
export const priorityEncode = (value: Bits): { readonly found: Bool; readonly index: Bits } => ({
  found: value.any(),
  index: resize(trailingZeros(value), Math.max(1, clog2(value.width))),
});

// ---- masks of ones from bit 0 on: byte enables, tkeep -------------------------------------

/** `width` bits of which the `count` lowest are 1 (all, where `count` is larger). */
export const lowMask = (count: Bits, width: number): Bits =>
  fromBits(Array.from({ length: width }, (_, i) => (i >= 2 ** count.width - 1 ? constant(1, 0) : count.gt(i))));
/** How many ones a mask has whose ones are contiguous from bit 0: cheaper than `popcount`. */
export const maskCount = (mask: Bits): Bits => trailingZeros(mask.not());
/** The ones are contiguous from bit 0, or there are none. */
export const isLowMask = (mask: Bits): Bool => mask.and(mask.add(1)).eq(0);

// ---- Gray code ----------------------------------------------------------------------------

/** Binary to reflected Gray code: neighbours differ in one bit, the last and the first too. */
export const toGray = (value: Bits): Bits => value.xor(value.shr(1));
/** Gray code to binary. */
export const fromGray = (gray: Bits): Bits =>
  fromBits(Array.from({ length: gray.width }, (_, i) => (i === gray.width - 1 ? gray.msb() : gray.slice(gray.width - 1, i).parity())));
