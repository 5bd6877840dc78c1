/** Checks of a whole hierarchy, and what they cost. */
import { describe, expect, test } from "vitest";
import { bool, external, inout, input, module, output, uint } from "#hdl";
import { checkDesign } from "#hdl/check/index.ts";
import { marks, shown } from "./complaints.ts";

const at = marks(import.meta.url);

describe("hierarchy", () => {
  const inverter = (invert: boolean) =>
    // @gate
    module("gate", { a: input(bool), y: output(bool) }, ({ a, y }) => {
      y.drive(invert ? a.not() : a);
    });
  const pair = (first: boolean, second: boolean) =>
    module("pair", { a: input(bool), y: output(bool) }, ({ a, y }, h) => {
      y.drive(h.instance("j", inverter(second), { a: h.instance("i", inverter(first), { a }).y }).y);
    });
  test("two different modules of one name", () => {
    expect(shown(checkDesign(pair(true, false)))).toEqual([
      `${at("gate")}: error: two different modules are called gate: put what they differ in into their names [module-name]\n    ${at("gate")}: the other gate`,
    ]);
    expect(checkDesign(pair(true, true))).toEqual([]);
  });
  test("module names that differ only in capitals: a warning", () => {
    const upper = module("Gate", { a: input(bool), y: output(bool) }, ({ a, y }) => y.drive(a.not()));
    const top = module("top", { a: input(bool), y: output(bool) }, ({ a, y }, h) => {
      y.drive(h.instance("j", upper, { a: h.instance("i", inverter(true), { a }).y }).y);
    });
    expect(shown(checkDesign(top))[0]).toContain(
      "warning: modules Gate and gate differ only in capitals, and so do their files [name-case]",
    );
  });
  test("a module and external Verilog of one name; two kinds of one external module", () => {
    const other = external("gate", { a: input(bool), y: output(bool) });
    const wide = external("gate", { a: input(uint(2)), y: output(bool) });
    const top = module("top", { a: input(bool), y: output(bool) }, ({ a, y }, h) => {
      y.drive(h.instance("j", other, { a: h.instance("i", inverter(true), { a }).y }).y);
    });
    expect(shown(checkDesign(top))[0]).toContain("error: external module gate has the name of a module of this design [module-name]");
    const two = module("two", { a: input(bool), y: output(bool) }, ({ a, y }, h) => {
      y.drive(h.instance("j", wide, { a: h.instance("i", other, { a }).y.repeat(2) }).y);
    });
    expect(shown(checkDesign(two))[0]).toContain("error: external module gate is declared twice with different ports [module-name]");
  });
  test("a tri-state pin below the top", () => {
    const pad = module("pad", { pin: inout(bool), out: input(bool), enable: input(bool), in: output(bool) }, (io, h) => {
      h.tristate(io.pin, io.out, io.enable); // @tristate
      io.in.drive(io.pin);
    });
    expect(checkDesign(pad)).toEqual([]);
    const top = module("top", { a: input(bool), y: output(bool) }, ({ a, y }, h) => {
      y.drive(h.instance("p", pad, { out: a, enable: 1 }).in);
    });
    expect(shown(checkDesign(top))).toEqual([
      `${at("tristate")}: error: pad has the tri-state pin pin and stands below top: only the top module may have one; split it into value, enable and input [tristate]`,
    ]);
  });
});
