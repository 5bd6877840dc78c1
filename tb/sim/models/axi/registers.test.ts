/** Registers by name over AXI4, in the NIC as Verilator sees it. */
import { expect, it } from "vitest";
import { accioTop } from "#rtl/accio-top.ts";
import { resolveConfig } from "#rtl/config/config.ts";
import { nicMap } from "#rtl/nic/registers.ts";
import { axiMaster, axiRegisters } from "#sim/models/axi/index.ts";
import { testbench } from "#sim/run/index.ts";

const config = resolveConfig("tiny");
const map = nicMap(config);

it("registers are read, written and changed by the names of their fields", () =>
  testbench(accioTop(config), async (dut) => {
    const nic = axiRegisters(map, axiMaster(dut.sim, dut.s_axi), { id: 3 });
    expect(await nic.CONTROL.read()).toEqual({ enable: false });
    await nic.CONTROL.write({ enable: true });
    expect(await nic.CONTROL.read()).toEqual({ enable: true });
    await nic.MAC.writeRaw(0x0200_0000_00aan);
    expect(await nic.MAC.readRaw()).toBe(0x0200_0000_00aan);
    await nic.CONTROL.modify({ enable: false });
    expect(await nic.CONTROL.readRaw()).toBe(0n);
    await expect(nic.CONTROL.write({ enabled: true } as never)).rejects.toThrow('CONTROL has no field "enabled" to write; it has enable');
  }));

it("what the design refuses is an error with its address", () =>
  testbench(accioTop(config), async (dut) => {
    const beyond = axiRegisters(map, axiMaster(dut.sim, dut.s_axi), { base: 0x7000 });
    await expect(beyond.CONTROL.readRaw()).rejects.toThrow(/^s_axi: read of 8 bytes at 0x7[0-9a-f]{3}: (SLVERR|DECERR)$/);
  }));
