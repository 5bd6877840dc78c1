/** The waiting room against its model at random, that it empties under a busy key, and Verilog's linters. */
import { describe, expect, it, test } from "vitest";
import { emitDesign } from "#hdl/emit/index.ts";
import { type Config, resolveConfig } from "#rtl/config/config.ts";
import { rxParking } from "#rtl/udp/rx-parking.ts";
import { lintDesign } from "#sim/lint/index.ts";
import { checkParking, type ParkingScenario } from "./rx-parking-check.ts";

const tiny = resolveConfig("tiny");
const sizes: readonly (readonly [string, Config, number, number, number])[] = [
  ["64 bits, 16 x 2 KiB", tiny, 64, 16, 2048],
  ["512 bits, 16 x 2 KiB", resolveConfig("line-rate"), 512, 16, 2048],
  ["128 bits, 4 x 256 bytes", tiny, 128, 4, 256],
  ["256 bits, 2 x 128 bytes", tiny, 256, 2, 128],
];
describe.each(sizes)("the waiting room, %s", (_, config, dataBits, frames, bytes) => {
  const block = rxParking(config, dataBits, { frames, bytes });
  const usual: ParkingScenario = { cycles: 3000, dataBits, places: frames, bytes, keys: 6, gap: [1, 3, 8, 20], walk: 60 };
  it.each([1, 2, 3])("keeps frames and the order of each key, and holds nobody else, seed %i", (seed) => {
    const r = checkParking(block, config, { ...usual, evictions: 0.02, unknown: 0.2, other: 0.05, long: 0.05 }, seed);
    expect(r.parked).toBeGreaterThan(20);
    expect(r.delivered).toBeGreaterThan(20);
  });
  it("does so where slots come and go all the time", () => {
    const r = checkParking(block, config, { ...usual, keys: 3, gap: [1, 2], evictions: 0.1, walk: 5 }, 4);
    expect(r.followed).toBeGreaterThan(20);
  });
  it("is empty again soon, however busy the key", () => {
    for (const seed of [5, 6, 7]) {
      const r = checkParking(block, config, { ...usual, keys: 1, gap: [1], walk: 20, pause: 0 }, seed);
      expect(r.frames).toBeGreaterThan(1000);
      expect(r.lastParked).toBeLessThan(60);
    }
  });
  test("warns of nothing, and no linter has a remark", async () => {
    expect(block.warnings).toEqual([]);
    const { findings, tools } = await lintDesign(emitDesign(block), block);
    expect(findings).toEqual([]);
    expect(tools.length).toBeGreaterThanOrEqual(5);
  });
});
