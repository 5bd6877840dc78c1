/** Bytes on the wire over time. */
import { nextRound } from "./percentiles.ts";
import type { FrameRecord, SentRecord } from "./result.ts";

export interface Throughput {
  /** Cycles in a bin: 1, 2 or 5 times a power of ten. */
  readonly binCycles: number;
  /** Bytes that came in and went out in each bin; a frame across a border counts in both by its beats. */
  readonly in: readonly number[];
  readonly out: readonly number[];
}

const mostBins = 120;

export function throughputOf(cycles: number, frames: readonly FrameRecord[], sent: readonly SentRecord[]): Throughput {
  const received = frames.map(({ bytes, at }) => ({ bytes, first: at.wireFirst, last: at.wireLast }));
  const end = [...received, ...sent].reduce((latest, { last }) => Math.max(latest, last + 1), cycles);
  let binCycles = 1;
  while (Math.ceil(end / binCycles) > mostBins) binCycles = nextRound(binCycles);
  const count = Math.ceil(end / binCycles);
  return { binCycles, in: spread(received, binCycles, count), out: spread(sent, binCycles, count) };
}

/** Each frame's bytes, spread evenly over its cycles, summed by bin and rounded to thousandths. */
function spread(frames: readonly SentRecord[], binCycles: number, count: number): number[] {
  const bins = new Array<number>(count).fill(0);
  for (const { bytes, first, last } of frames) {
    const rate = bytes / (last + 1 - first);
    for (let bin = Math.floor(first / binCycles); bin * binCycles <= last; bin++) {
      const begin = Math.max(first, bin * binCycles);
      const stop = Math.min(last + 1, (bin + 1) * binCycles);
      bins[bin] = (bins[bin] ?? 0) + (stop - begin) * rate;
    }
  }
  return bins.map((bytes) => Math.round(bytes * 1000) / 1000);
}
