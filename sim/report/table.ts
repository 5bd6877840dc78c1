/** The result of a run on the terminal. */
import type { Latency } from "./percentiles.ts";
import { type RunSummary, wireCapacity } from "./result.ts";
import { count, rate, share, time } from "./text.ts";

type Align = "left" | "right";

/** Rows with columns aligned, two blanks between them, no blanks at the end of a line. */
export function aligned(rows: readonly (readonly string[])[], columns: readonly Align[]): string[] {
  const widths = columns.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows.map((row) =>
    row
      .map((cell, column) => (columns[column] === "right" ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
}

/** The table that `accio run` prints, with a newline at its end. */
export function tableOf(result: RunSummary): string {
  const { configuration, cycles, bytesPerCycle } = result;
  const { name, application, timing, pauseSeed, clockMhz } = configuration;
  const capacity = wireCapacity(configuration);
  const title = [
    `${configuration.input} -> ${configuration.output}`,
    `configuration ${name}, ${application}, timing ${timing}${pauseSeed === undefined ? "" : `, pauses from seed ${pauseSeed}`}`,
  ];
  const speeds = (["in", "out"] as const).map((way) => [
    `  ${way}`,
    bytesPerCycle[way].toFixed(2),
    `bytes/cycle, ${share(bytesPerCycle[way], capacity)} of the wire's ${count(capacity, 1)}, ${rate(bytesPerCycle[way], clockMhz)}`,
  ]);
  return `${[
    ...title,
    "",
    ...aligned(countRows(result), ["left", "right", "right", "right"]),
    "",
    ...aligned([["cycles", count(cycles), time(cycles, clockMhz)], ...speeds], ["left", "right", "left"]),
    "",
    ...aligned(latencyRows(result), ["left", ...new Array<Align>(7).fill("right")]),
    ...counterLines(result),
    ...eventLines(result),
  ].join("\n")}\n`;
}

function countRows({ in: received, accepted, ordinary, dropped, lost, out }: RunSummary): string[][] {
  const row = (name: string, { frames, bytes }: { readonly frames: number; readonly bytes: number }) => [
    name,
    count(frames),
    name === "in" || name === "out" ? "" : share(frames, received.frames),
    `${count(bytes)} B`,
  ];
  const causes = (found: Readonly<Record<string, number>>) =>
    Object.entries(found)
      .filter(([, frames]) => frames > 0)
      .map(([cause, frames]) => [`  ${cause}`, count(frames), share(frames, received.frames), ""]);
  return [
    ["frames", "", "", ""],
    row("in", received),
    row("accepted", accepted),
    row("ordinary", ordinary),
    row("dropped", dropped),
    ...causes(dropped.causes),
    ...(lost.frames === 0 ? [] : [row("lost", lost), ...causes(lost.causes)]),
    row("out", out),
  ];
}

/** Counters that are not zero; there are many. */
function counterLines({ counters }: RunSummary): string[] {
  const all = Object.entries(counters);
  const rows = all.flatMap(([name, value]) => (value === 0 ? [] : [[`  ${name}`, count(value)]]));
  if (all.length === 0) return [];
  return ["", ...aligned([["counters", ""], ...rows, [`  ${all.length - rows.length} others`, "0"]], ["left", "right"])];
}
/** Lines of events, at most: a miss for each frame is possible. */
const eventsShown = 20;

function eventLines({ events, counters }: RunSummary): string[] {
  if (Object.keys(counters).length === 0) return [];
  const shown = events.slice(0, eventsShown).map(({ cycle, text }) => [`  ${count(cycle)}`, text]);
  const more = events.length > eventsShown ? [`  ${count(events.length - eventsShown)} more: --json has all`] : [];
  const title = events.length === 0 ? "events: none" : "events, by cycle";
  return ["", title, ...aligned(shown, ["right", "left"]), ...more];
}

const latencyNames = { wireToTail: "wire to tail", lastToTail: "last beat to tail", wireToWire: "wire to wire" } as const;

function latencyRows({ latency }: RunSummary): string[][] {
  const figures = (found: Latency) => [found.min, found.p50, found.p90, found.p99, found.p999, found.max].map((cycles) => count(cycles));
  const rows = Object.entries(latencyNames).flatMap(([name, text]) => {
    const found = latency[name as keyof typeof latency];
    return found === null ? [] : [[text, ...figures(found), count(found.samples)]];
  });
  if (rows.length === 0) return [["latency, cycles: no datagram was accepted", "", "", "", "", "", "", ""]];
  return [["latency, cycles", "min", "p50", "p90", "p99", "p99.9", "max", "samples"], ...rows];
}
