/** Mutants of the transmit engine and of its planner. */
import { type Config, resolveConfig } from "#rtl/config/config.ts";
import { txEngine } from "#rtl/udp/tx-engine.ts";
import { txPlan } from "#rtl/udp/tx-plan.ts";
import { type Family, family } from "#sim/mutate/family.ts";
import { withInstance } from "../with-instance.ts";
import { checkTxEngine } from "./tx-engine-check.ts";

/** Frames of a few beats, and a buffer that a few of them fill. */
const config: Config = { ...resolveConfig("tiny"), mtu: 200, txBuffer: 1024 };

const shortFrame = "18 bytes make 60, which are as many beats as 61; the beat behind the last byte is empty";

export const families: Readonly<Record<string, Family>> = {
  "UDP transmit engine": family({
    block: txEngine(config),
    mutants: 100,
    sample: 40,
    check: (block) => {
      for (const seed of [1, 2, 3]) checkTxEngine(block, config, { largest: 172, bytes: 2000 }, seed);
      checkTxEngine(block, config, { largest: 17, bytes: 1500, clean: true }, 4);
    },
    same: {
      "fits: 129 for 128": [1, "the oldest frame's first word is overwritten: it is all headers, which do not come from the buffer"],
      "for_payload: or for and": [1, "while a header comes, no packet waits for data"],
      "frame_bytes: 19 for 18": [1, shortFrame],
      "frame_bytes: 61 for 60": [1, shortFrame],
      "past_end: gt for ge": [1, shortFrame],
    },
  }),
  "UDP transmit planner": family({
    block: txPlan(config),
    mutants: 60,
    sample: 40,
    check: (plan) => {
      const engine = withInstance(txEngine(config), "plan", plan);
      for (const seed of [1, 2]) checkTxEngine(engine, config, { largest: 172, bytes: 2000 }, seed);
      for (const largest of [0, 100, 173]) checkTxEngine(engine, config, { largest, bytes: 1200, clean: true }, 3);
      for (const seed of [5, 9]) checkTxEngine(engine, config, { largest: 1, bytes: 300, refuse: 3 }, seed);
    },
    same: {
      "length: le for lt": [1, "the lesser of two equals is either"],
      "limit: ge for gt": [1, "the lesser of two equals is either"],
      "room: or for and": [1, "each read has its packet or is waited for, so what holds packets is full first"],
    },
  }),
};
