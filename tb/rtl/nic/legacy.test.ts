/** The prototype's packet pages: everything at random against the model, and what their description says. */
import { describe, expect, it } from "vitest";
import type { Random } from "#hdl/simulate/index.ts";
import { resolveConfig } from "#rtl/config/config.ts";
import { ordinaryPath } from "#rtl/nic/ordinary-path.ts";
import { checkLegacy, type LegacyOutcome, type LegacyScenario } from "./legacy-check.ts";
import { cornerConfig, firstBursts, legacyCorners } from "./legacy-corners.ts";

const tiny = resolveConfig("tiny");
const corners = [14, 15, 16, 17, 59, 60, 61, 63, 64, 65, 127, 128, 1000, 1513, 1514, 1515, 1516];
const lengths = (r: Random): number => r.pick([...corners, r.between(14, 1516)]);
const short = (r: Random): number => r.between(14, 150);
const run = (config: typeof tiny, seeds: readonly number[], s: LegacyScenario): readonly LegacyOutcome[] =>
  seeds.map((seed) => checkLegacy(ordinaryPath(config), config, s, seed));
const total = (runs: readonly LegacyOutcome[], what: Exclude<keyof LegacyOutcome, "waited">): number =>
  runs.reduce((n, r) => n + r[what], 0);

describe.each([
  ["64 bits", tiny],
  ["256 bits, four bursts", { ...tiny, busBits: 256, wireBits: 256, dmaInFlight: 4 }],
  ["512 bits", { ...resolveConfig("line-rate"), prototypeView: true }],
] as const)("packet pages, %s", (_, config) => {
  it("bring every frame to its buffer and send every frame, whatever memory, wire and software do", () => {
    const runs = run(config, [1, 2, 3], { receive: 40, transmit: 40, lengths });
    for (const r of runs) expect([r.received + r.dropped, r.sent]).toEqual([40, 40]);
    expect(total(runs, "dropped")).toBeLessThan(100);
  });
});

it.each(Object.keys(legacyCorners))("%s", (name) => legacyCorners[name]?.(ordinaryPath(cornerConfig), 1));

it("a fragment is asked of memory 2 cycles after its push, and payload fills 98 % of the bus both ways at once", () => {
  expect(firstBursts(ordinaryPath(cornerConfig)).ar?.cycles).toBe(2);
  const measure = (count: number): number =>
    checkLegacy(
      ordinaryPath(tiny),
      tiny,
      {
        receive: count,
        transmit: count,
        lengths: () => 1500,
        latency: 40,
        pause: 0,
        pushes: 1,
        pops: 1,
        fragments: 1,
        disorder: false,
        align: 2,
      },
      1,
    ).cycles;
  expect(1500 / 8 / ((measure(50) - measure(20)) / 30)).toBeGreaterThan(0.98);
}, 300_000);

describe("packet pages", () => {
  it("keep 64 requests and 64 completions, and wait for software that does not pop", () => {
    const runs = run(tiny, [1, 2], {
      receive: 250,
      transmit: 250,
      lengths: short,
      pushes: 1,
      pops: 400,
      pause: 0,
      latency: 3,
      limit: 400_000,
    });
    for (const r of runs) expect(r.waited).toEqual([64, 64]);
  });
  it("drop frames that are longer than the prototype's, and send none that is too long or has an empty fragment", () => {
    const jumbo = { ...tiny, mtu: 4000, txBuffer: 16384 };
    const mixed = (r: Random): number => r.pick([60, 1515, 1516, 1517, 1518, 1600]);
    const [r] = run(jumbo, [1], { receive: 60, transmit: 5, lengths: mixed, pushes: 1, pause: 0 });
    expect(r?.dropped).toBeGreaterThan(10);
    expect(r?.received).toBeGreaterThan(20);
    const runs = run(tiny, [1, 2, 3], { receive: 5, transmit: 60, lengths: short, impossible: true });
    expect(total(runs, "refused")).toBeGreaterThan(20);
    for (const one of runs) expect(one.sent + one.refused).toBe(60);
  });
  it("give the buffer of a frame back empty that memory refused, and do not send what could not be read", () => {
    const runs = run(tiny, [1, 2, 3, 4], { receive: 60, transmit: 60, lengths, refusals: 0.02 });
    expect(total(runs, "torn")).toBeGreaterThan(10);
    expect(total(runs, "refused")).toBeGreaterThan(10);
    expect(total(runs, "received")).toBeGreaterThan(50);
  });
  it("leave the engines to the kernel's queues at any time, forget what was pushed, and begin anew behind them", () => {
    const runs = run(tiny, [1, 2, 3, 4], { receive: 60, transmit: 60, lengths: short, takes: 300, impossible: true });
    expect(total(runs, "forgotten")).toBeGreaterThan(50);
    expect(total(runs, "received")).toBeGreaterThan(50);
    expect(total(runs, "sent")).toBeGreaterThan(100);
  });
});
