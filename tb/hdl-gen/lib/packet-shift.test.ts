/** Byte shifters of packets against byte lists, at every offset and every corner length. */

import { describe, expect, test } from "vitest";
import { uint } from "#hdl";
import { shiftDown, shiftUp } from "#hdl/lib/packet-shift.ts";
import { type Beat, fromBeats, littleEndian, randomBytes, somePackets, toBeats } from "./packets.ts";
import { type Pace, paces, StreamBench } from "./stream-bench.ts";

const widths = [16, 64, 128, 512] as const;

describe.each(widths)("%i bits", (dataBits) => {
  const bytes = dataBits / 8;
  const run = (which: "down" | "up", seed: number, from: Pace, to: Pace) => {
    const made = which === "down" ? shiftDown(dataBits, uint(5)) : shiftUp(dataBits, uint(5));
    const bench = new StreamBench(made, seed);
    const packets = somePackets(bench.random, 60);
    const offsets = packets.map((_, i) => (i < 2 * bytes ? i % bytes : bench.random.below(bytes)));
    const io = bench.sim.io as any;
    bench.source(io.offset, offsets.map(BigInt), from);
    const source = (beats: Beat[]) => bench.source<Beat>(io.from, beats, from);
    return { bench, packets, offsets, sink: bench.sink<Beat>(io.to, to), source, made };
  };
  const user = (beat: number): bigint => BigInt(beat % 32);

  test.each(paces.map((p, i) => [i + 1, ...p] as const))("shiftDown takes bytes off the front (seed %i: %j, %j)", (seed, from, to) => {
    const { bench, packets, offsets, sink, source } = run("down", seed, from, to);
    const padded = packets.map((p, i) => [...randomBytes(bench.random, offsets[i] as number), ...p]);
    // What keep says of the bytes that are taken off does not matter.
    source(
      padded.flatMap((p, i) =>
        toBeats(p, dataBits, user).map((b, k) =>
          k === 0 && seed % 2 === 0 ? { ...b, keep: (b.keep >> BigInt(offsets[i] as number)) << BigInt(offsets[i] as number) } : b,
        ),
      ),
    );
    const expected = packets.flatMap((p, i) =>
      toBeats(p, dataBits, (k) =>
        user(
          Math.min(
            Math.floor(((offsets[i] as number) + (k + 1) * bytes - 1) / bytes),
            Math.ceil((p.length + (offsets[i] as number)) / bytes) - 1,
          ),
        ),
      ),
    );
    bench.run(() => sink.seen.length === expected.length);
    expect(fromBeats(sink.values, dataBits)).toEqual(packets);
    expect(sink.values.map((b) => b.user)).toEqual(expected.map((b) => b.user));
  });
  test.each(paces.map((p, i) => [i + 1, ...p] as const))("shiftUp makes room at the front (seed %i: %j, %j)", (seed, from, to) => {
    const { bench, packets, offsets, sink, source } = run("up", seed, from, to);
    source(packets.flatMap((p) => toBeats(p, dataBits, user)));
    const words = packets.flatMap((p, i) => {
      const by = offsets[i] as number;
      const count = Math.ceil((p.length + by) / bytes);
      const inputs = Math.ceil(p.length / bytes);
      return Array.from({ length: count }, (_, k) => {
        const lanes = Array.from({ length: bytes }, (_, lane) => p[k * bytes + lane - by]);
        return { lanes, last: BigInt(k === count - 1), user: user(Math.min(k, inputs - 1)) };
      });
    });
    bench.run(() => sink.seen.length === words.length);
    for (const [i, { lanes, last, user: wanted }] of words.entries()) {
      const beat = sink.values[i] as Beat;
      const keep = lanes.reduce((n, b, lane) => (b === undefined ? n : n | (1n << BigInt(lane))), 0n);
      const bits = littleEndian(lanes.map((b) => (b === undefined ? 0 : 255)));
      expect([beat.keep, beat.data & bits, beat.last, beat.user]).toEqual([keep, littleEndian(lanes.map((b) => b ?? 0)), last, wanted]);
    }
  });
  test("both go on without a pause, and warn of nothing", () => {
    for (const which of ["down", "up"] as const) {
      const { bench, packets, offsets, sink, source, made } = run(which, 1, "always", "always");
      const padded = which === "down" ? packets.map((p, i) => [...randomBytes(bench.random, offsets[i] as number), ...p]) : packets;
      const input = source(padded.flatMap((p) => toBeats(p, dataBits, user)));
      const beatsOut = packets.reduce((n, p, i) => n + Math.ceil((p.length + (which === "up" ? (offsets[i] as number) : 0)) / bytes), 0);
      bench.run(() => sink.seen.length === beatsOut);
      // Down: one input beat a cycle; up: one output beat a cycle.
      if (which === "down") expect(input.sent.at(-1)?.cycle).toBe(input.sent.length - 1);
      else expect(sink.seen.at(-1)?.cycle).toBe(beatsOut - 1);
      expect(made.warnings).toEqual([]);
    }
  });
});
test("misuse names the user's line", () => {
  expect(() => shiftDown(24)).toThrow(/packet-shift\.test\.ts:\d+: error: shiftDown: 24 data bits; a power of two from 16 on/);
  expect(() => shiftUp(8)).toThrow(/shiftUp: 8 data bits/);
  const bench = new StreamBench(shiftDown(16), 1);
  bench.source((bench.sim.io as any).offset, [1n]);
  bench.source((bench.sim.io as any).from, [{ data: 0n, keep: 1n, last: 1n }]);
  expect(() => bench.step(3)).toThrow(/something is left of every packet/);
});
