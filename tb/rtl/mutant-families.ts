/**
 * Tests that tests notice: operators, constants and choices of a block are changed, one at a time, and the block's check
 * must fail. What may survive stands beside the block with the reason. `./accio mutate` runs the families of `*.mutants.ts`
 * in full; the tests take a sample where a family says so.
 */
import { describe, expect, it } from "vitest";
import { type Family, judge, sampleOf, sortSurvivors, testedMutantsOf } from "#sim/mutate/family.ts";
import { changeOf } from "#sim/mutate/mutant.ts";

export { type Family, family } from "#sim/mutate/family.ts";

/** One test per block. */
export const testMutants = (families: Readonly<Record<string, Family>>): void => {
  describe.each(Object.entries(families))("%s", (_, f) => {
    it("passes as it is, and each change is noticed", () => {
      f.check({ ...f.block, properties: [] });
      const list = testedMutantsOf(f);
      expect(list.length).toBeGreaterThan(f.mutants);
      const survived = sampleOf(list.length, f.sample, 1).flatMap((i) => {
        const mutant = list[i] as (typeof list)[number];
        const { outcome, message } = judge(f, mutant.module);
        expect(outcome, `${mutant.name}: ${message}`).not.toBe("crashed");
        return outcome === "survived" ? [mutant] : [];
      });
      const { survivors, stale } = sortSurvivors(f, survived, f.sample === undefined);
      expect(survivors.map((m) => m.name)).toEqual([]);
      // Names of kinds that are not tried here cannot be stale.
      expect(stale.filter((change) => list.some((m) => changeOf(m.name) === change))).toEqual([]);
    }, 900_000);
  });
};
