/** Latency figures: exact percentiles of all samples, by the nearest-rank rule, not estimates from buckets. */

export interface Latency {
  readonly samples: number;
  readonly min: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** The smallest sample that at least `percent` of all samples do not exceed. `sorted` is ascending and not empty. */
export function percentile(sorted: readonly number[], percent: number): number {
  const rank = Math.max(1, Math.ceil((percent / 100) * sorted.length - 1e-9));
  const sample = sorted[rank - 1];
  if (sample === undefined) throw new RangeError(`percentile ${percent} of ${sorted.length} samples`);
  return sample;
}

/** The figures of a list of samples in any order; null when it is empty. */
export function latencyOf(samples: readonly number[]): Latency | null {
  if (samples.length === 0) return null;
  const sorted = [...samples].sort((a, b) => a - b);
  return {
    samples: sorted.length,
    min: percentile(sorted, 0),
    mean: sorted.reduce((sum, sample) => sum + sample, 0) / sorted.length,
    p50: percentile(sorted, 50),
    p90: percentile(sorted, 90),
    p99: percentile(sorted, 99),
    p999: percentile(sorted, 99.9),
    max: percentile(sorted, 100),
  };
}

/** Samples counted in equal, whole-numbered ranges. */
export interface Histogram {
  /** First value of the first bin. */
  readonly start: number;
  /** Values in a bin. */
  readonly width: number;
  readonly counts: readonly number[];
}

/** A histogram of whole numbers in at most `bins` bins, their width a round number (1, 2 or 5 times a power of ten). */
export function histogramOf(samples: readonly number[], bins: number): Histogram {
  if (samples.length === 0) return { start: 0, width: 1, counts: [] };
  const low = samples.reduce((a, b) => Math.min(a, b));
  const high = samples.reduce((a, b) => Math.max(a, b));
  for (let width = 1; ; width = nextRound(width)) {
    const start = Math.floor(low / width) * width;
    const count = Math.floor((high - start) / width) + 1;
    if (count > bins) continue;
    const counts = new Array<number>(count).fill(0);
    for (const sample of samples) {
      const bin = Math.floor((sample - start) / width);
      counts[bin] = (counts[bin] ?? 0) + 1;
    }
    return { start, width, counts };
  }
}

/** The round number after a round number: 1, 2, 5, 10, 20, 50, ... */
export function nextRound(value: number): number {
  const decade = 10 ** Math.floor(Math.log10(value) + 1e-9);
  return Math.round(value / decade) === 2 ? decade * 5 : Math.round(value / decade) === 5 ? decade * 10 : decade * 2;
}
