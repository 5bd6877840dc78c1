import { describe, expect, test } from "vitest";
import { emitDesign } from "#hdl/emit/index.ts";
import { simulate } from "#hdl/simulate/index.ts";
import { commandLatency, lookup, lookupLatency } from "#rtl/ict/lookup.ts";
import { build } from "#sim/bridge/build.ts";
import { lintDesign } from "#sim/lint/index.ts";
import { applyReset } from "#sim/run/index.ts";
import { type CheckOptions, checkLookup, type Reached, type Rig } from "./lookup-check.ts";
import { collidingKeys } from "./lookup-keys.ts";

/** In the instant simulator; registers without reset, and memories, begin at random. */
const instant = (options: Pick<CheckOptions, "slots" | "ways" | "seed">): Rig => {
  const sim = simulate(lookup(options), { initial: "random", seed: options.seed });
  sim.reset(1);
  return { io: sim.io as never, look: () => {}, step: () => sim.step() };
};
const run = (options: CheckOptions): Reached => checkLookup(instant(options), options);
const always = ["exact", "local", "overLocal", "misses", "takenBack", "DONE", "EXISTS", "NOT_FOUND", "held"] as const;
const reaches = (reached: Reached, ...also: (keyof Reached)[]): void => {
  for (const what of [...always, ...also]) expect(reached[what], what).toBeGreaterThan(2);
};

describe.each([
  [4, 1],
  [4, 2],
  [16, 4],
  [64, 4],
  [1024, 4],
])("lookup of %i slots, %i ways", (slots, ways) => {
  test.each([1, 2, 3])("is the model in every cycle, seed %i", (seed) => {
    reaches(run({ slots, ways, cycles: 20_000, seed }), "clears");
  });
});
test.each(["connected", "unconnected"] as const)("4 slots, 1 way, filled with %s keys", (fills) => {
  expect(run({ slots: 4, ways: 1, cycles: 30_000, seed: 1, fills }).NO_SPACE).toBeGreaterThan(3);
});
describe.each([16, 64, 1024])("%i slots in Verilator", (slots) => {
  test("is the model in every cycle", { timeout: 900_000 }, async () => {
    const dut = await build(lookup({ slots }));
    try {
      applyReset(dut);
      // Here outputs are sampled by the edge that ends the cycle.
      const rig: Rig = { io: dut as never, look: () => dut.sim.step(), step: () => {} };
      reaches(checkLookup(rig, { slots, cycles: 40_000, seed: 5 }), "clears");
    } finally {
      dut.sim.close();
    }
  });
});
describe.each([16, 64, 1024])("keys for the same buckets, %i slots", (slots) => {
  test.each([
    ["connected", true],
    ["unconnected", false],
  ] as const)("%s: a full pair of buckets refuses a key, and no other", { timeout: 900_000 }, (_, connected) => {
    const hashKey = 0x0123_4567_89ab_cdefn;
    const keys = [
      ...collidingKeys({ slots, hashKey, connected, both: true }, slots === 1024 ? 10 : 14, 1),
      ...collidingKeys({ slots, hashKey, connected, both: false }, 20, 2),
    ];
    const { NO_SPACE, exact, local } = run({
      slots,
      cycles: 30_000,
      seed: 1,
      keys,
      hashKey,
      fills: connected ? "connected" : "unconnected",
    });
    expect(NO_SPACE).toBeGreaterThan(2);
    expect(connected ? exact : local).toBeGreaterThan(100);
  });
});

describe("cycles", () => {
  const tuple = { localIp: 1, localPort: 2, remoteIp: 3, remotePort: 4 };
  const made = (slots: number) => {
    const sim = simulate(lookup({ slots }), { initial: "random", seed: slots });
    sim.reset(1);
    const { io } = sim;
    io.advance.value = 1;
    io.result.ready.value = 1;
    const cleared = sim.stepUntil(() => io.ready.value === 1n);
    /** Cycles from a command's being taken to its result. */
    const command = (op: "INSERT" | "REMOVE" | "CLEAR", connected: number, slot: number): number => {
      io.command.payload.value = { op, connected, slot, key: tuple };
      io.command.valid.value = 1;
      sim.step();
      io.command.valid.value = 0;
      const cycles = 1 + sim.stepUntil(() => io.result.valid.value === 1n);
      expect(io.result.payload.status.value).toBe("DONE");
      sim.step();
      return cycles;
    };
    return { sim, io, cleared, command };
  };
  test.each([16, 64, 256, 1024])("a lookup takes 6 at %i slots, a key in each", (slots) => {
    const { sim, io, command } = made(slots);
    command("INSERT", 1, 9);
    io.key.payload.value = tuple;
    io.key.valid.value = 1;
    expect(sim.stepUntil(() => io.hit.value === 1n)).toBe(6);
    expect(lookupLatency).toBe(6);
    // Keys in a row: an answer in every cycle, and for every other key that is another's none.
    const answers: bigint[] = [];
    for (let i = 0; i < 40; i++) {
      io.key.payload.value = i % 2 === 0 ? tuple : { ...tuple, remotePort: 5 };
      expect(io.key.ready.value).toBe(1n);
      if (i >= 6) answers.push(io.hit.value);
      sim.step();
    }
    expect(answers).toEqual(answers.map((_, i) => (i % 2 === 0 ? 1n : 0n)));
  });
  test.each([16, 64, 256, 1024])(
    "an insertion takes 11 at %i slots, 9 without the remote half, a removal 2 more, and clearing one per bucket",
    (slots) => {
      const { cleared, command } = made(slots);
      expect(cleared).toBe(slots / 2);
      expect([command("INSERT", 1, 9), command("INSERT", 0, 8)]).toEqual([11, 9]);
      expect([command("REMOVE", 1, 9), command("REMOVE", 0, 8)]).toEqual([13, 11]);
      expect(command("CLEAR", 0, 0)).toBe(slots / 2 + 1);
    },
  );
  test("a command waits for keys that are before the memories already, 17 cycles in all, and costs every other key at most", () => {
    const { sim, io } = made(1024);
    io.key.payload.value = tuple;
    io.key.valid.value = 1;
    sim.step(6);
    io.command.payload.value = { op: "REMOVE", connected: 1, slot: 0, key: tuple };
    io.command.valid.value = 1;
    sim.step();
    io.command.valid.value = 0;
    // Keys stand before the memories until the command has its hash, and then all of them go first.
    io.advance.value = 0;
    sim.step(7);
    io.advance.value = 1;
    let refused = false,
      cycles = 8;
    for (; io.result.valid.value === 0n; cycles++) {
      expect(refused && io.key.ready.value === 0n).toBe(false);
      refused = io.key.ready.value === 0n;
      sim.step();
    }
    expect(cycles).toBe(17);
    expect(commandLatency).toBe(17);
  });
  test("commands go on while the pipeline stands still", () => {
    const { io, command } = made(64);
    io.advance.value = 0;
    expect(command("INSERT", 1, 3)).toBe(11);
  });
});

test("1024 slots pass every linter without a remark", { timeout: 900_000 }, async () => {
  const top = lookup({ slots: 1024 });
  expect(top.warnings).toEqual([]);
  const { findings, tools } = await lintDesign(emitDesign(top), top);
  expect(findings).toEqual([]);
  expect(tools.length).toBeGreaterThanOrEqual(5);
});
test("slots are a power of two", () => {
  for (const slots of [0, 2, 12, 1.5]) expect(() => lookup({ slots })).toThrow("a power of two of at least 4");
});
