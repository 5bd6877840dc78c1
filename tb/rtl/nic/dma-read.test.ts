import { describe, expect, it } from "vitest";
import { resolveConfig } from "#rtl/config/config.ts";
import { dmaRead } from "#rtl/nic/dma-read.ts";
import { checkDmaRead } from "./dma-read-check.ts";

describe.each(["tiny", "line-rate"])("DMA reader, %s", (name) => {
  const config = resolveConfig(name);
  it("gives the words of each job in order, whatever the order of memory's answers", () => {
    const runs = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => checkDmaRead(dmaRead(config), config, 40, seed));
    expect(Math.max(...runs.map((r) => r.inFlight))).toBe(config.dmaInFlight);
    expect(runs.reduce((n, r) => n + r.failures, 0)).toBeGreaterThan(20);
  });
  it("works with two bursts in flight", () => {
    const two = { ...config, dmaInFlight: 2 };
    for (const seed of [1, 2, 3]) checkDmaRead(dmaRead(two), two, 40, seed);
  });
});
