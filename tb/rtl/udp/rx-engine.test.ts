import { describe, expect, it } from "vitest";
import { dropCauses } from "#rtl/common.ts";
import { type Config, resolveConfig } from "#rtl/config/config.ts";
import { rxEngine } from "#rtl/udp/rx-engine.ts";
import { checkRxEngine, type Reached } from "./rx-engine-check.ts";

const configs: readonly (readonly [string, Config, number])[] = [
  ["64-bit bus", { ...resolveConfig("tiny"), rxBuffer: 4096 }, 80],
  ["128-bit bus", { ...resolveConfig("tiny"), busBits: 128, wireBits: 128, rxBuffer: 4096 }, 80],
  ["512-bit bus", resolveConfig("line-rate"), 150],
];

describe.each(configs)("receive engine, %s", (_, config, count) => {
  it("gives every frame its verdict, and commits what is in memory", () => {
    const runs = [1, 2, 3, 4].map((seed) => checkRxEngine(rxEngine(config), config, count, seed));
    const total = (name: keyof Reached): number => runs.reduce((n, r) => n + r[name], 0);
    for (const name of ["accepted", "ordinary", "spoiled", "oversize", "failed", ...dropCauses] as const)
      expect(total(name), name).toBeGreaterThan(0);
    expect(total("accepted")).toBeGreaterThan(15);
  });
  it("loses nothing to a memory that never waits", () => {
    const { accepted, failed, overflow } = checkRxEngine(rxEngine(config), config, count, 5, { pause: 0 });
    expect(accepted).toBeGreaterThan(2);
    expect([failed, overflow]).toEqual([0, 0]);
  });
});
