/**
 * A recording as text, for documentation and failing tests: a column per clock edge, with the values just before it.
 *
 *     cycle         0   1   2   3   4
 *     push_valid ____/¯¯¯¯¯¯¯\________
 *     payload    |0  |5  |7  |0
 */
import type { Signal } from "../core/ir.ts";
import type { Recorder, Sample } from "./recorder.ts";
import { short } from "./show.ts";

const minWidth = 4;
const maxWidth = 16;

interface Run {
  readonly label: string;
  readonly length: number;
}
const runs = (s: Signal, values: readonly Sample[]): readonly Run[] => {
  const list: { label: string; length: number }[] = [];
  values.forEach((v, i) => {
    const last = list.at(-1);
    if (last !== undefined && v === values[i - 1]) last.length++;
    else list.push({ label: short(s, BigInt(v)), length: 1 });
  });
  return list;
};
const isBit = (s: Signal): boolean => s.width === 1 && s.enumeration === null;

const bitRow = (values: readonly Sample[], width: number): string =>
  values
    .map((v, i) => {
      const level = v === 0 ? "_" : "¯";
      const before = values[i - 1] ?? v;
      return (v === before ? level : v === 0 ? "\\" : "/") + level.repeat(width - 1);
    })
    .join("");
const vectorRow = (list: readonly Run[], width: number): string =>
  list
    .map(({ label, length }) => {
      const room = length * width - 1;
      return `|${(label.length > room ? `${label.slice(0, room - 1)}…` : label).padEnd(room)}`;
    })
    .join("");

/** The recorded signals at `paths`, over the last `cycles` edges (all that are kept, without it). */
export const waveText = (recorder: Recorder, paths: readonly string[], cycles?: number): string => {
  const { frames, base, first } = recorder.kept();
  const rows = paths.map((path) => {
    const found = recorder.paths.find((p) => p.path === path);
    if (found === undefined)
      throw new Error(
        `wave: "${path}" is not recorded; recorded are ${recorder.paths
          .slice(0, 12)
          .map((p) => p.path)
          .join(", ")}`,
      );
    return { path, signal: recorder.signals[found.at] as Signal, at: found.at, values: [] as Sample[] };
  });
  const now = [...base];
  for (const f of frames) {
    for (const [at, value] of f.before) now[at] = value;
    for (const r of rows) r.values.push(now[r.at] as Sample);
    for (const [at, value] of f.after) now[at] = value;
  }
  const from = Math.max(0, frames.length - (cycles ?? frames.length));
  for (const r of rows) r.values.splice(0, from);

  const vectors = rows.filter((r) => !isBit(r.signal)).map((r) => runs(r.signal, r.values));
  const needed = vectors.flat().map((r) => Math.ceil((r.label.length + 2) / r.length));
  const width = Math.min(maxWidth, Math.max(minWidth, ...needed));
  // One row of cycle numbers; with several clocks, one each, with a number where the clock has an edge.
  const domains = recorder.design.domains;
  const counts = domains.map(() => 0);
  const numbers = domains.map(() => [] as string[]);
  frames.forEach((f, i) => {
    domains.forEach((_, d) => {
      const ticks = f.clocks.includes(d);
      if (i >= from) numbers[d]?.push(ticks ? String((domains.length === 1 ? first : 0) + (counts[d] as number)) : "");
      if (ticks) counts[d] = (counts[d] as number) + 1;
    });
  });
  const heads = domains.map((d, i) => ({
    name: domains.length === 1 ? "cycle" : d.clock.name,
    text: (numbers[i] ?? []).map((n) => ` ${n}`.padEnd(width)).join(""),
  }));
  const margin = Math.max(...heads.map((h) => h.name.length), ...rows.map((r) => r.path.length)) + 1;
  return [
    ...heads.map((h) => h.name.padEnd(margin) + h.text),
    ...rows.map((r) => r.path.padEnd(margin) + (isBit(r.signal) ? bitRow(r.values, width) : vectorRow(runs(r.signal, r.values), width))),
  ]
    .map((line) => `${line.trimEnd()}\n`)
    .join("");
};
