/** Seeds, their replay, and the waveform of a failure. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { build } from "#sim/bridge/build.ts";
import { seedFromEnvironment } from "#sim/bridge/seed.ts";
import { buildFolder } from "#sim/bridge/toolset.ts";
import { ClockCycles, Random, RisingEdge, runCycles, testbench, type Waves } from "#sim/run/index.ts";
import { counter } from "../designs.ts";

let folder: string;
beforeAll(() => {
  mkdirSync(buildFolder(), { recursive: true });
  folder = mkdtempSync(join(buildFolder(), "test-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const messageOf = (attempt: Promise<void>): Promise<string> =>
  attempt.then(
    () => {
      throw new Error("it passed");
    },
    (error: Error) => error.message,
  );

/** Fails when the counter reaches a number that the seed draws. */
const unlucky = (seen: number[] = []) =>
  [
    counter(8),
    async (dut: Awaited<ReturnType<typeof build<ReturnType<typeof counter>["shape"]>>>, { random }: { random: Random }) => {
      const bad = random.int(20, 200);
      seen.push(bad);
      dut.enable.value = 1;
      for (;;) {
        await RisingEdge(dut.clk);
        if (dut.count.value === bad) throw new Error(`the counter is ${bad}`);
      }
    },
  ] as const;

describe("a testbench", () => {
  it("resets the design, runs the body and closes the model", async () => {
    let sim: { readonly closed: boolean } | null = null;
    await testbench(counter(8), async (dut) => {
      sim = dut.sim;
      expect([dut.sim.cycle, dut.rst.value]).toEqual([2, 1]);
      await RisingEdge(dut.clk);
      expect([dut.rst.value, dut.count.value]).toEqual([0, 0]);
    });
    expect(sim).toHaveProperty("closed", true);
  });

  it("fails with its seed, and fails in the same way with that seed again", async () => {
    const seen: number[] = [];
    const [design, body] = unlucky(seen);
    const text = await messageOf(testbench(design, body, { waves: "off" }));
    const seed = Number(/seed (\d+): run it again with \.\/accio test --seed \1 \(or ACCIO_SEED=\1\)/.exec(text)?.[1]);
    expect(seed).toBe(seedFromEnvironment());
    await messageOf(testbench(design, body, { seed, waves: "off" }));
    await messageOf(testbench(design, body, { seed: seed ^ 1, waves: "off" }));
    expect(seen[1]).toBe(seen[0]);
    expect(seen[2]).not.toBe(seen[0]);
  });

  it("reads the seed from ACCIO_SEED", () => {
    const program = join(folder, "seed.ts");
    writeFileSync(
      program,
      `import { seedFromEnvironment } from "${join(import.meta.dirname, "../../../sim/bridge/seed.ts")}";\nconsole.log(seedFromEnvironment());\n`,
    );
    const withSeed = (seed: string): string =>
      execFileSync(process.execPath, [program], {
        encoding: "utf8",
        env: { ...process.env, ACCIO_SEED: seed },
        stdio: ["ignore", "pipe", "ignore"],
      });
    expect(withSeed("0x10")).toBe("16\n");
    expect(() => withSeed("ten")).toThrow();
  });

  it("leaves a waveform of the whole run, or of its end", async () => {
    const [design, body] = unlucky();
    const times = (path: string) => {
      const bytes = readFileSync(path);
      return [Number(bytes.readBigUInt64BE(9)), Number(bytes.readBigUInt64BE(17))] as const;
    };
    const path = async (waves: Waves) => {
      const text = await messageOf(testbench(design, body, { seed: 11, waves, name: "unlucky" }));
      return /waveform: (.*)/.exec(text)?.[1] as string;
    };
    expect(await path("on")).toBe(join(buildFolder(), "waves/unlucky-11.fst"));
    const [allFrom, allTo] = times(await path("on"));
    const [endFrom, endTo] = times(await path({ last: 10 }));
    expect([allFrom, endTo]).toEqual([0, allTo]);
    expect(endTo - endFrom).toBe(100_000);
  });

  it("says so where a failure does not come again", async () => {
    let runs = 0;
    const text = await messageOf(
      testbench(
        counter(8),
        async (dut) => {
          await ClockCycles(dut.clk, 20);
          runs += 1;
          if (runs === 1) throw new Error("only once");
        },
        { waves: { last: 5 } },
      ),
    );
    expect(text).toContain("only once");
    expect(text).toContain("once more with a waveform it did not fail in the same way");
    expect(text).not.toContain("waveform:");
  });

  it("writes no waveform where nothing fails", async () => {
    await testbench(counter(8), (dut) => ClockCycles(dut.clk, 5), { seed: 12, waves: { last: 5 }, name: "passing" });
    expect(existsSync(join(buildFolder(), "waves/passing-12.fst"))).toBe(false);
  });
});

describe("the synchronous style", () => {
  it("runs a generator: a cycle, some cycles, up to a condition", async () => {
    const dut = await build(counter(8), { seed: 1 });
    const seen: number[] = [];
    runCycles(dut, function* ({ rst, enable, count, carry }) {
      rst.value = 1;
      yield 2;
      rst.value = 0;
      enable.value = 1;
      yield;
      seen.push(count.number);
      yield 10;
      seen.push(count.number);
      yield carry.is(1);
      seen.push(count.number);
      yield () => count.number === 3;
      seen.push(count.number);
    });
    expect(seen).toEqual([0, 10, 255, 3]);
    dut.sim.close();
  });
});

describe("random numbers", () => {
  it("depend on the seed and the name alone", () => {
    const draw = (seed: number, name: string) => {
      const random = new Random(seed, name);
      return [random.word(), random.int(1, 6), random.bits(100), random.fraction(), [...random.bytes(3)], random.shuffle([1, 2, 3, 4])];
    };
    expect(draw(1, "a")).toEqual(draw(1, "a"));
    expect(draw(1, "a")).not.toEqual(draw(1, "b"));
    expect(draw(1, "a")).not.toEqual(draw(2, "a"));
    // Fixed: a change would make every recorded seed worthless.
    const random = new Random(1, "fixed");
    expect([random.word(), random.word(), random.int(0, 99), random.bits(40)]).toMatchInlineSnapshot(`
      [
        2387654658,
        3145860996,
        70,
        209960235894n,
      ]
    `);
  });

  it("are spread over their range, ends included", () => {
    const random = new Random(7);
    const counts = new Map<number, number>();
    for (let i = 0; i < 6000; i++) counts.set(random.int(-2, 3), (counts.get(random.int(-2, 3)) ?? 0) + 1);
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2, 3]);
    let hits = 0;
    for (let i = 0; i < 10_000; i++) if (random.chance(0.25)) hits += 1;
    expect(hits).toBeGreaterThan(2300);
    expect(hits).toBeLessThan(2700);
    expect(() => random.int(2, 1)).toThrow("a whole number from 2 to 1");
    expect(() => random.pick([])).toThrow("pick from nothing");
    expect(random.bits(0)).toBe(0n);
  });
});

it("tasks run the same without Node's way to drain microtasks", () => {
  const program = join(folder, "tasks.ts");
  const root = join(import.meta.dirname, "../../..");
  writeFileSync(
    program,
    `import { build } from "${root}/sim/bridge/build.ts";
import { ClockCycles, First, ReadOnly, RisingEdge, run, start } from "${root}/sim/run/index.ts";
import { counter } from "${root}/tb/sim/designs.ts";
const dut = await build(counter(8), { seed: 1 });
const seen = [];
await run(dut, async () => {
  dut.rst.value = 1;
  await ClockCycles(dut.clk, 2);
  dut.rst.value = 0;
  dut.enable.value = 1;
  const other = start(async () => { for (let i = 0; i < 2000; i++) await RisingEdge(dut.clk); return dut.sim.cycle; });
  const nested = async (n) => { if (n > 0) { await null; await nested(n - 1); } else await RisingEdge(dut.clk); };
  for (let i = 0; i < 5; i++) { await nested(i); seen.push(dut.sim.cycle, dut.count.value); }
  await ReadOnly();
  seen.push(dut.count.value, await other.join(), await First(RisingEdge(dut.clk), ClockCycles(dut.clk, 3)));
});
console.log(JSON.stringify(seen));
`,
  );
  const seen = (environment: Record<string, string>) =>
    execFileSync(process.execPath, [program], { encoding: "utf8", env: { ...process.env, ...environment } });
  const usual = seen({});
  expect(JSON.parse(usual).slice(0, 4)).toEqual([3, 0, 4, 1]);
  expect(seen({ ACCIO_NO_DRAIN: "1" })).toBe(usual);
});
