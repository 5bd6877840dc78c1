/** A hang says which task waits for what, since which cycle, and where. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { build, type Dut } from "#sim/bridge/build.ts";
import { ClockCycles, Event, First, HangError, Queue, RisingEdge, run, start } from "#sim/run/index.ts";
import { counter } from "../designs.ts";

const eight = counter(8);
let dut: Dut<typeof eight.shape>;
beforeAll(async () => {
  dut = await build(eight, { seed: 1 });
});
afterAll(() => dut.sim.close());

/** The line of this file that has a mark. */
const lineOf = (mark: string): number =>
  readFileSync(import.meta.filename, "utf8")
    .split("\n")
    .findIndex((line) => line.includes(`// ${mark}`)) + 1;
const messageOf = async (attempt: Promise<void>): Promise<string> => {
  try {
    await attempt;
  } catch (error) {
    expect(error).toBeInstanceOf(HangError);
    return (error as Error).message;
  }
  throw new Error("it did not hang");
};

describe("a hang", () => {
  it("with nothing left to happen names every wait", async () => {
    const text = await messageOf(
      run(dut, async () => {
        const done = new Event("done");
        const words = new Queue<number>("words");
        start(async () => {
          await ClockCycles(dut.clk, 5);
          await words.get(); // consumer
        }, "consumer");
        await RisingEdge(dut.clk);
        await done.wait(); // main
      }),
    );
    const start0 = dut.sim.cycle - 5;
    expect(text).toBe(
      [
        `hang at cycle ${dut.sim.cycle} (${dut.sim.now / 1000} ns): nothing can happen any more: no clock edge, no timer and no pin is waited for`,
        `  main     waits for Event(done) since cycle ${start0 + 1} (tb/sim/run/hang.test.ts:${lineOf("main")})`,
        `  consumer waits for Queue.get(words) since cycle ${start0 + 5} (tb/sim/run/hang.test.ts:${lineOf("consumer")})`,
      ].join("\n"),
    );
  });

  it("at the limit of cycles names the loops too", async () => {
    const from = dut.sim.cycle;
    const text = await messageOf(
      run(
        dut,
        async () => {
          const never = new Event("never");
          start(() => never.wait(), "patient"); // patient
          start(async () => {
            for (;;) await RisingEdge(dut.clk); // polling
          }, "poller");
          while (dut.count.value !== 300) await RisingEdge(dut.clk); // asking
        },
        { maxCycles: 50 },
      ),
    );
    expect(text.split("\n")).toEqual([
      `hang at cycle ${from + 50} (${dut.sim.now / 1000} ns): the run is not over after 50 cycles (maxCycles)`,
      `  patient waits for Event(never) since cycle ${from} (started at tb/sim/run/hang.test.ts:${lineOf("patient")})`,
      `  main    waits for RisingEdge(clk) since cycle ${from + 50} (tb/sim/run/hang.test.ts:${lineOf("asking")})`,
      `  poller  waits for RisingEdge(clk) since cycle ${from + 50} (tb/sim/run/hang.test.ts:${lineOf("polling")})`,
    ]);
  });

  it("is not called one because it ends in the very cycle of the limit", async () => {
    await run(dut, () => ClockCycles(dut.clk, 50), { maxCycles: 50 });
    await expect(run(dut, () => ClockCycles(dut.clk, 52), { maxCycles: 50 })).rejects.toThrow("not over after 50 cycles");
  });

  it("inside of First and of nested functions says where it is", async () => {
    const words = new Queue<number>("words");
    const nested = async (): Promise<void> => {
      await First(words.get(), new Event("never").wait()); // nested
    };
    const text = await messageOf(run(dut, nested));
    const place = `(tb/sim/run/hang.test.ts:${lineOf("nested")})`;
    expect(text.split("\n").slice(1)).toEqual([
      `  main waits for Queue.get(words) since cycle ${dut.sim.cycle} ${place}`,
      `  main waits for Event(never) since cycle ${dut.sim.cycle} ${place}`,
    ]);
  });

  it("of something outside asks to wrap it", async () => {
    const text = await messageOf(run(dut, () => new Promise(() => undefined)));
    expect(text).toContain("no task waits for anything of the simulation: something else is awaited; wrap it in outside(...)");
  });
});
