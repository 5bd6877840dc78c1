/** Functional points: things that must have happened, by name, found in what was counted and in what was sent. */
import type { CoveragePoint } from "#sim/bridge/coverage.ts";

export interface FunctionalPoint {
  readonly group: string;
  readonly name: string;
  readonly times: number;
}
/** What the frames of a run were: lengths of UDP payloads, and how many of each. */
export type Lengths = ReadonlyMap<number, number>;

/** Payload lengths at which something changes: none, a bus word and its neighbours, the shortest frame, a line, the MTU. */
export const lengthCorners = (busBytes: number, mtu: number): readonly number[] => {
  const largest = mtu - 28;
  const near = (n: number): number[] => [n - 1, n, n + 1];
  return [...new Set([0, 1, ...near(busBytes), 17, 18, 19, ...near(64), ...near(128), largest - 1, largest])]
    .filter((n) => n >= 0 && n <= largest)
    .sort((a, b) => a - b);
};

const rises = (p: CoveragePoint): boolean => p.kind === "toggle" && p.what.endsWith(":0->1");

/** Each cause of a drop, by the pulses of the top's trace port; `causes` in the order of its bits. */
export const dropPoints = (points: readonly CoveragePoint[], top: string, causes: readonly string[]): readonly FunctionalPoint[] =>
  causes.map((name, i) => ({
    group: "dropped because of",
    name,
    times: points.filter((p) => p.scope === `TOP.${top}` && p.what === `trace_causes[${i}]:0->1`).reduce((n, p) => n + p.count, 0),
  }));

/** Each queue that was full: its input was not ready. By instance. */
export const fullQueues = (points: readonly CoveragePoint[], top: string): readonly FunctionalPoint[] => {
  const queues = new Map<string, number>();
  for (const p of points)
    if (p.kind === "toggle" && p.what === "push_ready:1->0" && /(^|\/)fifo_[^/]*\.v$/.test(p.file))
      queues.set(p.scope, (queues.get(p.scope) ?? 0) + p.count);
  return [...queues]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([scope, times]) => ({ group: "full", name: scope.replace(`TOP.${top}.`, ""), times }));
};

/** Each length corner of the payloads that came. */
export const lengthPoints = (corners: readonly number[], lengths: Lengths): readonly FunctionalPoint[] =>
  corners.map((n) => ({ group: "payload of", name: `${n} bytes`, times: lengths.get(n) ?? 0 }));

/** Each interrupt line that rose. */
export const linePoints = (points: readonly CoveragePoint[], top: string): readonly FunctionalPoint[] =>
  points
    .filter((p) => rises(p) && p.scope === `TOP.${top}` && p.what.startsWith("irq_"))
    .map((p) => ({ group: "interrupt", name: p.what.replace(":0->1", ""), times: p.count }));
