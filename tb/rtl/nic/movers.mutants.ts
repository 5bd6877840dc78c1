/** Mutants of the blocks that move bytes. */
import { resolveConfig } from "#rtl/config/config.ts";
import { aligner } from "#rtl/nic/aligner.ts";
import { bufferReader } from "#rtl/nic/buffer-reader.ts";
import { dmaRead } from "#rtl/nic/dma-read.ts";
import { dmaWrite } from "#rtl/nic/dma-write.ts";
import { frameStore } from "#rtl/nic/frame-store.ts";
import { rxParse } from "#rtl/udp/rx-parse.ts";
import { Prng } from "#sim/models/packet/index.ts";
import { type Family, family } from "#sim/mutate/family.ts";
import { anyFrame, checkRxParse } from "../udp/rx-parse-check.ts";
import { checkAligner } from "./aligner-check.ts";
import { checkBufferReader } from "./buffer-reader-check.ts";
import { checkDmaRead } from "./dma-read-check.ts";
import { checkDmaWrite } from "./dma-write-check.ts";
import { checkFrameStore } from "./frame-store-check.ts";

const tiny = resolveConfig("tiny");
const runs = Array.from({ length: 200 }, (_, i) => ({ from: i % 8, to: (i >> 3) % 8, count: 1 + ((i * 7) % 29) }));
const prng = new Prng(1);
const frames = Array.from({ length: 400 }, () => anyFrame(prng));

export const families: Readonly<Record<string, Family>> = {
  aligner: family({
    block: aligner(8),
    mutants: 100,
    check: (block) => {
      checkAligner(block, 8, runs, 1, 0);
      checkAligner(block, 8, runs, 2);
    },
    same: {},
  }),
  "DMA writer": family({
    block: dmaWrite(tiny),
    mutants: 40,
    check: (block) => {
      for (const seed of [1, 2, 3]) checkDmaWrite(block, tiny, 30, seed);
    },
    same: {
      // What is left and the room in the line are equal; 64 and -64 are equal in seven bits.
      "chunk: le for lt": 1,
      "chunk: sub for add": 1,
    },
  }),
  "frame store that drops": family({
    block: frameStore({ dataBits: 64, words: 16, drop: true }),
    mutants: 20,
    check: (block) => {
      for (const seed of [1, 2, 3]) checkFrameStore(block, { bytes: 8, words: 16, drop: true }, 60, seed);
    },
    same: {},
  }),
  "frame store that makes wait": family({
    block: frameStore({ dataBits: 64, words: 16, drop: false }),
    mutants: 20,
    check: (block) => {
      for (const seed of [1, 2, 3]) checkFrameStore(block, { bytes: 8, words: 16, drop: false }, 60, seed);
    },
    same: {
      // Beats without room do not come: a word written while none moves is written again; `lost` has no reader.
      "store: or for and": 1,
      "lost and others: or for and": 1,
      "lost and others: not left out": 2,
    },
  }),
  "receive parser": family({
    block: rxParse(tiny),
    mutants: 200,
    check: (block) => {
      checkRxParse(block, tiny, frames, 1, 0.1);
    },
    same: {
      // Where the position of a frame that never ends stays, as long as it stays too large.
      "a_beat_data and others: gt for ge": 1,
      "a_beat_data and others: 61441 for 61440": 1,
      // Headers end within 46 bytes; the beats at 48 and 56 are kept and not read.
      "b_beat_data and others: ne for eq": 2,
      "b_beat_data and others: 49 for 48": 1,
      "b_beat_data and others: 57 for 56": 1,
      // The bytes of a beat are counted in a way that relies on contiguous ones in `keep`, and many others do.
      "c_data and others: and for or": 10,
      "c_data and others: choices exchanged": 3,
      "c_data and others: not left out": 4,
      // Payloads begin at byte 34 or 38, so only lanes 2 and 6 can hold their first byte; lane 0 adds nothing.
      "d_first and others: gt for ge": 6,
      "d_first and others: sub for add": 1,
    },
  }),
  "DMA reader": family({
    block: dmaRead(tiny),
    mutants: 40,
    check: (block) => {
      for (const seed of [1, 2, 3]) checkDmaRead(block, tiny, 30, seed);
    },
    same: {
      // As in the writer.
      "chunk: le for lt": 1,
      "chunk: sub for add": 1,
    },
  }),
  "buffer reader": family({
    block: bufferReader(4, 32),
    mutants: 5,
    check: (block) => {
      for (const seed of [1, 2, 3]) checkBufferReader(block, 4, 30, seed);
      checkBufferReader(block, 4, 30, 4, 0);
    },
    same: {},
  }),
};
