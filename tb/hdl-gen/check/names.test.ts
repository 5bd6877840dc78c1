/** Reserved words, illegal and clashing names. */
import { describe, expect, test } from "vitest";
import { bool, input, module, output, stream, struct } from "#hdl";
import { checkModule } from "#hdl/check/index.ts";
import { complaint, marks, shown, warnings } from "./complaints.ts";

const at = marks(import.meta.url);

describe("names", () => {
  test("reserved words of Verilog and SystemVerilog", () => {
    expect(
      complaint(
        () => module("m", { a: input(bool), reg: output(bool) }, ({ a, reg }) => reg.drive(a)), // @verilog
      ),
    ).toBe(`${at("verilog")}: error: output "reg" is a reserved word of Verilog; choose another name [reserved]`);
    expect(
      complaint(() =>
        module("m", { a: input(bool), q: output(bool) }, ({ a, q }, h) => {
          const { logic } = h.nets({ logic: a.not() }); // @system
          q.drive(logic);
        }),
      ),
    ).toBe(`${at("system")}: error: net "logic" is a reserved word of SystemVerilog; choose another name [reserved]`);
    expect(complaint(() => module("table", { a: input(bool), q: output(bool) }, ({ a, q }) => q.drive(a)))).toContain(
      'module "table" is a reserved word of Verilog',
    );
  });
  test("no identifiers", () => {
    expect(complaint(() => module("m-1", {}, () => {}))).toContain('module name "m-1" is no Verilog identifier');
    expect(
      complaint(
        () => module("m", { "2b": input(bool) }, () => {}), // @digit
      ),
    ).toBe(`${at("digit")}: error: "2b" is no Verilog identifier: letters, digits and _, not starting with a digit [name]`);
  });
  test("a field and a signal that flatten to one name", () => {
    expect(
      complaint(() =>
        module("m", { head: input(struct({ valid: bool })), q: output(bool) }, ({ head, q }, h) => {
          // @field
          const { head_valid } = h.nets({ head_valid: head.valid }); // @clash
          q.drive(head_valid);
        }),
      ),
    ).toContain(`${at("clash")}: error: head_valid is declared twice in m [name]`);
    expect(complaint(() => module("m", { s: input(stream(bool)), s_ready: output(bool) }, () => {}))).toContain(
      "s_ready is declared twice in m",
    );
  });
  test("capitals alone: a warning", () => {
    const m = module("m", { a: input(bool), q: output(bool) }, ({ a, q }, h) => {
      const { Count } = h.nets({ Count: a.not() }); // @upper
      const { count } = h.nets({ count: Count.not() }); // @lower
      q.drive(count);
    });
    expect(warnings(m)).toEqual([
      `${at("lower")}: warning: net count and net Count differ only in capitals [name-case]\n    ${at("upper")}: the net`,
    ]);
  });
  test("words that Verilator would warn of, for signals and memories only", () => {
    const inner = module("queue", { a: input(bool), q: output(bool) }, ({ a, q }) => q.drive(a));
    const m = module("m", { a: input(bool), q: output(bool) }, ({ a, q }, h) => q.drive(h.instance("set", inner, { a }).q));
    expect(m.warnings).toEqual([]);
    expect(
      complaint(() =>
        module("m", { a: input(bool), q: output(bool) }, ({ a, q }, h) => {
          const { long } = h.nets({ long: a.not() }); // @cplusplus
          q.drive(long);
        }),
      ),
    ).toBe(`${at("cplusplus")}: error: net "long" is a word of C++ that Verilator stumbles over; choose another name [reserved]`);
    expect(
      complaint(() =>
        module("m", { a: input(bool), q: output(bool) }, ({ a, q }, h) => {
          const cells = h.memory("map", bool, 2);
          cells.write(a, a);
          q.drive(cells.read(a));
        }),
      ),
    ).toContain('error: memory "map" is a word of C++');
  });
  test("made elsewhere, two signals of one name are found too", () => {
    const m = module("m", { a: input(bool), q: output(bool) }, ({ a, q }, h) => {
      const { n } = h.nets({ n: a });
      q.drive(n);
    });
    const [net] = m.signals;
    const found = checkModule({ ...m, signals: [net, { ...net, name: "a" }] as typeof m.signals });
    expect(shown(found)[0]).toContain("error: net a has the name of an input; rename one of them [name]");
  });
});
