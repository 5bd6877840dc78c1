/** The ready queue's test notices broken queues. */
import { resolveConfig } from "#rtl/config/config.ts";
import { readyQueue } from "#rtl/ict/ready-queue.ts";
import { readyQueueNews } from "#rtl/ict/ready-queue-news.ts";
import { family, testMutants } from "../mutant-families.ts";
import { withInstance } from "../with-instance.ts";
import { checkReadyQueue } from "./ready-queue-check.ts";

const config = { ...resolveConfig("tiny"), slots: 4, harts: 2 };
const queue = readyQueue(config);
const check = (block: typeof queue): void => {
  for (const seed of [1, 2, 3, 4, 5, 6]) checkReadyQueue(block, config, 2000, seed);
};

testMutants({
  "ready queue": family({
    block: queue,
    mutants: 150,
    check,
    same: {
      // To look at a slot that nothing happened to changes nothing.
      "valid: or for and": 1,
    },
  }),
  "an engine's news": family({
    block: readyQueueNews(config),
    mutants: 30,
    check: (block) => check(withInstance(withInstance(queue, "receive", block), "transmit", block)),
    same: {},
  }),
});
