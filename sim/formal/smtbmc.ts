/** Runs yosys-smtbmc with Bitwuzla, and reads what it says. */
import { join } from "node:path";
import { findTool, projectRoot } from "#toolchain/tools.ts";
import { type Ran, runLimited } from "./process.ts";

/** A property, by its number and instance path ("" for the harness), and the solver's step in which something happened. */
export interface Finding {
  readonly number: number;
  /** null where the solver does not say. */
  readonly path: string | null;
  readonly step: number;
}
export interface Answer {
  /** passed: as asked. unknown: the solver gave up. */
  readonly status: "passed" | "failed" | "timeout" | "contradiction" | "unknown";
  readonly failed: readonly Finding[];
  readonly reached: readonly Finding[];
  /** Last step that was looked at. */
  readonly step: number;
  readonly output: string;
}

export interface Limits {
  readonly depth: number;
  readonly seconds: number;
}
export type Question = "bmc" | "step" | "cover";
const flags: Readonly<Record<Question, readonly string[]>> = { bmc: ["--presat"], step: ["-i"], cover: ["-c"] };

/** Finds the property that the solver speaks of: by its label, or by its place in the Verilog ("fifo.v:50.9-50.30"). */
export type Locate = (info: string) => number | null;

/** What the printed lines mean. `prefix`: path of the harness's instance in front of every other. */
export const readAnswer = (ran: Ran, prefix: string, locate: Locate): Answer => {
  const { output } = ran;
  let step = 0;
  const failed: Finding[] = [];
  const reached: Finding[] = [];
  for (const line of output.split("\n")) {
    const now =
      /(?:Checking assertions in step|Checking assumptions in step|Trying induction in step|Checking cover reachability in step) (\d+)/.exec(
        line,
      );
    if (now !== null) step = Number(now[1]);
    const assert = /Assert failed in (\S+): (.*?)(?: \(step (\d+)\))?$/.exec(line);
    const number = assert === null ? null : locate(assert[2] as string);
    if (assert !== null && number !== null) {
      const path = (assert[1] as string) === prefix ? "" : (assert[1] as string).replace(`${prefix}.`, "");
      // For a cover, every step in which an assertion fails is told; the first one counts.
      if (!failed.some((f) => f.number === number && f.path === path))
        failed.push({ number, path, step: assert[3] === undefined ? step : Number(assert[3]) });
    }
    const cover = /Reached cover statement (?:in step (\d+) )?at (.*?)(?: in step (\d+))?\.?$/.exec(line);
    const covered = cover === null ? null : locate(cover[2] as string);
    if (cover !== null && covered !== null) reached.push({ number: covered, path: null, step: Number(cover[1] ?? cover[3]) });
  }
  const status = ran.timedOut
    ? "timeout"
    : /Assumptions are unsatisfiable/.test(output)
      ? "contradiction"
      : /Status: (?:PASSED|passed)/.test(output)
        ? "passed"
        : /Status: (?:FAILED|failed)/.test(output)
          ? "failed"
          : "unknown";
  return { status, failed, reached, step, output };
};

/** Where the program `bitwuzla` is, and the Python whose wheel it runs on (docs/decisions/solver.md). */
const path = [join(projectRoot, ".toolchain/python/bin"), join(projectRoot, "sim/formal/solver")].join(":");

/** Where a counter-example goes; a cover's `%` is the number of the trace. */
export const traceFile = (question: Question): string => (question === "cover" ? "cover%.vcd" : `${question}.vcd`);

/** Asks about `model` (SMT-LIB text by Yosys, in `folder`). */
export const ask = async (
  question: Question,
  folder: string,
  model: string,
  limits: Limits,
  prefix: string,
  locate: Locate,
): Promise<Answer> => {
  const { depth, seconds } = limits;
  const args = [...flags[question], "-s", "bitwuzla", "-t", `${depth}`, "--dump-vcd", traceFile(question), model];
  return readAnswer(
    await runLimited(findTool("yosys-smtbmc"), args, folder, seconds, { ...process.env, PATH: `${path}:${process.env.PATH}` }),
    prefix,
    locate,
  );
};
