/** What the fuzz generates: everything the IR has, nothing that the checks refuse or the IR leaves undefined. */
import { describe, expect, test } from "vitest";
import { bool, input, module, output, uint } from "#hdl";
import { checkModule } from "#hdl/check/index.ts";
import { hierarchy, type Module, showDiagnostic } from "#hdl/core/ir.ts";
import { Random } from "#hdl/simulate/index.ts";
import { eachNode, rootsOf } from "#sim/fuzz/analysis.ts";
import { Coverage } from "#sim/fuzz/coverage.ts";
import { cornerWidths, maxWidth } from "#sim/fuzz/expressions.ts";
import { staysInRange } from "#sim/fuzz/ranges.ts";
import { moduleOfSeed } from "#sim/fuzz/run.ts";
import { initSteps, instantTrace, pinsOf, stimulusFor, unpack } from "#sim/fuzz/stimulus.ts";
import { moduleText } from "#sim/fuzz/text.ts";

const first = 4000;
const designs = Array.from({ length: 150 }, (_, i) => moduleOfSeed(first + i));
const modules = designs.flatMap((d) => hierarchy(d).map((m) => ({ m, top: d })));

describe("modules of 150 seeds", () => {
  test("pass every check of the language", () => {
    for (const { m } of modules) {
      const errors = checkModule(m).filter((d) => d.severity === "error");
      if (errors.length > 0) expect.fail(`${errors.map(showDiagnostic).join("\n")}\n${moduleText(m)}`);
    }
  });
  test("keep addresses and indices in range", () => {
    for (const { m } of modules) if (!staysInRange(m)) expect.fail(moduleText(m));
  });
  test("forget what they held before they were initialised", () => {
    for (const d of designs.slice(0, 60)) {
      const stimulus = stimulusFor(d, 1, initSteps + 20);
      const [zero, random] = (["zero", "random"] as const).map((initial) => instantTrace(d, stimulus, initial).slice(initSteps));
      if (zero?.join() !== random?.join()) expect.fail(moduleText(d));
    }
  });
  test("hold everything that the IR has, at widths up to 200 bits", () => {
    const coverage = new Coverage();
    for (const d of designs) coverage.add(d);
    const { operators, kinds, ranges } = coverage.result();
    const never = (counts: readonly number[]): boolean => counts.every((n) => n === 0);
    const at = (from: string): readonly string[] =>
      Object.entries(operators).flatMap(([o, counts]) => (never(counts.slice(ranges.indexOf(from))) ? [o] : []));
    expect({ never: at("1"), above64: at("65-127"), above128: at("129-199") }).toEqual({ never: [], above64: [], above128: [] });
    expect(Object.entries(kinds).flatMap(([kind, n]) => (n === 0 ? [kind] : []))).toEqual([]);
    const widths = new Set<number>();
    for (const { m } of modules) eachNode(rootsOf(m), (e) => widths.add(e.width));
    expect([...cornerWidths, maxWidth].filter((w) => !widths.has(w))).toEqual([]);
  });
});

test("coverage counts each operator at its width, and says what never occurred", () => {
  const m = module("counted", { a: input(uint(70)), b: input(uint(70)), y: output(bool), z: output(uint(5)) }, (io, h) => {
    io.y.drive(io.a.lt(io.b));
    h.when(io.a.any(), () => io.z.drive(1)).otherwise(() => io.z.drive(io.a.slice(36, 32)));
  });
  const coverage = new Coverage();
  coverage.add(m);
  const { operators, kinds, missing, ranges } = coverage.result();
  const seen = Object.entries(operators).flatMap(([o, counts]) => counts.flatMap((n, i) => (n > 0 ? [`${n} ${o} at ${ranges[i]}`] : [])));
  expect(seen).toEqual([
    "1 lt at 65-127",
    "1 any at 65-127",
    "1 slice at 65-127",
    "1 literal at 2-31",
    expect.stringMatching(/^\d ref at 65-127$/),
  ]);
  expect(Object.entries(kinds).filter(([, n]) => n > 0)).toEqual([
    ["drive whole", 3],
    ["if", 1],
    ["depth 0", 2],
    ["depth 1", 2],
    ["no clock", 1],
    ["decimal literal", 1],
  ]);
  expect(missing).toContain("lt at 200 bits");
  expect(missing).toContain("state machine");
  expect(missing).not.toContain("slice at 1 bits");
});

test("a seed gives one module, and another seed another", () => {
  const [a, b, c] = [moduleOfSeed(9), moduleOfSeed(9), moduleOfSeed(10)].map(moduleText);
  expect(a).toBe(b);
  expect(a).not.toBe(c);
});

test("stimulus belongs to the pins: a module that loses one feeds the others as before", () => {
  const m = designs.find((d) => d.ports.filter((p) => p.kind === "input").length > 4) as Module;
  const pins = pinsOf(m);
  const gone = pins.inputs.at(-1);
  const fewer: Module = { ...m, ports: m.ports.filter((p) => p !== gone) };
  const values = (d: Module): readonly (readonly bigint[])[] => stimulusFor(d, 3, 30).map((s) => unpack(pinsOf(d).inputs, s.inputs));
  expect(values(m).map((v) => v.slice(0, -1))).toEqual(values(fewer));
});

test("random numbers cover their range", () => {
  const random = new Random(5);
  const seen = Array.from({ length: 2000 }, () => random.between(3, 7));
  expect([Math.min(...seen), Math.max(...seen), new Set(seen).size]).toEqual([3, 7, 5]);
  expect(random.bits(200) >> 168n).not.toBe(0n);
});
