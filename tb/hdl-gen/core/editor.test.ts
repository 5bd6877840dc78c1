/** The compiler agrees with every `@ts-expect-error` of editor.check.ts, and would not if one of them were wrong. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "../../..");
const compile = (text: string): string => {
  const folder = mkdtempSync(join(root, "tb/hdl-gen/core/.editor-"));
  try {
    writeFileSync(join(folder, "case.ts"), text);
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify({ extends: join(root, "tsconfig.json"), include: ["case.ts"], exclude: [] }),
    );
    return spawnSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", folder, "--noEmit"], {
      encoding: "utf8",
      cwd: root,
    }).stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
};
const text = readFileSync(join(import.meta.dirname, "editor.check.ts"), "utf8");

it("every expected error comes, and no other", () => expect(compile(text)).toBe(""));
it("each error is there without its expectation", () => {
  const bare = text.replaceAll("// @ts-expect-error", "//");
  const lines = compile(bare)
    .split("\n")
    .filter((l) => l.includes("error TS"));
  expect(lines.length).toBeGreaterThanOrEqual(text.split("// @ts-expect-error").length - 1);
});
it("the message says which widths differ", () => {
  expect(compile(text.replace(/\/\/ @ts-expect-error 8 and 9 bits\n\s*a\.add/, "a.add"))).toMatch(/WidthsDiffer<8, 9>/);
});
