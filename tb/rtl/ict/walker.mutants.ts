/** Mutants of the table walker and of its parts; each is seen through the whole walker's check. */
import type { Module } from "#hdl";
import { type Config, resolveConfig } from "#rtl/config/config.ts";
import { tableWalker } from "#rtl/ict/walker.ts";
import { walkerSlots } from "#rtl/ict/walker-slots.ts";
import { walkerWalk } from "#rtl/ict/walker-walk.ts";
import { walkerWrite } from "#rtl/ict/walker-write.ts";
import { type Family, family } from "#sim/mutate/family.ts";
import { withInstance } from "../with-instance.ts";
import { checkWalker, type WalkerScenario } from "./walker-check.ts";
import { checkVictims, walkCycles } from "./walker-cycles.ts";

const config: Config = { ...resolveConfig("tiny"), harts: 3, busBits: 128, dmaInFlight: 4 };
const whole = tableWalker(config);
type Walker = typeof whole;
const usual: WalkerScenario = {
  cycles: 900,
  connections: 40,
  logBuckets: 4,
  last: 200,
  gap: [1, 2, 8],
  strangers: 0.1,
  first: 8,
  pause: 0,
  latency: 3,
  service: 3,
};
const adverse = { malformed: 0.4, stopped: 0.1, decoys: 0.3 };
const scenarios: readonly (readonly [WalkerScenario, number])[] = [
  [{ ...usual, cycles: 400 }, 1],
  [{ ...usual, malformed: 0.8, stopped: 0.1, connections: 80, cycles: 3000, gap: [1] }, 2],
  [{ ...usual, decoys: 1, connections: 12, logBuckets: 2, gap: [1], cycles: 1500 }, 12],
  [{ ...usual, decoys: 1, connections: 12, logBuckets: 2, gap: [1], cycles: 1500 }, 13],
  [{ ...usual, connections: 10, first: 14, latency: 15, gap: [1], cycles: 2500 }, 15],
  [{ ...usual, invalidations: 0.03, last: 2 ** 32 - 1, cycles: 1500 }, 14],
  [{ ...usual, ...adverse, logBuckets: 3, connections: 25, cycles: 1500, last: 40 }, 3],
  [{ ...usual, readErrors: 0.1, writeErrors: 0.1, noSpace: 0.1, work: 0.4 }, 4],
  [{ ...usual, invalidations: 0.02, work: 0.2, hot: 12, cycles: 2500 }, 5],
  [{ ...usual, invalidations: 0.03, switches: 0.004, hot: 3, pause: 0.3, decoys: 0.3, cycles: 1500 }, 6],
  [{ ...usual, hot: 2, gap: [1], latency: 20 }, 7],
  [{ ...usual, pause: 0.5, service: 0, first: 12 }, 8],
  [{ ...usual, work: 1, first: 13, cycles: 1500 }, 9],
  [{ ...usual, invalidations: 0.05, connections: 6, last: 30, first: 10, service: 12, cycles: 2500 }, 10],
  [{ ...usual, invalidations: 0.05, connections: 12, last: 30, first: 14, service: 1, latency: 1, cycles: 2500 }, 11],
];
const check = (walker: Walker): void => {
  const flights = scenarios.map(([s, seed]) => checkWalker(walker, config, s, seed).flight);
  if (Math.max(...flights) !== 2) throw new Error(`seed 1, cycle 0: ${Math.max(...flights)} walks at a time`);
  const is = JSON.stringify([1, 12].map((latency) => walkCycles(walker, config, latency)));
  if (is !== '[{"load":26,"answer":2},{"load":48,"answer":2}]') throw new Error(`seed 1, cycle 0: ${is}`);
  checkVictims(walker, config, 30);
};
const part = (block: Module, names: readonly string[], mutants: number, sample: number, same: Family["same"]): Family =>
  family({
    block,
    mutants,
    sample,
    kinds: "all",
    check: (b) => check(names.reduce((outer, name) => withInstance(outer, name, b), whole)),
    same,
  });

export const families: Readonly<Record<string, Family>> = {
  "table walker": family({ block: whole, mutants: 400, sample: 60, kinds: "all", check, same: {} }),
  "table walker: walk": part(walkerWalk(16), ["walk0", "walk1"], 200, 40, {}),
  "table walker: slots": part(walkerSlots(config), ["slots"], 150, 40, {}),
  "table walker: writes": part(walkerWrite(config), ["writer"], 80, 30, {}),
};
