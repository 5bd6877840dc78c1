/** A structure in memory with everything in it. */
import { bool, enumeration, uint } from "#hdl";
import { fixed, memoryLayout, reg, registers, rw } from "#hdl/regmap/index.ts";

export const layout = memoryLayout(
  "demo_record",
  {
    STATE: reg(
      0x00,
      "What the record is",
      {
        valid: rw(0, bool, "In use"),
        kind: rw(1, enumeration("kind", ["FREE", "LOCAL", "REMOTE"]), "Kind"),
        version: fixed(8, uint(8), 3, "Version of the layout"),
      },
      { width: 32 },
    ),
    LENGTH: reg(0x04, "Bytes of the payload", { length: rw(0, uint(16), "Bytes") }, { width: 16 }),
    END: registers.array(0x08, { count: 2, stride: 8 }, "Both ends", {
      ADDRESS: reg(0, "Address", { ip: rw(0, uint(32), "IPv4 address") }, { width: 32 }),
      PORT: reg(4, "Port", { port: rw(0, uint(16), "UDP port") }, { width: 16 }),
    }),
    TIME: reg(0x18, "Arrival", { ticks: rw(0, uint(64), "Ticks") }),
  },
  { doc: "A record that hardware and software share.", size: 32 },
);
