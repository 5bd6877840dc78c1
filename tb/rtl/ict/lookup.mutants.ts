/** Mutants of the lookup and its parts. */

import { simulate } from "#hdl/simulate/index.ts";
import { lookup } from "#rtl/ict/lookup.ts";
import { lookupCells } from "#rtl/ict/lookup-cells.ts";
import { exactBits, localBits, tupleHash, tupleHashSerial } from "#rtl/ict/lookup-hash.ts";
import { type Family, family } from "#sim/mutate/family.ts";
import { withInstance } from "../with-instance.ts";
import { type CheckOptions, checkLookup } from "./lookup-check.ts";
import { checkPipeline, checkSerial } from "./lookup-hash-check.ts";
import { collidingKeys } from "./lookup-keys.ts";
import type { Tuple } from "./lookup-model.ts";

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
    sample: 25,
    kinds: "all",
    check: (block) => {
      // Many beginnings, for what reset does.
      for (let seed = 1; seed <= 24; seed++) checkIn(block, { slots: 8, ways: 2, cycles: 30, seed });
      for (const seed of seeds) checkIn(block, { slots: 8, ways: 2, cycles: 5000, seed });
      // Keys that meet in both buckets, so that there is no space.
      for (const seed of seeds) {
        const hashKey = BigInt(seed) << 20n;
        const keys = collidingKeys({ slots: 8, hashKey, connected: true, both: true }, 8, seed);
        checkIn(block, { slots: 8, ways: 2, cycles: 3000, seed, fills: "connected", keys, hashKey });
      }
    },
    same: {
      "step: always": [1, "an insertion is answered as late as a removal"],
      "seeking: eq of 2 bits for 3": [1, "TAKE_BACK looks like SEEK: a read for nobody, and a key may be refused"],
      "exact_cells_word_valid: eq of 1 bits for 2": [1, "CLEAR looks like INSERT, and writes only while it clears"],
      "local_cells_word_valid: eq of 1 bits for 2": [1, "CLEAR looks like INSERT, and writes only while it clears"],
      "write: eq of 2 bits for 3": [1, "CLEAR looks like WRITE, and all cells are written then"],
      "write: eq of 1 bits for 2": [1, "CLEAR looks like INSERT, and does not come to WRITE"],
      ...Object.fromEntries(
        ["alive", "fresh", "kept_hit", "out_hit"].map((name) => [
          `${name}: no reset`,
          [1, "clearing, which follows reset, does the same"] as const,
        ]),
      ),
      ...Object.fromEntries(
        ["alive", "fresh", "kept_hit"].map((name) => [
          `${name}: reset to 1 for 0`,
          [1, "clearing, which follows reset, does the same"] as const,
        ]),
      ),
    },
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
