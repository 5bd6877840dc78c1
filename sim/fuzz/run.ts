/**
 * The fuzz as a whole: modules in batches, several batches at once, what disagrees made small. Module number i of a run
 * with seed S is the module of seed S + i, alone and in any batch: `--seed <its seed> --count 1` replays it.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { hierarchy, type Module } from "#hdl/core/ir.ts";
import { Random } from "#hdl/simulate/index.ts";
import { type Case, classOf, compareAll, type Disagreement, type Emit, emitAll } from "./compare.ts";
import { Coverage, type CoverageResult } from "./coverage.ts";
import { type EngineName, engineNames } from "./engines.ts";
import { randomModule } from "./modules.ts";
import { shrink } from "./shrink.ts";
import { moduleText } from "./text.ts";

export interface FuzzOptions {
  readonly count: number;
  /** Of the first module; 0 to 2^32 - count. */
  readonly seed: number;
  /** Batches at once. Default 2. */
  readonly jobs?: number;
  /** Default: all. */
  readonly engines?: readonly EngineName[];
  /** Processor time that a program may take for one module; more is a finding. Default 40. */
  readonly seconds?: number;
  /** What tools read and write goes to a folder of its own in this one, which is removed in the end. */
  readonly folder: string;
  /** Disagreements that are made small; the others are told as they are, and so are time-outs. Default 3. */
  readonly shrinkMost?: number;
  /** Makes the Verilog; tests put faults in here. */
  readonly emit?: Emit;
  readonly progress?: (done: number, disagreeing: number) => void;
}

/** A module on which simulators differ. */
export interface Finding {
  readonly seed: number;
  /** Which simulator, and how it differs. */
  readonly what: string;
  /** The module as generated, or what shrinking left of it. */
  readonly shrunk: boolean;
  readonly module: string;
  readonly verilog: string;
}
export interface FuzzResult {
  readonly count: number;
  readonly seed: number;
  readonly engines: readonly EngineName[];
  readonly modules: number;
  readonly findings: readonly Finding[];
  /** What the modules held. */
  readonly coverage: CoverageResult;
}

/** Most modules in one build: enough that starting the tools costs little. */
const mostAtOnce = 30;
/** Modules in one build, so that each job has as many to do. */
const batchSize = (count: number, jobs: number): number => Math.ceil(count / (jobs * Math.ceil(count / (jobs * mostAtOnce))));

/** The module of a seed. Few are large: the time that simulators take grows faster than what they can get wrong. */
export const moduleOfSeed = (seed: number): Module => {
  const random = new Random(seed);
  return randomModule(random, `fuzz_${seed}`, { levels: 2, clocks: 2, size: 4, bits: random.oneIn(16) ? 16_000 : 2000 });
};

const describe = (d: Disagreement): string => {
  if (d.kind === "tool") return `${d.engine}: ${d.message}`;
  const outputs = d.outputs.map((o) => `${o.name} is ${o.instant} instantly and ${o.other} there`).join(", ");
  return `${d.engine} differs in step ${d.step}${d.unknown ? " (X)" : ""}: ${outputs || "unknown bits only"}`;
};
const textOf = (m: Module, emit: Emit): string => {
  try {
    return emit(m);
  } catch (error) {
    return `// no Verilog: ${String(error)}\n`;
  }
};

/** Generates, runs and compares `count` modules. */
export const fuzz = async (options: FuzzOptions): Promise<FuzzResult> => {
  const engines = options.engines ?? engineNames;
  const emit = options.emit ?? emitAll;
  const folder = await mkdtemp(join(options.folder, "fuzz-"));
  const shared = { emit, ...(options.seconds === undefined ? {} : { seconds: options.seconds }) };
  const findings: Finding[] = [];
  const coverage = new Coverage();
  const jobs = options.jobs ?? 2;
  const batch = batchSize(options.count, jobs);
  let done = 0;
  let modules = 0;
  let next = 0;

  const examine = async (c: Case, d: Disagreement, own: string): Promise<void> => {
    // The place is taken before the first wait: jobs share the limit.
    const at = findings.length;
    const finding = { seed: c.seed, what: describe(d), shrunk: false, module: moduleText(c.module), verilog: textOf(c.module, emit) };
    findings.push(finding);
    if (at >= (options.shrinkMost ?? 3) || (d.kind === "tool" && d.timedOut)) return;
    const only = d.engine === "instant" || d.engine === "emit" ? [] : [d.engine];
    const { module, disagreement } = await shrink(c, d, { ...shared, engines: only, folder: own });
    findings[at] = { seed: c.seed, what: describe(disagreement), shrunk: true, module: moduleText(module), verilog: textOf(module, emit) };
  };
  const job = async (number: number): Promise<void> => {
    const own = join(folder, `${number}`);
    while (next < options.count) {
      const first = next;
      next = Math.min(options.count, next + batch);
      const cases = Array.from({ length: next - first }, (_, i): Case => {
        const seed = options.seed + first + i;
        return { seed, module: moduleOfSeed(seed) };
      });
      for (const { module } of cases) {
        modules += hierarchy(module).length;
        coverage.add(module);
      }
      const results = await compareAll(cases, { ...shared, engines, folder: own });
      for (const [i, result] of results.entries()) {
        // One fault shows in several simulators; each kind is reported.
        const kinds = new Map(result.map((d) => [classOf(d), d]));
        for (const d of kinds.values()) await examine(cases[i] as Case, d, own);
      }
      done += cases.length;
      options.progress?.(done, findings.length);
    }
  };
  await Promise.all(Array.from({ length: jobs }, (_, i) => job(i)));
  await rm(folder, { recursive: true, force: true });
  findings.sort((a, b) => a.seed - b.seed);
  return { count: options.count, seed: options.seed, engines, modules, findings, coverage: coverage.result() };
};

/** A finding as it is printed: what differs, the module, its Verilog, and how to see it again. */
export const findingText = (f: Finding): string =>
  [
    `seed ${f.seed}: ${f.what}`,
    f.shrunk ? "made small:" : "as generated:",
    f.module,
    f.verilog,
    `again: ./accio fuzz hdl --seed ${f.seed} --count 1\n`,
  ].join("\n");
