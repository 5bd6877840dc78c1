/** Mutants of the transmit engine and of its parts. */
import { type Config, resolveConfig } from "#rtl/config/config.ts";
import { txBuild } from "#rtl/udp/tx-build.ts";
import { txEngine } from "#rtl/udp/tx-engine.ts";
import { txPlan } from "#rtl/udp/tx-plan.ts";
import { txSend } from "#rtl/udp/tx-send.ts";
import { txStore } from "#rtl/udp/tx-store.ts";
import { type Family, family } from "#sim/mutate/family.ts";
import { withInstance } from "../with-instance.ts";
import { checkTxEngine } from "./tx-engine-check.ts";
import { checkTxSend } from "./tx-send-check.ts";

/** Frames of a few beats, and a buffer that a few of them fill. */
const config: Config = { ...resolveConfig("tiny"), mtu: 200, txBuffer: 1024 };
const wholeWord = "the last word may be taken for a whole one or for what is left: they are the same bytes";
const otherByte = "only the constant's other byte is taken from there";
const shortFrame = "18 bytes make 60 either way";
/** A bus word holds several headers. */
const wide: Config = { ...config, busBits: 256, wireBits: 256 };
const frameBits = 256;

export const families: Readonly<Record<string, Family>> = {
  "UDP transmit engine": family({
    block: txEngine(config),
    mutants: 3,
    check: (block) => {
      for (const seed of [1, 2, 3]) checkTxEngine(block, config, { largest: 172, bytes: 2000 }, seed);
    },
    same: {},
  }),
  "UDP transmit planner": family({
    block: txPlan(wide),
    mutants: 90,
    sample: 16,
    check: (plan) => {
      const engine = withInstance(txEngine(wide), "plan", plan);
      for (let seed = 20; seed < 26; seed++) checkTxEngine(engine, wide, { largest: 20, bytes: 600, clean: true }, seed);
      for (const seed of [1, 2]) checkTxEngine(engine, wide, { largest: 172, bytes: 2000 }, seed);
      for (const only of [0, 1, 3]) checkTxEngine(engine, wide, { largest: 172, bytes: 1500, only }, only);
      for (const largest of [0, 100, 173]) checkTxEngine(engine, wide, { largest, bytes: 1200, clean: true }, 3);
      for (const seed of [5, 9]) checkTxEngine(engine, wide, { largest: 1, bytes: 300, refuse: 3 }, seed);
      for (const only of [1, 3]) checkTxEngine(engine, wide, { largest: 172, bytes: 2000, only, refuse: 6 }, 7);
    },
    same: {
      "limit: ge for gt": [1, "the lesser of two equals is either"],
      "stream_length: le for lt": [1, "the lesser of two equals is either"],
      // Two that do make a difference, in a cycle that the test seldom meets; the planner's proof fails for the first.
      "keeps: and for or": [1, "another slot must come in the one cycle between a header's being asked for and its packet's plan"],
      "kept_words, kept_failed: or for and": [1, "another slot's header must come in the cycle in which two records share a word"],
      "goes_on: not left out": [
        1,
        "behind a header that memory did not give nothing leaves either way; that the slot is given back is proved",
      ],
    },
  }),
  "UDP transmit, frames built": family({
    block: txBuild(wide, 2 * frameBits),
    mutants: 100,
    sample: 16,
    check: (build) => {
      const engine = withInstance(txEngine(wide, 2 * frameBits), "build", build);
      for (const seed of [1, 2, 3]) checkTxEngine(engine, wide, { largest: 172, bytes: 3000, frameBits: 2 * frameBits }, seed);
      const more = { clean: true, only: 1, frameBits: 2 * frameBits };
      // Every length's last byte; more frames than words, because some have none; memory that fails.
      checkTxEngine(engine, wide, { ...more, largest: 70, bytes: 4500, sweep: true }, 4);
      for (const seed of [5, 6]) checkTxEngine(engine, wide, { ...more, largest: 1, bytes: 900 }, seed);
      for (const only of [1, 3]) checkTxEngine(engine, wide, { ...more, largest: 172, bytes: 1500, only, clean: false, refuse: 5 }, 8);
    },
    same: {
      "fits: 1 for 0": [1, "room for one word more is waited for, and there is as soon as frames have left"],
      "whole: gt for ge": [1, wholeWord],
      "whole: 33 for 32": [1, wholeWord],
      "turning_bytes: 33 for 32": [1, "a mask of all bytes either way"],
      "gives: or for and": [1, "behind a packet nothing is left to give, and what is given before the first one is written over"],
    },
  }),
  "UDP transmit, frames kept": family({
    block: txStore(config, frameBits),
    mutants: 30,
    check: (store) => {
      const engine = withInstance(txEngine(config, frameBits), "store", store);
      for (const seed of [1, 2, 3]) checkTxEngine(engine, config, { largest: 172, bytes: 3000, frameBits }, seed);
      checkTxEngine(engine, config, { largest: 17, bytes: 1500, clean: true, frameBits }, 4);
    },
    same: {},
  }),
  "UDP transmit, frames sent": family({
    block: txSend(config),
    mutants: 80,
    sample: 20,
    check: (send) => {
      for (const seed of [1, 2, 3]) checkTxSend(send, config, config.busBits, 100, seed);
    },
    same: {
      "frame_bytes: le for lt": [1, shortFrame],
      "frame_bytes: 19 for 18": [1, shortFrame],
      "head_valid and others: ge for gt": [1, "a last beat has at least one byte"],
      "header: 2049 for 2048": [1, otherByte],
      "header: 16385 for 16384": [1, otherByte],
    },
  }),
};
