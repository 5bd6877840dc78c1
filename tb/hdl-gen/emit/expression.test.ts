/** How expressions are printed: parentheses, constants, selections, and what is not printed at all. */
import { describe, expect, test } from "vitest";
import { binary, concat, extend, literal, mux, repeat, slice, unary } from "#hdl/core/expr.ts";
import type { EnumInfo, Expr } from "#hdl/core/ir.ts";
import { combinational, linesWith, printed } from "./ir.ts";

const words = { a: 8, b: 8, c: 8 };
const bits = { p: 1, q: 1, r: 1 };
const lit = (value: bigint | number, width: number): Expr => literal(BigInt(value), width);

describe("parentheses", () => {
  test("only where the order of operators needs them", () => {
    expect(printed(words, ({ a, b, c }) => binary("add", binary("add", a, b), c))).toBe("a + b + c");
    expect(printed(words, ({ a, b, c }) => binary("add", a, binary("add", b, c)))).toBe("a + b + c");
    expect(printed(words, ({ a, b, c }) => binary("sub", a, binary("sub", b, c)))).toBe("a - (b - c)");
    expect(printed(words, ({ a, b, c }) => binary("sub", binary("sub", a, b), c))).toBe("a - b - c");
    expect(printed(words, ({ a, b, c }) => binary("eq", binary("add", a, b), c))).toBe("a + b == c");
    expect(printed(bits, ({ p, q, r }) => binary("or", binary("and", p, q), r))).toBe("p && q || r");
    expect(printed(bits, ({ p, q, r }) => binary("and", binary("or", p, q), r))).toBe("(p || q) && r");
  });
  test("and where a reader would stop", () => {
    expect(printed(words, ({ a, b, c }) => binary("and", a, binary("xor", b, c)))).toBe("a & (b ^ c)");
    expect(printed(words, ({ a, b, c }) => binary("shl", binary("add", a, b), c))).toBe("(a + b) << c");
    expect(printed(words, ({ a, b, c }) => binary("eq", binary("lt", a, b), binary("lt", b, c)))).toBe("(a < b) == (b < c)");
    expect(printed({ ...words, p: 1 }, ({ a, b, p }) => binary("and", p, unary("any", binary("and", a, b))))).toBe("p && (|(a & b))");
    expect(printed({ ...bits, a: 2 }, ({ p, q, r }) => binary("and", p, binary("xor", q, r)))).toBe("p && (q ^ r)");
  });
  test("choices read as a list", () => {
    expect(printed({ ...words, ...bits }, ({ a, b, c, p, q }) => mux(p, a, mux(q, b, c)))).toBe("p ? a : q ? b : c");
    expect(printed({ ...words, ...bits }, ({ a, b, c, p, q }) => mux(p, mux(q, a, b), c))).toBe("p ? (q ? a : b) : c");
    expect(printed({ ...words, ...bits }, ({ a, b, c }) => mux(binary("eq", a, b), a, c))).toBe("(a == b) ? a : c");
  });
});

describe("one bit", () => {
  test("has logical operators", () => {
    expect(printed(bits, ({ p, q }) => binary("and", p, unary("not", q)))).toBe("p && !q");
    expect(printed(bits, ({ p, q }) => binary("xor", p, q))).toBe("p ^ q");
    expect(printed(bits, ({ p, q }) => binary("ne", p, q))).toBe("p != q");
  });
  test("is not compared with a constant", () => {
    expect(printed(bits, ({ p }) => binary("eq", p, lit(1, 1)))).toBe("p");
    expect(printed(bits, ({ p }) => binary("eq", p, lit(0, 1)))).toBe("!p");
    expect(printed(bits, ({ p }) => binary("ne", lit(1, 1), p))).toBe("!p");
  });
  test("a comparison that is inverted is the other comparison", () => {
    expect(printed(words, ({ a, b }) => unary("not", binary("eq", a, b)))).toBe("a != b");
    expect(printed(words, ({ a, b }) => unary("not", binary("lt", a, b)))).toBe("a >= b");
    expect(printed(words, ({ a, b }) => unary("not", binary("sle", a, b)))).toBe("$signed(a) > $signed(b)");
  });
});

describe("constants", () => {
  const value = (n: bigint, width: number, radix?: "hex" | "bin"): string =>
    printed({ a: width }, ({ a }) => binary("xor", a, { kind: "literal", value: n, width, ...(radix ? { radix } : {}) })).replace(
      "a ^ ",
      "",
    );
  test("are sized, in the radix that the user wrote", () => {
    expect(value(200n, 8)).toBe("8'd200");
    expect(value(200n, 8, "hex")).toBe("8'hc8");
    expect(value(5n, 4, "bin")).toBe("4'b0101");
    expect(value(0x0123_4567_89ab_cdefn, 64, "hex")).toBe("64'h0123_4567_89ab_cdef");
  });
  test("are hexadecimal where decimal could not be read", () => {
    expect(value(2n ** 31n, 40)).toBe("40'h00_8000_0000");
    expect(value(2n ** 31n - 1n, 40)).toBe("40'd2147483647");
    expect(printed({ a: 64 }, ({ a }) => binary("eq", a, lit(2n ** 64n - 1n, 64)))).toBe("a == {64{1'b1}}");
  });
  test("have a sign in signed comparisons", () => {
    expect(printed(words, ({ a }) => binary("slt", a, lit(5, 8)))).toBe("$signed(a) < 8'sd5");
    expect(printed(words, ({ a }) => binary("slt", a, lit(251, 8)))).toBe("$signed(a) < -8'sd5");
    expect(printed(words, ({ a }) => binary("sgt", a, lit(128, 8)))).toBe("$signed(a) > $signed(8'd128)");
  });
  test("of an enumeration are named", () => {
    const info: EnumInfo = {
      name: "busState",
      width: 2,
      members: [
        { name: "IDLE", value: 0n },
        { name: "busy", value: 1n },
      ],
    };
    const m = combinational("named", { a: 2 }, ({ a }) => ({
      y: binary("eq", a, { kind: "literal", value: 1n, width: 2, enumeration: info }),
    }));
    expect(linesWith(m, "BUS_STATE_BUSY")).toEqual(["localparam [1:0] BUS_STATE_BUSY = 2'd1;", "assign y = a == BUS_STATE_BUSY;"]);
  });
});

describe("what generic code leaves", () => {
  test("constants fold, and operands that change nothing go", () => {
    expect(printed(bits, ({ p }) => binary("and", p, lit(1, 1)))).toBe("p");
    expect(printed(bits, ({ p }) => binary("or", binary("eq", lit(3, 4), lit(3, 4)), p))).toBe("1'b1");
    expect(printed(words, ({ a }) => binary("add", a, lit(0, 8)))).toBe("a");
    expect(printed(words, ({ a, b }) => mux(lit(1, 1), a, b))).toBe("a");
    expect(printed({ a: 8, p: 1 }, ({ p }) => mux(p, lit(0, 1), lit(1, 1)))).toBe("!p");
    expect(printed(words, ({ a }) => unary("any", concat([lit(0, 4), slice(a, 3, 0), lit(0, 1)])))).toBe("|a[3:0]");
    expect(printed(words, ({ a }) => binary("div", a, lit(1, 8)))).toBe("a");
  });
  test("comparisons that linters call constant", () => {
    expect(printed(words, ({ a }) => binary("ge", a, lit(0, 8)))).toBe("1'b1");
    expect(printed(words, ({ a }) => binary("gt", a, lit(255, 8)))).toBe("1'b0");
    expect(printed(words, ({ a }) => binary("sle", a, lit(127, 8)))).toBe("1'b1");
    expect(printed(words, ({ a, b }) => binary("lt", binary("and", a, b), binary("and", a, b)))).toBe("1'b0");
  });
});

describe("widths", () => {
  test("grow by what stands in front", () => {
    expect(printed(words, ({ a, b }) => binary("add", extend("zext", a, 9), extend("zext", b, 9)))).toBe("{1'b0, a} + {1'b0, b}");
    expect(printed(words, ({ a }) => extend("sext", a, 12))).toBe("{{4{a[7]}}, a}");
    expect(printed(words, ({ a, b }) => concat([extend("zext", a, 10), b]))).toBe("{2'd0, a, b}");
    expect(printed(bits, ({ p }) => extend("sext", p, 4))).toBe("{4{p}}");
    expect(printed(words, ({ a, b }) => binary("mul", a, b))).toBe("{8'd0, a} * {8'd0, b}");
    expect(printed(words, ({ a, b }) => binary("smul", a, b))).toBe("{{8{a[7]}}, a} * {{8{b[7]}}, b}");
  });
  test("shrink without a wire where the operands can be cut", () => {
    expect(printed(words, ({ a, b }) => slice(binary("add", extend("zext", a, 9), extend("zext", b, 9)), 7, 0))).toBe("a + b");
    expect(printed(words, ({ a, b }) => slice(binary("mul", a, b), 7, 0))).toBe("a * b");
    expect(printed(words, ({ a, b }) => slice(binary("xor", a, b), 5, 2))).toBe("a[5:2] ^ b[5:2]");
    expect(printed({ ...words, p: 1 }, ({ a, b, p }) => slice(mux(p, a, b), 3, 3))).toBe("p ? a[3] : b[3]");
    expect(printed(words, ({ a, b }) => slice(concat([a, b]), 11, 4))).toBe("{a[3:0], b[7:4]}");
    expect(printed(words, ({ a }) => slice(extend("sext", a, 16), 11, 4))).toBe("{{4{a[7]}}, a[7:4]}");
  });
  test("and with one where they cannot", () => {
    const m = combinational("cut", words, ({ a, b }) => ({ y: slice(binary("add", a, b), 7, 4) }));
    expect(linesWith(m, "a_plus_b")).toEqual([
      "wire [7:0] a_plus_b = a + b;",
      "assign y = a_plus_b[7:4];",
      "wire unused_ok = &{1'b0, c, a_plus_b[3:0]};",
    ]);
  });
});

describe("signs", () => {
  test("last as long as nothing else could take them away", () => {
    expect(printed(words, ({ a, b }) => binary("sra", a, b))).toBe("$signed(a) >>> b");
    expect(printed(words, ({ a, b, c }) => binary("add", binary("sra", a, b), c))).toBe("$unsigned($signed(a) >>> b) + c");
    expect(printed({ ...words, p: 1 }, ({ a, b, c, p }) => mux(p, binary("sra", a, b), c))).toBe("p ? $unsigned($signed(a) >>> b) : c");
    expect(printed(words, ({ a, b, c }) => concat([binary("sra", a, b), c]))).toBe("{$signed(a) >>> b, c}");
  });
  test("never reach a number of an element, where they would make it negative", () => {
    const m = combinational("chosen", { a: 8, n: 3 }, ({ a, n }) => ({
      y: { kind: "index", of: a, index: binary("sra", n, literal(1, 2)), width: 1 },
    }));
    expect(linesWith(m, "y")).toEqual(["assign y = a[$unsigned($signed(n) >>> 2'd1)];"]);
  });
});

describe("elements", () => {
  const element = (total: number, width: number, index: number): string =>
    printed({ x: total, i: index }, ({ x, i }) => ({ kind: "index", of: x, index: i, width }));
  test("have a bit number exactly as wide as the whole needs", () => {
    expect(element(64, 8, 3)).toBe("x[{i, 3'd0} +: 8]");
    expect(element(24, 8, 2)).toBe("x[{i, 3'd0} +: 8]");
    expect(element(64, 8, 2)).toBe("x[{1'b0, i, 3'd0} +: 8]");
    expect(element(64, 8, 5)).toBe("x[{i[2:0], 3'd0} +: 8]");
    expect(element(48, 12, 2)).toBe("x[{4'd0, i} * 6'd12 +: 12]");
    expect(element(8, 1, 3)).toBe("x[i]");
  });
  test("of constant number are bits", () => {
    expect(printed({ x: 64 }, ({ x }) => ({ kind: "index", of: x, index: lit(2, 3), width: 8 }))).toBe("x[23:16]");
  });
  test("of a computed value need a name for it", () => {
    const m = combinational("computed", { ...words, i: 3 }, ({ a, b, i }) => ({
      y: { kind: "index", of: binary("xor", a, b), index: i, width: 1 },
    }));
    expect(linesWith(m, "a_xor_b")).toEqual(["wire [7:0] a_xor_b = a ^ b;", "assign y = a_xor_b[i];"]);
  });
});

describe("shifts", () => {
  test("by more than 31 bits of amount, which Verilator refuses or Yosys reads as signed", () => {
    expect(printed({ a: 8, n: 40 }, ({ a, n }) => binary("shl", a, n))).toBe("a << (n[3:0] | {4{|n[39:4]}})");
    expect(printed({ a: 8, n: 32 }, ({ a, n }) => binary("shl", a, n))).toBe("a << (n[3:0] | {4{|n[31:4]}})");
    expect(printed({ a: 8, n: 31 }, ({ a, n }) => binary("shl", a, n))).toBe("a << n");
  });
  test("by a constant that leaves nothing are zeros, those that copy the sign stay", () => {
    expect(printed(words, ({ a }) => binary("shl", a, lit(8, 4)))).toBe("8'd0");
    expect(printed(words, ({ a }) => binary("shr", a, lit(9, 4)))).toBe("8'd0");
    expect(printed(words, ({ a }) => binary("shl", a, lit(7, 4)))).toBe("a << 4'd7");
    expect(printed(words, ({ a }) => binary("sra", a, lit(8, 4)))).toBe("$signed(a) >>> 4'd8");
  });
});

describe("replication", () => {
  test("stands in its own braces, and in a concatenation without more", () => {
    expect(printed(words, ({ a }) => repeat(a, 3))).toBe("{3{a}}");
    expect(printed(words, ({ a, b }) => concat([repeat(slice(a, 1, 0), 2), b]))).toBe("{{2{a[1:0]}}, b}");
  });
});
