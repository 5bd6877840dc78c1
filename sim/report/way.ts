/** A datagram's way through the blocks: what happens between the stages at which its cycles were taken. */

import { percentile } from "./percentiles.ts";
import { type FrameRecord, type Stage, stages } from "./result.ts";

/** What goes on until a stage is reached, and which block does it. */
export const steps: Readonly<Record<Exclude<Stage, "wireFirst">, { readonly what: string; readonly block: string }>> = {
  wireLast: { what: "arrives on the wire", block: "wire" },
  parsed: { what: "headers and checksums are read", block: "parser" },
  parked: { what: "no slot has its connection; it waits for the table walker", block: "table" },
  matched: { what: "the connection table finds its slot", block: "table" },
  dmaFirst: { what: "waits to be written", block: "placement" },
  dmaLast: { what: "goes to memory", block: "DMA" },
  tailMoved: { what: "the tail moves", block: "ring" },
  doorbell: { what: "the application reads and answers", block: "host" },
  txFirst: { what: "the answer is fetched and built", block: "transmit" },
  txLast: { what: "leaves on the wire", block: "wire" },
};

/** One step of a way. */
export interface Step {
  readonly stage: Exclude<Stage, "wireFirst">;
  readonly what: string;
  readonly block: string;
  /** Cycles since the first beat on the wire. */
  readonly begin: number;
  readonly end: number;
}

/**
 * The steps of a frame in the order of their cycles, which is that of the stages unless a block works ahead of the one
 * before it (cut-through). A stage that was not recorded joins the step after it.
 */
export function stepsOf({ at }: FrameRecord): Step[] {
  const reached = stages.flatMap((stage) => {
    const cycle = at[stage];
    return stage === "wireFirst" || cycle === undefined ? [] : [{ stage, cycle }];
  });
  let before: number = at.wireFirst;
  return reached
    .sort((a, b) => a.cycle - b.cycle)
    .map(({ stage, cycle }) => {
      const step = { stage, ...steps[stage], begin: before - at.wireFirst, end: cycle - at.wireFirst };
      before = cycle;
      return step;
    });
}

/** The accepted frames by their cycles from the wire to the tail, slowest first; of equals the earlier. */
export function slowest(frames: readonly FrameRecord[], count: number): FrameRecord[] {
  const took = ({ at }: FrameRecord) => (at.tailMoved ?? Number.NEGATIVE_INFINITY) - at.wireFirst;
  return frames
    .filter(({ verdict, at }) => verdict === "accepted" && at.tailMoved !== undefined)
    .sort((a, b) => took(b) - took(a) || a.number - b.number)
    .slice(0, count);
}

/** Median cycles of each step over the accepted frames, to hold one frame's steps against. */
export function typicalSteps(frames: readonly FrameRecord[]): ReadonlyMap<Stage, number> {
  const cycles = new Map<Stage, number[]>();
  for (const frame of frames) {
    if (frame.verdict !== "accepted") continue;
    for (const { stage, begin, end } of stepsOf(frame)) {
      const list = cycles.get(stage);
      if (list === undefined) cycles.set(stage, [end - begin]);
      else list.push(end - begin);
    }
  }
  return new Map(
    Array.from(cycles, ([stage, list]) => [
      stage,
      percentile(
        list.sort((a, b) => a - b),
        50,
      ),
    ]),
  );
}
