/** Registers, nets and wires one at a time, under worked-out names: the same as their plural forms. */

import { expect, test } from "vitest";
import { type Bits, type Builder, bool, input, module, output, struct, uint } from "#hdl";
import { simulate } from "#hdl/simulate/index.ts";

const pair = struct({ high: uint(4), low: uint(4) }, "pair");
/** A function that declares under the name it is told. */
const delayed = (h: Builder, name: string, value: Bits<4>): Bits<4> => {
  const held = h.register(`${name}_held`, uint(4).reset(9), { doc: `${name}, a cycle ago` });
  held.next(value);
  const sum = h.net(`${name}_sum`, held.add(value));
  const out = h.wire(`${name}_out`, uint(4));
  out.drive(sum);
  return out;
};
const m = module("singles", { a: input(uint(4)), b: input(bool), x: output(uint(4)), y: output(pair) }, ({ a, b, x, y }, h) => {
  x.drive(delayed(h, "first", a));
  const both = h.register("both", pair);
  const second = delayed(h, "second", a);
  h.when(b, () => both.next({ high: second, low: 3 }));
  y.drive(both);
});

test("they are declared as they are called, with their docs and the caller's line", () => {
  expect(m.signals.map((s) => `${s.kind} ${s.name} ${s.width}`)).toEqual([
    "register first_held 4",
    "net first_sum 4",
    "net first_out 4",
    "register both_high 4",
    "register both_low 4",
    "register second_held 4",
    "net second_sum 4",
    "net second_out 4",
  ]);
  expect(m.signals[0]?.doc).toBe("first, a cycle ago");
  expect(m.signals[0]?.at.file).toBe(import.meta.filename);
  expect(m.warnings).toEqual([]);
});
test("they work", () => {
  const sim = simulate(m);
  sim.io.a.value = 5;
  expect(sim.io.x.number).toBe(14);
  sim.step();
  expect(sim.io.x.number).toBe(10);
  sim.io.b.value = 1;
  sim.step();
  expect(sim.io.y.value).toEqual({ high: 10n, low: 3n });
});

test("a struct value spreads into its fields", () => {
  const changes = module("changes", { p: input(pair), q: output(pair) }, ({ p, q }) => {
    expect(Object.keys({ ...p })).toEqual(["high", "low"]);
    q.drive({ ...p, low: 3 });
  });
  const sim = simulate(changes);
  sim.io.p.value = { high: 5, low: 6 };
  expect(sim.io.q.value).toEqual({ high: 5n, low: 3n });
});
