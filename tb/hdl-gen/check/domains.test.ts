/** Clock-domain crossings without a synchroniser: source, both domains and the way are named. */
import { describe, expect, test } from "vitest";
import { bool, clock, input, module, output, uint } from "#hdl";
import { complaint, marks } from "./complaints.ts";

const at = marks(import.meta.url);
const wire = clock("wire");

/** A bit brought into the clock of the module: two registers, of which the first may see anything. */
const synchroniser = module("synchroniser", { d: input(bool, { clock: clock("from") }), q: output(bool) }, ({ d, q }, h) => {
  const { first } = h.registers({ first: bool }, { synchroniser: true });
  const { second } = h.registers({ second: bool });
  first.next(d);
  second.next(first);
  q.drive(second);
});

describe("clock crossing", () => {
  test("register to register, through nets", () => {
    expect(
      complaint(() =>
        module("m", { a: input(uint(4), { clock: wire }), q: output(uint(4)) }, ({ a, q }, h) => {
          const { seen } = h.clocked(wire, () => h.registers({ seen: uint(4) })); // @source
          h.clocked(wire, () => seen.next(a));
          const { sum } = h.nets({ sum: seen.add(1) });
          const { twice } = h.nets({ twice: sum.shl(1) });
          const { out } = h.registers({ out: uint(4) });
          out.next(twice); // @crossing
          q.drive(out);
        }),
      ),
    ).toBe(
      `${at("crossing")}: error: out (clk) takes seen (wire_clk) without a synchroniser: seen -> sum -> twice -> out; cross it with a block of lib/cdc [clock-crossing]\n    ${at("source")}: seen is declared here`,
    );
  });
  test("a condition from another domain", () => {
    expect(
      complaint(() =>
        module("m", { go: input(bool, { clock: wire }), q: output(uint(4)) }, ({ go, q }, h) => {
          const { count } = h.registers({ count: uint(4) });
          h.when(go, () => count.next(count.add(1))); // @condition
          q.drive(count);
        }),
      ),
    ).toContain(`${at("condition")}: error: count (clk) takes go (wire_clk) without a synchroniser: go -> count;`);
  });
  test("an output of another domain", () => {
    expect(
      complaint(() =>
        module("m", { a: input(bool, { clock: wire }), q: output(bool) }, ({ a, q }) => {
          q.drive(a.not()); // @output
        }),
      ),
    ).toContain(
      `${at("output")}: error: q (clk) takes a (wire_clk) without a synchroniser: a -> q; cross it with a block of lib/cdc, or declare the port with { clock } [clock-crossing]`,
    );
  });
  const counter = module("counter", { enable: input(bool), count: output(uint(4)) }, ({ enable, count }, h) => {
    const { n } = h.registers({ n: uint(4) });
    h.when(enable, () => n.next(n.add(1)));
    count.drive(n);
  });
  test("an input of an instance in another domain", () => {
    expect(
      complaint(() =>
        module("m", { go: input(bool), q: output(uint(4), { clock: wire }) }, ({ go, q }, h) => {
          const c = h.clocked(wire, () => h.instance("c", counter, { enable: go })); // @instance
          q.drive(c.count);
        }),
      ),
    ).toContain(`${at("instance")}: error: c_enable (wire_clk) takes go (clk) without a synchroniser: go -> c_enable;`);
  });
  test("an output of an instance in another domain", () => {
    expect(
      complaint(() =>
        module("m", { go: input(bool, { clock: wire }), q: output(uint(4)) }, ({ go, q }, h) => {
          const c = h.clocked(wire, () => h.instance("c", counter, { enable: go }));
          q.drive(c.count); // @pin
        }),
      ),
    ).toContain(`${at("pin")}: error: q (clk) takes c_count (wire_clk) without a synchroniser: c_count -> q;`);
  });
  test("through a combinational child", () => {
    const inverter = module("inverter", { a: input(bool), y: output(bool) }, ({ a, y }) => y.drive(a.not()));
    expect(
      complaint(() =>
        module("m", { a: input(bool, { clock: wire }), q: output(bool) }, ({ a, q }, h) => {
          const { r } = h.registers({ r: bool });
          r.next(h.instance("i", inverter, { a }).y); // @through
          q.drive(r);
        }),
      ),
    ).toContain(`${at("through")}: error: r (clk) takes a (wire_clk) without a synchroniser: a -> i_a -> i_y -> r;`);
  });
  test("a memory write", () => {
    expect(
      complaint(() =>
        module("m", { a: input(uint(4)), w: input(uint(8), { clock: wire }), q: output(uint(8)) }, ({ a, w, q }, h) => {
          const cells = h.memory("cells", uint(8), 16);
          cells.write(a, w); // @store
          q.drive(cells.read(a));
        }),
      ),
    ).toContain(`${at("store")}: error: cells (clk) takes w (wire_clk) without a synchroniser: w -> cells;`);
  });
  test("a memory read in another domain needs a synchroniser in the module", () => {
    const build = (synchronised: boolean) =>
      module(
        "m",
        {
          a: input(uint(4)),
          w: input(uint(8)),
          full: input(bool),
          r: input(uint(4), { clock: wire }),
          q: output(uint(8), { clock: wire }),
          ok: output(bool, { clock: wire }),
        },
        ({ a, w, full, r, q, ok }, h) => {
          const cells = h.memory("cells", uint(8), 16); // @cells
          cells.write(a, w);
          h.clocked(wire, () => {
            q.drive(cells.readSync("word", r)); // @read
            ok.drive(synchronised ? h.instance("s", synchroniser, { d: full }).q : 0);
          });
          if (!synchronised) h.registers({ held: bool }, { unused: true }).held.next(full);
        },
      );
    expect(complaint(() => build(false))).toBe(
      `${at("read")}: error: word (wire_clk) reads memory cells, which is written by clk, and m has no synchroniser into wire_clk that could say when a word is ready [clock-crossing]\n    ${at("cells")}: cells is declared here`,
    );
    expect(build(true).warnings).toEqual([]);
  });
  test("a reset read in another domain", () => {
    expect(
      complaint(() =>
        module("m", { q: output(bool) }, ({ q }, h) => {
          const { up } = h.registers({ up: bool });
          up.next(h.clocked(wire, () => h.reset).not()); // @reset
          q.drive(up);
        }),
      ),
    ).toContain(`${at("reset")}: error: up (clk) takes wire_rst (wire_clk) without a synchroniser`);
  });
  test("a crossing is told once, with its place", () => {
    const text = complaint(() =>
      module("m", { a: input(uint(4), { clock: wire }), q: output(uint(4)) }, ({ a, q }, h) => {
        const { r } = h.registers({ r: uint(4) });
        for (let i = 0; i < 4; i++) r.bit(i).next(a.bit(3 - i));
        q.drive(r);
      }),
    );
    expect(text.match(/error/g)).toHaveLength(1);
  });
});

describe("no crossing", () => {
  test("a synchroniser, an instance of one, constants, and properties that look anywhere", () => {
    const m = module("m", { a: input(bool, { clock: wire }), q: output(bool), p: output(bool) }, ({ a, q, p }, h) => {
      const { here, ready } = h.registers({ here: bool, ready: bool }, { synchroniser: true });
      here.next(a);
      ready.next(1);
      q.drive(here.and(ready));
      p.drive(h.instance("s", synchroniser, { d: a }).q);
      h.ghost(() => {
        const { watched } = h.registers({ watched: bool });
        watched.next(a);
        h.assert("seen", watched.not().or(watched));
      });
    });
    expect(m.warnings).toEqual([]);
  });
  test("one clock throughout, whatever it is called", () => {
    module("m", { a: input(bool, { clock: wire }), q: output(bool, { clock: wire }) }, ({ a, q }, h) => {
      const { r } = h.clocked(wire, () => h.registers({ r: bool }));
      r.next(a);
      q.drive(r);
    });
  });
});
