/**
 * The few operations that generated code calls instead of spelling out. Narrow values (up to 32 bits) are numbers from 0
 * to 2^32-1, wide ones are non-negative BigInts; shift amounts and indices arrive as numbers (see `amount`).
 */

/** Signals of up to this many bits are numbers. */
export const narrowBits = 32;
export const isNarrow = (width: number): boolean => width <= narrowBits;
export const maskOf = (width: number): bigint => (1n << BigInt(width)) - 1n;

/** A wide shift amount or index as a number; what is too large for any use becomes 2^31. */
const amount = (n: bigint): number => (n > 0x7fff_ffffn ? 0x8000_0000 : Number(n));

const parity = (a: number): number => {
  let x = a ^ (a >>> 16);
  x ^= x >>> 8;
  x ^= x >>> 4;
  return (0x6996 >>> (x & 15)) & 1;
};
const parityWide = (a: bigint, width: number): number => {
  let x = a;
  for (let half = 2 ** Math.ceil(Math.log2(width) - 1); half >= 32; half /= 2) x ^= x >> BigInt(half);
  return parity(Number(BigInt.asUintN(32, x)));
};

/** `a` has fewer than 32 bits or the result is made unsigned and masked by the caller. */
const shl = (a: number, by: number): number => (by > 31 ? 0 : a << by);
const shr = (a: number, by: number): number => (by > 31 ? 0 : a >>> by);
/** `a` as a signed number. */
const sra = (a: number, by: number): number => a >> (by > 31 ? 31 : by);
const shlWide = (a: bigint, by: number, width: number): bigint => (by >= width ? 0n : BigInt.asUintN(width, a << BigInt(by)));
const shrWide = (a: bigint, by: number, width: number): bigint => (by >= width ? 0n : a >> BigInt(by));
const sraWide = (a: bigint, by: number, width: number): bigint =>
  BigInt.asUintN(width, BigInt.asIntN(width, a) >> BigInt(by >= width ? width : by));

/** Element `i` of `width` bits; zero beyond the end. */
const element = (a: number, i: number, width: number): number => (i >= 32 ? 0 : (shr(a, i * width) & shr(-1, 32 - width)) >>> 0);
const elementWide = (a: bigint, i: number, width: number): bigint => BigInt.asUintN(width, a >> BigInt(i * width));

/** `a` with bits `lo` and up replaced by the `width` bits of `value`. */
const put = (a: number, lo: number, width: number, value: number): number => {
  const mask = shr(-1, 32 - width) << lo;
  return ((a & ~mask) | (value << lo)) >>> 0;
};
const putWide = (a: bigint, lo: number, width: number, value: bigint): bigint => {
  const at = BigInt(lo);
  return a ^ ((BigInt.asUintN(width, a >> at) ^ value) << at);
};
/** Ones in the lanes of `lane` bits whose enable is 1. */
const lanes = (enable: bigint, count: number, lane: number): bigint => {
  const ones = maskOf(lane);
  let mask = 0n;
  for (let i = count - 1; i >= 0; i--) mask = (mask << BigInt(lane)) | ((enable >> BigInt(i)) & 1n ? ones : 0n);
  return mask;
};

/** What generated code finds as `R`. */
export const runtime = { amount, parity, parityWide, shl, shr, sra, shlWide, shrWide, sraWide, element, elementWide, put, putWide, lanes };
