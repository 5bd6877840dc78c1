/** A design as files: complete, in order, and the same bytes from everywhere. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bool, external, HdlError, input, module, output } from "#hdl";
import { emitDesign } from "#hdl/emit/index.ts";
import { pads, twoQueues } from "./examples.ts";

test("one file per module, children first, a file list and a core file", () => {
  const files = emitDesign(twoQueues);
  expect([...files.keys()]).toEqual(["queue_8x16.v", "queue_8x4.v", "two_queues.v", "two_queues.f", "two_queues.core"]);
  expect(files.get("two_queues.f")).toBe("queue_8x16.v\nqueue_8x4.v\ntwo_queues.v\n");
  expect(files.get("two_queues.core")).toBe(`CAPI=2:
name: "::two_queues:0"
description: "Two queues in a row, and how full they are."
filesets:
  rtl:
    file_type: verilogSource-2005
    files:
      - queue_8x16.v
      - queue_8x4.v
      - two_queues.v
targets:
  default: &default
    filesets: [rtl]
    toplevel: two_queues
  lint:
    <<: *default
    default_tool: verilator
    tools:
      verilator:
        mode: lint-only
        verilator_options: [-Wall]
`);
});

test("external Verilog comes along, found beside the TypeScript that declares it", () => {
  const files = emitDesign(pads);
  expect([...files.keys()]).toEqual(["differential_buffer.v", "pads.v", "pads.f", "pads.core"]);
  expect(files.get("differential_buffer.v")).toContain("module differential_buffer");
});

test("external Verilog with an absolute path stays where it is, and its clock goes by its own names", () => {
  const large = external(
    "large",
    { i: input(bool), o: output(bool) },
    { sources: ["/elsewhere/large.v"], clocks: [{ name: "", pins: { clock: "clock", reset: "reset" } }] },
  );
  const top = module("has_large", { i: input(bool), o: output(bool) }, ({ i, o }, h) => o.drive(h.instance("inner", large, { i }).o));
  const files = emitDesign(top);
  expect(files.get("/elsewhere/large.v")).toBe("");
  expect(files.get("has_large.f")).toBe("/elsewhere/large.v\nhas_large.v\n");
  expect(files.get("has_large.v")).toMatch(/large inner \([\s\S]*\.clock\(clk\),\s+\.reset\(rst\)/);
  expect(top.domains.map((d) => d.clock.name)).toEqual(["clk"]);
});

test("an external file that is not there is named with the line that asks for it", () => {
  const gone = external("gone", { i: input(bool), o: output(bool) }, { sources: ["nowhere/gone.v"] });
  const top = module("needs_gone", { i: input(bool), o: output(bool) }, ({ i, o }, h) => o.drive(h.instance("g", gone, { i }).o));
  expect(() => emitDesign(top)).toThrow(/design\.test\.ts:\d+: error: external module gone: its source nowhere\/gone\.v cannot be read/);
});

test("two modules of one name are refused", () => {
  const one = module("same_name", { i: input(bool), o: output(bool) }, ({ i, o }) => o.drive(i));
  const two = module("same_name", { i: input(bool), o: output(bool) }, ({ i, o }) => o.drive(i.not()));
  const top = module("uses_both", { i: input(bool), o: output(bool) }, ({ i, o }, h) => {
    const a = h.instance("a", one, { i });
    o.drive(h.instance("b", two, { i: a.o }).o);
  });
  expect(() => emitDesign(top)).toThrow(HdlError);
});

test("the bytes depend neither on the folder nor on the run", () => {
  const examples = join(import.meta.dirname, "examples.ts");
  const emit = join(import.meta.dirname, "../../../hdl-gen/emit/index.ts");
  const script = `
    const { examples } = await import(${JSON.stringify(examples)});
    const { emitDesign } = await import(${JSON.stringify(emit)});
    for (const m of examples) for (const [name, text] of emitDesign(m)) process.stdout.write(name + "\\n" + text);`;
  const elsewhere = mkdtempSync(join(tmpdir(), "accio-elsewhere-"));
  const hash = (cwd: string): string =>
    createHash("sha256")
      .update(execFileSync(process.execPath, ["--input-type=module", "-e", script], { cwd, maxBuffer: 2 ** 26 }))
      .digest("hex");
  try {
    expect(hash(elsewhere)).toBe(hash(import.meta.dirname));
  } finally {
    rmSync(elsewhere, { recursive: true });
  }
});
