/** Mutants of the receive buffer, and of what becomes of the frames in it. */
import { type Config, resolveConfig } from "#rtl/config/config.ts";
import { rxDeliver } from "#rtl/udp/rx-deliver.ts";
import { rxEngine } from "#rtl/udp/rx-engine.ts";
import { rxIngress } from "#rtl/udp/rx-ingress.ts";
import { rxVerdict } from "#rtl/udp/rx-verdict.ts";
import { type Family, family } from "#sim/mutate/family.ts";
import { withInstance } from "../with-instance.ts";
import { checkRxEngine } from "./rx-engine-check.ts";
import { checkRxIngress } from "./rx-ingress-check.ts";

const small: Config = { ...resolveConfig("tiny"), rxBuffer: 1024, mtu: 150 };
const receiving: Config = { ...resolveConfig("tiny"), rxBuffer: 4096 };

const behind = "it follows the step before, where nothing comes while reset lasts";
/** All that words and rings of 64 bytes can make of a datagram, and those that just fill a ring or do not. */
const shortPayloads = [...Array.from({ length: 20 }, (_, i) => i), 47, 48, 49, 62, 63, 63, 64, 238, 239, 240, 254, 255, 256];

const inFrame = "read only within a frame, whose first beat writes it";

export const families: Readonly<Record<string, Family>> = {
  "receive buffer": family({
    block: rxIngress(small),
    mutants: 40,
    kinds: "all",
    sample: 24,
    check: (block) => {
      const lengths = [1, 8, 42, 60, 64, 65, 167, 168, 169, 300, 600];
      checkRxIngress(block, small, { lengths, frames: 80 }, 1);
      checkRxIngress(block, small, { lengths, frames: 80, pauses: [0, 0, 0.9] }, 2);
      checkRxIngress(block, small, { lengths: [1, 8], frames: 150, pauses: [0, 0.98, 0] }, 3);
      checkRxIngress(block, small, { lengths: [60, 168], frames: 60, pauses: [0, 0.98, 0] }, 4);
      for (const seed of [5, 7, 8, 9]) checkRxIngress(block, small, { lengths: [60], frames: 10, off: true }, seed);
      checkRxIngress(block, small, { lengths: [60, 32_768 + 60], frames: 4 }, 6);
      // What the parser finds goes through the buffer.
      checkRxEngine(withInstance(rxEngine(small), "ingress", block), small, 30, 1);
    },
    same: {
      "write: always": [1, "the end of a frame that is not kept takes the pointer back"],
      "lost: no reset": [1, inFrame],
      "lost: reset to 1 for 0": [1, inFrame],
      "off: no reset": [1, inFrame],
      "off: reset to 1 for 0": [1, inFrame],
    },
  }),
  "receive verdicts": family({
    block: rxVerdict(receiving),
    mutants: 80,
    sample: 20,
    check: (block) => {
      const engine = withInstance(rxEngine(receiving), "verdict", block);
      for (const seed of [1, 2, 3]) checkRxEngine(engine, receiving, 30, seed);
      checkRxEngine(engine, receiving, 150, 4);
      checkRxEngine(engine, receiving, 120, 5, { payloads: shortPayloads });
      // What reset has left, in several ways.
      for (const seed of [6, 7, 8, 9, 10, 11, 12, 13]) checkRxEngine(engine, receiving, 2, seed);
    },
    same: {
      "judged and others: gt of 15 bits for 16": [1, "the buffer is shorter"],
      "empty: eq of 15 bits for 16": [1, "so are datagrams"],
      "out_causes: eq of 2 bits for 3": [2, "no fault is four above these"],
      ...Object.fromEntries(
        ["judged", "out_accepted", "out_empty", "out_ordinary", "out_causes"].map((n) => [`${n}: no reset`, [1, behind] as const]),
      ),
      "frame_plain: left out": [1, "what it says is in `mine`, and nothing else reads it"],
    },
  }),
  "receive moves": family({
    block: rxDeliver(receiving),
    mutants: 60,
    sample: 20,
    check: (block) => {
      const engine = withInstance(rxEngine(receiving), "deliver", block);
      for (const seed of [1, 2, 3]) checkRxEngine(engine, receiving, 30, seed);
      checkRxEngine(engine, receiving, 60, 5, { payloads: shortPayloads });
    },
    same: {
      "planned_from_payload_align_shift: add for sub": [1, "16 is 0 in three bits"],
      "planned_from_payload_align_shift: choices exchanged": [1, "so it is"],
      "align_data_payload: eq of 9 bits for 10": [3, "a frame has fewer than 512 beats"],
      "header_bits: 1 for 0": [2, "what stands beside the header is masked"],
      "header_mask: 1 for 0": [2, "what stands in front of the header is not the slot's"],
      "align_data_valid: or for and": [1, "a frame that is planned has its word"],
      "passes: eq of 1 bits for 2": [1, "there are three fates"],
      "ordinary_last: eq of 9 bits for 10": [1, "a frame has fewer than 512 beats"],
      "ordinary_payload_keep: ge for gt": [1, "a last beat has at least one byte"],
    },
  }),
};
