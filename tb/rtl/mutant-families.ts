/**
 * Tests that tests notice: operators, constants and choices of a block are changed, one at a time, and the block's check
 * must fail. What may survive stands beside the block with the reason.
 */
import { describe, expect, it } from "vitest";
import type { Module } from "#hdl";
import { PropertyError, Random } from "#hdl/simulate/index.ts";
import { expressionMutants, type Mutant } from "./mutate-expressions.ts";

export interface Family<B extends Module = Module> {
  readonly block: B;
  /** There are more mutants than this. */
  readonly mutants: number;
  /** Take so many of them, always the same; all unless said. */
  readonly sample?: number;
  /** Throws where the block is wrong. */
  check(block: B): void;
  /** Mutants that do the same as the block, and how many of that name there are. */
  readonly same: Readonly<Record<string, number>>;
}
export const family = <B extends Module>(f: Family<B>): Family => f as unknown as Family;

const sampled = (list: readonly Mutant<Module>[], count: number | undefined): readonly Mutant<Module>[] => {
  if (count === undefined) return list;
  const random = new Random(1);
  const left = [...list];
  return Array.from({ length: Math.min(count, left.length) }, () => left.splice(random.below(left.length), 1)[0] as Mutant<Module>);
};

/** One test per block. */
export const testMutants = (families: Readonly<Record<string, Family>>): void => {
  describe.each(Object.entries(families))("%s", (_, { block, mutants, sample, check, same }) => {
    it("passes as it is, and each change is noticed", () => {
      check({ ...block, properties: [] });
      const list = expressionMutants(block);
      expect(list.length).toBeGreaterThan(mutants);
      const survivors: Record<string, number> = {};
      for (const mutant of sampled(list, sample))
        try {
          check(mutant.module);
          const name = mutant.name.slice(mutant.name.indexOf(" ") + 1);
          survivors[name] = (survivors[name] ?? 0) + 1;
        } catch (error) {
          // A crash of the bench is not a finding; a property of a block within it is.
          if (!(error instanceof PropertyError)) expect((error as Error).message, mutant.name).toMatch(/^seed \d+, cycle \d+: /);
        }
      expect(survivors).toEqual(same);
    }, 900_000);
  });
};
