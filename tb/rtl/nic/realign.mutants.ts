/** Mutants of what turns received bytes to their place and cuts them to the bus. */
import { beatNarrow } from "#rtl/nic/beat-narrow.ts";
import { realigner } from "#rtl/nic/realigner.ts";
import { type Family, family } from "#sim/mutate/family.ts";
import { checkBeatNarrow } from "./beat-narrow-check.ts";
import { checkRealigner } from "./realigner-check.ts";

const runs = Array.from({ length: 200 }, (_, i) => ({ from: i % 8, to: (i >> 3) % 8, count: 1 + ((i * 7) % 29) }));
/** The first leaves the block in the middle of its counts, where it must begin at zero; the others count past 11 bits. */
const longRuns = [
  { from: 0, to: 5, count: 12 },
  { from: 5, to: 3, count: 8 * 2049 },
  { from: 0, to: 6, count: 8 * 2048 },
  { from: 5, to: 3, count: 8 * 2048 + 1 },
];
/** Down by five bytes, so that each has a beat that leaves nothing and one that comes behind it: three cycles all the same. */
const alike = Array.from({ length: 40 }, () => ({ from: 6, to: 1, count: 16 }));
/** The first has every part, so that all that reset has left counts. */
const narrowRuns = [{ to: 0, count: 32 }, ...Array.from({ length: 60 }, (_, i) => ({ to: (i * 7) % 32, count: 1 + ((i * 13) % 70) }))];

export const families: Readonly<Record<string, Family>> = {
  realigner: family({
    block: realigner(8),
    mutants: 60,
    kinds: "all",
    sample: 30,
    check: (block) => {
      checkRealigner(block, 8, runs, 1, 0);
      checkRealigner(block, 8, runs, 2);
      checkRealigner(block, 8, longRuns, 3);
      checkRealigner(block, 8, alike, 4, 0, 3 * alike.length + 3);
    },
    same: {},
  }),
  "beat cutter": family({
    block: beatNarrow(32, 8),
    mutants: 10,
    kinds: "all",
    check: (block) => {
      checkBeatNarrow(block, 32, 8, narrowRuns, 1, 0);
      for (const seed of [2, 3, 4]) checkBeatNarrow(block, 32, 8, narrowRuns, seed);
    },
    same: {},
  }),
};
