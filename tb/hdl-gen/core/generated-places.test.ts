/** Generators speak for the lines and the documentation of what they generate from. */

import { expect, test } from "vitest";
import { type Bool, type Builder, bool, module, output, uint } from "#hdl";
import { writtenAt } from "#hdl/core/source.ts";

const place = { file: "/somewhere/map.ts", line: 7, column: 3 };

test("writtenAt: signals, statements and errors name the given place, and only inside", () => {
  const m = module("placed", { out: output(bool) }, ({ out }, h) => {
    const { kept } = writtenAt(place, () => h.registers({ kept: bool }));
    writtenAt(place, () => kept.next(kept.not()));
    out.drive(kept);
  });
  const [inside, outside] = m.body.map((s) => s.at.file);
  expect(m.signals[0]?.at).toEqual(place);
  expect(inside).toBe("/somewhere/map.ts");
  expect(outside).toBe(import.meta.filename);
  expect(() => writtenAt(place, () => module("wrong", { out: output(uint(4)) }, ({ out }) => out.drive(16)))).toThrow(
    "/somewhere/map.ts:7: error: 16 does not fit 4 bits",
  );
  expect(() => module("wrong", { out: output(uint(4)) }, ({ out }) => out.drive(16))).toThrow("generated-places.test.ts:");
});

test("documentation given as data stands in place of the doc comment", () => {
  const body = ({ out }: { out: Bool }, h: Builder): void => {
    /** Not this one. */
    const { kept } = h.registers({ kept: bool }, { doc: "From another" });
    const { wired } = h.wires({ wired: bool }, { doc: "And a third" });
    const { named } = h.nets({ named: kept.not() }, { doc: "And a fourth" });
    kept.next(named);
    wired.drive(kept);
    out.drive(wired);
  };
  const m = module("documented", { out: output(bool, { doc: "From a table" }) }, body, { doc: "A table" });
  expect(m.doc).toBe("A table");
  expect([...m.ports, ...m.signals].map((s) => [s.name, s.doc])).toEqual([
    ["out", "From a table"],
    ["kept", "From another"],
    ["wired", "And a third"],
    ["named", "And a fourth"],
  ]);
});
