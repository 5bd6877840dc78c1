/**
 * Cycle counts of the NIC, exactly: a change that costs a cycle, or saves one, is seen here. Memory answers in the next
 * cycle and in order, so these are the hardware's own cycles.
 */
import { expect, it } from "vitest";
import { measureRtl, type RtlCycles } from "../../../bench/rtl.ts";

const expected: Readonly<Record<string, RtlCycles>> = {
  tiny: {
    // 14 beats of the frame, 6 of the parser, then table, buffer, aligner, 8 beats of data, memory's answer, commit.
    receiveLatency: 34,
    // Planner, header read, payload read (9 bus words), then the checksum is known and the headers go first.
    transmitLatency: 21,
    // The wire: frames of 60, 106 and 1514 bytes are 8, 14 and 190 beats, and nothing behind it is slower.
    receiveCycles: { 18: 8, 64: 14, 1472: 190 },
    receiveBytes: 7.75,
    // The wire, and one cycle between frames.
    transmitCycles: { 18: 9, 64: 15, 1472: 191 },
    transmitBytes: 7.71,
  },
  "line-rate": {
    receiveLatency: 15,
    transmitLatency: 13,
    // The shortest frame is one beat, which 100 Gb/s Ethernet cannot bring oftener than every 2.1 cycles: what limits is
    // the beat that the aligner needs first where bytes move down, and the second line that some runs touch.
    // Frames of 106 and 1514 bytes are 2 and 24 beats: the wire.
    receiveCycles: { 18: 1.91, 64: 2, 1472: 24 },
    receiveBytes: 61.33,
    // The planner reads a datagram's header, waits for it, and only then plans its payload: 6 cycles for each, and the
    // header of the next waits behind the payload of the last (24 beats and 3.75).
    transmitCycles: { 18: 6, 64: 6, 1472: 27.75 },
    transmitBytes: 53.05,
  },
};

it.each(Object.entries(expected))("%s", (name, cycles) => {
  expect(measureRtl(name)).toEqual(cycles);
});
