/**
 * The page about the bridge is true: its programs run, print what it shows, and pass the type checker. `./accio test
 * docs/bridge -u` writes what they print into the page; read it before you commit.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import * as triggers from "#sim/run/index.ts";
import { regenerate, root, typeErrors } from "./pages.ts";

const path = join(root, "docs/bridge.md");
const folder = join(root, "build/docs/bridge");
let regenerated = "";
beforeAll(async () => {
  regenerated = await regenerate(readFileSync(path, "utf8"), folder);
});

test("every block prints what the page shows", () => expect(regenerated).toMatchFileSnapshot(path));
test("every block passes the type checker", async () => expect(await typeErrors(folder)).toBe(""));
test("each name that a test imports is explained", () => {
  const page = readFileSync(path, "utf8");
  const missing = Object.keys(triggers).filter(
    (name) => !["Cancelled", "HangError", "Random", "Task"].includes(name) && !page.includes(name),
  );
  expect(missing).toEqual([]);
});
