/** Rocket as declared is Rocket as generated, pin by pin; and everything around it is clean for every linter. */
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import type { ExternalModule } from "#hdl";
import { emitDesign } from "#hdl/emit/index.ts";
import { socConfigs } from "#rtl/soc/config.ts";
import { rocketSystem } from "#rtl/soc/rocket.ts";
import { soc } from "#rtl/soc/soc.ts";
import { lintDesign } from "#sim/lint/index.ts";
import { ensureRocket, rocketSources } from "#toolchain/rocket.ts";
import { systems } from "./systems.ts";

interface PinText {
  readonly name: string;
  readonly direction: string;
  readonly width: number;
}
const sorted = (pins: readonly PinText[]): readonly PinText[] => [...pins].sort((a, b) => (a.name < b.name ? -1 : 1));

/** The pins of a module in Verilog-2001 style, from its text. */
const pinsOf = (verilog: string, module: string): readonly PinText[] => {
  const head = verilog.slice(verilog.indexOf(`\nmodule ${module}(`));
  const list = head.slice(head.indexOf("(") + 1, head.indexOf(");"));
  return [...list.matchAll(/(input|output)\s+(?:\[(\d+):0\])?\s*(\w+)/g)].map(([, direction, high, name]) => ({
    name: name as string,
    direction: direction as string,
    width: Number(high ?? 0) + 1,
  }));
};
const declared = (x: ExternalModule): readonly PinText[] => [
  ...x.ports.map((p) => ({ name: p.name, direction: p.kind, width: p.width })),
  ...x.domains.flatMap((d) => [d.clock, d.reset].map((s) => ({ name: s.name, direction: "input", width: 1 }))),
];
/** A module with Rocket's pins that does nothing, for linters. */
const stub = (x: ExternalModule): string => {
  const pins = declared(x);
  const range = (width: number): string => (width === 1 ? "" : `[${width - 1}:0] `);
  return [
    "/* verilator lint_off UNUSEDSIGNAL */",
    "/* verilator lint_off DECLFILENAME */",
    `module ${x.name} (`,
    pins.map((p) => `  ${p.direction} wire ${range(p.width)}${p.name}`).join(",\n"),
    ");",
    ...pins.filter((p) => p.direction === "output").map((p) => `  assign ${p.name} = ${p.width}'d0;`),
    "endmodule",
    "",
  ].join("\n");
};

beforeAll(() => ensureRocket());

describe.each(Object.values(socConfigs).map((c) => [c.name, c] as const))("%s", (_, config) => {
  it("has the pins of the generated Verilog, all of them", () => {
    const [top] = rocketSources(config.rocket);
    const wanted = pinsOf(readFileSync(top as string, "utf8"), "ExampleRocketSystem");
    expect(wanted.length).toBeGreaterThan(120);
    expect(sorted(declared(rocketSystem(config)))).toEqual(sorted(wanted));
  });

  it("is one top called soc, with Rocket's files by path, and warns of nothing", () => {
    const top = soc(config);
    expect(top.name).toBe("soc");
    expect(top.warnings).toEqual([]);
    expect(top.domains.map((d) => d.name)).toEqual([""]);
    const files = emitDesign(top);
    expect([...files].filter(([name]) => name.startsWith("/")).map(([name, text]) => [name, text])).toEqual(
      rocketSources(config.rocket).map((name) => [name, ""]),
    );
    expect(files.get("soc.f")?.split("\n")).toEqual(expect.arrayContaining([...rocketSources(config.rocket), "soc.v"]));
  });
});

describe.each(systems.map((c) => [c.name, c] as const))("%s", (_, config) => {
  it("is clean for every linter, Rocket left out", async () => {
    const top = soc(config);
    const files = new Map([...emitDesign(top)].filter(([name]) => !name.startsWith("/")));
    files.set("rocket_stub.v", stub(rocketSystem(config)));
    const { findings, tools } = await lintDesign(files, top);
    expect(findings.map((f) => `${f.file}:${f.line}: ${f.message} [${f.tool}]`)).toEqual([]);
    expect(tools.length).toBeGreaterThanOrEqual(5);
  });
});
