/**
 * Emitted Verilog against golden files, which every linter accepts without a remark. To accept a change of the emitter,
 * run `./accio test golden --update` and read the difference.
 */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { emitDesign, verilog } from "#hdl/emit/index.ts";
import { lintDesign } from "#sim/lint/index.ts";
import { findTool } from "../../../toolchain/tools.ts";
import { examples } from "./examples.ts";

const golden = (name: string): string => join(import.meta.dirname, "golden", name);

describe.each(examples.map((m) => [m.name, m] as const))("%s", (name, m) => {
  test("is printed as the golden file says", async () => {
    await expect(verilog(m, { sources: false })).toMatchFileSnapshot(golden(`${name}.v`));
  });
  test("passes every linter, with and without its properties", async () => {
    const { findings, tools } = await lintDesign(emitDesign(m), m);
    expect(findings).toEqual([]);
    expect(tools.length).toBeGreaterThanOrEqual(5);
  });
});

test("a memory with byte enables becomes one block RAM", () => {
  const script = `read_verilog ${golden("byte_ram.v")}; synth_xilinx -top byte_ram -noiopad; select -assert-count 1 t:RAMB36E1; select -assert-none t:FDRE t:RAM*M`;
  expect(() => execFileSync(findTool("yosys"), ["-q", "-p", script], { stdio: "pipe" })).not.toThrow();
});
