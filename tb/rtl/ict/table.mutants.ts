/** Mutants of the connection table. */
import { resolveConfig } from "#rtl/config/config.ts";
import { connectionTable } from "#rtl/ict/table.ts";
import { type Family, family } from "#sim/mutate/family.ts";
import { checkTable } from "./table-check.ts";

const config = { ...resolveConfig("tiny"), slots: 4, harts: 2, ringLimit: 4096 };

export const families: Readonly<Record<string, Family>> = {
  "connection table": family({
    block: connectionTable(config),
    mutants: 250,
    check: (block) => {
      for (const seed of [1, 2, 3, 4, 5, 6]) checkTable(block, config, 2000, seed);
    },
    same: {
      // Words 16 to 31 are all zero.
      "word: choices exchanged": 15,
      // The encoders' uppermost bit only says that there was nothing to encode.
      "found_next: and for or": 1,
      "found_next: choices exchanged": 1,
      "found_next: not left out": 3,
      "pick: and for or": 2,
      "pick: choices exchanged": 2,
      "pick: not left out": 6,
      // From 64 on the same numbers share no bit with themselves less one, and less two; 4097 is no power of two.
      "size_ok: 2 for 1": 1,
      "size_ok: 4097 for 4096": 1,
    },
  }),
};
