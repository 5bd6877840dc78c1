/** Mutants of the control event queue and of its sources. */
import { resolveConfig } from "#rtl/config/config.ts";
import { eventSources } from "#rtl/nic/control-event-sources.ts";
import { controlEvents } from "#rtl/nic/control-events.ts";
import { type Family, family } from "#sim/mutate/family.ts";
import { withInstance } from "../with-instance.ts";
import { checkControlEvents, type EventScenario } from "./control-events-check.ts";
import { eventCycles } from "./control-events-cycles.ts";

const config = { ...resolveConfig("tiny"), slots: 8, harts: 2 };
const wide = { ...config, busBits: 256 };
const queue = controlEvents(config);
const usual: EventScenario = { cycles: 600, rates: [1, 5, 30, 200] };
const scenarios: readonly (readonly [EventScenario, number])[] = [
  [{ ...usual, pause: 0, latency: 0, visits: 0.3 }, 1],
  [{ ...usual, rates: [5, 40], latency: 4, switches: 0.01, wrong: 0.05, visits: 0.2 }, 2],
  [{ ...usual, rates: [20, 100], pause: 0.1, latency: 2, refusals: 0.2, wrong: 0.1, visits: 0.3 }, 3],
  [{ ...usual, rates: [60, 200], pause: 0, latency: 3, count: 6, wait: 30, visits: 0.05 }, 4],
  [{ ...usual, rates: [3, 10], pause: 0, latency: 0, kinds: 0x0aaa, visits: 0.3 }, 5],
  [{ ...usual, rates: [3, 10], pause: 0, latency: 0, kinds: 0x1554, visits: 0.3 }, 6],
  [{ ...usual, cycles: 1500, rates: [300], pause: 0, latency: 1, refusals: 0.3, visits: 0.5 }, 8],
  [{ ...usual, rates: [20], pause: 0.5, visits: 0.1, logSize: 4 }, 7],
];
const checkQueue = (block: typeof queue, c: typeof config): void => {
  for (let seed = 1; seed <= 6; seed++) checkControlEvents(block, c, { ...usual, cycles: 40, visits: 0.3 }, 100 + seed);
  for (const [s, seed] of scenarios) checkControlEvents(block, c, s, seed);
  const is = eventCycles(block, c, 0);
  const wanted = c === wide ? [3, 5, 35, 11, 0] : [3, 6, 46, 11, 0];
  if (String(Object.values(is)) !== String(wanted)) throw new Error(`seed 1, cycle 0: ${JSON.stringify(is)}`);
};
const check = (block: typeof queue): void => checkQueue(block, config);

/** What does the same in both queues. */
const same = {
  "w_payload_data: 1 for 0": [1, "the first word is not of this"],
  "going: eq of 1 bits for 2": [1, "a queue's life has three states"],
  "moves: eq of 1 bits for 2": [1, "a queue's life has three states"],
  "error_seen: eq of 1 bits for 2": [1, "a queue's life has three states"],
  "irq: eq of 1 bits for 2": [1, "a queue's life has three states"],
  "ahead: eq of 15 bits for 16": [1, "only with 32767 records that were not read, which no test waits for"],
  "may_miss: lt of 15 bits for 16": [1, "only with 32768 records that were not read, which no test waits for"],
  "starts: ne of 15 bits for 16": [1, "only in a ring of 32768 records, which no test fills"],
  "w_payload_data: eq of 15 bits for 16": [1, "only in a ring of 32768 records, which no test fills"],
  "sources_miss_tuple_localIp: zero": [1, "records do not have it"],
  "may_miss: no reset": [1, "nobody waits in the first cycle"],
  "may_miss: reset to 1 for 0": [1, "nobody waits in the first cycle"],
  "size: reset to 9 for 8": [1, "half of it is the same"],
} as const;

export const families: Readonly<Record<string, Family>> = {
  "event sources": family({
    block: eventSources(config),
    mutants: 150,
    sample: 25,
    kinds: "all",
    check: (block) => check(withInstance(queue, "sources", block)),
    same: { "out_payload_facts: and for or": [1, "of two sources that have no facts"] },
  }),
  "event queue": family({
    block: queue,
    mutants: 80,
    sample: 25,
    kinds: "all",
    check,
    same,
  }),
  "event queue, two records in a beat": family({
    block: controlEvents(wide),
    mutants: 70,
    sample: 12,
    check: (block) => checkQueue(block, wide),
    same: {
      ...same,
      "aw_payload_address: 1 for 0": [1, "the lower bits of an address are left out"],
      "base and others: 18446744073709551553 for 18446744073709551552": [1, "the lower bits of an address are left out"],
    },
  }),
};
