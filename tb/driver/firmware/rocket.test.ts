/**
 * The firmware on Rocket's RTL, where harts, CLINT and bus are the real ones: the same supervisor-mode payload as on QEMU,
 * in place of a kernel. It starts and stops every hart, interrupts all, and has all fence all.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { bareMetal, firmware, linuxFolder } from "#driver/linux/compile.ts";
import { limitStatus } from "#driver/linux/machine.ts";
import { rocket } from "#driver/linux/rocket.ts";
import { socConfigs } from "#rtl/soc/config.ts";
import { readElf } from "#sim/soc/elf.ts";
import { timingNamed } from "#sim/soc/timing.ts";
import { systems } from "../../sim/soc/programs.ts";

const here = import.meta.dirname;
let folder = "";
beforeAll(() => {
  mkdirSync(linuxFolder(), { recursive: true });
  folder = mkdtempSync(join(linuxFolder(), "rocket-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The payload as a kernel's Image is: bytes, the first of which is the first instruction. */
const imageOf = (elf: string): string => {
  const [segment] = readElf(elf).segments;
  const image = join(folder, "Image");
  writeFileSync(image, readFileSync(elf).subarray(segment?.offset, (segment?.offset ?? 0) + (segment?.bytes ?? 0)));
  return image;
};

const run = async (system: (typeof systems)[number], maxCycles: number) => {
  const { harts } = socConfigs[system];
  const payload = await bareMetal("payload", [join(here, "payload.S"), join(here, "payload.c")], join(here, "payload.ld"), [
    "-fno-builtin",
  ]);
  const chunks: Uint8Array[] = [];
  const cycles: number[] = [];
  const outcome = await rocket({ system, timing: timingNamed("raw"), maxCycles }).boot({
    memoryBytes: 16 * 2 ** 20,
    firmware: await firmware(),
    kernel: imageOf(payload),
    vmlinux: payload,
    init: payload,
    bootArguments: `harts=${harts}`,
    console: (bytes) => chunks.push(bytes),
    onCycle: (cycle) => cycles.push(cycle),
    input: false,
  });
  // The clock is told all the while.
  expect(cycles).toEqual(Array.from({ length: cycles.length }, (_, i) => i * 2 ** 18));
  expect(outcome.cycles).toBeLessThan(cycles.length * 2 ** 18);
  return { ...outcome, output: Buffer.concat(chunks).toString() };
};

it.each(systems)(
  "SBI on %s does what the specification says",
  async (system) => {
    const { status, output, report } = await run(system, 20_000_000);
    expect(report).toBeUndefined();
    expect(output.split(/\r?\n/).filter((line) => /FAILED|error|firmware:/.test(line))).toEqual([]);
    expect(output.match(/^ok /gm)?.length).toBe(socConfigs[system].harts === 1 ? 100 : 170);
    expect(status).toBe(42);
  },
  1_500_000,
);

it("a run that is cut off says where its harts are, by the names of firmware and kernel", async () => {
  const { status, stopped, report } = await run("soc1", 30_000);
  expect({ status, stopped }).toEqual({ status: limitStatus, stopped: true });
  expect(report).toMatch(/^no end within 30000 cycles\n/);
  expect(report).toMatch(/^hart 0: running in (supervisor|machine) mode$/m);
  expect(report).toMatch(/^ +\d+ {2}0x800[0-9a-f]+ {2}(call|put|trap|sbi_call|put_byte|console_call|expect|trap_entry)\b/m);
}, 1_500_000);
