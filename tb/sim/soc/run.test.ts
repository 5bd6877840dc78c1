/** Programs on Rocket: how they end, what they print, what is said of those that crash. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type SocName, socConfigs } from "#rtl/soc/config.ts";
import { parse } from "#sim/models/packet/index.ts";
import { openCapture } from "#sim/models/pcap/index.ts";
import { parseClient } from "#sim/soc/client-spec.ts";
import { crashText } from "#sim/soc/crash.ts";
import { type RunOptions, runProgram } from "#sim/soc/run.ts";
import { boardMemory, timingNamed } from "#sim/soc/timing.ts";
import { hartsOf, systems, testPrograms } from "./programs.ts";

const programs = testPrograms();
afterAll(() => programs[Symbol.dispose]());

const start = async (config: SocName, name: string, defines: Record<string, string | number> = {}, options: Partial<RunOptions> = {}) => {
  let text = "";
  const run = await runProgram({
    program: programs.elf(name, defines),
    config,
    timing: timingNamed("raw"),
    maxCycles: 200_000,
    onConsole: (part) => {
      text += part;
    },
    ...options,
  });
  return { ...run, text };
};

describe.each(systems)("%s", (config) => {
  const harts = hartsOf(config);
  // The last one: what the others do must not matter.
  const hart = harts - 1;

  it("every hart runs, the console is the program's, and its code is the exit code", async () => {
    const { exitCode, text, result, crash } = await start(config, "harts", { HARTS: harts });
    expect(text).toBe(Array.from({ length: harts }, (_, n) => `${n}\n`).join(""));
    expect(exitCode).toBe(harts);
    expect(crash).toBeNull();
    for (const h of result.harts) expect(h.instructions).toBeGreaterThan(50);
  });

  it("prints and ends through HTIF", async () => {
    const { exitCode, text, result } = await start(config, "htif");
    expect(text).toBe("ok\nhe text of a system call lies across several lines of the cache, and starts and ends at any byte.\n");
    expect(exitCode).toBe(5);
    expect(result.htifUnknown).toBe(1234n);
  });

  it.each(["raw", "paper"])(
    "a program for the prototype runs by the prototype's addresses, with a plug in the wire, timing %s",
    async (timing) => {
      const wireOut = join(programs.folder, `${config}-${timing}-prototype.pcap`);
      const defines = { ROWS: socConfigs[config].accio.slots, CPUS: harts };
      const { result } = await start(config, "prototype", defines, {
        timing: timingNamed(timing),
        maxCycles: 2_000_000,
        loop: true,
        wireOut,
      });
      expect({ end: result.end, line: result.code }).toEqual({ end: "exit", line: 0 });
      const out = [...openCapture(wireOut, { maxFrame: 2000 })].map(({ data }) => ({ bytes: data.length, ...parse(data) }));
      expect(out.flatMap((frame) => frame.problems)).toEqual([]);
      const sizes = out.map(({ udp, payload, bytes }) => (udp === undefined ? bytes : payload.length));
      expect(sizes).toEqual([...Array.from({ length: 15 }, () => 64), 1472, 576, 201]);
    },
  );
  it("a plug in the wire, and somebody who sends from there", async () => {
    const client = parseClient("closed,count=1", 100);
    await expect(start(config, "htif", {}, { loop: true, client })).rejects.toThrow(
      "a plug at the far end of the wire, and somebody who sends",
    );
  });

  it.each([
    [42, 0],
    [43, 2],
  ])("a test as riscv-tests have them: traps that are meant, user mode, and a verdict for %i written in halves", async (expected, code) => {
    const { exitCode, crash } = await start(config, "physical", { EXPECTED: expected });
    expect(crash).toBeNull();
    expect(exitCode).toBe(code);
  });

  it("a program that never ends is stopped at the limit, and where it was is told", async () => {
    const { exitCode, crash, result } = await start(config, "crash", { CRASH: "loop", HART: hart }, { maxCycles: 5000 });
    expect(exitCode).toBe(124);
    expect(result.cycles).toBe(5000);
    expect(crash?.what).toBe("no end within 5000 cycles");
    expect(crash?.harts[hart]?.at.symbol).toMatch(/^loop/);
    expect(crash?.harts.map((h) => h.last.length)).toEqual(Array(harts).fill(20));
  });

  it.each([
    ["trap", "illegal instruction without a handler", /^trap\b/],
    ["jump", "jumps to 0x80400000, where no code is", undefined],
    ["load", "a load of hart N touches 0x10500008, where nothing is", /^load\b/],
    ["store", "a store of hart N touches 0x10500010, where nothing is", /^store\b/],
  ])("a program that falls over: %s", async (how, what, symbol) => {
    const { exitCode, crash } = await start(config, "crash", { CRASH: how, HART: hart });
    expect(exitCode).toBe(70);
    expect(crash?.what).toBe(what.replace("N", String(hart)));
    expect(crash?.hart).toBe(hart);
    if (symbol !== undefined) {
      expect(crash?.at?.symbol).toMatch(symbol);
      expect(crash?.at?.source).toMatch(/crash\.c:\d+$/);
    }
    const last = crash?.harts[hart]?.last ?? [];
    expect(last).toHaveLength(20);
    expect(last.some((l) => l.symbol?.startsWith("main"))).toBe(true);
    const text = crashText(crash as NonNullable<typeof crash>);
    expect(text).toContain(`hart ${hart}: `);
    if (how === "jump") expect(text).toMatch(/it came from 0x800\w+ jump/);
  });

  it("an access beyond memory is told", async () => {
    const { exitCode, crash } = await start(config, "crash", { CRASH: "beyond", HART: hart });
    expect(exitCode).toBe(70);
    expect(crash?.what).toBe("a read of 0x8f000000, beyond the memory's end at 0x84000000");
    expect(crash?.harts[hart]?.last.some((l) => l.symbol?.startsWith("beyond"))).toBe(true);
  });

  it("an unmapped access does not end a run that keeps on", async () => {
    const { exitCode } = await start(config, "crash", { CRASH: "load", HART: hart }, { keepUnmapped: true, maxCycles: 5000 });
    expect(exitCode).toBe(124);
  });

  it("timings: a device is 11 or 71 cycles away, memory later by what its timing says", async () => {
    const cycles = async (timing: string, mmio: number): Promise<number> => {
      const { exitCode } = await start(config, "latency", { MMIO: mmio }, { timing: timingNamed(timing) });
      return exitCode;
    };
    expect(await cycles("raw", 1)).toBe(11);
    expect(await cycles("paper", 1)).toBe(71);
    const later = (await cycles("paper", 0)) - (await cycles("raw", 0));
    expect(Math.abs(later - (boardMemory(50).openPage.hit - 1))).toBeLessThanOrEqual(1);
  });

  it("a profile tells callers, shares and instructions; nothing is lost", async () => {
    const { profiles = [], result, exitCode } = await start(config, "calls", {}, { profile: true });
    expect(exitCode).toBe(20);
    const profile = profiles[0] as NonNullable<(typeof profiles)[0]>;
    expect(profile.stacks).toBe("rebuilt");
    const of = (name: string) => profile.functions.find((f) => f.name === name);
    const ratio = (of("heavy")?.total ?? 0) / (of("light")?.total ?? 1);
    expect(ratio).toBeGreaterThan(6);
    expect(ratio).toBeLessThan(9.5);
    expect(of("heavy")?.self).toBeLessThan((of("heavy")?.total ?? 0) / 10);
    expect(of("deep")?.total).toBeLessThan(result.cycles / 4);
    const traps = profile.root.children.find((c) => c.name === "(traps)");
    expect(traps?.children.map((c) => c.name)).toEqual(["tick"]);
    const instructions = profile.functions.reduce((sum, f) => sum + f.instructions, 0);
    expect(instructions).toBe(result.harts[0]?.instructions);
    expect(profile.root.total).toBeLessThanOrEqual(result.cycles);
    expect(profile.root.total).toBeGreaterThan(result.cycles - 200);
  });

  it("two runs are alike, cycle by cycle", async () => {
    const runs = [await start(config, "harts", { HARTS: harts }), await start(config, "harts", { HARTS: harts })];
    const [a, b] = runs.map(({ result: { seconds: _, processorSeconds: __, ...rest } }) => rest);
    expect(a).toEqual(b);
  });
});

// A simulator of its own, a minute to compile: where everything is tested.
if (systems.length > 1)
  describe("a waveform", () => {
    it("has the cycles asked for, in picoseconds of 100 MHz, and changes nothing", async () => {
      const file = join(programs.folder, "waves.fst");
      const waves = { file, from: 1000, to: 1500 };
      const run = (more: Partial<RunOptions>) => start("soc1", "calls", {}, { profile: true, ...more });
      const [plain, traced] = [await run({}), await run({ waves })];
      expect(traced.result.cycles).toBe(plain.result.cycles);
      expect(traced.profiles).toEqual(plain.profiles);
      // FST: a header block with the first and last time, most significant byte first.
      const header = readFileSync(file);
      expect(header[0]).toBe(0);
      expect(Number(header.readBigUInt64BE(9))).toBeGreaterThanOrEqual(10_000_000);
      expect(Number(header.readBigUInt64BE(9))).toBeLessThan(10_020_000);
      expect(Number(header.readBigUInt64BE(17))).toBe(15_000_000);
    });
  });

describe("bad programs", () => {
  it.each([
    ["package.json", /^not an ELF program: .*package\.json: build it with/],
    [process.execPath, /^not a program for 64-bit RISC-V|^not a linked program/],
  ])("%s", async (program, message) => {
    await expect(runProgram({ program, config: "soc1", timing: timingNamed("raw") })).rejects.toThrow(message);
  });
  it("one that needs more memory than there is", async () => {
    await expect(start("soc1", "harts", { HARTS: 1 }, { memoryBytes: 4096 })).rejects.toThrow(
      /^it loads 0x8000\w+ to 0x8000\w+, and memory is 0x80000000 to 0x80000fff/,
    );
  });
});
