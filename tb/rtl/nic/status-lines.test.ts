/** Status lines against their model at random, their cycles, their registers, and Verilog's linters. */
import { describe, expect, it, test } from "vitest";
import { input, module, output, stream } from "#hdl";
import { emitDesign } from "#hdl/emit/index.ts";
import { registerBus } from "#hdl/lib/register-bus.ts";
import { addressBits, registerBlock, registerMap } from "#hdl/regmap/index.ts";
import { simulate } from "#hdl/simulate/index.ts";
import { type Config, resolveConfig } from "#rtl/config/config.ts";
import { addressBeat, responseBeat, writeBeat } from "#rtl/nic/dma-write.ts";
import { statusLines } from "#rtl/nic/status-lines.ts";
import { connectStatusLines, statusLineNodes } from "#rtl/nic/status-lines-registers.ts";
import { lintDesign } from "#sim/lint/index.ts";
import { registerAccess } from "#sim/regmap/access.ts";
import { instantMaster } from "#sim/regmap/instant.ts";
import { checkStatusLines, type StatusScenario } from "./status-lines-check.ts";
import { statusCycles } from "./status-lines-cycles.ts";

const tiny = resolveConfig("tiny");
const usual: StatusScenario = { cycles: 2500, news: [1, 2, 8, 40], hot: [1, 3, 16] };
const sizes: readonly (readonly [string, Config, number])[] = [
  ["16 slots, 64 bits", tiny, 4],
  ["16 slots, 128 bits, 2 IDs", { ...tiny, busBits: 128, dmaInFlight: 2 }, 4],
  ["64 slots, 512 bits, 3 writes in flight", resolveConfig("line-rate"), 3],
  ["64 slots, 256 bits, 8 writes in flight", { ...tiny, slots: 64, busBits: 256 }, 8],
  ["64 slots, one write in flight", resolveConfig("prototype"), 1],
  ["1024 slots, 64 bits", { ...tiny, slots: 1024, ringLimit: 1 << 24 }, 4],
];

describe.each(sizes)("status lines, %s", (_, config, writes) => {
  const block = statusLines(config, writes);
  const cycles = usual.cycles + config.slots;
  it.each([1, 2, 3])("are the table when nothing is under way, and coalesced, seed %i", (seed) => {
    const { news, writes: written, flight } = checkStatusLines(block, config, { ...usual, cycles }, seed);
    expect(news).toBeGreaterThan(500);
    expect(written).toBeLessThan(news + config.slots);
    expect(flight).toBeLessThanOrEqual(Math.min(writes, config.dmaInFlight));
  });
  it("may be turned off and on, with another base, while slots open and close", () => {
    const s = { ...usual, cycles: cycles + 6 * config.slots, switches: 4 / (config.slots + 200), lives: 0.02 };
    const { sweeps, news } = checkStatusLines(block, config, s, 4);
    expect(sweeps).toBeGreaterThan(2);
    expect(news).toBeGreaterThan(500);
  });
  it("go on where memory refuses a write, and say whose it was", () => {
    expect(checkStatusLines(block, config, { ...usual, cycles, refusals: 0.2, pause: 0 }, 5).failures).toBeGreaterThan(10);
  });
  test("warn of nothing, and no linter has a remark", async () => {
    expect(block.warnings).toEqual([]);
    const { findings, tools } = await lintDesign(emitDesign(block), block);
    expect(findings).toEqual([]);
    expect(tools.length).toBeGreaterThanOrEqual(5);
  });
});

describe("cycles of status lines", () => {
  it.each([
    [16, 0],
    [16, 40],
    [64, 10],
  ])("%i slots, a latency of %i: no line is older than each slot's turn, whatever the others do", (slots, latency) => {
    const config = { ...tiny, slots };
    // Each slot waits once, and each write in flight may be followed by another of its slot: two turns of four at once.
    const turns = (2 * slots) / 4;
    for (const gap of [1, 2, 5]) {
      const s = { ...usual, pause: 0, latency, news: [gap], hot: [1, 4, 5, 8, slots] };
      const { stale, rest } = checkStatusLines(statusLines(config), config, s, 1);
      expect(stale).toBeLessThanOrEqual((turns + 1) * (latency + 6));
      expect(rest).toBeLessThanOrEqual((turns + 1) * (latency + 6));
    }
  });
  it("are four from news to the write's address; then one for each write, or as many in a latency as may be in flight", () => {
    const usual = { news: 4, rest: 1, writes: 16, swept: 16 };
    expect(statusCycles(statusLines(tiny), tiny, 0)).toEqual({ ...usual, all: 20, sweep: 20 });
    expect(statusCycles(statusLines(tiny, 8), tiny, 4)).toEqual({ ...usual, all: 24, sweep: 24 });
    expect(statusCycles(statusLines(tiny), tiny, 40)).toEqual({ ...usual, all: 180, sweep: 180 });
  });
});

describe("registers of the status lines", () => {
  const map = registerMap("lines", statusLineNodes(0), { doc: "The status lines' registers alone.", size: 0x40 });
  const page = module(
    "status_line_page",
    {
      bus: input(registerBus({ addressBits: addressBits(map) })),
      aw: output(stream(addressBeat(tiny))),
      w: output(stream(writeBeat(tiny))),
      b: input(stream(responseBeat(tiny))),
    },
    ({ bus, aw, w, b }, h) => {
      const regs = h.instance("regs", registerBlock(map), { bus });
      const idle = { valid: 0, slot: 0 };
      const lines = h.instance("lines", statusLines(tiny), {
        received: idle,
        sent: idle,
        status: { open: 1, rxTail: 5, txHead: 7 },
        b,
      } as never);
      aw.connect(lines.aw);
      w.connect(lines.w);
      connectStatusLines(regs.STATUS_LINES as never, lines as never);
    },
  );
  it("set the base, tell how far it is, and count", async () => {
    const sim = simulate(page);
    sim.reset(1);
    const { STATUS_LINES: regs } = registerAccess(map, instantMaster(sim));
    expect(await regs.STATUS.read()).toEqual({ busy: true, idle: false });
    sim.step(20);
    expect(await regs.STATUS.read()).toEqual({ busy: false, idle: true });
    await regs.BASE.write({ address: 0x1234_5678_9a00n });
    await regs.CONTROL.write({ enable: true });
    sim.io.aw.ready.value = sim.io.w.ready.value = 1;
    for (let i = 0; i < 100; i++) {
      if (sim.io.aw.valid.value === 1n && i < 4)
        expect((sim.io.aw.payload.address.value as bigint) >> 6n).toBeGreaterThanOrEqual(0x48_d159_e268n);
      sim.step();
    }
    expect(await regs.STATUS.read()).toEqual({ busy: true, idle: false });
    // Four are in flight; the first is refused.
    for (const id of [0, 1, 2, 3]) {
      sim.io.b.valid.value = 1;
      sim.io.b.payload.value = { id, response: id === 0 ? 2 : 0 };
      sim.step();
    }
    sim.io.b.valid.value = 0;
    expect(await regs.WRITTEN.read()).toEqual({ count: 3n });
    expect(await regs.FAILED.read()).toEqual({ count: 1n });
  });
});
