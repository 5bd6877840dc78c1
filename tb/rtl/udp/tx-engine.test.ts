import { describe, expect, it } from "vitest";
import { type Config, resolveConfig } from "#rtl/config/config.ts";
import { txEngine } from "#rtl/udp/tx-engine.ts";
import { checkTxEngine } from "./tx-engine-check.ts";

const tiny = resolveConfig("tiny"),
  lineRate = resolveConfig("line-rate");
const configs: readonly (readonly [string, Config, number])[] = [
  ["64-bit bus", tiny, 64],
  ["64-bit bus, 512-bit wire", resolveConfig("prototype"), 512],
  ["128-bit bus, 256-bit wire", { ...tiny, busBits: 128, wireBits: 256 }, 256],
  ["512-bit bus", lineRate, 512],
];

describe.each(configs)("transmit engine, %s", (_, config, frameBits) => {
  const engine = txEngine(config, frameBits);
  it("sends what the model says, whatever memory and the wire do", () => {
    const runs = [1, 2, 3, 4].map((seed) => checkTxEngine(engine, config, { largest: 1472, bytes: 15_000, frameBits }, seed));
    for (const what of ["frames", "malformed", "failed", "torn"] as const)
      expect(
        runs.reduce((n, r) => n + r[what], 0),
        what,
      ).toBeGreaterThan(0);
  });
  it.each([1, 100, 1471])("cuts streams at %i bytes, and takes no longer datagram", (largest) => {
    checkTxEngine(engine, config, { largest, bytes: largest === 1 ? 2000 : 8000, clean: true, frameBits }, 5);
  });
  it.each([0, 1473, 0xffff])("takes %i bytes as the largest payload for what the MTU holds", (largest) => {
    checkTxEngine(engine, config, { largest, bytes: 8000, frameBits }, 6);
  });
  it.each([0, 1, 2, 3])("keeps slot %i while no other has work, and its records may still be broken", (only) => {
    for (const seed of [1, 2]) checkTxEngine(engine, config, { largest: 1472, bytes: 4000, only, frameBits }, seed);
  });
  it("loses nothing to a memory and a wire that never wait", () => {
    const { malformed, failed } = checkTxEngine(engine, config, { largest: 1472, bytes: 15_000, clean: true, pause: 0, frameBits }, 7);
    expect([malformed, failed]).toEqual([0, 0]);
  });
});

it("sends packets of 9000 bytes", () => {
  const config: Config = { ...tiny, mtu: 9000, txBuffer: 32768, rxBuffer: 32768 };
  const { frames } = checkTxEngine(txEngine(config), config, { largest: 0, bytes: 60_000, clean: true, pause: 0, only: 0 }, 1);
  expect(frames).toBeGreaterThan(10);
});
it("refuses frames that are no multiple of the bus", () => {
  expect(() => txEngine(lineRate, 64)).toThrow("transmit frames of 64 bits on a bus of 512");
  expect(() => txEngine(tiny, 192)).toThrow("transmit frames of 192 bits on a bus of 64");
});
