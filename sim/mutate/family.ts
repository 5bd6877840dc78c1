/** A block with the check that must notice its mutants, and those that need not be noticed, each with a reason. */
import { AssertionError } from "node:assert";
import type { Module } from "#hdl";
import { PropertyError, Random } from "#hdl/simulate/index.ts";
import { expressionMutants, furtherExpressionMutants } from "./expressions.ts";
import { changeOf, type Mutant } from "./mutant.ts";
import { resetMutants } from "./resets.ts";
import { statementMutants } from "./statements.ts";

/** How many mutants of one name do the same as the block, and why. A number alone: the reason stands beside it as a remark. */
export type Equivalent = number | readonly [count: number, why: string];
export interface Family<B extends Module = Module> {
  readonly block: B;
  /** There are more mutants than this. */
  readonly mutants: number;
  /** The test takes so many of them, always the same; all unless said. */
  readonly sample?: number;
  /** Which mutants the test takes: operators, constants and choices, unless `all`. The command takes all. */
  readonly kinds?: "all";
  /** Throws where the block is wrong. */
  check(block: B): void;
  /** Mutants that do the same as the block, by what they change ("given: add for sub"). */
  readonly same: Readonly<Record<string, Equivalent>>;
}
export const family = <B extends Module>(f: Family<B>): Family => f as unknown as Family;

/** The mutants of a block, always in the same order. */
export const mutantsOf = ({ block }: Pick<Family, "block">): readonly Mutant<Module>[] => [
  ...expressionMutants(block),
  ...furtherExpressionMutants(block),
  ...statementMutants(block),
  ...resetMutants(block),
];
/** Those that a family's test takes of them, all or to be sampled. */
export const testedMutantsOf = (f: Family): readonly Mutant<Module>[] => (f.kinds === "all" ? mutantsOf(f) : expressionMutants(f.block));

/** `count` numbers below `total`, in order; the same for the same seed. All where there are no more. */
export const sampleOf = (total: number, count: number | undefined, seed: number): readonly number[] => {
  const left = Array.from({ length: total }, (_, i) => i);
  if (count === undefined || count >= total) return left;
  const random = new Random(seed);
  return Array.from({ length: count }, () => left.splice(random.below(left.length), 1)[0] as number).toSorted((a, b) => a - b);
};

export interface Verdict {
  /** `crashed`: the check ended in a way that is no finding. */
  readonly outcome: "caught" | "survived" | "crashed";
  /** How it was noticed, or crashed. */
  readonly message: string | null;
}

/** Runs a family's check on a block. A property within it counts as noticed, and so does an assertion of the check's. */
export const judge = (f: Family, block: Module): Verdict => {
  try {
    f.check(block);
    return { outcome: "survived", message: null };
  } catch (error) {
    const { message } = error as Error;
    const found = error instanceof PropertyError || error instanceof AssertionError || /^seed \d+, cycle \d+: /.test(message);
    return { outcome: found ? "caught" : "crashed", message };
  }
};

const countOf = (e: Equivalent | undefined): number => (e === undefined ? 0 : typeof e === "number" ? e : e[0]);
const reasonOf = (e: Equivalent): string => (typeof e === "number" ? "said in the source" : e[1]);

export interface Sorted {
  readonly survivors: readonly Mutant<Module>[];
  readonly equivalent: readonly { readonly change: string; readonly count: number; readonly why: string }[];
  /** Listed as equivalent, and yet noticed; known only when all mutants ran. */
  readonly stale: readonly string[];
}

/** What survived, apart from what may. Of one name more than listed, all are named: which of them may is not known. */
export const sortSurvivors = (f: Family, survived: readonly Mutant<Module>[], all: boolean): Sorted => {
  const byChange = Map.groupBy(survived, (m) => changeOf(m.name));
  const entries = [...byChange];
  return {
    survivors: entries.flatMap(([change, list]) => (list.length > countOf(f.same[change]) ? list : [])),
    equivalent: entries.flatMap(([change, list]) => {
      const listed = f.same[change];
      return listed === undefined || list.length > countOf(listed) ? [] : [{ change, count: list.length, why: reasonOf(listed) }];
    }),
    stale: all ? Object.entries(f.same).flatMap(([change, e]) => ((byChange.get(change)?.length ?? 0) < countOf(e) ? [change] : [])) : [],
  };
};
