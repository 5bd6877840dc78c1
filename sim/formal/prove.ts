/** Runs one task: harness to Verilog, Verilog to a model, questions to the solver, answers to results. */
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { HdlError, type Module } from "#hdl";
import { externals, hierarchy, showSource } from "#hdl/core/ir.ts";
import { verilog } from "#hdl/emit/index.ts";
import { projectRoot } from "#toolchain/tools.ts";
import { type Instrumented, instrument, type Numbered, numberOf } from "./instrument.ts";
import { type Answer, ask, type Finding, type Locate, type Question, traceFile } from "./smtbmc.ts";
import { defaultTimeout, type FormalTask, type PropertyResult, slug, type TaskResult, type Trace, type Verdict } from "./task.ts";
import { traceText } from "./trace.ts";
import { parseVcd, type Waveform } from "./vcd.ts";
import { harnessName, wrapper, wrapperName } from "./wrapper.ts";
import { makeModel, modelFile, type VerilogFile, YosysError, type YosysName } from "./yosys.ts";

export interface ProveOptions {
  /** In place of the task's own depth. */
  readonly depth?: number;
  /** Where tasks' folders lie; `build/formal` of the project unless said. */
  readonly folder?: string;
  readonly yosys?: YosysName;
}

type Outcome = Pick<TaskResult, "unit" | "ok" | "properties" | "message" | "trace">;

/** Steps beside the ones asked for: the one with reset, and one in which the solver sees what the last edge sampled. */
const extraSteps = 2;
/** Seconds for making the model: no proof's business. */
const yosysTimeout = 300;
/** Memories up to this many bits become flip-flops, which the solver handles better than arrays; larger ones do not. */
const smallMemories = 8192;

/** Proves a task. Never throws for what is wrong with the task: that is a result too. */
export const prove = async (task: FormalTask, options: ProveOptions = {}): Promise<TaskResult> => {
  const started = performance.now();
  const depth = options.depth ?? task.depth;
  const result = (part: Outcome): TaskResult => ({
    task: task.name,
    mode: task.mode,
    depth,
    seconds: (performance.now() - started) / 1000,
    ...part,
  });
  try {
    return result(await run(task, depth, options));
  } catch (error) {
    if (!(error instanceof HdlError || error instanceof YosysError || error instanceof TaskError)) throw error;
    return result({ unit: "cycle", ok: false, properties: [], message: error.message, trace: null });
  }
};

/** The task itself asks for something that makes no sense. */
class TaskError extends Error {}

interface Prepared {
  readonly harness: Module;
  readonly design: Instrumented;
  readonly folder: string;
  readonly locate: Locate;
  /** Properties to be decided, by number, with every instance they stand in. */
  readonly wanted: readonly Occurrence[];
}
/** A property in an instance: "" is the harness. */
interface Occurrence {
  readonly number: number;
  readonly path: string;
}

const run = async (task: FormalTask, depth: number, options: ProveOptions): Promise<Outcome> => {
  const ready = await prepare(task, options);
  const seconds = task.timeout ?? defaultTimeout;
  const questions: readonly Question[] = task.mode === "induction" ? ["bmc", "step"] : [task.mode];
  for (const question of questions) {
    const answer = await ask(
      question,
      ready.folder,
      modelFile,
      { depth: depth + extraSteps, seconds },
      `${wrapperName}.${harnessName}`,
      ready.locate,
    );
    const last = question === questions.at(-1);
    if (answer.status !== "passed" || last) return conclude(task, ready, question, answer, depth, seconds);
  }
  throw new TaskError(`${task.name}: nothing was asked`);
};

const prepare = async (task: FormalTask, options: ProveOptions): Promise<Prepared> => {
  const harness = task.module();
  const design = instrument(harness);
  const modules = hierarchy(design.top);
  const folder = join(options.folder ?? join(projectRoot, "build/formal"), slug(task.name));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const [foreign] = externals(harness);
  if (foreign !== undefined)
    throw new TaskError(`${task.name}: ${foreign.name} is external Verilog, which a proof cannot look into: leave it out of the harness`);
  const files: readonly VerilogFile[] = [
    ...modules.map((m) => ({ name: `${m.name}.v`, text: verilog(m) })),
    { name: `${wrapperName}.v`, text: wrapper(design.top) },
  ];
  const lines = new Map(files.map((f) => [f.name, f.text.split("\n")]));
  const locate: Locate = (info) => {
    const place = /([^\s/:]+\.v):(\d+)/.exec(info);
    return numberOf(info) ?? (place === null ? null : numberOf(lines.get(place[1] as string)?.[Number(place[2]) - 1] ?? ""));
  };
  const kind = task.mode === "cover" ? "cover" : "assert";
  const wanted = occurrences(design.top).filter(({ number }) => design.properties[number]?.property.kind === kind);
  if (wanted.length === 0)
    throw new TaskError(`${task.name}: ${harness.name} has no ${kind === "cover" ? "cover to reach" : "assertion to prove"}`);
  const memories = modules.flatMap((m) => m.memories);
  const bits = memories.reduce((n, x) => n + x.width * x.depth, 0);
  const arrays = bits > 0 && (task.memories === undefined ? bits > smallMemories : task.memories === "arrays");
  await makeModel(
    folder,
    files,
    {
      top: wrapperName,
      severalClocks: harness.domains.length > 1,
      expandMemories: !arrays,
      seconds: yosysTimeout,
    },
    options.yosys,
  );
  return { harness, design, folder, locate, wanted };
};

/** Every property in every instance. */
const occurrences = (top: Module, path = ""): readonly Occurrence[] => [
  ...top.properties.map((p) => ({ number: numberOf(p.name.replace(" ", "_")) as number, path })),
  ...top.instances.flatMap((i) => (i.of.kind === "module" ? occurrences(i.of, path === "" ? i.name : `${path}.${i.name}`) : [])),
];

const conclude = (task: FormalTask, ready: Prepared, question: Question, answer: Answer, depth: number, seconds: number): Outcome => {
  const { harness, design } = ready;
  const recorded = answer.failed.length > 0 ? lastTrace(ready.folder, question) : null;
  // A property is sampled at the clock edge that ends a step, and the solver sees what was sampled in the next one.
  const cycleOf = (f: Finding): number => Math.max(0, (question === "step" && recorded !== null ? recorded.wave.steps - 1 : f.step) - 1);
  const result = ({ number, path }: Occurrence, verdict: Verdict, cycle: number | null): PropertyResult => {
    const { property } = design.properties[number] as Numbered;
    return { kind: property.kind === "cover" ? "cover" : "assert", name: property.name, at: showSource(property.at), path, verdict, cycle };
  };
  // What did not fail and was not reached, by how the question ended.
  const rest: Verdict =
    answer.status === "passed"
      ? question === "step"
        ? "proved"
        : "holds"
      : answer.status === "failed" && question === "step"
        ? "holds"
        : answer.status === "failed" && question === "cover" && answer.failed.length === 0
          ? "unreached"
          : "undecided";
  // The solver does not say in which of several instances a cover was reached: each time counts for one of them.
  const reached = [...answer.reached];
  const decide = (o: Occurrence): PropertyResult => {
    const failed = answer.failed.find((f) => f.number === o.number && f.path === o.path);
    if (failed !== undefined) return result(o, question === "step" ? "not inductive" : "failed", cycleOf(failed));
    const at = reached.findIndex((f) => f.number === o.number);
    const [found] = at < 0 ? [] : reached.splice(at, 1);
    return found === undefined ? result(o, rest, null) : result(o, "reached", Math.max(0, found.step - 1));
  };
  const properties = ready.wanted.map(decide);
  // On the way to a cover an assertion may fail.
  for (const f of answer.failed)
    if (!ready.wanted.some((o) => o.number === f.number && o.path === f.path))
      properties.push(result({ number: f.number, path: f.path ?? "" }, "failed", cycleOf(f)));

  const [first] = answer.failed;
  let trace: Trace | null = null;
  if (first !== undefined && recorded !== null) {
    const path = first.path ?? "";
    const conditions = answer.failed.filter((f) => f.path === path).flatMap((f) => design.properties[f.number]?.property.cond ?? []);
    trace = { vcd: recorded.file, text: traceText(harness, path, conditions, recorded.wave, cycleOf(first)) };
  }
  const unit = harness.domains.length > 1 ? "step" : "cycle";
  return { unit, ok: answer.status === "passed", properties, message: messageOf(task, question, answer, { unit, depth, seconds }), trace };
};

/** The trace that was written last: covers have one each, numbered from 0. */
const lastTrace = (folder: string, question: Question): { readonly file: string; readonly wave: Waveform } | null => {
  const [before, after] = traceFile(question).split("%") as [string, string?];
  let name = before;
  for (let i = 0; after !== undefined && existsSync(join(folder, `${before}${i}${after}`)); i++) name = `${before}${i}${after}`;
  const file = join(folder, name);
  return existsSync(file) ? { file, wave: parseVcd(readFileSync(file, "utf8")) } : null;
};

const messageOf = (
  task: FormalTask,
  question: Question,
  answer: Answer,
  { unit, depth, seconds }: { readonly unit: TaskResult["unit"]; readonly depth: number; readonly seconds: number },
): string | null => {
  const span = `${depth} ${unit}${depth === 1 ? "" : "s"}`;
  switch (answer.status) {
    case "passed":
      return null;
    case "timeout":
      return `not decided in ${seconds} s (${question === "step" ? "in the induction" : `in ${unit} ${answer.step} of ${depth}`}): raise the task's timeout or lower its depth`;
    case "contradiction":
      return `the assumptions contradict each other in ${unit} ${Math.max(0, answer.step - 1)}: nothing is proved`;
    case "unknown":
      return `the solver gave no answer: ${answer.output.trim().split("\n").slice(-3).join(" / ")}`;
    case "failed":
      if (question === "step")
        return `holds for ${span}, but not by induction of depth ${depth}: the trace starts in a state that need not be reachable; raise the depth, or state what excludes it`;
      return answer.failed.length === 0 && task.mode === "cover" ? `not every cover is reached in ${span}` : null;
  }
};
