/** Programs that cannot run in the guest are refused with the reason. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { linuxFolder, program } from "#driver/linux/compile.ts";
import { checkProgram } from "#driver/linux/elf.ts";

let folder = "";
const at = (name: string): string => join(folder, name);
const gcc = (compiler: string, ...words: string[]): void => {
  const { status, stderr } = spawnSync(compiler, words, { encoding: "utf8", cwd: folder });
  expect(status, stderr).toBe(0);
};

beforeAll(() => {
  mkdirSync(linuxFolder(), { recursive: true });
  folder = mkdtempSync(join(linuxFolder(), "elf-"));
  writeFileSync(at("main.c"), "int main(void) { return 0; }\n");
  writeFileSync(at("text"), "#!/bin/sh\necho this is a script, and long enough for an ELF header to fit in\n");
  writeFileSync(at("empty"), "");
  writeFileSync(at("cut"), Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]));
  gcc("riscv64-linux-gnu-gcc", "-o", "dynamic", "main.c");
  gcc("riscv64-linux-gnu-gcc", "-static", "-o", "static", "main.c");
  writeFileSync(at("start.c"), "void _start(void) { for (;;); }\n");
  gcc("riscv64-linux-gnu-gcc", "-static-pie", "-nostdlib", "-Wl,--no-dynamic-linker", "-o", "static-pie", "start.c");
  gcc("riscv64-linux-gnu-gcc", "-c", "-o", "object", "main.c");
  gcc("gcc", "-static", "-o", "host", "main.c");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a program for the guest", () => {
  it.each(["static", "static-pie"])("%s is one", (name) => expect(() => checkProgram(at(name))).not.toThrow());

  it.each([
    ["text", "not an ELF program"],
    ["empty", "not an ELF program"],
    ["cut", "not an ELF program"],
    ["host", "not a program for 64-bit RISC-V"],
    ["dynamic", "dynamically linked, and the guest has no shared libraries"],
    ["object", "an object file, not a program"],
  ])("%s is none: %s", (name, reason) => expect(() => checkProgram(at(name))).toThrow(`${reason}: ${at(name)}: `));

  it("is what our own are", async () => checkProgram(await program("init")));
});
