/** The way of one datagram through the blocks, as a timeline: a row per step, and what the step usually takes. */
import type { FrameRecord } from "./result.ts";
import { line, rect, scale, svg, text, ticks } from "./svg.ts";
import { count } from "./text.ts";
import { stepsOf, typicalSteps } from "./way.ts";

const width = 960;
const rowHeight = 34;
const top = 34;
const labels = 326;
const numbers = 150;

/** @param frames  all frames of the run, for the medians */
export function wayChart(frame: FrameRecord, frames: readonly FrameRecord[]): string {
  const steps = stepsOf(frame);
  const typical = typicalSteps(frames);
  const end = steps.at(-1)?.end ?? 0;
  const bottom = top + steps.length * rowHeight;
  const x = scale([0, Math.max(1, end)], [labels, width - numbers]);
  const rows = steps.flatMap(({ stage, what, block, begin, end: stop }, row) => {
    const y = top + row * rowHeight;
    const cycles = stop - begin;
    const usual = typical.get(stage) ?? 0;
    const tip = `${what}: cycles ${count(begin)} to ${count(stop)} since the first beat; ${count(cycles)}, usually ${count(usual)}`;
    return [
      text(0, y + 21, block, "block"),
      text(90, y + 21, what, "what"),
      rect(x(begin), y + 9, Math.max(2, x(stop) - x(begin)), 12, `step ${side(stage)}`, tip),
      rect(
        x(begin),
        y + 23,
        Math.max(1, Math.min(x(begin + usual), width - numbers) - x(begin)),
        3,
        "usual",
        `usually ${count(usual)} cycles`,
      ),
      text(width - 84, y + 21, count(cycles), "number", "end"),
      text(width, y + 21, count(usual), "usual-number", "end"),
    ];
  });
  const across = ticks(0, end, 6);
  return svg(
    width,
    bottom + 28,
    `Timeline of frame ${frame.number}: ${steps.map(({ what, begin, end: stop }) => `${what} ${stop - begin}`).join(", ")}`,
    [
      ...across.map((value) => line(x(value), top, x(value), bottom + 4, "grid")),
      ...across.map((value) => text(x(value), bottom + 20, count(value), "tick", "middle")),
      text(labels, 18, "cycles since the first beat on the wire", "title"),
      text(width - 84, 18, "cycles", "title", "end"),
      text(width, 18, "usual", "title", "end"),
      ...rows,
    ],
  );
}

/** Which part of the system a step belongs to, for its colour. */
function side(stage: string): "receiving" | "host" | "sending" {
  if (stage === "doorbell") return "host";
  return stage.startsWith("tx") ? "sending" : "receiving";
}
