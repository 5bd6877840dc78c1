/** What is made of a run's numbers: symbols, profiles, flame graphs, latencies, words for causes. */
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { causeText } from "#sim/soc/crash.ts";
import { addressOf, readElf } from "#sim/soc/elf.ts";
import { flameHtml } from "#sim/soc/flame.ts";
import { histogram, histogramRows, latencyFigures } from "#sim/soc/latency.ts";
import { parseProfile, profileRows } from "#sim/soc/profile.ts";
import { Symbolizer } from "#sim/soc/symbols.ts";
import { boardMemory, timingNamed } from "#sim/soc/timing.ts";
import { testPrograms } from "./programs.ts";

const programs = testPrograms();
afterAll(() => programs[Symbol.dispose]());

describe("an ELF file", () => {
  const elf = readElf(programs.elf("calls"));
  const symbols = new Symbolizer(elf);
  it("has its functions, in order and apart", () => {
    expect(symbols.functions.map((f) => f.name)).toEqual(expect.arrayContaining(["_start", "main", "heavy", "light", "deep", "finish"]));
    for (const [i, f] of symbols.functions.entries()) {
      expect(f.end).toBeGreaterThan(f.first);
      if (i > 0) expect(f.first).toBeGreaterThanOrEqual(symbols.functions[i - 1]?.end ?? 0n);
    }
  });
  it("names an address by function, offset and line", () => {
    const main = addressOf(elf, "main") as bigint;
    expect(symbols.name(main)).toBe("main");
    expect(symbols.name(main + 4n)).toBe("main+0x4");
    expect(symbols.place(main)).toMatch(/^0x8\w{7} main \(.*calls\.c:\d+\)$/);
    expect(symbols.name(0x1000n)).toBeUndefined();
    expect(symbols.place(0x1000n)).toBe("0x00001000");
  });
});

describe("a profile", () => {
  // hart node parent function cycles instructions
  const text = "0 0 0 -2 0 0\n0 1 0 0 10 5\n0 2 1 1 30 20\n0 3 2 1 40 20\n0 4 0 -3 0 0\n0 5 4 2 20 9\n";
  const [profile] = parseProfile(text, [{ name: "main" }, { name: "again" }, { name: "tick" }]);
  it("adds up, counting recursion once", () => {
    expect(profile?.root.total).toBe(100);
    expect(profile?.stacks).toBe("rebuilt");
    expect(profile?.functions).toEqual([
      { name: "again", self: 70, total: 70, instructions: 40 },
      { name: "tick", self: 20, total: 20, instructions: 9 },
      { name: "main", self: 10, total: 80, instructions: 5 },
      { name: "(traps)", self: 0, total: 20, instructions: 0 },
    ]);
  });
  it("is a table that keeps the rest together", () => {
    const rows = profileRows([profile as NonNullable<typeof profile>], 2);
    expect(rows.map((r) => r[1])).toEqual(["again", "tick", "2 more"]);
    expect(rows.reduce((sum, r) => sum + Number(r[2]), 0)).toBe(100);
  });
  it("is a page on its own, and names cannot break it", () => {
    const [odd] = parseProfile(text, [{ name: "</script><b>" }, { name: "again" }, { name: "tick" }]);
    const html = flameHtml([odd as NonNullable<typeof odd>], { title: "a <b>", subtitle: "c" });
    expect(html).not.toContain("</script><b>");
    expect(html).not.toMatch(/(src|href)=/);
    expect(html.match(/<\/script>/g)).toHaveLength(1);
    expect(html).toContain('"\\u003c/script>\\u003cb>"');
  });
});

describe("latencies", () => {
  it("percentiles and histogram have every sample", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 200 }), (values) => {
        const counts = new Map<number, number>();
        for (const v of values) counts.set(v, (counts.get(v) ?? 0) + 1);
        const latencies = [...counts].sort((a, b) => a[0] - b[0]);
        const figures = latencyFigures(latencies);
        expect(figures?.samples).toBe(values.length);
        expect(figures?.min).toBe(Math.min(...values));
        expect(figures?.max).toBe(Math.max(...values));
        const bins = histogram(latencies);
        expect(bins.reduce((sum, b) => sum + b.count, 0)).toBe(values.length);
        for (const { from, to, count } of bins) expect(values.filter((v) => v >= from && v < to).length).toBe(count);
      }),
    );
  });
  it("a bar is as long as its share, and never nothing for something", () => {
    expect(
      histogramRows([
        [10, 1],
        [13, 200],
        [20, 100],
      ]),
    ).toEqual([
      ["10 to 12", "1", "#"],
      ["13 to 15", "200", "#".repeat(40)],
      ["16 to 19", "0", ""],
      ["20 to 25", "100", "#".repeat(20)],
    ]);
  });
  it("nothing gives nothing", () => {
    expect(latencyFigures([])).toBeNull();
    expect(histogram([])).toEqual([]);
  });
});

describe("words", () => {
  it.each([
    [2n, "illegal instruction"],
    [5n, "load access fault"],
    [(1n << 63n) | 7n, "machine timer interrupt"],
    [24n, "exception 24"],
  ])("cause %i", (cause, words) => expect(causeText(cause)).toBe(words));
  it("timings are named, and the board's memory is faster the slower the clock", () => {
    expect(timingNamed("paper").clockMhz).toBe(50);
    expect(() => timingNamed("slow")).toThrow("there is no such timing: --timing slow: choose raw or paper");
    expect(boardMemory(50).openPage).toMatchObject({ hit: 10, miss: 11, conflict: 12 });
    expect(boardMemory(100).openPage.hit).toBeGreaterThan(boardMemory(50).openPage.hit);
  });
});
