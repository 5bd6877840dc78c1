/** The report of a hang: who waits for what, since which cycle, and where in the source. */
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { showTime } from "#sim/bridge/failure.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Wait } from "./wait.ts";

/** Nothing can happen any more, or the limit of cycles was reached. */
export class HangError extends Error {
  override readonly name = "HangError";
}

const ownFolders = ["/sim/run/", "/sim/bridge/", "/sim/models/"];

/** "tb/fifo.test.ts:31": the innermost frame outside of the scheduler and the models. */
export const userPlace = (stack: string): string | null => {
  for (const line of stack.split("\n").slice(1)) {
    const found = /(?:^at |\(|async )((?:file:\/\/)?\/[^()]+?):(\d+):\d+\)?$/.exec(line.trim());
    if (found?.[1] === undefined) continue;
    const path = found[1].startsWith("file:") ? fileURLToPath(found[1]) : found[1];
    if (path.includes("/node_modules/") || ownFolders.some((folder) => path.includes(folder) && !path.includes(".test."))) continue;
    return `${relative(process.cwd(), path)}:${found[2]}`;
  }
  return null;
};

const describe = (wait: Wait): { readonly task: string; readonly text: string } => {
  const here = userPlace(wait.place?.stack ?? "");
  // A task that is nothing but the wait has no frame of its own.
  const started = here === null ? userPlace(wait.task?.place.stack ?? "") : null;
  const place = here !== null ? ` (${here})` : started !== null ? ` (started at ${started})` : "";
  return { task: wait.task?.name ?? "(a model)", text: `${wait.what} since cycle ${wait.since}${place}` };
};

/** A line for each wait, tasks in the order in which they began to wait. */
export const hangReport = (scheduler: Scheduler, why: string): string => {
  const { session } = scheduler;
  const waits = [...scheduler.waiting].map(describe);
  const width = Math.max(0, ...waits.map((wait) => wait.task.length));
  const lines = waits.map(({ task, text }) => `  ${task.padEnd(width)} waits for ${text}`);
  if (lines.length === 0) lines.push("  no task waits for anything of the simulation: something else is awaited; wrap it in outside(...)");
  return [`hang at cycle ${session.cycle} (${showTime(session.now)}): ${why}`, ...lines].join("\n");
};
