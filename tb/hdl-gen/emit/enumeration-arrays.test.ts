/** Registers that are arrays of an enumeration: one signal of all elements, whose reset value is no member. */

import { expect, test } from "vitest";
import { array, enumeration, module, output } from "#hdl";
import { emitDesign, verilog } from "#hdl/emit/index.ts";
import { lintDesign } from "#sim/lint/index.ts";

const answer = enumeration("answer", ["NO", "YES"]);
const m = module("answers", { last: output(answer) }, ({ last }, h) => {
  const { all } = h.registers({ all: array(answer, 3) });
  all.at(0).next(all.at(2));
  all.at(1).next("YES");
  all.at(2).next(all.at(1));
  last.drive(all.at(2));
});

test("is reset as a whole, by number", async () => {
  expect(verilog(m, { sources: false })).toContain("all <= 3'd0;");
  const { findings } = await lintDesign(emitDesign(m), m);
  expect(findings).toEqual([]);
});
