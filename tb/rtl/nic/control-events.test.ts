/** Control events against their model at random, their cycles, their registers and structures, and Verilog's linters. */
import { describe, expect, it, test } from "vitest";
import { input, module, output, stream } from "#hdl";
import { emitDesign } from "#hdl/emit/index.ts";
import { registerBus } from "#hdl/lib/register-bus.ts";
import { addressBits, registerBlock, registerMap } from "#hdl/regmap/index.ts";
import { simulate } from "#hdl/simulate/index.ts";
import { type Config, resolveConfig } from "#rtl/config/config.ts";
import { controlEventHeaders } from "#rtl/nic/control-event-formats.ts";
import { eventInputs } from "#rtl/nic/control-event-sources.ts";
import { controlEvents } from "#rtl/nic/control-events.ts";
import { connectControlEvents, controlEventNodes } from "#rtl/nic/control-events-registers.ts";
import { addressBeat, responseBeat, writeBeat } from "#rtl/nic/dma-write.ts";
import { lintDesign } from "#sim/lint/index.ts";
import { registerAccess } from "#sim/regmap/access.ts";
import { instantMaster } from "#sim/regmap/instant.ts";
import { checkControlEvents, type EventOutcome, type EventScenario } from "./control-events-check.ts";
import { eventCycles } from "./control-events-cycles.ts";

const tiny = resolveConfig("tiny");
const usual: EventScenario = { cycles: 2500, rates: [1, 5, 30, 200, 1000] };
const total = (runs: readonly EventOutcome[], what: keyof Omit<EventOutcome, "kinds">): number => runs.reduce((n, r) => n + r[what], 0);
const sizes: readonly (readonly [string, Config])[] = [
  ["16 slots, 1 hart, 64 bits", tiny],
  ["64 slots, 4 harts, 64 bits", resolveConfig("prototype")],
  ["16 slots, 8 harts, 128 bits", { ...tiny, busBits: 128, harts: 8 }],
  ["64 slots, 3 harts, 256 bits", { ...tiny, busBits: 256, slots: 64, harts: 3 }],
  ["64 slots, 4 harts, 512 bits", resolveConfig("line-rate")],
  ["1024 slots, 8 harts, 64 bits", { ...tiny, slots: 1024, harts: 8 }],
];

describe.each(sizes)("control events, %s", (_, config) => {
  const block = controlEvents(config);
  const cycles = usual.cycles + config.slots;
  it("are in memory or counted as lost, each one, whatever happens at once", () => {
    const runs = [1, 2, 3].map((seed) => checkControlEvents(block, config, { ...usual, cycles }, seed));
    expect(total(runs, "recorded")).toBeGreaterThan(100);
    expect(total(runs, "lost")).toBeGreaterThan(100);
    expect(new Set(runs.flatMap((r) => [...r.kinds])).size).toBe(12);
    expect(Math.max(...runs.map((r) => r.passes))).toBeGreaterThan(2);
  });
  it("begin anew at any time, and after an index or a ring that cannot be", () => {
    const runs = [4, 5].map((seed) => checkControlEvents(block, config, { ...usual, cycles, switches: 0.003, wrong: 0.05 }, seed));
    expect(total(runs, "begins")).toBeGreaterThan(10);
    expect(total(runs, "stops")).toBeGreaterThan(5);
  });
  it("stop where memory refuses a record, and say so", () => {
    const s = { ...usual, cycles, rates: [5, 30], refusals: 0.1, latency: 3, pause: 0, visits: 0.3 };
    const { stops, rises, begins } = checkControlEvents(block, config, s, 6);
    expect(stops).toBeGreaterThan(3);
    expect(begins).toBeGreaterThan(stops - 1);
    expect(rises).toBeGreaterThan(3);
  });
  test("warn of nothing, and no linter has a remark", async () => {
    expect(block.warnings).toEqual([]);
    const { findings, tools } = await lintDesign(emitDesign(block), block);
    expect(findings).toEqual([]);
    expect(tools.length).toBeGreaterThanOrEqual(5);
  });
});

describe("control events", () => {
  const block = controlEvents(tiny);
  it("are of those kinds only that were asked for", () => {
    const { kinds, happened } = checkControlEvents(block, tiny, { ...usual, kinds: 0b1_0010_0000_0110 }, 1);
    expect([...kinds].toSorted()).toEqual(["LINK_DOWN", "LINK_UP", "PROTECTION_FAULT", "RING_OVERFLOW"]);
    expect(happened).toBeGreaterThan(100);
  });
  it("raise the line by count or by time", () => {
    const s = { ...usual, rates: [200, 1000], latency: 2, pause: 0, visits: 0.02 };
    for (const [count, wait] of [
      [1, 0],
      [4, 60],
      [100, 25],
    ] as const)
      expect(checkControlEvents(block, tiny, { ...s, count, wait }, 2).rises).toBeGreaterThan(5);
  });
  it("take three cycles to the record's address and memory's time to the line; all at once are all kept", () => {
    expect(eventCycles(block, tiny, 0)).toEqual({ address: 3, line: 6, all: 46, records: 11, lost: 0 });
    expect(eventCycles(block, tiny, 40)).toEqual({ address: 3, line: 46, all: 486, records: 11, lost: 0 });
    const wide = resolveConfig("line-rate");
    expect(eventCycles(controlEvents(wide), wide, 0)).toEqual({ address: 3, line: 5, all: 35, records: 11, lost: 0 });
  });
  it("lie in C structs with every offset asserted", () => {
    const headers = controlEventHeaders();
    expect([...headers.keys()]).toEqual(["accio_event.h", "accio_miss_event.h", "accio_entry_event.h"]);
    for (const [name, text] of headers) {
      expect(text).toContain(`ASSERT(sizeof(struct ${name.slice(0, -2)}) == 0x10);`);
      expect(text).toContain("HEAD_KIND_RING_OVERFLOW 9U");
    }
  });
});

describe("registers of the control events", () => {
  const map = registerMap("events", controlEventNodes(0), { doc: "The control events' registers alone.", size: 0x40 });
  const page = module(
    "control_event_page",
    {
      bus: input(registerBus({ addressBits: addressBits(map) })),
      ...eventInputs(tiny),
      irq: output(eventInputs(tiny).link.of),
      aw: output(stream(addressBeat(tiny))),
      w: output(stream(writeBeat(tiny))),
      b: input(stream(responseBeat(tiny))),
    },
    (io, h) => {
      const regs = h.instance("regs", registerBlock(map), { bus: io.bus });
      const { bus: _bus, irq, aw, w, b, ...happens } = io;
      const events = h.instance("events", controlEvents(tiny), { ...happens, b } as never);
      irq.drive(events.irq);
      aw.connect(events.aw);
      w.connect(events.w);
      connectControlEvents(regs.EVENTS as never, events as never);
    },
  );
  it("begin the queue, tell of it and count", async () => {
    const sim = simulate(page);
    sim.reset(1);
    const { io } = sim;
    io.link.value = 0;
    const { EVENTS: regs } = registerAccess(map, instantMaster(sim));
    await regs.RING.write({ address: 0x1_2340n });
    await regs.MODERATION.write({ count: 0, cycles: 0 });
    await regs.CONTROL.write({ enable: true, logSize: 4, kinds: 0xffff });
    expect(await regs.STATUS.read()).toEqual({ busy: true, running: true, dmaError: false, malformed: false, link: false });
    await regs.HEAD.write({ index: 0, armed: true });
    expect(await regs.HEAD.read()).toEqual({ index: 0, armed: true });
    const happens = (): void => {
      io.malformedDoorbell.value = { valid: 1, slot: 5 };
      sim.step();
      io.malformedDoorbell.value = { valid: 0, slot: 0 };
      sim.step(4);
    };
    happens();
    expect(io.aw.payload.address.value).toBe(0x1_2340n);
    const answer = (response: number): void => {
      io.aw.ready.value = io.w.ready.value = 1;
      sim.step(4);
      io.b.valid.value = 1;
      io.b.payload.value = { id: 0, response };
      sim.step();
      io.b.valid.value = 0;
    };
    answer(0);
    expect(await regs.TAIL.read()).toEqual({ index: 1 });
    expect(await regs.RECORDED.read()).toEqual({ count: 1n });
    expect(io.irq.value).toBe(1n);
    await regs.HEAD.write({ index: 1, armed: true });
    expect(io.irq.value).toBe(0n);
    io.link.value = 1;
    sim.step(5);
    answer(2);
    expect(await regs.STATUS.read()).toEqual({ busy: true, running: false, dmaError: true, malformed: false, link: true });
    expect(await regs.LOST.read()).toEqual({ count: 1n });
    expect(io.irq.value).toBe(1n);
    await regs.CONTROL.write({ enable: false, logSize: 4, kinds: 0 });
    sim.step(2);
    expect(await regs.STATUS.read()).toMatchObject({ busy: false });
    await regs.CONTROL.write({ enable: true, logSize: 2, kinds: 0 });
    expect(await regs.STATUS.read()).toMatchObject({ busy: true, running: false, dmaError: false, malformed: true });
    expect(await regs.HEAD.read()).toEqual({ index: 0, armed: true });
  });
});
