/** What nothing reads, and comparisons that cannot fail: warnings that stay with the module. */
import { describe, expect, test } from "vitest";
import { bool, input, module, output, sint, uint } from "#hdl";
import { marks, warnings } from "./complaints.ts";

const at = marks(import.meta.url);

describe("unused", () => {
  test("an input, a net, a register, a memory", () => {
    // @input
    const m = module("m", { a: input(uint(4)), b: input(bool), q: output(uint(4)) }, ({ a, q }, h) => {
      h.nets({ extra: a.add(1) }); // @net
      const { old } = h.registers({ old: uint(4) }); // @register
      old.next(a);
      const cells = h.memory("cells", uint(4), 16); // @memory
      cells.write(a, a);
      q.drive(a);
    });
    expect(warnings(m)).toEqual([
      `${at("input")}: warning: input b is never read: say { unused: true } at the port if that is meant [unused]`,
      `${at("net")}: warning: net extra is never read: remove it, or say { unused: true } if it is meant [unused]`,
      `${at("register")}: warning: register old is never read: remove it, or say { unused: true } if it is meant [unused]`,
      `${at("memory")}: warning: memory cells is never read: remove it [unused]`,
    ]);
  });
  test("a register that only counts itself", () => {
    const m = module("m", { q: output(bool) }, ({ q }, h) => {
      const { n } = h.registers({ n: uint(4) });
      h.when(n.ne(9), () => n.next(n.add(1)));
      q.drive(1);
    });
    expect(warnings(m)).toEqual([expect.stringContaining("register n is never read")]);
  });
  test("what only properties read is no hardware", () => {
    const m = module("m", { a: input(bool), q: output(bool) }, ({ a, q }, h) => {
      const { last } = h.registers({ last: bool }); // @proved
      last.next(a);
      h.assert("a stays", last.implies(a));
      q.drive(a);
    });
    expect(warnings(m)).toEqual([
      `${at("proved")}: warning: register last is read by properties only: declare it in h.ghost(() => ...), so that it is no hardware [unused]`,
    ]);
  });
  test("silenced where it is said", () => {
    const m = module("m", { a: input(bool), b: input(bool, { unused: true }), q: output(bool) }, ({ a, q }, h) => {
      h.registers({ old: bool }, { unused: true }).old.next(a);
      h.nets({ extra: a.not() }, { unused: true });
      q.drive(a);
    });
    expect(m.warnings).toEqual([]);
  });
});

describe("comparisons that are always the same", () => {
  test("unsigned, against the ends of the range", () => {
    const m = module("m", { a: input(uint(4)), q: output(uint(6)) }, ({ a, q }) => {
      q.bit(0).drive(a.ge(0)); // @ge
      q.bit(1).drive(a.lt(0)); // @lt
      q.bit(2).drive(a.le(15)); // @le
      q.bit(3).drive(a.zext(8).eq(16)); // @eq
      q.bit(4).drive(a.zext(8).lt(16)); // @wide
      q.bit(5).drive(a.gt(15)); // @gt
    });
    expect(warnings(m)).toEqual([
      `${at("ge")}: warning: a >= 0 is always 1: the left side is 0 to 15 [constant-comparison]`,
      `${at("lt")}: warning: a < 0 is always 0: the left side is 0 to 15 [constant-comparison]`,
      `${at("le")}: warning: a <= 15 is always 1: the left side is 0 to 15 [constant-comparison]`,
      `${at("eq")}: warning: a == 16 is always 0: the left side is 0 to 15 [constant-comparison]`,
      `${at("wide")}: warning: a < 16 is always 1: the left side is 0 to 15 [constant-comparison]`,
      `${at("gt")}: warning: a > 15 is always 0: the left side is 0 to 15 [constant-comparison]`,
    ]);
  });
  test("signed", () => {
    const m = module("m", { a: input(sint(4)), q: output(uint(4)) }, ({ a, q }) => {
      q.bit(0).drive(a.ge(-8)); // @sge
      q.bit(1).drive(a.gt(7));
      q.bit(2).drive(a.sext(6).lt(8));
      q.bit(3).drive(a.lt(-8));
    });
    expect(warnings(m)).toEqual([
      `${at("sge")}: warning: a >= -8 is always 1: the left side is -8 to 7 [constant-comparison]`,
      expect.stringContaining("a > 7 is always 0"),
      expect.stringContaining("a < 8 is always 1"),
      expect.stringContaining("a < -8 is always 0"),
    ]);
  });
  test("those inside the range are quiet", () => {
    const m = module("m", { a: input(uint(4)), b: input(sint(4)), q: output(uint(6)) }, ({ a, b, q }) => {
      q.bit(0).drive(a.ge(1));
      q.bit(1).drive(a.lt(15));
      q.bit(2).drive(a.zext(8).eq(15));
      q.bit(3).drive(b.gt(-8));
      q.bit(4).drive(b.lt(7));
      q.bit(5).drive(b.sext(6).eq(-8));
    });
    expect(m.warnings).toEqual([]);
  });
});
