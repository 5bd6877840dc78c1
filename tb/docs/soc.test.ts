/**
 * docs/soc.md: its tables are the hardware's, its programs run and print what it shows, and its tables of options have
 * every option. `./accio test docs/soc -u` writes the page.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { command } from "#cli/commands/soc.ts";
import { describeProgram, programs } from "#driver/baremetal/programs.ts";
import { registerTexts } from "#hdl/regmap/describe.ts";
import { socConfigs } from "#rtl/soc/config.ts";
import { hex, socMap } from "#rtl/soc/map.ts";
import { soc } from "#rtl/soc/soc.ts";
import { systemMap } from "#rtl/soc/system.ts";
import { buildUdp } from "#sim/models/packet/index.ts";
import { writeCapture } from "#sim/models/pcap/index.ts";
import { parseClient } from "#sim/soc/client-spec.ts";
import { timings } from "#sim/soc/timing.ts";
import { blocksOf, markdownTable, replacePart, root } from "./pages.ts";

const path = join(root, "docs/soc.md");
const text = readFileSync(path, "utf8");
const folder = join(root, "build/docs/soc");

/** What a command of the page prints, without what depends on the machine. */
const shown = (words: readonly string[]): string => {
  const { stdout, stderr, status } = spawnSync(process.execPath, [join(root, "cli/main.ts"), ...words], { cwd: folder, encoding: "utf8" });
  expect([0, 3, 70]).toContain(status);
  const all = `${stdout}${stderr}`.replaceAll(`${folder}/`, "").replaceAll("./build/docs/soc/", "").replaceAll("build/docs/soc/", "");
  const lines = all
    .replace(/, [\d.]+ s \(\d+ k cycles\/s\)/, "")
    .trim()
    .split("\n");
  return `\`\`\`text\n${lines.map((l) => l.trimEnd()).join("\n")}\n\`\`\``;
};

const outputs = new Map<string, string>();
beforeAll(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const b of blocksOf(text)) if (b.language === "c") writeFileSync(join(folder, b.words[0] as string), `${b.text}\n`);
  writeCapture(join(folder, "in.pcap"), [{ timestamp: 0n, data: buildUdp({ payload: new TextEncoder().encode("hello") }) }]);
  for (const name of ["first", "upper", "lost"]) {
    const line = blocksOf(text)
      .flatMap((b) => (b.language === "sh" ? b.text.split("\n") : []))
      .find((l) => l.startsWith(`./accio soc run ${name}.c`));
    if (line === undefined) throw new Error(`the page has no command that runs ${name}.c`);
    outputs.set(name, shown(line.split(" ").slice(1)));
  }
}, 900_000);

test("programs, map, pins and timings", async () => {
  const map = socMap(socConfigs.soc1);
  const pins = new Map<string, string>();
  for (const [name, port] of Object.entries(soc(socConfigs.soc1).shape)) {
    const doc = soc(socConfigs.soc1).ports.find((p) => p.name === name || p.name.startsWith(`${name}_`))?.doc ?? "";
    pins.set(`\`${name}\``, `${port.direction === "input" ? "in" : "out"} | ${doc}`);
  }
  let page = text;
  for (const [name, output] of outputs) page = replacePart(page, name, output);
  page = replacePart(
    page,
    "programs",
    markdownTable(
      ["program", "what it does"],
      programs()
        .map(describeProgram)
        .map((p) => [`\`${p.name}\``, p.summary]),
    ),
  );
  page = replacePart(
    page,
    "pins",
    markdownTable(
      ["pins", "way", "what it is"],
      [...pins].map(([name, rest]) => [name, ...rest.split(" | ")]),
    ),
  );
  page = replacePart(
    page,
    "map",
    markdownTable(
      ["from", "to", "region", "kind", "what it is"],
      map.regions.map((r) => [hex(r.base), hex(r.base + r.size - 1), `\`${r.name}\``, r.kind, r.doc]),
    ),
  );
  page = replacePart(
    page,
    "interrupts",
    markdownTable(
      ["source", "name", "what it says"],
      socMap(socConfigs.soc4).interrupts.map((x) => [x.source, `\`${x.name}\``, x.doc]),
    ),
  );
  page = replacePart(
    page,
    "system",
    markdownTable(
      ["offset", "register", "field", "bits", "what it is"],
      registerTexts(systemMap).flatMap((r) => r.fields.map((f) => [r.offset, `\`${r.title}\``, `\`${f.name}\``, f.bits, f.doc])),
    ),
  );
  page = replacePart(
    page,
    "timings",
    markdownTable(
      ["timing", "clock, MHz", "added to each access to a device", "memory read", "memory write", "wire, bits a cycle", "wire delay"],
      Object.values(timings).map((t) => [
        `\`${t.name}\``,
        t.clockMhz,
        t.mmioLatency,
        t.memory.openPage === undefined
          ? t.memory.read
          : `${t.memory.openPage.hit} in an open row, ${t.memory.openPage.miss}, ${t.memory.openPage.conflict} in place of another`,
        t.memory.write,
        t.wire.bitsPerCycle,
        t.wire.delay,
      ]),
    ),
  );
  await expect(page).toMatchFileSnapshot(path);
});

test("the table has every option of soc run, and no other", () => {
  const section = /\n## Options of `.\/accio soc run`\n([\s\S]*?)\n## /.exec(text)?.[1] ?? "";
  const rows = [...section.matchAll(/^\| (`--[^|]*)\|/gm)].map((m) => m[1] as string).join(" ");
  const named = [...rows.matchAll(/--[a-z-]+/g)].map((m) => m[0]).toSorted();
  const run = command.commands.find((c) => c.name() === "run");
  expect(named).toEqual((run?.options ?? []).map((o) => o.long ?? "").toSorted());
});

test("the load generator takes every part that the page names", () => {
  const section = /\n### The wire\n([\s\S]*?)\n### /.exec(text)?.[1] ?? "";
  const parts = [...section.matchAll(/^\| (`[^|]*)\|/gm)]
    .flatMap((m) => [...(m[1] as string).matchAll(/`([a-z]+)/g)].map((p) => p[1] as string))
    .filter((p) => p !== "closed" && p !== "open");
  expect(parts.length).toBeGreaterThan(10);
  const refused = (spec: string): string => {
    try {
      parseClient(spec, 100);
      return "";
    } catch (error) {
      return (error as Error).message;
    }
  };
  const list = /there are (.*)$/.exec(refused("closed,nonsense=1"))?.[1]?.split(", ") ?? [];
  expect(parts.toSorted()).toEqual(list.toSorted());
});

test("its headers and functions are the runtime's", () => {
  const headers = ["runtime.h", "nic.h"].map((f) => readFileSync(join(root, "driver/baremetal/runtime", f), "utf8")).join("\n");
  for (const name of [
    "hart_start",
    "fence_before_doorbell",
    "fence_after_status",
    "on_exception",
    "system_cycles",
    "nic_time",
    "ticks",
    "interrupts_on",
  ])
    expect(headers).toMatch(new RegExp(`\\b${name}\\(`));
});
