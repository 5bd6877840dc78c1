import { describe, expect, it } from "vitest";
import { dropCauses } from "#rtl/common.ts";
import { type Config, resolveConfig } from "#rtl/config/config.ts";
import { rxEngine } from "#rtl/udp/rx-engine.ts";
import { checkRxEngine, type Reached } from "./rx-engine-check.ts";

const tiny = resolveConfig("tiny");
/** The bus, and the width of what is in front of it. */
const configs: readonly (readonly [string, Config, number, number])[] = [
  ["64-bit bus", { ...tiny, rxBuffer: 4096 }, 64, 80],
  ["128-bit bus", { ...tiny, busBits: 128, wireBits: 128, rxBuffer: 4096 }, 128, 80],
  ["512-bit bus", resolveConfig("line-rate"), 512, 150],
  ["64-bit bus behind 512 bits", { ...tiny, rxBuffer: 4096 }, 512, 80],
  ["128-bit bus behind 256 bits", { ...tiny, busBits: 128, rxBuffer: 4096 }, 256, 80],
];

describe.each(configs)("receive engine, %s", (_, config, dataBits, count) => {
  const engine = rxEngine(config, dataBits);
  it("gives every frame its verdict, and commits what is in memory", () => {
    const runs = [1, 2, 3, 4].map((seed) => checkRxEngine(engine, config, count, seed, { dataBits }));
    const total = (name: keyof Reached): number => runs.reduce((n, r) => n + r[name], 0);
    for (const name of ["accepted", "ordinary", "spoiled", "oversize", "failed", ...dropCauses] as const)
      expect(total(name), name).toBeGreaterThan(0);
    expect(total("accepted")).toBeGreaterThan(15);
  });
  it("loses nothing to a memory that never waits", () => {
    const { accepted, failed, overflow } = checkRxEngine(engine, config, count, 5, { dataBits, pause: 0 });
    expect(accepted).toBeGreaterThan(2);
    expect(failed).toBe(0);
    // Frames that come in faster than they can leave find no room some day.
    if (dataBits === config.busBits) expect(overflow).toBe(0);
  });
});
describe.each([64, 512])("receive engine with jumbo frames, %i bits", (dataBits) => {
  const config = { ...tiny, busBits: dataBits, wireBits: dataBits, mtu: 9000, rxBuffer: 32768 };
  it("delivers any length up to the MTU", () => {
    const payloads = [0, 1, 1473, 4096, 8191, 8956, 8971, 8972];
    const { accepted, ordinary, overflow, ring_full } = checkRxEngine(rxEngine(config), config, 30, 1, { pause: 0.1, payloads });
    expect([accepted > 5, ring_full > 5, ordinary > 2, accepted + ordinary + overflow + ring_full <= 30]).toEqual([true, true, true, true]);
  });
});
