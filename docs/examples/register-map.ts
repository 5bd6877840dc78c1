/** Control, status and a counter of a small device. */
import { bool, uint } from "#hdl";
import { counter, reg, registerBlock, registerMap, rw, w1c } from "#hdl/regmap/index.ts";

export const map = registerMap(
  "example",
  {
    CONTROL: reg(0x0, "Datapath control", {
      enable: rw(0, bool, "Accept and send packets"),
      port: rw(16, uint(16), "Local UDP port"),
    }),
    STATUS: reg(0x4, "Causes of the interrupt", { received: w1c(0, bool, "A packet is in memory") }),
    DROPS: reg(0x8, "Dropped packets", { count: counter(0, uint(32), "Wraps") }),
  },
  { doc: "A small device.", size: 0x10, busWidth: 32 },
);
export const registerExample = registerBlock(map);
