/**
 * The comparison with the model notices broken wiring of the top: whatever the top drives, its lowest or highest bit turned
 * or held at zero. What may survive stands here with the reason.
 */
import { describe, expect, it } from "vitest";
import { accioTop } from "#rtl/accio-top.ts";
import { resolveConfig } from "#rtl/config/config.ts";
import { buildNic } from "#sim/nic/nic.ts";
import { checkTop } from "./accio-top-check.ts";
import { playScene } from "./accio-top-walker.ts";
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

/** Told only where frames wait for the table walker. */
const ofWaiting = /^trace_waiting_/;

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
    expect(await survivorsOf("prototype", (mutant) => !inOneClock.has(mutant) && !ofWaiting.test(mutant))).toEqual([]);
  });
  it("of what is told of frames that wait for the walker", async () => {
    const config = resolveConfig("tiny", ["walker=true"]);
    const { module, names } = withWiringMutants(accioTop(config));
    const ports = Array.from({ length: 8 }, (_, i) => 2000 + i);
    /** What `accio run` would say of each frame: several wait at once, and others come by. */
    const toldBy = async (mutant: number): Promise<string> => {
      const { frames } = await playScene({
        config,
        sent: Array.from({ length: 40 }, (_, i) => ({ port: ports[(i * 3) % ports.length] as number })),
        memory: { readLatency: 40 },
        before: ({ table, connection }) => {
          for (const [i, port] of ports.entries()) table.add(connection(i, port));
        },
        broken: { module, mutant },
      }).catch((error: unknown) => {
        if (error instanceof TypeError || error instanceof ReferenceError) throw error;
        return { frames: [String(error)] };
      });
      return JSON.stringify(frames);
    };
    const right = await toldBy(0);
    expect(right).toMatch(/"parked":\d+/);
    const survivors: string[] = [];
    for (const [i, mutant] of names.entries()) if (ofWaiting.test(mutant) && (await toldBy(i + 1)) === right) survivors.push(mutant);
    // A place's number is only a name: what calls it otherwise in the beginning and in the end says the same.
    expect(survivors).toEqual(["lowest", "highest"].map((bit) => `trace_waiting_place: ${bit} bit turned`));
  });
});
