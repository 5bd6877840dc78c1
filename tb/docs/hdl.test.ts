/**
 * The tutorial is true: its programs run, print what it shows, and pass the type checker. `./accio test docs/hdl -u`
 * writes what they print into the page; read it before you commit.
 */
import { readFileSync } from "node:fs";
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
