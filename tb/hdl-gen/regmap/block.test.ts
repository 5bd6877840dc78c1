/** A register block among other hardware: who asks, tables in memories, equal maps, ports that are not there. */

import { expect, test } from "vitest";
import { bool, input, module, output, uint } from "#hdl";
import { registerBus } from "#hdl/lib/register-bus.ts";
import { addressBits, reg, registerBlock, registerMap, registers, rw, window } from "#hdl/regmap/index.ts";
import { simulate } from "#hdl/simulate/index.ts";
import { registerAccess } from "#sim/regmap/access.ts";
import { BusError, instantMaster } from "#sim/regmap/instant.ts";

const compact = () =>
  registerMap(
    "compact",
    {
      CONTROL: reg(0x00, "Control", { enable: rw(0, bool, "Enable") }),
      ROW: registers.array(
        0x100,
        { count: 5, stride: 0x20 },
        "Table",
        { LOW: reg(0x0, "Low", { value: rw(0, uint(64), "Value") }), HIGH: reg(0x10, "High", { value: rw(8, uint(16), "Value") }) },
        { forwarded: true },
      ),
      CELL: reg.array(0x200, { count: 4, stride: 8 }, "Cells", { value: rw(0, uint(32), "Value") }, { forwarded: true }),
      LAST: reg(0x240, "Last", { value: rw(0, uint(8), "Value") }, { forwarded: true, width: 32 }),
      TRACE: window(0x280, 0x80, "Trace"),
    },
    { doc: "A small map.", size: 0x300 },
  );

test("equal maps give one module", () => {
  expect(registerBlock(compact())).toBe(registerBlock(compact()));
  expect(registerBlock(compact(), { sourceBits: 2 })).not.toBe(registerBlock(compact()));
});

test("tables in memories: served, masked, apart from each other", async () => {
  const map = compact();
  const device = module(
    "tables",
    { bus: input(registerBus({ addressBits: addressBits(map) })), enable: output(bool) },
    ({ bus, enable }, h) => {
      const regs = h.instance("regs", registerBlock(map), { bus });
      enable.drive(regs.CONTROL.enable);
      regs.ROW.serve(h.memory("rows", uint(64), 32));
      regs.CELL.serve(h.memory("cells", uint(64), 4));
      regs.TRACE.serve(h.memory("trace", uint(64), 16));
      const { last } = h.registers({ last: uint(8) });
      regs.LAST.ready.drive(1);
      regs.LAST.response.data.drive(last.zext(64));
      regs.LAST.response.error.drive(0);
      h.when(regs.LAST.fire.and(regs.LAST.write), () => last.next(regs.LAST.data.trunc(8)));
    },
  );
  const sim = simulate(device);
  const all = registerAccess(map, instantMaster(sim));
  await all.CONTROL.write({ enable: true });
  for (const [i, row] of [...all.ROW].entries()) {
    await row.LOW.write({ value: 100n + BigInt(i) });
    await row.HIGH.writeRaw(0xffff_ffff_ffff_ff00n + BigInt(i));
  }
  for (const [i, cell] of [...all.CELL].entries()) await cell.write({ value: 7 * i });
  await all.LAST.write({ value: 9 });
  await all.TRACE.write(0x78, 0x1234n);
  await all.TRACE.write(0x71, 0x56, 1);
  expect(sim.peek("enable")).toBe(1n);
  expect(await Promise.all([...all.ROW].map((r) => r.LOW.read()))).toEqual([100n, 101n, 102n, 103n, 104n].map((value) => ({ value })));
  expect(await all.ROW[3].HIGH.readRaw()).toBe(0xffff00n);
  expect(await Promise.all([...all.CELL].map((c) => c.read()))).toEqual([0, 7, 14, 21].map((value) => ({ value })));
  expect(await all.LAST.read()).toEqual({ value: 9 });
  expect([await all.TRACE.read(0x78), await all.TRACE.read(0x70)]).toEqual([0x1234n, 0x5600n]);
});

test("who asks goes along, so that the hardware can refuse by it", async () => {
  const map = compact();
  const device = module(
    "sources",
    { bus: input(registerBus({ addressBits: addressBits(map), sourceBits: 3 })), row: output(uint(3)) },
    ({ bus, row }, h) => {
      const regs = h.instance("regs", registerBlock(map, { sourceBits: 3 }), { bus });
      row.drive(regs.ROW.source);
      const { asked } = h.registers({ asked: uint(3) });
      asked.next(bus.source);
      for (const port of [regs.ROW, regs.CELL, regs.LAST, regs.TRACE]) {
        port.ready.drive(1);
        port.response.data.drive(77);
        port.response.error.drive(asked.eq(5));
      }
    },
  );
  const sim = simulate(device);
  const all = registerAccess(map, instantMaster(sim));
  sim.poke("bus_source", 4);
  expect(await all.ROW[1].LOW.read()).toEqual({ value: 77n });
  sim.poke("bus_source", 5);
  expect(sim.peek("row")).toBe(5n);
  await expect(all.ROW[1].LOW.read()).rejects.toThrow(BusError);
  await expect(all.TRACE.write(0, 1)).rejects.toThrow(BusError);
  // What the block answers itself it answers to everybody.
  await all.CONTROL.write({ enable: true });
});

test("what a port does not have is an error that says why", () => {
  const use = (
    what: (regs: { readonly ROW: any; readonly CELL: any; readonly LAST: any; readonly TRACE: any; readonly bus: any }) => unknown,
  ): string => {
    const map = compact();
    try {
      module("wrong", { bus: input(registerBus({ addressBits: addressBits(map) })) }, ({ bus }, h) => {
        what({ ...h.instance("regs", registerBlock(map), { bus }), bus });
      });
    } catch (error) {
      return (error as Error).message;
    }
    return "nothing was thrown";
  };
  expect(use((r) => r.LAST.index)).toContain("LAST is no array: there is no index");
  expect(use((r) => r.CELL.word)).toContain("CELL has one word in each element: there is no word number");
  expect(use((r) => r.ROW.source)).toContain("ROW: this block does not know who asks; make it with registerBlock(map, { sourceBits })");
  expect(use((r) => r.bus.source)).toContain(
    "register bus bus does not say who asks; declare it with registerBus({ addressBits, sourceBits })",
  );
  expect(use((r) => r.TRACE.index)).toMatch(/block\.test\.ts:\d+/);
});
