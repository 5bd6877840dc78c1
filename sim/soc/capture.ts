/** Captures into the simulator and out of it: frames with cycles, in the plain form of native/replay.h. */
import { readFileSync, writeFileSync } from "node:fs";
import { CaptureWriter, openCapture } from "#sim/models/pcap/index.ts";
import { UserError } from "#toolchain/user-error.ts";

/** At what cycle the frames of a capture come: as they were captured, or each when the one before has passed. */
export type WireTiming = "capture" | "line";

/** Frames longer than the simulator has room for (native/frame.h). */
const longest = 9216;
const headerBytes = 12;

export interface CaptureIn {
  readonly frames: number;
  /** Nanoseconds of the first frame, and its cycle: what times of frames on the way out are counted from. */
  readonly start: bigint;
  readonly from: number;
}

/** Writes a capture for the simulator. The first frame comes at cycle `from`. Throws `UserError` or `CaptureError`. */
export const writeFrames = (capture: string, file: string, timing: WireTiming, clockMhz: number, from: number): CaptureIn => {
  const chunks: Uint8Array[] = [];
  let start: bigint | undefined;
  let frames = 0;
  let last = 0n;
  for (const f of openCapture(capture, { maxFrame: longest })) {
    const timestamp = f.timestamp ?? last;
    start ??= timestamp;
    last = timestamp;
    const since = timestamp > start ? timestamp - start : 0n;
    const cycle = timing === "line" ? BigInt(from) : BigInt(from) + (since * BigInt(Math.round(clockMhz * 1e6))) / 1_000_000_000n;
    const header = Buffer.alloc(headerBytes);
    header.writeBigUInt64LE(cycle);
    header.writeUInt32LE(f.data.length, 8);
    chunks.push(header, f.data);
    frames += 1;
  }
  if (frames === 0) throw new UserError("no frames", capture, "name a capture that holds some");
  writeFileSync(file, Buffer.concat(chunks));
  return { frames, start: start ?? 0n, from };
};

/**
 * Writes what left the system as a capture, on the clock of the capture that went in, so that the two can be merged; a
 * frame's time is that of its first beat. Returns the number of frames.
 */
export const readFrames = (file: string, capture: string, clockMhz: number, { start, from }: Pick<CaptureIn, "start" | "from">): number => {
  const bytes = readFileSync(file);
  using out = new CaptureWriter(capture);
  for (let at = 0; at + headerBytes <= bytes.length; ) {
    const cycle = bytes.readBigUInt64LE(at) - BigInt(from);
    const length = bytes.readUInt32LE(at + 8);
    // A program may send before anything has come; times of captures begin with zero.
    const since = start + (cycle * 1_000_000_000n) / BigInt(Math.round(clockMhz * 1e6));
    out.write({ timestamp: since < 0n ? 0n : since, data: bytes.subarray(at + headerBytes, at + headerBytes + length) });
    at += headerBytes + length;
  }
  out.commit();
  return out.frames;
};
