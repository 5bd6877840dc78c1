/** Each kind of expression at the widths where representations change, against the bit-by-bit reading of the IR. */
import { describe, expect, test } from "vitest";
import type { BinaryOp, Expr, Memory, Module, Signal, UnaryOp } from "#hdl/core/ir.ts";
import { Random, simulate } from "#hdl/simulate/index.ts";
import { assign, binary, cell, concat, design, input, lit, memory, output, ref, slice } from "./design.ts";
import { evaluate } from "./reference.ts";

const widths = [1, 2, 31, 32, 33, 53, 63, 64, 65, 127, 128, 200];
const mask = (width: number): bigint => (1n << BigInt(width)) - 1n;

/** Corners of a width, and some values between. */
const valuesOf = (width: number, random: Random): readonly bigint[] => {
  const top = 1n << BigInt(width - 1);
  const list = [0n, 1n, 2n, mask(width), mask(width) - 1n, top, top - 1n, top + 1n, BigInt(width - 1), BigInt(width), BigInt(width + 1)];
  for (let i = 0; i < 4; i++) list.push(random.bits(width));
  return [...new Set(list.map((v) => v & mask(width)))];
};

/** One output per expression. */
const moduleOf = (
  inputs: readonly Signal[],
  exprs: readonly Expr[],
  memories: readonly Memory[] = [],
): { readonly m: Module; readonly outputs: readonly Signal[] } => {
  const outputs = exprs.map((e, i) => output(`out${i}`, e.width));
  return {
    m: design({ domains: [], ports: [...inputs, ...outputs], memories, body: outputs.map((o, i) => assign(o, exprs[i] as Expr)) }),
    outputs,
  };
};
const named = (e: Expr): string => ("op" in e ? e.op : e.kind);

/** Runs all expressions on these values of `a` and `b`. */
const check = (a: Signal, b: Signal, exprs: readonly Expr[], memories: readonly Memory[] = []): void => {
  const { m, outputs } = moduleOf([a, b], exprs, memories);
  const sim = simulate(m);
  const random = new Random(a.width * 1000 + b.width);
  for (const x of valuesOf(a.width, random))
    for (const y of valuesOf(b.width, random)) {
      sim.poke("a", x);
      sim.poke("b", y);
      const view = { signal: (s: Signal) => (s === a ? x : y), word: (w: Memory, at: bigint) => w.init?.[Number(at)] ?? 0n };
      exprs.forEach((e, i) => {
        const got = sim.peek((outputs[i] as Signal).name);
        const wanted = evaluate(e, view);
        if (got !== wanted)
          expect.fail(`${named(e)} (${e.width} bits) of a = ${x} (${a.width}), b = ${y} (${b.width}): ${got} instead of ${wanted}`);
      });
    }
};

const unaryOps: readonly UnaryOp[] = ["not", "neg", "all", "any", "parity"];
const sameWidth: readonly BinaryOp[] = ["and", "or", "xor", "add", "sub", "eq", "ne", "lt", "le", "gt", "ge", "slt", "sle", "sgt", "sge"];
const un = (op: UnaryOp, a: Expr): Expr => ({ kind: "unary", op, a, width: op === "not" || op === "neg" ? a.width : 1 });

describe.each(widths)("%i bits", (width) => {
  const a = input("a", width);
  const b = input("b", width);

  test("unary operators", () => {
    check(
      a,
      b,
      unaryOps.map((op) => un(op, ref(a))),
    );
  });
  test("bitwise, arithmetic and comparison operators", () => {
    check(
      a,
      b,
      sameWidth.map((op) => binary(op, ref(a), ref(b))),
    );
  });
  test("operators on conditions, as values and under a mux", () => {
    const conditions = sameWidth.filter((op) => binary(op, ref(a), ref(b)).width === 1).map((op) => binary(op, ref(a), ref(b)));
    const mixed = conditions.flatMap((c): Expr[] => [
      un("not", c),
      binary("and", c, un("any", ref(b))),
      binary("or", c, un("all", ref(a))),
      { kind: "mux", sel: un("not", binary("xor", c, slice(ref(a), 0, 0))), a: ref(a), b: ref(b), width },
    ]);
    check(a, b, mixed);
  });
  test("division by constants", () => {
    const divisors = [1n, 2n, 3n, 10n, mask(width), 1n << BigInt(width - 1)].filter((d) => d > 0n && d <= mask(width));
    check(
      a,
      b,
      divisors.flatMap((d) => [binary("div", ref(a), lit(d, width)), binary("mod", ref(a), lit(d, width))]),
    );
  });
  test("slices, concatenations, repetitions, extensions", () => {
    const cuts = [...new Set([0, 1, Math.floor(width / 2), width - 1, 30, 31, 32, 33, 63, 64])].filter((n) => n < width);
    const slices = cuts.flatMap((lo) => cuts.filter((hi) => hi >= lo).map((hi) => slice(ref(a), hi, lo)));
    const wider = widths.filter((w) => w > width).slice(0, 6);
    check(a, b, [
      ...slices,
      concat(ref(a), ref(b)),
      concat(lit(0, 3), ref(a), lit(1, 1), ref(b), lit(0, 31)),
      concat(...slices.slice(0, 8), ref(b)),
      { kind: "repeat", a: ref(a), count: 2, width: 2 * width },
      { kind: "repeat", a: ref(a), count: 7, width: 7 * width },
      { kind: "repeat", a: slice(ref(a), width - 1, width - 1), count: width + 3, width: width + 3 },
      ...wider.flatMap((w): Expr[] => [
        { kind: "zext", a: ref(a), width: w },
        { kind: "sext", a: ref(a), width: w },
      ]),
    ]);
  });
  test("mux between wide and narrow values", () => {
    check(a, b, [
      { kind: "mux", sel: slice(ref(b), 0, 0), a: ref(a), b: ref(b), width },
      { kind: "mux", sel: un("parity", ref(a)), a: lit(mask(width), width), b: ref(b), width },
    ]);
  });
  test.each([1, 5, 6, 8, 32, 33, 40, 64])("shifts by %i bits of amount", (by) => {
    const amount = input("b", by);
    check(a, amount, [
      ...(["shl", "shr", "sra"] as const).map((op) => binary(op, ref(a), ref(amount))),
      binary("shl", ref(a), lit(width - 1, 9)),
      binary("sra", ref(a), lit(width + 7, 9)),
    ]);
  });
  test.each(widths)("products with %i bits", (other) => {
    const by = input("b", other);
    check(a, by, [binary("mul", ref(a), ref(by)), binary("smul", ref(a), ref(by))]);
  });
  test.each([1, 3, 8, 32, 33, 64])("elements of %i bits chosen at run time", (element) => {
    const count = Math.floor(width / element);
    if (count === 0) return check(a, b, [ref(a)]);
    const index = input("b", 9);
    const of = slice(ref(a), count * element - 1, 0);
    check(a, index, [{ kind: "index", of, index: ref(index), width: element }]);
    const farIndex = input("b", 70);
    check(a, farIndex, [{ kind: "index", of, index: ref(farIndex), width: element }]);
  });
  test("words of memories", () => {
    const random = new Random(width);
    const words = memory(
      "words",
      width,
      11,
      Array.from({ length: 9 }, () => random.bits(width)),
    );
    const one = memory("one", width, 1, [mask(width)]);
    const full = memory(
      "full",
      width,
      16,
      Array.from({ length: 16 }, () => random.bits(width)),
    );
    const address = input("b", 4);
    const far = input("b", 40);
    check(
      a,
      address,
      [
        cell(words, ref(address)),
        cell(one, ref(address)),
        cell(full, ref(address)),
        binary("xor", cell(words, ref(address)), cell(words, ref(address))),
      ],
      [words, one, full],
    );
    check(a, far, [cell(words, ref(far)), cell(one, slice(ref(far), 33, 2))], [words, one]);
  });
});

test("values used many times are computed once and mean the same", () => {
  const a = input("a", 40);
  const b = input("b", 40);
  // Doubling 60 times: written out, 2^60 nodes.
  let e = binary("add", ref(a), ref(b));
  for (let i = 0; i < 60; i++) e = binary("add", e, binary("xor", e, ref(b)));
  check(a, b, [e, slice(e, 12, 3), un("parity", e)]);
});
