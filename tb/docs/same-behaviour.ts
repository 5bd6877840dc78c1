/**
 * Runs two Verilog modules with the same pins side by side in Icarus, on the same stimulus, and compares their outputs in
 * every cycle: the examples of docs/hdl-comparison.md are to do the same in every language.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Module, Signal } from "#hdl/core/ir.ts";
import { verilog } from "#hdl/emit/index.ts";
import { findTool } from "#toolchain/tools.ts";
import { root } from "./pages.ts";

/** Values of the inputs, by name, in one step; what is not named is 0. Clocks that rise in it are named in `clocks`. */
export interface Step {
  readonly inputs: Readonly<Record<string, bigint>>;
  /** Default: all. */
  readonly clocks?: readonly string[];
}
export interface Other {
  readonly module: string;
  readonly files: readonly string[];
  readonly parameters?: Readonly<Record<string, number>>;
  /** Its pin for one of ours, where it goes by another name. */
  readonly pins?: Readonly<Record<string, string>>;
}
export interface Comparison {
  readonly cycles: number;
  readonly mismatches: number;
  /** How often each output of one bit was 1, so that a test can see that something happened. */
  readonly ones: Readonly<Record<string, number>>;
  /** First mismatches, and the warnings of the compiler. */
  readonly report: string;
}

const range = (s: Signal): string => (s.width === 1 ? "" : ` [${s.width - 1}:0]`);

/**
 * @param qualified outputs that mean nothing while another output is 0: `{ pop_payload: "pop_valid" }`
 */
export const compare = (
  ours: Module,
  other: Other,
  steps: readonly Step[],
  qualified: Readonly<Record<string, string>> = {},
): Comparison => {
  const folder = join(root, "build/docs/compare", other.module);
  mkdirSync(folder, { recursive: true });
  const inputs = ours.ports.filter((p) => p.kind === "input");
  const outputs = ours.ports.filter((p) => p.kind === "output");
  const clocks = ours.domains.map((d) => d.clock.name);
  const resets = ours.resets.map((d) => d.reset.name);
  const width = inputs.reduce((n, p) => n + p.width, 0) + clocks.length;

  const words = steps.map((s) => {
    const parts = inputs.map((p): [bigint, number] => [BigInt.asUintN(p.width, s.inputs[p.name] ?? 0n), p.width]);
    const edges = clocks.map((c): [bigint, number] => [s.clocks === undefined || s.clocks.includes(c) ? 1n : 0n, 1]);
    return [...edges, ...parts].reduce((word, [value, bits]) => (word << BigInt(bits)) | value, 0n).toString(16);
  });
  writeFileSync(join(folder, "stimulus.hex"), `${words.join("\n")}\n`);
  writeFileSync(join(folder, "ours.v"), verilog(ours));

  const pins = (side: "a" | "b", rename: Readonly<Record<string, string>>): string =>
    [
      ...clocks.map((c) => `.${rename[c] ?? c}(${c})`),
      ...resets.map((r) => `.${rename[r] ?? r}(rst_all)`),
      ...inputs.map((p) => `.${rename[p.name] ?? p.name}(${p.name})`),
      ...outputs.map((p) => `.${rename[p.name] ?? p.name}(${side}_${p.name})`),
    ].join(", ");
  const parameters = Object.entries(other.parameters ?? {}).map(([name, value]) => `.${name}(${value})`);
  const edges = clocks.map((c) => `edge_${c}`);
  writeFileSync(
    join(folder, "bench.v"),
    `\`timescale 1ns/1ns
module bench;
  reg rst_all = 1;
${clocks.map((c) => `  reg ${c} = 0, edge_${c};`).join("\n")}
${inputs.map((p) => `  reg${range(p)} ${p.name} = 0;`).join("\n")}
${outputs.map((p) => `  wire${range(p)} a_${p.name}, b_${p.name}; integer ones_${p.name} = 0;`).join("\n")}
  reg [${width - 1}:0] stimulus [0:${steps.length - 1}];
  integer i, mismatches = 0;
  ${ours.name} a (${pins("a", {})});
  ${other.module}${parameters.length === 0 ? "" : ` #(${parameters.join(", ")})`} b (${pins("b", other.pins ?? {})});
  initial begin
    $readmemh("stimulus.hex", stimulus);
    repeat (4) begin #5; ${clocks.map((c) => `${c} = 1;`).join(" ")} #5; ${clocks.map((c) => `${c} = 0;`).join(" ")} end
    rst_all = 0;
    for (i = 0; i < ${steps.length}; i = i + 1) begin
      {${[...edges, ...inputs.map((p) => p.name)].join(", ")}} = stimulus[i];
      #5;
${outputs
  .map((p) => {
    const valid = qualified[p.name];
    return `      if (${valid === undefined ? "" : `a_${valid} && `}a_${p.name} !== b_${p.name}) begin
        mismatches = mismatches + 1;
        if (mismatches < 6) $display("step %0d: ${p.name}: %h and %h", i, a_${p.name}, b_${p.name});
      end
      if (a_${p.name} === 1'b1) ones_${p.name} = ones_${p.name} + 1;`;
  })
  .join("\n")}
${clocks.map((c) => `      ${c} = edge_${c};`).join("\n")}
      #5;
${clocks.map((c) => `      ${c} = 0;`).join("\n")}
    end
    $display("mismatches %0d", mismatches);
${outputs.map((p) => `    $display("ones ${p.name} %0d", ones_${p.name});`).join("\n")}
    $finish;
  end
endmodule
`,
  );
  const compiled = execFileSync(
    findTool("iverilog"),
    ["-g2005", "-Wall", "-Wno-timescale", "-s", "bench", "-o", "bench.vvp", "bench.v", "ours.v", ...other.files],
    { cwd: folder, encoding: "utf8", stdio: "pipe", timeout: 60_000 },
  );
  const printed = execFileSync(join(dirname(findTool("iverilog")), "vvp"), ["-n", "bench.vvp"], {
    cwd: folder,
    encoding: "utf8",
    timeout: 120_000,
  });
  const mismatches = /^mismatches (\d+)$/m.exec(printed)?.[1];
  if (mismatches === undefined) throw new Error(`the simulation of ${other.module} did not end:\n${printed}`);
  const ones = Object.fromEntries([...printed.matchAll(/^ones (\w+) (\d+)$/gm)].map((m) => [m[1] as string, Number(m[2])]));
  return { cycles: steps.length, mismatches: Number(mismatches), ones, report: compiled + printed.replaceAll(/^ones .*\n/gm, "") };
};
