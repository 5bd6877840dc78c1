/** Packet streams: pins, conventions as properties, and widths. */

import { describe, expect, test } from "vitest";
import { HdlError, input, module, output, uint } from "#hdl";
import { axiStream, checkPackets, packetBeat, packetStart, packetStream, resizePackets } from "#hdl/lib/packet.ts";
import { narrow, widen } from "#hdl/lib/packet-width.ts";
import { PropertyError, Random, simulate } from "#hdl/simulate/index.ts";
import { type Beat, fromBeats, randomBytes, somePackets, toBeats } from "./packets.ts";
import { paces, StreamBench } from "./stream-bench.ts";

test("pins of a packet stream and of AXI4-Stream", () => {
  const m = module(
    "both",
    { a: input(packetStream(64, uint(3))), b: output(axiStream(64, 3)), c: input(axiStream(16)), d: output(packetStream(16)) },
    ({ a, b, c, d }) => {
      a.into(b);
      c.into(d);
    },
  );
  expect(m.ports.map((p) => `${p.kind} ${p.name} ${p.width}`)).toEqual([
    "input a_valid 1",
    "output a_ready 1",
    "input a_payload_data 64",
    "input a_payload_keep 8",
    "input a_payload_last 1",
    "input a_payload_user 3",
    "output b_tdata 64",
    "output b_tkeep 8",
    "output b_tvalid 1",
    "input b_tready 1",
    "output b_tlast 1",
    "output b_tuser 3",
    "input c_tdata 16",
    "input c_tkeep 2",
    "input c_tvalid 1",
    "output c_tready 1",
    "input c_tlast 1",
    "output d_valid 1",
    "input d_ready 1",
    "output d_payload_data 16",
    "output d_payload_keep 2",
    "output d_payload_last 1",
  ]);
  expect(packetBeat(64, uint(3)).name).toBe("beat64_u3");
  expect(packetBeat(64).width).toBe(73);
});
test("a width of no whole bytes is refused at the user's line", () => {
  expect(() => packetStream(12)).toThrow(HdlError);
  expect(() => packetStream(12)).toThrow(/packet\.test\.ts:\d+: error: packetBeat: 12 data bits are not whole bytes/);
  expect(() => widen(24, 64)).toThrow(/packet\.test\.ts:\d+: error: widen: from 24 to 64 bits is no whole ratio/);
  expect(() => narrow(64, 64)).toThrow(/no whole ratio/);
});

test("packetStart marks first beats", () => {
  const m = module(
    "starts",
    { from: input(packetStream(8)), to: output(packetStream(8)), start: output(uint(1)) },
    ({ from, to, start }, h) => {
      start.drive(packetStart(h, from));
      from.into(to);
    },
  );
  const bench = new StreamBench(m, 1);
  const packets = somePackets(bench.random, 20, 9);
  bench.source(
    bench.sim.io.from,
    packets.flatMap((p) => toBeats(p, 8)),
    0.7,
  );
  const sink = bench.sink<Beat>(bench.sim.io.to, 0.7);
  const starts: bigint[] = [];
  bench.watchers.push(() => {
    if (sink.seen.length > starts.length) starts.push(bench.sim.io.start.value);
  });
  bench.run(() => sink.seen.length === packets.flat().length);
  expect(starts).toEqual(packets.flatMap((p) => p.map((_, i) => BigInt(i === 0))));
});

describe("checkPackets", () => {
  const m = module("checks", { from: input(packetStream(32)), to: output(packetStream(32)) }, ({ from, to }, h) =>
    checkPackets(h, from, "assume").into(to),
  );
  const give = (keep: number, last: number) => () => {
    const sim = simulate(m);
    sim.reset();
    sim.io.from.payload.value = { data: 0, keep, last };
    sim.step();
    sim.io.from.valid.value = 1;
    sim.step();
  };
  test.each([
    [15, 0],
    [15, 1],
    [7, 1],
    [1, 1],
  ])("keep %i last %i is fine", (keep, last) => give(keep, last)());
  test.each([
    [7, 0, "only a packet's last beat is not full"],
    [0, 1, "a beat has its bytes from byte 0 on"],
    [5, 1, "a beat has its bytes from byte 0 on"],
    [14, 1, "a beat has its bytes from byte 0 on"],
  ] as const)("keep %i last %i is not: %s", (keep, last, message) => {
    expect(give(keep, last)).toThrow(PropertyError);
    expect(give(keep, last)).toThrow(`from: ${message}`);
  });
});

const widths = [
  [8, 16],
  [8, 64],
  [32, 64],
  [32, 96],
  [64, 512],
  [128, 512],
] as const;
describe.each(widths)("between %i and %i bits", (small, large) => {
  const user = uint(7);
  for (const [made, fromBits, toBits] of [
    [widen(small, large, user), small, large],
    [narrow(large, small, user), large, small],
  ] as const) {
    test.each(paces.map((p, i) => [i + 1, ...p] as const))(`${made.name} keeps every packet (seed %i: %j, %j)`, (seed, from, to) => {
      const bench = new StreamBench(made, seed);
      const packets = somePackets(bench.random, 40);
      const userOf = (beat: number): bigint => BigInt((beat * 37) % 128);
      bench.source(
        bench.sim.io.from,
        packets.flatMap((p) => toBeats(p, fromBits, userOf)),
        from,
      );
      const sink = bench.sink<Beat>(bench.sim.io.to, to);
      const expected = packets.flatMap((p) => {
        const inputs = Math.ceil(p.length / (fromBits / 8));
        // Wide beats have the user of their last part, narrow ones that of the beat they are cut from.
        return toBeats(p, toBits, (i) =>
          userOf(fromBits < toBits ? Math.min((i + 1) * (toBits / fromBits), inputs) - 1 : Math.floor(i / (fromBits / toBits))),
        );
      });
      bench.run(() => sink.seen.length === expected.length);
      expect(fromBeats(sink.values, toBits)).toEqual(packets);
      expect(sink.values.map((b) => b.user)).toEqual(expected.map((b) => b.user));
      expect(sink.values.map((b) => b.keep)).toEqual(expected.map((b) => b.keep));
    });
    test(`${made.name} moves one narrow beat a cycle and warns of nothing`, () => {
      const bench = new StreamBench(made, 1);
      const packets = somePackets(bench.random, 10);
      const beats = packets.flatMap((p) => toBeats(p, small)).length;
      const source = bench.source(
        bench.sim.io.from,
        packets.flatMap((p) => toBeats(p, fromBits, () => 0n)),
      );
      const sink = bench.sink<Beat>(bench.sim.io.to);
      bench.run(
        () =>
          sink.seen.at(-1)?.value.last === 1n &&
          source.queue.length === 0 &&
          sink.seen.length === packets.flatMap((p) => toBeats(p, toBits)).length,
      );
      // The first beat comes in cycle 0; widening adds one cycle after the last.
      expect(sink.seen.at(-1)?.cycle).toBe(fromBits < toBits ? beats : beats - 1);
      expect(made.warnings).toEqual([]);
    });
  }
});

test("resizePackets there and back", () => {
  const m = module("resized", { from: input(axiStream(64)), to: output(axiStream(64)) }, ({ from, to }, h) => {
    resizePackets(h, resizePackets(h, resizePackets(h, from, 256), 8), 64).into(to);
  });
  expect(m.instances.map((i) => `${i.name}: ${i.of.name}`)).toEqual([
    "from_resized: widen_64to256",
    "from_resized_resized: narrow_256to8",
    "from_resized_resized_resized: widen_8to64",
  ]);
  const bench = new StreamBench(m, 2);
  const packets = [...somePackets(bench.random, 10), randomBytes(new Random(3), 1514)];
  bench.source(
    bench.sim.io.from,
    packets.flatMap((p) => toBeats(p, 64)),
    0.9,
  );
  const sink = bench.sink<Beat>(bench.sim.io.to, 0.9);
  bench.run(() => sink.seen.length === packets.flatMap((p) => toBeats(p, 64)).length);
  expect(fromBeats(sink.values, 64)).toEqual(packets);
});
