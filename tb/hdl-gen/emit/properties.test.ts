/** Properties: what formal tools and simulators make of the region that is written for them. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { bool, input, module, output, uint } from "#hdl";
import { verilog } from "#hdl/emit/index.ts";
import { findTool, verilators } from "../../../toolchain/tools.ts";

const watched = module("watched", { up: input(bool), value: output(uint(4)) }, ({ up, value }, h) => {
  const { count } = h.registers({ count: uint(4).reset(5) });
  h.when(up, () => count.next(count.add(1)));
  value.drive(count);
  h.assert('stays below "twelve", 100 %', count.lt(12));
  h.assume("rests at fifteen", count.eq(15).and(up).not());
  h.assert(
    "moves by one",
    h
      .pastValid()
      .and(count.sub(h.past(count)).gt(1))
      .not(),
  );
  h.cover("reaches nine", count.eq(9));
});

const folder = mkdtempSync(join(tmpdir(), "accio-properties-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, "watched.v");
writeFileSync(file, verilog(watched));

/** Counts up from the reset; the clock has an edge every ten units of time, the first at five. */
const bench = `module bench;
  reg clk = 0;
  reg rst = 1;
  reg up = 1;
  wire [3:0] value;
  watched dut (.clk(clk), .rst(rst), .up(up), .value(value));
  integer i;
  initial begin
    for (i = 0; i < 20; i = i + 1) begin
      #5 clk = 1;
      #1 rst = i < 2;
      #4 clk = 0;
    end
    $finish;
  end
endmodule
`;

describe("in simulation", () => {
  writeFileSync(join(folder, "bench.v"), bench);
  test("a failure calls $error with name, file and line at its cycle, not in reset", () => {
    execFileSync(findTool("iverilog"), ["-g2005", "-Wall", "-DACCIO_ASSERT", "-o", "bench.vvp", "watched.v", "bench.v"], { cwd: folder });
    const said = execFileSync(join(findTool("iverilog"), "../vvp"), ["-n", "bench.vvp"], { cwd: folder, encoding: "utf8" });
    const failures = [...said.matchAll(/^ERROR: \S+ (.*)\n\s+Time: (\d+) Scope: (\S+)$/gm)].map((m) => m.slice(1));
    // Out of reset at 26 with count 5; 12 is seen at the eighth edge from there.
    expect(failures[0]).toEqual([expect.stringMatching(/^stays below "twelve", 100 % \(properties\.test\.ts:\d+\)$/), "105", "bench.dut"]);
    expect(failures.map((f) => f[1])).toEqual(["105", "115", "125", "135", "135"]);
    expect(failures.at(-1)?.[0]).toMatch(/assumption: rests at fifteen \(properties\.test\.ts:\d+\)$/);
  });
  test("nothing is checked unless it is asked for", () => {
    execFileSync(findTool("iverilog"), ["-g2005", "-o", "silent.vvp", "watched.v", "bench.v"], { cwd: folder });
    expect(execFileSync(join(findTool("iverilog"), "../vvp"), ["-n", "silent.vvp"], { cwd: folder, encoding: "utf8" })).toBe("");
  });
  test.each(verilators().map((v) => [v.name, v] as const))("Verilator (%s) turns it into a message and a call of vl_stop", (name, v) => {
    const out = join(folder, name);
    execFileSync(v.bin, ["--cc", "--assert", "-DACCIO_ASSERT", "-Wall", "--Mdir", out, "--prefix", "Vwatched", "watched.v"], {
      cwd: folder,
      env: { ...process.env, ...v.environment },
      stdio: "ignore",
    });
    const generated = execFileSync("cat", [join(out, "Vwatched.h"), ...glob(out)], { encoding: "utf8", maxBuffer: 2 ** 24 });
    expect(generated).toContain("Assertion failed in");
    expect(generated).toMatch(/VL_STOP_MT\("watched\.v", \d+/);
    expect(generated).toMatch(/stays below \\"twelve\\", 100 %% \(properties\.test\.ts:\d+\)/);
  });
});
const glob = (out: string): readonly string[] => execFileSync("find", [out, "-name", "*.cpp"], { encoding: "utf8" }).trim().split("\n");

describe("in proofs", () => {
  const yosys = (...commands: readonly string[]): string =>
    execFileSync(findTool("yosys"), ["-q", "-p", [`read_verilog -formal ${file}`, "prep -top watched", ...commands].join("; ")], {
      encoding: "utf8",
      stdio: "pipe",
    });
  test("each property is a cell that goes by its name", () => {
    yosys(
      "select -assert-count 2 t:$assert",
      "select -assert-count 1 t:$assume",
      "select -assert-count 1 t:$cover",
      "select -assert-count 1 c:rests_at_fifteen",
    );
  });
  test("what fails is found, and what holds is proved", () => {
    const prove = (more: string): string =>
      yosys("delete t:$cover", "async2sync", "dffunmap", `sat -prove-asserts -set-assumes -set-at 1 rst 1 -verify ${more}`);
    // Without a step up nothing changes; with steps, twelve comes.
    expect(() => prove("-seq 8 -set up 0")).not.toThrow();
    expect(() => prove("-seq 12")).toThrow();
  });
});

test("the option leaves them out", () => {
  const text = verilog(watched, { properties: false });
  expect(text).not.toContain("ACCIO_ASSERT");
  expect(text).not.toContain("past");
});
