import { describe, expect, it } from "vitest";
import { type Config, resolveConfig } from "#rtl/config/config.ts";
import { txEngine } from "#rtl/udp/tx-engine.ts";
import { checkTxEngine } from "./tx-engine-check.ts";

const configs: readonly (readonly [string, Config])[] = [
  ["64-bit bus", resolveConfig("tiny")],
  ["128-bit bus", { ...resolveConfig("tiny"), busBits: 128, wireBits: 128 }],
  ["512-bit bus", resolveConfig("line-rate")],
];

describe.each(configs)("transmit engine, %s", (_, config) => {
  it("sends what the model says, whatever memory and the wire do", () => {
    const runs = [1, 2, 3, 4].map((seed) => checkTxEngine(txEngine(config), config, { largest: 1472, bytes: 15_000 }, seed));
    for (const what of ["frames", "malformed", "failed"] as const)
      expect(
        runs.reduce((n, r) => n + r[what], 0),
        what,
      ).toBeGreaterThan(0);
  });
  it.each([1, 100, 1471])("cuts streams at %i bytes, and takes no longer datagram", (largest) => {
    checkTxEngine(txEngine(config), config, { largest, bytes: largest === 1 ? 2000 : 8000, clean: true }, 5);
  });
  it.each([0, 1473, 0xffff])("takes %i bytes as the largest payload for what the MTU holds", (largest) => {
    checkTxEngine(txEngine(config), config, { largest, bytes: 8000 }, 6);
  });
  it("loses nothing to a memory and a wire that never wait", () => {
    const { malformed, failed } = checkTxEngine(txEngine(config), config, { largest: 1472, bytes: 15_000, clean: true, pause: 0 }, 7);
    expect([malformed, failed]).toEqual([0, 0]);
  });
});
