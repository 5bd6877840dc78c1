/** What a run of the ordinary path's test is made of. */
import type { Random } from "#hdl/simulate/index.ts";

export interface Scenario {
  /** Frames from the wire, and to it. */
  readonly receive: number;
  readonly transmit: number;
  readonly lengths: (random: Random) => number;
  readonly logSize?: number;
  /** Bytes of a receive buffer. */
  readonly buffers?: (random: Random) => number;
  readonly latency?: number;
  readonly disorder?: boolean;
  /** Pauses on all streams; as the seed will unless said. */
  readonly pause?: number;
  readonly napi?: boolean;
  readonly lazy?: number;
  readonly hoard?: number;
  readonly count?: number;
  readonly cycles?: number;
  readonly budget?: number;
  /** Chance per cycle that a queue is switched off, and then on again. */
  readonly restarts?: number;
  /** Chance that a line of a buffer is refused. */
  readonly refusals?: number;
  /** Chance that a receive buffer has no bytes, which stops the queue. */
  readonly hollow?: number;
  /** Offset of buffers and fragments in a line; any unless said. */
  readonly align?: number;
  /** Most fragments of a frame. */
  readonly fragments?: number;
  /** The driver gives no receive buffers for so many cycles. */
  readonly starve?: number;
  /** Cycles within which all must be done, if fewer than what the frames may need. */
  readonly limit?: number;
  /** Frames of no bytes and too long ones among those to send. */
  readonly impossible?: boolean;
}
/** Where things are in memory. */
export const places = {
  rxRing: 0x0,
  rxDone: 0x2000,
  txRing: 0x4000,
  txDone: 0x6000,
  rxBuffers: 0x8000,
  txBuffers: 0x2_8000,
  end: 0x4_8000,
};

/** Cycles within which a queue is idle: eight of the longest frames at 64 bits, on channels that pause nine times out of ten. */
export const drainLimit = 16_000;
