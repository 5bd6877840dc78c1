/** Mutants of the ordinary path, block by block, in the whole of it. */
import type { Module } from "#hdl";
import { type Config, resolveConfig } from "#rtl/config/config.ts";
import { dmaReadMux, dmaWriteMux } from "#rtl/nic/dma-mux.ts";
import { ordinaryCompletions } from "#rtl/nic/ordinary-completions.ts";
import { ordinaryFetch } from "#rtl/nic/ordinary-fetch.ts";
import { ordinaryIngress } from "#rtl/nic/ordinary-ingress.ts";
import { ordinaryInterrupt } from "#rtl/nic/ordinary-interrupt.ts";
import { ordinaryPath } from "#rtl/nic/ordinary-path.ts";
import { ordinaryQueue } from "#rtl/nic/ordinary-queue.ts";
import { ordinaryReceive } from "#rtl/nic/ordinary-receive.ts";
import { ordinaryTransmit } from "#rtl/nic/ordinary-transmit.ts";
import { type Family, family } from "#sim/mutate/family.ts";
import { withInstance } from "../with-instance.ts";
import { checkReadMux, checkWriteMux } from "./dma-mux-check.ts";
import { checkLegacy, type LegacyScenario } from "./legacy-check.ts";
import { checkOrdinary } from "./ordinary-check.ts";
import { corners } from "./ordinary-corner-check.ts";
import { checkInterrupt } from "./ordinary-interrupt-check.ts";
import type { Scenario } from "./ordinary-scenario.ts";

/** Frames of a few beats, and a buffer that a few of them fill. */
const config: Config = { ...resolveConfig("tiny"), mtu: 200, txBuffer: 1024 };
const options = { words: 64, patience: 40, frames: 4 };
const path = ordinaryPath(config, options);
const basic: Scenario = {
  receive: 30,
  transmit: 30,
  lengths: (r) => r.between(14, 218),
  logSize: 3,
  fragments: 3,
  impossible: true,
  limit: 8000,
};
const scenarios: readonly (readonly [Scenario, number])[] = [
  [{ ...basic, pause: 0, latency: 3, hoard: 20, buffers: (r) => r.between(1, 250) }, 1],
  [{ ...basic, pause: 0.1, latency: 30, napi: true, count: 3, cycles: 40, starve: 1500, lengths: (r) => r.between(14, 40) }, 2],
  [{ ...basic, pause: 0.3, latency: 10, restarts: 0.004 }, 3],
  [{ ...basic, pause: 0.1, latency: 10, refusals: 0.03, hollow: 0.05 }, 4],
  [{ ...basic, pause: 0, latency: 40, logSize: 6, lengths: () => 218, limit: 2500 }, 5],
  [{ ...basic, receive: 60, transmit: 60, pause: 0, latency: 60, logSize: 6, lengths: () => 14, hoard: 200 }, 6],
  // Completions wait for a driver that does not say how far it is, and frames for them.
  [{ ...basic, receive: 0, transmit: 120, pause: 0, latency: 60, logSize: 3, lengths: () => 14, hoard: 60, fragments: 1 }, 7],
];
/** Seeds of the scenarios with buffers for nearly all frames. */
const enough = [1, 5];
const runAll = (whole: typeof path): void => {
  for (const corner of Object.values(corners)) corner(whole);
  for (const [s, seed] of scenarios) {
    const { held, dropped, received } = checkOrdinary(whole, config, s, seed);
    // Where buffers come in time, few frames may be dropped.
    if (enough.includes(seed) && received < 28) throw new Error(`seed ${seed}, cycle 0: ${received} frames came, ${dropped} were dropped`);
    const wanted = s.starve === undefined ? held <= options.patience : held === options.patience && dropped > 0;
    if (!wanted) throw new Error(`seed ${seed}, cycle 0: the wire was held up for ${held} cycles, ${dropped} frames were dropped`);
  }
};
/** Requests of the packet pages are told of one by one. */
const packets: LegacyScenario = {
  receive: 12,
  transmit: 20,
  lengths: (r) => r.between(14, 150),
  latency: 10,
  pause: 0,
  impossible: true,
  refusals: 0.05,
  limit: 8000,
};
const runWithPackets = (whole: typeof path): void => {
  runAll(whole);
  checkLegacy(whole, config, packets, 1);
};
/** Both queues with a part exchanged. */
const withPart = (name: string, part: Module): typeof path => withQueue(withInstance(ordinaryQueue(config), name, part));
const withQueue = (queue: Module): typeof path => withInstance(withInstance(path, "receive_queue", queue), "transmit_queue", queue);
const receiver = ordinaryReceive(config, options);

export const families: Readonly<Record<string, Family>> = {
  "read mux": family({
    block: dmaReadMux(config, 3),
    mutants: 1,
    check: (block) => {
      for (const seed of [1, 2]) checkReadMux(block, config, 3, 20, seed);
    },
    same: {},
  }),
  "write mux": family({
    block: dmaWriteMux(config, 3),
    mutants: 4,
    check: (block) => {
      for (const seed of [1, 2, 3]) checkWriteMux(block, config, 3, 30, seed);
    },
    same: {
      "w_payload_data: 1 for 0": [1, "what a fourth of three masters would give"],
      "w_payload_strobe: 1 for 0": [1, "what a fourth of three masters would give"],
    },
  }),
  interrupt: family({
    block: ordinaryInterrupt(),
    mutants: 8,
    check: (block) => {
      for (let seed = 1; seed <= 12; seed++) checkInterrupt(block, 400, seed);
    },
    same: {},
  }),
  "descriptor fetch": family({
    block: ordinaryFetch(config),
    mutants: 40,
    sample: 12,
    check: (block) => runAll(withPart("fetch", block)),
    same: {
      "asks: lt for le": [1, "it asks a little later"],
      "done_in_line and others: or for and": [1, "behind a line that failed nothing leaves, whatever counts as whole"],
    },
  }),
  "completion writer": family({
    block: ordinaryCompletions(config),
    mutants: 40,
    sample: 12,
    check: (block) => runAll(withPart("writer", block)),
    same: {},
  }),
  queue: family({
    block: ordinaryQueue(config),
    mutants: 10,
    sample: 12,
    check: (block) => runAll(withQueue(block)),
    same: {},
  }),
  ingress: family({
    block: ordinaryIngress(config, options),
    mutants: 40,
    sample: 12,
    check: (block) => runAll(withInstance(path, "receive", withInstance(receiver, "ingress", block))),
    same: {
      "room: not left out": [1, "a frame has two beats at least, so that its first beat finds no room where its last would find none"],
    },
  }),
  "receive engine": family({
    block: receiver,
    mutants: 40,
    sample: 12,
    check: (block) => runWithPackets(withInstance(path, "receive", block)),
    same: {
      "align_job_valid: or for and": [1, "no bytes come without a job, and hardly any while a frame is discarded"],
      "wanted: lt for le": [1, "no frame is as long as the packet page's buffers here"],
      "torn: no reset": [1, "the first part of a frame does not look at it"],
      "torn: reset to 1 for 0": [1, "the first part of a frame does not look at it"],
    },
  }),
  "transmit engine": family({
    block: ordinaryTransmit(config),
    mutants: 60,
    sample: 12,
    check: (block) => runWithPackets(withInstance(path, "transmit", block)),
    same: {
      "length: 61 for 60": [2, "60 and 61 bytes are as many beats"],
      "align_job_payload_beatsOut: add for sub": [1, "a beat more, into what is written next: it costs a cycle"],
      "length: le for lt": [1, "60 bytes are 60, filled up or not"],
      "data_mask: gt for ge": [1, "at the end nothing is left"],
    },
  }),
};
