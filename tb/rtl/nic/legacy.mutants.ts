/** Mutants of the prototype's packet pages, in the ordinary path. */
import type { Module } from "#hdl";
import { type Config, resolveConfig } from "#rtl/config/config.ts";
import { legacyPointers } from "#rtl/nic/legacy-pointers.ts";
import { legacyReceive } from "#rtl/nic/legacy-receive.ts";
import { legacyTransmit } from "#rtl/nic/legacy-transmit.ts";
import { ordinaryPath } from "#rtl/nic/ordinary-path.ts";
import { type Family, family } from "#sim/mutate/family.ts";
import { withInstance } from "../with-instance.ts";
import { checkLegacy, type LegacyScenario } from "./legacy-check.ts";
import { checkCorners } from "./legacy-corners.ts";
import { checkOrdinary } from "./ordinary-check.ts";
import type { Scenario } from "./ordinary-scenario.ts";

/** Frames of a few beats, and some that are longer than the prototype's; a buffer for wire frames that two of those fill. */
const config: Config = { ...resolveConfig("tiny"), mtu: 1600, txBuffer: 4096 };
const path = ordinaryPath(config, { words: 512, patience: 40, frames: 8 });
const basic: LegacyScenario = { receive: 25, transmit: 25, lengths: (r) => r.between(14, 120), latency: 10, pause: 0, limit: 12_000 };
const scenarios: readonly (readonly [LegacyScenario, number])[] = [
  [{ ...basic, pause: 0.2, impossible: true }, 1],
  [{ ...basic, receive: 12, transmit: 5, lengths: (r) => r.pick([1515, 1516, 1517, 300]), pushes: 1 }, 2],
  [{ ...basic, refusals: 0.1, pushes: 1 }, 3],
  [{ ...basic, receive: 40, transmit: 40, takes: 60, latency: 30, pushes: 1 }, 4],
  [{ ...basic, receive: 140, transmit: 140, lengths: () => 16, latency: 0, pushes: 1, pops: 12, fragments: 1 }, 5],
];
const kernels: Scenario = {
  receive: 20,
  transmit: 20,
  lengths: (r) => r.pick([r.between(14, 200), 1600]),
  logSize: 3,
  fragments: 3,
  impossible: true,
  refusals: 0.03,
  restarts: 0.001,
  limit: 12_000,
};
/** Every scenario in a path of this test's own, whose parts are as `change` makes them, and the corners. */
export const checkPackets = (change: (whole: typeof path) => typeof path): void => {
  const changed = change(path);
  for (const [s, seed] of scenarios) {
    const { received, sent, waited } = checkLegacy(changed, config, s, seed);
    const enough = s.takes !== undefined || (received >= s.receive / 3 && sent >= s.transmit / 3);
    if (!enough) throw new Error(`seed ${seed}, cycle 0: ${received} frames came, ${sent} left`);
    if (s.pops === 12 && (waited[0] !== 64 || waited[1] !== 64)) throw new Error(`seed ${seed}, cycle 0: ${waited} completions waited`);
  }
  // The kernel's queues as if the pages were not there.
  checkOrdinary(changed, config, kernels, 6);
  checkCorners((whole) => change(whole as typeof path), 8);
};
const receiver = legacyReceive();
const transmitter = legacyTransmit();
const withPages = (whole: typeof path, receive: Module, transmit: Module): typeof path =>
  withInstance(withInstance(whole, "legacy_receive", receive), "legacy_transmit", transmit);

export const families: Readonly<Record<string, Family>> = {
  "packet page's pointers": family({
    block: legacyPointers(),
    mutants: 40,
    sample: 16,
    kinds: "all",
    check: (block) =>
      checkPackets((whole) => withPages(whole, withInstance(receiver, "queues", block), withInstance(transmitter, "queues", block))),
    same: {
      "offers: lt of 7 bits for 8": [1, "no more than 64 are given and not popped"],
    },
  }),
  "receive page": family({
    block: receiver,
    mutants: 40,
    sample: 16,
    kinds: "all",
    check: (block) => checkPackets((whole) => withInstance(whole, "legacy_receive", block)),
    same: {
      "descriptors_payload_bits: 1 for 0": [1, "of no meaning in a descriptor"],
      "descriptors_payload_bits: 1517 for 1516": [1, "no frame is as long"],
      "lengths: always": [1, "what is written before the completion is written again with it"],
      "lent: no reset": [1, "no work is under way after reset, and it falls at once"],
      "lent: reset to 1 for 0": [1, "no work is under way after reset, and it falls at once"],
    },
  }),
  "transmit page": family({
    block: transmitter,
    mutants: 40,
    sample: 16,
    kinds: "all",
    check: (block) => checkPackets((whole) => withInstance(whole, "legacy_transmit", block)),
    same: {
      "descriptors_payload_bits: 1 for 0": [1, "of no meaning in a descriptor"],
      "descriptors_payload_bits: bit 1 for 0": [1, "of no meaning in a descriptor"],
      "lent: no reset": [1, "no work is under way after reset, and it falls at once"],
      "lent: reset to 1 for 0": [1, "no work is under way after reset, and it falls at once"],
    },
  }),
};
