/** Random modules, hierarchy and two clocks included: every signal at every step as the reference reads the IR. */
import { expect, test } from "vitest";
import { Random, simulate } from "#hdl/simulate/index.ts";
import { randomValue } from "#sim/fuzz/expressions.ts";
import { randomModule } from "#sim/fuzz/modules.ts";
import { Reference } from "./reference.ts";

const base = Number(process.env.ACCIO_SEED ?? 7);

test.each(Array.from({ length: 40 }, (_, i) => base + i))("seed %i", (seed) => {
  const random = new Random(seed);
  const m = randomModule(random, "design", { levels: 2, clocks: 2, size: 5, bits: 6000 });
  const sim = simulate(m);
  const reference = new Reference(m);
  const inputs = [...m.ports.filter((p) => p.kind === "input"), ...m.resets.map((d) => d.reset)];
  for (let step = 0; step < 12; step++) {
    for (const p of inputs) {
      const value = p.kind === "reset" ? (random.oneIn(8) ? 1n : 0n) : randomValue(random, p.width);
      sim.poke(p.name, value);
      reference.poke(p.name, value);
    }
    reference.settle();
    for (const path of sim.paths)
      if (sim.peek(path) !== reference.peek(path))
        expect.fail(`step ${step}: ${path} is ${sim.peek(path)} instead of ${reference.peek(path)}`);
    const clocks = m.domains.map((d) => d.name).filter(() => !random.oneIn(3));
    reference.step(clocks);
    sim.step(1, clocks);
  }
});
