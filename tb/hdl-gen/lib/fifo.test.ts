/** The FIFO against a list, in every style, at every pace; its stated latency, throughput and capacity. */

import { describe, expect, test } from "vitest";
import { type HardwareModule, HdlError, struct, uint } from "#hdl";
import { type FifoOptions, type FifoPorts, fifo, fifoCapacity } from "#hdl/lib/fifo.ts";
import { Random } from "#hdl/simulate/index.ts";
import { paces, randomWords, StreamBench } from "./stream-bench.ts";

const shapes: readonly (FifoOptions & { depth: number })[] = [
  { depth: 1 },
  { depth: 2 },
  { depth: 3 },
  { depth: 4 },
  { depth: 5 },
  { depth: 16 },
  { depth: 64, style: "distributed" },
  { depth: 7, style: "registers" },
  { depth: 1, flow: true },
  { depth: 2, flow: true },
  { depth: 4, flow: true },
  { depth: 6, flow: true },
  { depth: 2, style: "block" },
  { depth: 3, style: "block" },
  { depth: 16, style: "block" },
  { depth: 512, style: "block" },
];
const named = ({ depth, ...options }: FifoOptions & { depth: number }): string => fifo(uint(8), depth, options).name;
const latency = (s: FifoOptions): number => (s.style === "block" ? 2 : s.flow ? 0 : 1);
type Counted = HardwareModule<FifoPorts<any, true>>;

for (const shape of shapes) {
  const { depth, ...options } = shape;
  const made = fifo(uint(8), depth, { ...options, count: true }) as unknown as Counted;
  describe(named(shape), () => {
    test("is free of warnings", () => expect(fifo(uint(8), depth, options).warnings).toEqual([]));

    test.each(paces.map((p, i) => [i + 1, ...p] as const))(
      "keeps order and loses nothing, and counts (seed %i: %j, %j)",
      (seed, from, to) => {
        const bench = new StreamBench(made, seed);
        const items = randomWords(new Random(seed), 3 * depth + 300, 8);
        bench.source(bench.sim.io.push, items, from);
        const sink = bench.sink<bigint>(bench.sim.io.pop, to);
        let inside = 0;
        bench.watchers.push(() => {
          expect(bench.sim.io.count.number).toBe(inside);
          inside +=
            Number(bench.sim.peek("push_valid") & bench.sim.peek("push_ready")) -
            Number(bench.sim.peek("pop_valid") & bench.sim.peek("pop_ready"));
          expect(inside).toBeLessThanOrEqual(fifoCapacity(depth, options));
        });
        bench.run(() => sink.seen.length === items.length);
        expect(sink.values).toEqual(items);
      },
    );

    test("has the stated latency and throughput", () => {
      const bench = new StreamBench(made, 1);
      const items = randomWords(bench.random, 50, 8);
      const source = bench.source(bench.sim.io.push, items);
      const sink = bench.sink<bigint>(bench.sim.io.pop);
      bench.run(() => sink.seen.length === items.length);
      expect(sink.seen[0]?.cycle).toBe((source.sent[0]?.cycle ?? 0) + latency(options));
      const oneEveryOther = depth === 1 && !options.flow;
      expect((sink.seen.at(-1)?.cycle ?? 0) - (sink.seen[0]?.cycle ?? 0)).toBe(49 * (oneEveryOther ? 2 : 1));
    });

    test("holds what it says and no more", () => {
      const bench = new StreamBench(made, 1);
      const source = bench.source(bench.sim.io.push, randomWords(bench.random, depth + 20, 8));
      const sink = bench.sink(bench.sim.io.pop, 0);
      bench.step(depth + 10);
      expect(source.sent.length).toBe(fifoCapacity(depth, options));
      expect(sink.seen).toEqual([]);
    });
  });
}

test("carries structs", () => {
  const of = struct({ a: uint(3), b: uint(70) }, "pair");
  for (const style of ["auto", "block"] as const) {
    const bench = new StreamBench(fifo(of, 4, { style }), 3);
    const items = Array.from({ length: 100 }, () => ({ a: bench.random.bits(3), b: bench.random.bits(70) }));
    bench.source(bench.sim.io.push, items, 0.6);
    const sink = bench.sink(bench.sim.io.pop, 0.6);
    bench.run(() => sink.seen.length === items.length);
    expect(sink.values).toEqual(items);
  }
});

test("its doc comment goes with it into the Verilog", () => {
  expect(fifo(uint(8), 4).doc).toContain("first-word latency");
});
test("refuses what cannot be built", () => {
  expect(() => fifo(uint(8), 0)).toThrow(HdlError);
  expect(() => fifo(uint(8), 0)).toThrow(/fifo\.test\.ts:\d+: error: fifo of 0 entries: a whole number of at least 1 is needed/);
  expect(() => fifo(uint(8), 1, { style: "block" })).toThrow(/a block RAM of one entry would be wasted/);
  expect(() => fifo(uint(8), 4, { style: "block", flow: true })).toThrow(/a block RAM cannot be passed at once/);
});
