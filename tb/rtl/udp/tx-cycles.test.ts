/** The transmit side's rates and latencies, counted. */
import { describe, expect, it } from "vitest";
import { resolveConfig } from "#rtl/config/config.ts";
import { type TransmitLoad, transmitSpeed } from "./tx-cycles.ts";

const lineRate = resolveConfig("line-rate"),
  prototype = resolveConfig("prototype");
const minimum: TransmitLoad = { slots: 1, framing: "stream", payload: 18, packets: 120, latency: 1 };

describe("512-bit bus", () => {
  it.each([1, 2, 8])("sends a minimum frame every 2 cycles from %i slots' streams", (slots) => {
    expect(transmitSpeed(lineRate, { ...minimum, slots, packets: 120 / slots }).perFrame).toBeLessThanOrEqual(2);
  });
  it.each([1, 13, 47])("and where the ring is not aligned, from byte %i on", (offset) => {
    expect(transmitSpeed(lineRate, { ...minimum, offset }).perFrame).toBeLessThanOrEqual(2);
  });
  it("gives a wire that never waits all of 1472-byte payloads", () => {
    expect(transmitSpeed(lineRate, { ...minimum, payload: 1472, packets: 16 }).perFrame).toBe(24);
  });
  it("has the first beat on the wire 13 cycles after the turn, one of them memory's", () => {
    for (const payload of [1, 18, 64]) {
      const { firstRead, firstBeat } = transmitSpeed(lineRate, { ...minimum, payload, packets: 1 });
      expect([firstRead, firstBeat]).toEqual([4, 13]);
    }
  });
  it("sends minimum datagrams of many slots every 2.5 cycles, of one slot every 5", () => {
    expect(transmitSpeed(lineRate, { ...minimum, framing: "datagram", slots: 8, packets: 40 }).perFrame).toBeLessThanOrEqual(2.5);
    expect(transmitSpeed(lineRate, { ...minimum, framing: "datagram" }).perFrame).toBeLessThanOrEqual(5);
  });
});
describe("64-bit bus, 512-bit frames", () => {
  const load: TransmitLoad = { ...minimum, payload: 64, packets: 120, frameBits: 512 };
  it.each([1, 10, 40])("has a word of payload in 99 of 100 cycles from a memory of %i cycles", (latency) => {
    for (const slots of [1, 8])
      expect(transmitSpeed(prototype, { ...load, slots, latency, packets: 120 / slots }).readShare).toBeGreaterThanOrEqual(0.99);
  });
  it("has the first beat on the wire 20 cycles after the turn", () => {
    expect(transmitSpeed(prototype, { ...load, packets: 1 }).firstBeat).toBe(20);
  });
  it("sends datagrams of 64 bytes every 10 cycles, as many as their records have words", () => {
    const datagrams: TransmitLoad = { ...load, framing: "datagram" };
    expect(transmitSpeed(prototype, { ...datagrams, latency: 4 }).perFrame).toBeLessThanOrEqual(10.2);
    expect(transmitSpeed(prototype, { ...datagrams, latency: 10, slots: 8, packets: 20 }).perFrame).toBeLessThanOrEqual(10.5);
  });
});
