/** What the hardware is meant to fit into, and whether it does (design.md section 3). */
import type { Config } from "#rtl/config/config.ts";
import type { SynthesisResult } from "./index.ts";

export interface Goal {
  readonly goal: string;
  readonly measured: string;
  readonly reached: boolean;
}

/** LUTs of the whole NIC, by configuration. */
const lutLimits: Readonly<Record<string, number>> = { "line-rate": 60_000, prototype: 40_000 };
/** On every path of the wire's clock, of the configurations with a 100 Gb/s wire. */
const levelLimit = 8;

/** The clocks of a configuration, by the names of their pins, in MHz. */
export const clockMhz = (c: Config): Readonly<Record<string, number>> => ({
  clk: c.coreMhz,
  ...(c.wireClock ? { wire_clk: c.wireMhz } : {}),
});

/** The goals that a configuration's whole NIC has; none for `tiny`. */
export const goals = (c: Config, result: SynthesisResult): readonly Goal[] => {
  const limit = lutLimits[c.name];
  if (limit === undefined || result.top !== "accio_top") return [];
  const luts = result.areas[0]?.total.lut ?? 0;
  const wire = c.wireClock ? "wire_clk" : "clk";
  const levels = Math.max(0, ...result.clocks.filter((p) => p.from === wire && p.to === wire).map((p) => p.mostLevels[0]?.luts ?? 0));
  return [
    { goal: `fewer than ${limit} LUTs`, measured: `${luts}`, reached: luts < limit },
    { goal: `at most ${levelLimit} LUT levels on every path of ${wire}`, measured: `${levels}`, reached: levels <= levelLimit },
  ];
};
