/** Arbiters: nothing lost, order per input kept, one at a time, and the fairness they promise. */

import { describe, expect, test } from "vitest";
import { bool, HdlError, input, module, output, stream, struct, uint } from "#hdl";
import { type ArbiterOptions, arbiter } from "#hdl/lib/arbiter.ts";
import { arbitrate } from "#hdl/lib/stream-join.ts";
import type { Random } from "#hdl/simulate/index.ts";
import { type Pace, paces, StreamBench } from "./stream-bench.ts";

/** A beat that says who sent it, which it is, and whether its packet ends. */
const of = struct({ owner: uint(4), number: uint(12), last: bool }, "tagged");
interface Tagged {
  owner: bigint;
  number: bigint;
  last: bigint;
}
const beats = (random: Random, owner: number, count: number): Tagged[] =>
  Array.from({ length: count }, (_, i) => ({ owner: BigInt(owner), number: BigInt(i), last: BigInt(i === count - 1 || random.oneIn(4)) }));

const run = (count: number, options: ArbiterOptions, perInput: number, pace: (input: number) => Pace, to: Pace, seed: number) => {
  const bench = new StreamBench(arbiter(of, count, options), seed);
  const inputs = Array.from({ length: count }, (_, i) => beats(bench.random, i, perInput));
  const io = bench.sim.io as any;
  const sources = inputs.map((list, i) => bench.source<Tagged>(io.from[i], list, pace(i), () => ({ owner: 15n, number: 0n, last: 1n })));
  const sink = bench.sink<Tagged>(io.to, to);
  const asked: bigint[] = [];
  /** For each beat that left: who asked at that time, and who went. */
  const turns: { requests: boolean[]; owner: number }[] = [];
  bench.watchers.push(() => {
    if (sink.seen.length === turns.length) return;
    const { owner } = sink.values.at(-1) as Tagged;
    expect(io.source.value).toBe(owner);
    turns.push({ requests: inputs.map((_, i) => io.from[i].valid.value === 1n), owner: Number(owner) });
  });
  return { bench, inputs, sources, sink, turns, asked };
};
const options: readonly ArbiterOptions[] = [
  {},
  { policy: "priority" },
  { weights: [1, 2, 3, 1, 5] },
  { packets: true },
  { policy: "priority", packets: true },
  { weights: [2, 1, 1, 3, 2], packets: true },
];

describe.each(options.map((o) => [arbiter(of, 5, o).name, o] as const))("%s", (_, given) => {
  test.each(paces.map((p, i) => [i + 1, ...p] as const))(
    "loses nothing and keeps each input's order (seed %i: %j, %j)",
    (seed, from, to) => {
      const { bench, inputs, sink } = run(5, given, 100, () => from, to, seed);
      bench.run(() => sink.seen.length === 500);
      for (const [i, list] of inputs.entries()) expect(sink.values.filter((b) => b.owner === BigInt(i))).toEqual(list);
      if (given.packets) {
        // Packets are whole: the owner changes after a last beat only.
        for (const [i, b] of sink.values.entries())
          if (i > 0 && sink.values[i - 1]?.last === 0n) expect(b.owner).toBe(sink.values[i - 1]?.owner);
      }
    },
  );
  test("warns of nothing and moves one beat a cycle", () => {
    const { bench, sink } = run(5, given, 40, () => "always", "always", 1);
    bench.step(200);
    expect(sink.seen.length).toBe(200);
    expect(arbiter(of, 5, given).warnings).toEqual([]);
  });
});

test("round robin: whoever asks is served within one turn of each other", () => {
  const { bench, turns, sink } = run(5, {}, 200, (i) => (i === 0 ? "always" : 0.6), 0.8, 3);
  bench.run(() => sink.seen.length === 1000);
  const waits = [0, 0, 0, 0, 0];
  for (const { requests, owner } of turns)
    for (let i = 0; i < 5; i++) {
      waits[i] = i === owner || !requests[i] ? 0 : (waits[i] as number) + 1;
      expect(waits[i]).toBeLessThanOrEqual(4);
    }
});
test("round robin: full load is shared in order", () => {
  const { bench, sink } = run(5, {}, 20, () => "always", "always", 1);
  bench.step(100);
  expect(sink.values.map((b) => Number(b.owner))).toEqual(Array.from({ length: 100 }, (_, i) => i % 5));
});
test("priority: the lowest asker goes first, unless another is held", () => {
  const { bench, turns, sink } = run(4, { policy: "priority" }, 100, () => 0.3, "always", 4);
  bench.run(() => sink.seen.length === 400);
  for (const { requests, owner } of turns) expect(owner).toBe(requests.indexOf(true));
});
test("weights: full load is shared by them", () => {
  const weights = [1, 3, 2];
  const { bench, sink } = run(3, { weights }, 60, () => "always", "always", 1);
  bench.step(60);
  expect(sink.values.map((b) => Number(b.owner))).toEqual(Array.from({ length: 10 }, () => [0, 1, 1, 1, 2, 2]).flat());
});
test("one input, and many", () => {
  for (const count of [1, 2, 16]) {
    const { bench, sink } = run(count, {}, 30, () => 0.5, 0.5, 9);
    bench.run(() => sink.seen.length === 30 * count);
  }
});

test("arbitrate in line", () => {
  const m = module(
    "three",
    { a: input(stream(uint(8))), b: input(stream(uint(8))), c: input(stream(uint(8))), to: output(stream(uint(8))) },
    ({ a, b, c, to }, h) => {
      arbitrate(h, [a.register(h), b, c], { policy: "priority", name: "merge" }).into(to);
    },
  );
  expect(m.instances.map((i) => `${i.name}: ${i.of.name}`)).toEqual(["a_slice: slice_full_u8", "merge: arbiter_priority_u8x3"]);
  const bench = new StreamBench(m, 5);
  const items = [0, 1, 2].map((k) => Array.from({ length: 50 }, (_, i) => BigInt(k * 64 + i)));
  for (const [i, key] of (["a", "b", "c"] as const).entries()) bench.source(bench.sim.io[key], items[i] as bigint[], 0.5);
  const sink = bench.sink<bigint>(bench.sim.io.to, 0.7);
  bench.run(() => sink.seen.length === 150);
  for (const [k, list] of items.entries()) expect(sink.values.filter((v) => v / 64n === BigInt(k))).toEqual(list);
});
test("misuse names the user's line", () => {
  expect(() => arbiter(uint(8), 0)).toThrow(HdlError);
  expect(() => arbiter(uint(8), 2, { packets: true })).toThrow(/arbiter\.test\.ts:\d+: error: arbiter of packets: u8 has no field "last"/);
  expect(() => arbiter(of, 3, { weights: [1, 2] })).toThrow(/arbiter of 3 inputs: 2 weights are given/);
  expect(() => arbiter(of, 2, { weights: [1, 0] })).toThrow(/a weight is a whole number of at least 1, not 0/);
  expect(() => arbiter(of, 2, { weights: [1, 1], policy: "priority" })).toThrow(/weights belong to round robin/);
});
