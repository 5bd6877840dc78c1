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
    same: {},
  }),
  "register page": family({
    block: pageBlock(config),
    mutants: 100,
    sample: 25,
    check: (block) => checkPage(block, config, 2000, 1),
    same: {},
  }),
};
