import { describe, expect, it } from "vitest";
import { frameStore } from "#rtl/nic/frame-store.ts";
import { checkFrameStore } from "./frame-store-check.ts";

const seeds = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

describe.each([
  [8, 16],
  [64, 64],
])("frame store of %i bytes by %i beats", (bytes, words) => {
  it("makes the sender wait: frames leave whole, in order, none lost", () => {
    const store = frameStore({ dataBits: 8 * bytes, words, drop: false });
    for (const seed of seeds) {
      const { passed, lost, spoiled } = checkFrameStore(store, { bytes, words, drop: false }, 60, seed);
      expect(lost).toBe(0);
      expect(passed + spoiled).toBe(60);
    }
  });
  it("drops what finds no room: frames leave whole or not at all", () => {
    const store = frameStore({ dataBits: 8 * bytes, words, drop: true });
    const runs = seeds.map((seed) => checkFrameStore(store, { bytes, words, drop: true }, 60, seed));
    expect(runs.reduce((n, r) => n + r.lost, 0)).toBeGreaterThan(20);
    expect(runs.reduce((n, r) => n + r.passed, 0)).toBeGreaterThan(20);
  });
});
describe("frame store", () => {
  it("gives the first beat two cycles after the last one came, and then one a cycle", () => {
    const options = { bytes: 8, words: 16, drop: true, pause: [0, 0] } as const;
    const { firstOut } = checkFrameStore(frameStore({ dataBits: 64, words: 16, drop: true }), options, 40, 3);
    expect(firstOut).toBe(2);
  });
});
