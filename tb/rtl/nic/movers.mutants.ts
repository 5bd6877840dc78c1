/** Mutants of the blocks that move bytes. */
import { resolveConfig } from "#rtl/config/config.ts";
import { aligner } from "#rtl/nic/aligner.ts";
import { bufferReader } from "#rtl/nic/buffer-reader.ts";
import { dmaRead } from "#rtl/nic/dma-read.ts";
import { dmaWrite } from "#rtl/nic/dma-write.ts";
import { frameStore } from "#rtl/nic/frame-store.ts";
import { partAligner } from "#rtl/nic/part-aligner.ts";
import { rxParse } from "#rtl/udp/rx-parse.ts";
import { Prng } from "#sim/models/packet/index.ts";
import { type Family, family } from "#sim/mutate/family.ts";
import { anyFrame, checkRxParse, endlessFrame, oneBitOff } from "../udp/rx-parse-check.ts";
import { checkAligner, checkPartAligner } from "./aligner-check.ts";
import { checkBufferReader } from "./buffer-reader-check.ts";
import { checkDmaRead } from "./dma-read-check.ts";
import { checkDmaWrite } from "./dma-write-check.ts";
import { checkFrameStore } from "./frame-store-check.ts";

const tiny = resolveConfig("tiny");
const runs = Array.from({ length: 200 }, (_, i) => ({ from: i % 8, to: (i >> 3) % 8, count: 1 + ((i * 7) % 29) }));
const prng = new Prng(1);
/** The first leaves the block in the middle of its counts, where it must begin at zero; the others count past 11 bits. */
const longRuns = [
  { from: 0, to: 5, count: 12 },
  { from: 5, to: 3, count: 8 * 2049 },
  { from: 0, to: 6, count: 8 * 2048 },
];
/** The first is of one part only, so that what reset left of the others counts; the last counts past 11 bits. */
const partRuns = [
  { from: 3, to: 5, count: 2 },
  ...Array.from({ length: 200 }, (_, i) => ({ from: (i * 5 + 3) % 16, to: (i >> 3) % 16, count: 1 + ((i * 7 + 16) % 45) })),
];
const longPartRuns = [
  { from: 0, to: 5, count: 4 * 2049 },
  { from: 0, to: 6, count: 4 * 2048 },
];
const frames = [...Array.from({ length: 400 }, () => anyFrame(prng)), ...oneBitOff(prng), endlessFrame(prng)];

const noWait = "a beat without room is not taken";
const noReader = "`lost` is read only by a store that drops";
const sevenBits = "what is left and the room in the line are equal; 64 and -64 are equal in seven bits";
const short = "a job is a part of one packet: 9000 bytes at most";
const answered = "an answer writes it before it is read";
const endless = "where the position of a frame that never ends stays, as long as it stays too large";
const position = "no position reaches 65536";
const unseen = "what moves on without being valid is not looked at";
const flushed = "it follows the step before, where nothing comes while reset lasts";
const headerBeats = "headers end within 46 bytes; the beats at 48 and 56 are kept and not read";
const contiguous = "the bytes of a beat are counted in a way that relies on contiguous ones in `keep`, and many others do";
const lanes = "payloads begin at byte 34 or 38, so only lanes 2 and 6 can hold their first byte; lane 0 adds nothing";

// Seed 15 of the DMA engines begins with a byte at the end of its word.
export const families: Readonly<Record<string, Family>> = {
  aligner: family({
    block: aligner(8),
    mutants: 100,
    kinds: "all",
    check: (block) => {
      checkAligner(block, 8, runs, 1, 0);
      checkAligner(block, 8, runs, 2);
      checkAligner(block, 8, longRuns, 3);
    },
    same: {
      "out_payload_strobe: ne of 11 bits for 12": [1, "a first byte is never above the highest lane"],
    },
  }),
  "aligner by parts": family({
    block: partAligner(16, 4),
    mutants: 25,
    kinds: "all",
    check: (block) => {
      const check = (list: typeof partRuns, seed: number, pause?: number, most?: number) =>
        checkPartAligner(block as never, 16, 4, list, seed, pause, most);
      check(longPartRuns, 1, 0, 2049 + 2048 + 8);
      for (const seed of [2, 3, 4, 5]) check(partRuns.slice(0, 60), seed, 0);
      check(partRuns, 6);
    },
    same: { "strobe_3: always": [1, "no part of a beat comes behind the last one"] },
  }),
  "DMA writer": family({
    block: dmaWrite(tiny),
    mutants: 40,
    kinds: "all",
    check: (block) => {
      for (const seed of [1, 2, 15]) checkDmaWrite(block, tiny, 30, seed);
    },
    same: {
      "chunk: le for lt": [1, sevenBits],
      "chunk: sub for add": [1, sevenBits],
      "chunk: lt of 15 bits for 16": [1, short],
      "last_burst: eq of 15 bits for 16": [1, short],
      "beats_push_payload_ends: zero": [1, "a property alone reads it"],
      "failed: no reset": [1, answered],
      "failed: reset to 1 for 0": [1, answered],
    },
  }),
  "frame store that drops": family({
    block: frameStore({ dataBits: 64, words: 16, drop: true }),
    mutants: 20,
    kinds: "all",
    check: (block) => {
      for (const seed of [1, 2, 3]) checkFrameStore(block, { bytes: 8, words: 16, drop: true }, 60, seed);
    },
    same: {
      "write: always": [1, "the end of a frame that found no room takes the pointer back"],
    },
  }),
  "frame store that makes wait": family({
    block: frameStore({ dataBits: 64, words: 16, drop: false }),
    mutants: 20,
    kinds: "all",
    check: (block) => {
      for (const seed of [1, 2, 3]) checkFrameStore(block, { bytes: 8, words: 16, drop: false }, 60, seed);
    },
    same: {
      "store: or for and": [1, "a word that is written while none moves is written again"],
      "write: always": [1, noWait],
      "lost and others: or for and": [1, noReader],
      "lost and others: not left out": [2, noReader],
      "lost: left out": [1, noReader],
      "lost: no reset": [1, noReader],
      "lost: reset to 1 for 0": [1, noReader],
      "overflowed: zero": [1, noWait],
    },
  }),
  "receive parser": family({
    block: rxParse(tiny),
    mutants: 200,
    check: (block) => {
      checkRxParse(block, tiny, frames, 1, 0.1);
      // What reset has left, in several ways.
      for (const seed of [2, 3, 4, 5, 6, 7]) checkRxParse(block, tiny, frames.slice(0, 3), seed, 0.9);
    },
    same: {
      "a_beat_data and others: gt for ge": [1, endless],
      "a_beat_data and others: 61441 for 61440": [1, endless],
      "b_beat_data and others: ne for eq": [2, headerBeats],
      "b_beat_data and others: 49 for 48": [1, headerBeats],
      "b_beat_data and others: 57 for 56": [1, headerBeats],
      "c_data and others: and for or": [10, contiguous],
      "c_data and others: choices exchanged": [3, contiguous],
      "c_data and others: not left out": [4, contiguous],
      "d_first and others: gt for ge": [6, lanes],
      "d_first and others: sub for add": [1, lanes],
      "d_first and others: ge of 16 bits for 17": [8, position],
      "d_first and others: lt of 16 bits for 17": [8, position],
      "d_first and others: eq of 16 bits for 17": [1, position],
      "ip_length_bad: gt of 16 bits for 17": [1, position],
      ...Object.fromEntries(
        ["a_valid", "b_valid", "c_valid", "d_valid", "e_done", "out_done"].map((name) => [`${name}: no reset`, [1, flushed] as const]),
      ),
      "b_beat_data and others: always": [1, unseen],
      "c_data and others: always": [1, unseen],
      "d_first and others: always": [1, unseen],
      "out_facts_length and others: always": [1, unseen],
      "header: always": [2, headerBeats],
      "header: never": [2, headerBeats],
      "header: left out": [2, headerBeats],
    },
  }),
  "DMA reader": family({
    block: dmaRead(tiny),
    mutants: 40,
    kinds: "all",
    check: (block) => {
      for (const seed of [1, 2, 15]) checkDmaRead(block, tiny, 30, seed);
    },
    same: {
      "chunk: le for lt": [1, sevenBits],
      "chunk: sub for add": [1, sevenBits],
      "chunk: lt of 15 bits for 16": [1, short],
      "last_burst: eq of 15 bits for 16": [1, short],
      "line_end: eq of 3 bits for 4": [1, "a line has eight beats: the fourth bit is zero in both"],
    },
  }),
  "buffer reader": family({
    block: bufferReader(4, 32),
    mutants: 5,
    kinds: "all",
    check: (block) => {
      for (const seed of [1, 2, 3]) checkBufferReader(block, 4, 30, seed);
      checkBufferReader(block, 4, 30, 4, 0);
    },
    same: {
      "last: eq of 4 bits for 5": [1, "no run is longer than the buffer, so 16 and 0 are not both asked for"],
    },
  }),
};
