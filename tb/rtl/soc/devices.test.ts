/** The boot ROM and the system device in the instant simulator: what their registers say, and what they refuse. */
import { describe, expect, it } from "vitest";
import { simulate } from "#hdl/simulate/index.ts";
import { bootCode, bootRom } from "#rtl/soc/boot-rom.ts";
import { socConfigs } from "#rtl/soc/config.ts";
import { regionOf, socMap } from "#rtl/soc/map.ts";
import { systemDevice, systemMap } from "#rtl/soc/system.ts";
import { registerAccess } from "#sim/regmap/access.ts";
import { BusError, instantMaster } from "#sim/regmap/instant.ts";
import { a0, a1, ld, lui, t0 } from "./riscv.ts";

const map = socMap(socConfigs.soc1);

describe("boot ROM", () => {
  const rom = bootRom(map);
  const master = instantMaster(simulate(rom));

  it("loads a0, a1 and the entry, and jumps there", () => {
    expect(rom.warnings).toEqual([]);
    const { ENTRY, DEVICE_TREE } = systemMap.nodes;
    // csrr a0, mhartid and jr t0 as objdump prints them.
    expect(bootCode(map)).toEqual([
      0xf1402573,
      lui(t0, regionOf(map, "system").base),
      ld(a1, DEVICE_TREE.offset, t0),
      ld(t0, ENTRY.offset, t0),
      0x00028067,
    ]);
    expect(a0).toBe(10);
  });

  it("has the code at its start and zeros behind it", async () => {
    const code = bootCode(map);
    for (let i = 0; i < 16; i++) expect(await master.read(4 * i, 4)).toBe(BigInt(code[i] ?? 0));
    expect(await master.read(0xff8, 8)).toBe(0n);
  });

  it("refuses writes", async () => {
    await expect(master.write(0, 1n, 4)).rejects.toThrow(BusError);
    expect(await master.read(0, 4)).toBe(0xf1402573n);
  });
});

describe("system device", () => {
  const start = () => {
    const sim = simulate(systemDevice);
    sim.reset();
    sim.poke("entry", 0x8000_0000n);
    sim.poke("device_tree", 0x8200_0000n);
    return { sim, registers: registerAccess(systemMap, instantMaster(sim)) };
  };

  it("tells where to start, and counts cycles", async () => {
    expect(systemDevice.warnings).toEqual([]);
    const { sim, registers } = start();
    expect(await registers.ENTRY.read()).toEqual({ address: 0x8000_0000n });
    expect(await registers.DEVICE_TREE.read()).toEqual({ address: 0x8200_0000n });
    const { count } = await registers.CYCLES.read();
    sim.step(100);
    expect(BigInt((await registers.CYCLES.read()).count) - BigInt(count)).toBe(102n);
  });

  it("ends with the first code, and only by a whole one", async () => {
    const { sim, registers } = start();
    const master = instantMaster(sim);
    await expect(master.write(systemMap.nodes.EXIT.offset, 1n, 1)).rejects.toThrow(BusError);
    expect(sim.peek("exit_valid")).toBe(0n);
    await registers.EXIT.write({ code: 0xdead_beef });
    sim.step(2);
    expect([sim.peek("exit_valid"), sim.peek("exit_code")]).toEqual([1n, 0xdead_beefn]);
    await registers.EXIT.write({ code: 0 });
    sim.step(2);
    expect([sim.peek("exit_valid"), sim.peek("exit_code")]).toEqual([1n, 0xdead_beefn]);
    await expect(master.read(0x800, 8)).rejects.toThrow(BusError);
  });
});
