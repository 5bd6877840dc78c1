/**
 * What one map is printed as, against golden files, and what independent tools say of it. To accept a change, run
 * `./accio test regmap/outputs --update` and read the difference.
 */
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { emitDesign, verilog } from "#hdl/emit/index.ts";
import {
  cHeader,
  device,
  deviceOf,
  deviceTreeBinding,
  deviceTreeNode,
  html,
  markdown,
  registerBlock,
  systemRdl,
} from "#hdl/regmap/index.ts";
import { lintDesign } from "#sim/lint/index.ts";
import { pythonEnvironment } from "#toolchain/python.ts";
import { findTool } from "#toolchain/tools.ts";
import { example } from "./example.ts";
import { layout } from "./example-layout.ts";
import { mapOf, mapSpec } from "./random-map.ts";
import { Scratch } from "./scratch.ts";

const golden = (name: string): string => join(import.meta.dirname, "golden", name);
const placement = { bases: { registers: 0x1004_0000 }, interrupts: [5, 6], label: "nic" };
const whole = device({
  name: "ethernet",
  title: "Accio demonstration NIC",
  doc: 'A NIC with two pages of registers.\n\nThe second page holds: slots, "rings".',
  compatible: ["accio,demo"],
  regions: { control: example, slots: example },
  interrupts: { wake: "A thread has data" },
  properties: {
    "accio,slots": { type: "uint32", doc: "Slots of the table", required: true, minimum: 16, maximum: 1024 },
    "accio,serial": { type: "uint64", doc: "Serial number" },
    "accio,clock-hz": { type: "uint32", doc: "Clock" },
    "accio,board": { type: "string", doc: "Board: its name" },
    "accio,quiet": { type: "flag", doc: "Says nothing" },
  },
  dmaCoherent: true,
});
const wholePlacement = {
  bases: { control: 0x1000_0000, slots: 0x1_0000_0000n },
  interrupts: [[3, 4]],
  interruptParent: "plic",
  properties: {
    "accio,slots": 64,
    "accio,serial": 5_000_000_000n,
    "accio,clock-hz": 50_000_000,
    "accio,board": 'the "new" one',
    "accio,quiet": true,
  },
};
/** A system around a device's node. */
const tree = (node: string, cells: number, interruptCells: number): string => `/dts-v1/;

/ {
	#address-cells = <${cells}>;
	#size-cells = <${cells}>;
	compatible = "accio,test-system";
	model = "Test system";

	soc {
		#address-cells = <${cells}>;
		#size-cells = <${cells}>;
		compatible = "simple-bus";
		interrupt-parent = <&plic>;
		ranges;

		plic: interrupt-controller@c000000 {
			compatible = "sifive,plic-1.0.0";
			reg = <${cells === 2 ? "0x0 0xc000000 0x0 0x4000000" : "0xc000000 0x4000000"}>;
			#address-cells = <0>;
			#interrupt-cells = <${interruptCells}>;
			interrupt-controller;
		};

${node.replaceAll(/^(?=.)/gm, "\t\t")}	};
};
`;

describe("golden files", () => {
  const texts: Readonly<Record<string, string>> = {
    "demo_nic.h": cHeader(example),
    "demo_nic.rdl": systemRdl(example),
    "demo_nic.md": markdown(example),
    "demo_nic.dts": tree(deviceTreeNode(deviceOf(example), placement), 2, 1),
    "demo_nic_registers.v": verilog(registerBlock(example), { sources: false }),
    "accio,demo.yaml": deviceTreeBinding(whole, {
      maintainers: ["Accio developers <accio@example.org>"],
      folder: "net",
      example: wholePlacement,
    }),
    "demo_record.h": cHeader(layout),
  };
  test.each(Object.keys(texts))("%s", async (name) => {
    await expect(texts[name]).toMatchFileSnapshot(golden(name));
  });
});

test("the block passes every linter, with and without its properties", async () => {
  const block = registerBlock(example);
  expect(block.warnings).toEqual([]);
  const { findings } = await lintDesign(emitDesign(block), block);
  expect(findings).toEqual([]);
});

test("blocks of random maps pass every linter", async () => {
  for (const [i, spec] of fc.sample(mapSpec, { numRuns: 6, seed: 3 }).entries()) {
    const block = registerBlock(mapOf(spec, `random_${i}`));
    const { findings } = await lintDesign(emitDesign(block), block);
    expect(findings).toEqual([]);
  }
});

test("each statement of the block names the line of its field in the map", () => {
  const text = verilog(registerBlock(example));
  expect(text).toMatch(/CONTROL_udpPort_q <= .*\/\/ example\.ts:\d+|\/\/ example\.ts:\d+\n.*CONTROL_udpPort_q <=/);
});

describe("device tree", () => {
  const dtc = (text: string): { readonly status: number | null; readonly stderr: string } => {
    using scratch = new Scratch();
    const { status, stderr } = scratch.run(findTool("dtc"), [
      "-@",
      "-I",
      "dts",
      "-O",
      "dtb",
      "-o",
      "out.dtb",
      scratch.write("in.dts", text),
    ]);
    return { status, stderr };
  };
  test("dtc takes the nodes without a warning, and warns of wrong ones", () => {
    expect(dtc(tree(deviceTreeNode(deviceOf(example), placement), 2, 1))).toEqual({ status: 0, stderr: "" });
    expect(dtc(tree(deviceTreeNode(deviceOf(example), { ...placement, addressCells: 1, sizeCells: 1 }), 1, 1))).toEqual({
      status: 0,
      stderr: "",
    });
    expect(dtc(tree(deviceTreeNode(whole, wholePlacement), 2, 2))).toEqual({ status: 0, stderr: "" });
    expect(dtc(tree(deviceTreeNode(deviceOf(example), placement), 1, 1)).stderr).toContain("Warning");
  });
  test("dt-schema takes the bindings, and finds what is wrong with one", () => {
    const python = join(pythonEnvironment(join(import.meta.dirname, "dtschema.txt")), "bin/python3");
    const check = (text: string): { readonly status: number | null; readonly stdout: string; readonly stderr: string } => {
      using scratch = new Scratch();
      const id = /schemas\/(.*)#$/m.exec(text)?.[1] ?? "none.yaml";
      return scratch.run(python, [join(import.meta.dirname, "check-binding.py"), scratch.write(`bindings/${id}`, text)]);
    };
    const options = { maintainers: ["Accio developers <accio@example.org>"], folder: "net" };
    expect(check(deviceTreeBinding(whole, { ...options, example: wholePlacement }))).toEqual({ status: 0, stdout: "", stderr: "" });
    const one = deviceTreeBinding(deviceOf(example), { ...options, example: { ...placement, addressCells: 1, sizeCells: 1 } });
    expect(check(one)).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(check(one.replace("required:", "needed:")).stderr).toContain("'needed' is not one of");
  });
  test("mistakes are named", () => {
    const { regions } = whole;
    const base = { title: "Wrong", doc: "text", compatible: ["accio,wrong"], regions };
    expect(() => device({ ...base, compatible: ["wrong"] })).toThrow(
      'control-regs: compatible "wrong" is not of the form "vendor,device"'.replace("control-regs", "demo-nic"),
    );
    expect(() => device({ ...base, name: "Net" })).toThrow('"Net" is no node name');
    expect(() => device({ ...base, properties: { reg: { type: "flag", doc: "text" } } })).toThrow(
      'property "reg" has a meaning of its own in device trees; name it "vendor,reg"',
    );
    expect(() => device({ ...base, properties: { "accio,poll-us": { type: "uint64", doc: "text" } } })).toThrow(
      '"accio,poll-us" ends in a unit, so device trees read it as uint32, not uint64',
    );
    expect(() => device({ ...base, interrupts: { "Wake 0": "text" } })).toThrow('"Wake 0" is no name for reg-names or interrupt-names');
    expect(() => device({ ...base, regions: {} })).toThrow('device "Wrong" has no register region');
    const node = (placement: object): string => deviceTreeNode(whole, { ...wholePlacement, ...placement });
    expect(() => node({ bases: { control: 0 } })).toThrow('ethernet: no base address for region "slots"');
    expect(() => node({ bases: { ...wholePlacement.bases, ring: 0 } })).toThrow('ethernet has no region "ring"; it has control, slots');
    expect(() => node({ addressCells: 1 })).toThrow('base of "slots" 0x100000000 does not fit 1 cell of 32 bits');
    expect(() => node({ interrupts: [] })).toThrow("ethernet has 1 interrupts (wake), and 0 are placed");
    expect(() => node({ properties: {} })).toThrow('property "accio,slots" is required and has no value');
    expect(() => node({ properties: { "accio,slots": 8 } })).toThrow('property "accio,slots" is 8, outside 16 to 1024');
    expect(() => node({ properties: { "accio,slots": "many" } })).toThrow('property "accio,slots" is of type uint32, not string');
    expect(() => node({ properties: { "accio,slots": 64, "accio,rows": 1 } })).toThrow(
      'ethernet has no property "accio,rows"; it has accio,slots',
    );
  });
});

describe("documents", () => {
  test("every link of the Markdown leads to a heading", () => {
    const text = markdown(example);
    const headings = new Set(
      [...text.matchAll(/^## (.*)$/gm)].map((m) =>
        (m[1] as string)
          .toLowerCase()
          .replaceAll(/[^a-z0-9_ -]/g, "")
          .replaceAll(" ", "-"),
      ),
    );
    const links = [...text.matchAll(/\]\(#([^)]*)\)/g)].map((m) => m[1] as string);
    expect(links).toHaveLength(example.registers.length);
    expect(links.filter((l) => !headings.has(l))).toEqual([]);
  });
  test("the page is whole, and needs nothing from elsewhere", () => {
    const page = html(example);
    const open: string[] = [];
    for (const [, close, name] of page.matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*>/g)) {
      if (["meta", "br", "input"].includes(name as string)) continue;
      if (close === "") open.push(name as string);
      else expect(open.pop()).toBe(name);
    }
    expect(open).toEqual([]);
    expect(page).not.toMatch(/(src|href)="(?!#)/);
    for (const m of page.matchAll(/href="#([^"]*)"/g)) expect(page).toContain(`<section id="${m[1]}">`);
    // Each drawing of bits has as many columns as the register has bits, in rows of 32.
    for (const [, drawing] of page.matchAll(/<table class="bits">(.*?)<\/table>/gs)) {
      const columns = [...(drawing as string).matchAll(/colspan="(\d+)"/g)].reduce((n, m) => n + Number(m[1]), 0);
      const numbers = [...(drawing as string).matchAll(/class="number"/g)].length;
      expect(columns).toBe(numbers);
      expect([8, 16, 32, 64]).toContain(columns);
    }
  });
  test("text of the map cannot break out of the page", () => {
    const { LINK } = example.nodes;
    const map = { ...example, doc: '<script>alert("x")</script>', registers: [], nodes: { LINK }, windows: [] };
    expect(html(map)).toContain("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;");
  });
});
