/** Results of mutation as text. */
import type { BlockResult } from "#sim/mutate/run.ts";
import { table } from "./table.ts";

/** Below it the command fails. */
export const wantedShare = 0.95;

const percent = (share: number): string => `${(Math.floor(share * 1000) / 10).toFixed(1)} %`;

/** One row per block. */
export const mutantTable = (results: readonly BlockResult[]): string =>
  table(
    ["block", "mutants", "tried", "caught", "equivalent", "survivors", "share"],
    results.map((r) => [
      r.block,
      `${r.mutants}`,
      `${r.tried}`,
      `${r.caught}`,
      `${r.equivalent.reduce((n, e) => n + e.count, 0)}`,
      `${r.survivors.length}`,
      percent(r.share),
    ]),
  );

/** What survived, with its place; what may, with its reason; what is no finding. */
export const details = (r: BlockResult): string => {
  const lines = [
    ...r.survivors.map((s) => `  survived: ${s.at}: ${s.kind}: ${s.change}`),
    ...r.crashed.map((s) => `  the check crashed: ${s.at}: ${s.kind}: ${s.change}: ${s.message}`),
    ...r.stale.map((change) => `  listed as equivalent, and yet noticed: ${change}`),
    ...r.equivalent.map((e) => `  equivalent: ${e.change}${e.count === 1 ? "" : ` (${e.count})`}: ${e.why}`),
  ];
  return lines.length === 0 ? "" : `\n${r.block}\n${lines.join("\n")}\n`;
};

/** A block passes with enough caught, and no crash. */
export const passes = (r: BlockResult): boolean => r.share >= wantedShare && r.crashed.length === 0;
