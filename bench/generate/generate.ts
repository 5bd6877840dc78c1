/**
 * How long it takes from a configuration to its Verilog, in processes of their own: nobody generates a design twice in
 * one, and most of the time is that of code which runs for the first time. Loading the sources does not count.
 */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { namedConfigs } from "#rtl/config/config.ts";

/** What one configuration took in one process, after those before it in the list. Times in milliseconds. */
export interface Generated {
  readonly config: string;
  /** Running the description: modules built and checked. */
  readonly elaborate: number;
  /** Writing the Verilog. */
  readonly emit: number;
  readonly files: number;
  readonly lines: number;
}
/** Medians over the rounds. */
export interface GenerateSpeed {
  readonly configs: readonly Generated[];
  /** All configurations, one behind the other, in milliseconds: the median of the processes' sums, and the best. */
  readonly total: number;
  readonly best: number;
}
/** Milliseconds in which all of them are to be generated. */
export const generateGoal = 1000;

const median = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[list.length >> 1] as number;

/** Generates every named configuration in `rounds` fresh processes. */
export const measureGenerate = (rounds: number, onRound: (round: number) => void = () => undefined): GenerateSpeed => {
  const runs = Array.from({ length: rounds }, (_, round): readonly Generated[] => {
    onRound(round);
    return JSON.parse(execFileSync(process.execPath, [join(import.meta.dirname, "once.ts")], { encoding: "utf8" }));
  });
  const totals = runs.map((run) => run.reduce((sum, g) => sum + g.elaborate + g.emit, 0));
  return {
    configs: Object.keys(namedConfigs).map((_, i) => {
      const all = runs.map((run) => run[i] as Generated);
      return { ...(all[0] as Generated), elaborate: median(all.map((g) => g.elaborate)), emit: median(all.map((g) => g.emit)) };
    }),
    total: median(totals),
    best: Math.min(...totals),
  };
};

export const generateHeader = ["configuration", "elaborate ms", "emit ms", "files", "lines"] as const;
/** A row of the table for each configuration. */
export const generateRows = ({ configs }: GenerateSpeed): readonly (readonly string[])[] =>
  configs.map((g) => [g.config, g.elaborate.toFixed(0), g.emit.toFixed(0), String(g.files), String(g.lines)]);
/** All together, against the goal. */
export const generateSummary = ({ total, best }: GenerateSpeed): string =>
  `all: ${total.toFixed(0)} ms, best ${best.toFixed(0)}; goal ${generateGoal}: ${total <= generateGoal ? "reached" : "missed"}`;
