/** Longest paths of netlists small enough to count by hand. */
import { describe, expect, it } from "vitest";
import { delays, UnknownCellError } from "#sim/synth/cells.ts";
import { LoopError, pins } from "#sim/synth/graph.ts";
import { longestPaths } from "#sim/synth/paths.ts";
import { cell, lut, netlist, register } from "./netlists.ts";

const { clockToOut, setup, net } = delays;
const between = (list: ReturnType<typeof longestPaths>, from: number, to: number) => list.filter((l) => l.from === from && l.to === to);
const start = (l: ReturnType<typeof longestPaths>[number]) => l.path().start.cell;

describe("levels and delay", () => {
  it("of a register behind a register: a net alone", () => {
    const [l, ...others] = longestPaths(netlist({ a: register(1, "0", 10), b: register(1, 10, 11) }), "levels");
    expect(others).toEqual([]);
    expect(l).toMatchObject({ from: 1, to: 1, luts: 0, chains: 0, end: { cell: "b", port: "D" } });
    expect(l?.delay).toBeCloseTo(clockToOut + net + setup);
    expect(l?.path()).toMatchObject({ start: { cell: "a", port: "Q" }, steps: [] });
  });
  it("of a tree of LUTs: its depth, by the longer way", () => {
    const module = netlist({
      a: register(1, "0", 10),
      b: register(1, "0", 11),
      first: lut(20, 10, 11),
      second: lut(21, 20, 11),
      third: lut(22, 21, 10),
      end: register(1, 22, 30),
    });
    const [l] = longestPaths(module, "levels");
    expect(l).toMatchObject({ luts: 3, chains: 0, end: { cell: "end" } });
    expect(l?.path().steps.map((s) => s.cell)).toEqual(["first", "second", "third"]);
    // The last LUT and its flip-flop share a slice.
    expect(l?.delay).toBeCloseTo(clockToOut + 3 * (net + delays.lut) + setup);
  });
  it("of a LUT that more than its flip-flop reads: a net behind it", () => {
    const module = netlist({ a: register(1, "0", 10), l: lut(20, 10), x: register(1, 20, 30), y: register(1, 20, 31) });
    for (const l of longestPaths(module, "delay")) expect(l.delay).toBeCloseTo(clockToOut + net + delays.lut + net + setup);
  });
  it("of a tree of wide multiplexers: one LUT, and no net to the multiplexers' data", () => {
    const module = netlist({
      a: register(1, "0", 10),
      select: register(1, "0", 11),
      l0: lut(20, 10),
      l1: lut(21, 10),
      l2: lut(22, 10),
      l3: lut(23, 10),
      m0: cell("MUXF7", { I0: 20, I1: 21, S: 11, O: 30 }),
      m1: cell("MUXF7", { I0: 22, I1: 23, S: 11, O: 31 }),
      m2: cell("MUXF8", { I0: 30, I1: 31, S: 11, O: 32 }),
      end: register(1, 32, 40),
    });
    const [l] = longestPaths(module, "levels");
    expect(l).toMatchObject({ luts: 1, chains: 0 });
    expect(l?.delay).toBeCloseTo(clockToOut + net + delays.lut + 2 * delays.mux + setup);
  });
  it("of an adder of eight bits: one LUT, one chain, two cells of it", () => {
    const range = (from: number, count: number): readonly number[] => Array.from({ length: count }, (_, i) => from + i);
    const part = (first: number, ci: number | "0") =>
      cell("CARRY4", {
        CI: ci,
        CYINIT: "0",
        DI: range(10 + first, 4),
        S: range(20 + first, 4),
        O: range(30 + first, 4),
        CO: range(40 + first, 4),
      });
    const module = netlist({
      ...Object.fromEntries(
        range(0, 8).flatMap((i) => [
          [`a${i}`, register(1, "0", 10 + i)],
          [`s${i}`, lut(20 + i, 10 + i)],
        ]),
      ),
      low: part(0, "0"),
      high: part(4, 43),
      ...Object.fromEntries(range(0, 8).map((i) => [`r${i}`, register(1, 30 + i, 50 + i)])),
    });
    const list = longestPaths(module, "levels");
    const top = list.find((l) => l.end.cell === "r7");
    expect(top).toMatchObject({ luts: 1, chains: 1 });
    expect(start(top as (typeof list)[number])).toMatch(/^a[0-3]$/);
    expect(top?.delay).toBeCloseTo(clockToOut + net + delays.lut + delays.carryIn + delays.carryStep + delays.carryOut + setup);
    // The lowest sum waits for nothing but its own LUT.
    expect(list.find((l) => l.end.cell === "r0")?.delay).toBeCloseTo(
      clockToOut + net + delays.lut + delays.carryIn + delays.carryOut + setup,
    );
  });
  it("from a block RAM, without and with its output register", () => {
    const ram = (registered: number) =>
      netlist({
        ram: cell(
          "RAMB36E2",
          { CLKARDCLK: 1, CLKBWRCLK: 2, ADDRARDADDR: [10], ADDRBWRADDR: [12], DINADIN: [13], DOUTADOUT: [20], DOUTBDOUT: [21] },
          { DOA_REG: registered, READ_WIDTH_A: 72, WRITE_WIDTH_B: 72 },
        ),
        l: lut(22, 21),
        end: register(1, 22, 30),
        address: register(1, "0", 10),
        written: register(2, "0", 13),
      });
    const slow = longestPaths(ram(0), "delay");
    expect(between(slow, 1, 1)[0]).toMatchObject({ luts: 1, end: { cell: "end" } });
    expect(between(slow, 1, 1)[0]?.delay).toBeCloseTo(delays.blockClockToOut + net + delays.lut + setup);
    expect(between(slow, 1, 1)[1]).toMatchObject({ luts: 0, end: { cell: "ram", port: "ADDRARDADDR" } });
    expect(between(slow, 1, 1)[1]?.delay).toBeCloseTo(clockToOut + net + delays.blockSetup);
    // As wide as both ports together: all that is written belongs to the writing clock, all that is read to the other.
    expect(between(slow, 2, 2)).toMatchObject([{ end: { cell: "ram", port: "DINADIN" } }]);
    expect(between(slow, 2, 1)).toEqual([]);
    expect(between(longestPaths(ram(1), "delay"), 1, 1)[0]?.delay).toBeCloseTo(delays.blockRegisterToOut + net + delays.lut + setup);
  });
  it("through memory in LUTs: a level from its address, a start at its clock", () => {
    const ram = { WCLK: 2, WE: 14, DIA: [13], ADDRA: [10, 11], ADDRD: [12], DOA: [20] };
    const module = netlist({
      a: register(1, "0", 10),
      d: register(2, "0", 13),
      ram: cell("RAM32M", ram),
      end: register(1, 20, 30),
    });
    const list = longestPaths(module, "levels");
    expect(between(list, 1, 1)).toMatchObject([{ luts: 1, end: { cell: "end" } }]);
    expect(between(list, 2, 2)).toMatchObject([{ luts: 0, end: { cell: "ram", port: "DIA" } }]);
    const [across] = between(list, 2, 1);
    expect(across).toMatchObject({ luts: 0, end: { cell: "end" } });
    expect(across?.delay).toBeCloseTo(delays.lutMemoryClockToOut + net + setup);
    // A read address is no end; the one that is written is.
    expect(list.some((l) => l.end.port === "ADDRA")).toBe(false);
  });
  it("keeps clocks apart, and pins", () => {
    const module = netlist(
      {
        a: register(1, "0", 10),
        b: register(2, "0", 11),
        long: lut(20, 10),
        longer: lut(21, 20, 12),
        x: register(1, 21, 30),
        y: register(2, 21, 31),
        z: register(2, 11, 32),
      },
      {},
      { in: { direction: "input", bits: [12] }, out: { direction: "output", bits: [20] } },
    );
    const list = longestPaths(module, "levels");
    expect(list.map((l) => [l.from, l.to, l.end.cell, l.luts]).toSorted()).toEqual(
      [
        [1, 1, "x", 2],
        [1, 2, "y", 2],
        [2, 2, "z", 0],
        [pins, 1, "x", 1],
        [pins, 2, "y", 1],
        [1, pins, "out", 1],
      ].toSorted(),
    );
  });
  it("orders by what is asked for", () => {
    const module = netlist({
      ram: cell("RAMB18E2", { CLKARDCLK: 1, DOUTADOUT: [10] }),
      fast: register(1, "0", 11),
      l0: lut(20, 10),
      l1: lut(21, 11),
      l2: lut(22, 21),
      x: register(1, 20, 30),
      y: register(1, 22, 31),
    });
    expect(longestPaths(module, "levels")[0]).toMatchObject({ luts: 2, end: { cell: "y" } });
    expect(longestPaths(module, "delay")[0]).toMatchObject({ luts: 1, end: { cell: "x" } });
  });
});

describe("what cannot be timed is said", () => {
  it("a loop, with its cells", () => {
    expect(() => longestPaths(netlist({ l0: lut(20, 21), l1: lut(21, 20) }), "levels")).toThrow(
      new LoopError("combinational loop through l0, l1"),
    );
  });
  it("a cell that is not known", () => {
    expect(() => longestPaths(netlist({ odd: cell("LDCE", { D: 10, Q: 11 }) }), "levels")).toThrow(UnknownCellError);
  });
});
