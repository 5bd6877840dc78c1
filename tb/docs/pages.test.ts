/** The runner of documentation: what it runs, what it shows, and that it fails where a page is not true. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { blocksOf, programsOf, regenerate, root, textOf, typeErrors } from "./pages.ts";

mkdirSync(join(root, "build/docs"), { recursive: true });
const folder = mkdtempSync(join(root, "build/docs/page-"));
afterAll(() => rmSync(folder, { recursive: true }));
const page = (...blocks: string[]): string => blocks.map((b) => `\`\`\`${b}\n\`\`\``).join("\nWords.\n");

describe("reading a page", () => {
  test("blocks, their words and their lines", () => {
    expect(blocksOf("a\n```ts x.ts throws\nb\n\nc\n```\nd\n")).toEqual([
      { language: "ts", words: ["x.ts", "throws"], text: "b\n\nc", open: 1, close: 5 },
    ]);
    expect(() => blocksOf("a\n```ts\nb\n")).toThrow("line 2: this block is not closed");
  });
  test("a fence of four holds a fence of three", () =>
    expect(blocksOf("````md\n```ts\n```\n````\n").map((b) => b.language)).toEqual(["md"]));
  test.each([
    ["an output that nothing prints", page("text\n1"), "line 1: a text block shows what a ts block before it prints"],
    ["a second output", page("ts a.ts\n1", "text\n1", "text\n1"), "line 9: a text block shows"],
    ["no name", page("ts\n1"), "line 1: the first ts block of a page names its file"],
    ["an unknown word", page("ts a.ts run\n1"), 'line 1: "run" is neither a file name nor "throws"'],
    ["a name twice", page("ts a.ts\n1", "ts a.ts\n1"), "line 5: a second program a.ts"],
  ])("refuses %s", (_, text, message) => expect(() => programsOf(text)).toThrow(message));
  test("lines of a program are counted from its first block", () => {
    const [program] = programsOf(page("ts a.ts\none\ntwo", "sh\nls", "ts throws\nthree\nfour", "text\n?"));
    const lines = textOf(program as never, folder).split("\n");
    expect(lines.map((l) => l.replace(/^.*(?:; | => \{ )/, ""))).toEqual(["one", "two", "three", "four });", ""]);
  });
});

describe("running a page", () => {
  const good = page('ts a.ts\nconst a = 1;\nconsole.log("x", a);', "text\nx 1", "ts throws\nthrow new Error(String(a + 1));", "text\n2");
  test("a true page stays as it is", async () => expect(await regenerate(good, folder)).toBe(good));
  test("an untrue page comes back with the truth", async () => {
    const lie = good.replace("x 1", "x 2\ny").replace("```text\n2", "```text\n3");
    expect(await regenerate(lie, folder)).toBe(good);
  });
  test.each([
    ["a program that fails", page("ts b.ts\nthrow new Error('ouch');"), /program of line 1, b\.ts failed:[\s\S]*ouch/],
    ["a throws block that does not", page("ts b.ts throws\n1;", "text\n?"), /this block throws nothing/],
    ["output that no block shows", page("ts b.ts\nconsole.log(1);"), /line 1: this block prints, and no block behind it shows it/],
    ["an output block of a silent program", page("ts b.ts\n1;", "text\n1"), /line 5: this block shows output/],
  ])("refuses %s", async (_, text, message) => {
    await expect(regenerate(text, folder)).rejects.toThrow(message);
  });
  test("types are checked", async () => {
    await regenerate(page("ts c.ts\nexport const a: number = 1;"), folder);
    expect(await typeErrors(folder)).toBe("");
    await regenerate(page("ts c.ts\nexport const a: number = '1';"), folder);
    expect(await typeErrors(folder)).toMatch(/c\.ts\(1,\d+\): error TS2322/);
  });
});
