/**
 * docs/hdl-comparison.md shows the files of docs/examples as they are, and their sizes as counted.
 * `./accio test docs/comparison -u` writes both into the page.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Size, sizeOf } from "./count.ts";
import { markdownTable, replacePart, root } from "./pages.ts";

const path = join(root, "docs/hdl-comparison.md");
const examples = [
  ["FIFO", "fifo", "Fifo", "fifo"],
  ["Asynchronous FIFO", "async-fifo", "AsyncFifo", "async_fifo"],
  ["UDP parser", "udp-parser", "UdpParser", "udp_parser"],
  ["Register map", "register-map", "RegisterMap", "register_map"],
] as const;
const languages = ["Ours", "Chisel", "SpinalHDL", "Amaranth", "Verilog"] as const;
const filesOf = ([, ours, scala, lower]: (typeof examples)[number]): readonly string[] => [
  `${ours}.ts`,
  `chisel/${scala}.scala`,
  `spinal/${scala}.scala`,
  `amaranth/${lower}.py`,
  `verilog/${lower}.v`,
];
const read = (file: string): string => readFileSync(join(root, "docs/examples", file), "utf8");
const extensionOf = (file: string): string => file.slice(file.lastIndexOf(".") + 1);
const fences: Readonly<Record<string, string>> = { ts: "ts", scala: "scala", py: "python", v: "verilog" };

test("the page shows the examples and their sizes", async () => {
  let page = readFileSync(path, "utf8");
  for (const example of examples) {
    const blocks = filesOf(example).map(
      (file, i) => `### ${example[0]}: ${languages[i]}\n\n\`\`\`${fences[extensionOf(file)]}\n${read(file)}\`\`\`\n`,
    );
    page = replacePart(page, example[1], blocks.join("\n"));
  }
  const sizes = examples.map((example): readonly [string, ...Size[]] => [
    example[0],
    ...filesOf(example).map((f) => sizeOf(read(f), extensionOf(f))),
  ]);
  const rows = sizes.map(([name, ...list]) => [name, ...list.map((s) => `${s.lines} / ${s.tokens}`)]);
  page = replacePart(page, "sizes", markdownTable(["lines / tokens", ...languages], rows));
  await expect(page).toMatchFileSnapshot(path);
});

test("counting", () => {
  expect(sizeOf('/** Doc. */\nimport { a } from "a";\n\nconst b = a.and(c.not()); // why\n', "ts")).toEqual({ lines: 1, tokens: 14 });
  expect(sizeOf("// x\nassign b = a && !c; /* y\n z */\nwire [7:0] d = 8'hff;\n", "v")).toEqual({ lines: 2, tokens: 18 });
  expect(sizeOf('from a import b\n\n\nclass C:\n    """Doc."""\n\n    x = "a b" # why\n', "py")).toEqual({ lines: 2, tokens: 6 });
  expect(() => sizeOf("", "vhdl")).toThrow("no way to count .vhdl");
});
