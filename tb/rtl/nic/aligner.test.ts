import { describe, expect, it } from "vitest";
import { Random } from "#hdl/simulate/index.ts";
import { aligner } from "#rtl/nic/aligner.ts";
import { checkAligner, type Run } from "./aligner-check.ts";

const lanes = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i);
const randomRuns = (random: Random, bytes: number, count: number): Run[] =>
  Array.from({ length: count }, () => ({
    from: random.below(bytes),
    to: random.below(bytes),
    count: random.pick([1, bytes - 1, bytes, bytes + 1, random.between(1, 3 * bytes), random.between(1, 1500)]),
  }));

describe("aligner", () => {
  it("moves runs of 1 to 26 bytes from and to every one of 8 lanes", () => {
    const runs = lanes(8).flatMap((from) => lanes(8).flatMap((to) => lanes(26).map((n) => ({ from, to, count: n + 1 }))));
    checkAligner(aligner(8), 8, runs, 1, 0);
  });
  it.each([1, 2, 3, 4, 5, 6])("pauses anywhere at 8 bytes, seed %i", (seed) => {
    checkAligner(aligner(8), 8, randomRuns(new Random(seed), 8, 60), seed);
  });
  it.each([1, 2, 3, 4, 5, 6])("moves random runs at 64 bytes, seed %i", (seed) => {
    checkAligner(aligner(64), 64, randomRuns(new Random(seed), 64, 60), seed);
  });
  it("needs one cycle a beat, and one more where bytes move down", () => {
    const cycles = (from: number, to: number) => checkAligner(aligner(8), 8, Array(10).fill({ from, to, count: 32 }), 1, 0);
    expect([cycles(0, 0), cycles(0, 3), cycles(3, 3), cycles(3, 0), cycles(5, 4)]).toEqual([40, 50, 50, 50, 60]);
  });
});
