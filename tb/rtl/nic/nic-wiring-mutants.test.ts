/** The comparison of `nic` with its model notices each broken wire between registers, core and outside. */
import { expect, it } from "vitest";
import { resolveConfig } from "#rtl/config/config.ts";
import { chooser, withWiringMutants } from "../wiring-mutants.ts";
import { checkNic, nicAroundPuppet } from "./nic-check.ts";

const config = resolveConfig("tiny");
const nic = nicAroundPuppet(config);

it("of nic: whatever it drives, a bit turned or held at zero is noticed", () => {
  const { module, names } = withWiringMutants({
    ...nic,
    instances: nic.instances.map((i) => ({ ...i, of: { ...i.of, properties: [] } })),
  });
  checkNic(module, config, 3000, 1, ({ sim }) => sim.poke(chooser, 0));
  const survivors = names.filter((_, i) => {
    try {
      checkNic(module, config, 3000, 1, ({ sim }) => sim.poke(chooser, i + 1));
      return true;
    } catch (error) {
      expect((error as Error).message, names[i]).toMatch(/^seed \d+, cycle \d+: /);
      return false;
    }
  });
  expect(survivors).toEqual([]);
});
