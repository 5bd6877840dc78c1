/** The interrupt of an ordinary queue against its definition, cycle for cycle, with a driver that does anything. */
import type { ordinaryInterrupt } from "#rtl/nic/ordinary-interrupt.ts";
import { BlockBench } from "./block-bench.ts";

/** Returns how often the line rose. */
export const checkInterrupt = (block: ReturnType<typeof ordinaryInterrupt>, cycles: number, seed: number): number => {
  const bench = new BlockBench(block, seed);
  const { random } = bench;
  const { io } = bench.sim;
  const limit = random.pick([0, 1, 2, 5, 20]),
    count = random.pick([0, 1, 2, 3, 100]);
  io.cycles.value = limit;
  io.count.value = count;
  let pending = 0,
    armed = false,
    since = 0,
    rises = 0,
    before = false;
  for (let i = 0; i < cycles; i++) {
    const consumes = random.below(8) === 0,
      arm = random.below(6) === 0,
      value = random.below(3) > 0;
    io.pending.value = pending;
    io.consumes.value = consumes ? 1 : 0;
    io.arm.value = arm ? 1 : 0;
    io.armedValue.value = value ? 1 : 0;
    const expected = armed && pending > 0 && (pending >= count || since >= limit);
    bench.check(
      (io.irq.value === 1n) === expected,
      () => `the line is ${io.irq.value}: ${pending} pending for ${since}, armed is ${armed}`,
    );
    bench.check((io.armed.value === 1n) === armed, () => `armed is ${io.armed.value}`);
    if (expected && !before) rises++;
    before = expected;
    bench.step();
    since = pending === 0 || consumes ? 0 : since + 1;
    if (arm) armed = value;
    if (consumes) pending = random.below(pending + 1);
    else if (random.below(3) === 0) pending += random.below(3);
  }
  return rises;
};
