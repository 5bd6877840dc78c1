/** Undriven and doubly driven signals: what is refused, in which words, and what is fine. */
import { describe, expect, test } from "vitest";
import { array, bool, external, input, module, output, stream, uint } from "#hdl";
import { checkModule } from "#hdl/check/index.ts";
import { complaint, marks, shown, warnings } from "./complaints.ts";

const at = marks(import.meta.url);

describe("undriven", () => {
  test("an output", () => {
    expect(
      complaint(
        () => module("m", { a: input(bool, { unused: true }), b: output(uint(8)) }, () => {}), // @output
      ),
    ).toBe(`${at("output")}: error: output b is not driven [undriven]`);
  });
  test("some bits of a net, named", () => {
    expect(
      complaint(() =>
        module("m", { a: input(bool), b: output(uint(8)) }, ({ a, b }, h) => {
          const { sum } = h.wires({ sum: uint(8) }); // @net
          sum.slice(3, 0).drive(5);
          sum.bit(6).drive(a);
          b.drive(sum);
        }),
      ),
    ).toBe(`${at("net")}: error: net bits 7 and 5:4 of sum are not driven [undriven]`);
  });
  const child = module("child", { data: input(uint(4)), go: input(bool), out: output(uint(4)) }, ({ data, go, out }) => {
    out.drive(data.and(go.repeat(4)));
  });
  test("an input of an instance, with its bits", () => {
    expect(
      complaint(() =>
        module("m", { q: output(uint(4)) }, ({ q }, h) => {
          const c = h.instance("c", child, { go: 1 }); // @pin
          c.data.slice(2, 0).drive(1);
          q.drive(c.out);
        }),
      ),
    ).toBe(`${at("pin")}: error: bit 3 of data, an input of instance c (child), is not driven [undriven]`);
  });
  test("an input of external Verilog", () => {
    const ram = external("ram", { address: input(uint(4)), word: output(uint(4)) });
    expect(
      complaint(() =>
        module("m", { q: output(uint(4)) }, ({ q }, h) => {
          q.drive(h.instance("r", ram).word); // @external
        }),
      ),
    ).toBe(`${at("external")}: error: address, an input of instance r (ram), is not driven [undriven]`);
  });
  test("a register without reset value and without assignment", () => {
    expect(
      complaint(() =>
        module("m", { q: output(uint(4)) }, ({ q }, h) => {
          const { r } = h.registers({ r: uint(4).noReset() }); // @register
          q.drive(r);
        }),
      ),
    ).toBe(`${at("register")}: error: register r is never assigned and has no reset value [undriven]`);
  });
  test("a register that only has its reset value: a warning", () => {
    const m = module("m", { q: output(uint(4)) }, ({ q }, h) => {
      const { r } = h.registers({ r: uint(4).reset(9) }); // @constant
      q.drive(r);
    });
    expect(warnings(m)).toEqual([`${at("constant")}: warning: register r is never assigned: it keeps its reset value 9 [undriven]`]);
  });
  test("all errors are told at once", () => {
    expect(complaint(() => module("m", { a: output(bool), b: output(bool) }, () => {}))).toMatch(
      /output a is not driven.*\n.*output b is not driven/,
    );
  });
  test("an element chosen at run time counts as a drive of every element", () => {
    const m = module("m", { i: input(uint(2)), q: output(array(uint(4), 4)) }, ({ i, q }) => {
      q.drive([0, 0, 0, 0]);
      q.at(i).drive(7);
    });
    expect(m.warnings).toEqual([]);
  });
});

describe("doubly driven", () => {
  test("a whole net twice", () => {
    expect(
      complaint(() =>
        module("m", { a: input(bool), b: output(bool) }, ({ a, b }) => {
          b.drive(a); // @first
          b.drive(a.not()); // @second
        }),
      ),
    ).toBe(
      `${at("second")}: error: b is driven twice: the earlier one has no effect [doubly-driven]\n    ${at("first")}: driven here first`,
    );
  });
  test("a register from two places", () => {
    expect(
      complaint(() =>
        module("m", { a: input(uint(4)), b: output(uint(4)) }, ({ a, b }, h) => {
          const { r } = h.registers({ r: uint(4) });
          r.next(a); // @next1
          r.next(r.add(1)); // @next2
          b.drive(r);
        }),
      ),
    ).toBe(
      `${at("next2")}: error: r is assigned twice: the earlier one has no effect [doubly-driven]\n    ${at("next1")}: assigned here first`,
    );
  });
  test("an unconditional drive after a conditional one", () => {
    expect(
      complaint(() =>
        module("m", { a: input(bool), c: input(bool), b: output(bool) }, ({ a, b, c }, h) => {
          h.when(c, () => b.drive(a)); // @conditional
          b.drive(0); // @late
        }),
      ),
    ).toBe(
      `${at("late")}: error: b is driven twice: this one hides an earlier one that stands under a condition [doubly-driven]\n    ${at("conditional")}: driven here first`,
    );
  });
  test("overlapping bits", () => {
    expect(
      complaint(() =>
        module("m", { a: input(uint(8)), b: output(uint(12)) }, ({ a, b }) => {
          b.slice(7, 0).drive(a); // @low
          b.slice(11, 4).drive(a); // @high
        }),
      ),
    ).toBe(
      `${at("high")}: error: bits 7:4 of b are driven twice: only some bits of the earlier one [doubly-driven]\n    ${at("low")}: driven here first`,
    );
  });
  test("bits, and then the whole", () => {
    expect(
      complaint(() =>
        module("m", { a: input(uint(8)), b: output(uint(8)) }, ({ a, b }) => {
          b.bit(3).drive(1); // @bit
          b.drive(a); // @whole
        }),
      ),
    ).toBe(
      `${at("whole")}: error: bit 3 of b is driven twice: the earlier one has no effect [doubly-driven]\n    ${at("bit")}: driven here first`,
    );
  });
  test("within one branch", () => {
    expect(
      complaint(() =>
        module("m", { c: input(bool), b: output(bool) }, ({ b, c }, h) => {
          b.drive(0);
          h.when(c, () => {
            b.drive(1); // @branch1
            b.drive(0); // @branch2
          });
        }),
      ),
    ).toBe(
      `${at("branch2")}: error: b is driven twice: the earlier one has no effect [doubly-driven]\n    ${at("branch1")}: driven here first`,
    );
  });
  test("an input of an instance, connected and driven", () => {
    const child = module("child2", { data: input(uint(4)), out: output(uint(4)) }, ({ data, out }) => out.drive(data));
    expect(
      complaint(() =>
        module("m", { q: output(uint(4)) }, ({ q }, h) => {
          const c = h.instance("c", child, { data: 3 }); // @connected
          c.data.drive(4); // @again
          q.drive(c.out);
        }),
      ),
    ).toBe(
      `${at("again")}: error: c_data is driven twice: the earlier one has no effect [doubly-driven]\n    ${at("connected")}: driven here first`,
    );
  });
  test("an output of an instance, in IR from elsewhere", () => {
    const child = module("child3", { data: input(bool), out: output(bool) }, ({ data, out }) => out.drive(data));
    const m = module("m", { a: input(bool), q: output(bool) }, ({ a, q }, h) => {
      const c = h.instance("c", child, { data: a }); // @child
      q.drive(c.out); // @use
    });
    const net = m.signals.find((s) => s.name === "c_out");
    const use = m.body.at(-1);
    if (net === undefined || use?.kind !== "assign") throw new Error("the module is as written above");
    const again = { ...use, target: { kind: "whole", signal: net } as const, value: { kind: "literal", value: 1n, width: 1 } as const };
    expect(shown(checkModule({ ...m, body: [...m.body, again] }))).toEqual([
      `${at("use")}: error: c_out is driven by output out of instance c and cannot be driven again [doubly-driven]\n    ${at("child")}: instance c is here`,
    ]);
  });
  test("what is meant to be written so passes", () => {
    const m = module(
      "m",
      {
        c: input(bool),
        i: input(uint(2)),
        s: input(stream(uint(4))),
        a: output(uint(8)),
        v: output(array(uint(4), 4)),
        n: output(uint(4)),
      },
      ({ c, i, s, a, v, n }, h) => {
        // A default, then overrides.
        a.drive(0);
        h.when(c, () => a.drive(1)).otherwise(() => a.drive(2));
        // A whole, then some of its bits.
        a.bit(7).drive(s.valid);
        // Elements by constant and by value; register 0 is always zero.
        const { file } = h.registers({ file: array(uint(4), 4) });
        h.when(s.fire, () => file.at(i).next(s.payload));
        file.at(0).next(0);
        v.drive(file);
        s.ready.drive(1);
        // A register with a default and two overrides.
        const { count } = h.registers({ count: uint(4) });
        count.next(count.add(1));
        h.when(c, () => count.next(0));
        h.when(s.fire, () => count.next(s.payload));
        n.drive(count);
      },
    );
    expect(m.warnings).toEqual([]);
  });
});
