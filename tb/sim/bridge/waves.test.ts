/** Waveforms, coverage and assertions: what is looked at after a run. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bool, input, module, output, uint } from "#hdl";
import { fifo } from "#hdl/lib/fifo.ts";
import { build } from "#sim/bridge/build.ts";
import { coverageText, coverageTotals, readCoverage } from "#sim/bridge/coverage.ts";
import { buildFolder } from "#sim/bridge/toolset.ts";
import { applyReset } from "#sim/run/index.ts";
import { verilators } from "#toolchain/tools.ts";
import { clocks, counter } from "../designs.ts";

let folder: string;
beforeAll(() => {
  mkdirSync(buildFolder(), { recursive: true });
  folder = mkdtempSync(join(buildFolder(), "test-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const names = verilators().map((verilator) => verilator.name);

/** The first and last time of an FST file: its header block (type 0, length, start, end; big endian). */
const times = (path: string): readonly [bigint, bigint] => {
  const bytes = readFileSync(path);
  expect(bytes[0]).toBe(0);
  return [bytes.readBigUInt64BE(9), bytes.readBigUInt64BE(17)];
};

/** Fails in the cycle in which the counter is `at`. */
const failing = (at: number) =>
  module(`failing_${at}`, { enable: input(bool), count: output(uint(8)) }, ({ enable, count }, h) => {
    const { value } = h.registers({ value: uint(8) });
    h.when(enable, () => value.next(value.add(1)));
    count.drive(value);
    h.assert("the count stays small", value.lt(at));
    h.assume("enable is not taken back at ten", value.eq(10).implies(enable));
    h.cover("reaches three", value.eq(3));
    h.cover("reaches two hundred", value.eq(200));
  });

describe.each(names)("with the %s Verilator", (verilator) => {
  it("a waveform holds all of a run, and a run is the same with it", async () => {
    const path = join(folder, verilator, "all.fst");
    const run = async (waves: string | false) => {
      const dut = await build(clocks, { verilator, seed: 3, waves, clocks: { fast_clk: { period: 3 }, slow_clk: { period: 10 } } });
      const seen: number[][] = [];
      for (let i = 0; i < 50; i++) {
        dut.in.value = i;
        dut.sim.step();
        seen.push([dut.sim.now, dut.fast.value, dut.slow.value, dut.falling.value, dut.slow_seen_by_fast.value, dut.inverted.value]);
      }
      dut.sim.close();
      return seen;
    };
    expect(await run(path)).toEqual(await run(false));
    expect(times(path)).toEqual([0n, 148_500n]);
  });

  it("a waveform may begin late and end early", async () => {
    const path = join(folder, verilator, "some.fst");
    const dut = await build(counter(8), { verilator, waves: true });
    dut.sim.traceFrom(20, path);
    dut.sim.step(10);
    expect(existsSync(path)).toBe(false);
    dut.sim.step(15);
    dut.sim.closeTrace();
    dut.sim.step(100);
    dut.sim.close();
    // The twentieth rising edge, counted from one, is at 195 ns.
    expect(times(path)).toEqual([195_000n, 245_000n]);
  });

  it("an assertion fails with its name, its place and its cycle", async () => {
    const dut = await build(failing(5), { verilator });
    dut.rst.value = 1;
    dut.sim.step(2);
    dut.rst.value = 0;
    dut.enable.value = 1;
    expect(() => dut.sim.step(20)).toThrow(
      expect.objectContaining({
        name: "ModelError",
        what: "the count stays small",
        source: expect.stringMatching(/^waves\.test\.ts:\d+$/),
        cycle: 7,
        time: 75_000,
      }),
    );
    dut.sim.close();
    const without = await build(failing(5), { verilator, assertions: false });
    without.rst.value = 1;
    without.sim.step(2);
    without.rst.value = 0;
    without.enable.value = 1;
    without.sim.step(20);
    expect(without.count.value).toBe(19);
    without.sim.close();
  });

  it("coverage counts what happened, covers by their name among it", async () => {
    const paths = await Promise.all(
      [3, 9].map(async (cycles) => {
        const dut = await build(failing(100), { verilator, coverage: true });
        dut.rst.value = 1;
        dut.sim.step(2);
        dut.rst.value = 0;
        dut.enable.value = 1;
        dut.sim.step(cycles);
        const path = join(folder, `${verilator}-${cycles}.dat`);
        dut.sim.writeCoverage(path);
        dut.sim.close();
        return path;
      }),
    );
    const covers = (files: string[]) =>
      readCoverage(files)
        .filter((point) => point.kind === "user")
        .map((point) => [point.what.replace(/^.*?(reaches_\w+).*$/, "$1"), point.count]);
    expect(covers(paths.slice(0, 1)).map(([, count]) => count)).toEqual([0, 0]);
    expect(
      covers(paths)
        .map(([, count]) => count)
        .sort(),
    ).toEqual([0, 1]);
    const totals = coverageTotals(readCoverage(paths));
    expect(totals.map((total) => total.kind)).toEqual(expect.arrayContaining(["line", "toggle", "user"]));
    for (const { kind, points, hit } of totals) expect([kind, hit <= points && points > 0]).toEqual([kind, true]);
    expect(statSync(paths[0] as string).size).toBeGreaterThan(100);
  });

  it("coverage of a memory is a text to read: totals, then what never happened", async () => {
    const dut = await build(fifo(uint(2), 2), { verilator, coverage: true, seed: 1 });
    applyReset(dut);
    dut.push.valid.value = 1;
    dut.sim.step(4);
    const path = join(folder, `${verilator}-memory.dat`);
    dut.sim.writeCoverage(path);
    dut.sim.close();
    const points = readCoverage([path]);
    const [totals = "", places = ""] = coverageText(points).split("\n\nnever:\n");
    expect(totals.split("\n").map((line) => line.split(" ")[0])).toEqual(coverageTotals(points).map(({ kind }) => kind));
    for (const { kind, points: all, hit } of coverageTotals(points))
      expect(totals).toMatch(new RegExp(`^${kind} +${hit} of +${all}  ${Math.floor((100 * hit) / all)} %$`, "m"));
    expect(places).toMatch(/^fifo_u2x2\.v:\d+: toggle: push_payload\[0\]/m);
    expect(coverageText(points.filter((point) => point.count > 0))).not.toContain("never");
  });
});
