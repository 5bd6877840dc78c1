/** The recorder of pins: what it notes, that nothing is lost however much there is, and what it refuses. */
import { describe, expect, it } from "vitest";
import { build } from "#sim/bridge/build.ts";
import { Recorder } from "#sim/models/native/recorder.ts";
import { applyReset } from "#sim/run/index.ts";
import { counter } from "../../designs.ts";

describe("the recorder", () => {
  it("notes cycles in which all pins of a condition are high, with the values of all pins", async () => {
    const dut = await build(counter(3), { seed: 1 });
    const recorder = new Recorder(dut.sim, 0, { pins: ["count", "carry", "enable"], when: [["carry", "enable"]] });
    applyReset(dut, 2);
    dut.enable.value = 1;
    dut.sim.step(20);
    const at = { count: 7, carry: 1, enable: 1 };
    expect(recorder.takeAll()).toEqual([
      { cycle: 9, pins: at },
      { cycle: 17, pins: at },
    ]);
    dut.enable.value = 0;
    dut.sim.step(20);
    expect(recorder.takeAll()).toEqual([]);
    dut.sim.close();
  });
  it("notes a cycle once, where several conditions hold", async () => {
    const dut = await build(counter(3), { seed: 1 });
    const recorder = new Recorder(dut.sim, 0, { pins: ["count", "enable"], when: [["count"], ["enable"]] });
    applyReset(dut, 2);
    // The count before reset is arbitrary.
    recorder.takeAll();
    dut.enable.value = 1;
    dut.sim.step(3);
    expect(recorder.takeAll().map(({ cycle, pins }) => [cycle, pins.count])).toEqual([
      [2, 0],
      [3, 1],
      [4, 2],
    ]);
    dut.sim.close();
  });
  it("loses nothing when nobody comes to take for long", async () => {
    const dut = await build(counter(16), { seed: 1 });
    const recorder = new Recorder(dut.sim, 0, { pins: ["count", "enable"], when: [["enable"]] });
    applyReset(dut, 2);
    dut.enable.value = 1;
    dut.sim.step(20_000);
    expect(recorder.takeAll().map(({ pins }) => pins.count)).toEqual(Array.from({ length: 20_000 }, (_, i) => i));
    dut.sim.close();
  });
  it("refuses what it cannot note", async () => {
    const dut = await build(counter(65), { seed: 1 });
    expect(() => new Recorder(dut.sim, 0, { pins: ["count"], when: [["count"]] })).toThrow("count has more than 64 bits");
    expect(() => new Recorder<string>(dut.sim, 0, { pins: ["carry"], when: [["enable"]] })).toThrow(
      "enable is in a condition and is not noted",
    );
    expect(() => new Recorder(dut.sim, 0, { pins: ["carry"], when: [[]] })).toThrow("condition 0 is empty");
    const many = Array.from({ length: 33 }, () => "carry");
    expect(() => new Recorder(dut.sim, 0, { pins: many, when: [["carry"]] })).toThrow("33 pins and 1 conditions: at most 32");
    dut.sim.close();
  });
});
