import { describe, expect, it } from "vitest";
import { resolveConfig } from "#rtl/config/config.ts";
import { dmaWrite } from "#rtl/nic/dma-write.ts";
import { checkDmaWrite } from "./dma-write-check.ts";

describe.each(["tiny", "line-rate"])("DMA writer, %s", (name) => {
  const config = resolveConfig(name);
  it("writes each byte of a job once, in bursts within lines, whatever memory does", () => {
    const runs = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => checkDmaWrite(dmaWrite(config), config, 40, seed));
    // The stimulus has been everywhere: all IDs in flight, errors, answers out of order.
    expect(Math.max(...runs.map((r) => r.inFlight))).toBe(config.dmaInFlight);
    expect(runs.reduce((n, r) => n + r.failures, 0)).toBeGreaterThan(20);
    expect(runs.reduce((n, r) => n + r.disorder, 0)).toBeGreaterThan(20);
  });
  it("works with two bursts in flight", () => {
    const two = { ...config, dmaInFlight: 2 };
    for (const seed of [1, 2, 3]) checkDmaWrite(dmaWrite(two), two, 40, seed);
  });
  it("keeps a fast memory busy", () => {
    const { inFlight } = checkDmaWrite(dmaWrite(config), config, 60, 1, 0);
    expect(inFlight).toBeGreaterThan(1);
  });
});
