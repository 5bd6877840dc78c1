/** docs/library.md names everything that the library exports, and its program runs and prints what it shows. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { regenerate, root, typeErrors } from "./pages.ts";

const path = join(root, "docs/library.md");
const folder = join(root, "build/docs/library");
let regenerated = "";
beforeAll(async () => {
  regenerated = await regenerate(readFileSync(path, "utf8"), folder);
});

test("every block prints what the page shows", () => expect(regenerated).toMatchFileSnapshot(path));
test("every block passes the type checker", async () => expect(await typeErrors(folder)).toBe(""));

/** What only the library's own files use. */
const internal = new Set(["refuse"]);
test("the page names every function and constant of the library, and no other", () => {
  const sources = readdirSync(join(root, "hdl-gen/lib")).map((file) => readFileSync(join(root, "hdl-gen/lib", file), "utf8"));
  const exported = new Set(sources.flatMap((text) => [...text.matchAll(/^export (?:const|function) (\w+)/gm)].map((m) => m[1] as string)));
  const page = readFileSync(path, "utf8").replaceAll(/^```ts[\s\S]*?^```$/gm, "");
  const named = new Set([...page.matchAll(/`(\w+)/g)].map((m) => m[1] as string));
  expect([...exported].filter((name) => !named.has(name) && !internal.has(name)).toSorted()).toEqual([]);
});
