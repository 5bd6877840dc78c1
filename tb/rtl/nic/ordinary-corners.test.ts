/** Corners of the ordinary path one by one: what a driver may do wrong, what memory may refuse, and the registers themselves. */
import { describe, expect, it } from "vitest";
import { input, module, output, stream } from "#hdl";
import { packetStream } from "#hdl/lib/packet.ts";
import { registerBus } from "#hdl/lib/register-bus.ts";
import { addressBits, cHeader, registerBlock, registerMap } from "#hdl/regmap/index.ts";
import { simulate } from "#hdl/simulate/index.ts";
import { resolveConfig } from "#rtl/config/config.ts";
import { readBeat } from "#rtl/nic/dma-read.ts";
import { addressBeat, responseBeat, writeBeat } from "#rtl/nic/dma-write.ts";
import { ordinaryHeaders, receiveCompletion, receiveDescriptor } from "#rtl/nic/ordinary-formats.ts";
import { ordinaryInterrupt } from "#rtl/nic/ordinary-interrupt.ts";
import { ordinaryPath, ordinaryPort } from "#rtl/nic/ordinary-path.ts";
import { connectQueue, ordinaryNodes } from "#rtl/nic/ordinary-registers.ts";
import { registerAccess } from "#sim/regmap/access.ts";
import { instantMaster } from "#sim/regmap/instant.ts";
import { BlockBench, toBig } from "./block-bench.ts";
import { QueueDriver } from "./ordinary-driver.ts";
import { checkInterrupt } from "./ordinary-interrupt-check.ts";
import { OrdinaryMemory } from "./ordinary-memory.ts";

const config = resolveConfig("tiny");
const rings = { descriptors: 0, completions: 0x2000 };
const buffers = 0x4000;

/** A receive queue whose driver does as it is told, and frames of 64 bytes from the wire. */
const setUp = (logSize = 3) => {
  const bench = new BlockBench(ordinaryPath(config), 1);
  const io = bench.sim.io;
  const memory = new OrdinaryMemory(bench as never, io as never, { busBytes: 8, bytes: 0x8000, latency: 10, disorder: false, pause: 0 });
  const driver = new QueueDriver(
    bench as never,
    memory,
    { settings: io.receiveSettings, writes: io.receiveWrites, status: io.receiveStatus, irq: io.irqRx } as never,
    [receiveDescriptor, receiveCompletion] as never,
    { ...rings, logSize, count: 1, cycles: 0, napi: false, budget: 4, hoard: 1, lazy: 0 },
  );
  const beats: { data: bigint; keep: number; last: number }[] = [];
  bench.source(
    io.from,
    () => beats[0],
    () => beats.shift(),
    0,
  );
  bench.sink("to", io.to, () => {}, 0);
  let stops = 0,
    dropped = 0;
  bench.watch(() => {
    stops += Number(io.events.receive_stops.value);
    dropped += Number(io.events.dropped.value);
  });
  const wire = (count: number, length = 64): void => {
    for (let n = 0; n < count; n++)
      for (let i = 0; i < length; i += 8) {
        const bytes = Math.min(8, length - i);
        beats.push({ data: toBig(Array.from({ length: bytes }, () => n + 1)), keep: 2 ** bytes - 1, last: i + 8 >= length ? 1 : 0 });
      }
  };
  driver.begin();
  bench.run(3);
  const raw = (w: { producer?: number; consumer?: number }): void => {
    driver.raw(w);
    bench.step();
    driver.rest();
    bench.step();
  };
  const post = (count: number, bytes = 256): void => {
    for (let i = 0; i < count; i++) driver.put({ BUFFER: { address: BigInt(buffers + 256 * (driver.produced % 32)) }, SIZE: { bytes } });
    driver.told = driver.produced;
    raw({ producer: driver.produced });
  };
  const taken: Record<string, unknown>[] = [];
  const take = (cycles: number): void => {
    for (let i = 0; i < cycles; i++) {
      driver.act((c) => taken.push(c.STATUS));
      bench.step();
    }
    driver.rest();
  };
  return { bench, io, memory, driver, wire, raw, post, take, taken, beats, stops: () => stops, dropped: () => dropped };
};
const stateOf = (q: ReturnType<typeof setUp>) => ({ running: q.driver.running, stopped: q.driver.stopped, stops: q.stops() });

describe("a driver's mistakes stop its queue with an event, once, and nothing else", () => {
  it.each([
    ["a producer beyond the ring", 0, { producer: 9 }],
    ["a producer that goes back", 3, { producer: 2 }],
    ["a consumer ahead of all completions", 0, { consumer: 1 }],
    ["a consumer that goes back", 0, { consumer: 0xffff }],
  ] as const)("%s", (_, posted, write) => {
    const q = setUp();
    if (posted > 0) {
      for (let i = 0; i < posted; i++) q.driver.put({ BUFFER: { address: BigInt(buffers) }, SIZE: { bytes: 64 } });
      // The doorbell in the cycle before: nothing of it has been asked for yet.
      q.driver.raw({ producer: posted });
      q.bench.step();
      q.driver.raw(write);
      q.bench.step();
      q.driver.rest();
      q.bench.run(30);
    } else q.raw(write);
    expect(stateOf(q)).toEqual({ running: false, stopped: "malformed", stops: 1 });
    q.raw(write);
    expect(q.stops()).toBe(1);
    // Frames do not pile up behind it.
    q.wire(20);
    q.bench.runUntil(() => q.dropped() === 20, 1000);
    q.driver.settings(false);
    q.bench.runUntil(() => !q.driver.busy, 100);
    q.driver.begin();
    q.bench.run(3);
    expect(q.driver.running).toBe(true);
  });
  it("the whole ring at once, and indices that wrap, are no mistakes", () => {
    const q = setUp();
    for (let round = 0; round < 20; round++) {
      q.post(8);
      q.wire(8);
      q.take(300);
    }
    expect(stateOf(q)).toEqual({ running: true, stopped: undefined, stops: 0 });
    expect(q.taken.length).toBe(160);
    expect(q.dropped()).toBe(0);
  });
  it("a ring of four entries", () => {
    const q = setUp(2);
    expect(stateOf(q)).toEqual({ running: false, stopped: "malformed", stops: 1 });
    expect(q.memory.beats).toEqual({ read: 0, write: 0 });
  });
  it("a buffer of no bytes", () => {
    const q = setUp();
    q.post(1, 0);
    q.bench.run(100);
    expect(stateOf(q)).toEqual({ running: false, stopped: "malformed", stops: 1 });
  });
});

describe("memory that refuses", () => {
  it("a descriptor: no address of that line is used", () => {
    const q = setUp();
    q.memory.refuses = (at, write) => !write && at < 64;
    q.memory.mayWrite = () => false;
    q.post(6);
    q.wire(3);
    q.bench.run(300);
    expect(stateOf(q)).toEqual({ running: false, stopped: "memory", stops: 1 });
    expect(q.dropped()).toBe(3);
  });
  it("a buffer: its completion says so, and no other frame begins", () => {
    const q = setUp();
    q.memory.refuses = (at, write) => write && at >= buffers && at < buffers + 64;
    q.post(4);
    q.wire(1);
    q.bench.run(200);
    q.wire(2);
    q.take(300);
    expect(stateOf(q)).toEqual({ running: false, stopped: "memory", stops: 1 });
    expect(q.taken).toMatchObject([{ index: 0, failed: true, first: true, last: true, bytes: 64 }]);
    expect(q.dropped()).toBe(2);
  });
  it("a completion: it does not count, and neither does one behind it", () => {
    const q = setUp();
    q.memory.refuses = (at, write) => write && at >= rings.completions && at < buffers;
    q.post(8);
    q.wire(5);
    q.bench.run(500);
    expect(stateOf(q)).toEqual({ running: false, stopped: "memory", stops: 1 });
    expect(q.io.receiveStatus.completed.value).toBe(0n);
    expect(q.io.irqRx.value).toBe(0n);
  });
});

describe("completions", () => {
  it("of a full ring wait until the driver consumes", () => {
    const q = setUp();
    q.post(8);
    q.wire(8);
    q.bench.run(400);
    expect(q.io.receiveStatus.completed.value).toBe(8n);
    // The driver knows that these came, gives new buffers, and says nothing of the completions.
    q.post(8);
    q.wire(4);
    const ring = q.memory.bytes.slice(rings.completions, rings.completions + 64);
    q.bench.run(400);
    expect(q.memory.bytes.slice(rings.completions, rings.completions + 64)).toEqual(ring);
    q.raw({ consumer: 3 });
    q.bench.run(200);
    expect(q.io.receiveStatus.completed.value).toBe(11n);
    q.raw({ consumer: 8 });
    q.bench.run(200);
    expect(q.io.receiveStatus.completed.value).toBe(12n);
    expect(q.stops()).toBe(0);
  });
  it("of a burst share lines, and a lonely one does not wait", () => {
    const q = setUp(6);
    q.post(40);
    q.wire(1);
    const from = q.bench.cycle;
    q.bench.runUntil(() => q.io.receiveStatus.completed.value === 1n, 100);
    expect(q.bench.cycle - from).toBeLessThan(70);
    q.wire(32, 14);
    q.bench.run(600);
    expect(q.io.receiveStatus.completed.value).toBe(33n);
  });
});

it("an interrupt is its definition, whatever the driver does", () => {
  const rises = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => checkInterrupt(ordinaryInterrupt(), 500, seed));
  expect(rises.reduce((a, b) => a + b)).toBeGreaterThan(100);
});

describe("registers", () => {
  const map = registerMap("ordinary", ordinaryNodes(0), { doc: "The ordinary path's registers alone.", size: 0x100 });
  const port = ordinaryPort(config);
  const page = module(
    "ordinary_page",
    {
      bus: input(registerBus({ addressBits: addressBits(map) })),
      from: input(packetStream(64)),
      to: output(packetStream(64)),
      ar: output(stream(addressBeat(port))),
      r: input(stream(readBeat(port))),
      aw: output(stream(addressBeat(port))),
      w: output(stream(writeBeat(port))),
      b: input(stream(responseBeat(port))),
    },
    ({ bus, from, to, ar, r, aw, w, b }, h) => {
      const regs = h.instance("regs", registerBlock(map), { bus });
      const path = h.instance("path", ordinaryPath(config), { from, r, b });
      to.connect(path.to);
      ar.connect(path.ar);
      aw.connect(path.aw);
      w.connect(path.w);
      const { receiveSettings, receiveWrites, receiveStatus, transmitSettings, transmitWrites, transmitStatus, events } = path;
      connectQueue(regs.ORDINARY_RX, { settings: receiveSettings, writes: receiveWrites, status: receiveStatus });
      connectQueue(regs.ORDINARY_TX, { settings: transmitSettings, writes: transmitWrites, status: transmitStatus });
      regs.ORDINARY_RX.FRAMES.count.increment.drive(events.delivered);
      regs.ORDINARY_RX.DROPPED.count.increment.drive(events.dropped);
      regs.ORDINARY_TX.FRAMES.count.increment.drive(events.sent);
      regs.ORDINARY_TX.REFUSED.count.increment.drive(events.refused);
    },
  );
  it("reach their queue, each its own, and no access waits", async () => {
    const sim = simulate(page);
    const { ORDINARY_RX: rx, ORDINARY_TX: tx } = registerAccess(map, instantMaster(sim));
    await rx.DESCRIPTORS.write({ address: 0x1234_5678_9abc_de40n });
    await tx.COMPLETIONS.write({ address: 0x80n });
    await rx.MODERATION.write({ count: 5, cycles: 1000 });
    expect(await rx.STATUS.read()).toEqual({ busy: false, running: false, dmaError: false, malformed: false });
    await rx.CONTROL.write({ enable: true, logSize: 4 });
    expect(await rx.STATUS.read()).toEqual({ busy: true, running: true, dmaError: false, malformed: false });
    expect(await tx.STATUS.read()).toMatchObject({ busy: false });
    expect([sim.peek("path.receiveSettings_descriptors"), sim.peek("path.transmitSettings_completions")]).toEqual([
      0x1234_5678_9abc_de40n,
      0x80n,
    ]);
    expect([sim.peek("path.receiveSettings_count"), sim.peek("path.receiveSettings_cycles")]).toEqual([5n, 1000n]);
    // A full ring, with memory that does not answer: the bus does not wait.
    await rx.PRODUCER.write({ index: 16 });
    expect(await rx.PRODUCER.read()).toEqual({ index: 16 });
    await rx.CONSUMER.write({ index: 0, armed: true });
    expect(await rx.CONSUMER.read()).toEqual({ index: 0, armed: true });
    expect(await rx.PROGRESS.read()).toMatchObject({ completed: 0 });
    await rx.PRODUCER.write({ index: 40 });
    expect(await rx.STATUS.read()).toEqual({ busy: true, running: false, dmaError: false, malformed: true });
    await tx.CONTROL.write({ enable: true, logSize: 1 });
    expect(await tx.STATUS.read()).toEqual({ busy: true, running: false, dmaError: false, malformed: true });
    await tx.CONTROL.write({ enable: false, logSize: 8 });
    sim.step(2);
    expect(await tx.STATUS.read()).toMatchObject({ busy: false, malformed: true });
    expect(await tx.REFUSED.read()).toEqual({ count: 0n });
  });
  it("and what lies in memory are C structs with every offset asserted", () => {
    expect(cHeader(map)).toContain("ORDINARY_ORDINARY_RX_PRODUCER_OFFSET");
    const headers = ordinaryHeaders();
    expect([...headers.keys()]).toEqual([
      "accio_rx_descriptor.h",
      "accio_tx_descriptor.h",
      "accio_rx_completion.h",
      "accio_tx_completion.h",
    ]);
    for (const [name, text] of headers)
      expect(text).toContain(`ASSERT(sizeof(struct ${name.slice(0, -2)}) == ${name.includes("desc") ? "0x10" : "0x8"});`);
  });
});
