/** `accio_top` in Verilator agrees with the model, in every configuration, whatever memory and the other sides do. */
import { describe, expect, it } from "vitest";
import { resolveConfig } from "#rtl/config/config.ts";
import { seedFromEnvironment } from "#sim/bridge/seed.ts";
import { buildNic } from "#sim/nic/nic.ts";
import { checkTop, type TopCheck } from "./accio-top-check.ts";

const seed = seedFromEnvironment();

const check = async (name: string, options: Partial<TopCheck>) => {
  const config = resolveConfig(name);
  const nic = await buildNic(config, { seed });
  try {
    return await checkTop(nic, config, { seed, phases: [70, 70, 70], ...options });
  } finally {
    nic.sim.close();
  }
};

describe.each(["tiny", "line-rate", "prototype"])("%s agrees with the model", (name) => {
  it("at line rate, memory at once", async () => {
    const counters = await check(name, {});
    expect(counters.accepted).toBeGreaterThan(10);
  });
  it("with pauses at every port, slow memory, and answers that overtake each other", async () => {
    const memory = { readLatency: 5, readJitter: 60, writeLatency: 3, writeJitter: 80, reorder: true };
    const counters = await check(name, { pause: true, memory });
    expect(counters.accepted).toBeGreaterThan(10);
  });
});
