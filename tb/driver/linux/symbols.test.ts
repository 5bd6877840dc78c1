/** Names of the guest's addresses: firmware, kernel where it was loaded, kernel where it runs. */
import { describe, expect, it } from "vitest";
import { firmware } from "#driver/linux/compile.ts";
import { kernel } from "#driver/linux/kernel.ts";
import { guestSymbols } from "#driver/linux/symbols.ts";
import { addressOf, readElf } from "#sim/soc/elf.ts";

const loaded = 0x8020_0000n;
const linked = 0xffff_ffff_8000_0000n;

describe("names of addresses", async () => {
  const { vmlinux } = await kernel();
  const symbols = guestSymbols(await firmware(), vmlinux);
  const start = addressOf(readElf(vmlinux), "start_kernel") ?? 0n;

  it("begin with the firmware", () => {
    expect(symbols.name(0x8000_0000n)).toBe("_start");
    expect(symbols.functions.filter((f) => f.first < loaded).map((f) => f.name)).toEqual(
      expect.arrayContaining(["trap_entry", "sbi_call"]),
    );
  });

  it("have the kernel where it runs, and where it was loaded", () => {
    expect(start).toBeGreaterThan(linked);
    expect(symbols.name(start)).toBe("start_kernel");
    expect(symbols.name(start + 2n)).toBe("start_kernel+0x2");
    expect(symbols.name(start - linked + loaded)).toBe("start_kernel");
    for (const name of ["do_idle", "handle_exception", "schedule"])
      expect(symbols.functions.filter((f) => f.name === name)).toHaveLength(2);
  });

  it("are in order and apart, as a profile wants them", () => {
    const { functions } = symbols;
    expect(functions.length).toBeGreaterThan(5000);
    const wrong = functions.filter((f, i) => f.end <= f.first || (functions[i + 1]?.first ?? f.end) < f.end);
    expect(wrong).toEqual([]);
  });

  it("are refused from what is no kernel", async () => {
    const other = await firmware();
    expect(() => guestSymbols(other, "package.json")).toThrow(/^not an ELF program: package\.json/);
  });
});
