/** Mutants of the status lines. */
import { resolveConfig } from "#rtl/config/config.ts";
import { statusLines } from "#rtl/nic/status-lines.ts";
import { type Family, family } from "#sim/mutate/family.ts";
import { checkStatusLines, type StatusScenario } from "./status-lines-check.ts";
import { statusCycles } from "./status-lines-cycles.ts";

const config = { ...resolveConfig("tiny"), slots: 8, ringLimit: 4096, dmaInFlight: 4 };
const block = statusLines(config);
const usual: StatusScenario = { cycles: 1000, news: [1, 2, 8, 30], hot: [1, 3, 8] };
const scenarios: readonly (readonly [StatusScenario, number])[] = [
  [{ ...usual, pause: 0, latency: 0 }, 1],
  [{ ...usual, pause: 0, latency: 25 }, 2],
  [{ ...usual, switches: 0.01, lives: 0.02, latency: 5, pause: 0 }, 3],
  [{ ...usual, switches: 0.03, lives: 0.05 }, 4],
  [{ ...usual, switches: 0.1, lives: 0.05, latency: 1, pause: 0, news: [30] }, 7],
  [{ ...usual, latency: 12, pause: 0, news: [1, 2], hot: [4, 5] }, 8],
  [{ ...usual, latency: 1, pause: 0, lives: 0.3, news: [1], hot: [3, 4, 5] }, 1],
  [{ ...usual, latency: 4, pause: 0, lives: 0.3, news: [1], hot: [3, 4, 5] }, 4],
  [{ ...usual, refusals: 0.2, pause: 0.1 }, 5],
  [{ ...usual, pause: 0.5, latency: 3 }, 6],
];
/** What four writes in flight should need, with each latency. */
const cycles = [
  [0, { news: 4, all: 12, rest: 1, writes: 8, swept: 8, sweep: 12 }],
  [20, { news: 4, all: 52, rest: 1, writes: 8, swept: 8, sweep: 52 }],
] as const;

export const families: Readonly<Record<string, Family>> = {
  "status lines": family({
    block,
    mutants: 100,
    kinds: "all",
    check: (block) => {
      for (let seed = 1; seed <= 6; seed++) checkStatusLines(block, config, { ...usual, cycles: 60 }, 100 + seed);
      for (const [s, seed] of scenarios) {
        const { stale } = checkStatusLines(block, config, s, seed);
        const limit = (2 * Math.ceil(config.slots / 4) + 1) * ((s.latency ?? 0) + 6);
        if (s.pause === 0 && s.switches === undefined && stale > limit)
          throw new Error(`seed ${seed}, cycle 0: a line was ${stale} cycles old`);
      }
      for (const [latency, wanted] of cycles) {
        const is = JSON.stringify(statusCycles(block, config, latency));
        if (is !== JSON.stringify(wanted)) throw new Error(`seed 1, cycle 0: ${is} with a latency of ${latency}`);
      }
    },
    same: {
      "swept: no reset": [1, "it is 0 before lines are on"],
      "swept: reset to 1 for 0": [1, "it is 0 before lines are on"],
      "wants: no reset": [1, "nobody wants anything while lines are off"],
      "wants: reset to 1 for 0": [1, "nobody wants anything while lines are off"],
    },
  }),
};
