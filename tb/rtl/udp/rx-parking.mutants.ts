/** Mutants of the waiting room. */
import { resolveConfig } from "#rtl/config/config.ts";
import { rxParking } from "#rtl/udp/rx-parking.ts";
import { type Family, family } from "#sim/mutate/family.ts";
import { checkParking, type ParkingScenario } from "./rx-parking-check.ts";

const config = resolveConfig("tiny");
const small = { frames: 4, bytes: 128 };
const block = rxParking(config, 64, small);
const usual: ParkingScenario = { cycles: 700, dataBits: 64, places: 4, bytes: 128, keys: 6, gap: [1, 3, 8, 20], walk: 40 };
const scenarios: readonly ParkingScenario[] = [
  { ...usual, evictions: 0.02, unknown: 0.3 },
  { ...usual, other: 0.2, long: 0.1, evictions: 0.05, walk: 10 },
  { ...usual, keys: 1, gap: [1], pause: 0, evictions: 0.02 },
  { ...usual, keys: 3, gap: [1, 2], evictions: 0.1, walk: 3, pause: 0 },
  { ...usual, keys: 16, move: 10, evictions: 0.03 },
  // Frames that join others whose answer is there already, in every place.
  { ...usual, keys: 2, gap: [1, 8, 20], unknown: 0.5, evictions: 0.5, walk: 3, move: 0 },
];

export const families: Readonly<Record<string, Family>> = {
  "waiting room": family({
    block,
    mutants: 100,
    sample: 30,
    kinds: "all",
    check: (b) => {
      for (const s of scenarios) for (let seed = 1; seed <= 6; seed++) checkParking(b, config, s, seed);
    },
    same: {
      ...Object.fromEntries(
        ["answered", "whole", "gone", "older"].flatMap((name) => [
          [`${name}: no reset`, [1, "a frame that parks sets its bit, and others' are not looked at"] as const],
          [`${name}: reset to 1 for 0`, [1, "a frame that parks sets its bit, and others' are not looked at"] as const],
        ]),
      ),
      ...Object.fromEntries(
        ["here", "fits", "known"].flatMap((name) => [
          [`${name}: no reset`, [1, "nobody is at the verdict, and nobody waits, in the cycle after reset"] as const],
          [`${name}: reset to 1 for 0`, [1, "nobody is at the verdict, and nobody waits, in the cycle after reset"] as const],
        ]),
      ),
      "stands: no reset": [1, "nobody waits whom a frame could pass in the cycle after reset"],
      "stands: reset to 1 for 0": [1, "nobody waits whom a frame could pass in the cycle after reset"],
    },
  }),
};
