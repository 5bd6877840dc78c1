/** Mutants of the connection table's own parts, each seen through the whole table; lookup and ready queue have their own. */
import { resolveConfig } from "#rtl/config/config.ts";
import { connectionTable } from "#rtl/ict/connection-table.ts";
import { lookup } from "#rtl/ict/lookup.ts";
import { slotCommands } from "#rtl/ict/slot-commands.ts";
import { drainers, slotDrain, slotDrainer } from "#rtl/ict/slot-drain.ts";
import { slotReceive } from "#rtl/ict/slot-receive.ts";
import { slotTransfer } from "#rtl/ict/slot-transfer.ts";
import { slotTransmit } from "#rtl/ict/slot-transmit.ts";
import { type Family, family } from "#sim/mutate/family.ts";
import { withInstance } from "../with-instance.ts";
import { checkConnectionTable, TableBench } from "./connection-table-check.ts";
import { checkSlotDrain } from "./slot-drain-check.ts";

const config = { ...resolveConfig("tiny"), slots: 8, harts: 2, ringLimit: 4096 };
const table = connectionTable(config);
/** With few cells, so that a key may find no space. */
const narrow = lookup({ slots: config.slots, ways: 1 });
/** With the table walker's side. */
const walked = { ...config, walker: true };
const walkedTable = connectionTable(walked);
const walkedNarrow = lookup({ slots: config.slots, ways: 1, waits: true });
const checkWalked = (block: typeof table): void => {
  // In the last of these keys change after slots were unloaded.
  for (const seed of [1, 2, 4]) finds(checkConnectionTable(block, walked, 2, 2500, seed));
  checkConnectionTable(withInstance(block, "find", walkedNarrow), walked, 1, 2500, 5);
};
/** A table that never finds anybody is none. */
const finds = ({ hits }: { readonly hits: number }): void => {
  if (hits === 0) throw new Error("seed 1, cycle 0: no lookup has found a slot");
};
const check = (block: typeof table): void => {
  for (const seed of [1, 2, 3, 6, 8]) finds(checkConnectionTable(block, config, 1, 3500, seed));
  for (const seed of [1, 2]) new TableBench(block, config, seed).half();
  // In these runs a key finds no space.
  for (const seed of [5, 7]) checkConnectionTable(withInstance(block, "find", narrow), config, 1, 3500, seed);
};
/** Is quick, so that it may run for long. */
const checkDrain = (block: ReturnType<typeof slotDrain>): void => {
  // Many beginnings, for what reset does.
  for (let seed = 1; seed <= 20; seed++) checkSlotDrain(block, config.slots, 12, seed);
  // A counter of commits that begins one off shows where the last datagram on its way is one for the slot: in one seed of fifteen.
  for (let seed = 1; seed <= 60; seed++) checkSlotDrain(block, config.slots, 3000, seed);
};
/** Parts of structs that the part which gets them does not look at. */
const unread: Family["same"] = Object.fromEntries(
  ["receive_half_verdict_writes", "commands_transmit_setting_datagram", "commands_answer_enabled"].map((pin) => [
    `${pin}: zero`,
    [1, "who gets it does not look at it"] as const,
  ]),
);
const inTable = (name: string) => (block: Parameters<typeof withInstance>[2]) => {
  check(withInstance(table, name, block));
  checkWalked(withInstance(walkedTable, name, block));
};

export const families: Readonly<Record<string, Family>> = {
  "connection table": family({ block: table, mutants: 20, sample: 12, kinds: "all", check, same: unread }),
  "connection table with a walker": family({
    block: walkedTable,
    mutants: 40,
    sample: 16,
    kinds: "all",
    check: checkWalked,
    same: unread,
  }),
  "slot transfer": family({
    block: slotTransfer(walked),
    mutants: 150,
    sample: 16,
    kinds: "all",
    check: (block) => checkWalked(withInstance(walkedTable, "transfer", block)),
    same: {
      "zeroed and others: or for and": [1, "a slot that has nothing to send may be listed: its turn ends at once"],
      "removes: REMOVED for REMOVE": [1, "the lookup is asked a cycle later"],
      "found_ready: START for REMOVED": [1, "the lookup's answer is taken a cycle later"],
    },
  }),
  "slot commands": family({
    block: slotCommands(config),
    mutants: 400,
    sample: 16,
    kinds: "all",
    check: inTable("commands"),
    same: {
      "zeroed and others: choices exchanged": [29, "both choices are zero: of words that there are not, or that are picked elsewhere"],
      // 27 words that the ready queue knows nothing of; 5 that are picked from its answer later.
      "zeroed and others: 1 for 0": [32, "a pick of a word that is never asked for there, or is picked anew before anybody looks"],
      // `level` of words 4 and 24; word 20, which has gone elsewhere before; `APPLY` of word 1, with every field as it was; and
      // 13 in BEGIN and LEVEL_TX, and 8 in LEVEL_RX, twice, where 29 and 24 do not come.
      "zeroed and others: eq of 4 bits for 5": [8, "the word that looks the same does not come there, or nobody uses what it makes"],
      ...Object.fromEntries(
        [
          ...["datagram", "ring_base", "ring_mask", "ring_sound"].map((field) => `receiveSetting_${field}`),
          ...["datagram", "connected", "noChecksum", "own", "ttl", "tos", "room", "ring_base", "ring_mask", "ring_sound"].map(
            (field) => `transmitSetting_${field}`,
          ),
          ...["tuple_localIp", "tuple_localPort", "tuple_remoteIp", "tuple_remotePort", "nextHop"].map(
            (field) => `transmitSetting_${field}`,
          ),
        ].map((place) => [
          `${place}: eq of 4 bits for 5`,
          [1, "settings are written in APPLY, where the word that looks the same does not come"] as const,
        ]),
      ),
      "access_payload_operation: eq of 4 bits for 5": [
        6,
        "the step that looks the same accesses nothing; OWNER, which looks like IDLE, is another matter",
      ],
      "access_payload_on: eq of 4 bits for 5": [3, "the step that looks the same accesses nothing"],
      ...Object.fromEntries(
        ["valid", "found", "more", "enabled", "slot", "cause"].map((field) => [
          `queue_${field}: left out`,
          [1, "no word is made of it: the whole answer is kept for the rest"] as const,
        ]),
      ),
      // LOOK: nobody asks the ready queue in the cycle before a request is begun, so it is ready.
      "zeroed and others: not left out": [1, "the ready queue is ready where a request is begun"],
      "found_ready: eq of 4 bits for 5": [3, "the step that looks the same asks the lookup for nothing"],
      // OWNER, DISABLE, LEVEL_RX, LEVEL_TX, SLEEP_RX, SLEEP_TX.
      "step: always": [6, "the ready queue is ready: no owner was told just before, and there were cycles for its news"],
    },
  }),
  "slot receive": family({
    block: slotReceive(config),
    mutants: 40,
    sample: 10,
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
    sample: 12,
    kinds: "all",
    check: inTable("transmit_half"),
    same: Object.fromEntries(
      ["slot", "pointer", "malformed"].flatMap((field) =>
        ["no reset", "reset to 1 for 0"].map((how) => [
          `back_${field}: ${how}`,
          [1, "nothing is given back in that cycle: valid is zero"] as const,
        ]),
      ),
    ),
  }),
  "slot drain": family({
    block: slotDrain(config),
    mutants: 100,
    kinds: "all",
    check: checkDrain,
    same: {
      "turn: sub for add": [1, "in which order drainers look is all the same"],
      "turn: no reset": [1, "which drainer looks first is all the same"],
      "turn: reset to 1 for 0": [1, "which drainer looks first is all the same"],
    },
  }),
  "slot drainer": family({
    block: slotDrainer(config),
    mutants: 40,
    kinds: "all",
    check: (block) =>
      checkDrain(
        Array.from({ length: drainers }, (_, i) => `drainer${i}`).reduce(
          (whole, name) => withInstance(whole, name, block),
          slotDrain(config),
        ),
      ),
    same: {
      "marked: no reset": [1, "the start of draining does the same"],
      "marked: reset to 1 for 0": [1, "the start of draining does the same"],
    },
  }),
};
