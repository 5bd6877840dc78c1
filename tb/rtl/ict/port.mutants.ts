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
import { registerFrontBlock } from "./register-front.ts";

/** As few slots as there can be, and a hart that a number has room for is missing. */
const config = resolveConfig("tiny", ["harts=3"]);
const front = registerFrontBlock(config);
const port = registerPort(config);
const view = prototypeView(config);
const inPort = (block: Module): typeof front => withInstance(front, "registers_port", block);
const inView = (block: Module): typeof front => inPort(withInstance(port, "prototype_view", block));
const check = (block: typeof front): void => {
  for (let seed = 1; seed <= 20; seed++) checkPort(block, config, 30, seed);
  for (let seed = 1; seed <= 10; seed++) checkPort(block, config, 500, seed);
};

export const families: Readonly<Record<string, Family>> = {
  "register port": family({ block: port, mutants: 100, kinds: "all", check: (block) => check(inPort(block)), same: {} }),
  "prototype view": family({ block: view, mutants: 100, kinds: "all", check: (block) => check(inView(block)), same: {} }),
  "prototype decode": family({
    block: prototypeDecode(config),
    mutants: 100,
    kinds: "all",
    check: (block) => check(inView(withInstance(view, "decode", block))),
    same: {},
  }),
  "prototype's own registers": family({
    block: prototypeOwn(config),
    mutants: 100,
    kinds: "all",
    check: (block) => check(inView(withInstance(view, "own", block))),
    same: {},
  }),
};
