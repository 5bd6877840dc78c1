/** Mutants of what `nic` makes of its parts' values, and of the kernel's registers. */
import { resolveConfig } from "#rtl/config/config.ts";
import { type Family, family } from "#sim/mutate/family.ts";
import { checkNic, nicAroundPuppets } from "./nic-check.ts";
import { checkPage, pageBlock } from "./page-check.ts";

const config = resolveConfig("tiny");

export const families: Readonly<Record<string, Family>> = {
  nic: family({
    block: nicAroundPuppets(config),
    mutants: 10,
    sample: 30,
    check: (block) => checkNic(block, config, 120, 1),
    same: { "control_events_fault_askers: shr for shl": [1, "there is one hart: a step to either side leaves nothing"] },
  }),
  "register page": family({
    block: pageBlock(config),
    mutants: 100,
    sample: 25,
    check: (block) => checkPage(block, config, 6000, 1),
    same: { "bus_response_data: not left out": [1, "nothing of REKEY can be read, refused or not"] },
  }),
};
