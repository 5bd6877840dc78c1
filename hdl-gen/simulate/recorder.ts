/** Remembers what signals did, for waveforms: per clock edge, what changed before it and what it changed. */
import type { Signal } from "../core/ir.ts";
import type { FlatDesign } from "./flatten.ts";

export interface TraceOptions {
  /** Paths of signals, or of instances (then everything below them). Default: all. */
  readonly signals?: readonly string[];
  /** Keep only the last so many edges. Default: all. */
  readonly last?: number;
}

export type Sample = number | bigint;
/** Position of a signal, and its new value. */
export type Change = readonly [at: number, value: Sample];
/** One edge of one or more clocks. */
export interface Frame {
  /** Positions of the clocks in the design's list. */
  readonly clocks: readonly number[];
  /** Changes since the frame before, as they stood just before the edge. */
  readonly before: readonly Change[];
  /** What the edge changed. */
  after: readonly Change[];
}

export class Recorder {
  readonly design: FlatDesign;
  /** What is recorded; several paths may share one position. */
  readonly paths: readonly { readonly path: string; readonly at: number }[];
  readonly signals: readonly Signal[];
  /** Edges that are forgotten. */
  skipped = 0;
  readonly frames: Frame[] = [];
  readonly #get: (s: Signal) => Sample;
  readonly #last: number;
  readonly #base: Sample[];
  readonly #now: Sample[];

  constructor(design: FlatDesign, options: TraceOptions, get: (s: Signal) => Sample) {
    const wanted = [...design.signals].filter(([path]) => options.signals?.some((w) => path === w || path.startsWith(`${w}.`)) ?? true);
    for (const w of options.signals ?? [])
      if (!wanted.some(([path]) => path === w || path.startsWith(`${w}.`)))
        throw new Error(`trace: ${design.top.name} has no signal or instance "${w}"`);
    const signals = [...new Set(wanted.map(([, s]) => s))];
    this.design = design;
    this.signals = signals;
    this.paths = wanted.map(([path, s]) => ({ path, at: signals.indexOf(s) }));
    this.#get = get;
    this.#last = options.last ?? Number.POSITIVE_INFINITY;
    this.#base = signals.map((s) => (s.width <= 32 ? 0 : 0n));
    this.#now = [...this.#base];
  }
  /** Values before the first frame that is kept. */
  get base(): readonly Sample[] {
    return this.#base;
  }
  #changes(): readonly Change[] {
    const found: Change[] = [];
    this.signals.forEach((s, i) => {
      const value = this.#get(s);
      if (value === this.#now[i]) return;
      this.#now[i] = value;
      found.push([i, value]);
    });
    return found;
  }
  /** Called just before an edge of `clocks` and, with `after`, just behind it. */
  sample(clocks: readonly number[], after: boolean): void {
    if (after) {
      (this.frames.at(-1) as Frame).after = this.#changes();
      return;
    }
    this.frames.push({ clocks, before: this.#changes(), after: [] });
    if (this.frames.length < 2 * this.#last) return;
    const old = this.frames.splice(0, this.frames.length - this.#last);
    this.skipped += old.length;
    for (const f of old) for (const [at, value] of [...f.before, ...f.after]) this.#base[at] = value;
  }
  /** The frames that are kept, at most `last`. */
  kept(): { readonly frames: readonly Frame[]; readonly base: readonly Sample[]; readonly first: number } {
    const surplus = Math.max(0, this.frames.length - this.#last);
    const base = [...this.#base];
    for (const f of this.frames.slice(0, surplus)) for (const [at, value] of [...f.before, ...f.after]) base[at] = value;
    return { frames: this.frames.slice(surplus), base, first: this.skipped + surplus };
  }
}
