/** Typed access to a block of registers in the instant simulator: named fields, one access each, refusals as errors. */

import { describe, expect, test } from "vitest";
import { registerBlock } from "#hdl/regmap/index.ts";
import { type Simulation, simulate } from "#hdl/simulate/index.ts";
import { registerAccess } from "#sim/regmap/access.ts";
import { BusError, instantMaster } from "#sim/regmap/instant.ts";
import { example } from "../../hdl-gen/regmap/example.ts";

const block = registerBlock(example);
const start = () => {
  const sim = simulate(block);
  for (const port of ["SLOT", "TRACE", "RX_LAST"]) sim.poke(`${port}_ready`, 1);
  return { sim, nic: registerAccess(example, instantMaster(sim)) };
};
/** Answers accesses that leave the block from a map of words; `each` of the master runs it before every edge. */
const memory = (sim: Simulation, port: string, words: Map<bigint, bigint>) => {
  let due: bigint | null = null;
  return (): void => {
    sim.poke(`${port}_response_data`, due ?? 0n);
    if (sim.peek(`${port}_valid`) === 0n || sim.peek(`${port}_ready`) === 0n) return;
    const address = sim.peek(`${port}_index`) * 8n + sim.peek(`${port}_word`);
    due = words.get(address) ?? 0n;
    if (sim.peek(`${port}_write`) === 1n) words.set(address, sim.peek(`${port}_data`));
  };
};

describe("fields", () => {
  test("write, read and modify, with reset values", async () => {
    const { sim, nic } = start();
    expect(await nic.CONTROL.read()).toEqual({ enable: false, speed: "AUTO", udpPort: 9000 });
    await nic.CONTROL.write({ enable: true, speed: "HUNDRED_GIGABIT" });
    expect(await nic.CONTROL.read()).toEqual({ enable: true, speed: "HUNDRED_GIGABIT", udpPort: 0 });
    await nic.CONTROL.modify({ udpPort: 7 });
    expect(await nic.CONTROL.read()).toEqual({ enable: true, speed: "HUNDRED_GIGABIT", udpPort: 7 });
    expect(sim.peek("CONTROL_udpPort")).toBe(7n);
    expect(await nic.VERSION.read()).toEqual({ major: 2, minor: 7 });
    expect(await nic.TRIM.read()).toEqual({ trim: -3 });
    await nic.TRIM.write({ trim: -2048 });
    expect(await nic.TRIM.readRaw()).toBe(0x800n);
  });
  test("values that do not fit are errors before anything is written", async () => {
    const { nic } = start();
    await expect(nic.CONTROL.write({ udpPort: 65536 })).rejects.toThrow("CONTROL.udpPort: 65536 does not fit 16 bits (0 to 65535)");
    await expect(nic.TRIM.write({ trim: 2048 })).rejects.toThrow("TRIM.trim: 2048 does not fit 12 bits (-2048 to 2047)");
    await expect(nic.CONTROL.write({ speed: "TERABIT" } as never)).rejects.toThrow(
      'CONTROL.speed: speed has no member "TERABIT"; it has AUTO, GIGABIT, HUNDRED_GIGABIT',
    );
    await expect(nic.RX[2].TAIL.write({ tail: 1 } as never)).rejects.toThrow('RX[2].TAIL has no field "tail" to write; it has none');
    await expect(nic.STATUS.modify({ rxDone: true })).rejects.toThrow(
      "STATUS: modify reads first, and reading changes overflow; use write",
    );
    expect(() => nic.RX.at(8)).toThrow("RX[8]: it has elements 0 to 7");
  });
  test("modify leaves flags alone that it does not name", async () => {
    const { sim, nic } = start();
    await nic.COMMAND.write({ start: true });
    await nic.COMMAND.modify({ flush: true });
    expect(await nic.COMMAND.read()).toEqual({ start: true, flush: true });
    sim.poke("COMMAND_start_clear", 1);
    sim.step();
    expect(await nic.COMMAND.read()).toEqual({ start: false, flush: true });
  });
});

describe("side effects", () => {
  test("write 1 to clear: set in the same cycle wins", async () => {
    const { sim, nic } = start();
    sim.poke("STATUS_rxDone_set", 1);
    sim.step();
    await nic.STATUS.write({ rxDone: true });
    expect(sim.peek("STATUS_rxDone_value")).toBe(1n);
    sim.poke("STATUS_rxDone_set", 0);
    await nic.STATUS.write({ txDone: true });
    expect(sim.peek("STATUS_rxDone_value")).toBe(1n);
    await nic.STATUS.write({ rxDone: true });
    expect(sim.peek("STATUS_rxDone_value")).toBe(0n);
  });
  test("read to clear: what comes in the cycle of the read is kept for the next", async () => {
    const { sim, nic } = start();
    sim.poke("STATUS_overflow_set", 0b0101);
    sim.step();
    sim.poke("STATUS_overflow_set", 0);
    let once = true;
    const late = registerAccess(
      example,
      instantMaster(sim, {
        each: () => {
          sim.poke("STATUS_overflow_set", once ? 0b1000 : 0);
          once = false;
        },
      }),
    );
    expect((await late.STATUS.read()).overflow).toBe(0b0101);
    expect((await nic.STATUS.read()).overflow).toBe(0b1000);
    expect((await nic.STATUS.read()).overflow).toBe(0);
  });
  test("a read of the neighbour has no side effect, a read of half an entry is refused", async () => {
    const { sim, nic } = start();
    const master = instantMaster(sim);
    sim.poke("STATUS_overflow_set", 0xf);
    sim.step();
    sim.poke("STATUS_overflow_set", 0);
    await master.read(nic.STATUS.address, 1);
    expect(sim.peek("STATUS_overflow_value")).toBe(0xfn);
    await master.read(nic.COMMAND.address, 4);
    expect(sim.peek("STATUS_overflow_value")).toBe(0xfn);
    await master.read(nic.STATUS.address + 1, 1);
    expect(sim.peek("STATUS_overflow_value")).toBe(0n);
    sim.poke("COMPLETION_pop_valid", 1);
    sim.poke("COMPLETION_pop_payload_address", 0x1234_5678_9abcn);
    sim.poke("COMPLETION_pop_payload_length", 1500);
    await expect(master.read(nic.COMPLETION.address, 4)).rejects.toThrow(BusError);
    expect(await nic.COMPLETION.read()).toEqual({ address: 0x1234_5678_9abc, length: 1500 });
    sim.poke("COMPLETION_pop_valid", 0);
    expect(await nic.COMPLETION.read()).toEqual({ address: 0, length: 0 });
  });
  test("a push waits for the hardware; a second one finds no room", async () => {
    const { sim, nic } = start();
    await nic.BUFFER.write({ address: 0x1000 });
    expect([sim.peek("BUFFER_push_valid"), sim.peek("BUFFER_push_payload_address")]).toEqual([1n, 0x1000n]);
    await expect(nic.BUFFER.write({ address: 0x2000 })).rejects.toThrow("write of 8 bytes at 0x38 was refused");
    expect(sim.peek("BUFFER_push_payload_address")).toBe(0x1000n);
    sim.poke("BUFFER_push_ready", 1);
    await nic.BUFFER.write({ address: 0x3000 });
    expect(sim.peek("BUFFER_push_payload_address")).toBe(0x3000n);
    sim.step();
    expect(sim.peek("BUFFER_push_valid")).toBe(0n);
  });
  test("an enumeration never takes what is no member", async () => {
    const { nic } = start();
    await expect(nic.CONTROL.writeRaw(0x21)).rejects.toThrow(BusError);
    expect((await nic.CONTROL.read()).enable).toBe(false);
  });
});

describe("refusals read zero and change nothing", () => {
  test("addresses without a register, directions that a register does not have", async () => {
    const { sim, nic } = start();
    const master = instantMaster(sim);
    await expect(master.read(0xf8, 8)).rejects.toThrow("read of 8 bytes at 0xf8 was refused");
    await expect(nic.KEY.readRaw()).rejects.toThrow(BusError);
    await expect(nic.VERSION.writeRaw(1)).rejects.toThrow(BusError);
    await expect(nic.TRACE.write(0, 1)).rejects.toThrow(BusError);
    await expect(master.write(nic.TRIM.address, 5n, 4)).rejects.toThrow(BusError);
    expect(await nic.TRIM.read()).toEqual({ trim: -3 });
    await expect(master.read(2, 4)).rejects.toThrow("accesses have 1, 2, 4 or 8 bytes");
  });
  test("each access takes one cycle, and may follow the last at once", () => {
    const { sim } = start();
    sim.poke("bus_valid", 1);
    sim.poke("bus_strobe", 0xff);
    sim.step();
    sim.poke("bus_word", 0xf8 / 8);
    expect([sim.peek("bus_response_valid"), sim.peek("bus_response_data"), sim.peek("bus_response_error")]).toEqual([1n, 0x2328_0000n, 0n]);
    sim.step();
    sim.poke("bus_valid", 0);
    expect([sim.peek("bus_response_valid"), sim.peek("bus_response_data"), sim.peek("bus_response_error")]).toEqual([1n, 0n, 1n]);
    sim.step();
    expect(sim.peek("bus_response_valid")).toBe(0n);
  });
});

describe("arrays", () => {
  test("elements by number, external fields, narrow elements", async () => {
    const { sim, nic } = start();
    await nic.HART[2].write({ wake: true });
    expect(sim.peek("HART_wake")).toBe(0b0100n);
    sim.poke("RX_TAIL_tail", 77n << 96n);
    expect(await nic.RX[3].TAIL.read()).toEqual({ tail: 77 });
    for (const [i, rx] of [...nic.RX].entries()) await rx.SIZE.write({ size: i });
    expect(await Promise.all([...nic.RX].map((rx) => rx.SIZE.read()))).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((size) => ({ size })));
    sim.poke("LANE_errors_increment", 0b10010);
    sim.step(3);
    sim.poke("LANE_errors_increment", 0);
    expect(await Promise.all([...nic.LANE].map((l) => l.read()))).toEqual([0, 3, 0, 0, 3].map((errors) => ({ errors })));
    await expect(instantMaster(sim).read(nic.LANE[4].address + 2, 2)).rejects.toThrow(BusError);
  });
  test("a forwarded table in a memory, waited for", async () => {
    const { sim } = start();
    const words = new Map<bigint, bigint>();
    const serve = memory(sim, "SLOT", words);
    let patience = 0;
    const nic = registerAccess(
      example,
      instantMaster(sim, {
        each: () => {
          sim.poke("SLOT_ready", patience++ % 3 === 0);
          serve();
        },
      }),
    );
    await nic.SLOT[15].REMOTE.write({ address: 0x0a00_0001, port: 53 });
    expect(words).toEqual(new Map([[15n * 8n + 1n, (53n << 32n) | 0x0a00_0001n]]));
    expect(await nic.SLOT[15].REMOTE.read()).toEqual({ address: 0x0a00_0001, port: 53 });
    words.set(15n * 8n + 2n, 0xffff_ffff_ffff_ffffn);
    expect(await nic.SLOT[15].COUNTS[0].readRaw()).toBe(0xffff_ffffn);
    await expect(nic.SLOT[15].OWNER.readRaw()).rejects.toThrow(BusError);
  });
  test("what stays away is reported", async () => {
    const { sim } = start();
    sim.poke("TRACE_ready", 0);
    const nic = registerAccess(example, instantMaster(sim, { patience: 5 }), 0);
    await expect(nic.TRACE.read(8)).rejects.toThrow("read of 8 bytes at 0xc08: not ready for 5 cycles");
    await expect(nic.TRACE.read(0x400)).rejects.toThrow("TRACE: 8 bytes at 1024 are not aligned, or not in its 1024 bytes");
  });
});
