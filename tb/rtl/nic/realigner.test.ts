import { describe, expect, it } from "vitest";
import { Random } from "#hdl/simulate/index.ts";
import { realigner } from "#rtl/nic/realigner.ts";
import { checkRealigner } from "./realigner-check.ts";

describe.each([4, 8, 16, 64])("realigner of %i bytes", (bytes) => {
  it("every alignment at both ends, and every length around a beat", () => {
    const random = new Random(bytes);
    const lengths = [1, 2, 3, bytes - 1, bytes, bytes + 1, 2 * bytes - 1, 2 * bytes, 2 * bytes + 1, 3 * bytes];
    const few = (n: number): readonly number[] =>
      n <= 8 ? Array.from({ length: n }, (_, i) => i) : [0, 1, n / 2, n - 2, n - 1, random.below(n)];
    const runs = few(bytes).flatMap((from) => few(bytes).flatMap((to) => lengths.map((count) => ({ from, to, count }))));
    for (const seed of [1, 2, 3]) checkRealigner(realigner(bytes), bytes, runs, seed);
  });
  it("takes a cycle for each beat in or out, whichever are more", () => {
    const runs = Array.from({ length: 100 }, (_, i) => ({ from: i % bytes, to: (i * 5) % bytes, count: 2 * bytes + (i % bytes) }));
    const beats = ({ from, to, count }: (typeof runs)[0]): number => Math.ceil((Math.max(from, to) + count) / bytes);
    // What moves down may wait a beat for its bytes where the run before it left none to leave meanwhile.
    const most = runs.reduce((n, r) => n + beats(r) + (r.to < r.from ? 1 : 0), 0);
    checkRealigner(realigner(bytes), bytes, runs, 1, 0, most + 2);
    for (const to of [0, 1, bytes / 2]) {
      const alike = Array.from({ length: 100 }, () => ({ from: bytes - 2, to, count: 2 * bytes }));
      expect(checkRealigner(realigner(bytes), bytes, alike, 1, 0, 300 + 3)).toBeGreaterThanOrEqual(300);
    }
  });
});
