/** One small design through Yosys: its cells, its paths, its names; and what is said where Yosys fails. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { input, module, output, uint } from "#hdl";
import { clock } from "#hdl/core/ports.ts";
import { resolveConfig } from "#rtl/config/config.ts";
import { areas } from "#sim/synth/area.ts";
import { goals } from "#sim/synth/goals.ts";
import { type SynthesisResult, synthesiseDesign } from "#sim/synth/index.ts";
import { synthesise } from "#sim/synth/yosys.ts";
import { cell, lut, netlist, register } from "./netlists.ts";

const sum = module("sum_of_two", { a: input(uint(16)), b: input(uint(16)), total: output(uint(16)) }, ({ a, b, total }, h) => {
  const r = h.registers({ left: uint(16), right: uint(16), result: uint(16) });
  r.left.next(a);
  r.right.next(b);
  r.result.next(r.left.add(r.right));
  total.drive(r.result);
});
/** Two adders, one after the other, and a register in another clock. */
const design = module(
  "sums",
  {
    a: input(uint(16)),
    total: output(uint(16)),
    fast: input(uint(4), { clock: clock("wire") }),
    slow: output(uint(4), { clock: clock("wire") }),
  },
  ({ a, total, fast, slow }, h) => {
    const first = h.instance("first", sum, { a, b: a });
    const second = h.instance("second", sum, { a: first.total, b: a });
    total.drive(second.total);
    const { held } = h.clocked(clock("wire"), () => h.registers({ held: uint(4) }));
    held.next(fast.xor(held));
    slow.drive(held);
  },
);

let shelf = "";
beforeAll(() => {
  shelf = mkdtempSync(join(tmpdir(), "accio-synth-"));
});
afterAll(() => rmSync(shelf, { recursive: true, force: true }));

describe("through Yosys", () => {
  let result: SynthesisResult;
  const passes: string[] = [];
  beforeAll(async () => {
    result = await synthesiseDesign(design, { shelf, paths: 2, hear: (area) => passes.push(area) });
  });

  it("counts cells of each module, alone and with what is in it", () => {
    expect(result.areas.map((m) => [m.module, m.count, m.depth])).toEqual([
      ["sums", 1, 0],
      ["sum_of_two", 2, 1],
    ]);
    const [top, part] = result.areas;
    expect(part?.own).toMatchObject({ ff: 48, bram: 0, uram: 0, dsp: 0 });
    expect(part?.own.lut).toBeGreaterThanOrEqual(16);
    expect(top?.own).toMatchObject({ lut: 4, ff: 4 });
    expect(top?.total).toMatchObject({ ff: 100, lut: 4 + 2 * (part?.own.lut ?? 0) });
  });
  it("finds the chain of an adder, by the user's names and places", () => {
    const own = result.clocks.find((c) => c.from === "clk" && c.to === "clk");
    const path = own?.longest[0];
    expect(path).toMatchObject({ luts: 1, chains: 1 });
    expect(path?.start.name).toMatch(/^(first|second)\.(left|right)\[\d+\]$/);
    // The chain's last cell gives the upper four bits at the same time.
    expect(path?.end.name).toMatch(/^(first|second)\.result\[1[2-5]\]$/);
    expect(path?.end.at).toMatch(/^tb\/sim\/synth\/synthesise\.test\.ts:\d+$/);
    // Each end of the two is another signal.
    expect(new Set(own?.longest.map((p) => p.end.name.replace(/\[.*/, ""))).size).toBe(2);
  });
  it("keeps the clocks apart, and paths from and to pins", () => {
    const pairs = result.clocks.map((c) => `${c.from}>${c.to}`);
    expect(pairs.slice(0, 2)).toEqual(["clk>clk", "wire_clk>wire_clk"]);
    expect(new Set(pairs)).toEqual(
      new Set(["clk>clk", "wire_clk>wire_clk", "(pins)>clk", "(pins)>wire_clk", "clk>(pins)", "wire_clk>(pins)"]),
    );
    expect(result.clocks[1]?.mostLevels[0]).toMatchObject({ luts: 1, chains: 0, end: { name: expect.stringMatching(/^held\[\d\]$/) } });
  });
  it("says what it is at, and keeps what it made", async () => {
    expect(passes.some((p) => /^\d+(\.\d+)? \S/.test(p))).toBe(true);
    expect(result.found).toBe(false);
    const again = await synthesiseDesign(design, { shelf, paths: 2 });
    expect(again).toEqual({ ...result, found: true });
  });
});

it("says what Yosys said where it fails", async () => {
  const files = new Map([["broken.v", "module broken(input a, output b);\n  assign b = a +;\nendmodule\n"]]);
  await expect(synthesise({ top: "broken", files, flat: false }, () => {}, shelf)).rejects.toThrow(
    /^Yosys failed: broken: broken\.v:2: ERROR: syntax error.*: all that it said is in build\/synth-broken\.log$/,
  );
});

describe("areas", () => {
  it("of memories: LUTs by what they hold, halves of block RAMs", () => {
    const inner = netlist({ r: cell("RAM64M", {}), half: cell("RAMB18E2", {}), s: cell("SRLC32E", {}) });
    const outer = netlist({
      a: cell("inner", {}),
      b: cell("inner", {}),
      l: lut(20, 10),
      f: register(1, 20, 21),
      whole: cell("RAMB36E2", {}),
    });
    const [top, part, ...others] = areas({ modules: { inner, outer } }, "outer");
    expect(others).toEqual([]);
    expect(part).toMatchObject({ module: "inner", count: 2, total: { lut: 5, ff: 0, bram: 0.5 } });
    expect(top).toMatchObject({ own: { lut: 1, ff: 1, bram: 1 }, total: { lut: 11, ff: 1, bram: 2 } });
    expect(() => areas({ modules: { inner } }, "outer")).toThrow("the netlist has no module outer");
  });
});

describe("goals", () => {
  const measured = (lut: number, levels: number, clk = "clk"): SynthesisResult => ({
    top: "accio_top",
    yosys: "",
    seconds: 0,
    found: true,
    areas: [
      {
        module: "accio_top",
        count: 1,
        depth: 0,
        own: { lut, ff: 0, bram: 0, uram: 0, dsp: 0 },
        total: { lut, ff: 0, bram: 0, uram: 0, dsp: 0 },
      },
    ],
    clocks: [
      {
        from: clk,
        to: clk,
        ends: 1,
        mostLevels: [{ luts: levels, chains: 0, delay: 1, start: { name: "a", at: null }, end: { name: "b", at: null }, steps: [] }],
        longest: [],
      },
    ],
  });
  it("of line-rate: size, and levels of its only clock", () => {
    const config = resolveConfig("line-rate");
    expect(goals(config, measured(59_999, 8)).map((g) => g.reached)).toEqual([true, true]);
    expect(goals(config, measured(60_000, 9)).map((g) => g.reached)).toEqual([false, false]);
  });
  it("of prototype: size, and levels of the wire's clock alone", () => {
    const config = resolveConfig("prototype");
    expect(goals(config, measured(39_999, 9)).map((g) => g.reached)).toEqual([true, true]);
    expect(goals(config, measured(40_000, 9, "wire_clk")).map((g) => g.reached)).toEqual([false, false]);
  });
  it("of tiny and of blocks: none", () => {
    expect(goals(resolveConfig("tiny"), measured(1, 1))).toEqual([]);
    expect(goals(resolveConfig("line-rate"), { ...measured(1, 1), top: "aligner_512" })).toEqual([]);
  });
});
