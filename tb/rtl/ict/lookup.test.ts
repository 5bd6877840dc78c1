import { describe, expect, test } from "vitest";
import { emitDesign } from "#hdl/emit/index.ts";
import { Random, simulate } from "#hdl/simulate/index.ts";
import { lookup } from "#rtl/ict/lookup.ts";
import { checkLookup, type CheckOptions, type Reached, type Rig } from "./lookup-check.ts";

/** In the instant simulator; registers without reset, and memories, begin at random. */
const instant = (options: Pick<CheckOptions, "slots" | "ways" | "seed">): Rig => {
  const sim = simulate(lookup(options), { initial: "random", seed: options.seed });
  sim.reset(1);
  return { io: sim.io as never, step: () => sim.step() };
};
const run = (options: CheckOptions): Reached => checkLookup(instant(options), options);

describe.each([
  [4, 1, 6000],
  [4, 2, 6000],
  [16, 4, 6000],
  [64, 4, 6000],
  [1024, 4, 8000],
])("lookup of %i slots, %i ways", (slots, ways, cycles) => {
  test.each([1, 2, 3])("is the model in every cycle, seed %i", (seed) => {
    const reached = run({ slots, ways, cycles, seed });
    console.log(slots, ways, reached);
  });
});
