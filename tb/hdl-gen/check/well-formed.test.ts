/** Ownership of signals, and IR that breaks its own rules, however it was made. */
import { describe, expect, test } from "vitest";
import { bool, input, module, output, uint } from "#hdl";
import { checkModule } from "#hdl/check/index.ts";
import type { Expr, Module, Signal, Stmt } from "#hdl/core/ir.ts";
import { complaint, marks, shown } from "./complaints.ts";

const at = marks(import.meta.url);

describe("signals of other modules", () => {
  test("a child that reads its parent's", () => {
    expect(
      complaint(() =>
        module("outer", { a: input(bool), q: output(bool) }, ({ a, q }, h) => {
          const { near } = h.nets({ near: a.not() }); // @near
          const inner = module("inner", { q: output(bool) }, (io) => {
            io.q.drive(near); // @reads
          });
          q.drive(h.instance("i", inner).q);
        }),
      ),
    ).toBe(
      `${at("reads")}: error: near belongs to another module; inner can use it only through a port [foreign]\n    ${at("near")}: near is declared here`,
    );
  });
  test("a signal kept from a module that is done", () => {
    let kept: { read: () => any } | undefined;
    module("first", { a: input(bool), q: output(bool) }, ({ a, q }) => {
      kept = { read: () => a };
      q.drive(a);
    });
    expect(
      complaint(() =>
        module("second", { q: output(bool) }, ({ q }) => {
          q.drive(kept?.read()); // @later
        }),
      ),
    ).toContain(`${at("later")}: error: a belongs to another module; second can use it only through a port [foreign]`);
  });
  test("a memory of another module", () => {
    expect(
      complaint(() =>
        module("outer", { a: input(uint(2)), q: output(uint(8)) }, ({ a, q }, h) => {
          const cells = h.memory("cells", uint(8), 4);
          cells.write(a, 0);
          const inner = module("inner", { at: input(uint(2)), q: output(uint(8)) }, (io) => io.q.drive(cells.read(io.at)));
          q.drive(h.instance("i", inner, { at: a }).q);
        }),
      ),
    ).toContain("error: cells belongs to another module; inner can use it only through a port");
  });
  test("driving one is refused at the statement", () => {
    expect(
      complaint(() =>
        module("outer", { a: input(bool), q: output(bool) }, ({ a, q }, h) => {
          const { near } = h.wires({ near: bool });
          module("inner", {}, () => near.drive(1)); // @drives
          q.drive(a.and(near));
        }),
      ),
    ).toContain(`${at("drives")}: error: near belongs to outer and cannot be driven from inner`);
  });
});

describe("IR that breaks its own rules", () => {
  const m = module("m", { a: input(uint(4)), q: output(uint(4)) }, ({ a, q }, h) => {
    const { r } = h.registers({ r: uint(4) });
    const cells = h.memory("cells", uint(4), 10, { style: "registers", init: [1] });
    cells.write(a, a);
    r.next(cells.read(a));
    q.drive(r); // @q
  });
  const q = m.ports.find((p) => p.name === "q") as Signal;
  const a: Expr = { kind: "ref", signal: m.ports.find((p) => p.name === "a") as Signal, width: 4 };
  const [memory] = m.memories as [Module["memories"][number]];
  const lit = (value: bigint, width = 4): Expr => ({ kind: "literal", value, width });
  /** The module with another value for `q`. */
  const driving = (value: Expr): Module => {
    const change = (s: Stmt): Stmt => (s.kind === "assign" && s.target.signal === q ? { ...s, value } : s);
    return { ...m, body: m.body.map(change) };
  };
  const binary = (op: "add" | "div" | "eq", b: Expr): Expr => ({ kind: "binary", op, a, b, width: op === "eq" ? 1 : 4 });
  const cases: readonly [string, Expr, string][] = [
    ["operands of two widths", binary("add", lit(0n, 5)), "add: a has 4 bits and 0 has 5 bits [width]"],
    ["a result of the wrong width", { ...binary("eq", lit(3n)), width: 4 }, "a == 3 has 1 bit and is taken for 4 bits [width]"],
    ["a constant that does not fit", lit(16n), "16 does not fit 4 bits [literal]"],
    ["a division by zero", binary("div", lit(0n)), "div of a: the divisor must be a constant other than 0 [literal]"],
    ["a slice beyond the top", { kind: "slice", a, hi: 5, lo: 2, width: 4 }, "bits 5 to 2 of a: it has bits 3 to 0 [index]"],
    ["a condition of several bits", { kind: "mux", sel: a, a, b: a, width: 4 }, "mux: the condition a has 4 bits [width]"],
    [
      "an element beyond the end",
      { kind: "index", of: { kind: "concat", parts: [a, a], width: 8 }, index: lit(2n), width: 4 },
      "element 2 of {a, a}: it has elements 0 to 1 [index]",
    ],
    ["a word beyond the end", { kind: "cell", memory, address: lit(10n), width: 4 }, "word 10 of cells: it has words 0 to 9 [index]"],
    ["an extension that shortens", { kind: "zext", a, width: 3 }, "zext of a, which has 4 bits, to 3 bits [width]"],
    [
      "an assignment of another width",
      { kind: "slice", a, hi: 1, lo: 0, width: 2 },
      "q: 4 bits assigned from a[1:0], which has 2 bits [width]",
    ],
  ];
  for (const [name, value, message] of cases)
    test(name, () => {
      expect(shown(checkModule(driving(value)))).toContain(`${at("q")}: error: ${message}`);
    });
  test("the module itself is well", () => {
    expect(checkModule(driving(a)).filter((d) => d.severity === "error")).toEqual([]);
  });
  test("reset values, initial words and inputs", () => {
    const [r, ...others] = m.signals as [Signal, ...Signal[]];
    const reset: Signal = { ...r, reset: { kind: "sync", value: 16n } };
    expect(shown(checkModule({ ...m, signals: [reset, r, ...others] }))[0]).toContain(
      "error: r: reset value 16 does not fit 4 bits (0 to 15) [reset]",
    );
    expect(shown(checkModule({ ...m, memories: [{ ...memory, init: [1n, 77n] }, memory] }))[0]).toContain(
      "error: cells: initial word 1, 77, does not fit 4 bits [literal]",
    );
    const store: Stmt = { kind: "assign", target: { kind: "whole", signal: a.kind === "ref" ? a.signal : q }, value: lit(1n), at: q.at };
    expect(shown(checkModule({ ...m, body: [...m.body, store] }))[0]).toContain("error: a is an input: the outside drives it [assign]");
  });
});
