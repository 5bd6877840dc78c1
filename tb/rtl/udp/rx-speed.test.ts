/** The receive engine's numbers, in cycles of simulation (issue 5, section 2): deterministic, so they are bounds that hold or not. */
import { describe, expect, it } from "vitest";
import { resolveConfig } from "#rtl/config/config.ts";
import { receiveSpeed, type SpeedRun } from "./rx-speed.ts";

const tiny = resolveConfig("tiny"),
  line = resolveConfig("line-rate");
/** Of memory, in `firstCommit`: a burst is answered one cycle after its last beat. */
const memory = 1;

describe("receive, 512 bits", () => {
  const run = (r: Omit<SpeedRun, "config">) => receiveSpeed({ config: line, ...r });
  it.each(["stream", "datagram"] as const)("64 bytes of payload, %s: to the commit in 20 cycles beside that of memory", (framing) =>
    expect(run({ payload: 64, frames: 2, framing }).firstCommit - memory).toBeLessThanOrEqual(20),
  );
  it.each([
    ["stream", 0],
    ["stream", 7],
    ["stream", 50],
    ["datagram", 0],
  ] as const)("minimum frames, %s from byte %i: one in two cycles, and less", (framing, offset) => {
    expect(run({ payload: 18, frames: 300, framing, offset }).cyclesPerFrame).toBeLessThan(1.6);
    expect(run({ payload: 22, frames: 300, framing, offset }).cyclesPerFrame).toBeLessThan(1.6);
  });
  it.each([0, 1, 13, 63])("1472 bytes of payload at line rate, from byte %i of a line", (offset) => {
    const { cyclesPerFrame, lost } = run({ payload: 1472, frames: 40, offset });
    expect([cyclesPerFrame, lost]).toEqual([24, 0]);
  });
  it("two cycles for a minimum frame need 32 bursts in flight where memory takes 40", () => {
    const config = { ...line, dmaInFlight: 32 };
    expect(receiveSpeed({ config, payload: 18, frames: 400, latency: 40 }).cyclesPerFrame).toBeLessThan(2);
  });
});

describe.each([128, 256, 512])("receive, a 64-bit bus behind %i bits", (dataBits) => {
  it.each([1, 10, 40])("64 bytes of payload fill the bus, with a memory of %i cycles", (latency) => {
    const { beatShare, cycleShare } = receiveSpeed({ config: tiny, dataBits, payload: 64, frames: 300, latency });
    expect(beatShare).toBe(1);
    expect(cycleShare).toBeGreaterThanOrEqual(0.99);
  });
});
it("behind 512 bits a 64-bit bus has the first 64 bytes after 27 cycles", () =>
  expect(receiveSpeed({ config: tiny, dataBits: 512, payload: 64, frames: 2 }).firstCommit - memory).toBeLessThanOrEqual(27));
it("a 64-bit wire brings no more than its headers leave", () => {
  const { beatShare, cyclesPerFrame, lost } = receiveSpeed({ config: tiny, payload: 64, frames: 100 });
  expect([beatShare, cyclesPerFrame, lost]).toEqual([1, 14, 0]);
});
