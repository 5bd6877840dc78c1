import { describe, expect, it } from "vitest";
import type { Random } from "#hdl/simulate/index.ts";
import { resolveConfig } from "#rtl/config/config.ts";
import { ordinaryPath } from "#rtl/nic/ordinary-path.ts";
import { checkOrdinary, type Outcome } from "./ordinary-check.ts";
import type { Scenario } from "./ordinary-scenario.ts";

const tiny = resolveConfig("tiny");
const corners = [14, 15, 16, 17, 18, 59, 60, 61, 63, 64, 65, 127, 128, 129, 1000, 1513, 1514, 1517, 1518];
const lengths = (r: Random): number => r.pick([...corners, r.between(14, 1518)]);
const short = (r: Random): number => r.between(14, 200);
const total = (runs: readonly Outcome[], what: keyof Omit<Outcome, "beats">): number => runs.reduce((n, r) => n + r[what], 0);
const run = (config: typeof tiny, seeds: readonly number[], s: Scenario): readonly Outcome[] =>
  seeds.map((seed) => checkOrdinary(ordinaryPath(config), config, s, seed));

describe.each([
  ["64 bits", tiny],
  ["128 bits", { ...tiny, busBits: 128, wireBits: 128 }],
  ["256 bits, four bursts", { ...tiny, busBits: 256, wireBits: 256, dmaInFlight: 4 }],
  ["512 bits", resolveConfig("line-rate")],
] as const)("ordinary path, %s", (_, config) => {
  it("brings every frame to its buffer and sends every frame, whatever memory and wire do", () => {
    const runs = run(config, [1, 2, 3, 4], { receive: 40, transmit: 40, lengths, impossible: true });
    for (const r of runs) expect(r.received + r.dropped).toBe(40);
    expect(total(runs, "sent") + total(runs, "refused")).toBe(160);
    expect(total(runs, "refused")).toBeGreaterThan(5);
    expect(total(runs, "tagged")).toBeGreaterThan(5);
  });
  it("scatters long frames, in rings of eight, with a driver that is slow to consume", () => {
    const runs = run(config, [1, 2, 3], {
      receive: 40,
      transmit: 40,
      lengths: short,
      logSize: 3,
      hoard: 40,
      buffers: (r) => r.between(1, 150),
      fragments: 6,
    });
    expect(total(runs, "scattered")).toBeGreaterThan(40);
    for (const r of runs) expect(r.received + r.dropped).toBe(40);
  });
});

describe("ordinary path", () => {
  it("wakes a sleeping driver for every completion, by count or by time", () => {
    const runs = [1, 2, 3, 4].map((seed) =>
      run(tiny, [seed], {
        receive: 60,
        transmit: 60,
        lengths: short,
        napi: true,
        count: [1, 4, 100, 0][seed - 1] as number,
        cycles: [0, 1000, 60, 7][seed - 1] as number,
      }),
    );
    for (const [r] of runs) {
      expect((r as Outcome).received + (r as Outcome).dropped).toBe(60);
      expect((r as Outcome).visits).toBeGreaterThan(4);
    }
  });
  it("drops whole frames when no buffers come, and holds the wire up for no longer than it says", () => {
    const runs = run(tiny, [5, 6, 7], { receive: 40, transmit: 10, lengths, starve: 6000 });
    expect(total(runs, "dropped")).toBeGreaterThan(10);
    for (const r of runs) expect(r.held).toBe(256);
  });
  it("ends and begins anew at any time, in bounded time, and leaves memory alone when it is idle", () => {
    const runs = run(tiny, [1, 2, 3, 4, 5, 6], { receive: 40, transmit: 40, lengths, restarts: 0.002, impossible: true, logSize: 4 });
    expect(total(runs, "restarts")).toBeGreaterThan(40);
    expect(total(runs, "received")).toBeGreaterThan(20);
    expect(total(runs, "sent")).toBeGreaterThan(20);
  });
  it("stops the queue whose access memory refuses, and goes on when it is begun anew", () => {
    const runs = run(tiny, [1, 2, 3, 4, 5, 6], { receive: 40, transmit: 40, lengths, refusals: 0.01, logSize: 4, restarts: 0 });
    expect(total(runs, "stops")).toBeGreaterThan(10);
    expect(total(runs, "received")).toBeGreaterThan(60);
    expect(total(runs, "sent")).toBeGreaterThan(60);
  });
  it("passes jumbo frames", () => {
    const jumbo = { ...tiny, mtu: 4000, txBuffer: 16384 };
    const runs = run(jumbo, [1], { receive: 20, transmit: 20, lengths: (r) => r.pick([60, 4018, 4017, 4014, 2000]), fragments: 8 });
    expect(runs[0]).toMatchObject({ received: 20, sent: 20 });
  });
});
