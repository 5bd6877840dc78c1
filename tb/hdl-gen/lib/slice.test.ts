/** Register slices against a list, at every pace; their stated latency, throughput and paths. */

import { describe, expect, test } from "vitest";
import { uint } from "#hdl";
import { portPaths } from "#hdl/check/comb-graph.ts";
import { type SliceKind, slice } from "#hdl/lib/slice.ts";
import { paces, randomWords, StreamBench } from "./stream-bench.ts";

const kinds: readonly { kind: SliceKind; latency: number; every: number; registers: number; paths: readonly string[] }[] = [
  { kind: "full", latency: 1, every: 1, registers: 2, paths: [] },
  { kind: "forward", latency: 1, every: 1, registers: 1, paths: ["to_ready -> from_ready"] },
  { kind: "reverse", latency: 0, every: 1, registers: 1, paths: ["from_payload -> to_payload", "from_valid -> to_valid"] },
  { kind: "half", latency: 1, every: 2, registers: 1, paths: [] },
];

describe.each(kinds)("slice $kind", ({ kind, latency, every, registers, paths }) => {
  const made = slice(uint(8), kind);
  test.each(paces)("keeps order and loses nothing (%j, %j)", (from, to) => {
    const bench = new StreamBench(made, 1);
    const items = randomWords(bench.random, 400, 8);
    bench.source(bench.sim.io.from, items, from);
    const sink = bench.sink<bigint>(bench.sim.io.to, to);
    bench.run(() => sink.seen.length === items.length);
    bench.step(5);
    expect(sink.values).toEqual(items);
  });
  test("has the stated latency and throughput", () => {
    const bench = new StreamBench(made, 1);
    const source = bench.source(bench.sim.io.from, randomWords(bench.random, 50, 8));
    const sink = bench.sink<bigint>(bench.sim.io.to);
    bench.run(() => sink.seen.length === 50);
    expect(source.sent[0]?.cycle).toBe(0);
    expect(sink.seen.map((s) => s.cycle)).toEqual(Array.from({ length: 50 }, (_, i) => latency + i * every));
  });
  test("has the stated paths and payload registers, and no warning", () => {
    const found = [...portPaths(made)].flatMap(([output, inputs]) => [...inputs].map((input) => `${input} -> ${output}`));
    expect(found.sort()).toEqual([...paths].sort());
    expect(made.signals.filter((s) => s.kind === "register" && s.width === 8).length).toBe(registers);
    expect(made.warnings).toEqual([]);
  });
});
