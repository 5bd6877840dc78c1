/**
 * The README's first result, its list of commands and its list of dependencies are those of the project.
 * `./accio test docs/readme -u` writes the first two into the page.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { sampleEchoAddress } from "#cli/quickstart.ts";
import { commands } from "#cli/registry.ts";
import { catalogue } from "#toolchain/catalogue.ts";
import packageJson from "../../package.json" with { type: "json" };
import { markdownTable, replacePart, root } from "./pages.ts";

const path = join(root, "README.md");
let result = "";
beforeAll(() => {
  mkdirSync(join(root, "build/docs/readme"), { recursive: true });
  const out = "build/docs/readme/out.pcap";
  const args = ["cli/main.ts", "run", "samples/echo.pcap", out, "--bind", sampleEchoAddress, "--app", "echo", "--config", "tiny"];
  result = execFileSync(process.execPath, args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).replace(
    out,
    "build/quickstart/out.pcap",
  );
}, 1_800_000);

test("first result and commands", async () => {
  let page = readFileSync(path, "utf8");
  page = replacePart(page, "first-result", `\`\`\`text\n${result.trim()}\n\`\`\``);
  page = replacePart(
    page,
    "commands",
    markdownTable(
      ["command", "what it does"],
      commands.map((c) => [`\`./accio ${c.name}\``, c.summary]),
    ),
  );
  await expect(page).toMatchFileSnapshot(path);
});

test("every dependency has its line, and no line is of something else", () => {
  const section = /\n## What it stands on\n([\s\S]*?)\n## /.exec(readFileSync(path, "utf8"))?.[1] ?? "";
  const listed = [...section.matchAll(/^\| ([^|]*) \|/gm)].flatMap((m) =>
    [...(m[1] as string).matchAll(/`([^`]+)`/g)].map((c) => c[1] as string),
  );
  const npm = [...Object.keys(packageJson.dependencies), ...Object.keys(packageJson.devDependencies)];
  const requirements = readFileSync(join(root, "toolchain/requirements.txt"), "utf8");
  const debian = catalogue.flatMap((t) => (t.origin === "debian" ? [t.package] : []));
  for (const name of [...npm, ...debian]) expect(listed, `${name} is not in the README`).toContain(name);
  const known = new Set<string>([
    ...npm,
    ...debian,
    ...catalogue.map((t) => t.package),
    ...[...requirements.matchAll(/^([\w-]+)==/gm)].map((m) => m[1] as string),
  ]);
  expect(listed.filter((name) => !known.has(name))).toEqual([]);
});
