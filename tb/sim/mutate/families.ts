/** Blocks for the tests of mutation: one whose check notices all, one whose check looks away, one that is broken. */
import { input, module, output, uint } from "#hdl";
import { simulate } from "#hdl/simulate/index.ts";
import { type Family, family } from "#sim/mutate/family.ts";

/** Counts up to nine and begins again. */
export const decade = module(
  "decade",
  { step: input(uint(1)), value: output(uint(4)), wraps: output(uint(1)) },
  ({ step, value, wraps }, h) => {
    const { count } = h.registers({ count: uint(4) });
    const { last } = h.nets({ last: count.eq(9) });
    h.when(step.any(), () => h.when(last, () => count.next(0)).otherwise(() => count.next(count.add(1))));
    value.drive(count);
    wraps.drive(last.and(step.any()));
  },
);

/** Against a number of the test's own, for `cycles`. */
const check = (block: typeof decade, cycles: number): void => {
  const sim = simulate(block, { initial: "random", seed: 3 });
  sim.reset();
  let count = 0;
  for (let cycle = 0; cycle < cycles; cycle++) {
    const step = cycle % 3 === 1 ? 0 : 1;
    sim.io.step.value = step;
    const wraps = count === 9 && step === 1 ? 1 : 0;
    if (sim.io.value.number !== count || sim.io.wraps.number !== wraps)
      throw new Error(`seed 3, cycle ${cycle}: ${sim.io.value.number}, not ${count}`);
    sim.step();
    if (step === 1) count = (count + 1) % 10;
  }
};
export const families: Readonly<Record<string, Family>> = {
  decade: family({ block: decade, mutants: 5, check: (block) => check(block, 40), same: {} }),
  "decade, hardly looked at": family({
    block: decade,
    mutants: 5,
    check: (block) => check(block, 3),
    same: { "last: 10 for 9": [1, "nothing gets so far"], "count: reset to 1 for 0": [1, "never, and this entry is wrong"] },
  }),
  "decade, always wrong": family({
    block: decade,
    mutants: 5,
    check: () => {
      throw new Error("seed 1, cycle 0: wrong");
    },
    same: {},
  }),
  "decade, with a check that crashes": family({
    block: decade,
    mutants: 5,
    check: (block) => {
      try {
        check(block, 40);
      } catch {
        throw new TypeError("undefined is not a function");
      }
    },
    same: {},
  }),
};
