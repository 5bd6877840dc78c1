/**
 * Corners of the ordinary path's receive queue, each a check that throws: for the test of them, and for mutants of each block.
 * What a driver may do wrong, what memory may refuse, and when things wait for each other.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { resolveConfig } from "#rtl/config/config.ts";
import { receiveCompletion, receiveDescriptor } from "#rtl/nic/ordinary-formats.ts";
import { ordinaryPath } from "#rtl/nic/ordinary-path.ts";
import { BlockBench, toBig } from "./block-bench.ts";
import { QueueDriver } from "./ordinary-driver.ts";
import { OrdinaryMemory } from "./ordinary-memory.ts";

export const config = resolveConfig("tiny");
const rings = { descriptors: 0, completions: 0x2000 };
const buffers = 0x4000;

/** A receive queue whose driver does as it is told, and frames of 64 bytes from the wire. */
export const setUp = (logSize = 3, path: ReturnType<typeof ordinaryPath> = ordinaryPath(config), begins = true, seed = 1) => {
  const bench = new BlockBench(path, seed);
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
    dropped = 0,
    delivered = 0;
  bench.watch(() => {
    delivered += Number(io.events.delivered.value);
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
  if (begins) driver.begin();
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
  return {
    bench,
    io,
    memory,
    driver,
    wire,
    raw,
    post,
    take,
    taken,
    beats,
    stops: () => stops,
    dropped: () => dropped,
    delivered: () => delivered,
  };
};
type Path = ReturnType<typeof ordinaryPath>;
type Queue = ReturnType<typeof setUp>;
const stateOf = (q: Queue) => ({ running: q.driver.running, stopped: q.driver.stopped, stops: q.stops() });
const runs = { running: true, stopped: undefined, stops: 0 };
const stoppedBy = (stopped: "malformed" | "memory") => ({ running: false, stopped, stops: 1 });

/** A doorbell or a consumer index that cannot be stops the queue, with an event, once, and nothing else. */
const mistake =
  (posted: number, write: { readonly producer?: number; readonly consumer?: number }) =>
  (path: Path): void => {
    const q = setUp(3, path);
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
    deepEqual(stateOf(q), stoppedBy("malformed"));
    q.raw(write);
    equal(q.stops(), 1);
    // Frames do not pile up behind it.
    q.wire(20);
    q.bench.runUntil(() => q.dropped() === 20, 1000);
    q.driver.settings(false);
    q.bench.runUntil(() => !q.driver.busy, 100);
    q.driver.begin();
    q.bench.run(3);
    ok(q.driver.running, "it does not begin again");
  };

/** By what is tried; each takes the whole path, of configuration `config`. */
export const corners: Readonly<Record<string, (path: Path) => void>> = {
  "a producer beyond the ring": mistake(0, { producer: 9 }),
  "a producer that goes back": mistake(3, { producer: 2 }),
  "a consumer ahead of all completions": mistake(0, { consumer: 1 }),
  "a consumer that goes back": mistake(0, { consumer: 0xffff }),
  "the whole ring at once, and indices that wrap, are no mistakes": (path) => {
    const q = setUp(3, path);
    for (let round = 0; round < 20; round++) {
      q.post(8);
      q.wire(8);
      q.take(300);
    }
    deepEqual(stateOf(q), runs);
    equal(q.taken.length, 160);
    equal(q.dropped(), 0);
  },
  "the same producer again is no mistake": (path) => {
    const q = setUp(3, path);
    q.post(2);
    q.raw({ producer: 2 });
    q.bench.run(30);
    q.raw({ producer: 2 });
    q.wire(2);
    q.take(300);
    deepEqual(stateOf(q), runs);
    equal(q.taken.length, 2);
  },
  "a ring of four entries": (path) => {
    const q = setUp(2, path);
    deepEqual(stateOf(q), stoppedBy("malformed"));
    deepEqual(q.memory.beats, { read: 0, write: 0 });
  },
  "a buffer of no bytes": (path) => {
    const q = setUp(3, path);
    q.post(1, 0);
    q.bench.run(100);
    deepEqual(stateOf(q), stoppedBy("malformed"));
    // Begun anew it knows nothing of that one.
    q.driver.settings(false);
    q.bench.run(20);
    q.driver.begin();
    q.bench.run(20);
    deepEqual(stateOf(q), { ...runs, stops: 1 });
  },
  "memory refuses a descriptor: no address of that line is used": (path) => {
    const q = setUp(3, path);
    q.memory.refuses = (at, write) => !write && at < 64;
    q.memory.mayWrite = () => false;
    q.post(6);
    q.wire(3);
    q.bench.run(300);
    deepEqual(stateOf(q), stoppedBy("memory"));
    equal(q.dropped(), 3);
  },
  "memory refuses a buffer: its completion says so, and no other frame begins": (path) => {
    const q = setUp(3, path);
    q.memory.refuses = (at, write) => write && at >= buffers && at < buffers + 64;
    q.post(4);
    q.wire(1);
    q.bench.run(200);
    q.wire(2);
    q.take(300);
    deepEqual(stateOf(q), stoppedBy("memory"));
    equal(q.taken.length, 1);
    const { index, failed, first, last, bytes } = q.taken[0] as Record<string, unknown>;
    deepEqual({ index, failed, first, last, bytes }, { index: 0, failed: true, first: true, last: true, bytes: 64 });
    equal(q.dropped(), 3);
  },
  "memory refuses a part of a frame that is not its last: the frame is dropped, and none after it": (path) => {
    const q = setUp(3, path);
    q.memory.refuses = (at, write) => write && at >= buffers && at < buffers + 64;
    q.post(2, 32);
    q.wire(1);
    q.take(300);
    deepEqual(stateOf(q), stoppedBy("memory"));
    deepEqual([q.delivered(), q.dropped()], [0, 1]);
    q.memory.refuses = () => false;
    q.driver.settings(false);
    q.bench.runUntil(() => !q.driver.busy, 100);
    q.driver.begin();
    q.bench.run(3);
    // One of a single part first: then each burst number is a first part's and a last one's.
    q.post(1);
    q.wire(1);
    q.take(100);
    for (let i = 0; i < 6; i++) {
      q.post(2, 32);
      q.wire(1);
      q.take(100);
    }
    deepEqual([q.delivered(), q.dropped()], [7, 1]);
  },
  "memory refuses a completion: it does not count, and neither does one behind it": (path) => {
    const q = setUp(3, path);
    q.memory.refuses = (at, write) => write && at >= rings.completions && at < buffers;
    q.post(8);
    q.wire(5);
    q.bench.run(500);
    deepEqual(stateOf(q), stoppedBy("memory"));
    equal(q.io.receiveStatus.completed.value, 0n);
    equal(q.io.irqRx.value, 0n);
  },
  "completions of a full ring wait until the driver consumes": (path) => {
    const q = setUp(3, path);
    q.post(8);
    q.wire(8);
    q.bench.run(400);
    equal(q.io.receiveStatus.completed.value, 8n);
    // The driver knows that these came, gives new buffers, and says nothing of the completions.
    q.post(8);
    q.wire(4);
    const ring = q.memory.bytes.slice(rings.completions, rings.completions + 64);
    q.bench.run(400);
    deepEqual(q.memory.bytes.slice(rings.completions, rings.completions + 64), ring);
    q.raw({ consumer: 3 });
    q.bench.run(200);
    equal(q.io.receiveStatus.completed.value, 11n);
    q.raw({ consumer: 8 });
    q.bench.run(200);
    equal(q.io.receiveStatus.completed.value, 12n);
    equal(q.stops(), 0);
  },
  "completions of a burst share lines, and a lonely one does not wait": (path) => {
    const q = setUp(6, path);
    q.post(40);
    q.wire(1);
    const from = q.bench.cycle;
    q.bench.runUntil(() => q.io.receiveStatus.completed.value === 1n, 100);
    ok(q.bench.cycle - from < 70, `a completion took ${q.bench.cycle - from} cycles`);
    let bursts = 0;
    q.bench.watch(() => {
      const address = Number(q.io.aw.payload.address.value);
      const taken = q.io.aw.valid.value === 1n && q.io.aw.ready.value === 1n;
      if (taken && address >= rings.completions && address < buffers) bursts++;
    });
    q.wire(32, 14);
    q.bench.run(600);
    equal(q.io.receiveStatus.completed.value, 33n);
    ok(bursts >= 5 && bursts <= 16, `32 completions in ${bursts} bursts`);
  },
  "a frame without room waits for a buffer, and is not lost": (path) => {
    const q = setUp(3, path);
    q.wire(8);
    q.bench.runUntil(() => q.io.from.valid.value === 1n && q.io.from.ready.value === 0n, 2000);
    q.post(8);
    q.take(600);
    equal(q.dropped(), 0);
    equal(q.taken.length, 8);
  },
};
