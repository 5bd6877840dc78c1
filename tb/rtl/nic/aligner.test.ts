import { describe, expect, it } from "vitest";
import { Random } from "#hdl/simulate/index.ts";
import { aligner } from "#rtl/nic/aligner.ts";
import { partAligner, slowAligner } from "#rtl/nic/part-aligner.ts";
import { checkAligner, checkPartAligner, type Run } from "./aligner-check.ts";

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

describe("aligner by parts", () => {
  it("moves runs of 1 to 40 bytes from and to every one of 16 lanes, 4 at a time", () => {
    const runs = lanes(16).flatMap((from) => lanes(16).flatMap((to) => [1, 3, 4, 5, 11, 16, 17, 40].map((count) => ({ from, to, count }))));
    checkPartAligner(partAligner(16, 4), 16, 4, runs, 1, 0);
  });
  it.each([1, 2, 3, 4, 5, 6])("pauses anywhere, seed %i", (seed) => {
    checkPartAligner(partAligner(16, 8), 16, 8, randomRuns(new Random(seed), 16, 60), seed);
    checkPartAligner(partAligner(64, 16), 64, 16, randomRuns(new Random(seed), 64, 40), seed);
  });
  it("needs a cycle for each part, one where bytes move down, and one to hand over", () => {
    const cycles = (from: number, to: number) => checkPartAligner(partAligner(16, 4), 16, 4, Array(10).fill({ from, to, count: 64 }), 1, 0);
    expect([cycles(0, 0), cycles(0, 3), cycles(3, 3), cycles(3, 0), cycles(5, 4)]).toEqual([170, 180, 180, 180, 180]);
  });
  it("wants at least two parts", () => {
    expect(() => partAligner(16, 16)).toThrow("beats of 16 bytes in parts of 16: a power of two of them, and at least 2, are needed");
    expect(slowAligner(16).block.name).toBe("aligner_128");
    expect(slowAligner(64).block.name).toBe("aligner_512_by_128");
  });
});
