/** The program `registers`: the hardware does what the host expects of it, and what it does not do is found by its name. */
import { describe, expect, it } from "vitest";
import { registerOperations } from "#driver/baremetal/registers/scenario.ts";
import { type Kind, lanes, type Operation, tableFiles } from "#driver/baremetal/registers/table.ts";
import { elements } from "#hdl/regmap/layout.ts";
import { doorbellStride } from "#rtl/ict/slot-words.ts";
import { doorbellMap, doorbellsOffset, nicMap } from "#rtl/nic/registers.ts";
import { socConfigs } from "#rtl/soc/config.ts";
import { regionOf, socMap } from "#rtl/soc/map.ts";
import { systemMap } from "#rtl/soc/system.ts";
import { start, systems } from "./harness.ts";

describe.each(systems)("%s", (config) => {
  const operations = registerOperations(socConfigs[config]);
  const map = socMap(socConfigs[config]);

  // Of the many slots of four harts' system some stand for all: the whole table takes minutes of a processor there, and is
  // what `./accio soc run registers --config soc4` runs.
  const tried = config === "soc1" ? operations : registerOperations(socConfigs[config], { slots: [0, 21, 63] });
  it.each(["raw", "paper"])(
    "every register is as the host says, timing %s",
    async (timing) => {
      const files = tried === operations ? {} : { files: tableFiles(tried) };
      const { text, exitCode } = await start(config, "registers", { timing, maxCycles: 20_000_000, ...files });
      expect(text).toBe(`registers: ${tried.length} operations, 0 wrong\n`);
      expect(exitCode).toBe(0);
    },
    900_000,
  );

  it("the table has every register at every width and place, read and, where it can be, written", () => {
    const touched = new Set(operations.map((o) => `${o.kind === "clock" ? "read" : o.kind} ${o.address} ${o.bytes}`));
    for (const [name, registers] of [
      ["accio", nicMap(socConfigs[config].accio)],
      ["system", systemMap],
    ] as const) {
      const { base } = regionOf(map, name);
      for (const r of registers.registers.flatMap((p) => [...elements(p)]))
        for (const { first, bytes } of lanes) {
          // The exit code itself ends the program; it is the program's last access.
          const ends = r.title === "EXIT" && first < 4 && bytes >= 4;
          const at = base + r.offset + first;
          expect(touched.has(`read ${at} ${bytes}`), `${r.title} read ${first}, ${bytes}`).toBe(true);
          const clock = r.title === "CYCLES" || r.title === "TIMESTAMP";
          if (!ends && !clock) expect(touched.has(`write ${at} ${bytes}`), `${r.title} written ${first}, ${bytes}`).toBe(true);
        }
    }
    // The prototype's pages are no map: two registers of each stand for them.
    const pages = { prototype_ict: [0x00, 0x310 + 0x300], prototype_nic: [0x3060, 0x4410] } as const;
    for (const [name, offsets] of Object.entries(pages))
      for (const { first, bytes } of lanes)
        for (const offset of offsets) {
          const at = regionOf(map, name).base + offset + first;
          for (const kind of ["read", "write"]) expect(touched.has(`${kind} ${at} ${bytes}`), `${kind} ${name} ${offset}`).toBe(true);
        }
    const page = regionOf(map, "accio").base + doorbellsOffset + 5 * doorbellStride;
    for (const r of doorbellMap(socConfigs[config].accio).registers)
      for (const { first, bytes } of lanes)
        for (const kind of ["read", "write"]) expect(touched.has(`${kind} ${page + r.offset + first} ${bytes}`), r.title).toBe(true);
    for (let register = 0; register < 8; register++) {
      const at = regionOf(map, "uart").base + 4 * register;
      expect(touched.has(`read ${at} 1`) && touched.has(`read ${at} 2`) && touched.has(`read ${at} 4`)).toBe(true);
    }
  });
});

describe("what is wrong is found", () => {
  const { soc1 } = socConfigs;
  const few = registerOperations(soc1, { slots: [2] });
  const flip = (bit: bigint) => (o: Operation) => ({ ...o, value: o.value ^ (1n << bit) });
  const reported = async (operations: readonly Operation[]) => start("soc1", "registers", { files: tableFiles(operations) });

  it("the shorter table that is changed below is right", async () => {
    expect((await reported(few)).text).toBe(`registers: ${few.length} operations, 0 wrong\n`);
  });

  /** What is changed: the operation of this kind and name, of those the nth; and the line that tells of it. */
  interface Change {
    readonly kind: Kind;
    readonly name: string;
    readonly nth: number;
    readonly how: (o: Operation) => Operation;
    readonly line: RegExp;
  }
  const change = (kind: Kind, name: string, nth: number, how: Change["how"], line: RegExp): Change => ({ kind, name, nth, how, line });
  const at = (address: number) => (o: Operation) => ({ ...o, address });
  const changes: Readonly<Record<string, Change>> = {
    "a value": change("read", "accio MAC", 5, flip(3n), /^accio MAC at 0x1100001[89a-f], operation \d+, read of \d bytes: read 0x/),
    "an identifier": change(
      ...(["read", "accio ID", 0, flip(0n)] as const),
      /^accio ID at 0x11000000, operation \d+, read of 1 bytes: read 0x41, and should be 0x40$/,
    ),
    "a slot's flag": change("read", "accio SLOT[2].STATUS", -1, flip(2n), /^accio SLOT\[2\]\.STATUS at 0x11040208, .*should be 0x/),
    "a counter": change(
      ...(["wait", "accio TX_FRAMES", 0, flip(1n)] as const),
      /^accio TX_FRAMES at 0x11000128, .* wait of 8 bytes: stayed 0x1, and should be 0x3$/,
    ),
    "an event": change("read", "accio EVENTS", -1, flip(0n), /^accio EVENTS at 0x11000030, /),
    "a trap that does not come": change(
      ...(["readTraps", "nowhere", 0, at(0x1100_0000)] as const),
      /^nowhere at 0x11000000, .*cause 0xff \(no trap\), and should be 0x5$/,
    ),
    "a trap that should not come": change("read", "accio CAPABILITIES", 0, at(0x0800_0000), /^accio CAPABILITIES at 0x08000000, /),
    "a clock that stands": change(
      ...(["clock", "accio_system CYCLES", 14, (o: Operation) => ({ ...o, address: o.address + 8 })] as const),
      /^accio_system CYCLES at 0x10010010, .*cycles counted 0x0, and should be 0x/,
    ),
    "a character": change("read", "uart register 0", -1, flip(7n), /^uart register 0 at 0x10020000, /),
    "a refused doorbell": change(
      ...(["read", "accio PROTECTION.FOREIGN", -1, flip(60n)] as const),
      /^accio PROTECTION\.FOREIGN at 0x11000280, .*should be 0x1000/,
    ),
    "an entry of a ready queue": change("read", "accio TAKE[0]", -2, flip(0n), /^accio TAKE\[0\] at 0x11000880, /),
    "a register of the prototype": change("read", "prototype_nic MAC", -1, flip(5n), /^prototype_nic MAC at 0x10044410, /),
    "an interrupt": change("read", "plic", 3, flip(0n), /^plic at 0x0c200004, .* read of 4 bytes: read 0x1, and should be 0x0$/),
  };
  it("each of some changes, by its name", async () => {
    const changed = [...few];
    for (const { kind, name, nth, how } of Object.values(changes)) {
      const place = few.flatMap((o, i) => (o.kind === kind && o.name === name ? [i] : [])).at(nth);
      if (place === undefined) throw new Error(`no ${kind} of ${name}`);
      changed[place] = how(few[place] as Operation);
    }
    const { lines, exitCode } = await reported(changed);
    for (const [what, { line }] of Object.entries(changes))
      expect(
        lines.some((l) => line.test(l)),
        `${what} in\n${lines.join("\n")}`,
      ).toBe(true);
    expect(exitCode).toBe(1);
  });

  it("only so many are shown, and all are counted", async () => {
    const wrong = few.map((o) => (o.kind === "read" && o.name === "boot_rom" ? flip(0n)(o) : o));
    const count = few.filter((o) => o.kind === "read" && o.name === "boot_rom").length;
    const { lines } = await reported(wrong);
    expect(lines).toHaveLength(22);
    expect(lines[20]).toBe(`... and ${count - 20} more`);
    expect(lines[21]).toBe(`registers: ${few.length} operations, ${count} wrong`);
  });
});
