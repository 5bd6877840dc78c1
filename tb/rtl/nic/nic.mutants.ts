/** Mutants of the registers and counters around the core. */
import { registerBlock } from "#hdl/regmap/block.ts";
import { resolveConfig } from "#rtl/config/config.ts";
import { nicMap } from "#rtl/nic/registers.ts";
import { type Family, family } from "#sim/mutate/family.ts";
import { withInstance } from "../with-instance.ts";
import { checkNic, nicAroundPuppet } from "./nic-check.ts";

const config = resolveConfig("tiny");
const nic = nicAroundPuppet(config);

const neverRefused = "the table refuses nothing, and answers at once";
const unanswered = "not looked at without an answer, and there is none after reset";
const page = registerBlock(nicMap(config));
/** What the page shows its counters as, for other hardware. */
const counters = page.ports.map((p) => p.name).filter((name) => name.endsWith("_count_value"));

export const families: Readonly<Record<string, Family>> = {
  nic: family({
    block: nic,
    mutants: 10,
    check: (block) => checkNic(block, config, 2000, 1),
    same: {},
  }),
  "register page": family({
    block: page,
    mutants: 100,
    sample: 60,
    check: (block) => {
      const around = withInstance(nic, "registers_block", block);
      checkNic(around, config, 3000, 1);
      for (const seed of [2, 3, 4, 5, 6, 7]) checkNic(around, config, 10, seed);
    },
    same: {
      "reading: or for and": [1, "what no register has reads zero anyway, and data without an answer is not looked at"],
      "SLOT_asked_q: or for and": [1, neverRefused],
      "SLOT_asked_q: left out": [1, neverRefused],
      "SLOT_asked_q: no reset": [1, neverRefused],
      "SLOT_asked_q: reset to 1 for 0": [1, neverRefused],
      "answer_q: no reset": [1, "it follows the bus, on which nothing is asked during reset"],
      "bus_ready: not left out": [1, "the table is always ready"],
      "bus_stalled_past: not left out": [1, "a property alone reads it"],
      "bus_stalled_past: or for and": [1, "a property alone reads it"],
      "error_q: no reset": [1, unanswered],
      "error_q: reset to 1 for 0": [1, unanswered],
      "data_q: no reset": [1, unanswered],
      "data_q: reset to 1 for 0": [1, unanswered],
      "SLOT_read_q: no reset": [1, unanswered],
      "SLOT_read_q: reset to 1 for 0": [1, unanswered],
      ...Object.fromEntries(counters.map((name) => [`${name}: zero`, [1, "nothing in nic reads a counter but software"] as const])),
    },
  }),
};
