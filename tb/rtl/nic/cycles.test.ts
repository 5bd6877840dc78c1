/**
 * Cycle counts of the NIC, exactly: a change that costs a cycle, or saves one, is seen here. Memory answers in the next
 * cycle and in order, so these are the hardware's own cycles.
 */
import { expect, it } from "vitest";
import { type Latencies, measureLatencies, measureRtl, type RtlCycles } from "../../../bench/rtl.ts";

const expected: Readonly<Record<string, RtlCycles>> = {
  tiny: {
    // 14 beats of the frame, 6 of the parser, then lookup (6), verdict, buffer, realigner, 8 beats of data, memory's answer, commit.
    receiveLatency: 40,
    // Table, planner, header read, payload read (9 bus words), then the checksum is known and the headers go first.
    transmitLatency: 29,
    // A bus of 64 bits takes 16 cycles for two lines of the table, twice.
    walkerLatency: 74,
    // The wire, both ways: frames of 60, 106 and 1514 bytes are 8, 14 and 190 beats, and nothing is slower.
    receiveCycles: { 18: 8, 64: 14, 1472: 190 },
    receiveBytes: 7.75,
    transmitCycles: { 18: 8, 64: 14, 1472: 190 },
    transmitBytes: 7.75,
  },
  "line-rate": {
    receiveLatency: 21,
    transmitLatency: 22,
    walkerLatency: 39,
    // The shortest frame is one beat, which 100 Gb/s Ethernet cannot bring oftener than every 2.1 cycles. Frames of 106 and
    // 1514 bytes are 2 and 24 beats: the wire.
    receiveCycles: { 18: 1.28, 64: 2, 1472: 24 },
    receiveBytes: 61.33,
    // The bench sends from one slot: the header of a datagram tells where the next one is, and has to be waited for.
    transmitCycles: { 18: 4.99, 64: 5.97, 1472: 24.72 },
    transmitBytes: 59.55,
  },
};

it.each(Object.entries(expected))("%s", (name, cycles) => {
  expect(measureRtl(name)).toEqual(cycles);
});

it("latencies, the same for any number of slots", () => {
  const wide = { bits: [512, 512], receive: 21, transmit: 22, interrupt: 3, take: 2 } as const;
  const narrow = { bits: [64, 512], receive: 29, transmit: 29, interrupt: 3, take: 2 } as const;
  const all = [narrow, wide].flatMap((l) => [16, 64, 1024].map((slots): Latencies => ({ slots, ...l })));
  expect(measureLatencies()).toEqual(all);
});
