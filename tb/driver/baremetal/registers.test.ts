/** The program `registers`: the hardware does what the host expects of it, and what it does not do is found by its name. */
import { describe, expect, it } from "vitest";
import { registerOperations } from "#driver/baremetal/registers/scenario.ts";
import { type Kind, lanes, type Operation, tableFiles } from "#driver/baremetal/registers/table.ts";
import { elements } from "#hdl/regmap/layout.ts";
import { nicMap } from "#rtl/nic/registers.ts";
import { socConfigs } from "#rtl/soc/config.ts";
import { regionOf, socMap } from "#rtl/soc/map.ts";
import { systemMap } from "#rtl/soc/system.ts";
import { start, systems } from "./harness.ts";

describe.each(systems)("%s", (config) => {
  const operations = registerOperations(socConfigs[config]);
  const map = socMap(socConfigs[config]);

  // The paper's latency makes four harts' table a matter of minutes, and shows nothing that one hart's does not.
  it.each(config === "soc1" ? ["raw", "paper"] : ["raw"])(
    "every register is as the host says, timing %s",
    async (timing) => {
      const { text, exitCode } = await start(config, "registers", { timing, maxCycles: 20_000_000 });
      expect(text).toBe(`registers: ${operations.length} operations, 0 wrong\n`);
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
    for (let register = 0; register < 8; register++) {
      const at = regionOf(map, "uart").base + 4 * register;
      expect(touched.has(`read ${at} 1`) && touched.has(`read ${at} 2`) && touched.has(`read ${at} 4`)).toBe(true);
    }
  });
});

describe("what is wrong is found", () => {
  const { soc1 } = socConfigs;
  const all = registerOperations(soc1);
  const without = (o: Operation): boolean => !o.name.startsWith("accio SLOT") || /SLOT\[[12]\]/.test(o.name);
  const few = all.filter(without);
  const change = (kind: Kind, name: string, nth: number, how: (o: Operation) => Operation): readonly Operation[] => {
    const places = few.flatMap((o, i) => (o.kind === kind && o.name === name ? [i] : []));
    const at = places.at(nth);
    if (at === undefined) throw new Error(`no ${kind} of ${name}`);
    return few.map((o, i) => (i === at ? how(o) : o));
  };
  const reported = async (operations: readonly Operation[]) => start("soc1", "registers", { files: tableFiles(operations) });
  const flip = (bit: bigint) => (o: Operation) => ({ ...o, value: o.value ^ (1n << bit) });

  it("the shorter table that is changed below is right", async () => {
    expect((await reported(few)).text).toBe(`registers: ${few.length} operations, 0 wrong\n`);
  });
  it.each([
    [
      "a value",
      change("read", "accio MAC", 5, flip(3n)),
      /^accio MAC at 0x110000(18|19|1a|1b|1c|1d|1e|1f), operation \d+, read of \d bytes: read 0x/,
    ],
    [
      "an identifier",
      change("read", "accio ID", 0, flip(0n)),
      /^accio ID at 0x11000000, operation \d+, read of 1 bytes: read 0x41, and should be 0x40$/,
    ],
    ["a slot's flag", change("read", "accio SLOT[2].STATUS", -1, flip(2n)), /^accio SLOT\[2\]\.STATUS at 0x11004208, .*should be 0x/],
    [
      "a counter",
      change("wait", "accio TX_FRAMES", 0, flip(1n)),
      /^accio TX_FRAMES at 0x11000128, .* wait of 8 bytes: stayed 0x1, and should be 0x3$/,
    ],
    ["an event", change("read", "accio EVENTS", -1, flip(0n)), /^accio EVENTS at 0x11000030, /],
    [
      "a trap that does not come",
      change("readTraps", "nowhere", 0, (o) => ({ ...o, address: 0x1100_0000 })),
      /^nowhere at 0x11000000, .*cause 0xff \(no trap\), and should be 0x5$/,
    ],
    ["a trap that should not come", change("read", "accio ID", 0, (o) => ({ ...o, address: 0x0800_0000 })), /^accio ID at 0x08000000, /],
    [
      "a clock that stands",
      change("clock", "accio_system CYCLES", 14, (o) => ({ ...o, address: o.address + 8 })),
      /^accio_system CYCLES at 0x10010010, .*cycles counted 0x0, and should be 0x/,
    ],
    ["a character", change("read", "uart register 0", -1, flip(7n)), /^uart register 0 at 0x10020000, /],
    ["an interrupt", change("read", "plic", 3, flip(0n)), /^plic at 0x0c200004, .* read of 4 bytes: read 0x1, and should be 0x0$/],
  ])("%s", async (_, operations, line) => {
    const { lines, exitCode } = await reported(operations);
    expect(
      lines.some((l) => line.test(l)),
      lines.join("\n"),
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
