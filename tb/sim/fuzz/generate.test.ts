/** What the fuzz generates: everything the IR has, nothing that the checks refuse or the IR leaves undefined. */
import { describe, expect, test } from "vitest";
import { checkModule } from "#hdl/check/index.ts";
import { hierarchy, type Module, type Stmt, showDiagnostic } from "#hdl/core/ir.ts";
import { Random } from "#hdl/simulate/index.ts";
import { eachNode, rootsOf } from "#sim/fuzz/analysis.ts";
import { cornerWidths } from "#sim/fuzz/expressions.ts";
import { staysInRange } from "#sim/fuzz/ranges.ts";
import { moduleOfSeed } from "#sim/fuzz/run.ts";
import { initSteps, instantTrace, pinsOf, stimulusFor, unpack } from "#sim/fuzz/stimulus.ts";
import { moduleText } from "#sim/fuzz/text.ts";

const first = 4000;
const designs = Array.from({ length: 150 }, (_, i) => moduleOfSeed(first + i));
const modules = designs.flatMap((d) => hierarchy(d).map((m) => ({ m, top: d })));

/** Every feature that occurs in a module. */
const features = (m: Module): ReadonlySet<string> => {
  const found = new Set<string>();
  eachNode(rootsOf(m), (e) => {
    found.add(e.kind);
    if ("op" in e) found.add(e.op);
    if (e.hint !== undefined) found.add("hint");
    if (e.kind === "literal") found.add(e.enumeration === undefined ? `radix ${e.radix ?? "dec"}` : "member");
    found.add(`width ${e.width}`);
  });
  const walk = (body: readonly Stmt[], depth: number): void => {
    for (const s of body) {
      found.add(s.kind).add(`depth ${depth}`);
      if (s.kind === "assign") found.add(`${s.target.signal.kind === "register" ? "next" : "drive"} ${s.target.kind}`);
      if (s.kind === "store") found.add(s.mask === null ? "word" : "lanes");
      if (s.kind === "if")
        [s.then, s.else].forEach((b) => {
          walk(b, depth + 1);
        });
      if (s.kind === "switch") {
        found.add(s.fallback === null ? "full switch" : "switch with fallback");
        for (const c of s.cases) walk(c.body, depth + 1);
        walk(s.fallback ?? [], depth + 1);
      }
    }
  };
  walk(m.body, 0);
  for (const s of m.signals)
    if (s.kind === "register") found.add(`reset ${s.reset?.kind ?? "none"}`).add(s.synchroniser ? "synchroniser" : "register");
  for (const x of m.memories) found.add(`memory ${x.style}`).add(x.init === null ? "memory without contents" : "memory with contents");
  if (m.fsms.length > 0) found.add("fsm");
  if (m.domains.length === 2) found.add("two clocks");
  if (m.domains.length === 0) found.add("no clock");
  for (const i of m.instances) found.add("instance").add(i.clocks.length === 2 ? "child with two clocks" : "child");
  if (new Set(m.instances.map((i) => i.of)).size < m.instances.length) found.add("two instances of one module");
  return found;
};

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
  test("hold everything that the IR has", () => {
    const wanted = [
      "literal ref unary binary mux slice concat repeat zext sext index cell hint member",
      "not neg all any parity and or xor add sub mul smul div mod eq ne lt le gt ge slt sle sgt sge shl shr sra",
      "assign if switch store word lanes fsm instance child register synchroniser",
    ].flatMap((w) => w.split(" "));
    const phrases = [
      "radix dec,radix hex,radix bin,next whole,next bits,next element,drive whole,drive bits,drive element,full switch,switch with fallback",
      "reset sync,reset async,reset none,memory registers,memory distributed,memory block,memory auto,memory with contents,memory without contents",
      "two clocks,no clock,child with two clocks,two instances of one module,depth 0,depth 1,depth 2,depth 3",
    ].flatMap((w) => w.split(","));
    const widths = cornerWidths.map((w) => `width ${w}`);
    const found = new Set(modules.flatMap(({ m }) => [...features(m)]));
    expect([...wanted, ...phrases, ...widths].filter((f) => !found.has(f))).toEqual([]);
  });
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
