/** Tries the mutants of several blocks in threads, and sorts what survived. */
import { Worker } from "node:worker_threads";
import { showSource } from "#hdl/core/ir.ts";
import { UserError } from "#toolchain/user-error.ts";
import type { Found } from "./discover.ts";
import { mutantsOf, sampleOf, sortSurvivors, type Verdict } from "./family.ts";
import type { MutantKind } from "./mutant.ts";

export interface Question {
  readonly file: string;
  readonly name: string;
  /** Of the mutant; below zero the block as it is. */
  readonly number: number;
}
export interface Answer extends Verdict {
  readonly number: number;
}

export interface Survivor {
  readonly kind: MutantKind;
  /** Of the user's statement. */
  readonly at: string;
  readonly change: string;
}
export interface BlockResult {
  readonly block: string;
  readonly mutants: number;
  readonly tried: number;
  readonly caught: number;
  /** Of each kind: how many were tried, and how many caught. */
  readonly kinds: Readonly<Partial<Record<MutantKind, readonly [tried: number, caught: number]>>>;
  readonly equivalent: readonly { readonly change: string; readonly count: number; readonly why: string }[];
  readonly survivors: readonly Survivor[];
  /** The check ended without a finding, which is a fault of the check. */
  readonly crashed: readonly (Survivor & { readonly message: string })[];
  /** Listed as equivalent, and yet noticed. */
  readonly stale: readonly string[];
  /** Of those that are not equivalent, from 0 to 1. */
  readonly share: number;
}
export interface RunOptions {
  /** Mutants of each block; all unless said. */
  readonly sample?: number;
  readonly seed?: number;
  /** Threads. */
  readonly jobs: number;
  readonly progress?: (done: number, total: number, block: string) => void;
}

/** One thread with one question at a time. */
class Asked {
  readonly #worker = new Worker(new URL("./worker.ts", import.meta.url));
  ask(question: Question): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const done = (): void => {
        this.#worker.off("message", answered);
        this.#worker.off("error", failed);
      };
      const answered = (answer: Answer): void => {
        done();
        resolve(answer);
      };
      const failed = (error: Error): void => {
        done();
        reject(error);
      };
      this.#worker.on("message", answered);
      this.#worker.on("error", failed);
      this.#worker.postMessage(question);
    });
  }
  end(): Promise<number> {
    return this.#worker.terminate();
  }
}

/** Tries the mutants of `blocks`. Throws `UserError` where a block does not pass its check as it is. */
export const runMutants = async (
  blocks: readonly Found[],
  { sample, seed = 1, jobs, progress = () => {} }: RunOptions,
): Promise<readonly BlockResult[]> => {
  const lists = blocks.map((b) => mutantsOf(b.family));
  const numbers = lists.map((list) => sampleOf(list.length, sample, seed));
  const questions = blocks.flatMap((b, k) =>
    [-1, ...(numbers[k] ?? [])].map((number) => ({ k, question: { file: b.file, name: b.name, number } })),
  );
  const answers = blocks.map((): Answer[] => []);
  let next = 0;
  let done = 0;
  const thread = async (): Promise<void> => {
    const asked = new Asked();
    try {
      for (let at = next++; at < questions.length; at = next++) {
        const { k, question } = questions[at] as (typeof questions)[number];
        const answer = await asked.ask(question);
        if (question.number >= 0) answers[k]?.push(answer);
        else if (answer.outcome !== "survived")
          throw new UserError("a block fails its check as it is", `${question.name}: ${answer.message}`, "mend it first: ./accio test");
        progress(++done, questions.length, question.name);
      }
    } finally {
      next = next < questions.length ? next : questions.length;
      await asked.end();
    }
  };
  const threads = Array.from({ length: Math.min(jobs, questions.length) }, thread);
  try {
    await Promise.all(threads);
  } catch (error) {
    next = questions.length;
    await Promise.allSettled(threads);
    throw error;
  }

  return blocks.map(({ name, family }, k): BlockResult => {
    const list = lists[k] ?? [];
    const given = (answers[k] ?? []).toSorted((a, b) => a.number - b.number);
    const of = (outcome: Verdict["outcome"]) => given.flatMap((a) => (a.outcome === outcome ? [{ ...a, mutant: list[a.number] }] : []));
    const told = (m: (typeof list)[number]): Survivor => ({ kind: m.kind, at: showSource(m.at), change: m.name });
    const survived = of("survived").flatMap(({ mutant }) => (mutant === undefined ? [] : [mutant]));
    const { survivors, equivalent, stale } = sortSurvivors(family, survived, given.length === list.length);
    const kinds: Partial<Record<MutantKind, readonly [number, number]>> = {};
    for (const a of given) {
      const { kind } = list[a.number] as (typeof list)[number];
      const [tried, caught] = kinds[kind] ?? [0, 0];
      kinds[kind] = [tried + 1, caught + (a.outcome === "caught" ? 1 : 0)];
    }
    const caught = of("caught").length;
    const crashed = of("crashed").flatMap(({ mutant, message }) =>
      mutant === undefined ? [] : [{ ...told(mutant), message: message ?? "" }],
    );
    const counted = given.length - equivalent.reduce((n, e) => n + e.count, 0);
    return {
      block: name,
      mutants: list.length,
      tried: given.length,
      caught,
      kinds,
      equivalent,
      survivors: survivors.map(told),
      crashed,
      stale,
      share: counted === 0 ? 1 : caught / counted,
    };
  });
};
