/** Linting finds what is wrong with every tool, and says where in the TypeScript it comes from. */
import { describe, expect, test } from "vitest";
import { bool, input, module, output, uint } from "#hdl";
import { emitDesign } from "#hdl/emit/index.ts";
import { lintDesign } from "#sim/lint/index.ts";
import { placeFinder } from "#sim/lint/places.ts";
import { icarusRemarks, verilatorRemarks, yosysRemarks } from "#sim/lint/tools.ts";

/** The line of the test file that the caller stands in, plus `by`. */
const line = (by: number): number => Number(/:(\d+):\d+\)?$/.exec((new Error().stack ?? "").split("\n")[2] ?? "")?.[1]) + by;

const firstLine = line(1);
const top = module("linted", { a: input(uint(8)), go: input(bool), y: output(uint(8)) }, ({ a, go, y }, h) => {
  const { kept } = h.registers({ kept: uint(8) });
  h.when(go, () => {
    kept.next(a);
  });
  y.drive(kept);
});

describe("what tools print", () => {
  test("Verilator", () => {
    const text = [
      "%Warning-UNUSEDSIGNAL: linted.v:5:15: Bits of signal are not used: 'x'[3:0]",
      "                                    : ... In instance linted",
      "    5 |   wire [7:0] x;",
      "%Error: linted.v:9:3: syntax error, unexpected endmodule",
      "%Error-UNSUPPORTED: other.v:2:1: Unsupported: thing",
      "%Error: Cannot find file containing module: 'gone'",
      "%Error: Exiting due to 3 error(s)",
    ].join("\n");
    expect(verilatorRemarks(text, "v").map((r) => [r.severity, r.code, r.file, r.line, r.message])).toEqual([
      ["warning", "UNUSEDSIGNAL", "linted.v", 5, "Bits of signal are not used: 'x'[3:0]"],
      ["error", null, "linted.v", 9, "syntax error, unexpected endmodule"],
      ["error", "UNSUPPORTED", "other.v", 2, "Unsupported: thing"],
      ["error", null, null, null, "Cannot find file containing module: 'gone'"],
    ]);
  });
  test("Icarus", () => {
    const text =
      "linted.v:5: warning: @* is sensitive to all 4 words in array 'x'.\nlinted.v:9: syntax error\n2 error(s) during elaboration.\n";
    expect(icarusRemarks(text).map((r) => [r.severity, r.file, r.line])).toEqual([
      ["warning", "linted.v", 5],
      ["error", "linted.v", 9],
    ]);
  });
  test("Yosys", () => {
    const text = [
      "linted.v:9: ERROR: syntax error, unexpected TOK_ENDMODULE",
      "Warning: Wire linted.\\x is used but has no driver.",
      "Warning: Replacing memory \\m with list of registers. See linted.v:12",
      "Warning: Yosys has only limited support for tri-state logic at the moment. (linted.v:3)",
    ].join("\n");
    expect(yosysRemarks(text).map((r) => [r.severity, r.file, r.line])).toEqual([
      ["error", "linted.v", 9],
      ["warning", null, null],
      ["warning", "linted.v", 12],
    ]);
  });
});

test("a line of Verilog leads to the statement that it comes from", () => {
  const files = emitDesign(top);
  const placeOf = placeFinder(top, files);
  const lines = (files.get("linted.v") ?? "").split("\n");
  const at = (text: string): number => lines.findIndex((l) => l.includes(text)) + 1;
  const place = (text: string) => placeOf("linted.v", at(text));
  expect(place("kept <= a")).toEqual({ file: import.meta.filename, line: firstLine + 3 });
  expect(place("if (go)")).toEqual({ file: import.meta.filename, line: firstLine + 2 });
  expect(place("assign y")?.line).toBe(firstLine + 5);
  expect(place("output wire")?.line).toBe(firstLine);
  expect(placeOf("other.v", 1)).toBeNull();
});

describe("with all tools", () => {
  test("a good design gives no remark", async () => {
    expect((await lintDesign(emitDesign(top), top)).findings).toEqual([]);
  });
  test.each([
    ["verilator", "an unused signal", (t: string) => t.replace("endmodule", "  wire [3:0] idle = a[3:0];\nendmodule")],
    ["verilator", "a width", (t: string) => t.replace("kept <= a", "kept <= a[6:0]")],
    ["icarus", "a syntax error", (t: string) => t.replace("kept <= a;", "kept <= ;")],
    [
      "icarus",
      "an array in always @*",
      (t: string) => t.replace("endmodule", "  reg [7:0] m [0:3];\n  reg [7:0] z;\n  always @* z = m[a[1:0]];\nendmodule"),
    ],
    ["yosys", "a wire without driver", (t: string) => t.replace("assign y = kept", "wire [7:0] nobody;\n  assign y = kept ^ nobody")],
  ])("%s finds %s", async (tool, _what, damage) => {
    const files = new Map(emitDesign(top));
    const text = files.get("linted.v") ?? "";
    files.set("linted.v", damage(text));
    expect(files.get("linted.v")).not.toBe(text);
    const { findings } = await lintDesign(files, top);
    expect(findings.map((f) => f.tool).some((t) => t.startsWith(tool))).toBe(true);
  });
  test("the place of a remark is the user's line", async () => {
    const files = new Map(emitDesign(top));
    files.set("linted.v", (files.get("linted.v") ?? "").replace("kept <= a", "kept <= a[6:0]"));
    const { findings } = await lintDesign(files, top);
    const width = findings.find((f) => f.code?.startsWith("WIDTH"));
    expect(width?.source).toEqual({ file: import.meta.filename, line: firstLine + 3 });
  });
});
