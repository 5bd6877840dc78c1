/** What Verilator counted, module by module: a point counts as reached where any instance of the module has reached it. */
import { basename } from "node:path";
import type { CoveragePoint } from "#sim/bridge/coverage.ts";
import { type Reason, reasonFor } from "./reasons.ts";

export const kinds = ["line", "branch", "toggle"] as const;
export type Kind = (typeof kinds)[number];

export interface Share {
  readonly points: number;
  readonly hit: number;
  /** Not reached, and a reason is known. */
  readonly explained: number;
}
/** What was never reached at one place. */
export interface Hole {
  readonly kind: Kind;
  /** Line of the Verilog. */
  readonly line: number;
  /** `rx-parse.ts:81`, where the Verilog says it. */
  readonly source: string | null;
  readonly what: readonly string[];
  readonly reason: string | null;
}
export interface ModuleCoverage {
  readonly module: string;
  readonly shares: Readonly<Record<Kind, Share>>;
  readonly holes: readonly Hole[];
}

/** `status[3]:0->1` and `status[4]:1->0` as `status[4:3]`, so that a word of many bits is one entry. */
export const grouped = (names: readonly string[]): readonly string[] => {
  const bits = new Map<string, Set<number>>();
  const plain = new Set<string>();
  for (const name of names) {
    const found = /^(.+)\[(\d+)\](?::[01]->[01])?$/.exec(name);
    if (found === null) plain.add(name.replace(/:[01]->[01]$/, ""));
    else {
      const [, word = "", bit = ""] = found;
      bits.set(word, (bits.get(word) ?? new Set()).add(Number(bit)));
    }
  }
  const words = [...bits].map(([word, set]) => {
    const all = [...set].sort((a, b) => b - a);
    const ranges: [high: number, low: number][] = [];
    for (const bit of all) {
      const last = ranges.at(-1);
      if (last !== undefined && last[1] === bit + 1) last[1] = bit;
      else ranges.push([bit, bit]);
    }
    return `${word}[${ranges.map(([high, low]) => (high === low ? `${high}` : `${high}:${low}`)).join(", ")}]`;
  });
  return [...plain, ...words];
};

/** The file and line of the TypeScript that a line of the Verilog names, or the last one above it in the same block. */
const sourceOf = (lines: readonly string[], line: number): string | null => {
  for (let i = line - 1; i >= 0 && i >= line - 40; i--) {
    const found = / \/\/ ([\w.-]+\.ts:\d+)$/.exec(lines[i] ?? "");
    if (found?.[1] !== undefined) return found[1];
    if (/^ {2}(always|assign|endmodule)|^module/.test(lines[i] ?? "")) return null;
  }
  return null;
};

/**
 * Coverage of every module. `text` gives the Verilog of a module's file; `reasons` say why something is never reached.
 * Modules are in the order of their names.
 */
export const coverageByModule = (
  points: readonly CoveragePoint[],
  text: (file: string) => string | undefined,
  reasons: readonly Reason[],
): readonly ModuleCoverage[] => {
  const modules = new Map<string, Map<string, { point: CoveragePoint; hit: boolean }>>();
  for (const point of points) {
    if (!kinds.some((k) => k === point.kind)) continue;
    const module = basename(point.file, ".v");
    const own = modules.get(module) ?? new Map();
    modules.set(module, own);
    const key = `${point.kind} ${point.line} ${point.what}`;
    const known = own.get(key);
    if (known === undefined) own.set(key, { point, hit: point.count > 0 });
    else known.hit ||= point.count > 0;
  }
  return [...modules]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([module, own]): ModuleCoverage => {
      const lines = (text(`${module}.v`) ?? "").split("\n");
      const missed = new Map<string, { kind: Kind; line: number; reason: string | null; what: string[] }>();
      const shares = Object.fromEntries(kinds.map((k) => [k, { points: 0, hit: 0, explained: 0 }])) as Record<
        Kind,
        { points: number; hit: number; explained: number }
      >;
      for (const { point, hit } of own.values()) {
        const kind = point.kind as Kind;
        const share = shares[kind];
        share.points++;
        if (hit) {
          share.hit++;
          continue;
        }
        const reason = reasonFor(reasons, { module, kind, what: point.what, line: lines[point.line - 1] ?? "" });
        if (reason !== null) share.explained++;
        const key = `${kind} ${point.line} ${reason ?? ""}`;
        const hole = missed.get(key) ?? { kind, line: point.line, reason, what: [] };
        missed.set(key, hole);
        hole.what.push(point.what);
      }
      const holes = [...missed.values()]
        .sort((a, b) => a.line - b.line || a.kind.localeCompare(b.kind))
        .map((h): Hole => ({ ...h, source: sourceOf(lines, h.line), what: grouped(h.what) }));
      return { module, shares, holes };
    });
};

/** All modules together. */
export const totalOf = (modules: readonly ModuleCoverage[], kind: Kind): Share =>
  modules.reduce(
    (sum, { shares: { [kind]: s } }) => ({ points: sum.points + s.points, hit: sum.hit + s.hit, explained: sum.explained + s.explained }),
    { points: 0, hit: 0, explained: 0 },
  );
