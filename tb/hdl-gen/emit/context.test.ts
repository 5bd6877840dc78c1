/**
 * Verilog takes the width and sign of an operand from what stands around it. Every operator that a wider or signed
 * context would change stands here in every context that could do so, and simulators must compute what BigInts say.
 */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { binary, concat, extend, literal, mux, repeat, slice, unary } from "#hdl/core/expr.ts";
import type { Expr, Module, Ref } from "#hdl/core/ir.ts";
import { verilog } from "#hdl/emit/index.ts";
import { type EngineName, engineNames, runEngine } from "#sim/fuzz/engines.ts";
import { hexOf, pinsOf, stimulusFor, unpack } from "#sim/fuzz/stimulus.ts";
import { projectRoot } from "../../../toolchain/tools.ts";
import { evaluate } from "../simulate/reference.ts";
import { combinational } from "./ir.ts";

const inputs = (width: number) => ({ a: width, b: width, c: width, s: 1, few: 3, many: 40 });
type Inputs = Readonly<Record<keyof ReturnType<typeof inputs>, Ref>>;

/** Values that differ when they are computed in more bits, or with another sign, than they have. */
const inner: Readonly<Record<string, (i: Inputs) => Expr>> = {
  sum: ({ a, b }) => binary("add", a, b),
  difference: ({ a, b }) => binary("sub", a, b),
  negated: ({ a }) => unary("neg", a),
  inverted: ({ a }) => unary("not", a),
  up: ({ a, few }) => binary("shl", a, few),
  up_far: ({ a, many }) => binary("shl", a, many),
  signed_down: ({ a, few }) => binary("sra", a, few),
  signed_down_far: ({ a, many }) => binary("sra", a, many),
  product: ({ a, b }) => slice(binary("mul", a, b), a.width - 1, 0),
  signed_product: ({ a, b }) => slice(binary("smul", a, b), 2 * a.width - 1, a.width),
  choice: ({ a, b, s }) => mux(s, binary("sub", a, b), unary("not", b)),
  extended: ({ few, a }) => (a.width > 3 ? extend("sext", few, a.width) : unary("neg", a)),
};

/** Contexts that are wider, signed, or narrower. */
const outer: Readonly<Record<string, (x: Expr, i: Inputs) => Expr>> = {
  itself: (x) => x,
  down: (x, { few }) => binary("shr", x, few),
  signed_down: (x, { few }) => binary("sra", x, few),
  up: (x, { few }) => binary("shl", x, few),
  equal: (x, { c }) => binary("eq", x, c),
  below: (x, { c }) => binary("lt", x, c),
  not_above: (x, { c }) => binary("le", c, x),
  signed_below: (x, { c }) => binary("slt", x, c),
  signed_least: (x) => binary("sge", x, literal(-1, x.width, true)),
  signed_sum: (x, { c }) => binary("sgt", binary("add", x, c), binary("sub", c, x)),
  carry: (x, { c }) => binary("add", extend("zext", x, x.width + 1), extend("zext", c, x.width + 1)),
  borrow: (x, { c }) => binary("sub", extend("sext", x, x.width + 1), extend("sext", c, x.width + 1)),
  wide: (x) => extend("sext", x, x.width + 5),
  parts: (x, { s }) => concat([x, s, x]),
  copies: (x) => repeat(x, 2),
  some: (x) => unary("any", x),
  odd: (x) => unary("parity", x),
  each: (x) => unary("all", x),
  inverted: (x) => unary("not", x),
  negated: (x) => unary("neg", x),
  masked: (x, { c }) => binary("and", x, c),
  left: (x, { c }) => binary("sub", x, c),
  right: (x, { c }) => binary("sub", c, x),
  product: (x, { c }) => binary("mul", x, c),
  signed_product: (x, { c }) => binary("smul", x, c),
  quotient: (x) => (x.width > 2 ? binary("div", x, literal(3, x.width)) : x),
  remainder: (x) => (x.width > 2 ? binary("mod", x, literal(3, x.width)) : x),
  chosen: (x, { c, s }) => mux(s, x, c),
  chooses: (x, { a, c }) => mux(slice(x, 0, 0), a, c),
  amount: (x, { c }) => binary("shr", c, x),
  signed_amount: (x, { c }) => binary("sra", c, x),
  low: (x) => slice(x, Math.max(0, x.width - 2), 0),
  middle: (x) => slice(x, Math.floor(x.width / 2), Math.min(1, Math.floor(x.width / 2))),
  top: (x) => slice(x, x.width - 1, x.width - 1),
  element: (x, { few }) => (x.width >= 8 ? { kind: "index", of: slice(x, 7, 0), index: few, width: 1 } : x),
};

const contexts = (width: number): Module =>
  combinational(`contexts_${width}`, inputs(width), (i) =>
    Object.fromEntries(
      Object.entries(outer).flatMap(([around, f]) => Object.entries(inner).map(([name, g]) => [`${name}_in_${around}`, f(g(i), i)])),
    ),
  );

const steps = 40;

/** Outputs that differ from what BigInts say, with the inputs of that step. */
const differences = async (engine: EngineName, m: Module, text = verilog(m)): Promise<readonly string[]> => {
  const stimulus = stimulusFor(m, 1, steps);
  const pins = pinsOf(m);
  const folder = join(projectRoot, "build/emit-contexts", `${m.name}-${engine}`);
  const [trace] = await runEngine(engine, [{ name: m.name, pins, stimulus, verilog: text, seed: 0 }], { folder, seconds: 300 });
  return stimulus.flatMap((step, t) => {
    const values = new Map(unpack(pins.inputs, step.inputs).map((v, i) => [pins.inputs[i], v]));
    const seen = unpack(pins.outputs, BigInt(`0x${trace?.[t] ?? "0"}`));
    const memo = new Map<Expr, bigint>();
    return m.body.flatMap((s, i) => {
      if (s.kind !== "assign") return [];
      const wanted = evaluate(s.value, { signal: (x) => values.get(x) ?? 0n, word: () => 0n }, memo);
      if (wanted === seen[i]) return [];
      const given = [...values].map(([x, v]) => `${x?.name}=${hexOf(v, x?.width ?? 1)}`).join(" ");
      return [`step ${t}: ${s.target.signal.name} is ${seen[i]?.toString(16)} and not ${wanted.toString(16)} where ${given}`];
    });
  });
};

describe.each([1, 8, 70])("operands of %i bits", (width) => {
  test.each(engineNames)("mean the same in %s", async (engine) => {
    expect(await differences(engine, contexts(width))).toEqual([]);
  });
});

test.each([
  ["a sign that its context takes away", /\$unsigned\((\$signed\(\w+\) >>> \w+)\)/g, "($1)"],
  ["an inversion that its context widens", /\{1'b0, ~a\}/g, "~a"],
  ["a comparison without its sign", /\$signed\(([^()]+)\) < \$signed\(c\)/g, "$1 < c"],
])("%s is found", async (_, written, wrong) => {
  const m = contexts(8);
  const text = verilog(m);
  const broken = text.replaceAll(written, wrong);
  expect(broken).not.toBe(text);
  expect((await differences("icarus", m, broken)).length).toBeGreaterThan(0);
});
