/** What each trigger waits for, and what is seen and when writes take effect then. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { build, type Dut, type VerilogDut } from "#sim/bridge/build.ts";
import {
  ClockCycles,
  Combine,
  Edge,
  FallingEdge,
  First,
  ReadOnly,
  RisingEdge,
  run,
  start,
  TimeoutError,
  Timer,
  Until,
  withTimeout,
} from "#sim/run/index.ts";
import { clocks, counter } from "../designs.ts";

const eight = counter(8);
let dut: Dut<typeof eight.shape>;
let two: VerilogDut;
beforeAll(async () => {
  dut = await build(eight, { seed: 1 });
  // Rising edges at 1.5, 4.5, ... and at 5, 15, ... ns; falling ones of the first at 3, 6, ...
  two = await build(clocks, { seed: 1, clocks: { fast_clk: { period: 3 }, slow_clk: { period: 10 } } });
});
afterAll(() => {
  dut.sim.close();
  two.sim.close();
});
/** The counter at zero and standing still. */
const cleared = async () => {
  dut.rst.value = 1;
  dut.enable.value = 0;
  await ClockCycles(dut.clk, 2);
  dut.rst.value = 0;
  await RisingEdge(dut.clk);
};

describe("a clock edge", () => {
  it("shows samples from before it; what is written then belongs to the next", () =>
    run(dut, async () => {
      await cleared();
      dut.enable.value = 1;
      expect(dut.enable.value).toBe(0);
      await RisingEdge(dut.clk);
      expect([dut.enable.value, dut.count.value]).toEqual([1, 0]);
      await RisingEdge(dut.clk);
      expect(dut.count.value).toBe(1);
      dut.enable.value = 0;
      await ClockCycles(dut.clk, 3);
      expect(dut.count.value).toBe(2);
    }));

  it("shows every task the same samples, whatever others write", () =>
    run(dut, async () => {
      await cleared();
      const seen: number[] = [];
      const look = async (written: number) => {
        for (let i = 0; i < 3; i++) {
          await RisingEdge(dut.clk);
          seen.push(dut.enable.value);
          dut.enable.value = written;
        }
      };
      await Combine(
        start(() => look(0)),
        start(() => look(1)),
        look(0),
      );
      // The last to write wins; all see it at the next edge.
      expect(seen).toEqual([0, 0, 0, 1, 1, 1, 1, 1, 1]);
    }));

  it("falls between rising edges; registers of a falling edge see their own samples", () =>
    run(two, async () => {
      await RisingEdge(two.fast_clk);
      const from = two.sim.now;
      await FallingEdge(two.fast_clk);
      expect(two.sim.now - from).toBe(1500);
      const before = two.falling.value;
      expect(two.fast.value).toBe(before + 1);
      await ReadOnly();
      expect(two.falling.value).toBe(before + 1);
      await RisingEdge(two.fast_clk);
      expect(two.sim.now - from).toBe(3000);
      await FallingEdge(two.fast_clk);
      await Edge(two.fast_clk);
      expect(two.sim.now - from).toBe(6000);
      await Edge(two.fast_clk);
      expect(two.sim.now - from).toBe(7500);
    }));

  it("comes to each clock's own tasks, in order of time", () =>
    run(two, async () => {
      await RisingEdge(two.slow_clk);
      const seen: string[] = [];
      const count = async (clock: string, edges: number) => {
        for (let i = 0; i < edges; i++) {
          await RisingEdge(two[clock]);
          seen.push(`${clock[0]}${two.sim.now % 10_000}`);
        }
      };
      await Combine(
        start(() => count("fast_clk", 7)),
        start(() => count("slow_clk", 2)),
      );
      const times = seen.map((entry) => entry[0]);
      expect(times.filter((c) => c === "s").length).toBe(2);
      expect(seen.filter((entry) => entry.startsWith("s"))).toEqual(["s5000", "s5000"]);
      expect(times.slice(0, 5)).toContain("s");
    }));
});

it("a main task alone may wait for either edge of its clock", () =>
  run(dut, async () => {
    await RisingEdge(dut.clk);
    const seen: number[] = [];
    for (let i = 0; i < 4; i++) {
      const [which] = await First(RisingEdge(dut.clk), FallingEdge(dut.clk));
      seen.push(which);
    }
    expect(seen).toEqual([1, 0, 1, 0]);
  }));

it("a started task may wait for either edge of its clock, and forget one", () =>
  run(dut, async () => {
    await RisingEdge(dut.clk);
    const from = dut.sim.cycle;
    const task = start(async () => {
      const seen: number[] = [];
      for (let i = 0; i < 4; i++) seen.push((await First(RisingEdge(dut.clk), FallingEdge(dut.clk)))[0]);
      return [...seen, dut.sim.cycle - from];
    });
    expect(await task.join()).toEqual([1, 0, 1, 0, 2]);
  }));

describe("other triggers", () => {
  it("ClockCycles counts edges from now, without a visit for each", () =>
    run(dut, async () => {
      await cleared();
      const from = dut.sim.cycle;
      await ClockCycles(dut.clk, 0);
      expect(dut.sim.cycle).toBe(from);
      await ClockCycles(dut.clk, 1);
      expect(dut.sim.cycle).toBe(from + 1);
      await ClockCycles(dut.clk, 100);
      expect(dut.sim.cycle).toBe(from + 101);
      expect(() => ClockCycles(dut.clk, -1)).toThrow("ClockCycles(clk, -1): a whole number is needed");
      expect(() => ClockCycles(dut.enable, 1)).toThrow("ClockCycles(enable): it is no clock");
    }));

  it("Timer counts nanoseconds; at the time of an edge it sees what the edge sees", () =>
    run(dut, async () => {
      await cleared();
      const from = dut.sim.now;
      dut.enable.value = 1;
      await Timer(2.5);
      expect([dut.sim.now - from, dut.count.value]).toEqual([2500, 0]);
      await Timer(7.5);
      expect([dut.sim.now - from, dut.count.value]).toEqual([10_000, 0]);
      await Timer(0.001);
      expect([dut.sim.now - from, dut.count.value]).toEqual([10_001, 1]);
      expect(() => Timer(0)).toThrow("Timer(0): at least 0.001 ns");
      dut.enable.value = 0;
      await RisingEdge(dut.clk);
    }));

  it("ReadOnly shows what an edge and all writes have led to, and lets nothing be written", () =>
    run(dut, async () => {
      await cleared();
      dut.enable.value = 1;
      await ReadOnly();
      expect([dut.enable.value, dut.count.value]).toEqual([1, 0]);
      expect(() => {
        dut.enable.value = 0;
      }).toThrow("enable: nothing may be written in the ReadOnly phase");
      await RisingEdge(dut.clk);
      await ReadOnly();
      expect(dut.count.value).toBe(1);
      await RisingEdge(dut.clk);
      expect(dut.count.value).toBe(1);
      dut.enable.value = 0;
    }));

  it("an edge of a pin is seen just after it, before ReadOnly and before the next clock edge", () =>
    run(dut, async () => {
      await cleared();
      const seen: string[] = [];
      const log = (what: string) => seen.push(`${what} ${dut.sim.cycle} ${dut.count.value}`);
      const from = dut.sim.cycle;
      const watch = start(async () => {
        await Edge(dut.count);
        log("count changed");
        await RisingEdge(dut.carry);
        log("carry rose");
        await FallingEdge(dut.carry);
        log("carry fell");
      });
      dut.enable.value = 1;
      await RisingEdge(dut.clk);
      log("clk rose");
      await ReadOnly();
      log("read only");
      await watch.join();
      expect(seen).toEqual([
        `clk rose ${from + 1} 0`,
        `count changed ${from + 1} 1`,
        `read only ${from + 1} 1`,
        `carry rose ${from + 255} 255`,
        `carry fell ${from + 256} 0`,
      ]);
      dut.enable.value = 0;
      await RisingEdge(dut.clk);
    }));

  it("a pin that changes at once when another is written wakes those who watch it", () =>
    run(two, async () => {
      two.in.value = 0;
      await ReadOnly();
      const times: number[] = [];
      const watch = start(async () => {
        await Edge(two.inverted);
        times.push(two.sim.now, two.inverted.value);
      });
      await Timer(0.1);
      const from = two.sim.now;
      two.in.value = 1;
      await watch.join();
      expect(times).toEqual([from, 254]);
      expect(() => RisingEdge(two.in)).toThrow("RisingEdge(in): it has 8 bits; use Edge");
    }));

  it("Until waits inside the model for a sampled value", () =>
    run(dut, async () => {
      await cleared();
      dut.enable.value = 1;
      const from = dut.sim.cycle;
      await Until(dut.count.is(50));
      expect([dut.sim.cycle - from, dut.count.value]).toEqual([51, 50]);
      const [which] = await First(Until(dut.count.is(3)), Until(dut.count.isNot(51)));
      expect([which, dut.count.value]).toEqual([1, 52]);
      expect(dut.sim.waits.inUse).toBe(0);
      dut.enable.value = 0;
      await RisingEdge(dut.clk);
    }));
});

describe("several at once", () => {
  it("First takes the first and forgets the others", () =>
    run(dut, async () => {
      await cleared();
      const from = dut.sim.cycle;
      expect(await First(Timer(25), RisingEdge(dut.clk), ClockCycles(dut.clk, 2))).toEqual([1, undefined]);
      expect(dut.sim.cycle).toBe(from + 1);
      const slow = start(async () => {
        await ClockCycles(dut.clk, 5);
        return "slow";
      });
      const quick = start(async () => {
        await ClockCycles(dut.clk, 2);
        return 7;
      });
      const [which, value] = await First(slow, quick);
      expect([which, value, slow.state]).toEqual([1, 7, "running"]);
      expect(await slow.join()).toBe("slow");
    }));

  it("Combine waits for all and gives their values", () =>
    run(dut, async () => {
      const from = dut.sim.cycle;
      const task = start(async () => {
        await ClockCycles(dut.clk, 3);
        return "done";
      });
      expect(await Combine(RisingEdge(dut.clk), task, ClockCycles(dut.clk, 2))).toEqual([undefined, "done", undefined]);
      expect(dut.sim.cycle).toBe(from + 3);
    }));

  it("withTimeout lets through what is in time and ends what is not", () =>
    run(dut, async () => {
      expect(await withTimeout(async () => "quick", 5)).toBe("quick");
      await withTimeout(ClockCycles(dut.clk, 3), 4);
      const from = dut.sim.cycle;
      await expect(withTimeout(ClockCycles(dut.clk, 10), 4)).rejects.toThrow(
        `what was waited for took more than 4 cycles (from cycle ${from})`,
      );
      expect(dut.sim.cycle).toBe(from + 4);
      let cleaned = false;
      const forever = async () => {
        try {
          for (;;) await RisingEdge(dut.clk);
        } finally {
          cleaned = true;
        }
      };
      await expect(withTimeout(forever, { ns: 45 })).rejects.toThrow(TimeoutError);
      await RisingEdge(dut.clk);
      expect(cleaned).toBe(true);
      const task = start(() => ClockCycles(dut.clk, 10), "waiter");
      await expect(withTimeout(task, 2)).rejects.toThrow("task waiter took more than 2 cycles");
      expect(task.state).toBe("cancelled");
    }));

  it("waits of nested functions and of Promise.all are no different", () =>
    run(dut, async () => {
      await cleared();
      const nested = async (depth: number): Promise<number> => {
        if (depth === 0) {
          await RisingEdge(dut.clk);
          return dut.sim.cycle;
        }
        await null;
        return nested(depth - 1);
      };
      const from = dut.sim.cycle;
      const cycles = await Promise.all([nested(0), nested(1), nested(20), RisingEdge(dut.clk).then(() => dut.sim.cycle)]);
      expect(cycles).toEqual([from + 1, from + 1, from + 1, from + 1]);
    }));

  it("a trigger that is made early counts from then", () =>
    run(dut, async () => {
      const from = dut.sim.cycle;
      const early = RisingEdge(dut.clk);
      await null;
      dut.enable.value = 1;
      await null;
      await early;
      expect([dut.sim.cycle, dut.enable.value]).toEqual([from + 1, 1]);
      dut.enable.value = 0;
    }));
});

it("triggers outside of a run say so", () => {
  expect(() => RisingEdge(dut.clk)).toThrow("RisingEdge(clk): no tasks run on this design now: use run(dut, ...)");
  expect(() => Timer(1)).toThrow("Timer: not in a task: use it inside run(dut, ...)");
});
