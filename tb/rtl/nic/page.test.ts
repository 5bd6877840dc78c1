/** The kernel's registers do what the map says, in every configuration. */
import { it } from "vitest";
import { resolveConfig } from "#rtl/config/config.ts";
import { checkPage, pageBlock } from "./page-check.ts";

it.each(["tiny", "prototype", "line-rate"])("the registers of %s are those of the map", (name) => {
  const config = resolveConfig(name);
  for (const seed of [1, 2, 3]) checkPage(pageBlock(config), config, 1500, seed);
});
