/** Mutants of the lookup and its parts. */
import { simulate } from "#hdl/simulate/index.ts";
import { lookup } from "#rtl/ict/lookup.ts";
import { lookupCells } from "#rtl/ict/lookup-cells.ts";
import { exactBits, localBits, tupleHash, tupleHashSerial } from "#rtl/ict/lookup-hash.ts";
import { type Family, family } from "#sim/mutate/family.ts";
import { withInstance } from "../with-instance.ts";
import { type CheckOptions, checkLookup } from "./lookup-check.ts";
import { checkPipeline, checkSerial } from "./lookup-hash-check.ts";
import type { Tuple } from "./table-model.ts";

const checkIn = (block: ReturnType<typeof lookup>, options: CheckOptions): void => {
  const sim = simulate(block, { initial: "random", seed: options.seed });
  sim.reset(1);
  checkLookup({ io: sim.io as never, look: () => {}, step: () => sim.step() }, options);
};
const seeds = [1, 2, 3, 4, 5, 6];
/** Keys in pairs that differ in the highest bit that a table compares. */
const pairs: readonly Tuple[] = [1n, 2n, 3n, 4n, 5n, 6n].flatMap((n) => {
  const key = { localIp: 0x0a00_0001n, localPort: n, remoteIp: 0x0a00_0009n, remotePort: n };
  return [key, { ...key, remoteIp: key.remoteIp | 0x8000_0000n }, { ...key, localPort: n | 0x8000n }];
});
const cells = (name: string, keyBits: number, fills: "connected" | "unconnected") => {
  // Few buckets, so that each of their cells comes to have a key.
  const shape = { slots: 4, ways: 2 };
  return family({
    block: lookupCells({ ...shape, keyBits }),
    mutants: 10,
    kinds: "all",
    check: (block) => {
      for (const seed of seeds) checkIn(withInstance(lookup(shape), name, block), { ...shape, cycles: 4000, seed, fills, keys: pairs });
    },
    same: {
      ...Object.fromEntries([0, 1, 2, 3].map((i) => [`cell_${i}: always`, [1, "not to read saves power and nothing else"] as const])),
    },
  });
};
const hash = (of: "exact" | "local") =>
  family({ block: tupleHash(of), mutants: 30, kinds: "all", check: (b) => checkPipeline(b, of === "exact", 100, 1), same: {} });

export const families: Readonly<Record<string, Family>> = {
  lookup: family({
    block: lookup({ slots: 8, ways: 2 }),
    mutants: 50,
    sample: 60,
    kinds: "all",
    check: (block) => {
      // Many beginnings, for what reset does.
      for (let seed = 1; seed <= 24; seed++) checkIn(block, { slots: 8, ways: 2, cycles: 30, seed });
      for (const seed of seeds) checkIn(block, { slots: 8, ways: 2, cycles: 5000, seed });
      for (const seed of seeds) checkIn(block, { slots: 8, ways: 2, cycles: 5000, seed, fills: "connected" });
    },
    same: {},
  }),
  "cells of four-tuples": cells("exact_cells", exactBits, "connected"),
  "cells of local halves": cells("local_cells", localBits, "unconnected"),
  "hash of four-tuples": hash("exact"),
  "hash of local halves": hash("local"),
  "hash in rounds": family({
    block: tupleHashSerial,
    mutants: 20,
    kinds: "all",
    check: (b) => {
      for (const seed of seeds) checkSerial(b, 200, seed);
    },
    same: {},
  }),
};
