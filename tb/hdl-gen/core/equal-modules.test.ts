/** A module that prints like a sound one is checked all the same: the print does not say whose a signal is. */
import { expect, test } from "vitest";
import { type Bool, bool, input, module, output } from "#hdl";

test("a foreign signal of the same name is refused, although an equal module is known", () => {
  let theirs: Bool | null = null;
  module("lender", { a: input(bool), y: output(bool) }, ({ a, y }) => {
    theirs = a;
    y.drive(a);
  });
  const ports = { a: input(bool, { unused: true }), y: output(bool) };
  const own = module("borrower", ports, ({ a, y }) => y.drive(a.not()));
  expect(module("borrower", ports, ({ a, y }) => y.drive(a.not()))).toBe(own);
  expect(() => module("borrower", ports, ({ y }) => y.drive((theirs as unknown as Bool).not()))).toThrow("a belongs to another module");
});
