/** Mutants of what `nic` makes of its parts' values, and of the kernel's registers. */
import { resolveConfig } from "#rtl/config/config.ts";
import { type Family, family } from "#sim/mutate/family.ts";
import { checkNic, nicAroundPuppets } from "./nic-check.ts";
import { checkPage, pageBlock } from "./page-check.ts";

const config = resolveConfig("tiny");
const rekey = "nothing of REKEY can be read, refused or not";
const oneHart = "there is one hart";

export const families: Readonly<Record<string, Family>> = {
  nic: family({
    block: nicAroundPuppets(config),
    mutants: 10,
    sample: 30,
    check: (block) => checkNic(block, config, 120, 1),
    same: { "control_events_fault_askers: shr for shl": [1, "there is one hart: a step to either side leaves nothing"] },
  }),
  "register page": family({
    block: pageBlock(config),
    mutants: 100,
    sample: 25,
    check: (block) => checkPage(block, config, 12_000, 1),
    same: {
      ...Object.fromEntries(
        ["bus_response_data: not left out", "bus_response_data: choices exchanged", "bus_response_data: 1 for 0"].map((c) => [
          c,
          [1, rekey],
        ]),
      ),
      "bus_response_data: or for and": [2, rekey],
      "REKEY_read_q: or for and": [2, rekey],
      "REKEY_read_q: not left out": [1, rekey],
      "REKEY_read_q: left out": [1, rekey],
      "reading: or for and": [1, "a read that is refused finds nothing to give, and one that does not move is not answered"],
      "bus_stalled_past: or for and": [1, "a property alone reads it"],
      "bus_stalled_past: not left out": [1, "a property alone reads it"],
      "CURRENT_THREAD_row: bit 1 for 0": [1, oneHart],
      "WAKE_MASK_enabled_written: shr for shl": [1, oneHart],
      "TAKE_index: zero": [1, oneHart],
      "PEEK_index: zero": [1, oneHart],
      "TAKE_write: zero": [1, "nothing of it can be written"],
      "PEEK_write: zero": [1, "nothing of it can be written"],
      "at_PROTOTYPE: ge of 19 bits for 20": [1, "what is beyond 19 bits is beyond the upper end"],
      ...Object.fromEntries(
        [
          "data_q",
          "error_q",
          ...["REKEY", "TAKE", "PEEK", "PROTOTYPE", "SLOT", "DOORBELLS"].flatMap((x) => [`${x}_asked_q`, `${x}_read_q`]),
        ].flatMap((q) => ["no reset", "reset to 1 for 0"].map((how) => [`${q}: ${how}`, [1, "it is looked at only with an answer"]])),
      ),
    },
  }),
};
