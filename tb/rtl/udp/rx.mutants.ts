/** Mutants of the receive buffer, and of what becomes of the frames in it. */
import { type Config, resolveConfig } from "#rtl/config/config.ts";
import { rxDeliver } from "#rtl/udp/rx-deliver.ts";
import { rxEngine } from "#rtl/udp/rx-engine.ts";
import { rxIngress } from "#rtl/udp/rx-ingress.ts";
import { type Family, family } from "#sim/mutate/family.ts";
import { withInstance } from "../with-instance.ts";
import { checkRxEngine } from "./rx-engine-check.ts";
import { checkRxIngress } from "./rx-ingress-check.ts";

const small: Config = { ...resolveConfig("tiny"), rxBuffer: 1024, mtu: 150 };
const receiving: Config = { ...resolveConfig("tiny"), rxBuffer: 4096 };

export const families: Readonly<Record<string, Family>> = {
  "receive buffer": family({
    block: rxIngress(small),
    mutants: 40,
    check: (block) => {
      const lengths = [1, 8, 42, 60, 64, 65, 167, 168, 169, 300, 600];
      checkRxIngress(block, small, { lengths, frames: 80 }, 1);
      checkRxIngress(block, small, { lengths, frames: 80, pauses: [0, 0, 0.9] }, 2);
      checkRxIngress(block, small, { lengths: [1, 8], frames: 150, pauses: [0, 0.98, 0] }, 3);
      checkRxIngress(block, small, { lengths: [60, 168], frames: 60, pauses: [0, 0.98, 0] }, 4);
    },
    same: {},
  }),
  "receive verdicts and moves": family({
    block: rxDeliver(receiving),
    mutants: 100,
    sample: 30,
    check: (block) => {
      const engine = withInstance(rxEngine(receiving), "deliver", block);
      for (const seed of [1, 2, 3]) checkRxEngine(engine, receiving, 30, seed);
    },
    same: {
      // 16 is 0 in three bits.
      "align_job_payload_from: choices exchanged": 1,
      // What stands beside the header is masked.
      "header_bits: 1 for 0": 1,
      // A last beat has at least one byte.
      "ordinary_payload_keep: ge for gt": 1,
    },
  }),
};
