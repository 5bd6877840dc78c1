import { describe, expect, it } from "vitest";
import { type Config, resolveConfig } from "#rtl/config/config.ts";
import { rxIngress } from "#rtl/udp/rx-ingress.ts";
import { checkRxIngress, type IngressRun, type Reached } from "./rx-ingress-check.ts";

/** A buffer that random traffic fills: few words, short frames. */
const narrow: Config = { ...resolveConfig("tiny"), rxBuffer: 512, mtu: 150 };
const wide: Config = { ...resolveConfig("line-rate"), rxBuffer: 8192, mtu: 576 };
const lengths = {
  narrow: [1, 7, 8, 9, 14, 41, 42, 59, 60, 63, 64, 65, 100, 167, 168, 169, 300, 600],
  wide: [1, 60, 63, 64, 65, 127, 128, 129, 593, 594, 595, 1000],
};
const total = (runs: readonly Reached[], what: keyof Reached): number => runs.reduce((n, r) => n + r[what], 0);

describe.each([
  ["narrow", narrow, lengths.narrow],
  ["wide", wide, lengths.wide],
] as const)("receive buffer, %s", (_, config, list) => {
  it("keeps whole frames in order, and counts what it loses", () => {
    const run: IngressRun = { lengths: list, frames: 200 };
    const runs = [1, 2, 3, 4, 5, 6].map((seed) => checkRxIngress(rxIngress(config), config, run, seed));
    for (const what of ["kept", "spoiled", "oversize", "ignored"] as const) expect(total(runs, what), what).toBeGreaterThan(20);
  });
  it("loses frames for want of words while nobody reads, and no other", () => {
    const run: IngressRun = { lengths: list, frames: 200, pauses: [0, 0, 0.9] };
    const runs = [1, 2, 3].map((seed) => checkRxIngress(rxIngress(config), config, run, seed));
    expect(total(runs, "overflow")).toBeGreaterThan(20);
    expect(total(runs, "records")).toBe(0);
  });
});
it("a receive buffer of short frames runs out of records before it runs out of words", () => {
  const run: IngressRun = { lengths: [1, 60, 64], frames: 300, pauses: [0, 0.97, 0] };
  expect(checkRxIngress(rxIngress(wide), wide, run, 1).records).toBeGreaterThan(5);
});
it("a receive buffer takes a frame of one beat in every cycle", () => {
  const run: IngressRun = { lengths: [60], frames: 400, pauses: [0, 0, 0] };
  expect(checkRxIngress(rxIngress(wide), wide, run, 1).overflow).toBe(0);
});
