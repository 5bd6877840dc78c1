/**
 * The comparison with the model notices broken wiring of the top: whatever the top drives, its lowest or highest bit turned
 * or held at zero. What may survive stands here with the reason.
 */
import { describe, expect, it } from "vitest";
import { accioTop } from "#rtl/accio-top.ts";
import { resolveConfig } from "#rtl/config/config.ts";
import { buildNic } from "#sim/nic/nic.ts";
import { checkTop } from "./accio-top-check.ts";
import { chooser, withWiringMutants } from "./wiring-mutants.ts";

const seed = 5;
const mutantsOf = (name: string) => withWiringMutants(accioTop(resolveConfig(name)));

/** Mutants that do the same as the top. */
const same: readonly (readonly [mutants: RegExp, why: string])[] = [
  [/^registers_port_axi_a[wr](lock|cache|prot|qos): /, "an access is the same to registers, whatever its kind"],
  [/^registers_port_axi_a[wr]addr: lowest bit/, "a register is a word: strobes choose its bytes, and a read gives it whole"],
  [/^m_axi_araddr: lowest bit/, "memory gives the whole word in which an address lies"],
  [/^nic_registers_source: /, "of this configuration no ID names a hart; port.test.ts looks at those that do"],
  [/^(m_axi_arid|nic_r_payload_id): highest bit/, "the upper half of the masters of memory only write"],
  [/^nic_[br]_payload_response: lowest bit/, "it tells which error it is, or which success"],
];

/** Runs every mutant whose name is wanted; the names of those that nothing notices. */
const survivorsOf = async (name: string, wanted: (mutant: string) => boolean): Promise<string[]> => {
  const config = resolveConfig(name);
  const { module, names } = mutantsOf(name);
  const run = async (number: number): Promise<unknown> => {
    const nic = await buildNic(config, { seed, module });
    try {
      nic.sim.pin(chooser).value = number;
      await checkTop(nic, config, { seed, phases: [40, 40], patience: 7000, pause: number % 2 === 1 });
      return null;
    } catch (error) {
      return error;
    } finally {
      nic.sim.close();
    }
  };
  expect(await run(0), "the top as it is").toBeNull();
  const survivors: string[] = [];
  for (const [i, mutant] of names.entries()) {
    if (!wanted(mutant)) continue;
    const error = await run(i + 1);
    if (error === null) survivors.push(mutant);
    // A crash of the bench is not a finding.
    expect(
      [TypeError, ReferenceError, SyntaxError].some((crash) => error instanceof crash),
      `${mutant}: ${String(error)}`,
    ).toBe(false);
  }
  return survivors;
};

describe("every mutant is noticed", () => {
  it("of the top in one clock", async () => {
    const survivors = await survivorsOf("tiny", () => true);
    expect(survivors.filter((mutant) => !same.some(([mutants]) => mutants.test(mutant)))).toEqual([]);
    for (const [mutants, why] of same)
      expect(
        survivors.some((mutant) => mutants.test(mutant)),
        why,
      ).toBe(true);
  });
  it("of what the wire's own clock adds", async () => {
    const inOneClock = new Set(mutantsOf("tiny").names);
    expect(await survivorsOf("prototype", (mutant) => !inOneClock.has(mutant))).toEqual([]);
  });
});
