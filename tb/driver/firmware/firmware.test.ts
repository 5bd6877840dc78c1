/**
 * The firmware, compiled and run on QEMU: its SBI by a supervisor-mode payload on one hart and on four, its emulation of
 * misaligned accesses by calling it, since QEMU never traps on them. Broken firmwares must be found out.
 */
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bareMetal, firmware, firmwareFiles, firmwareFolder, linuxFolder } from "#driver/linux/compile.ts";
import { qemuArguments, runQemu } from "#driver/linux/qemu.ts";
import { readElf } from "#sim/soc/elf.ts";

const here = import.meta.dirname;
const memoryBytes = 32 * 2 ** 20;
/** What the test programs end with when nothing failed: no status that comes by accident. */
const allGood = 42;

interface Result {
  readonly status: number;
  readonly output: string;
}

const run = async (firmwareFile: string, harts: number, words: readonly string[] = [], seconds = 120): Promise<Result> => {
  const chunks: Uint8Array[] = [];
  const { status } = await runQemu({
    arguments: [...qemuArguments(harts, memoryBytes, firmwareFile), ...words],
    console: (bytes) => chunks.push(bytes),
    input: false,
    seconds,
  });
  return { status, output: Buffer.concat(chunks).toString() };
};

const payload = (): Promise<string> =>
  bareMetal("payload", [join(here, "payload.S"), join(here, "payload.c")], join(here, "payload.ld"), ["-fno-builtin"]);
const runPayload = async (firmwareFile: string, harts: number, seconds?: number): Promise<Result> =>
  run(firmwareFile, harts, ["-kernel", await payload(), "-append", `harts=${harts}`], seconds);

/** The firmware of a folder, with the test of misaligned accesses in place of its start. */
const misalignedTest = (folder: string): Promise<string> => {
  const { files, script } = firmwareFiles(folder);
  return bareMetal("misaligned", [...files, join(here, "misaligned.c")], script, ["-Wl,--wrap=start_first"]);
};

describe("the source", () => {
  it("has at most 600 lines of C", () => {
    const lines = readdirSync(firmwareFolder)
      .filter((f) => /\.[ch]$/.test(f))
      .map((f) => readFileSync(join(firmwareFolder, f), "utf8").split("\n").length - 1);
    expect(lines.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(600);
  });

  it("is one small piece at the beginning of memory", async () => {
    const { entry, segments } = readElf(await firmware());
    expect(entry).toBe(0x8000_0000n);
    expect(segments.map((s) => s.address)).toEqual([0x8000_0000n]);
    expect(segments[0]?.bytes).toBeLessThan(8192);
  });
});

describe.each([1, 4])("SBI on %d hart(s)", (harts) => {
  it("does what the specification says", async () => {
    const { status, output } = await runPayload(await firmware(), harts);
    expect(output.split(/\r?\n/).filter((line) => /FAILED|error|firmware:/.test(line))).toEqual([]);
    expect(output).toContain("through DBCN");
    // A hart more brings its starts, stops and interrupts.
    expect(output.match(/^ok /gm)?.length).toBe(harts === 1 ? 100 : 170);
    expect(status).toBe(allGood);
  });
});

it("misaligned loads and stores: every instruction, size, offset and register", async () => {
  expect(await run(await misalignedTest(firmwareFolder), 1)).toEqual({ status: allGood, output: "" });
});

it("a machine without a CLINT is refused with a word", async () => {
  const { status, output } = await run(await firmware(), 1, ["-machine", "aclint=on"]);
  expect(output).toMatch(/firmware: the device tree has no CLINT: hart 0x0000000000000000 /);
  expect(status).toBe(70);
});

interface Mutant {
  readonly what: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
}
const inSbi: readonly Mutant[] = [
  { what: "a probe that finds everything", file: "sbi.c", from: "if (all[i] == extension)", to: "if (all[i] == extension || i < 99)" },
  { what: "a console that reads the firmware", file: "sbi.c", from: "address >= start + RESIDENT_BYTES", to: "address >= start" },
  { what: "a timer that stays pending", file: "hart.c", from: "csr_clear(mip, INT_STIMER);", to: "" },
  { what: "a timer that never comes", file: "hart.c", from: "csr_set(mie, INT_MTIMER);", to: "" },
  { what: "an open firmware", file: "hart.c", from: "0x1f18", to: "0x1f1f" },
  { what: "an interrupt to oneself that is lost", file: "hart.c", from: "  serve(&harts[self]);\n  for", to: "  for" },
  { what: "a hart started twice", file: "hart.c", from: "return bad(SBI_ALREADY_AVAILABLE);", to: "return good(0);" },
  { what: "rdtime into the wrong register", file: "start.S", from: "srli t1, t0, 7", to: "srli t1, t0, 8" },
  { what: "rdtime that spoils a register", file: "start.S", from: "loaded_rd:\n  ld t0, 5*8(sp)", to: "loaded_rd:\n" },
  {
    what: "an illegal instruction that is skipped",
    file: "trap.c",
    from: "csr_write(sepc, csr_read(mepc));",
    to: "csr_write(sepc, csr_read(mepc) + 4);",
  },
];
const inEmulation: readonly Mutant[] = [
  { what: "a load without its sign", file: "misaligned.c", from: "op->is_signed = !(funct3 & 4);", to: "op->is_signed = false;" },
  { what: "a word in a floating-point register that is not boxed", file: "misaligned.c", from: "value | -1ul << 32", to: "value" },
  { what: "a compressed instruction of four bytes", file: "misaligned.c", from: "== 3 ? 4 : 2", to: "== 3 ? 4 : 4" },
  { what: "a store of the wrong register", file: "misaligned.c", from: "i >> 2 & 31", to: "i >> 7 & 31" },
  { what: "a load one byte short", file: "start.S", from: "slli a1, a1, 3\n", to: "slli a1, a1, 3\n  addi a1, a1, -8\n" },
  { what: "a fault that goes unseen", file: "start.S", from: "  csrr a1, mcause\n  ret", to: "  li a1, 0\n  ret" },
];

/** A copy of the firmware with one thing changed; the same one each time, so that what is compiled from it is kept. */
const mutant = ({ what, file, from, to }: Mutant): string => {
  const folder = join(linuxFolder(), "mutants", what.replaceAll(" ", "-"));
  cpSync(firmwareFolder, folder, { recursive: true });
  const text = readFileSync(join(firmwareFolder, file), "utf8");
  expect(text.split(from)).toHaveLength(2);
  writeFileSync(join(folder, file), text.replace(from, to));
  return folder;
};

// Some of them hang, which is being found, too: a good one takes less than a second.
const mutantSeconds = 15;
describe("the tests find", () => {
  it.each(inSbi)("$what", async (m) => {
    const { files, script } = firmwareFiles(mutant(m));
    const { status } = await runPayload(await bareMetal("mutant", files, script), 1, mutantSeconds);
    expect(status).not.toBe(allGood);
  });

  it.each(inEmulation)("$what", async (m) => {
    const { status } = await run(await misalignedTest(mutant(m)), 1, [], mutantSeconds);
    expect(status).not.toBe(allGood);
  });
});
