/** The tests of the receive buffer and of both engines notice broken hardware. */
import type { Module } from "#hdl";
import { type Config, resolveConfig } from "#rtl/config/config.ts";
import { rxEngine } from "#rtl/udp/rx-engine.ts";
import { rxIngress } from "#rtl/udp/rx-ingress.ts";
import { txEngine } from "#rtl/udp/tx-engine.ts";
import { txPlan } from "#rtl/udp/tx-plan.ts";
import { family, testMutants } from "../mutant-families.ts";
import { checkRxEngine } from "./rx-engine-check.ts";
import { checkRxIngress } from "./rx-ingress-check.ts";
import { checkTxEngine } from "./tx-engine-check.ts";

const tiny = resolveConfig("tiny");
const small: Config = { ...tiny, rxBuffer: 512, mtu: 150 };
const receiving: Config = { ...tiny, rxBuffer: 4096 };

/** The module with another one for one of its instances. */
const withInstance = <M extends Module>(outer: M, name: string, of: Module): M => {
  const instances = outer.instances.map((i) => (i.name === name ? { ...i, of } : i));
  return { ...outer, instances };
};

testMutants({
  "receive buffer": family({
    block: rxIngress(small),
    mutants: 40,
    check: (block) => {
      const lengths = [1, 8, 42, 60, 64, 65, 167, 168, 169, 300, 600];
      checkRxIngress(block, small, { lengths, frames: 80 }, 1);
      checkRxIngress(block, small, { lengths, frames: 80, pauses: [0, 0, 0.9] }, 2);
      checkRxIngress(block, small, { lengths: [1, 8], frames: 150, pauses: [0, 0.98, 0] }, 3);
    },
    same: {},
  }),
  "receive engine": family({
    block: rxEngine(receiving),
    mutants: 100,
    sample: 60,
    check: (block) => {
      for (const seed of [1, 2, 3]) checkRxEngine(block, receiving, 40, seed);
    },
    same: {},
  }),
  "transmit engine": family({
    block: txEngine(tiny),
    mutants: 100,
    sample: 60,
    check: (block) => {
      for (const seed of [1, 2, 3]) checkTxEngine(block, tiny, { largest: 1472, bytes: 5000 }, seed);
    },
    same: {},
  }),
  "transmit planner": family({
    block: txPlan(tiny),
    mutants: 60,
    sample: 60,
    check: (plan) => {
      const engine = withInstance(txEngine(tiny), "plan", plan);
      for (const seed of [1, 2, 3]) checkTxEngine(engine, tiny, { largest: 1472, bytes: 5000 }, seed);
      checkTxEngine(engine, tiny, { largest: 100, bytes: 3000 }, 4);
    },
    same: {},
  }),
});
