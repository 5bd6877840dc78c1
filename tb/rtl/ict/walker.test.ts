/** The table walker against its model at random, its cycles, its victims, its registers, and Verilog's linters. */
import { describe, expect, it, test } from "vitest";
import { bool, input, module, output, stream } from "#hdl";
import { emitDesign } from "#hdl/emit/index.ts";
import { registerBus } from "#hdl/lib/register-bus.ts";
import { addressBits, registerBlock, registerMap } from "#hdl/regmap/index.ts";
import { simulate } from "#hdl/simulate/index.ts";
import { type Config, resolveConfig } from "#rtl/config/config.ts";
import { unloadAnswer } from "#rtl/ict/slot-image.ts";
import { missedFrame, tableWalker } from "#rtl/ict/walker.ts";
import { connectWalker, walkerNodes } from "#rtl/ict/walker-registers.ts";
import { walkAnswer } from "#rtl/ict/walker-walk.ts";
import { readBeat } from "#rtl/nic/dma-read.ts";
import { addressBeat } from "#rtl/nic/dma-write.ts";
import { lintDesign } from "#sim/lint/index.ts";
import { registerAccess } from "#sim/regmap/access.ts";
import { instantMaster } from "#sim/regmap/instant.ts";
import { halfSipHash, keyBytes } from "./lookup-model.ts";
import { checkWalker, type WalkerScenario } from "./walker-check.ts";
import { checkVictims, walkCycles } from "./walker-cycles.ts";

const tiny = resolveConfig("tiny"),
  wide = resolveConfig("line-rate");
const usual: WalkerScenario = { cycles: 2500, connections: 50, logBuckets: 4, last: 300, gap: [1, 2, 8, 40], strangers: 0.1 };
const adverse = { readErrors: 0.03, writeErrors: 0.05, work: 0.3, noSpace: 0.05, malformed: 0.2, stopped: 0.1, decoys: 0.2 };
const sizes: readonly (readonly [string, Config, number])[] = [
  ["64 bits, 16 slots", tiny, 8],
  ["128 bits, two walks at a time, one hart", { ...tiny, busBits: 128, dmaInFlight: 4 }, 0],
  ["256 bits, one walk at a time, 3 harts", { ...tiny, busBits: 256, dmaInFlight: 2, harts: 3, ringLimit: 1 << 24 }, 4],
  ["512 bits, 64 slots", wide, 48],
  ["64 bits, 256 slots in block RAM", { ...tiny, slots: 256, dmaInFlight: 16 }, 240],
];

describe.each(sizes)("the walker, %s", (_, config, first) => {
  const block = tableWalker(config);
  it.each([1, 2, 3])("gives every frame its answer, every slot its state, and takes it back, seed %i", (seed) => {
    const r = checkWalker(block, config, { ...usual, first, pause: [0, 0.1, 0.5][seed - 1] as number }, seed);
    expect(r.found).toBeGreaterThan(10);
    expect(r.fills).toBeGreaterThan(10);
    expect(r.flight).toBeGreaterThan(0);
  });
  it("goes on where entries are malformed, memory refuses, slots are at work and keys collide", () => {
    const r = checkWalker(block, config, { ...usual, ...adverse, cycles: 4000, first, pause: 0, latency: 4, service: 5 }, 4);
    for (const name of ["malformed", "failed", "notFound"] as const) expect(r[name]).toBeGreaterThan(3);
  });
  it.each([5, 6])("gives up what the kernel takes, in bounded time, seed %i", (seed) => {
    const r = checkWalker(block, config, { ...usual, ...adverse, first, invalidations: 0.01, switches: 0.001, pause: 0, latency: 6 }, seed);
    expect(r.invalidated).toBeGreaterThan(3);
  });
  test("warns of nothing, and no linter has a remark", async () => {
    expect(block.warnings).toEqual([]);
    const { findings, tools } = await lintDesign(emitDesign(block), block);
    expect(findings).toEqual([]);
    expect(tools.length).toBeGreaterThanOrEqual(5);
  });
});

describe("the walker", () => {
  it("finds its way in a table of a million connections", () => {
    const r = checkWalker(
      tableWalker(wide),
      wide,
      { ...usual, connections: 200, logBuckets: 18, last: 1_000_000, first: 48, pause: 0, latency: 10 },
      7,
    );
    expect(r.evictions).toBeGreaterThan(20);
  });
  it("joins frames of one key", () => {
    const r = checkWalker(tableWalker(tiny), tiny, { ...usual, hot: 2, gap: [1], latency: 40, pause: 0 }, 8);
    expect(r.joined).toBeGreaterThan(r.walks);
  });
  it.each([
    [tiny, 8],
    [wide, 1],
  ])("asks for a slot 12 cycles and two reads of two lines after a miss", (config, beats) => {
    for (const latency of [1, 10, 40]) {
      // Of two lines, the second one's address is a cycle behind, and all but the first beats wait for the first line's.
      const reads = 2 * (latency + 2 * (beats - 1));
      expect(walkCycles(tableWalker(config), config, latency)).toEqual({ load: 12 + reads, answer: 2 });
    }
  });
  it.each([tiny, wide, { ...tiny, slots: 256 }])("evicts who was not used longest, and nobody at work", (config) => {
    checkVictims(tableWalker(config), config, 60);
  });
});

describe("registers of the walker", () => {
  const map = registerMap("walker", walkerNodes(0), { doc: "The walker's registers alone.", size: 0x80 });
  const page = module(
    "walker_page",
    {
      bus: input(registerBus({ addressBits: addressBits(map) })),
      missed: input(stream(missedFrame(16))),
      answer: output(stream(walkAnswer(16))),
      ar: output(stream(addressBeat(tiny))),
      r: input(stream(readBeat(tiny))),
      unloaded: input(unloadAnswer(tiny), { unused: true }),
      roomFull: input(bool),
    },
    ({ bus, roomFull, answer, ar, ...rest }, h) => {
      const regs = h.instance("regs", registerBlock(map), { bus });
      const none = { valid: 0, slot: 0 };
      const walker = h.instance("walker", tableWalker(tiny), { ...rest, used: none, loaded: { valid: 0, status: "DONE" } } as never);
      answer.connect(walker.answer);
      ar.connect(walker.ar);
      for (const s of [walker.load, walker.unload, walker.aw, walker.w]) s.ready.drive(1);
      walker.b.valid.drive(0);
      walker.b.payload.drive({ id: 0, response: 0 });
      connectWalker(regs.WALKER as never, walker as never, roomFull);
    },
  );
  it("say where the table is, count, and take connections back", async () => {
    const sim = simulate(page);
    sim.reset(1);
    const { io } = sim;
    const { WALKER: regs } = registerAccess(map, instantMaster(sim));
    expect(await regs.STATUS.read()).toEqual({ busy: true, invalidating: false });
    sim.step(20);
    expect(await regs.STATUS.read()).toEqual({ busy: false, invalidating: false });
    await regs.BUCKETS.write({ address: 0x1_0000_0000n });
    await regs.ENTRIES.write({ address: 0x2_0000_0000n });
    await regs.LAST.write({ entry: 9 });
    await regs.KEY.write({ key: 0x0123_4567_89ab_cdefn });
    io.missed.payload.value = { key: { localIp: 1, localPort: 2, remoteIp: 3, remotePort: 4 }, token: 5 };
    const miss = (): number => {
      io.missed.valid.value = 1;
      sim.step();
      io.missed.valid.value = 0;
      for (let i = 0; i < 40; i++) {
        if (io.ar.valid.value === 1n) return i;
        if (io.answer.valid.value === 1n) break;
        sim.step();
      }
      expect(io.answer.payload.value).toEqual({ token: 5n, found: 0n });
      io.answer.ready.value = 1;
      sim.step();
      io.answer.ready.value = 0;
      return -1;
    };
    // Off, everything is answered at once; and where the share would begin behind the last slot.
    expect(miss()).toBe(-1);
    await regs.CONTROL.write({ enable: true, logBuckets: 7, first: 16 });
    expect(miss()).toBe(-1);
    expect(await regs.WALKS.read()).toEqual({ count: 0n });
    await regs.CONTROL.write({ enable: true, logBuckets: 7, first: 12 });
    sim.step(20);
    expect(miss()).toBe(4);
    expect(await regs.STATUS.read()).toEqual({ busy: true, invalidating: false });
    for (const exact of [true, false]) {
      const hash = BigInt(
        halfSipHash(0x0123_4567_89ab_cdefn, keyBytes({ localIp: 1n, localPort: 2n, remoteIp: 3n, remotePort: 4n } as never, exact)),
      );
      expect(io.ar.payload.address.value).toBe(0x1_0000_0000n + 64n * (hash & 127n));
      io.ar.ready.value = 1;
      sim.step();
      io.ar.ready.value = 0;
    }
    for (let i = 0; i < 16; i++) {
      io.r.valid.value = 1;
      io.r.payload.value = { id: i >> 3, data: 0, response: i === 3 ? 2 : 0, last: i % 8 === 7 };
      sim.step();
    }
    io.r.valid.value = 0;
    io.roomFull.value = 1;
    sim.step(3);
    io.roomFull.value = 0;
    expect(await regs.WALKS.read()).toEqual({ count: 1n });
    expect(await regs.FAILED.read()).toEqual({ count: 1n });
    expect(await regs.ROOM_FULL.read()).toEqual({ count: 3n });
    for (const name of ["JOINED", "FILLS", "EVICTIONS", "NOT_FOUND", "MALFORMED", "NO_SLOT"] as const)
      expect(await regs[name].read()).toEqual({ count: 0n });
    io.answer.ready.value = 1;
    sim.step(3);
    for (const what of [{ all: true }, { entry: 7 }]) {
      await regs.INVALIDATE.write(what as never);
      expect(await regs.STATUS.read()).toEqual({ busy: true, invalidating: true });
      sim.step(40);
      expect(await regs.STATUS.read()).toEqual({ busy: false, invalidating: false });
    }
    await regs.INVALIDATE.write({ all: false } as never);
  });
});
