/** The few things that all charts of a report need: scales, round ticks, text that cannot break the page. */
import { nextRound } from "./percentiles.ts";

/** Text as HTML or SVG content. */
export const escaped = (text: string) => text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);

/** A length of the drawing, short. */
export const px = (value: number) => String(Math.round(value * 100) / 100);

/** Multiples of a round number between two values, at most `count` steps apart in all: what an axis shows. */
export function ticks(low: number, high: number, count: number): number[] {
  if (high <= low) return [low];
  let step = 10 ** Math.floor(Math.log10((high - low) / count));
  while ((high - low) / step > count) step = nextRound(step);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

/** Values to places: `from` a range of values `to` a range of the drawing. */
export function scale(from: readonly [number, number], to: readonly [number, number]): (value: number) => number {
  const [low, high] = from;
  const [start, end] = to;
  return (value) => (high === low ? start : start + ((value - low) / (high - low)) * (end - start));
}

/** A whole drawing with a name for those who cannot see it. */
export function svg(width: number, height: number, name: string, content: readonly string[]): string {
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(name)}">${content.join("")}</svg>`;
}

export const line = (x1: number, y1: number, x2: number, y2: number, style: string) =>
  `<line x1="${px(x1)}" y1="${px(y1)}" x2="${px(x2)}" y2="${px(y2)}" class="${style}"/>`;

/** A rectangle; `tip` is shown when the pointer rests on it. */
export const rect = (x: number, y: number, width: number, height: number, style: string, tip?: string) =>
  `<rect x="${px(x)}" y="${px(y)}" width="${px(Math.max(0, width))}" height="${px(Math.max(0, height))}" class="${style}">${tip === undefined ? "" : `<title>${escaped(tip)}</title>`}</rect>`;

export const text = (x: number, y: number, content: string, style = "", anchor: "start" | "middle" | "end" = "start") =>
  `<text x="${px(x)}" y="${px(y)}" text-anchor="${anchor}"${style === "" ? "" : ` class="${style}"`}>${escaped(content)}</text>`;
