/** Combinational loops: named signal by signal; per bit; through instances; and what only looks like one. */
import { describe, expect, test } from "vitest";
import { array, bool, cat, input, module, mux, output, stream, uint } from "#hdl";
import { complaint, marks } from "./complaints.ts";

const at = marks(import.meta.url);

describe("loops", () => {
  test("two nets", () => {
    expect(
      complaint(() =>
        module("m", { x: input(bool), q: output(bool) }, ({ x, q }, h) => {
          const { a, b } = h.wires({ a: bool, b: bool });
          a.drive(b.and(x)); // @a
          b.drive(a.not()); // @b
          q.drive(b);
        }),
      ),
    ).toBe(
      `${at("b")}: error: combinational loop: a -> b -> a [comb-loop]\n    ${at("b")}: a drives b here\n    ${at("a")}: b drives a here`,
    );
  });
  test("a net by itself", () => {
    expect(
      complaint(() =>
        module("m", { q: output(uint(4)) }, ({ q }, h) => {
          const { a } = h.wires({ a: uint(4) });
          a.drive(a.add(1)); // @self
          q.drive(a);
        }),
      ),
    ).toBe(`${at("self")}: error: combinational loop: a -> a [comb-loop]\n    ${at("self")}: a drives a here`);
  });
  test("through a condition", () => {
    expect(
      complaint(() =>
        module("m", { q: output(bool) }, ({ q }, h) => {
          const { a } = h.wires({ a: bool });
          a.drive(0);
          h.when(a.not(), () => a.drive(1)); // @condition
          q.drive(a);
        }),
      ),
    ).toContain(`${at("condition")}: error: combinational loop: a -> a [comb-loop]`);
  });
  test("bits, where the signal is driven in bits", () => {
    expect(
      complaint(() =>
        module("m", { x: input(bool), q: output(uint(3)) }, ({ x, q }, h) => {
          const { a } = h.wires({ a: uint(3) });
          a.bit(0).drive(a.bit(2)); // @bit0
          a.bit(1).drive(x);
          a.bit(2).drive(a.bit(1).xor(a.bit(0))); // @bit2
          q.drive(a);
        }),
      ),
    ).toBe(
      `${at("bit2")}: error: combinational loop: a[0] -> a[2] -> a[0] [comb-loop]\n    ${at("bit2")}: a[0] drives a[2] here\n    ${at("bit0")}: a[2] drives a[0] here`,
    );
  });
  test("carries go upwards only", () => {
    // Bit 1 of a sum depends on bit 0, so feeding bit 1 back to bit 0 is a loop; feeding bit 0 to bit 1 is none.
    expect(
      complaint(() =>
        module("m", { q: output(uint(2)) }, ({ q }, h) => {
          const { a } = h.wires({ a: uint(2) });
          const sum = a.add(1);
          a.bit(0).drive(sum.bit(1));
          a.bit(1).drive(0);
          q.drive(a);
        }),
      ),
    ).toContain("combinational loop: a[0] -> a[0]");
    module("m", { x: input(bool), q: output(uint(2)) }, ({ x, q }, h) => {
      const { a } = h.wires({ a: uint(2) });
      const sum = a.add(1);
      a.bit(0).drive(x);
      a.bit(1).drive(sum.bit(0));
      q.drive(a);
    });
  });
  const pass = module("pass", { in: input(bool), other: input(bool), out: output(bool), held: output(bool) }, (io, h) => {
    io.out.drive(io.in.not());
    const { r } = h.registers({ r: bool });
    r.next(io.other);
    io.held.drive(r);
  });
  test("through an instance", () => {
    expect(
      complaint(() =>
        module("m", { q: output(bool) }, ({ q }, h) => {
          const p = h.instance("p", pass, { other: 0 }); // @instance
          p.in.drive(p.out); // @back
          q.drive(p.held);
        }),
      ),
    ).toBe(
      `${at("instance")}: error: combinational loop: p_in -> p_out -> p_in [comb-loop]\n    ${at("instance")}: p_in drives p_out through instance p (pass)\n    ${at("back")}: p_out drives p_in here`,
    );
  });
  test("not through a child's register", () => {
    const m = module("m", { q: output(bool) }, ({ q }, h) => {
      const p = h.instance("p", pass);
      p.other.drive(p.out);
      p.in.drive(p.held);
      q.drive(p.out);
    });
    expect(m.warnings).toEqual([]);
  });
  test("through two levels and bit by bit", () => {
    const rotate = module("rotate", { a: input(uint(4)), y: output(uint(4)) }, ({ a, y }) => y.drive(a.rotl(1)));
    const twice = module("twice", { a: input(uint(4)), y: output(uint(4)) }, ({ a, y }, h) => {
      const first = h.instance("first", rotate, { a });
      y.drive(h.instance("second", rotate, { a: first.y }).y);
    });
    // Bit 0 comes out at bit 2: feeding bit 2 back to bit 1 goes on to bit 3 and ends there.
    module("m", { x: input(bool), q: output(uint(4)) }, ({ x, q }, h) => {
      const t = h.instance("t", twice);
      t.a.drive(cat(x, x, t.y.bit(2), x));
      q.drive(t.y);
    });
    expect(
      complaint(() =>
        module("m2", { x: input(bool), q: output(uint(4)) }, ({ x, q }, h) => {
          const t = h.instance("t", twice);
          t.a.drive(cat(x, x, x, t.y.bit(2)));
          q.drive(t.y);
        }),
      ),
    ).toContain("combinational loop: t_a[0] -> t_y[2] -> t_a[0]");
  });
  test("ready that waits for valid that waits for ready", () => {
    expect(
      complaint(() =>
        module("m", { s: input(stream(uint(4))), t: output(stream(uint(4))) }, ({ s, t }, h) => {
          const { go } = h.wires({ go: bool });
          go.drive(t.fire.or(s.valid)); // @go
          t.valid.drive(go); // @valid
          t.payload.drive(s.payload);
          s.ready.drive(t.ready);
        }),
      ),
    ).toBe(
      `${at("go")}: error: combinational loop: t_valid -> go -> t_valid [comb-loop]\n    ${at("go")}: t_valid drives go here\n    ${at("valid")}: go drives t_valid here`,
    );
  });
});

describe("no loops", () => {
  test("a chain through the elements of one array", () => {
    const m = module("m", { x: input(uint(8)), q: output(uint(8)) }, ({ x, q }, h) => {
      const { stage } = h.wires({ stage: array(uint(8), 5) });
      stage.at(0).drive(x);
      for (let i = 0; i < 4; i++) stage.at(i + 1).drive(stage.at(i).add(i + 1));
      q.drive(stage.at(4));
    });
    expect(m.warnings).toEqual([]);
  });
  test("a chain through another net that is not cut into bits", () => {
    module("m", { x: input(bool), q: output(uint(4)) }, ({ x, q }, h) => {
      const { a, b } = h.wires({ a: uint(4), b: uint(4) });
      a.drive(cat(b.slice(2, 0), x));
      b.drive(mux(x, a, a.not()));
      q.drive(b);
    });
  });
  test("a default that some bits replace does not count for them", () => {
    module("m", { x: input(uint(2)), q: output(uint(2)) }, ({ x, q }, h) => {
      const { a } = h.wires({ a: uint(2) });
      a.drive(cat(x.bit(0), a.bit(1)));
      a.bit(1).drive(x.bit(1));
      q.drive(a);
    });
  });
  test("a register", () => {
    module("m", { q: output(uint(2)) }, ({ q }, h) => {
      const { a } = h.registers({ a: uint(2) });
      a.next(a.add(1));
      q.drive(a);
    });
  });
  test("a long chain costs little", () => {
    const n = 2000;
    const m = module("m", { x: input(uint(8)), q: output(uint(8)) }, ({ x, q }, h) => {
      const { stage } = h.wires({ stage: array(uint(8), n) });
      stage.at(0).drive(x);
      for (let i = 0; i + 1 < n; i++) stage.at(i + 1).drive(stage.at(i).not());
      q.drive(stage.at(n - 1));
    });
    expect(m.warnings).toEqual([]);
  });
});
