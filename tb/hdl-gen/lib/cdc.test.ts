/** Clock crossings with clocks of many ratios and no fixed phase: nothing lost, nothing doubled, order kept. */

import { describe, expect, test } from "vitest";
import { clock, input, module, output, stream, struct, uint } from "#hdl";
import { type AsyncFifoOptions, asyncFifo } from "#hdl/lib/async-fifo.ts";
import { bitSynchroniser, busSynchroniser, pulseSynchroniser, resetSynchroniser } from "#hdl/lib/cdc.ts";
import type { Random } from "#hdl/simulate/index.ts";
import { simulate } from "#hdl/simulate/index.ts";
import { type Pace, randomWords, StreamBench } from "./stream-bench.ts";

/** Which clocks have an edge now: two clocks with these periods and some jitter, so that every phase comes. */
const clocks = (random: Random, [from, to]: readonly [number, number]) => {
  const next = { from: random.between(0, from), to: random.between(0, to) };
  return (): string[] => {
    const now = Math.min(next.from, next.to);
    const edges: string[] = [];
    for (const [name, period] of [
      ["from", from],
      ["to", to],
    ] as const)
      if (next[name] === now) {
        edges.push(name);
        next[name] = now + period + random.between(-1, 1) * (period > 3 ? 1 : 0);
      }
    return edges;
  };
};
const ratios: readonly (readonly [number, number])[] = [
  [10, 10],
  [10, 11],
  [10, 3],
  [3, 10],
  [4, 97],
  [97, 4],
  [1, 1],
];

const carries = (made: any, ratio: readonly [number, number], seed: number, from: Pace, to: Pace, count: number): void => {
  const bench = new StreamBench<any>(made, seed);
  const io = bench.sim.io as any;
  const items = randomWords(bench.random, count, 8);
  const source = bench.on("from", bench.source<bigint>(io.push, items, from));
  const sink = bench.on("to", bench.sink<bigint>(io.pop, to));
  const edges = clocks(bench.random, ratio);
  for (let i = 0; i < 200_000 && sink.seen.length < count; i++) bench.edge(edges());
  for (let i = 0; i < 100; i++) bench.edge(edges());
  expect(source.queue).toEqual([]);
  expect(sink.values).toEqual(items);
};

const shapes: readonly (AsyncFifoOptions & { depth: number })[] = [
  { depth: 2 },
  { depth: 4, stages: 3 },
  { depth: 16 },
  { depth: 2, style: "block" },
  { depth: 16, style: "block" },
];
describe.each(shapes.map(({ depth, ...o }) => [asyncFifo(uint(8), depth, o).name, asyncFifo(uint(8), depth, o), depth, o] as const))(
  "%s",
  (_, made, depth, options) => {
    test.each(
      ratios.flatMap((r, i) =>
        (
          [
            ["always", "always"],
            ["always", 0.3],
            [0.5, 0.8],
          ] as const
        ).map((p, k) => [i * 3 + k + 1, r, ...p] as const),
      ),
    )("keeps order and loses nothing (seed %i: periods %j, %j, %j)", (seed, ratio, from, to) => carries(made, ratio, seed, from, to, 200));
    test("holds what it says", () => {
      const bench = new StreamBench<any>(made, 1);
      const io = bench.sim.io as any;
      const source = bench.on("from", bench.source<bigint>(io.push, randomWords(bench.random, 100, 8)));
      for (let i = 0; i < 200; i++) bench.edge(i % 2 === 0 ? ["from"] : ["to"]);
      expect(source.sent.length).toBe(depth + (options.style === "block" ? 1 : 0));
    });
    test("has the stated latency", () => {
      const bench = new StreamBench<any>(made, 1);
      const io = bench.sim.io as any;
      bench.on("from", bench.source<bigint>(io.push, [7n]));
      bench.edge(["from"]);
      let edges = 0;
      for (; io.pop.valid.value === 0n; edges++) bench.edge(["to"]);
      expect(edges).toBe((options.stages ?? 2) + (options.style === "block" ? 1 : 0));
      expect(io.pop.payload.value).toBe(7n);
    });
    test("warns of nothing", () => expect(made.warnings).toEqual([]));
  },
);
test("a deep enough FIFO never makes equal clocks wait", () => {
  const bench = new StreamBench<any>(asyncFifo(uint(8), 16), 1);
  const io = bench.sim.io as any;
  const source = bench.on("from", bench.source<bigint>(io.push, randomWords(bench.random, 200, 8)));
  const sink = bench.on("to", bench.sink<bigint>(io.pop));
  for (let i = 0; i < 210; i++) bench.edge(["from", "to"]);
  expect(source.sent.at(-1)?.cycle).toBe(199);
  expect(sink.seen.length).toBe(200);
});
test("what cannot be built is refused at the user's line", () => {
  expect(() => asyncFifo(uint(8), 6)).toThrow(/cdc\.test\.ts:\d+: error: asyncFifo of 6 entries: a power of two from 2 on/);
  expect(() => bitSynchroniser(1, { stages: 1 })).toThrow(/cdc\.test\.ts:\d+: error: 1 stages: a synchroniser has 2 to 8 registers/);
});

describe("bus synchroniser", () => {
  const made = busSynchroniser(uint(8));
  test.each(ratios.map((r, i) => [i + 1, r] as const))("carries words (seed %i: periods %j)", (seed, ratio) => {
    carries(made, ratio, seed, "always", 0.5, 60);
    carries(made, ratio, seed, 0.2, "always", 60);
  });
  test("carries structs and warns of nothing", () => {
    expect(busSynchroniser(struct({ a: uint(3), b: uint(20) }, "setting"), { stages: 3 }).warnings).toEqual([]);
    expect(made.warnings).toEqual([]);
  });
});

describe("pulse synchroniser", () => {
  test.each(ratios.map((r, i) => [i + 1, r] as const))("each pulse arrives once (seed %i: periods %j)", (seed, ratio) => {
    const sim = simulate(pulseSynchroniser());
    const bench = new StreamBench<any>(pulseSynchroniser(), seed);
    const io = bench.sim.io as any;
    const edges = clocks(bench.random, ratio);
    let [sent, arrived] = [0, 0];
    for (let i = 0; i < 4000; i++) {
      const now = edges();
      io.pulse.value = now.includes("from") && i < 3500 && io.busy.value === 0n && bench.random.oneIn(3);
      if (now.includes("from")) sent += io.pulse.number;
      if (now.includes("to")) arrived += io.arrived.number;
      bench.sim.edge(now);
    }
    expect(sent).toBeGreaterThan(20);
    expect(arrived).toBe(sent);
    expect(sim.clocks).toEqual(["from", "to"]);
  });
  test("a pulse while one is on its way is an error", () => {
    const sim = simulate(pulseSynchroniser());
    sim.io.pulse.value = 1;
    sim.edge(["from"]);
    expect(() => sim.edge(["from"])).toThrow(/no pulse while one is on its way/);
  });
});

test.each([2, 3])("stated latencies with %i stages", (stages) => {
  const pulse = simulate(pulseSynchroniser({ stages }));
  pulse.io.pulse.value = 1;
  pulse.step(1, "from");
  pulse.io.pulse.value = 0;
  expect(pulse.stepUntil(() => pulse.io.arrived.value === 1n, 10, "to")).toBe(stages);
  const bus = simulate(busSynchroniser(uint(8), { stages })) as any;
  bus.io.push.valid.value = 1;
  bus.step(1, "from");
  expect(bus.stepUntil(() => bus.io.pop.valid.value === 1n, 10, "to")).toBe(stages + 1);
});
test.each([2, 3])("a bit synchroniser of %i stages", (stages) => {
  const sim = simulate(bitSynchroniser(4, { stages }));
  sim.io.value.value = 9;
  for (let i = 0; i < stages; i++) {
    expect(sim.io.synchronised.value).toBe(0n);
    sim.step(1, "to");
  }
  expect(sim.io.synchronised.value).toBe(9n);
  expect(sim.clocks).toEqual(["to"]);
});

test("a reset synchroniser sets at once and clears with the clock", () => {
  const made = resetSynchroniser({ stages: 3 });
  const sim = simulate(made);
  expect(made.warnings).toEqual([]);
  expect(made.signals.every((s) => s.reset?.kind === "async" && s.synchroniser)).toBe(true);
  sim.reset();
  for (const wanted of [1n, 1n, 1n, 0n, 0n]) {
    expect(sim.io.reset.value).toBe(wanted);
    sim.step();
  }
});

test("crossClock in line", () => {
  const wire = clock("wire");
  const m = module("crossing", { push: input(stream(uint(8)), { clock: wire }), pop: output(stream(uint(8))) }, ({ push, pop }, h) => {
    push.crossClock(h, clock(""), { from: wire, depth: 8 }).register(h).into(pop);
  });
  expect(m.instances.map((i) => `${i.name}: ${i.of.name} ${i.clocks.map((c) => `${c.domain.name}=${c.to.name}`).join()}`)).toEqual([
    "push_crossing: async_fifo_u8x8 from=wire,to=",
    "push_crossing_slice: slice_full_u8 =",
  ]);
  expect(m.warnings).toEqual([]);
});
