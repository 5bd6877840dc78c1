/** Figures of the load generator's latencies, exact: every answer was counted. */
import { type Latency, percentile } from "#sim/report/percentiles.ts";
import type { ClientResult, Latencies } from "./simulate.ts";

/** Percentiles by the nearest-rank rule; null without answers. */
export const latencyFigures = (latencies: Latencies): Latency | null => {
  const sorted = latencies.flatMap(([cycles, count]) => Array<number>(count).fill(cycles));
  if (sorted.length === 0) return null;
  return {
    samples: sorted.length,
    min: percentile(sorted, 0),
    mean: sorted.reduce((sum, c) => sum + c, 0) / sorted.length,
    p50: percentile(sorted, 50),
    p90: percentile(sorted, 90),
    p99: percentile(sorted, 99),
    p999: percentile(sorted, 99.9),
    max: percentile(sorted, 100),
  };
};

const figures = ["min", "p50", "p90", "p99", "p999", "max", "mean"] as const;
const names: Readonly<Record<(typeof figures)[number], string>> = {
  min: "least",
  p50: "median",
  p90: "90 %",
  p99: "99 %",
  p999: "99.9 %",
  max: "most",
  mean: "mean",
};

/** Rows of the latency table, in cycles and in microseconds at a clock. */
export const latencyRows = (client: ClientResult, clockMhz: number): readonly (readonly string[])[] => {
  const [roundTrip, inside] = [latencyFigures(client.roundTrips), latencyFigures(client.inside)];
  if (roundTrip === null || inside === null) return [];
  const cells = (l: Latency, f: (typeof figures)[number]): string[] => [
    f === "mean" ? l[f].toFixed(1) : String(l[f]),
    (l[f] / clockMhz).toFixed(2),
  ];
  return figures.map((f) => [names[f], ...cells(roundTrip, f), ...cells(inside, f)]);
};
export const latencyHeader = (clockMhz: number): readonly string[] => {
  const us = `us at ${clockMhz} MHz`;
  return ["latency", "round trip, cycles", us, "inside, cycles", us];
};

/** A histogram with bins of a tenth of an order of magnitude: "[from, to)" in cycles and how many; empty ends left out. */
export const histogram = (
  latencies: Latencies,
  binsPerDecade = 10,
): readonly { readonly from: number; readonly to: number; readonly count: number }[] => {
  const bin = (cycles: number): number => Math.floor(Math.log10(Math.max(1, cycles)) * binsPerDecade + 1e-9);
  const edge = (b: number): number => Math.ceil(10 ** (b / binsPerDecade) - 1e-9);
  const [first, last] = [latencies[0], latencies.at(-1)];
  if (first === undefined || last === undefined) return [];
  const counts = new Map<number, number>();
  for (const [cycles, count] of latencies) counts.set(bin(cycles), (counts.get(bin(cycles)) ?? 0) + count);
  const [low, high] = [bin(first[0]), bin(last[0])];
  return Array.from({ length: high - low + 1 }, (_, i) => ({
    from: edge(low + i),
    to: edge(low + i + 1),
    count: counts.get(low + i) ?? 0,
  }));
};

const longestBar = 40;
/** The histogram as rows: range in cycles, how many, and a bar; the longest has 40 characters. */
export const histogramRows = (latencies: Latencies): readonly (readonly string[])[] => {
  const bins = histogram(latencies);
  const most = Math.max(1, ...bins.map((b) => b.count));
  return bins.map(({ from, to, count }) => [
    `${from} to ${to - 1}`,
    String(count),
    // What was seen at all is seen.
    "#".repeat(count === 0 ? 0 : Math.max(1, Math.round((longestBar * count) / most))),
  ]);
};
