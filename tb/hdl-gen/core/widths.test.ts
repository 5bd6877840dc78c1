import { describe, expect, it } from "vitest";
import type { Bits, Builder, Signed } from "#hdl";
import { array, bool, cat, constant, enumeration, HdlError, input, module, mux, output, sint, struct, uint } from "#hdl";

/** The error that building a module with `body` throws, as code and message without the place. */
const errorOf = (
  body: (s: { a: Bits<8>; b: Bits<4>; s: Signed<8>; y: Bits<8> }, h: Builder) => void,
): { code: string; message: string; line: number } => {
  try {
    module("under_test", { a: input(uint(8)), b: input(uint(4)), s: input(sint(8)), y: output(uint(8)) }, (io, h) => {
      body(io, h);
      throw new Error("no error was thrown while the body ran");
    });
  } catch (e) {
    if (e instanceof HdlError) {
      const d = e.diagnostics[0];
      if (d === undefined) throw e;
      expect(d.at.file, "the place is this file").toMatch(/widths\.test\.ts$/);
      return { code: d.code, message: d.message, line: d.at.line };
    }
    throw e;
  }
  throw new Error("unreachable");
};
const wide = (n: number): Bits => constant(n, 0) as Bits;

describe("widths never change silently", () => {
  it.each([
    ["add", (a: Bits) => a.add(wide(9))],
    ["sub", (a: Bits) => a.sub(wide(9))],
    ["and", (a: Bits) => a.and(wide(9))],
    ["xor", (a: Bits) => a.xor(wide(9))],
    ["eq", (a: Bits) => a.eq(wide(9))],
    ["lt", (a: Bits) => a.lt(wide(9))],
    ["addCarry", (a: Bits) => a.addCarry(wide(9))],
  ])("%s of 8 and 9 bits", (name, f) => {
    expect(errorOf(({ a }) => void f(a))).toMatchObject({
      code: "width",
      message: `${name}: a (8 bits) with 9 bits; say .zext(n), .sext(n), .trunc(n) or .slice(hi, lo) on one of them`,
    });
  });
  it("names the line of the user's call", () => {
    const here = Number(/:(\d+):\d+/.exec((new Error().stack ?? "").split("\n")[1] ?? "")?.[1]);
    const e = errorOf(({ a }) => void a.add(wide(9)));
    expect(e.line).toBe(here + 1);
  });
  it("drive", () =>
    expect(errorOf(({ y }) => y.drive(wide(9))).message).toBe(
      "drive: y (8 bits) with 9 bits; say .zext(n), .sext(n), .trunc(n) or .slice(hi, lo) on one of them",
    ));
  it("mux branches", () => expect(errorOf(({ a, b }) => void mux(a.bit(0), a, b as Bits)).message).toBe("mux: a (8 bits) with b (4 bits)"));
  it("trunc upwards", () =>
    expect(errorOf(({ a }) => void a.trunc(9)).message).toBe(".trunc(9) of a, which has 8 bits: use .zext(9) or .sext(9)"));
  it("zext downwards", () => expect(errorOf(({ a }) => void a.zext(7)).message).toBe(".zext(7) of a, which has 8 bits: use .trunc(7)"));
  it("a condition of several bits", () =>
    expect(errorOf(({ a }, h) => h.when(a as Bits, () => {})).message).toBe(
      "when: a condition has one bit, a (8 bits) is wider; say .any(), .all() or .eq(...)",
    ));
  it("signed with unsigned", () =>
    expect(errorOf(({ a, s }) => void s.add(a as never)).message).toBe("add: s is signed and a is not; say .asSigned() or .asUnsigned()"));
  it("unsigned with signed", () =>
    expect(errorOf(({ a, s }) => void a.add(s as never)).message).toBe(
      "add: a is unsigned and s is not; say .asSigned() or .asUnsigned()",
    ));
});

describe("constants that do not fit are errors", () => {
  it.each([
    [256, "256 does not fit 8 bits (0 to 255)"],
    [-1, "-1 does not fit 8 bits (0 to 255)"],
    [1n << 70n, "1180591620717411303424 does not fit 8 bits (0 to 255)"],
    ["0x1ff", "0x1ff does not fit 8 bits (0 to 255)"],
    [0.5, "0.5 is not a whole number below 2^53; write it as a bigint"],
    ["12z", '"12z" is no constant; write "0xff", "0b1010", "12" or "8\'hff"'],
    ["4'd3", "constant 4'd3 has 4 bits where 8 are needed"],
  ])("%s", (c, message) => expect(errorOf(({ a }) => void a.add(c)).message).toBe(message));
  it("signed ranges", () => {
    expect(errorOf(({ s }) => void s.add(128)).message).toBe("128 does not fit 8 signed bits (-128 to 127)");
    expect(errorOf(({ s }) => void s.add(-129)).message).toBe("-129 does not fit 8 signed bits (-128 to 127)");
  });
  it("all the ways to write one", () => {
    const m = module("constants", { y: output(array(uint(8), 6)) }, ({ y }) => {
      y.drive([255, 255n, "255", "0xff", "0b1111_1111", "8'hff"]);
    });
    expect(m.ports[0]?.width).toBe(48);
  });
});

describe("constant indices", () => {
  it("a bit beyond the top", () => expect(errorOf(({ a }) => void a.bit(8)).message).toBe("element 8 of a: it has elements 0 to 7"));
  it("a slice beyond the top", () => expect(errorOf(({ a }) => void a.slice(8, 1)).message).toBe("bits 8 to 1 of a: it has bits 7 to 0"));
  it("a slice the wrong way round", () =>
    expect(errorOf(({ a }) => void a.slice(1, 2)).message).toBe("bits 1 to 2 of a: it has bits 7 to 0"));
});

describe("JavaScript operators on signals", () => {
  const trap =
    "a is hardware, not a JavaScript value: it has no value while the design is built. Write a.lt(b), a.eq(b), a.not(), mux(c, a, b), h.when(c, ...)";
  it("a < b", () => expect(errorOf(({ a, b }) => void ((a as never) < (b as never))).message).toBe(trap));
  it("a + 1", () => expect(errorOf(({ a }) => void ((a as never as number) + 1)).message).toBe(trap));
  it("template text", () => expect(errorOf(({ a }) => void `${a}`).message).toBe(trap));
  it("JSON", () => expect(errorOf(({ a }) => void JSON.stringify({ a })).message).toBe(trap));
});

describe("assigning", () => {
  it("an input", () => expect(errorOf(({ a }) => a.drive(1)).message).toBe("a is an input: the outside drives it"));
  it("a computed value", () =>
    expect(errorOf(({ a }) => a.add(1).drive(1)).message).toBe(
      "drive: a value of 8 bits is a computed value; only registers, nets and outputs can be assigned",
    ));
  it("next of a net", () =>
    expect(errorOf(({ y }) => y.next(1)).message).toBe("y is no register: use .drive(...), which takes effect at once"));
  it("drive of a register", () =>
    expect(errorOf((_, h) => h.registers({ r: bool }).r.drive(1)).message).toBe(
      "r is a register: use .next(...), which takes effect at the clock edge",
    ));
});

describe("types", () => {
  const op = enumeration("op", ["ADD", "SUB", "XOR"]);
  const header = struct({ addr: uint(12), op, flags: struct({ last: bool, error: bool }) }, "header");
  it("a struct packs its first field on top", () => {
    const m = module("packed_header", { x: input(header), y: output(uint(16)) }, ({ x, y }) => y.drive(x.asBits()));
    const s = m.body[0];
    expect(m.ports.map((p) => `${p.name}:${p.width}`)).toEqual(["x_addr:12", "x_op:2", "x_flags_last:1", "x_flags_error:1", "y:16"]);
    expect(s?.kind === "assign" && s.value.kind === "concat" && s.value.parts.map((p) => p.kind === "ref" && p.signal.name)).toEqual([
      "x_addr",
      "x_op",
      "x_flags_last",
      "x_flags_error",
    ]);
  });
  it("unknown and missing fields are named", () => {
    expect(errorOf((_, h) => h.registers({ r: header }).r.next({ addr: 1, op: "ADD", flags: { last: 0 } } as never)).message).toBe(
      'next .flags: field "error" of struct is missing',
    );
    expect(errorOf((_, h) => h.registers({ r: header }).r.next({ addr: 1, op: "ADD", flag: 1 } as never)).message).toBe(
      'next: header has no field "flag"; it has addr, op, flags',
    );
  });
  it("a member that is not one", () =>
    expect(errorOf((_, h) => h.registers({ r: op }).r.next("MUL" as never)).message).toBe(
      'next: op has no member "MUL"; it has ADD, SUB, XOR',
    ));
  it("an enumeration without a zero needs a reset value", () =>
    expect(errorOf((_, h) => h.registers({ r: enumeration("e", { A: 1, B: 2 }) })).message).toBe(
      'r: e has no member of value 0 to reset to; give one with .reset("A")',
    ));
  it("a field may not hide what every value has", () =>
    expect(errorOf(() => void struct({ next: bool })).message).toBe(
      'struct struct: a field cannot be called "next", which every hardware value has',
    ));
  it("bits of the wrong width as a struct", () =>
    expect(errorOf(({ a }) => void a.as(header)).message).toBe("a (8 bits) as header, which has 16 bits"));
});

describe("names", () => {
  it("twice", () =>
    expect(errorOf((_, h) => void [h.registers({ r: bool }), h.registers({ r: bool })]).message).toBe("r is declared twice in under_test"));
  it("no identifier", () =>
    expect(errorOf((_, h) => void h.registers({ "a-b": bool })).message).toBe(
      '"a-b" is no Verilog identifier: letters, digits and _, not starting with a digit',
    ));
});

describe("switch", () => {
  it("not full", () => {
    expect(() =>
      module("sw", { a: input(uint(2)), y: output(bool) }, ({ a, y }, h) => {
        y.drive(0);
        h.switch(a).case([0, 1], () => y.drive(1));
      }),
    ).toThrow("the switch on a does not cover 2, 3; add the cases or .otherwise(() => {})");
  });
  it("a case twice", () =>
    expect(
      errorOf(
        ({ a }, h) =>
          void h
            .switch(a)
            .case(1, () => {})
            .case([2, 1], () => {}),
      ).message,
    ).toBe("case 1 of the switch on a is there twice"));
  it("a case that does not fit", () =>
    expect(errorOf(({ b }, h) => void h.switch(b).case(16, () => {})).message).toBe("16 does not fit 4 bits (0 to 15)"));
});

describe("modules", () => {
  const leaf = (width: number) =>
    module(`leaf_${width}`, { x: input(uint(width)), y: output(uint(width)) }, ({ x, y }) => y.drive(x.not()));
  it("equal parameters give one module", () => {
    expect(leaf(4)).toBe(leaf(4));
    expect(leaf(4)).not.toBe(leaf(5));
  });
  it("a port that is not there", () =>
    expect(errorOf((_, h) => void h.instance("u", leaf(4), { z: 1 } as never)).message).toBe('u: leaf_4 has no port "z"; it has x, y'));
  it("a width that differs at an instance", () =>
    expect(errorOf(({ a }, h) => void h.instance("u", leaf(4), { x: a as Bits })).message).toMatch(
      /^drive: u_x \(4 bits\) with a \(8 bits\)/,
    ));
  it("driving another module's signal", () => {
    expect(() =>
      module("outer", { y: output(bool) }, ({ y }) => {
        module("inner", { z: output(bool) }, ({ z }) => {
          z.drive(0);
          y.drive(1);
        });
      }),
    ).toThrow("y belongs to outer and cannot be driven from inner");
  });
});

describe("memories", () => {
  it("an address of the wrong width", () =>
    expect(errorOf(({ a }, h) => void h.memory("m", uint(8), 16).read(a)).message).toBe(
      "read address of m: a (8 bits), and 16 words have addresses of 4 bits",
    ));
  it("block RAM has no asynchronous read", () =>
    expect(errorOf(({ b }, h) => void h.memory("m", uint(8), 16, { style: "block" }).read(b)).message).toBe(
      "m is a block RAM: it has no asynchronous read; use readSync",
    ));
  it("lanes that do not divide the word", () =>
    expect(errorOf(({ a, b }, h) => void h.memory("m", uint(8), 16).write(b, a, undefined, constant(3, 0) as Bits)).message).toBe(
      "write to m: 3 bits do not divide a word of 8 bits into lanes",
    ));
});

describe("concatenation and slices", () => {
  it("a value cut apart and joined again is itself", () => {
    const m = module("joined", { x: input(uint(8)), y: output(uint(8)) }, ({ x, y }) => y.drive(cat(x.slice(7, 4), x.slice(3, 0))));
    const s = m.body[0];
    expect(s?.kind === "assign" && s.value.kind).toBe("ref");
  });
});
