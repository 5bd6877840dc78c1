/**
 * The module around a harness that gives it clocks and resets; its other inputs are free.
 *
 * One clock: a step is a cycle. Reset is 1 in the first cycle, in which registers hold anything, and 0 from then on.
 * Several clocks: each may have an edge in any step, as the solver likes. All resets are 1 until every clock has had an
 * edge; then each is released at the next edge of its own clock.
 */
import type { Module } from "#hdl";

/** Names in the waveform: everything of the harness stands below `TOP.harness`. */
export const wrapperName = "proof";
export const harnessName = "harness";

/** Verilog of the wrapper. */
export const wrapper = (harness: Module): string => {
  const ports = harness.ports.filter((p) => p.kind === "input");
  const range = (width: number): string => (width === 1 ? "" : ` [${width - 1}:0]`);
  const inputs = [
    ...harness.domains.map((d) => `input wire ${d.clock.name}`),
    ...ports.map((p) => `input wire${range(p.width)} ${p.name}`),
  ];
  const several = harness.domains.length > 1;
  const prefix = (name: string): string => (name === "" ? "main" : name);
  const started = harness.domains.map((d) => `${prefix(d.name)}_started`);
  const body = harness.domains.flatMap((d) => {
    const [start, run, clock] = [`${prefix(d.name)}_started`, `${prefix(d.name)}_running`, d.clock.name];
    if (!several) return [`  reg ${run} = 1'b0;`, `  always @(posedge ${clock}) ${run} <= 1'b1;`];
    return [
      `  reg ${start} = 1'b0, ${run} = 1'b0;`,
      `  always @(posedge ${clock}) begin`,
      `    ${start} <= 1'b1;`,
      `    ${run} <= ${started.join(" && ")};`,
      "  end",
    ];
  });
  // Registers of one clock are used by the other before they are declared where there are several.
  const declared = several ? body.filter((l) => l.startsWith("  reg ")) : [];
  const connections = [
    ...harness.domains.map((d) => `.${d.clock.name}(${d.clock.name})`),
    ...harness.resets.map((d) => `.${d.reset.name}(!${prefix(d.name)}_running)`),
    ...ports.map((p) => `.${p.name}(${p.name})`),
  ];
  return [
    `module ${wrapperName} (`,
    inputs.map((i) => `  ${i}`).join(",\n"),
    ");",
    ...declared,
    ...body.filter((l) => !declared.includes(l)),
    `  ${harness.name} ${harnessName} (`,
    connections.map((c) => `    ${c}`).join(",\n"),
    "  );",
    "endmodule",
    "",
  ].join("\n");
};
