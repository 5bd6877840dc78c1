/** Names that the emitter gives, and what it prints around modules, instances and memories. */
import { describe, expect, test } from "vitest";
import { bool, clock, enumeration, external, hinted, input, module, output, stream, uint } from "#hdl";
import type { Module } from "#hdl/core/ir.ts";
import { verilog } from "#hdl/emit/index.ts";
import { MemberNames, Names, slug } from "#hdl/emit/names.ts";

const text = (m: Module): string => verilog(m, { sources: false });
const lines = (m: Module, part: string): readonly string[] =>
  text(m)
    .split("\n")
    .map((l) => l.trim())
    .filter((l) => l.includes(part));

describe("values with a wish for a name", () => {
  test("are printed in place when used once, and as a wire of that name when used more", () => {
    const once = module("once", { x: input(stream(uint(4))), y: output(bool) }, ({ x, y }) => {
      x.ready.drive(1);
      y.drive(x.fire);
    });
    expect(lines(once, "x_fire")).toEqual([]);
    const twice = module("twice", { x: input(stream(uint(4))), y: output(bool), z: output(uint(4)) }, ({ x, y, z }, h) => {
      const { count } = h.registers({ count: uint(4) });
      h.when(x.fire, () => count.next(count.add(1)));
      x.ready.drive(count.ne(9));
      y.drive(x.fire);
      z.drive(count);
    });
    expect(lines(twice, "x_fire")).toEqual(["wire x_fire = x_valid && x_ready;", "if (x_fire)", "assign y = x_fire;"]);
  });
  test("give way to the user's names", () => {
    const m = module("taken", { a: input(bool), b: input(bool), both: output(bool), y: output(bool), z: output(bool) }, (io) => {
      const value = hinted(io.a.and(io.b), "both");
      io.both.drive(0);
      io.y.drive(value.not());
      io.z.drive(value.xor(io.a));
    });
    expect(lines(m, "both_2")).toEqual(["wire both_2 = a && b;", "assign y = !both_2;", "assign z = both_2 ^ a;"]);
  });
  test("take the name of a net that the user gave them", () => {
    const m = module("given", { a: input(bool), b: input(bool), y: output(bool), z: output(bool) }, (io, h) => {
      const value = hinted(io.a.and(io.b), "hint");
      const { mine } = h.nets({ mine: value });
      io.y.drive(mine.not());
      io.z.drive(value.xor(io.a));
    });
    expect(text(m)).not.toContain("hint");
    expect(lines(m, "mine")).toEqual(["wire mine = a && b;", "assign y = !mine;", "assign z = mine ^ a;"]);
  });
  test("without a wish, a large value that is used twice is named after what it serves", () => {
    const m = module("sizeable", { a: input(uint(8)), b: input(uint(8)), y: output(uint(8)), z: output(uint(8)) }, ({ a, b, y, z }) => {
      const value = a
        .add(b)
        .xor(a.sub(b))
        .and(b.shl(a.trunc(2)))
        .or(a.neg())
        .add(b.not());
      y.drive(value);
      z.drive(value.not());
    });
    expect(lines(m, "y_sum")).toHaveLength(3);
  });
});

describe("enumerations", () => {
  test("of one name in a module have prefixes that differ", () => {
    const first = enumeration("state", ["IDLE", "RUN"]);
    const second = enumeration("state", ["IDLE", "STOP"]);
    const m = module("two_states", { a: input(first), b: input(second), y: output(bool) }, ({ a, b, y }) =>
      y.drive(a.is("IDLE").and(b.is("STOP"))),
    );
    expect(lines(m, "localparam")).toEqual(
      ["localparam STATE_IDLE = 1'd0;", "localparam STATE2_STOP = 1'd1;"].map((l) => l.replace("1'd", "1'b")),
    );
  });
  test("give way to signals", () => {
    const kind = enumeration("kind", ["A", "B"]);
    const m = module("capital", { KIND_A: input(bool), k: input(kind), y: output(bool) }, (io) => io.y.drive(io.k.is("A").and(io.KIND_A)));
    expect(lines(m, "localparam")).toEqual(["localparam KIND2_A = 1'b0;"]);
  });
  test("are told only as far as something mentions them", () => {
    const names = new Names(module("empty", {}, () => {}));
    const members = new MemberNames(names);
    const info = {
      name: "linkState",
      width: 2,
      members: [
        { name: "down", value: 0n },
        { name: "up", value: 2n },
      ],
    };
    expect(members.of(info, 2n)).toBe("LINK_STATE_UP");
    expect(members.of(info, 1n)).toBeNull();
    expect(members.used()).toEqual([{ info, members: [{ name: "LINK_STATE_UP", value: 2n }] }]);
  });
});

test("no name of the emitter is a word of a language", () => {
  const names = new Names(module("without_words", {}, () => {}));
  expect(names.claim("table")).toBe("table_2");
  expect(names.claim("unique")).toBe("unique_2");
  expect(names.claim("operator")).toBe("operator_2");
  expect(names.claim("count")).toBe("count");
});

test("the name of a property becomes an identifier", () => {
  expect(slug("never full, nor empty!")).toBe("never_full_nor_empty");
  expect(slug("2 beats in a row")).toBe("p_2_beats_in_a_row");
  expect(slug("p12 holds")).toBe("p12_holds");
  expect(slug("a very long name of a property that nobody wants to see in full")).toBe("a_very_long_name_of_a_property_that_nobody_wants");
});

describe("instances", () => {
  const child = module("child", { a: input(uint(8)), go: input(bool), y: output(uint(8)), spare: output(bool) }, (io, h) => {
    const { r } = h.registers({ r: uint(8) });
    h.when(io.go, () => r.next(io.a));
    io.y.drive(r);
    io.spare.drive(r.any());
  });
  test("are connected to what drives them, and to what they drive", () => {
    const m = module("parent", { a: input(uint(8)), b: input(uint(8)), y: output(uint(8)) }, ({ a, b, y }, h) => {
      const c = h.instance("c", child, { a: a.xor(b), go: 1 });
      y.drive(c.y);
    });
    expect(text(m)).toContain(
      [
        "  child c (",
        "    .clk(clk),",
        "    .rst(rst),",
        "    .a(a ^ b),",
        "    .go(1'b1),",
        "    .y(y),",
        "    .spare(unused_c_spare)",
        "  );",
      ].join("\n"),
    );
    expect(lines(m, "wire ")).toContain("wire unused_c_spare;");
  });
  test("have a wire where an expression is long, or its value is read again", () => {
    const m = module("parent2", { a: input(uint(8)), b: input(uint(8)), y: output(uint(8)), z: output(bool) }, ({ a, b, y, z }, h) => {
      const c = h.instance("c", child);
      const d = h.instance("d", child, { a: c.y, go: 0 });
      c.a.drive(a.xor(b).add(a.and(b)).sub(b.not()));
      c.go.drive(a.eq(b));
      y.drive(d.y);
      z.drive(c.go.not().and(c.spare).and(d.spare));
    });
    expect(text(m)).toContain(".a(c_a)");
    expect(text(m)).toContain(".go(c_go)");
    expect(text(m)).toContain("assign c_go = a == b;");
    expect(text(m)).toContain("assign z = !c_go && c_spare && d_spare;");
  });
  test("of other people's Verilog have parameters", () => {
    const pll = external("pll", { reference: input(bool), locked: output(bool) });
    const m = module("clocks", { reference: input(bool), locked: output(bool) }, (io, h) => {
      const p = h.instance(
        "p",
        pll,
        { reference: io.reference },
        { parameters: { NAME: 'a "b"', MULTIPLY: 12, LONG: 2n ** 40n, BELOW: -3 } },
      );
      io.locked.drive(p.locked);
    });
    expect(text(m)).toContain(
      'pll #(\n    .NAME("a \\"b\\""),\n    .MULTIPLY(12),\n    .LONG(42\'h100_0000_0000),\n    .BELOW(-3)\n  ) p (',
    );
  });
});

describe("memories", () => {
  const memory = (name: string, body: Parameters<typeof module>[2]): Module =>
    module(name, { i: input(uint(2)), d: input(uint(8)), e: input(uint(2)), y: output(uint(8)) }, body as never);
  test("with two lanes are written lane by lane", () => {
    const m = memory("two_lanes", (io: any, h) => {
      const w = h.memory("w", uint(8), 4);
      w.write(io.i, io.d, undefined, io.e);
      io.y.drive(w.read(io.i));
    });
    expect(lines(m, "e[")).toEqual(["if (e[0])", "if (e[1])"]);
    expect(lines(m, "<=")).toEqual(["w[i][3:0] <= d[3:0];", "w[i][7:4] <= d[7:4];"]);
  });
  test("have an address that cannot wrap, because Icarus computes it in more bits", () => {
    const m = memory("wraps", (io: any, h) => {
      const w = h.memory("w", uint(8), 4);
      w.write(io.i.sub(1), io.d);
      io.y.drive(w.read(io.i.add(io.e)));
    });
    expect(lines(m, "_address")).toEqual([
      "wire [1:0] w_address = i - 2'd1;",
      "wire [1:0] w_address_2 = i + e;",
      "w[w_address] <= d;",
      "assign y = w[w_address_2];",
    ]);
  });
  test("are read outside of always @*, because Icarus would wait for every word", () => {
    const m = memory("outside", (io: any, h) => {
      const w = h.memory("w", uint(8), 4);
      w.write(io.i, io.d);
      io.y.drive(0);
      h.when(io.e.bit(0), () => io.y.drive(w.read(io.i)));
    });
    expect(lines(m, "w_word")).toEqual(["wire [7:0] w_word = w[i];", "y = w_word;"]);
  });
  test("written at two clocks say so to Verilator", () => {
    const other = clock("other");
    const there = { clock: other };
    const m = module(
      "two_writers",
      { i: input(uint(2)), d: input(uint(8)), j: input(uint(2), there), e: input(uint(8), there), y: output(uint(8), there) },
      (io, h) => {
        const w = h.memory("w", uint(8), 4, { style: "block" });
        w.write(io.i, io.d);
        h.clocked(other, () => {
          w.write(io.j, io.e);
          const { meta, ready } = h.registers({ meta: bool, ready: bool }, { synchroniser: true, unused: true });
          meta.next(1);
          ready.next(meta);
          io.y.drive(w.readSync("word", io.j));
        });
      },
    );
    expect(text(m)).toContain(
      '  /* verilator lint_off MULTIDRIVEN */\n  (* ram_style = "block" *)\n  reg [7:0] w [0:3];\n  /* verilator lint_on MULTIDRIVEN */\n',
    );
  });
});

describe("comments", () => {
  test("that a tool would take for a directive are quoted", () => {
    /** verilator lint_off WIDTH
     * and more */
    const m = module("directive", { y: output(bool) }, ({ y }) => y.drive(0));
    expect(text(m).split("\n").slice(0, 2)).toEqual(['// "verilator lint_off WIDTH"', "// and more"]);
  });
  test("name the file and line of each statement, once", () => {
    const m = module("places", { a: input(bool), x: output(bool), y: output(bool) }, ({ a, x, y }) => {
      x.drive(a);
      y.drive(a.not());
    });
    const numbers = [...verilog(m).matchAll(/^(.*) \/\/ names\.test\.ts:(\d+)$/gm)].map((f) => [f[1]?.trim(), Number(f[2])] as const);
    const first = numbers[0]?.[1] ?? 0;
    expect(numbers.map(([l, n]) => [l, n - first])).toEqual([
      ["module places (", 0],
      ["assign x = a;", 1],
      ["assign y = !a;", 2],
    ]);
  });
});
