/** The two systems: which Rocket, and which Accio beside it. */
import type { Config } from "#rtl/config/config.ts";
import { namedConfigs } from "#rtl/config/config.ts";
import type { RocketVariant } from "#toolchain/rocket.ts";
import { hartIds } from "./rocket.ts";

export interface SocConfig {
  readonly name: SocName;
  /** The generated Rocket system, as its wheel names it. */
  readonly rocket: RocketVariant;
  readonly harts: 1 | 4;
  /** Width of the memory port. */
  readonly memoryBits: 64 | 128;
  /** Accio: as many harts, a 64-bit bus and wire (the coherent port has 64 bits), one clock; it knows harts by Rocket's AXI IDs. */
  readonly accio: Config;
}
export type SocName = "soc1" | "soc4";

const { tiny } = namedConfigs as { readonly tiny: Config };

export const socConfigs: Readonly<Record<SocName, SocConfig>> = {
  /** One hart and the smallest Accio: for tests. */
  soc1: {
    name: "soc1",
    rocket: "LitexFullConfig",
    harts: 1,
    memoryBits: 64,
    accio: { ...tiny, name: "soc1", hartIds: hartIds.LitexFullConfig },
  },
  /** Four harts and 64 slots, as in the paper's prototype (section 7). */
  soc4: {
    name: "soc4",
    rocket: "LitexFull4DConfig",
    harts: 4,
    memoryBits: 128,
    accio: { ...tiny, name: "soc4", harts: 4, slots: 64, hartIds: hartIds.LitexFull4DConfig },
  },
};
