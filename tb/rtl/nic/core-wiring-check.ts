/** `nic_core` around parts that do what the test says. */
import type { HardwareModule } from "#hdl";
import type { Config } from "#rtl/config/config.ts";
import { connectionTable } from "#rtl/ict/connection-table.ts";
import { tableWalker } from "#rtl/ict/walker.ts";
import { nicCore } from "#rtl/nic/core.ts";
import { rxEngine } from "#rtl/udp/rx-engine.ts";
import { txEngine } from "#rtl/udp/tx-engine.ts";
import { puppet } from "../puppet.ts";
import { withInstance } from "../with-instance.ts";

/** `nic_core` with parts for the test to play. */
export const coreAroundPuppets = (c: Config): ReturnType<typeof nicCore> =>
  Object.entries({
    ...{ ict: connectionTable(c), rx: rxEngine(c, c.wireBits), tx: txEngine(c, c.wireBits) },
    ...(c.walker ? { walker: tableWalker(c) } : {}),
  }).reduce((core, [name, part]) => withInstance(core, name, puppet(part as HardwareModule)), nicCore(c));
