/**
 * What the ordinary path makes of the bus: cycles and beats per frame in its steady state, both ways at once, descriptors
 * and completions included. A change that costs a beat is seen here.
 */
import { expect, it } from "vitest";
import { type Config, resolveConfig } from "#rtl/config/config.ts";
import { ordinaryPath } from "#rtl/nic/ordinary-path.ts";
import { checkOrdinary } from "./ordinary-check.ts";

/** Per frame, between the 20th and the 60th. Buffers begin 2 bytes behind a line, as IP alignment wants them. */
const measure = (config: Config, length: number, latency: number, ways: "both" | "receive" | "transmit") => {
  const run = (count: number) =>
    checkOrdinary(
      ordinaryPath(config),
      config,
      {
        receive: ways === "transmit" ? 0 : count,
        transmit: ways === "receive" ? 0 : count,
        lengths: () => length,
        latency,
        disorder: false,
        pause: 0,
        fragments: 1,
        align: 2,
      },
      1,
    );
  const [few, many] = [run(20), run(60)];
  const each = (what: (r: typeof few) => number): number => (what(many) - what(few)) / 40;
  return { cycles: each((r) => r.cycles), read: each((r) => r.beats.read), write: each((r) => r.beats.write) };
};

it("64 bits, 1500 bytes, latency of 40, both ways at once: payload fills 95 % of the bus each way", () => {
  const { cycles, read, write } = measure(resolveConfig("tiny"), 1500, 40, "both");
  const payload = 1500 / 8;
  expect(payload / cycles).toBeGreaterThan(0.97);
  expect(payload / read).toBeGreaterThan(0.97);
  expect(payload / write).toBeGreaterThan(0.98);
});
it("512 bits: 16 bytes a cycle, and no more than a cycle beside them for each frame", () => {
  const config = resolveConfig("line-rate");
  for (const ways of ["receive", "transmit", "both"] as const) expect(measure(config, 60, 0, ways).cycles, ways).toBeLessThanOrEqual(6);
  // 1514 bytes are 95 parts, with 2 bytes in front of them too.
  for (const ways of ["receive", "transmit", "both"] as const) expect(measure(config, 1514, 0, ways).cycles, ways).toBeLessThanOrEqual(97);
  // Latency is hidden with so many bursts in flight as it has lines.
  expect(measure({ ...config, dmaInFlight: 32 }, 60, 40, "both").cycles).toBeLessThanOrEqual(6);
});
