/** Mutants of the ready queue and its parts. */
import { resolveConfig } from "#rtl/config/config.ts";
import { readyQueue } from "#rtl/ict/ready-queue.ts";
import { readyQueueLists } from "#rtl/ict/ready-queue-lists.ts";
import { readyQueueNews } from "#rtl/ict/ready-queue-news.ts";
import { type Family, family } from "#sim/mutate/family.ts";
import { withInstance } from "../with-instance.ts";
import { checkReadyQueue } from "./ready-queue-check.ts";

const config = { ...resolveConfig("tiny"), slots: 4, harts: 2 };
/** Lists long enough that most entries are in the middle of one. */
const longer = { ...config, slots: 8 };
const queue = readyQueue(config);
const check = (block: typeof queue): void => {
  // Many beginnings, for what reset does.
  for (let seed = 1; seed <= 24; seed++) checkReadyQueue(block, config, 40, seed);
  for (const seed of [1, 2, 3, 4, 5, 6]) checkReadyQueue(block, config, 2000, seed);
};

export const families: Readonly<Record<string, Family>> = {
  "ready queue": family({
    block: queue,
    mutants: 150,
    kinds: "all",
    check,
    same: {
      "valid: or for and": [1, "to look at a slot that nothing happened to changes nothing"],
      ...Object.fromEntries(
        Object.entries({ again: 1, settles: 3, suspended: 4, enabled: 1, asks: 2 }).map(([net, count]) => [
          `${net}: eq of 3 bits for 4`,
          [count, "there is no operation beyond nine"] as const,
        ]),
      ),
      "filled, told_found and others: always": [1, "nobody looks while there is no answer"],
      "owner_task: always": [1, "nobody looks while there is no answer"],
      "quiet: no reset": [1, "nothing is under way"],
      "quiet: reset to 1 for 0": [1, "nothing is under way"],
      "op_operation: reset to 1 for 0": [1, "nothing is under way"],
      "op_on: no reset": [1, "nothing is under way"],
      "op_on: reset to 1 for 0": [1, "nothing is under way"],
      "turn: no reset": [1, "whose turn is the first is all the same"],
      "turn: reset to 1 for 0": [1, "whose turn is the first is all the same"],
      "waited: no reset": [1, "counted anew before the first access"],
      "waited: reset to 1 for 0": [1, "counted anew before the first access"],
    },
  }),
  "ready queue lists": family({
    block: readyQueueLists(longer),
    mutants: 60,
    kinds: "all",
    check: (block) => {
      const whole = withInstance(readyQueue(longer), "lists", block);
      for (let seed = 1; seed <= 24; seed++) checkReadyQueue(whole, longer, 40, seed);
      for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) checkReadyQueue(whole, longer, 3000, seed);
    },
    same: {},
  }),
  "ready queue news": family({
    block: readyQueueNews(config),
    mutants: 40,
    kinds: "all",
    check: (block) => check(withInstance(withInstance(queue, "receive", block), "transmit", block)),
    same: {},
  }),
};
