/**
 * The memory that each transactor shares between TypeScript and C++. A transactor's TypeScript twin works on the same
 * memory, so both have one interface and one meaning.
 */
import { Layout } from "#sim/bridge/record.ts";

/** Seeded reluctance: when a valid or a ready stays away although there would be something to do. One step per cycle. */
export const pauseBlock = new Layout("PauseBlock", {
  /** One of `pauseKind`. */
  kind: "u32",
  /** Of the xorshift generator; never 0. */
  state: "u32",
  /** Pauses where the generator's next number is below it. */
  threshold: "u32",
  /** Of the pattern, in cycles; bit `position` is next, 1 pauses. */
  length: "u32",
  position: "u32",
  pattern: ["u32", 8],
});
export const pauseKind = { never: 0, random: 1, pattern: 2 } as const;
export const patternBits = 256;

export const maxPayloadPins = 64;

/** A source or sink of a stream: rings of beats, one array per payload pin. */
export const streamBlock = new Layout("StreamBlock", {
  /** Beats that have moved over the port (source), or that TypeScript has taken (sink). Modulo 2^32. */
  head: "u32",
  /** Beats that TypeScript has queued (source), or that have moved over the port (sink). */
  tail: "u32",
  /** Packets that have moved over the port: beats whose last pin was 1. */
  packets: "u32",
  /** Beats in each array, a power of two. */
  capacity: "u32",
  /** Which payload pin is `last`, or `noPin`. */
  lastPin: "u32",
  /** Not 0: beats have a cycle before which they are not offered. */
  timed: "u32",
  pause: pauseBlock,
  /** Bytes from the start of the block to arrays of u32: the cycle in which each packet's first and last beat moved (by
   *  packet, modulo the capacity), and the earliest cycle for each beat. */
  firstCycles: "u32",
  lastCycles: "u32",
  earliest: "u32",
  /** The same for each pin's array; an element has the bytes of Verilator's storage. */
  arrays: ["u32", maxPayloadPins],
});
export const noPin = 0xffff_ffff;

export const axiErrorRange = new Layout("AxiErrorRange", {
  first: "u64",
  last: "u64",
  response: "u32",
  /** 1: reads, 2: writes, 3: both. */
  kinds: "u32",
});
export const maxErrorRanges = 16;

/** An AXI4 slave with memory behind it. */
export const axiMemoryBlock = new Layout("AxiMemoryBlock", {
  /** Address of the memory's first byte on the bus, its size in bytes, and where it lies in this process. */
  base: "u64",
  size: "u64",
  storage: "u64",
  /** Cycles from a request to its first answer, at least 1, and what is added at random at most. */
  readLatency: "u32",
  readJitter: "u32",
  writeLatency: "u32",
  writeJitter: "u32",
  /** Answers of different IDs may overtake each other. */
  reorder: "u32",
  /** Requests that may be under way, per direction. */
  outstanding: "u32",
  /** Of the generator for latencies and order; never 0. */
  random: "u32",
  errorRanges: "u32",
  errors: [axiErrorRange, maxErrorRanges],
  aw: pauseBlock,
  w: pauseBlock,
  b: pauseBlock,
  ar: pauseBlock,
  r: pauseBlock,
  /** Counters: requests accepted and answered (last beat taken). */
  reads: "u32",
  readsDone: "u32",
  writes: "u32",
  writesDone: "u32",
});

export const maxOperations = 256;
/** Beats of read or write data under way in an AXI4 master, a power of two. */
export const masterBeats = 4096;

/** One transaction that a master is to make. */
export const axiOperation = new Layout("AxiOperation", {
  address: "u64",
  write: "u32",
  id: "u32",
  /** Beats less one, binary logarithm of a beat's bytes, burst type: as on the bus. */
  len: "u32",
  size: "u32",
  burst: "u32",
  /** `prot` where the port has it. */
  prot: "u32",
});
/** A finished one, in the order in which they finished. */
export const axiResult = new Layout("AxiResult", {
  /** Number of the operation, modulo 2^32. */
  operation: "u32",
  /** The worst response of its beats. */
  response: "u32",
  /** Beats of read data. */
  beats: "u32",
});

/** An AXI4 master that does what TypeScript queues. */
export const axiMasterBlock = new Layout("AxiMasterBlock", {
  /** Operations queued, started and finished. Modulo 2^32, as all counters. */
  queued: "u32",
  started: "u32",
  finished: "u32",
  /** Beats of write data queued and sent, of read data come and taken. */
  writeTail: "u32",
  writeHead: "u32",
  readTail: "u32",
  /** Operations that may be under way at once. */
  outstanding: "u32",
  /** Bytes from the start of the block to write data, strobes and read data by beat. */
  writeData: "u32",
  writeStrobe: "u32",
  readData: "u32",
  aw: pauseBlock,
  w: pauseBlock,
  b: pauseBlock,
  ar: pauseBlock,
  r: pauseBlock,
  operations: [axiOperation, maxOperations],
  results: [axiResult, maxOperations],
});

/** What a protocol checker has seen, and how it is set up. */
export const streamCheckBlock = new Layout("StreamCheckBlock", {
  lastPin: "u32",
  keepPin: "u32",
  /** Valid must be low under reset. */
  quietInReset: "u32",
  beats: "u32",
  packets: "u32",
});
export const axiCheckBlock = new Layout("AxiCheckBlock", {
  /** Bytes of a beat at most. */
  busBytes: "u32",
  reads: "u32",
  readsDone: "u32",
  writes: "u32",
  writesDone: "u32",
});

export const maxRecorderPins = 32;
/** What `recorder.ts` notes: entries of a cycle and 32 bits of each pin, in a ring. */
export const recorderBlock = new Layout("RecorderBlock", {
  /** Entries written so far. Modulo 2^32. */
  tail: "u32",
  /** Entries in the ring, a power of two, and bytes from the start of the block to them. */
  capacity: "u32",
  entries: "u32",
  /** Conditions in use; each is a bit per pin that must not be zero. */
  conditions: "u32",
  masks: ["u32", maxRecorderPins],
});

/** Numbers that C++ needs beside the structs. */
export const blockConstants = { kMaxOperations: maxOperations, kMasterBeats: masterBeats, kNoPin: noPin } as const;

/** In an order in which each is known before it is used. */
export const transactorBlocks: readonly Layout[] = [
  pauseBlock,
  streamBlock,
  axiErrorRange,
  axiMemoryBlock,
  axiOperation,
  axiResult,
  axiMasterBlock,
  streamCheckBlock,
  axiCheckBlock,
  recorderBlock,
];
