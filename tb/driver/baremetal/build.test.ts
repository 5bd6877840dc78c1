/** Programs are compiled: found again when nothing has changed, anew when anything has, with errors that say what to do. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { buildProgram, findProgram, includeFolder, resolveProgram } from "#driver/baremetal/build.ts";
import { baremetalHeaders } from "#driver/baremetal/headers.ts";
import { describeProgram, isElf, programs } from "#driver/baremetal/programs.ts";
import { parseSettings, settingsOf } from "#driver/baremetal/settings.ts";
import { socConfigs } from "#rtl/soc/config.ts";
import { regionOf, socMap } from "#rtl/soc/map.ts";
import { uartRegisters } from "#rtl/soc/uart.ts";
import { findTool, projectRoot } from "#toolchain/tools.ts";
import { accio } from "../../cli/run-cli.ts";
import { scratchFolder } from "./harness.ts";

const { soc1, soc4 } = socConfigs;
const folder = scratchFolder();
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const binary = (name: string): string => findTool("gcc-riscv64-elf").replace(/gcc$/, name);
const symbols = (elf: string): ReadonlyMap<string, number> =>
  new Map(
    execFileSync(binary("nm"), [elf], { encoding: "utf8" })
      .trim()
      .split("\n")
      .map((line) => line.split(" "))
      .map(([value, , name]) => [name ?? "", Number.parseInt(value ?? "", 16)]),
  );

describe("what comes out", () => {
  it.each(programs().flatMap((p) => [soc1, soc4].map((c) => [p.name, c.name, c] as const)))("%s for %s", async (name, _, config) => {
    const { elf } = await buildProgram(name, config);
    expect(isElf(elf)).toBe(true);
    const map = socMap(config);
    const memory = regionOf(map, "memory");
    const at = symbols(elf);
    expect(at.get("_start")).toBe(memory.base);
    expect(at.get("__stack_top")).toBe(memory.base + memory.size);
    expect((at.get("__heap_end") ?? 0) + config.harts * 65536).toBe(memory.base + memory.size);
  });

  it("is found again, and made anew when a source, a header, a setting, the system or the memory changes", async () => {
    const header = file("number.h", "#define NUMBER 1\n");
    const source = file(
      "found.c",
      '#include "number.h"\n#ifndef EXTRA\n#define EXTRA 0\n#endif\nint main(void) { return NUMBER + EXTRA; }\n',
    );
    const first = await buildProgram(source, soc1);
    expect(await buildProgram(source, soc1)).toEqual({ ...first, found: true });
    const others = [
      await buildProgram(source, soc4),
      await buildProgram(source, soc1, { settings: { EXTRA: 3 } }),
      await buildProgram(source, soc1, { memoryBytes: 32 << 20 }),
      await buildProgram(source, soc1, { stackBytes: 16384 }),
    ];
    writeFileSync(header, "#define NUMBER 2\n");
    others.push(await buildProgram(source, soc1));
    writeFileSync(source, `${readFileSync(source, "utf8")}\n`);
    others.push(await buildProgram(source, soc1));
    expect(new Set([first, ...others].map((b) => b.elf)).size).toBe(7);
  });

  it("does not depend on where the project lies, and its lines are found", async () => {
    const { elf } = await buildProgram("hello", soc1);
    expect(readFileSync(elf).includes(projectRoot)).toBe(false);
    const main = symbols(elf).get("main") ?? 0;
    const line = execFileSync(binary("addr2line"), ["-e", elf, `0x${main.toString(16)}`], { encoding: "utf8" });
    expect(line.trim()).toMatch(/^(\.\/)?driver\/baremetal\/programs\/hello\.c:\d+$/);
  });

  it("a folder is a program, and an ELF file is one as it is", async () => {
    mkdirSync(join(folder, "two"), { recursive: true });
    file("two/one.c", "int other(void);\nint main(void) { return other(); }\n");
    file("two/other.S", ".globl other\nother: li a0, 7\n ret\n");
    const { elf, name } = await buildProgram(join(folder, "two"), soc1);
    expect(name).toBe("two");
    expect(await resolveProgram(elf, soc1)).toBe(elf);
    expect(await resolveProgram("hello", soc1)).toBe((await buildProgram("hello", soc1)).elf);
  });

  it("the headers have the maps' numbers", async () => {
    const headers = baremetalHeaders(socMap(soc4));
    expect([...headers.keys()]).toEqual(["accio_soc.h", "accio_system.h", "accio_uart.h", "accio.h", "accio_doorbell.h"]);
    for (const number of Object.values(uartRegisters))
      expect(headers.get("accio_uart.h")).toMatch(new RegExp(`^#define UART_\\w+ ${4 * number}$`, "m"));
    const include = await includeFolder(socMap(soc4));
    for (const [name, text] of headers) expect(readFileSync(join(include, name), "utf8")).toBe(text);
  });
});

describe("what cannot be is said", () => {
  it.each([
    [
      "no program",
      "nothing-such",
      /^no such program: nothing-such: name an ELF file, a C file, or one of echo-poll, hello, registers, wake$/,
    ],
    ["a file of another kind", file("x.txt", "x"), /is neither C nor assembler: .*x\.txt: name an ELF file/],
    [
      "an error in it",
      file("bad.c", "int main(void) {\n  return nobody;\n}\n"),
      /^the compiler refuses it: bad: mend this:\n[^\n]*bad\.c[\s\S]*bad\.c:2:\d+: error: .nobody. undeclared/,
    ],
    ["a warning in it", file("warns.c", "int main(void) { int unused; return 0; }\n"), /unused variable/],
    ["no main", file("empty.c", "int other;\n"), /undefined reference to `main'/],
    [
      "more than fits",
      file("large.c", "static char c[100 << 20];\nint main(void) { return c[5] + (int)(long)c; }\n"),
      /region .ram. overflowed|do not fit the memory/,
    ],
  ])("%s", async (_, word, message) => {
    await expect(buildProgram(word, soc1)).rejects.toThrow(message);
  });
  it("stacks that cannot be", async () => {
    for (const stackBytes of [8192, 20000])
      await expect(buildProgram("hello", soc1, { stackBytes })).rejects.toThrow(/a multiple of 4096 from 16384 on/);
  });
  it("settings that are none", async () => {
    await expect(buildProgram("hello", soc1, { settings: { COUNT: 1 } })).rejects.toThrow(
      /^hello has no setting: COUNT: it has none: leave it out$/,
    );
    await expect(buildProgram("wake", soc1, { settings: { COUNTS: 1 } })).rejects.toThrow(
      /^wake has no setting: COUNTS: it has COUNT, ADDRESS, /,
    );
    expect(() => parseSettings(["COUNT"])).toThrow(/^no setting: COUNT: write KEY=VALUE/);
    expect(parseSettings(["COUNT=3", "A_B=1 + 2=3"])).toEqual({ COUNT: "3", A_B: "1 + 2=3" });
  });
  it("no compiler on this machine: which package brings it", () => {
    const { status, stderr } = accio(["soc", "program", "hello"], { PATH: "/nowhere" });
    expect(status).toBe(2);
    expect(stderr).toMatch(/gcc-riscv64-elf \(.*apt-get install --yes --no-install-recommends .*gcc-riscv64-unknown-elf/);
  });
});

describe("settings in a source", () => {
  it("are found with their comments", () => {
    const text =
      "/* How many. */\n#ifndef COUNT\n#define COUNT 10\n#endif\n#ifndef OTHER\n#define OTHER (1 << 2)\n#endif\n#ifndef A\n#define B 1\n#endif\n";
    expect(settingsOf(text)).toEqual([
      { name: "COUNT", value: "10", doc: "How many." },
      { name: "OTHER", value: "(1 << 2)", doc: "" },
    ]);
    expect(settingsOf("/* Two\n * lines. */\n#ifndef X\n#define X 1\n#endif\n")).toEqual([{ name: "X", value: "1", doc: "Two lines." }]);
  });
  it("every program compiles with each of its settings as they are", async () => {
    for (const p of programs()) {
      const { settings } = describeProgram(findProgram(p.name));
      await buildProgram(p.name, soc1, { settings: Object.fromEntries(settings.map((s) => [s.name, s.value])) });
    }
  });
});

describe("accio soc program", () => {
  it("lists programs and settings, and prints the path", () => {
    expect(accio(["soc", "program"]).stdout).toMatch(/^hello +Every hart says its number, in order$/m);
    expect(accio(["soc", "program", "wake", "--settings"]).stdout).toMatch(/^COUNT +10 +Times that each hart is woken\.$/m);
    expect(accio(["soc", "program", "hello", "--settings"]).stdout).toBe("hello has no settings\n");
    const { stdout, status } = accio(["soc", "program", "hello", "--config", "soc4"]);
    expect(status).toBe(0);
    expect(isElf(join(process.cwd(), stdout.trim()))).toBe(true);
    const names = (JSON.parse(accio(["soc", "program", "--json"]).stdout) as { name: string }[]).map((p) => p.name);
    expect(names).toEqual(programs().map((p) => p.name));
  });
  it("says what is wrong", () => {
    expect(accio(["soc", "program", "hello", "--set", "X=1"])).toMatchObject({ status: 2 });
    expect(accio(["soc", "program", "nobody"]).stderr).toMatch(/^accio: no such program: nobody: /);
  });
});
