/** What Verilator counted: lines, branches, toggles, and the conditions that `h.cover` names. */
import { readFileSync } from "node:fs";
import { basename } from "node:path";

export interface CoveragePoint {
  readonly file: string;
  readonly line: number;
  /** "line", "branch", "toggle", "user" or "expr". */
  readonly kind: string;
  /** What is counted: a block, a signal's bit, a cover's name. */
  readonly what: string;
  /** The instance. */
  readonly scope: string;
  readonly count: number;
}
export interface CoverageTotal {
  readonly kind: string;
  readonly points: number;
  readonly hit: number;
}

/** Reads files that `sim.writeCoverage` wrote; counts of the same point are added. */
export const readCoverage = (paths: readonly string[]): readonly CoveragePoint[] => {
  const counts = new Map<string, number>();
  for (const path of paths) {
    for (const line of readFileSync(path, "latin1").split("\n")) {
      const found = /^C '(.*)' (\d+)$/.exec(line);
      if (found?.[1] === undefined) continue;
      counts.set(found[1], (counts.get(found[1]) ?? 0) + Number(found[2]));
    }
  }
  return [...counts].map(([key, count]) => point(key, count));
};

const point = (key: string, count: number): CoveragePoint => {
  // Pairs of a name after \x01 and a value after \x02.
  const fields = new Map(
    key
      .split("\x01")
      .slice(1)
      .map((pair) => pair.split("\x02") as [string, string]),
  );
  const field = (name: string): string => fields.get(name) ?? "";
  const kind = /^v_([a-z]+)/.exec(field("page"))?.[1] ?? field("t");
  return { file: field("f"), line: Number(field("l")), kind, what: field("o"), scope: field("h"), count };
};

/** How much of each kind happened at least once. */
export const coverageTotals = (points: readonly CoveragePoint[]): readonly CoverageTotal[] =>
  [...new Set(points.map((p) => p.kind))].sort().map((kind) => {
    const own = points.filter((p) => p.kind === kind);
    return { kind, points: own.length, hit: own.filter((p) => p.count > 0).length };
  });

/**
 * Totals and what never happened, to be read: a line per kind, then a line per place with its missing points, by file and line.
 * Reset and clock toggle once or never, so nobody need reach every point.
 */
export const coverageText = (points: readonly CoveragePoint[]): string => {
  const totals = coverageTotals(points).map(
    ({ kind, points: all, hit }) =>
      `${kind.padEnd(8)} ${String(hit).padStart(6)} of ${String(all).padStart(6)}  ${Math.floor((100 * hit) / all)} %`,
  );
  const missing = new Map<string, { readonly point: CoveragePoint; readonly what: string[] }>();
  for (const point of points.filter((p) => p.count === 0)) {
    const key = `${point.file}:${point.line} ${point.kind}`;
    const place = missing.get(key);
    if (place === undefined) missing.set(key, { point, what: [point.what] });
    else place.what.push(point.what);
  }
  const lines = [...missing.values()]
    .sort((a, b) => a.point.file.localeCompare(b.point.file) || a.point.line - b.point.line || a.point.kind.localeCompare(b.point.kind))
    .map(({ point: { file, line, kind }, what }) => {
      const shown = [...new Set(what)];
      return `${basename(file)}:${line}: ${kind}: ${shown.slice(0, 4).join(", ")}${shown.length > 4 ? `, ${shown.length - 4} more` : ""}`;
    });
  return [...totals, ...(lines.length === 0 ? [] : ["", "never:", ...lines]), ""].join("\n");
};
