/**
 * The tutorial is true: its programs run, print what it shows, and pass the type checker. `./accio test docs/hdl -u`
 * writes what they print into the page; read it before you commit.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { regenerate, root, typeErrors } from "./pages.ts";

const path = join(root, "docs/hdl.md");
const folder = join(root, "build/docs/hdl");
let regenerated = "";
beforeAll(async () => {
  regenerated = await regenerate(readFileSync(path, "utf8"), folder);
});

test("every block prints what the page shows", () => expect(regenerated).toMatchFileSnapshot(path));
test("every block passes the type checker", async () => expect(await typeErrors(folder)).toBe(""));

test("the table of checks has each code of the language, and no other", () => {
  const sources = ["core", "check"].flatMap((folder) =>
    readdirSync(join(root, "hdl-gen", folder)).map((file) => readFileSync(join(root, "hdl-gen", folder, file), "utf8")),
  );
  const codes = sources.flatMap((text) => [...text.matchAll(/\b(?:fail|problem|remark)\(\s*"([a-z-]+)"/g)].map((m) => m[1] as string));
  const table = /\| check \| refuses \|\n.*\n((?:\|.*\n)+)/.exec(readFileSync(path, "utf8"))?.[1] ?? "";
  const listed = [...table.matchAll(/^\| ([^|]*) \|/gm)].flatMap((m) =>
    [...(m[1] as string).matchAll(/`([a-z-]+)`/g)].map((c) => c[1] as string),
  );
  expect(listed.toSorted()).toEqual([...new Set(codes)].toSorted());
});
