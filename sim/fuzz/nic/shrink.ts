/**
 * Makes a failing scenario small: parts of its operations are left out, and its surroundings made friendlier, as long as it
 * still fails in the same way.
 */
import type { Op, Scenario, Surface } from "./scenario.ts";

/** What goes wrong in a scenario; null: nothing. */
export type Attempt = (scenario: Scenario) => Promise<string | null>;

/** The kind of a failure: its words, without numbers and names that smaller scenarios change. */
export const kindOf = (message: string): string =>
  (message.split("\n")[0] ?? "")
    .replace(/\(.*?\)/g, "()")
    .replace(/0x[\da-f]+|\d+/g, "#")
    .slice(0, 120);

const friendly: Surface = {
  wire: 0,
  memory: 0,
  registers: 0,
  readLatency: 1,
  readJitter: 0,
  writeLatency: 1,
  writeJitter: 0,
  reorder: false,
  refused: [],
  largest: 1472,
};

export interface Shrunk {
  readonly scenario: Scenario;
  readonly message: string;
}

/** Tries at most `most` scenarios. */
export const shrink = async (failing: Shrunk, attempt: Attempt, most: number): Promise<Shrunk> => {
  const kind = kindOf(failing.message);
  let best = failing;
  let tries = 0;
  const better = async (scenario: Scenario): Promise<boolean> => {
    if (tries >= most) return false;
    tries++;
    const message = await attempt(scenario);
    if (message === null || kindOf(message) !== kind) return false;
    best = { scenario, message };
    return true;
  };
  const withOps = (ops: readonly Op[]): Scenario => ({ ...best.scenario, ops });

  // What comes after the failure does not matter: halves of the end first.
  for (let cut = best.scenario.ops.length >> 1; cut >= 1; cut >>= 1)
    while (best.scenario.ops.length > cut && (await better(withOps(best.scenario.ops.slice(0, -cut)))));
  for (const key of Object.keys(friendly) as (keyof Surface)[]) {
    const { surface } = best.scenario;
    if (JSON.stringify(surface[key]) !== JSON.stringify(friendly[key]))
      await better({ ...best.scenario, surface: { ...surface, [key]: friendly[key] } });
  }
  for (let left = -1; left !== best.scenario.ops.length && tries < most; ) {
    left = best.scenario.ops.length;
    for (let size = left >> 1; size >= 1; size >>= 1)
      for (let i = 0; i < best.scenario.ops.length; ) {
        const { ops } = best.scenario;
        if (!(await better(withOps([...ops.slice(0, i), ...ops.slice(i + size)])))) i += size;
      }
  }
  for (let i = 0; i < best.scenario.ops.length; i++)
    for (const simpler of simplerThan(best.scenario.ops[i] as Op)) {
      const { ops } = best.scenario;
      await better(withOps([...ops.slice(0, i), simpler, ...ops.slice(i + 1)]));
    }
  return best;
};

/** The same operation with less to it. */
function* simplerThan(op: Op): Generator<Op> {
  if (op.op === "frame") {
    if (op.gap > 0) yield { ...op, gap: 0 };
    if (op.frame.kind !== "plain") yield { ...op, frame: { ...op.frame, kind: "plain" } };
    if (op.frame.length > 8) yield { ...op, frame: { ...op.frame, length: 8 } };
  } else if (op.op === "send" && op.lengths.length > 1) yield { ...op, lengths: op.lengths.slice(0, 1) };
}
