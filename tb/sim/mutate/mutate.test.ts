/** The kinds of mutants, how they are sorted, and how they are tried in threads. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { enumeration, input, module, output, uint } from "#hdl";
import { simulate } from "#hdl/simulate/index.ts";
import { familiesIn } from "#sim/mutate/discover.ts";
import { mutantsOf, sampleOf } from "#sim/mutate/family.ts";
import { changeOf } from "#sim/mutate/mutant.ts";
import { runMutants } from "#sim/mutate/run.ts";
import { decade } from "./families.ts";

const changes = (block: typeof decade): readonly string[] => mutantsOf({ block }).map((m) => `${m.kind}: ${changeOf(m.name)}`);

describe("kinds of mutants", () => {
  it("of a counter: every one, once", () => {
    expect(changes(decade).toSorted()).toEqual(
      [
        "operator: last: ne for eq",
        "constant: last: 10 for 9",
        "compare width: last: eq of 3 bits for 4",
        "constant: count: 1 for 0",
        "operator: count: sub for add",
        "constant: count: 2 for 1",
        "operator: wraps: or for and",
        "dropped: last: zero",
        "condition: count: always",
        "condition: count: never",
        "condition: count: always",
        "condition: count: never",
        "dropped: count: left out",
        "dropped: count: left out",
        "dropped: value: zero",
        "dropped: wraps: zero",
        "reset: count: no reset",
        "reset: count: reset to 1 for 0",
      ].toSorted(),
    );
  });
  it("each with the user's place, and each another module", () => {
    const list = mutantsOf({ block: decade });
    for (const m of list) {
      expect(m.at.file).toMatch(/tb\/sim\/mutate\/families\.ts$/);
      expect(m.module.properties).toEqual([]);
      expect(m.module === decade).toBe(false);
    }
    expect(new Set(list.map((m) => m.name)).size).toBe(list.length);
  });
  it("of signed compares, reductions, single bits and members of enumerations", () => {
    const mode = enumeration("mode", ["IDLE", "BUSY", "DONE"]);
    const block = module(
      "odd",
      { a: input(uint(4)), b: input(uint(4)), less: output(uint(1)), whole: output(uint(1)), now: output(mode), one: output(uint(1)) },
      ({ a, b, less, whole, now, one }, h) => {
        const { state } = h.registers({ state: mode });
        h.when(a.any(), () => state.next("DONE"));
        less.drive(a.asSigned().lt(b.asSigned()));
        whole.drive(b.all());
        now.drive(state);
        one.drive(1);
      },
    );
    const found = mutantsOf({ block }).map((m) => changeOf(m.name));
    for (const wanted of [
      "less: sle for slt",
      "whole: any for all",
      "state: all for any",
      "state: IDLE for DONE",
      "one: bit 0 for 1",
      "state: never",
      "state: no reset",
      "state: reset to 1 for 0",
    ])
      expect(found).toContain(wanted);
  });
  it("a reset to another value is another start, in the simulator too", () => {
    const m = mutantsOf({ block: decade }).find((x) => x.name.endsWith("reset to 1 for 0"));
    const sim = simulate((m ?? { module: decade }).module);
    sim.reset();
    expect(sim.io.value.number).toBe(1);
  });
  it("zeros on top are no width", () => {
    const block = module("zeros", { a: input(uint(4)), same: output(uint(1)) }, ({ a, same }) => same.drive(a.zext(8).eq(3)));
    expect(mutantsOf({ block }).map((m) => m.kind)).not.toContain("compare width");
  });
});

it("samples are the same for the same seed, in order, without doubles", () => {
  expect(sampleOf(5, undefined, 1)).toEqual([0, 1, 2, 3, 4]);
  expect(sampleOf(5, 9, 1)).toEqual([0, 1, 2, 3, 4]);
  const some = sampleOf(1000, 50, 7);
  expect(some).toEqual(sampleOf(1000, 50, 7));
  expect(some).not.toEqual(sampleOf(1000, 50, 8));
  expect(new Set(some).size).toBe(50);
  expect(some).toEqual(some.toSorted((a, b) => a - b));
});

describe("in threads", async () => {
  const all = await familiesIn(join(import.meta.dirname, "families.ts"));
  const of = (name: string) => all.filter((f) => f.name === name);
  it("tries all, and counts by kind", async () => {
    const steps: number[] = [];
    const [result] = await runMutants(of("decade"), { jobs: 2, progress: (done) => steps.push(done) });
    expect(result).toMatchObject({ mutants: 18, tried: 18, caught: 18, equivalent: [], survivors: [], crashed: [], stale: [], share: 1 });
    expect(result?.kinds).toMatchObject({ operator: [3, 3], reset: [2, 2], dropped: [5, 5], "compare width": [1, 1] });
    expect(steps.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 19 }, (_, i) => i + 1));
  });
  it("names survivors with their places, and entries that are wrong", async () => {
    const [result] = await runMutants(of("decade, hardly looked at"), { jobs: 1 });
    expect(result?.survivors.map((s) => s.change)).toContain("s0: last: zero");
    for (const s of result?.survivors ?? []) expect(s.at).toMatch(/^tb\/sim\/mutate\/families\.ts:\d+$/);
    expect(result?.equivalent).toEqual([{ change: "last: 10 for 9", count: 1, why: "nothing gets so far" }]);
    expect(result?.stale).toEqual(["count: reset to 1 for 0"]);
    const { caught, tried, share } = result as NonNullable<typeof result>;
    expect(share).toBeCloseTo(caught / (tried - 1));
    expect(share).toBeLessThan(0.95);
  });
  it("tries a sample", async () => {
    const [result] = await runMutants(of("decade"), { jobs: 1, sample: 4, seed: 2 });
    expect(result).toMatchObject({ mutants: 18, tried: 4, caught: 4 });
  });
  it("says where a block fails as it is, and where a check crashes", async () => {
    await expect(runMutants(of("decade, always wrong"), { jobs: 2 })).rejects.toThrow(
      "a block fails its check as it is: decade, always wrong: seed 1, cycle 0: wrong: mend it first: ./accio test",
    );
    const [result] = await runMutants(of("decade, with a check that crashes"), { jobs: 1, sample: 3 });
    expect(result?.crashed.length).toBe(3);
    expect(result?.crashed[0]?.message).toBe("undefined is not a function");
  });
});
