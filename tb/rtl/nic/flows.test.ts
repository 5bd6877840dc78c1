/**
 * Streams of datagrams through the NIC's sockets, number by number: a change that costs a beat or a cycle, or saves one, is
 * seen here, and what must be reached is.
 */
import { expect, it } from "vitest";
import { type FlowRow, flowRows, measureFlow, reached } from "../../../bench/rtl-flows.ts";

type Numbers = readonly [cycles: number, beats: number, bus: number, wire: number] | null;
const expected: Readonly<Record<string, readonly [receive: Numbers, transmit: Numbers]>> = {
  "64-bit bus, 64 bytes, memory 1, receive": [[8, 1, 1, 0.25], null],
  "64-bit bus, 64 bytes, memory 1, transmit": [null, [8, 1, 1, 0.25]],
  "64-bit bus, 64 bytes, memory 1, both": [
    [8.035, 0.996, 0.996, 0.25],
    [7.995, 1.001, 1.001, 0.25],
  ],
  "64-bit bus, 64 bytes, memory 40, receive": [[8, 1, 1, 0.25], null],
  "64-bit bus, 64 bytes, memory 40, transmit": [null, [8, 1, 1, 0.25]],
  "64-bit bus, 64 bytes, memory 40, both": [
    [8.035, 0.996, 0.996, 0.25],
    [7.995, 1.001, 1.001, 0.25],
  ],
  "64-bit bus, 64 bytes, 16 sockets, receive": [[8, 1, 1, 0.25], null],
  "64-bit bus, 64 bytes, 16 sockets, transmit": [null, [8, 1, 1, 0.25]],
  "64-bit bus, 64 bytes, 16 sockets, both": [
    [8.02, 0.997, 0.997, 0.251],
    [7.98, 1.003, 1.003, 0.251],
  ],
  "64-bit bus, 64 bytes, 3 bytes off a word, receive": [[9, 0.889, 0.889, 0.222], null],
  "64-bit bus, 64 bytes, 3 bytes off a word, transmit": [null, [9, 0.889, 0.889, 0.222]],
  "64-bit bus, 64 bytes, 3 bytes off a word, both": [
    [9, 0.889, 0.889, 0.222],
    [9, 0.889, 0.889, 0.222],
  ],
  "64-bit bus, mixed, 16 sockets, receive": [[48.8, 0.95, 0.95, 0.139], null],
  "64-bit bus, mixed, 16 sockets, transmit": [null, [50.07, 0.951, 0.951, 0.139]],
  "64-bit bus, mixed, 16 sockets, both": [
    [48.8, 0.95, 0.95, 0.139],
    [51.368, 0.934, 0.934, 0.136],
  ],
  "512 bits, shortest frames, memory 1, receive": [[1.28, 0.225, 0.22, 0.984], null],
  "512 bits, shortest frames, memory 1, transmit": [null, [1.995, 0.225, 0.141, 0.501]],
  "512 bits, shortest frames, memory 1, both": [
    [1.28, 0.226, 0.22, 0.979],
    [2, 0.225, 0.141, 0.5],
  ],
  "512 bits, shortest frames, memory 40, receive": [[1.685, 0.225, 0.167, 0.534], null],
  "512 bits, shortest frames, memory 40, transmit": [null, [1.995, 0.225, 0.141, 0.501]],
  "512 bits, shortest frames, memory 40, both": [
    [1.672, 0.225, 0.168, 0.487],
    [2, 0.225, 0.141, 0.5],
  ],
  "512 bits, shortest frames, 16 sockets, receive": [[1.32, 0.213, 0.213, 1], null],
  "512 bits, shortest frames, 16 sockets, transmit": [null, [2, 0.218, 0.141, 0.5]],
  "512 bits, shortest frames, 16 sockets, both": [
    [1.312, 0.214, 0.214, 1],
    [2, 0.219, 0.141, 0.5],
  ],
  "512 bits, shortest frames, 16 sockets, with headers, receive": [[1.48, 0.19, 0.19, 0.77], null],
  "512 bits, shortest frames, 16 sockets, with headers, transmit": [null, [2.255, 0.125, 0.125, 0.443]],
  "512 bits, shortest frames, 16 sockets, with headers, both": [
    [1.528, 0.184, 0.184, 0.72],
    [2.25, 0.125, 0.125, 0.444],
  ],
  "512 bits, 1472 bytes, memory 1, receive": [[24, 1, 0.958, 1], null],
  "512 bits, 1472 bytes, memory 1, transmit": [null, [24, 0.958, 0.958, 1]],
  "512 bits, 1472 bytes, memory 1, both": [
    [24.458, 0.981, 0.94, 1],
    [23.959, 0.96, 0.96, 1],
  ],
  "512 bits, 1472 bytes, memory 40, receive": [[31.04, 1, 0.741, 0.773], null],
  "512 bits, 1472 bytes, memory 40, transmit": [null, [30.2, 1, 0.762, 0.795]],
  "512 bits, 1472 bytes, memory 40, both": [
    [31.106, 0.999, 0.739, 0.773],
    [29.837, 1.013, 0.771, 0.8],
  ],
  "512 bits, 64 bytes, 3 bytes off a word, receive": [[2, 0.5, 0.5, 1], null],
  "512 bits, 64 bytes, 3 bytes off a word, transmit": [null, [2, 0.5, 0.5, 1]],
  "512 bits, 64 bytes, 3 bytes off a word, both": [
    [2, 0.5, 0.5, 1],
    [2, 0.5, 0.5, 1],
  ],
  "512 bits, mixed, 16 sockets, memory 40, receive": [[9.36, 0.833, 0.619, 0.729], null],
  "512 bits, mixed, 16 sockets, memory 40, transmit": [null, [10.18, 0.775, 0.592, 0.691]],
  "512 bits, mixed, 16 sockets, memory 40, both": [
    [9.36, 0.833, 0.619, 0.729],
    [9.957, 0.779, 0.588, 0.69],
  ],
};

it.each(flowRows.map((row): [string, FlowRow] => [row.name, row]))("%s", (name, { config, flow, count, goal }) => {
  const { receive, transmit } = measureFlow(config, flow, count);
  const numbers = [receive, transmit].map((s) => (s === undefined ? null : [s.cycles, s.beats, s.bus, s.wire]));
  expect(numbers).toEqual(expected[name]);
  for (const share of [receive, transmit]) if (goal !== undefined && share !== undefined) expect(reached(goal, share)).toBe(true);
});
it("every number is of a row", () => {
  expect(Object.keys(expected)).toEqual(flowRows.map((r) => r.name));
});
