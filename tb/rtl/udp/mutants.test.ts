/** The tests of the receive buffer and of both engines notice broken hardware. */
import type { Module } from "#hdl";
import { type Config, resolveConfig } from "#rtl/config/config.ts";
import { rxDeliver } from "#rtl/udp/rx-deliver.ts";
import { rxEngine } from "#rtl/udp/rx-engine.ts";
import { rxIngress } from "#rtl/udp/rx-ingress.ts";
import { txEngine } from "#rtl/udp/tx-engine.ts";
import { txPlan } from "#rtl/udp/tx-plan.ts";
import { family, testMutants } from "../mutant-families.ts";
import { checkRxEngine } from "./rx-engine-check.ts";
import { checkRxIngress } from "./rx-ingress-check.ts";
import { checkTxEngine } from "./tx-engine-check.ts";

const tiny = resolveConfig("tiny");
const small: Config = { ...tiny, rxBuffer: 1024, mtu: 150 };
const receiving: Config = { ...tiny, rxBuffer: 4096 };
/** Frames of a few beats. */
const sending: Config = { ...tiny, mtu: 200 };

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
  "receive verdicts and moves": family({
    block: rxDeliver(receiving),
    mutants: 100,
    sample: 60,
    check: (block) => {
      const engine = withInstance(rxEngine(receiving), "deliver", block);
      for (const seed of [1, 2, 3]) checkRxEngine(engine, receiving, 40, seed);
    },
    same: {},
  }),
  "transmit engine": family({
    block: txEngine(sending),
    mutants: 100,
    sample: 60,
    check: (block) => {
      for (const seed of [1, 2, 3]) checkTxEngine(block, sending, { largest: 172, bytes: 3000 }, seed);
    },
    same: {},
  }),
  "transmit planner": family({
    block: txPlan(sending),
    mutants: 60,
    check: (plan) => {
      const engine = withInstance(txEngine(sending), "plan", plan);
      for (const seed of [1, 2]) checkTxEngine(engine, sending, { largest: 172, bytes: 3000 }, seed);
      for (const largest of [0, 100, 173]) checkTxEngine(engine, sending, { largest, bytes: 1500, clean: true }, 3);
      for (const seed of [4, 5]) checkTxEngine(engine, sending, { largest: 20, bytes: 1500, refuse: 30 }, seed);
    },
    same: {
      "length: le for lt": 1,
      // Each read has its packet or is waited for, so what holds packets is full first.
      "room: or for and": 1,
    },
  }),
});
