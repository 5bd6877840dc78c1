/** Results of proofs as text. */
import { relative } from "node:path";
import type { PropertyResult, TaskResult } from "#sim/formal/index.ts";
import { table } from "./table.ts";

/** How a proof is done, in one word. */
export const method = (t: Pick<TaskResult, "mode" | "depth">): string => (t.mode === "bmc" ? "bounded" : t.mode);
const where = (p: PropertyResult): string => (p.path === "" ? p.at : `${p.at} (${p.path})`);
const outcome = (t: TaskResult, p: PropertyResult): string => (p.cycle === null ? p.verdict : `${p.verdict} in ${t.unit} ${p.cycle}`);

/** The results of proofs: one row per property; a task's name, method, depth and time stand in its first row. */
export const resultTable = (results: readonly TaskResult[]): string => {
  const rows = results.flatMap((t) => {
    const head = [t.task, method(t), `${t.depth}`, t.seconds.toFixed(1)];
    const list = t.properties.length > 0 ? t.properties.map((p) => [outcome(t, p), p.name, where(p)]) : [["error", "", ""]];
    return list.map((cells, i) => [...(i === 0 ? head : ["", "", "", ""]), ...cells]);
  });
  return table(["proof", "method", "depth", "seconds", "result", "property", "where"], rows);
};

/** What a failed task says below the table: properties with their places, reason, trace, waveform. */
export const failure = (t: TaskResult): string => {
  const failed = t.properties.filter((p) => p.verdict === "failed" || p.verdict === "not inductive" || p.verdict === "unreached");
  const lines = [
    `\n${t.task}: failed`,
    ...failed.map((p) => `  ${p.at}: ${p.kind} "${p.name}"${p.path === "" ? "" : ` in ${p.path}`}: ${outcome(t, p)}`),
    ...(t.message === null ? [] : t.message.split("\n").map((l) => `  ${l}`)),
    ...(t.trace === null
      ? []
      : [t.trace.text.replaceAll(/^(?=.)/gm, "  ").trimEnd(), `  waveform: ${relative(process.cwd(), t.trace.vcd)}`]),
  ];
  return `${lines.join("\n")}\n`;
};
