/** A thread that tries mutants: it is told a file, a family and a mutant's number, and answers with a verdict. */
import { parentPort } from "node:worker_threads";
import { familiesIn } from "./discover.ts";
import { type Family, judge, mutantsOf } from "./family.ts";
import type { Mutant } from "./mutant.ts";
import type { Answer, Question } from "./run.ts";

const known = new Map<string, Promise<{ readonly family: Family; readonly mutants: readonly Mutant<Family["block"]>[] }>>();
const load = (file: string, name: string) => {
  const key = `${file} ${name}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const made = familiesIn(file).then((all) => {
    const family = all.find((f) => f.name === name)?.family;
    if (family === undefined) throw new Error(`${file} has no block "${name}"`);
    return { family, mutants: mutantsOf(family) };
  });
  known.set(key, made);
  return made;
};

parentPort?.on("message", async ({ file, name, number }: Question) => {
  const { family, mutants } = await load(file, name);
  // Below zero: the block as it is.
  const block = number < 0 ? { ...family.block, properties: [] } : mutants[number]?.module;
  if (block === undefined) throw new Error(`"${name}" has no mutant ${number}`);
  const answer: Answer = { number, ...judge(family, block) };
  parentPort?.postMessage(answer);
});
