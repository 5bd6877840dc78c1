/** Mutants of the registers and counters around the core. */
import { registerBlock } from "#hdl/regmap/block.ts";
import { resolveConfig } from "#rtl/config/config.ts";
import { nicMap } from "#rtl/nic/registers.ts";
import { type Family, family } from "#sim/mutate/family.ts";
import { withInstance } from "../with-instance.ts";
import { checkNic, nicAroundPuppet } from "./nic-check.ts";

const config = resolveConfig("tiny");
const nic = nicAroundPuppet(config);

export const families: Readonly<Record<string, Family>> = {
  nic: family({
    block: nic,
    mutants: 10,
    check: (block) => checkNic(block, config, 2000, 1),
    same: {},
  }),
  "register page": family({
    block: registerBlock(nicMap(config)),
    mutants: 100,
    check: (block) => checkNic(withInstance(nic, "registers_block", block), config, 3000, 1),
    same: {
      // What no register has reads zero anyway, and data without an answer is not looked at.
      "reading: or for and": 1,
      // The table refuses nothing, and is always ready.
      "SLOT_asked_q: or for and": 1,
      "bus_ready: not left out": 1,
      // Of a property alone.
      "bus_stalled_past: not left out": 1,
      "bus_stalled_past: or for and": 1,
    },
  }),
};
