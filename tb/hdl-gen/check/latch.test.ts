/** Incomplete combinational assignments: the signal and the condition under which it has no value. */
import { describe, expect, test } from "vitest";
import { bool, enumeration, input, module, output, uint } from "#hdl";
import { complaint, marks } from "./complaints.ts";

const at = marks(import.meta.url);
const op = enumeration("op", ["ADD", "SUB", "NOP"]);
const tail = "(it would be a latch) [latch]";
const remedy = "drive a default before, or add the missing branch";

describe("latch", () => {
  test("a when without otherwise", () => {
    expect(
      complaint(() =>
        // @port
        module("m", { start: input(bool), q: output(uint(4)) }, ({ start, q }, h) => {
          h.when(start, () => q.drive(5)); // @when
        }),
      ),
    ).toBe(`${at("when")}: error: q is not driven when start is 0: ${remedy} ${tail}\n    ${at("port")}: q is declared here`);
  });
  test("two conditions that leave a gap", () => {
    expect(
      complaint(() =>
        module("m", { a: input(bool), b: input(uint(3)), q: output(uint(4)) }, ({ a, b, q }, h) => {
          h.when(a, () => q.drive(5)).elseWhen(b.eq(3), () => q.drive(6)); // @gap
        }),
      ),
    ).toContain(`${at("gap")}: error: q is not driven when a is 0 and b is not 3: ${remedy} ${tail}`);
  });
  test("a branch deeper down", () => {
    expect(
      complaint(() =>
        module("m", { a: input(bool), b: input(bool), q: output(bool) }, ({ a, b, q }, h) => {
          h.when(a.not(), () => q.drive(0)).otherwise(() => {
            h.when(b.not(), () => q.drive(1)); // @deep
          });
        }),
      ),
    ).toContain(`${at("deep")}: error: q is not driven when a is 1 and b is 1: ${remedy} ${tail}`);
  });
  test("a case of a switch", () => {
    expect(
      complaint(() =>
        module("m", { what: input(op), x: input(uint(4)), q: output(uint(4)) }, ({ what, x, q }, h) => {
          h.switch(what) // @switch
            .case("ADD", () => q.drive(x.add(1)))
            .case("SUB", () => q.drive(x.sub(1)))
            .case("NOP", () => {});
        }),
      ),
    ).toContain(`${at("switch")}: error: q is not driven when what is NOP: ${remedy} ${tail}`);
  });
  test("the fallback of a switch", () => {
    expect(
      complaint(() =>
        module("m", { what: input(op), q: output(uint(4)) }, ({ what, q }, h) => {
          const choice = h.switch(what); // @fallback
          choice.case(["ADD", "SUB"], () => q.drive(1)).otherwise(() => {});
        }),
      ),
    ).toContain(`${at("fallback")}: error: q is not driven when what is none of ADD, SUB: ${remedy} ${tail}`);
  });
  test("bits, named", () => {
    expect(
      complaint(() =>
        module("m", { a: input(bool), q: output(uint(8)) }, ({ a, q }, h) => {
          q.slice(3, 0).drive(1);
          h.when(a, () => q.slice(7, 4).drive(2)); // @bits
        }),
      ),
    ).toContain(`${at("bits")}: error: bits 7:4 of q are not driven when a is 0: ${remedy} ${tail}`);
  });
  test("an element chosen at run time", () => {
    expect(
      complaint(() =>
        module("m", { i: input(uint(3)), q: output(uint(8)) }, ({ i, q }) => {
          q.bit(i).drive(1); // @element
        }),
      ),
    ).toContain(`${at("element")}: error: q is not driven where the index chooses another element: ${remedy} ${tail}`);
  });
  test("separate whens that are complete only together", () => {
    expect(
      complaint(() =>
        module("m", { a: input(bool), q: output(bool) }, ({ a, q }, h) => {
          h.when(a, () => q.drive(1));
          h.when(a.not(), () => q.drive(0)); // @apart
        }),
      ),
    ).toContain(
      `${at("apart")}: error: q is not driven by one statement in all cases; join the separate ones with .elseWhen and .otherwise: or drive a default before ${tail}`,
    );
  });
  test("an input of an instance", () => {
    const child = module("child", { d: input(bool), q: output(bool) }, ({ d, q }) => q.drive(d));
    expect(
      complaint(() =>
        module("m", { a: input(bool), q: output(bool) }, ({ a, q }, h) => {
          const c = h.instance("c", child);
          h.when(a, () => c.d.drive(1)); // @pin
          q.drive(c.q);
        }),
      ),
    ).toContain(`${at("pin")}: error: c_d is not driven when a is 0: ${remedy} ${tail}`);
  });
  test("a condition too long to print is named by its line", () => {
    expect(
      complaint(() =>
        module(
          "m",
          { alpha: input(uint(16)), beta: input(uint(16)), gamma: input(uint(16)), q: output(bool) },
          ({ alpha, beta, gamma, q }, h) => {
            const long = alpha.add(beta).sub(gamma).xor(alpha.and(beta)).eq(beta.or(gamma).add(alpha).and("0x0ff0"));
            h.when(long, () => q.drive(1)); // @long
          },
        ),
      ),
    ).toContain(`q is not driven when the condition of ${at("long").split("/").at(-1)} does not hold`);
  });
  test("complete ones pass", () => {
    const m = module(
      "m",
      { a: input(bool), what: input(op), p: output(uint(4)), q: output(uint(4)), r: output(uint(8)) },
      ({ a, what, p, q, r }, h) => {
        h.when(a, () => p.drive(1)).otherwise(() => p.drive(2));
        h.switch(what)
          .case("ADD", () => q.drive(1))
          .case(["SUB", "NOP"], () => q.drive(3));
        r.drive(0);
        h.when(a, () => r.slice(3, 0).drive(5));
      },
    );
    expect(m.warnings).toEqual([]);
  });
  test("registers keep their value and need no default", () => {
    const m = module("m", { a: input(bool), q: output(bool) }, ({ a, q }, h) => {
      const { r } = h.registers({ r: bool });
      h.when(a, () => r.next(1));
      q.drive(r);
    });
    expect(m.warnings).toEqual([]);
  });
});
