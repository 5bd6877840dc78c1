/** Combinational loops are refused with their path; what only looks like one is computed piece by piece. */
import { describe, expect, test } from "vitest";
import type { Expr, Instance } from "#hdl/core/ir.ts";
import { simulate } from "#hdl/simulate/index.ts";
import { assign, assignBits, assignElement, binary, concat, design, input, lit, net, not, output, ref, slice, when } from "./design.ts";

describe("loops", () => {
  test("of one net", () => {
    const n = net("n", 4);
    expect(() => simulate(design({ signals: [n], body: [assign(n, binary("add", ref(n), lit(1, 4)))] }))).toThrow(
      /^design.ts:\d+: error: combinational loop: n\[0\] <- n\[0\]; put a register into the circle \[comb-loop\]\n {4}design.ts:\d+: n\[0\] reads n\[0\]$/,
    );
  });
  test("of several, through conditions, as the shortest way round", () => {
    const [c, a, b, d, e] = [input("c", 1), net("a", 1), net("b", 1), net("d", 1), net("e", 1)];
    const m = design({
      ports: [c],
      signals: [a, b, d, e],
      body: [
        assign(a, binary("xor", ref(b), ref(d))),
        assign(b, lit(0, 1)),
        when(ref(a), [assign(b, ref(c))]),
        assign(d, ref(e)),
        assign(e, not(ref(b))),
      ],
    });
    expect(() => simulate(m)).toThrow(/combinational loop: (a <- b <- a|b <- a <- b);/);
  });
  test("through instances, named by their paths", () => {
    const [i, o] = [input("i", 2), output("o", 2)];
    const inverter = design({ name: "inverter", domains: [], ports: [i, o], body: [assign(o, not(ref(i)))] });
    const [ui, uo] = [net("u_i", 2, { origin: "instance" }), net("u_o", 2, { origin: "instance" })];
    const u: Instance = {
      name: "u",
      of: inverter,
      pins: [
        { port: "i", direction: "input", net: ui },
        { port: "o", direction: "output", net: uo },
      ],
      clocks: [],
      parameters: [],
      ghost: false,
      at: i.at,
      doc: "",
    };
    const ring = (value: Expr) => simulate(design({ domains: [], signals: [ui, uo], instances: [u], body: [assign(ui, value)] }));
    expect(() => ring(ref(uo))).toThrow(/combinational loop: (u_i\[0\] <- u_o\[0\]|u_o\[0\] <- u_i\[0\]) <-/);
    // Crossed over, each bit waits for the other: no loop where the chain has an end.
    expect(ring(concat(slice(ref(uo), 0, 0), lit(1, 1))).peek("u.o")).toBe(2n);
  });
});

describe("no loops", () => {
  const a = input("a", 8);
  test("bits of a net made from lower bits, in any order", () => {
    const carry = net("carry", 9);
    const b = input("b", 8);
    const body = Array.from({ length: 8 }, (_, i) => {
      const [x, y, c] = [slice(ref(a), i, i), slice(ref(b), i, i), slice(ref(carry), i, i)];
      return assignBits(carry, i + 1, i + 1, binary("or", binary("and", x, y), binary("and", c, binary("xor", x, y))));
    }).reverse();
    const sum = output("sum", 9);
    const sim = simulate(
      design({
        ports: [a, b, sum],
        signals: [carry],
        body: [
          ...body,
          assignBits(carry, 0, 0, lit(1, 1)),
          assign(sum, binary("xor", concat(lit(0, 1), binary("xor", ref(a), ref(b))), ref(carry))),
        ],
      }),
    );
    for (const [x, y] of [
      [3, 4],
      [255, 255],
      [128, 127],
    ] as const) {
      sim.poke("a", x);
      sim.poke("b", y);
      expect(sim.peek("sum")).toBe(BigInt(x + y + 1));
    }
  });
  test("a whole net shifted into itself", () => {
    const n = net("n", 40);
    const sim = simulate(design({ ports: [a], signals: [n], body: [assign(n, concat(slice(ref(n), 31, 0), ref(a)))] }));
    sim.poke("a", 0x5a);
    expect(sim.peek("n")).toBe(0x5a5a5a5a5an);
  });
  test("under conditions, in elements, through sums, extensions and repetitions", () => {
    const [i, n] = [input("i", 2), net("n", 32)];
    const element = (k: number): Expr => slice(ref(n), 8 * k + 7, 8 * k);
    const sum = binary("add", slice(ref(n), 15, 0), concat(ref(a), ref(a)));
    const body = [
      assign(
        n,
        concat(
          { kind: "repeat", a: slice(ref(n), 15, 15), count: 8, width: 8 },
          { kind: "sext", a: slice(sum, 6, 0), width: 8 },
          element(0),
          ref(a),
        ),
      ),
      when(binary("lt", element(0), lit(100, 8)), [assignElement(n, lit(3, 2), not(element(1)))]),
    ];
    const out = output("out", 8);
    const sim = simulate(
      design({ ports: [a, i, out], signals: [n], body: [...body, assign(out, { kind: "index", of: ref(n), index: ref(i), width: 8 })] }),
    );
    const expected = (x: number): readonly number[] => {
      const low = ((x | (x << 8)) + (x | (x << 8))) & 0x7f;
      const third = low & 0x40 ? low | 0x80 : low;
      return [x, x, third, x < 100 ? x ^ 0xff : x & 0x80 ? 0xff : 0];
    };
    for (const x of [0, 5, 99, 100, 127, 128, 200, 255]) {
      sim.poke("a", x);
      const seen = [0, 1, 2, 3].map((k) => {
        sim.poke("i", k);
        return Number(sim.peek("out"));
      });
      expect(seen).toEqual(expected(x));
    }
  });
  test("bits of products, shifts and chosen elements that need lower bits only", () => {
    const [by, n] = [input("by", 3), net("n", 16)];
    const low = slice(ref(n), 7, 0);
    const shift = (op: "shl" | "shr" | "sra", bits: readonly [number, number]): Expr =>
      slice(binary(op, ref(n), ref(by)), bits[0], bits[1]);
    const parts: readonly (readonly [string, Expr])[] = [
      ["mul", slice(binary("mul", ref(n), ref(n)), 7, 0)],
      ["smul", slice(binary("smul", ref(n), low), 7, 0)],
      ["shl", shift("shl", [7, 0])],
      ["index", { kind: "index", of: concat(low, low), index: slice(ref(by), 0, 0), width: 8 }],
    ];
    const value = (name: string, x: number, k: number): number =>
      ({ mul: x * x, smul: ((x << 24) >> 24) * x, shl: x << k, index: x })[name as "mul"] & 0xff;
    for (const [name, upper] of parts) {
      const sim = simulate(design({ ports: [a, by], signals: [n], body: [assign(n, concat(upper, ref(a)))] }));
      for (const [x, k] of [
        [3, 2],
        [200, 1],
        [255, 7],
      ] as const) {
        sim.poke("a", x);
        sim.poke("by", k);
        expect(sim.peek("n"), name).toBe(BigInt((value(name, x, k) << 8) | x));
      }
    }
    const down = simulate(design({ ports: [a, by], signals: [n], body: [assign(n, concat(ref(a), shift("sra", [15, 8])))] }));
    down.poke("a", 0x80);
    down.poke("by", 3);
    expect(down.peek("n")).toBe(0x80f0n);
  });
  test("what a later assignment hides does not count", () => {
    const n = net("n", 4);
    const sim = simulate(design({ ports: [a], signals: [n], body: [assign(n, not(ref(n))), assign(n, slice(ref(a), 3, 0))] }));
    sim.poke("a", 9);
    expect(sim.peek("n")).toBe(9n);
  });
});
