/** The test of the crossing between the clocks notices broken counts and wires; its FIFOs and stores have tests of their own. */
import { expect, it } from "vitest";
import { PropertyError } from "#hdl/simulate/index.ts";
import { expressionMutants } from "#sim/mutate/expressions.ts";
import { chooser, withWiringMutants } from "../wiring-mutants.ts";
import { checkWireCrossing, smallCrossing, wireCrossing } from "./wire-crossing-check.ts";

const crossing = wireCrossing(smallCrossing);
const seeds = [0, 1, 2, 3, 4];
const noticed = (block: typeof crossing, name: string, mutant?: number): boolean => {
  try {
    for (const seed of seeds) checkWireCrossing(block, 60, seed, mutant === undefined ? {} : { [chooser]: mutant });
    return false;
  } catch (error) {
    // A crash of the bench is not a finding; a property of a block within it is.
    if (!(error instanceof PropertyError)) expect((error as Error).message, name).toMatch(/^seed \d+, cycle \d+: /);
    return true;
  }
};

it("passes as it is", () => {
  expect(noticed({ ...crossing, properties: [] }, "none")).toBe(false);
});
it("each change of an operator, constant or choice is noticed", () => {
  const mutants = expressionMutants(crossing);
  expect(mutants.length).toBeGreaterThan(5);
  expect(mutants.filter((m) => !noticed(m.module, m.name)).map((m) => m.name)).toEqual([]);
});
it("each broken wire is noticed", () => {
  const { module, names } = withWiringMutants(crossing);
  expect(names.length).toBeGreaterThan(50);
  expect(noticed(module, "none", 0)).toBe(false);
  expect(names.filter((name, i) => !noticed(module, name, i + 1))).toEqual([]);
});
