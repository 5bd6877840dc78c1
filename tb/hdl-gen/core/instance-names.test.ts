/** What a parent's nets and bundle views are called, and the types found from values. */

import { expect, test } from "vitest";
import { array, bool, type Data, enumeration, input, module, output, sint, stream, struct, type Type, typeOf, uint } from "#hdl";

const pass = module("pass", { from: input(stream(uint(8))), to: output(stream(uint(8))) }, ({ from, to }) => to.connect(from));

test("a bundle of an instance goes by the instance's name in its parent", () => {
  const names: string[] = [];
  const m = module("parent", { from: input(stream(uint(8))), to: output(stream(uint(8))) }, ({ from, to }, h) => {
    const first = h.instance("first", pass, { from });
    const second = h.instance("second", pass, { from: first.to });
    names.push(first.to.name, second.from.name);
    to.connect(second.to);
  });
  expect(names).toEqual(["first_to", "second_from"]);
  expect(m.instances.map((i) => i.pins.map((p) => `${p.port}:${p.net.name}`))).toEqual([
    [
      "from_valid:first_from_valid",
      "from_ready:first_from_ready",
      "from_payload:first_from_payload",
      "to_valid:first_to_valid",
      "to_ready:first_to_ready",
      "to_payload:first_to_payload",
    ],
    [
      "from_valid:second_from_valid",
      "from_ready:second_from_ready",
      "from_payload:second_from_payload",
      "to_valid:second_to_valid",
      "to_ready:second_to_ready",
      "to_payload:second_to_payload",
    ],
  ]);
});

test("typeOf gives a type that takes the value back", () => {
  const kind = enumeration("kind", ["A", "B"]);
  const all = { octet: uint(8), number: sint(5), kind, items: array(uint(3), 4), record: struct({ a: bool, b: kind }, "record") };
  module("types", Object.fromEntries(Object.entries(all).map(([key, of]) => [key, input(of as Type<Data>, { unused: true })])), (io) => {
    for (const [key, of] of Object.entries(all)) {
      const value = io[key] as Data;
      const found = typeOf(value);
      expect(found.name).toBe(of.name);
      expect(found.leaves).toEqual(of.leaves);
      expect(found.of(value).width).toBe(of.width);
    }
  });
});
