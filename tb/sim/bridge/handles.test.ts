/** Typed handles: every type a port can have, written and read back through a register. */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from "vitest";
import { build, type Dut } from "#sim/bridge/build.ts";
import { colour, mirror, pixel } from "../designs.ts";

type Mirror = Dut<typeof mirror.shape>;
let dut: Mirror;
beforeAll(async () => {
  dut = await build(mirror, { seed: 1 });
});
afterAll(() => dut.sim.close());

const bits = (width: number) => fc.bigInt({ min: 0n, max: (1n << BigInt(width)) - 1n });
const signed = (width: number) => fc.bigInt({ min: -(1n << BigInt(width - 1)), max: (1n << BigInt(width - 1)) - 1n });

describe("handles", () => {
  it("carry every bit of every width", () => {
    fc.assert(
      fc.property(bits(8), bits(32), bits(48), bits(64), bits(200), signed(20), signed(70), (a, b, c, d, e, s, w) => {
        dut.a.value = a;
        dut.b.value = Number(b);
        dut.c.value = Number(c);
        dut.d.value = d;
        dut.e.value = e;
        dut.s.value = Number(s);
        dut.wide_s.value = w;
        dut.sim.step(2);
        expect(dut.a_out.value).toBe(Number(a));
        expect(dut.b_out.value).toBe(Number(b));
        expect(dut.c_out.value).toBe(Number(c));
        expect(dut.d_out.value).toBe(d);
        expect(dut.e_out.value).toBe(e);
        expect(dut.s_out.value).toBe(Number(s));
        expect(dut.wide_s_out.value).toBe(w);
        expect([dut.b_out.big, dut.s_out.big]).toEqual([b, s]);
      }),
    );
  });

  it("have numbers up to 53 bits and bigints above, in the type too", () => {
    expectTypeOf(dut.a_out.value).toEqualTypeOf<number>();
    expectTypeOf(dut.c_out.value).toEqualTypeOf<number>();
    expectTypeOf(dut.d_out.value).toEqualTypeOf<bigint>();
    expectTypeOf(dut.pixel_out.shade.value).toEqualTypeOf<"RED" | "GREEN" | "BLUE">();
    expectTypeOf(dut.pixel_out.value.level).toEqualTypeOf<number>();
    dut.e.value = 2n ** 60n;
    dut.d.value = 77n;
    dut.sim.step(2);
    expect(dut.d_out.number).toBe(77);
    expect(() => dut.e_out.number).toThrow("e_out: 1152921504606846976 is no exact number; use .big");
  });

  it("name the members of enumerations", () => {
    dut.shade.value = "BLUE";
    dut.sim.step(2);
    expect(dut.shade_out.value).toBe("BLUE");
    expect(dut.shade_out.number).toBe(2);
    expect(() => {
      dut.shade.value = "PINK" as "RED";
    }).toThrow("shade = PINK: colour has RED, GREEN, BLUE");
    dut.shade.big = 3n;
    dut.sim.step(2);
    expect(() => dut.shade_out.value).toThrow("shade_out is 3, which is no member of colour");
    dut.shade.value = "RED";
  });

  it("have structs as objects, field by field or whole", () => {
    const value = { shade: "GREEN", level: -5, flags: [1, 0, 1, 1], key: 2n ** 99n + 3n } as const;
    dut.pixel.value = value;
    dut.sim.step(2);
    expect(dut.pixel_out.value).toEqual(value);
    dut.pixel.level.value = 2047;
    dut.pixel.flags.at(1).value = true;
    dut.sim.step(2);
    expect(dut.pixel_out.level.value).toBe(2047);
    expect(dut.pixel_out.flags.value).toEqual([1, 1, 1, 1]);
    expect(() => {
      dut.pixel.value = { shade: "RED" } as unknown as typeof value;
    }).toThrow("field level is missing");
    expect(() => {
      dut.pixel.value = { ...value, colour: 1 } as typeof value;
    }).toThrow("there is no field colour; there are shade, level, flags, key");
  });

  it("have arrays by element, whatever the element's width", () => {
    dut.words.value = [1, 2, 3, 0xffff_ffff, 5];
    dut.words.at(1).value = 20;
    dut.list.at(2).key.value = 2n ** 100n - 1n;
    dut.list.at(1).value = { shade: "BLUE", level: -2048, flags: [0, 0, 0, 1], key: 9n };
    dut.sim.step(2);
    expect(dut.words_out.value).toEqual([1, 20, 3, 0xffff_ffff, 5]);
    expect([...dut.words_out].map((word) => word.number)).toEqual([1, 20, 3, 0xffff_ffff, 5]);
    expect(dut.list_out.at(1).value).toEqual({ shade: "BLUE", level: -2048, flags: [0, 0, 0, 1], key: 9n });
    expect(dut.list_out.at(2).key.value).toBe(2n ** 100n - 1n);
    expect(dut.list_out.at(0).value).toEqual({ shade: "RED", level: 0, flags: [0, 0, 0, 0], key: 0n });
    expect(dut.list_out.at(2).key.name).toBe("list_out_key[299:200]");
    expect(() => dut.words.at(5)).toThrow("element 5: there are elements 0 to 4");
    expect(() => {
      dut.words.value = [1];
    }).toThrow("1 values for an array of 5");
  });

  it("refuse what does not fit, and say what would", () => {
    const write = (body: () => void) => expect(body);
    write(() => {
      dut.a.value = 256;
    }).toThrow("a = 256: 8 bits hold 0 to 255");
    write(() => {
      dut.a.value = -1;
    }).toThrow("a = -1: 8 bits hold 0 to 255");
    write(() => {
      dut.a.value = 1.5;
    }).toThrow("a = 1.5: not a whole number");
    write(() => {
      dut.a.value = "5" as unknown as number;
    }).toThrow("a = 5: a whole number is needed");
    write(() => {
      dut.s.value = 2 ** 19;
    }).toThrow("s = 524288: 20 bits hold -524288 to 524287");
    write(() => {
      dut.e.value = 1n << 200n;
    }).toThrow(/^e = 16069\d+: 200 bits hold 0 to \d+$/);
    write(() => {
      dut.a_out.value = 1;
    }).toThrow("a_out is an output of the design and cannot be written");
    write(() => {
      dut.clk.value = 1;
    }).toThrow("clk is a clock: it runs on its own");
  });

  it("give wide pins by words of 32 bits", () => {
    for (let i = 0; i < 6; i++) dut.e.setWord(i, 0x1111_1111 * (i + 1));
    dut.e.setWord(6, 0xff);
    dut.sim.step(2);
    expect(dut.e_out.value).toBe(0xff_66666666_55555555_44444444_33333333_22222222_11111111n);
    expect([dut.e_out.word(1), dut.e_out.word(6), dut.a_out.word(0)]).toEqual([0x2222_2222, 0xff, dut.a_out.value]);
    expect(() => dut.e.setWord(6, 0x100)).toThrow("e: word 6 = 256: it holds 0 to 255");
    expect(() => dut.e.setWord(7, 0)).toThrow("e: word 7: it has words 0 to 6");
    expect(() => dut.e_out.setWord(0, 0)).toThrow("e_out is an output of the design and cannot be written");
    expect(() => dut.words.at(1).word(0)).toThrow("words[63:32]: only a whole pin has words");
  });

  it("show what was written before it took effect", () => {
    dut.a.value = 1;
    dut.sim.step();
    dut.a.value = 2;
    expect([dut.a.value, dut.a.written]).toEqual([1, 2n]);
    dut.sim.step();
    expect(dut.a.value).toBe(2);
  });

  it("are the same types that the module was declared with", () => {
    expect(colour.width).toBe(2);
    expect(pixel.width).toBe(2 + 12 + 4 + 100);
    expect(Object.keys(dut)).toEqual(["clk", "rst", ...Object.keys(mirror.shape), "sim"]);
  });
});
