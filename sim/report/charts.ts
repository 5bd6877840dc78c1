/** The charts of a report: latency histogram and throughput over time. The datagram's way stands in way-chart.ts. */
import { histogramOf, type Latency } from "./percentiles.ts";
import { line, px, rect, scale, svg, text, ticks } from "./svg.ts";
import { count } from "./text.ts";
import type { Throughput } from "./throughput.ts";

const width = 960;
const height = 280;
const plot = { left: 56, right: width - 16, top: 26, bottom: height - 44 } as const;

/** Grid, axis labels and titles, common to both charts. */
function frame(
  x: { readonly at: (value: number) => number; readonly ticks: readonly number[]; readonly title: string },
  y: typeof x,
): string[] {
  return [
    ...y.ticks.map((value) => line(plot.left, y.at(value), plot.right, y.at(value), value === 0 ? "axis" : "grid")),
    ...y.ticks.map((value) => text(plot.left - 8, y.at(value) + 4, count(value, 2), "tick", "end")),
    ...x.ticks.map((value) => text(x.at(value), plot.bottom + 18, count(value, 2), "tick", "middle")),
    text(plot.right, height - 6, x.title, "title", "end"),
    text(plot.left - 8, 14, y.title, "title"),
  ];
}

/** How often which latency came, with the median and the 99th percentile marked. */
export function latencyChart(samples: readonly number[], latency: Latency): string {
  const { start, width: binWidth, counts } = histogramOf(samples, 80);
  const end = start + counts.length * binWidth;
  const most = counts.reduce((a, b) => Math.max(a, b), 0);
  const x = scale([start, end], [plot.left, plot.right]);
  const y = scale([0, most * 1.08], [plot.bottom, plot.top]);
  const gap = counts.length > 60 ? 0.5 : 1;
  const bars = counts.flatMap((frames, bin) => {
    const low = start + bin * binWidth;
    const range = binWidth === 1 ? `${count(low)}` : `${count(low)} to ${count(low + binWidth - 1)}`;
    if (frames === 0) return [];
    return [
      rect(
        x(low) + gap,
        y(frames),
        x(low + binWidth) - x(low) - 2 * gap,
        plot.bottom - y(frames),
        "bar",
        `${range} cycles: ${count(frames)}`,
      ),
    ];
  });
  // Marks stand in the middle of their cycle, where a bar one cycle wide stands.
  const half = binWidth === 1 ? 0.5 : 0;
  const mark = (name: string, value: number, row: number) => {
    const at = x(value + half);
    const left = at > (plot.left + plot.right) / 2;
    return [
      line(at, plot.top - 8, at, plot.bottom, "mark"),
      text(at + (left ? -6 : 6), plot.top + 2 + row * 15, `${name} ${count(value)}`, "marked", left ? "end" : "start"),
    ];
  };
  return svg(width, height, `Histogram of ${latency.samples} latencies from ${latency.min} to ${latency.max} cycles`, [
    ...frame(
      {
        at: (value) => x(value + half),
        ticks: ticks(start, end - binWidth, 8).filter(Number.isInteger),
        title: "cycles from the first beat on the wire to the tail",
      },
      { at: y, ticks: ticks(0, most, 4).filter(Number.isInteger), title: "datagrams" },
    ),
    ...bars,
    ...mark("p50", latency.p50, 0),
    ...(latency.p99 === latency.p50 ? [] : mark("p99", latency.p99, 1)),
  ]);
}

/** Bytes per cycle in and out, and what the wire could carry. */
export function throughputChart({ binCycles, in: received, out }: Throughput, capacity: number): string {
  const rates = { received: received.map((bytes) => bytes / binCycles), out: out.map((bytes) => bytes / binCycles) };
  const peak = Math.max(0, ...rates.received, ...rates.out);
  const showsCapacity = peak > capacity * 0.3;
  const top = showsCapacity ? Math.max(capacity, peak) * 1.06 : peak * 1.12;
  const x = scale([0, received.length * binCycles], [plot.left, plot.right]);
  const y = scale([0, top === 0 ? 1 : top], [plot.bottom, plot.top]);
  const outline = (values: readonly number[]) =>
    values
      .map((value, bin) => `${bin === 0 ? "M" : "L"}${px(x(bin * binCycles))} ${px(y(value))}H${px(x((bin + 1) * binCycles))}`)
      .join("");
  const area = `${outline(rates.received)}V${px(plot.bottom)}H${px(plot.left)}Z`;
  const tips = received.map((_, bin) =>
    rect(
      x(bin * binCycles),
      plot.top,
      x((bin + 1) * binCycles) - x(bin * binCycles),
      plot.bottom - plot.top,
      "hover",
      `cycles ${count(bin * binCycles)} to ${count((bin + 1) * binCycles - 1)}: in ${(rates.received[bin] ?? 0).toFixed(2)}, out ${(rates.out[bin] ?? 0).toFixed(2)} bytes per cycle`,
    ),
  );
  return svg(width, height, `Bytes per cycle over ${received.length * binCycles} cycles, at most ${peak.toFixed(2)}`, [
    ...frame(
      { at: x, ticks: ticks(0, received.length * binCycles, 8), title: "cycles" },
      { at: y, ticks: ticks(0, top, 5), title: "bytes per cycle" },
    ),
    `<path d="${area}" class="area-in"/><path d="${outline(rates.received)}" class="line-in"/><path d="${outline(rates.out)}" class="line-out"/>`,
    ...(showsCapacity
      ? [
          line(plot.left, y(capacity), plot.right, y(capacity), "mark"),
          text(plot.right, y(capacity) - 5, `wire ${count(capacity, 1)}`, "marked", "end"),
        ]
      : []),
    ...tips,
  ]);
}
