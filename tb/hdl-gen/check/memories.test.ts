/** Memory ports: what each style can do in one cycle. */
import { describe, expect, test } from "vitest";
import { bool, clock, enumeration, input, module, output, uint } from "#hdl";
import { complaint, marks } from "./complaints.ts";

const at = marks(import.meta.url);
const address = uint(4);
const word = uint(8);
const ports = {
  a: input(address),
  b: input(address),
  c: input(address),
  w: input(word),
  go: input(bool),
  stop: input(bool),
  q: output(word),
};
type Style = "registers" | "distributed" | "block" | "auto";

describe("memory ports", () => {
  const twoWrites = (style: Style) =>
    module("m", { ...ports, c: input(address, { unused: true }) }, ({ a, b, w, go, stop, q }, h) => {
      const cells = h.memory("cells", word, 16, { style });
      cells.write(a, w, go); // @first
      cells.write(b, w.not(), stop); // @second
      q.drive(cells.readSync("word", a));
    });
  test("LUT RAM has one write port", () => {
    expect(complaint(() => twoWrites("distributed"))).toBe(
      `${at("second")}: error: two writes to memory cells may write in the same cycle, and LUT RAM has one write port: make their conditions exclusive, or choose style "registers" or "block" [memory-ports]\n    ${at("first")}: the other write`,
    );
  });
  test("so has one without a style", () => {
    expect(complaint(() => twoWrites("auto"))).toContain('and a memory of style "auto" has one write port');
  });
  test("flip-flops take any number, block RAM two", () => {
    expect(twoWrites("registers").warnings).toEqual([]);
    expect(twoWrites("block").warnings).toEqual([]);
  });
  test("block RAM has two ports in all", () => {
    expect(
      complaint(() =>
        module("m", ports, ({ a, b, c, w, go, stop, q }, h) => {
          const cells = h.memory("cells", word, 16, { style: "block" }); // @memory
          cells.write(a, w, go); // @write
          const x = cells.readSync("x", b, stop); // @x
          const y = cells.readSync("y", c.add(1)); // @y
          q.drive(x.xor(y));
        }),
      ),
    ).toBe(
      `${at("memory")}: error: memory cells is a block RAM, which has 2 ports, and needs 3: 1 for writes and 2 for reads [memory-ports]\n    ${at("write")}: write at a\n    ${at("x")}: read at b\n    ${at("y")}: read at c + 1`,
    );
  });
  test("a read at the address of a write shares its port", () => {
    module("m", { ...ports, c: input(address, { unused: true }) }, ({ a, b, w, go, stop, q }, h) => {
      const cells = h.memory("cells", word, 16, { style: "block" });
      cells.write(a, w, go);
      q.drive(cells.readSync("x", a, stop).xor(cells.readSync("y", b)));
    });
  });
  test("by two clocks", () => {
    const wire = clock("wire");
    expect(
      complaint(() =>
        module("m", { a: input(address), w: input(word), wa: input(address, { clock: wire }), q: output(word) }, ({ a, w, wa, q }, h) => {
          const cells = h.memory("cells", word, 16);
          cells.write(a, w);
          h.clocked(wire, () => cells.write(wa, 0)); // @clocks
          q.drive(cells.read(a));
        }),
      ),
    ).toContain(`${at("clocks")}: error: two writes to memory cells write by two clocks, and`);
  });
});

describe("writes that exclude each other share a port", () => {
  const op = enumeration("op", ["PUT", "CLEAR", "KEEP"]);
  const cases: Record<string, (h: Parameters<Parameters<typeof module>[2]>[1], put: () => void, clear: () => void, io: any) => void> = {
    otherwise: (h, put, clear, { go }) => h.when(go, put).otherwise(clear),
    "a condition and its opposite": (h, put, clear, { go }) => {
      h.when(go, put);
      h.when(go.not(), clear);
    },
    "a conjunction and the opposite of a part": (h, put, clear, { go, stop }) => {
      h.when(go.and(stop.not()), put);
      h.when(stop, clear);
    },
    "two values of one thing": (h, put, clear, { what }) => {
      h.when(what.is("PUT"), put);
      h.when(what.is("CLEAR"), clear);
    },
    "cases of a switch": (h, put, clear, { what }) => {
      h.switch(what as any)
        .case("PUT", put)
        .case("CLEAR", clear)
        .otherwise(() => {});
    },
    "named conditions": (h, put, clear, { go, stop }) => {
      const { both } = h.nets({ both: go.and(stop) });
      h.when(both, put);
      h.when(stop.not(), clear);
    },
  };
  const build = (body: (typeof cases)[string]) =>
    module(
      "m",
      {
        a: input(address),
        b: input(address),
        w: input(word),
        go: input(bool, { unused: true }),
        stop: input(bool, { unused: true }),
        what: input(op, { unused: true }),
        q: output(word),
      },
      (io, h) => {
        const cells = h.memory("cells", word, 16, { style: "distributed" });
        body(
          h,
          () => cells.write(io.a, io.w),
          () => cells.write(io.b, 0),
          io,
        );
        io.q.drive(cells.read(io.a));
      },
    );
  for (const [name, body] of Object.entries(cases))
    test(name, () => {
      expect(build(body).warnings).toEqual([]);
    });
  test("and others do not", () => {
    expect(() =>
      build((h, put, clear, { go, stop }) => {
        h.when(go, put);
        h.when(stop.not(), clear);
      }),
    ).toThrow("may write in the same cycle");
    expect(() =>
      build((h, put, clear, { what, go }) => {
        h.when(what.is("PUT"), put);
        h.when(what.is("PUT").or(go), clear);
      }),
    ).toThrow("may write in the same cycle");
  });
});
