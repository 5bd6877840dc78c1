/** Tasks: how they begin, end, fail and are cancelled, and what they say to each other. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { build, type Dut } from "#sim/bridge/build.ts";
import { Cancelled, ClockCycles, Event, First, Lock, outside, Queue, RisingEdge, run, start, type Task, Timer } from "#sim/run/index.ts";
import { counter } from "../designs.ts";

const eight = counter(8);
let dut: Dut<typeof eight.shape>;
beforeAll(async () => {
  dut = await build(eight, { seed: 1, checkers: false });
});
afterAll(() => dut.sim.close());

describe("a task", () => {
  it("runs to its first wait at once, beside others, and is joined for its result", () =>
    run(dut, async () => {
      const seen: string[] = [];
      const work = (name: string, edges: number) => async () => {
        seen.push(`${name} begins`);
        for (let i = 0; i < edges; i++) {
          await RisingEdge(dut.clk);
          seen.push(`${name} ${i}`);
        }
        return name;
      };
      const a = start(work("a", 2));
      const b = start(work("b", 1));
      seen.push("main goes on");
      expect([await a.join(), await b.join()]).toEqual(["a", "b"]);
      expect(seen).toEqual(["a begins", "b begins", "main goes on", "a 0", "b 0", "a 1"]);
      expect([a.state, a.name]).toEqual(["done", "task 1"]);
    }));

  it("that fails fails the run, with its own stack, and cancels the others", async () => {
    let cleaned = 0;
    const failing = async () => {
      await ClockCycles(dut.clk, 2);
      throw new Error("two cycles are enough");
    };
    const waiting = async () => {
      try {
        await new Event("never").wait();
      } finally {
        cleaned += 1;
      }
    };
    const attempt = run(dut, async () => {
      start(waiting);
      start(failing);
      await waiting();
    });
    await expect(attempt).rejects.toThrow("two cycles are enough");
    await attempt.catch((error: Error) => expect(error.stack).toMatch(/at failing .*tasks\.test\.ts/));
    expect(cleaned).toBe(2);
  });

  it("that fails is its joiner's business once it is joined", () =>
    run(dut, async () => {
      const task = start(async () => {
        await RisingEdge(dut.clk);
        throw new Error("no");
      }, "refuser");
      await expect(task.join()).rejects.toThrow("no");
      expect(task.state).toBe("failed");
      await RisingEdge(dut.clk);
    }));

  it("that is cancelled stops where it waits; only its cleaning up runs", () =>
    run(dut, async () => {
      const seen: string[] = [];
      const task = start(async () => {
        try {
          await ClockCycles(dut.clk, 3);
          seen.push("woke");
        } catch (error) {
          seen.push((error as Error).message);
          throw error;
        } finally {
          seen.push("cleaned");
        }
      }, "sleeper");
      await RisingEdge(dut.clk);
      task.cancel();
      expect(seen).toEqual([]);
      await ClockCycles(dut.clk, 5);
      expect(seen).toEqual(["task sleeper was cancelled", "cleaned"]);
      expect(task.state).toBe("cancelled");
      await expect(task.join()).rejects.toThrow("task sleeper was cancelled");
      task.cancel();
    }));

  it("that another one cancels at the same edge does not see that edge", () =>
    run(dut, async () => {
      const edges: string[] = [];
      let second: Task | null = null;
      const first = start(async () => {
        for (let i = 0; ; i++) {
          await RisingEdge(dut.clk);
          edges.push(`first ${i}`);
          if (i === 1) second?.cancel();
        }
      });
      second = start(async () => {
        for (let i = 0; ; i++) {
          await RisingEdge(dut.clk);
          edges.push(`second ${i}`);
        }
      });
      await ClockCycles(dut.clk, 4);
      first.cancel();
      expect(edges.filter((edge) => edge.startsWith("second"))).toEqual(["second 0"]);
    }));

  it("cannot wait or start anything once it is cancelled", () =>
    run(dut, async () => {
      const errors: unknown[] = [];
      const task = start(async () => {
        try {
          await RisingEdge(dut.clk);
        } finally {
          for (const attempt of [() => RisingEdge(dut.clk), () => Timer(1), () => start(async () => undefined)]) {
            try {
              await attempt();
            } catch (error) {
              errors.push(error);
            }
          }
        }
      });
      task.cancel();
      await RisingEdge(dut.clk);
      expect(errors.map((error) => error instanceof Cancelled)).toEqual([true, true, true]);
    }));

  it("ends with the run, and its `finally` still runs", async () => {
    const seen: string[] = [];
    await run(dut, async () => {
      start(async () => {
        try {
          for (;;) await RisingEdge(dut.clk);
        } finally {
          seen.push(`ended at ${dut.sim.driver === null ? "nothing" : "the run"}`);
        }
      });
      await RisingEdge(dut.clk);
    });
    expect(seen).toEqual(["ended at the run"]);
  });

  it("may await something outside, for which time stands still", () =>
    run(dut, async () => {
      const ticking = start(async () => {
        for (;;) await RisingEdge(dut.clk);
      });
      const from = dut.sim.cycle;
      const value = await outside(new Promise<string>((resolve) => setTimeout(() => resolve("file"), 20)));
      expect([value, dut.sim.cycle]).toEqual(["file", from]);
      await expect(outside(Promise.reject(new Error("no file")))).rejects.toThrow("no file");
      ticking.cancel();
    }));
});

describe("runs", () => {
  it("of two designs go on side by side", async () => {
    const other = await build(eight, { seed: 2 });
    const order: string[] = [];
    const work = (d: typeof dut, name: string) =>
      run(d, async () => {
        await ClockCycles(d.clk, 10);
        await outside(new Promise((resolve) => setTimeout(resolve, 5)));
        for (let i = 0; i < 10; i++) await RisingEdge(d.clk);
        order.push(`${name} ${d.sim.driver === null}`);
      });
    await Promise.all([work(dut, "a"), work(other, "b")]);
    expect(order.sort()).toEqual(["a false", "b false"]);
    other.sim.close();
  });

  it("of one design are one at a time, and alone move its time", async () => {
    await run(dut, async () => {
      await expect(run(dut, async () => undefined)).rejects.toThrow("counter_8: something runs on this design already");
      expect(() => dut.sim.step()).toThrow("step: run(...) moves time; await a trigger instead");
    });
    dut.sim.step();
  });

  it("give back what the body throws, at once or later", async () => {
    await expect(
      run(dut, () => {
        throw new Error("at once");
      }),
    ).rejects.toThrow("at once");
    await expect(
      run(dut, async () => {
        await RisingEdge(dut.clk);
        throw new Error("later");
      }),
    ).rejects.toThrow("later");
  });
});

describe("between tasks", () => {
  it("an event wakes all who wait, and passes its value", () =>
    run(dut, async () => {
      const go = new Event<number>("go");
      const waits = [start(() => go.wait()), start(() => go.wait())];
      await RisingEdge(dut.clk);
      expect(go.isSet).toBe(false);
      go.set(42);
      expect(await Promise.all(waits.map((task) => task.join()))).toEqual([42, 42]);
      expect([go.isSet, await go.wait()]).toEqual([true, 42]);
      go.clear();
      expect(await First(go.wait(), RisingEdge(dut.clk))).toEqual([1, undefined]);
      go.set(1);
    }));

  it("a lock is one task's at a time, in the order of asking, cancelled ones left out", () =>
    run(dut, async () => {
      const lock = new Lock("bus");
      const seen: string[] = [];
      const use = (name: string) =>
        start(
          () =>
            lock.run(async () => {
              seen.push(`${name} in`);
              await ClockCycles(dut.clk, 2);
              seen.push(`${name} out`);
            }),
          name,
        );
      const [a, b, c] = [use("a"), use("b"), use("c")];
      b.cancel();
      await a.join();
      await c.join();
      expect(seen).toEqual(["a in", "a out", "c in", "c out"]);
      expect(lock.locked).toBe(false);
      expect(() => lock.release()).toThrow("lock bus is released and not held");
    }));

  it("a queue keeps order, holds putters back when it is full, and loses nothing to a First", () =>
    run(dut, async () => {
      const queue = new Queue<number>("words", 2);
      const producer = start(async () => {
        for (let i = 0; i < 6; i++) await queue.put(i);
      });
      await RisingEdge(dut.clk);
      expect([queue.size, queue.full]).toEqual([2, true]);
      expect(() => queue.putNow(9)).toThrow("queue words is full: 2 items");
      const got: number[] = [];
      for (let i = 0; i < 6; i++) got.push(await queue.get());
      await producer.join();
      expect([got, queue.getNow()]).toEqual([[0, 1, 2, 3, 4, 5], undefined]);

      // The loser of a First takes nothing, not even when both come at the same edge.
      expect(await First(queue.get(), ClockCycles(dut.clk, 2))).toEqual([1, undefined]);
      const late = start(async () => {
        await RisingEdge(dut.clk);
        await queue.put(77);
      });
      const [which] = await First(RisingEdge(dut.clk), queue.get());
      await late.join();
      expect([which, await queue.get()]).toEqual([0, 77]);
      expect(() => new Queue("none", 0)).toThrow("queue none: a capacity of 0: it must be at least 1");
    }));
});
