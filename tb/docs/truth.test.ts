/** Links lead somewhere, commands exist with their options, and no page speaks of one machine. */
import { globSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { commands } from "#cli/registry.ts";
import { root } from "./pages.ts";
import { anchorsOf, brokenLinks, commandsIn, machinePaths, wrongCommand } from "./truth.ts";

const read = (path: string): string => readFileSync(path, "utf8");
const pages = globSync("{README.md,docs/**/*.md,samples/*.md,tb/**/*.md}", { cwd: root })
  .toSorted()
  .map((file) => join(root, file));

test("the pages are there", () => {
  const names = pages.map((p) => relative(root, p));
  for (const name of ["README.md", "docs/hdl.md", "docs/hdl-comparison.md", "docs/architecture.md", "docs/bridge.md"])
    expect(names).toContain(name);
  expect(names.filter((n) => n.startsWith("docs/decisions/")).length).toBeGreaterThan(11);
});

describe.each(pages.map((p) => [relative(root, p), p] as const))("%s", (_, path) => {
  const page = read(path);
  test("links lead somewhere", () => expect(brokenLinks(path, page, read)).toEqual([]));
  test("commands exist", async () => {
    const wrong = await Promise.all(commandsIn(page).map((words) => wrongCommand(words, commands)));
    expect(wrong.filter((w) => w !== null)).toEqual([]);
  });
  test("no machine's paths", () => expect(machinePaths(page)).toEqual([]));
});

test("each command is in the README", () => {
  const named = new Set(commandsIn(read(join(root, "README.md"))).map((words) => words[0]));
  expect(commands.map((c) => c.name).filter((name) => !named.has(name))).toEqual([]);
});

describe("what is wrong is found", () => {
  const here = join(root, "README.md");
  test("links", () => {
    const page = "# A B\n[x](nowhere.md) [y](#a-b) [z](#c) ![i](package.json) [w](https://x.org/y)\n```ts\n[q](none.md)\n```\n";
    expect(brokenLinks(here, page, read)).toEqual(["nowhere.md: there is no such file", "#c: the page has no such heading"]);
    expect([...anchorsOf("## Types, widths and `constants`\n")]).toEqual(["types-widths-and-constants"]);
  });
  test("commands", async () => {
    const page =
      "`./accio doctor --json` `./accio nothing`\n```sh\n./accio config tiny \\\n  --set slots=64 --sett x   # a remark\n./accio | head\n```\n";
    const found = commandsIn(page);
    expect(found).toEqual([["config", "tiny", "--set", "slots=64", "--sett", "x"], [], ["doctor", "--json"], ["nothing"]]);
    const wrong = await Promise.all(found.map((words) => wrongCommand(words, commands)));
    expect(wrong[0]).toContain("config has no option --sett");
    expect(wrong.slice(1, 3)).toEqual([null, null]);
    expect(wrong[3]).toContain("there is no command nothing");
  });
  test("paths", () =>
    expect(machinePaths("see /home/ana/x, `/tmp/y`; not /dev/accio, docs/work/a or ~/tmp/b")).toEqual(["/home/ana/x,", "/tmp/y"]));
});
