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
    kinds: "all",
    check: (block) => {
      for (const seed of [1, 2]) checkNic(block, config, 150, seed);
    },
    same: {},
  }),
  "register page": family({
    block: pageBlock(config),
    mutants: 100,
    sample: 40,
    check: (block) => {
      for (const seed of [1, 2]) checkPage(block, config, 1500, seed);
    },
    same: {},
  }),
};
