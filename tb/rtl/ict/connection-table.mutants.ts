/** Mutants of the connection table's own parts, each seen through the whole table; lookup and ready queue have their own. */
import { resolveConfig } from "#rtl/config/config.ts";
import { connectionTable } from "#rtl/ict/connection-table.ts";
import { slotCommands } from "#rtl/ict/slot-commands.ts";
import { slotDrain } from "#rtl/ict/slot-drain.ts";
import { slotReceive } from "#rtl/ict/slot-receive.ts";
import { slotTransmit } from "#rtl/ict/slot-transmit.ts";
import { type Family, family } from "#sim/mutate/family.ts";
import { withInstance } from "../with-instance.ts";
import { checkConnectionTable } from "./connection-table-check.ts";

const config = { ...resolveConfig("tiny"), slots: 8, harts: 2, ringLimit: 4096 };
const table = connectionTable(config);
const check = (block: typeof table): void => {
  // Many beginnings, for what reset does.
  for (let seed = 1; seed <= 4; seed++) checkConnectionTable(block, config, 1, 100, seed);
  for (let seed = 1; seed <= 8; seed++) checkConnectionTable(block, config, 2, 2500, seed);
};
const inTable = (name: string) => (block: Parameters<typeof withInstance>[2]) => check(withInstance(table, name, block));

export const families: Readonly<Record<string, Family>> = {
  "connection table": family({ block: table, mutants: 20, sample: 12, kinds: "all", check, same: {} }),
  "slot commands": family({ block: slotCommands(config), mutants: 400, sample: 40, kinds: "all", check: inTable("commands"), same: {} }),
  "slot receive": family({
    block: slotReceive(config),
    mutants: 40,
    sample: 15,
    kinds: "all",
    check: inTable("receive_half"),
    same: Object.fromEntries(
      ["valid", "slot", "pointer", "failed"].map((field) => [
        `done_${field}: no reset`,
        [1, "it takes the commit of the cycle of reset, which is none"] as const,
      ]),
    ),
  }),
  "slot transmit": family({
    block: slotTransmit(config),
    mutants: 80,
    sample: 20,
    kinds: "all",
    check: inTable("transmit_half"),
    same: {},
  }),
  "slot drain": family({ block: slotDrain(config), mutants: 10, sample: 10, kinds: "all", check: inTable("drain"), same: {} }),
};
