/** The page on register maps is true: its programs run, print what it shows, and pass the type checker. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { kinds } from "#hdl/regmap/fields.ts";
import { regenerate, root, typeErrors } from "./pages.ts";

const path = join(root, "docs/registers.md");
const folder = join(root, "build/docs/registers");
let regenerated = "";
beforeAll(async () => {
  regenerated = await regenerate(readFileSync(path, "utf8"), folder);
});

test("every block prints what the page shows", () => expect(regenerated).toMatchFileSnapshot(path));
test("every block passes the type checker", async () => expect(await typeErrors(folder)).toBe(""));
test("the table has each kind of field, and no other", () => {
  const table = /\| kind \| software .*\n.*\n((?:\|.*\n)+)/.exec(readFileSync(path, "utf8"))?.[1] ?? "";
  expect([...table.matchAll(/^\| `(\w+)`/gm)].map((m) => m[1]).toSorted()).toEqual(Object.keys(kinds).toSorted());
});
