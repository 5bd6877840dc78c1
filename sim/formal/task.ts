/** What a proof is: a harness, the way to prove it and how far; and what comes out of it. */
import type { Module } from "#hdl";

/**
 * Cycles count from power-up: cycle 0 is the one with reset, the `depth` cycles after it are looked at.
 *
 * - `bmc`: no assertion fails in the first `depth` cycles.
 * - `induction`: that, and whenever the assertions hold for `depth` cycles they hold in the next: they hold for ever.
 * - `cover`: every cover is reached within `depth` cycles.
 */
export type Mode = "bmc" | "induction" | "cover";

export interface FormalTask {
  /** What is proved, unique among all tasks: "fifo: equals a queue". */
  readonly name: string;
  /**
   * The harness, a module whose inputs are free: it holds the block, its model and the properties. Properties of the
   * block itself are proved with it. Built when the task runs.
   */
  readonly module: () => Module;
  readonly mode: Mode;
  /** Cycles after reset; with several clocks steps, in each of which any clock may have an edge (about three to a cycle). */
  readonly depth: number;
  /** Seconds that each solver run may take; 300 unless said. */
  readonly timeout?: number;
  /** Takes a minute of a processor: `./accio formal` proves it, the test suite only where ACCIO_LONG_PROOFS is set. */
  readonly long?: true;
  /** A memory as flip-flops or as an array of the solver's; by default flip-flops where the design's memories are small. */
  readonly memories?: "registers" | "arrays";
}
export const defaultTimeout = 300;

/** What is known of a property after its task has run. `proved`, `holds` and `reached` are successes. */
export type Verdict =
  /** By induction: for ever. */
  | "proved"
  /** In the first `depth` cycles. */
  | "holds"
  | "reached"
  | "failed"
  | "unreached"
  /** No counter-example from power-up, but holding for `depth` cycles does not imply the next one. */
  | "not inductive"
  /** The task ended before this property was decided. */
  | "undecided";

export interface PropertyResult {
  readonly kind: "assert" | "cover";
  /** As the user wrote it. */
  readonly name: string;
  /** Where: "lib/fifo.ts:42". */
  readonly at: string;
  /** The instance it stands in, from the harness: "" or "dut.queue". */
  readonly path: string;
  readonly verdict: Verdict;
  /** Cycle (or step) in which it failed or was reached. */
  readonly cycle: number | null;
}

export interface Trace {
  /** The waveform, for any viewer. */
  readonly vcd: string;
  /** Signals by cycle, as text. */
  readonly text: string;
}

export interface TaskResult {
  readonly task: string;
  readonly mode: Mode;
  readonly depth: number;
  /** What depths and `cycle` count: a step is an edge of any of several clocks. */
  readonly unit: "cycle" | "step";
  readonly seconds: number;
  readonly ok: boolean;
  readonly properties: readonly PropertyResult[];
  /** What went wrong beside single properties: no time left, contradicting assumptions, an error of a tool. */
  readonly message: string | null;
  readonly trace: Trace | null;
}

/** A task's folder below `build/formal`. */
export const slug = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
