/** Runs modules in several simulators at once and says where one differs from the instant simulator. */
import { join } from "node:path";
import { hierarchy, type Module } from "#hdl/core/ir.ts";
import { verilog } from "#hdl/emit/index.ts";
import { type Design, type EngineName, runEngine } from "./engines.ts";
import { ToolError } from "./process.ts";
import { initSteps, instantTrace, pinsOf, stimulusFor, type Trace, unpack } from "./stimulus.ts";

/** Steps of a run, with those that initialise. */
export const defaultSteps = initSteps + 48;

export interface Case {
  /** Names of modules differ between the cases of a batch. */
  readonly module: Module;
  readonly seed: number;
}

/** One simulator and the instant one do not agree on a module, or something cannot read it. */
export type Disagreement =
  | {
      readonly kind: "trace";
      readonly engine: EngineName;
      readonly step: number;
      /** Outputs that differ in that step, in hexadecimal. */
      readonly outputs: readonly { readonly name: string; readonly instant: string; readonly other: string }[];
      /** The other simulator says X. */
      readonly unknown: boolean;
    }
  | {
      readonly kind: "tool";
      readonly engine: EngineName | "instant" | "emit";
      readonly message: string;
      /** It was stopped: it took too long. */
      readonly timedOut: boolean;
    };

/** Disagreements of the same class stem, as far as one can tell, from the same fault. */
export const classOf = (d: Disagreement): string =>
  d.kind === "trace"
    ? `${d.engine}${d.unknown ? " unknown" : ""}`
    : `${d.engine} ${
        d.message
          .split("\n")
          .find((l) => /error|sorry|assert|crashed|time-out/i.test(l))
          ?.replaceAll(/[\d_]+|'[^']*'/g, "") ?? ""
      }`;

/** Makes the Verilog of a module and all below it; tests put faults in here. */
export type Emit = (top: Module) => string;
export const emitAll: Emit = (top) =>
  hierarchy(top)
    .map((m) => verilog(m, { sources: false }))
    .join("\n");

interface Prepared extends Design {
  readonly instant: Trace;
}
const initialised = (t: Trace): Trace => t.slice(initSteps);
const prepare = (c: Case, steps: number, emit: Emit): Prepared | Disagreement => {
  const stimulus = stimulusFor(c.module, c.seed, steps);
  let instant: Trace;
  try {
    instant = instantTrace(c.module, stimulus);
    if (initialised(instant).join() !== initialised(instantTrace(c.module, stimulus, "random")).join())
      return { kind: "tool", engine: "instant", message: "the module depends on state that was never set", timedOut: false };
  } catch (error) {
    return { kind: "tool", engine: "instant", message: String((error as Error).stack ?? error), timedOut: false };
  }
  try {
    return { name: c.module.name, pins: pinsOf(c.module), seed: c.seed, stimulus, instant, verilog: emit(c.module) };
  } catch (error) {
    return { kind: "tool", engine: "emit", message: String((error as Error).stack ?? error), timedOut: false };
  }
};

const compare = (engine: EngineName, p: Prepared, other: Trace): Disagreement | null => {
  for (let step = initSteps; step < p.instant.length; step++) {
    const [mine, theirs] = [p.instant[step] as string, other[step] as string];
    if (mine === theirs) continue;
    const unknown = /[xz]/.test(theirs);
    const [a, b] = [mine, theirs.replaceAll(/[xz]/g, "0")].map((t) => unpack(p.pins.outputs, BigInt(`0x${t}`))) as [
      readonly bigint[],
      readonly bigint[],
    ];
    const outputs = p.pins.outputs.flatMap((s, i) =>
      a[i] === b[i] ? [] : [{ name: s.name, instant: (a[i] as bigint).toString(16), other: (b[i] as bigint).toString(16) }],
    );
    return { kind: "trace", engine, step, outputs, unknown };
  }
  return null;
};

/** Processor time for one module, unless told otherwise. The slowest take some seconds. */
const defaultSeconds = 40;
/** Processor time for each other module in the same build. */
const secondsMore = 3;

/** Traces of one engine; a module that the tool refuses gets its error instead, found by halving the batch. */
const runHalving = async (
  engine: EngineName,
  list: readonly Prepared[],
  options: CompareOptions,
): Promise<readonly (Trace | ToolError)[]> => {
  try {
    const seconds = (options.seconds ?? defaultSeconds) + secondsMore * (list.length - 1);
    return await runEngine(engine, list, { folder: join(options.folder, engine), seconds });
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    if (list.length === 1) return [error];
    const half = Math.ceil(list.length / 2);
    return [...(await runHalving(engine, list.slice(0, half), options)), ...(await runHalving(engine, list.slice(half), options))];
  }
};

export interface CompareOptions {
  readonly engines: readonly EngineName[];
  /** A folder of this run alone. */
  readonly folder: string;
  readonly steps?: number;
  /** Processor time that a program may take for one module. Default 40. */
  readonly seconds?: number;
  readonly emit?: Emit;
}

/** For each case, where the engines differ from the instant simulator; empty where all agree. */
export const compareAll = async (cases: readonly Case[], options: CompareOptions): Promise<readonly (readonly Disagreement[])[]> => {
  const found: Disagreement[][] = cases.map(() => []);
  const prepared: { readonly at: number; readonly p: Prepared }[] = [];
  cases.forEach((c, at) => {
    const p = prepare(c, options.steps ?? defaultSteps, options.emit ?? emitAll);
    if ("kind" in p) found[at]?.push(p);
    else prepared.push({ at, p });
  });
  if (prepared.length === 0) return found;
  for (const engine of options.engines) {
    const list = prepared.map(({ p }) => p);
    const results = await runHalving(engine, list, options);
    results.forEach((r, i) => {
      const { at, p } = prepared[i] as (typeof prepared)[number];
      const d: Disagreement | null =
        r instanceof ToolError ? { kind: "tool", engine, message: r.message, timedOut: r.timedOut } : compare(engine, p, r);
      if (d !== null) found[at]?.push(d);
    });
  }
  return found;
};
