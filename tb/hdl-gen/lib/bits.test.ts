/** Bit functions against arithmetic on bigints: exhaustively up to 8 bits, at random above. */

import { expect, test } from "vitest";
import { type Bits, input, module, output, uint } from "#hdl";
import * as lib from "#hdl/lib/bits.ts";
import { Random, simulate } from "#hdl/simulate/index.ts";

const ones = (value: bigint): number => [...value.toString(2)].filter((c) => c === "1").length;
const highest = (value: bigint, width: number): number => (value === 0n ? width : width - value.toString(2).length);
const lowest = (value: bigint, width: number): number => {
  for (let i = 0; i < width; i++) if ((value >> BigInt(i)) & 1n) return i;
  return width;
};
const reversed = (value: bigint, width: number): bigint =>
  BigInt(`0b${value.toString(2).padStart(width, "0").split("").reverse().join("")}`);
const low = (n: number): bigint => (1n << BigInt(n)) - 1n;

type Function = readonly [name: string, of: (v: Bits) => Bits, wanted: (v: bigint, width: number) => bigint | boolean | null];
const functions: readonly Function[] = [
  ["reverseBits", lib.reverseBits, reversed],
  ["fromBits of bitList", (v) => lib.fromBits(lib.bitList(v)), (v) => v],
  ["lowestOne", lib.lowestOne, (v) => v & -v],
  ["atMostOne", lib.atMostOne, (v) => ones(v) <= 1],
  ["isOneHot", lib.isOneHot, (v) => ones(v) === 1],
  ["oneHotIndex", lib.oneHotIndex, (v, w) => (ones(v) > 1 ? null : v === 0n ? 0n : BigInt(lowest(v, w)))],
  ["leadingZeros", lib.leadingZeros, (v, w) => BigInt(highest(v, w))],
  ["trailingZeros", lib.trailingZeros, (v, w) => BigInt(lowest(v, w))],
  ["popcount", lib.popcount, (v) => BigInt(ones(v))],
  ["priorityEncode index", (v) => lib.priorityEncode(v).index, (v, w) => (v === 0n ? null : BigInt(lowest(v, w)))],
  ["priorityEncode found", (v) => lib.priorityEncode(v).found, (v) => v !== 0n],
  ["isLowMask", lib.isLowMask, (v) => (v & (v + 1n)) === 0n],
  ["maskCount", lib.maskCount, (v, w) => ((v & (v + 1n)) === 0n ? BigInt(lowest(~v & low(w), w)) : null)],
  ["fromGray of toGray", (v) => lib.fromGray(lib.toGray(v)), (v) => v],
  ["toGray", lib.toGray, (v) => v ^ (v >> 1n)],
];
const values = function* (width: number): Generator<bigint> {
  if (width <= 8) for (let v = 0n; v <= low(width); v++) yield v;
  else {
    const random = new Random(width);
    yield* [0n, 1n, low(width), low(width - 1), 1n << BigInt(width - 1)];
    for (let i = 0; i < width; i++) yield 1n << BigInt(i);
    for (let i = 0; i <= width; i++) yield low(i);
    for (let i = 0; i < 200; i++) yield random.bits(width) & (random.oneIn(3) ? random.bits(width) & random.bits(width) : low(width));
  }
};

test.each(functions.flatMap((f) => [1, 2, 3, 4, 5, 7, 8, 16, 17, 64, 100].map((w) => [f[0], w, f] as const)))(
  "%s of %i bits",
  (name, width, [, of, wanted]) => {
    let result = 0;
    const m = module(
      `bits_${name.replaceAll(/\W/g, "_")}_${width}`,
      { value: input(uint(width)), got: output(uint(resultWidth(of, width))) },
      ({ value, got }) => {
        const out = of(value);
        result = out.width;
        got.drive(out as never);
      },
    );
    const sim = simulate(m);
    for (const v of values(width)) {
      sim.io.value.value = v;
      const expected = wanted(v, width);
      if (expected !== null && sim.io.got.value !== BigInt(expected))
        throw new Error(`${name}(${v.toString(2)}) = ${sim.io.got.value}, not ${expected}`);
    }
    expect(result).toBeGreaterThan(0);
    // No wider than the largest answer needs.
    if (name === "popcount" || name.endsWith("Zeros") || name === "maskCount") expect(result).toBe(width.toString(2).length);
  },
);
const resultWidth = (of: (v: Bits) => Bits, width: number): number => {
  let found = 1;
  module(`probe_${width}`, { value: input(uint(width), { unused: true }) }, ({ value }) => {
    found = of(value).width;
  });
  return found;
};

test("oneHot, lowMask, resize, sum", () => {
  const m = module(
    "more_bits",
    {
      n: input(uint(4)),
      hot: output(uint(10)),
      mask: output(uint(10)),
      wide: output(uint(7)),
      narrow: output(uint(2)),
      total: output(uint(6)),
    },
    ({ n, hot, mask, wide, narrow, total }) => {
      hot.drive(lib.oneHot(n, 10));
      mask.drive(lib.lowMask(n, 10));
      wide.drive(lib.resize(n, 7));
      narrow.drive(lib.resize(n, 2));
      total.drive(lib.sum([n, n, n.slice(1, 0), n.slice(0, 0)]));
    },
  );
  const sim = simulate(m);
  for (let n = 0; n < 16; n++) {
    sim.io.n.value = n;
    expect(sim.io.hot.number).toBe(n < 10 ? 1 << n : 0);
    expect(sim.io.mask.value).toBe(low(Math.min(n, 10)));
    expect([sim.io.wide.number, sim.io.narrow.number, sim.io.total.number]).toEqual([n, n & 3, 2 * n + (n & 3) + (n & 1)]);
  }
});
test("a mask longer than its count can reach", () => {
  const m = module("short_count", { n: input(uint(2)), mask: output(uint(6)) }, ({ n, mask }) => mask.drive(lib.lowMask(n, 6)));
  const sim = simulate(m);
  for (let n = 0; n < 4; n++) {
    sim.io.n.value = n;
    expect(sim.io.mask.value).toBe(low(n));
  }
});
