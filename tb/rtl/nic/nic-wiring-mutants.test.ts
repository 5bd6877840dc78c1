/** The check of the wires of `nic` notices those that are broken: bits turned or stuck, not connected, exchanged. */
import { describe, expect, it } from "vitest";
import { Random } from "#hdl/simulate/index.ts";
import { resolveConfig } from "#rtl/config/config.ts";
import { ones } from "./block-bench.ts";
import { broken, exchanged, keep, turn, withBrokenWires } from "./connection-mutants.ts";
import { nicAroundPuppets, nicBench } from "./nic-check.ts";

/** Cycles after which an unnoticed change is one that changes nothing. */
const enough = 500;
/** Bits that are always zero. */
const zeros: readonly (readonly [bits: RegExp, why: string])[] = [
  [/^(writes_fromAw_[023]|reads_fromAr_0)_payload_id\[[34]\] stuck at 0$/, "this master has IDs of three bits"],
  [/^ar_payload_id\[6\] stuck at 0$/, "the masters that read are the first two of four"],
  [/^registers_block_RX_(FRAMES|OVERFLOW|SPOILED)_count_increment\[6\] stuck at 0$/, "two losses of at most 31 frames and one more"],
];

describe("the check notices", () => {
  const config = resolveConfig("tiny");
  const core = nicAroundPuppets(config);
  const { module, wires } = withBrokenWires(core);
  const random = new Random(1);
  const bench = nicBench(module, config, 1);
  const survives = (inputs: Readonly<Record<string, number | bigint>>): boolean => {
    for (const name of [broken, exchanged, keep, turn]) bench.sim.poke(name, inputs[name] ?? 0);
    bench.forget();
    try {
      bench.check(enough);
      return true;
    } catch (error) {
      expect((error as Error).message).toMatch(/^seed \d+, cycle \d+: \w/);
      return false;
    }
  };

  it("nothing, where nothing is broken", () => {
    expect(wires.length).toBe(core.body.length);
    expect(survives({})).toBe(true);
  });
  it("of each wire the lowest bit, the highest and another, turned or stuck", () => {
    const survivors: string[] = [];
    for (const [i, { name, width }] of wires.entries())
      for (const bit of new Set([0, width - 1, random.below(width)])) {
        const [one, all] = [1n << BigInt(bit), ones(width)];
        const ways = {
          turned: { [keep]: all, [turn]: one },
          "stuck at 0": { [keep]: all ^ one },
          "stuck at 1": { [keep]: all ^ one, [turn]: one },
        };
        for (const [way, how] of Object.entries(ways)) if (survives({ [broken]: i + 1, ...how })) survivors.push(`${name}[${bit}] ${way}`);
      }
    expect(survivors.filter((name) => !zeros.some(([bits]) => bits.test(name)))).toEqual([]);
    for (const [bits, why] of zeros)
      expect(
        survivors.some((name) => bits.test(name)),
        why,
      ).toBe(true);
  });
  it("each wire that is not connected, or whose bits are all 1", () => {
    const survivors = wires.flatMap(({ name, width }, i) => [
      ...(survives({ [broken]: i + 1 }) ? [`${name} at zero`] : []),
      ...(survives({ [broken]: i + 1, [turn]: ones(width) }) ? [`${name} at ones`] : []),
    ]);
    expect(survivors).toEqual([]);
  });
  it("each wire that is exchanged with the next of its width, but where both carry the same", () => {
    const survivors: string[] = [];
    for (const [i, a] of wires.entries()) {
      const j = wires.findIndex((b, k) => k > i && b.width === a.width && (a.source === null || b.source !== a.source));
      const b = wires[j];
      if (b !== undefined && survives({ [broken]: i + 1, [exchanged]: j + 1 })) survivors.push(`${a.name}, ${b.name}`);
    }
    expect(survivors).toEqual([]);
  });
});
