/** Mutants of the register port and of the prototype's view. */
import type { Module } from "#hdl";
import { resolveConfig } from "#rtl/config/config.ts";
import { registerPort } from "#rtl/ict/port.ts";
import { prototypeDecode } from "#rtl/ict/prototype-decode.ts";
import { prototypeOwn } from "#rtl/ict/prototype-own.ts";
import { prototypeView } from "#rtl/ict/prototype-view.ts";
import { type Family, family } from "#sim/mutate/family.ts";
import { withInstance } from "../with-instance.ts";
import { checkPort } from "./port-check.ts";
import { checkPortCorners } from "./port-corners.ts";
import { registerFrontBlock } from "./register-front.ts";

/** As few slots as there can be, and a hart that a number has room for is missing. */
const config = resolveConfig("tiny", ["harts=3"]);
const front = registerFrontBlock(config);
const port = registerPort(config);
const view = prototypeView(config);
const inPort = (block: Module): typeof front => withInstance(front, "registers_port", block);
const inView = (block: Module): typeof front => inPort(withInstance(port, "prototype_view", block));
const check = (block: typeof front): void => {
  checkPortCorners(block, config, 1);
  for (let seed = 1; seed <= 14; seed++) checkPort(block, config, 30, seed);
  for (let seed = 1; seed <= 7; seed++) checkPort(block, config, 1500, seed);
};

/** Of codes that an enumeration does not have, or that cannot stand here. */
const noCode = (...names: readonly (readonly [change: string, count: number])[]) =>
  Object.fromEntries(names.map(([change, count]) => [change, [count, "no other code that there is has these bits"] as const]));

export const families: Readonly<Record<string, Family>> = {
  "register port": family({
    block: port,
    mutants: 300,
    sample: 14,
    kinds: "all",
    check: (block) => check(inPort(block)),
    same: {
      "prototype_view_maker_hart: choices exchanged": [2, "harts change places in what only tells them apart"],
      "rekey_response_data: 1 for 0": [1, "a write's answer has no data"],
      "ask_payload_data: choices exchanged": [1, "one bus has one word"],
      "ask_payload_hart: 1 for 0": [1, "of no meaning to owners"],
      "ask_payload_askers: 1 for 0": [1, "of no meaning where the kernel asks"],
      "tried_cause and others: always": [1, "nobody looks at another time"],
      "prototype_view_reply_foreign: zero": [1, "the view does not look at it"],
      "rekeyed: no reset": [1, "the block looks only after it has asked"],
    },
  }),
  "prototype view": family({
    block: view,
    mutants: 500,
    sample: 14,
    kinds: "all",
    check: (block) => check(inView(block)),
    same: {
      "who: not left out": [1, "whose is whose is all the same, if it is told apart"],
      "asks_strobe: always": [3, "a read needs no bytes"],
      "asks_strobe: 0 for 255": [1, "a read needs no bytes"],
      "ask_payload_hart: 1 for 0": [1, "of no meaning to reads and writes"],
      "now_at: left out": [1, "the next row's step is this one's"],
      ...noCode(["hears: eq of 2 bits for 3", 1], ["at and others: eq of 3 bits for 4", 1]),
    },
  }),
  "prototype decode": family({
    block: prototypeDecode(config),
    mutants: 300,
    sample: 14,
    kinds: "all",
    check: (block) => check(inView(withInstance(view, "decode", block))),
    same: {
      "plan_word: 1 for 0": [1, "of no meaning where there is no field"],
      "plan_lanes: 1 for 0": [1, "of no meaning where there is no field"],
      "row and others: not left out": [1, "a read of other bytes may look at the flag or not"],
      "in_rows: ge of 6 bits for 7": [1, "16 rows end before that bit"],
      "plan_hart: 1 for 0": [1, "of no meaning where nothing is searched for"],
    },
  }),
  "prototype's own registers": family({
    block: prototypeOwn(config),
    mutants: 150,
    sample: 14,
    kinds: "all",
    check: (block) => check(inView(withInstance(view, "own", block))),
    same: {
      "value and others: 1 for 0": [2, "a flag whose byte is not written is not cleared"],
    },
  }),
};
