/** The delay: exact, in order, none at 0, and pipelined, so that requests of several harts do not wait for each other. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { delayDepth, requestDelay } from "#rtl/soc/request-delay.ts";
import { paces, type Source } from "../../hdl-gen/lib/stream-bench.ts";
import { benchOf } from "./axi-sides.ts";

const made = requestDelay({ addressBits: 16, dataBits: 64, idBits: 2 });
const request = (addr: number) => ({
  id: 1n,
  addr: BigInt(addr),
  len: 0n,
  size: 3n,
  burst: "INCR",
  lock: 0n,
  cache: 0n,
  prot: 0n,
  qos: 0n,
});
const list = Array.from({ length: 40 }, (_, i) => request(8 * i));
/** When each request came to the entrance for the first time. */
const arrivals = (source: Source<unknown>): number[] => source.sent.map((s) => s.cycle);

describe("request delay", () => {
  it("warns of nothing", () => expect(made.warnings).toEqual([]));

  it.each([0, 1, 2, 59, 255])("of %i cycles is exact where nothing is in the way", (cycles) => {
    const { bench, io } = benchOf(made, 1);
    io.cycles.value = cycles;
    // Far enough apart for any number in flight to fit.
    const source = bench.source<unknown>(io.from, [], "always", () => request(1));
    const sink = bench.sink(io.to);
    const gap = Math.ceil((cycles + 1) / delayDepth);
    bench.controls.push((cycle) => {
      const next = list[cycle / gap];
      if (next !== undefined) source.queue.push(next);
    });
    bench.step(list.length * gap + cycles + 2);
    expect(sink.values).toEqual(list);
    expect(sink.seen.map((s, i) => s.cycle - (arrivals(source)[i] ?? 0))).toEqual(list.map(() => cycles));
    // Several were on their way at once.
    if (cycles > 8) expect(arrivals(source)[1]).toBeLessThan(sink.seen[0]?.cycle ?? 0);
  });

  it.each(paces.map((p, i) => [i + 1, ...p] as const))("keeps order and loses nothing, seed %i, paces %j and %j", (seed, from, to) => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40 }), (cycles) => {
        const { bench, io } = benchOf(made, seed);
        io.cycles.value = cycles;
        const source = bench.source<unknown>(io.from, list, from, () => request(1));
        const sink = bench.sink(io.to, to);
        bench.run(() => sink.seen.length === list.length);
        expect(sink.values).toEqual(list);
        for (const [i, s] of sink.seen.entries()) expect(s.cycle - (arrivals(source)[i] ?? 0)).toBeGreaterThanOrEqual(cycles);
      }),
      { numRuns: 10, seed },
    );
  });

  it("may change between requests, which still leave in order", () => {
    const { bench, io } = benchOf(made, 2);
    bench.controls.push((cycle) => {
      io.cycles.value = cycle < 3 ? 20 : 0;
    });
    bench.source<unknown>(io.from, list.slice(0, 6), "always", () => request(1));
    const sink = bench.sink(io.to);
    bench.run(() => sink.seen.length === 6);
    expect(sink.seen.map((s) => s.cycle)).toEqual([20, 21, 22, 23, 24, 25]);
  });
});
