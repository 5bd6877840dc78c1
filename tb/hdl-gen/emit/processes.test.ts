/** Which statements share a process, in what order, and how each kind of process is written. */
import { describe, expect, test } from "vitest";
import { type Bits, type Builder, bool, clock, enumeration, input, module, output, uint } from "#hdl";
import type { Module } from "#hdl/core/ir.ts";
import { verilog } from "#hdl/emit/index.ts";

const text = (m: Module): string => verilog(m, { sources: false });
/** The processes of a module, each as its lines without indentation. */
const processes = (m: Module): readonly (readonly string[])[] =>
  (text(m).split(");\n")[1] ?? "")
    .split("\n\n")
    .filter((block) => /^\s*(always|assign)/.test(block))
    .map((block) =>
      block
        .split("\n")
        .map((l) => l.trim())
        .filter((l) => l !== "" && l !== "endmodule"),
    );

describe("registers", () => {
  test("of one declaration share a block, those of another have their own", () => {
    const m = module("two_groups", { a: input(bool), x: output(bool), y: output(bool), z: output(bool) }, (io, h) => {
      const { p, q } = h.registers({ p: bool, q: bool });
      const { r } = h.registers({ r: bool });
      p.next(io.a);
      r.next(io.a);
      q.next(p);
      io.x.drive(p);
      io.y.drive(q);
      io.z.drive(r);
    });
    expect(processes(m)[0]).toEqual([
      "always @(posedge clk) begin",
      "p <= a;",
      "q <= p;",
      "if (rst) begin",
      "p <= 1'b0;",
      "q <= 1'b0;",
      "end",
      "end",
    ]);
    expect(processes(m)[1]).toEqual(["always @(posedge clk) begin", "r <= a;", "if (rst)", "r <= 1'b0;", "end"]);
  });
  test("that one statement assigns share a block, with the memory that it writes", () => {
    const m = module("together", { a: input(bool), d: input(uint(4)), x: output(uint(4)), y: output(bool) }, (io, h) => {
      const { p } = h.registers({ p: uint(2) });
      const { q } = h.registers({ q: bool });
      const words = h.memory("words", uint(4), 4);
      h.when(io.a, () => {
        p.next(p.add(1));
        q.next(1);
        words.write(p, io.d);
      });
      io.x.drive(words.read(p));
      io.y.drive(q);
    });
    expect(processes(m)[0]).toEqual([
      "always @(posedge clk) begin",
      "if (a) begin",
      "p <= p + 2'd1;",
      "q <= 1'b1;",
      "words[p] <= d;",
      "end",
      "if (rst) begin",
      "p <= 2'd0;",
      "q <= 1'b0;",
      "end",
      "end",
    ]);
  });
  test("without reset are not mentioned in it", () => {
    const m = module("payload", { v: input(bool), d: input(uint(8)), valid: output(bool), data: output(uint(8)) }, (io, h) => {
      const { full, word } = h.registers({ full: bool, word: uint(8).noReset() });
      full.next(io.v);
      h.when(io.v, () => word.next(io.d));
      io.valid.drive(full);
      io.data.drive(word);
    });
    expect(processes(m)[0]).toEqual([
      "always @(posedge clk) begin",
      "full <= v;",
      "if (v)",
      "word <= d;",
      "if (rst)",
      "full <= 1'b0;",
      "end",
    ]);
  });
  test("with an asynchronous reset have it first, and in a block of their own", () => {
    const m = module("at_once", { a: input(bool), x: output(bool), y: output(bool) }, (io, h) => {
      const { p, q } = h.registers({ p: bool.asyncReset(1), q: bool });
      h.when(io.a, () => {
        p.next(0);
        q.next(p);
      });
      io.x.drive(p);
      io.y.drive(q);
    });
    expect(processes(m)[0]).toEqual(["always @(posedge clk or posedge rst)", "if (rst)", "p <= 1'b1;", "else if (a)", "p <= 1'b0;"]);
    expect(processes(m)[1]).toEqual(["always @(posedge clk) begin", "if (a)", "q <= p;", "if (rst)", "q <= 1'b0;", "end"]);
    expect(text(m)).toContain("lint_off SYNCASYNCNET");
  });
  test("of two clocks have two blocks", () => {
    const other = clock("other");
    const m = module("two_clocks", { a: input(bool, { clock: other }), x: output(bool, { clock: other }), y: output(bool) }, (io, h) => {
      const { p } = h.registers({ p: bool });
      const { q } = h.clocked(other, () => h.registers({ q: bool }));
      p.next(p.not());
      q.next(io.a);
      io.x.drive(q);
      io.y.drive(p);
    });
    expect(processes(m).map((p) => p[0])).toEqual(["always @(posedge clk) begin", "always @(posedge other_clk) begin", "assign x = q;"]);
  });
});

describe("nets", () => {
  test("of one statement share a block with their defaults first", () => {
    const m = module("shared", { s: input(uint(2)), x: output(bool), y: output(bool) }, (io, h) => {
      io.x.drive(0);
      io.y.drive(1);
      h.switch(io.s)
        .case(0, () => io.x.drive(1))
        .case([1, 2], () => {
          io.x.drive(1);
          io.y.drive(0);
        })
        .otherwise(() => {});
    });
    expect(processes(m)).toEqual([
      [
        "always @* begin",
        "x = 1'b0;",
        "y = 1'b1;",
        "case (s)",
        "2'd0: x = 1'b1;",
        "2'd1, 2'd2: begin",
        "x = 1'b1;",
        "y = 1'b0;",
        "end",
        "default: ;",
        "endcase",
        "end",
      ],
    ]);
  });
  test("that depend on each other do not share one, whatever stands between", () => {
    const m = module("apart", { s: input(bool), a: input(uint(4)), x: output(uint(4)), y: output(uint(4)) }, (io, h) => {
      io.x.drive(0);
      io.y.drive(0);
      const { between } = h.nets({ between: io.x.add(1) });
      h.when(io.s, () => {
        io.x.drive(io.a);
        io.y.drive(between);
      });
    });
    expect(processes(m)).toEqual([
      ["always @* begin", "x = 4'd0;", "if (s)", "x = a;", "end"],
      ["always @* begin", "y = 4'd0;", "if (s)", "y = between;", "end"],
    ]);
  });
  test("that the surroundings could connect do not share one: ready must not seem to depend on valid", () => {
    const m = module("handshake", { s: input(bool), v: input(bool), r: input(bool), valid: output(bool), ready: output(bool) }, (io, h) => {
      io.valid.drive(0);
      io.ready.drive(0);
      h.when(io.s, () => {
        io.valid.drive(io.v);
        io.ready.drive(io.r);
      });
    });
    expect(processes(m).map((p) => p[1])).toEqual(["valid = 1'b0;", "ready = 1'b0;"]);
  });
  test("that children connect do not share one", () => {
    const inverter = module("inverter", { i: input(bool), o: output(bool) }, ({ i, o }) => o.drive(i.not()));
    const m = module("around", { s: input(bool), a: input(bool), x: output(bool), y: output(bool) }, (io, h) => {
      const child = h.instance("child", inverter);
      const { to, from } = h.wires({ to: bool, from: bool });
      to.drive(0);
      from.drive(0);
      h.when(io.s, () => {
        to.drive(io.a);
        from.drive(child.o);
      });
      child.i.drive(to);
      io.x.drive(from);
      io.y.drive(to);
    });
    expect(processes(m).filter((p) => p[0] === "always @* begin")).toHaveLength(2);
  });
  test("assigned in parts have one assignment each", () => {
    const m = module("parts", { a: input(uint(4)), y: output(uint(8)) }, ({ a, y }) => {
      y.slice(7, 4).drive(a);
      y.slice(3, 0).drive(a.not());
    });
    expect(processes(m)).toEqual([["assign y[7:4] = a;", "assign y[3:0] = ~a;"]]);
  });
  test("whose bits feed each other are taken apart by simulators, an output through a net of its own", () => {
    const m = module("chain", { a: input(uint(3)), i: input(uint(2)), y: output(uint(3)), z: output(bool) }, ({ a, i, y, z }) => {
      y.bit(0).drive(a.bit(0));
      y.bit(1).drive(y.bit(0).and(a.bit(1)));
      y.bit(2).drive(y.bit(1).and(a.bit(2)));
      z.drive(y.bit(i));
    });
    const lines = text(m);
    expect(lines).toContain("wire [2:0] y_bits /* verilator split_var */;");
    expect(lines).toContain("wire [2:0] y_all = y_bits;");
    expect(lines).toContain("assign y_bits[2] = y_bits[1] && a[2];");
    expect(lines).toContain("assign y = y_bits;");
    expect(lines).toContain("y_all[i]");
  });
  test("that read nothing are assigned, for a block that waits for nothing never runs", () => {
    const m = module("constant", { s: input(bool), x: output(uint(4)), y: output(uint(4)) }, (io, h) => {
      const wide = 8;
      io.x.drive(3);
      h.when(uint(4).of(wide).gt(4), () => io.x.drive(5));
      io.y.slice(1, 0).drive(2);
      io.y.slice(3, 2).drive(0);
      h.when(io.s, () => io.y.slice(3, 2).drive(3));
    });
    expect(processes(m)).toEqual([
      ["assign x = 4'd5;"],
      ["always @* begin", "y[1:0] = 2'd2;", "y[3:2] = 2'd0;", "if (s)", "y[3:2] = 2'd3;", "end"],
    ]);
  });
});

describe("conditions", () => {
  test("an else belongs to the if that it stands under", () => {
    const m = module("dangling", { p: input(bool), q: input(bool), y: output(uint(2)) }, (io, h) => {
      const { r } = h.registers({ r: uint(2).noReset() }, { unused: true });
      h.when(io.p, () => {
        h.when(io.q, () => r.next(1));
      }).otherwise(() => r.next(2));
      io.y.drive(r);
    });
    expect(processes(m)[0]).toEqual([
      "always @(posedge clk)",
      "if (p) begin",
      "if (q)",
      "r <= 2'd1;",
      "end else begin",
      "r <= 2'd2;",
      "end",
    ]);
  });
  test("a chain stays a chain", () => {
    const m = module("chained", { s: input(uint(2)), y: output(uint(2)) }, (io, h) => {
      h.when(io.s.eq(0), () => io.y.drive(1))
        .elseWhen(io.s.eq(1), () => io.y.drive(2))
        .otherwise(() => io.y.drive(3));
    });
    expect(processes(m)[0]).toEqual(["always @*", "if (s == 2'd0)", "y = 2'd1;", "else if (s == 2'd1)", "y = 2'd2;", "else", "y = 2'd3;"]);
  });
  test("an else alone is the opposite", () => {
    const m = module("opposite", { p: input(bool), y: output(bool), z: output(bool) }, (io, h) => {
      const { r, s } = { ...h.registers({ r: bool.noReset() }), ...h.registers({ s: bool.noReset() }) };
      h.when(io.p, () => {}).otherwise(() => r.next(1));
      s.next(r);
      io.y.drive(r);
      io.z.drive(s);
    });
    expect(processes(m)[0]).toEqual(["always @(posedge clk)", "if (!p)", "r <= 1'b1;"]);
  });
  test("a case of an enumeration assigns in every case, members or not", () => {
    const kind = enumeration("kind", ["A", "B", "C"]);
    const m = module("three", { k: input(kind), y: output(uint(2)), z: output(uint(2)) }, (io, h) => {
      const { r } = h.registers({ r: uint(2).noReset() });
      h.switch(io.k)
        .case("A", () => {
          io.y.drive(1);
          r.next(1);
        })
        .case("B", () => io.y.drive(2))
        .case("C", () => io.y.drive(3));
      io.z.drive(r);
    });
    expect(processes(m)).toContainEqual([
      "always @*",
      "case (k)",
      "KIND_A: y = 2'd1;",
      "KIND_B: y = 2'd2;",
      "// C; no other value occurs.",
      "default: y = 2'd3;",
      "endcase",
    ]);
    expect(processes(m)).toContainEqual(["always @(posedge clk)", "case (k)", "KIND_A: r <= 2'd1;", "default: ;", "endcase"]);
  });
  describe("a switch that later assignments always hide is not printed", () => {
    const two = uint(2);
    const cases = (m: Module): readonly string[] => processes(m).map((p) => p.filter((l) => /case|if|else/.test(l)).join(" "));
    const hidden = (
      name: string,
      later: (io: { readonly p: Bits<1> }, set: (n: number) => void, h: Builder) => unknown,
    ): readonly string[] => {
      const ports = { s: input(two), p: input(bool), x: output(two), y: output(two) };
      return cases(
        module(name, ports, (io, h) => {
          const { r } = h.registers({ r: two.noReset() });
          const all = (set: (n: number) => void): void => {
            h.switch(io.s)
              .case([0, 1], () => set(1))
              .case(2, () => h.when(io.p, () => set(2)).otherwise(() => set(0)))
              .case(3, () => set(3));
            later(io, set, h);
          };
          all((n) => r.next(n));
          io.y.drive(0);
          all((n) => io.y.drive(n));
          io.x.drive(r);
        }),
      );
    };
    test("by both branches of an if", () => {
      const text = hidden("by_if", (io, set, h) => h.when(io.p, () => set(1)).otherwise(() => set(2)));
      expect(text).toEqual(["if (p) else", "if (p) else", ""]);
    });
    test("by a switch with a fallback", () => {
      const text = hidden("by_switch", (io, set, h) =>
        h
          .switch(io.p)
          .case(0, () => set(1))
          .otherwise(() => set(2)),
      );
      expect(text).toEqual(["case (p) endcase", "case (p) endcase", ""]);
    });
    test("but not by one branch alone", () => {
      const text = hidden("by_half", (io, set, h) => h.when(io.p, () => set(1)));
      expect(text).toEqual(["case (s) if (p) else endcase if (p)", "case (s) if (p) else endcase if (p)", ""]);
    });
  });
});
