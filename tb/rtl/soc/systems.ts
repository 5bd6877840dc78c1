/** How the tests build the systems, and which: four harts take minutes to compile, and are for CI. */
import { type SocConfig, socConfigs } from "#rtl/soc/config.ts";
import type { TestbenchOptions } from "#sim/run/index.ts";

export const systems: readonly SocConfig[] = process.env.CI ? [socConfigs.soc1, socConfigs.soc4] : [socConfigs.soc1];

/**
 * Rocket's own assertions and prints are off. Everything starts from zero: the debug module has no clock, and with other
 * values in it would halt the harts.
 */
export const rocketBuild: TestbenchOptions = {
  defines: { SYNTHESIS: "", PRINTF_COND: "0", STOP_COND: "0" },
  verilatorArguments: ["--x-assign", "fast", "--x-initial", "fast"],
  // Some thousand cycles each: compiling counts, not running.
  compilerArguments: ["-O0"],
  reset: 20,
};
