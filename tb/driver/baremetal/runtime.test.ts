/** The runtime on the real cores: start-up, traps, several harts, console, and what is said of a program that is lost. */
import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { crashText } from "#sim/soc/crash.ts";
import { projectRoot } from "#toolchain/tools.ts";
import { hartsOf, start, systems, testProgram } from "./harness.ts";

describe.each(systems)("%s", (config) => {
  const harts = hartsOf(config);

  it.each(["raw", "paper"])("start-up, C library, exceptions and interrupts of every kind, timing %s", async (timing) => {
    const { text, exitCode, crash } = await start(config, testProgram("traps.c"), { timing });
    expect(crash).toBeNull();
    expect(text).toBe("traps: 0 failures\n");
    expect(exitCode).toBe(17);
  });

  it("several harts: tasks, locks, barriers, heap, interrupts, and lines that do not mix", async () => {
    const { lines, exitCode } = await start(config, testProgram("harts.c"));
    const count = 6;
    const line = (hart: number, n: number): string => {
      const numbers = Array.from({ length: n === count - 1 ? 100 : 5 }, (_, i) => `${String.fromCharCode(97 + hart)}${i},`);
      return `hart ${hart} line ${n} ${numbers.join("")} end of ${hart}`;
    };
    const wanted = Array.from({ length: harts }, (_, hart) => Array.from({ length: count }, (_, n) => line(hart, n)));
    for (let hart = 0; hart < harts; hart++) expect(lines.filter((l) => l.startsWith(`hart ${hart}`))).toEqual(wanted[hart]);
    expect(lines).toHaveLength(harts * count + 1);
    expect(lines.at(-1)).toBe("harts: 0 failures");
    expect(exitCode).toBe(0);
    // They were not one after the other.
    if (harts > 1) expect(lines.slice(0, harts * count)).not.toEqual(wanted.flat());
  });

  it.each([
    [0, /^store access fault without a handler$/, "be_lost", "0x08000000"],
    [1, /^store access fault without a handler$/, "deeper", undefined],
    [2, /^jumps to 0x00000040, where no code is$/, undefined, "0x00000040"],
    [3, /^illegal instruction without a handler$/, "be_lost", undefined],
    [4, /^store access fault without a handler$/, "in_handler", "0x08000004"],
    [6, /^breakpoint without a handler$/, "be_lost", undefined],
    [8, /^breakpoint without a handler$/, "abort", undefined],
    [9, /^store access fault without a handler$/, "be_lost", "0x00000040"],
  ])("a lost program is reported where it was lost, way %i", async (way, what, place, value) => {
    // The last hart: what the others do must not matter.
    const hart = harts - 1;
    const { exitCode, crash } = await start(config, testProgram("crash.c"), { settings: { WAY: way, HART: hart } });
    expect(exitCode).toBe(70);
    if (crash === null) throw new Error("no report");
    expect(crash.what).toMatch(what);
    expect(crash.hart).toBe(hart);
    if (place !== undefined) expect(crash.at?.symbol).toMatch(new RegExp(`^${place}\\b`));
    if (place !== undefined && place !== "abort") expect(crash.at?.source).toMatch(/tb\/driver\/baremetal\/programs\/crash\.c:\d+$/);
    if (value !== undefined) expect(crashText(crash)).toContain(value);
    expect(crash.harts[0]?.last).toHaveLength(20);
  });

  it("what a handler declines is said on the console before the report", async () => {
    const { text } = await start(config, testProgram("crash.c"), { settings: { WAY: 6 } });
    expect(text).toContain("declined cause 3\n");
  });

  it("an address that nothing has, and a program that never ends", async () => {
    const stray = await start(config, testProgram("crash.c"), { settings: { WAY: 5, HART: harts - 1 } });
    expect(stray.exitCode).toBe(70);
    expect(stray.crash?.what).toContain("0x50000000, where nothing is");
    const endless = await start(config, testProgram("crash.c"), { settings: { WAY: 7 }, maxCycles: 20_000 });
    expect(endless.exitCode).toBe(124);
    expect(endless.crash?.harts[0]?.at.source).toMatch(/crash\.c:\d+$/);
  });
});

it("what is typed is read, from the first character on", () => {
  const args = ["cli/main.ts", "soc", "run", testProgram("input.c"), "--input"];
  const line = "0123456789".repeat(6);
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: projectRoot, input: `a\nbc\n${line}\n\n`, encoding: "utf8" });
  expect(stdout).toBe(`name? a: 1\nbc: 2\n${line}: 60\n`);
  expect(status).toBe(0);
});
