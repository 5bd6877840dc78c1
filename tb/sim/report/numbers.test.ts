/** Percentiles, histograms, throughput and words: the figures of a report, against their definitions. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { histogramOf, latencyOf, nextRound, percentile } from "#sim/report/percentiles.ts";
import { ticks } from "#sim/report/svg.ts";
import { causeText, plural, rate, share, time } from "#sim/report/text.ts";
import { throughputOf } from "#sim/report/throughput.ts";

const samples = fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 1, maxLength: 300 });

describe("percentiles", () => {
  it("are samples, by the nearest rank", () => {
    const ten = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
    expect([0, 10, 10.1, 50, 90, 99, 100].map((percent) => percentile(ten, percent))).toEqual([1, 1, 2, 5, 9, 10, 10]);
    const thousand = Array.from({ length: 1000 }, (_, index) => index + 1);
    expect([50, 90, 99, 99.9, 100].map((percent) => percentile(thousand, percent))).toEqual([500, 900, 990, 999, 1000]);
    expect(() => percentile([], 50)).toThrow("percentile 50 of 0 samples");
  });

  it("hold as many samples as they say, and not one sample earlier", () => {
    fc.assert(
      fc.property(samples, fc.constantFrom(50, 90, 99, 99.9), (list, percent) => {
        const sorted = [...list].sort((a, b) => a - b);
        const found = percentile(sorted, percent);
        const atMost = list.filter((sample) => sample <= found).length;
        const below = list.filter((sample) => sample < found).length;
        expect(atMost * 100).toBeGreaterThanOrEqual(percent * list.length - 1e-6);
        expect(below * 100).toBeLessThan(percent * list.length);
      }),
    );
  });

  it("come with mean, ends and number, in whatever order the samples were", () => {
    expect(latencyOf([])).toBeNull();
    expect(latencyOf([30, 10, 20])).toEqual({ samples: 3, min: 10, mean: 20, p50: 20, p90: 30, p99: 30, p999: 30, max: 30 });
  });
});

describe("histograms", () => {
  it("count every sample once in few, equal, round bins", () => {
    fc.assert(
      fc.property(samples, fc.integer({ min: 2, max: 100 }), (list, most) => {
        const { start, width, counts } = histogramOf(list, most);
        expect(counts.length).toBeLessThanOrEqual(most);
        expect(counts.reduce((sum, found) => sum + found, 0)).toBe(list.length);
        expect(start % width).toBe(0);
        expect(String(width)).toMatch(/^[125]0*$/);
        for (const [bin, found] of counts.entries()) {
          const low = start + bin * width;
          expect(found).toBe(list.filter((sample) => sample >= low && sample < low + width).length);
        }
        expect(counts[0]).toBeGreaterThan(0);
        expect(counts.at(-1)).toBeGreaterThan(0);
      }),
    );
    expect(histogramOf([], 10).counts).toEqual([]);
  });

  it("go up in 1, 2 and 5", () => {
    const steps: number[] = [1];
    while (steps.length < 7) steps.push(nextRound(steps.at(-1) ?? 1));
    expect(steps).toEqual([1, 2, 5, 10, 20, 50, 100]);
    expect(nextRound(0.1)).toBeCloseTo(0.2);
  });
});

describe("axes", () => {
  it.each([
    [0, 10, 5, [0, 2, 4, 6, 8, 10]],
    [0, 642, 8, [0, 100, 200, 300, 400, 500, 600]],
    [37, 645, 8, [100, 200, 300, 400, 500, 600]],
    [0, 0.9, 5, [0, 0.2, 0.4, 0.6, 0.8]],
    [0, 0, 5, [0]],
    [7, 8, 8, [7, 7.2, 7.4, 7.6, 7.8, 8]],
  ])("from %d to %d in %d", (low, high, count, expected) => expect(ticks(low, high, count)).toEqual(expected));
});

describe("throughput", () => {
  const frame = fc.record({ bytes: fc.integer({ min: 1, max: 1514 }), first: fc.nat(20_000), length: fc.integer({ min: 0, max: 400 }) });
  it("loses no byte between its bins", () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 50 }), fc.nat(30_000), (list, cycles) => {
        const sent = list.map(({ bytes, first, length }) => ({ bytes, first, last: first + length }));
        const frames = sent.map(({ bytes, first, last }, index) => ({
          number: index + 1,
          bytes,
          verdict: "ordinary" as const,
          at: { wireFirst: first, wireLast: last },
        }));
        const found = throughputOf(cycles, frames, sent);
        const total = list.reduce((sum, { bytes }) => sum + bytes, 0);
        for (const bins of [found.in, found.out]) {
          expect(bins.length).toBeLessThanOrEqual(120);
          expect(Math.abs(bins.reduce((sum, bytes) => sum + bytes, 0) - total)).toBeLessThan(0.1);
        }
        expect(found.in.length * found.binCycles).toBeGreaterThanOrEqual(cycles);
      }),
    );
  });

  it("spreads a frame over the cycles that it takes", () => {
    const sent = [{ bytes: 80, first: 195, last: 204 }];
    const { binCycles, out } = throughputOf(1200, [], sent);
    expect([binCycles, out[19], out[20], out[21]]).toEqual([10, 40, 40, 0]);
  });
});

describe("words", () => {
  it("for shares", () => {
    const shares = [share(0, 10), share(1, 3), share(1, 1), share(1, 10_000), share(9999, 10_000), share(0, 0), share(10_000, 10_000)];
    expect(shares).toEqual(["0 %", "33.3 %", "100 %", "< 0.1 %", "> 99.9 %", "0 %", "100 %"]);
  });

  it("for times and rates", () => {
    expect([time(44, 100), time(1, 322.265625), time(1000, 1), time(70_758, 100), time(10 ** 9, 50), time(0, 50)]).toEqual([
      "440 ns",
      "3.1 ns",
      "1 ms",
      "708 µs",
      "20 s",
      "0 ns",
    ]);
    expect([rate(8, 100), rate(64, 322.265625), rate(0.5, 50)]).toEqual(["6.4 Gb/s", "165 Gb/s", "200 Mb/s"]);
  });

  it("for counts and causes", () => {
    expect([plural(1, "frame"), plural(0, "frame"), plural(12_345, "byte")]).toEqual(["1 frame", "0 frames", "12,345 bytes"]);
    expect(["ttl", "ip_checksum", "udp_length", "ring_full", "dma_error", "overflow"].map(causeText)).toEqual([
      "TTL",
      "IPv4 checksum",
      "UDP length",
      "Ring full",
      "DMA error",
      "Overflow",
    ]);
  });
});
