import { it } from "vitest";
import { resolveConfig } from "#rtl/config/config.ts";
import { checkNic, nicAroundPuppet } from "./nic-check.ts";

it.each(["tiny", "prototype", "line-rate"])("the page, the counters and the wires of %s are the model's", (name) => {
  const config = resolveConfig(name);
  for (const seed of [1, 2, 3]) checkNic(nicAroundPuppet(config), config, 2000, seed);
});
