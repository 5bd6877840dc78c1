/**
 * Corners of the prototype's packet pages, each a check that throws: the kernel's queues take the engines in every cycle
 * of the pages' work, with work of their own at once; addresses beyond any memory of a test; and how soon things happen.
 */
import { deepEqual, equal } from "node:assert/strict";
import { transmitCompletion, transmitDescriptor } from "#rtl/nic/ordinary-formats.ts";
import { ordinaryPath } from "#rtl/nic/ordinary-path.ts";
import { BlockBench } from "./block-bench.ts";
import type { Pins } from "./legacy-side.ts";
import { config as cornerConfig, setUp } from "./ordinary-corner-check.ts";
import { QueueDriver } from "./ordinary-driver.ts";
import { OrdinaryMemory } from "./ordinary-memory.ts";

type Path = ReturnType<typeof ordinaryPath>;
type Way = "receive" | "transmit";
const idle = { push: 0, pop: 0, word: 0n };
/** Software at the pages of a bench. */
const pagesOf = (bench: BlockBench<Path>) => {
  const io = bench.sim.io as unknown as {
    readonly legacyRequests: { value: unknown };
    readonly legacyStates: Readonly<Record<Way, { readonly value: Pins }>>;
  };
  const ask = (way: Way, request: Partial<typeof idle>): void => {
    io.legacyRequests.value = { receive: idle, transmit: idle, [way]: { ...idle, ...request } };
    bench.step();
    io.legacyRequests.value = { receive: idle, transmit: idle };
  };
  const state = (way: Way): Pins => io.legacyStates[way].value;
  io.legacyRequests.value = { receive: idle, transmit: idle };
  return {
    state,
    push: (way: Way, word: bigint): void => ask(way, { push: 1, word }),
    /** All that has completed. */
    popAll: (way: Way): readonly bigint[] => {
      const list: bigint[] = [];
      while (state(way).completions > 0n) {
        list.push(state(way).first);
        ask(way, { pop: 1 });
      }
      return list;
    },
  };
};
const counts = (pins: Pins): readonly bigint[] => [pins.requests, pins.completions];

/** Cycles of the pages' work in which the kernel's queue may come. */
const momentsBy = (step: number): readonly number[] => Array.from({ length: Math.ceil(64 / step) }, (_, i) => step * i);
const legacyBuffers = [0x6000, 0x6800];
const queueBuffers = 0x4000;

const receiveHandOver = (path: Path, step: number): void => {
  for (const moment of momentsBy(step)) {
    const q = setUp(3, path);
    const pages = pagesOf(q.bench);
    // At times memory refuses what the page writes, which does not stop the queue.
    const refused = moment % 16 === 8;
    q.memory.refuses = (at) => refused && at >= (legacyBuffers[0] as number);
    q.driver.settings(false);
    q.bench.run(5);
    deepEqual(counts(pages.state("receive")), [0n, 0n]);
    for (const address of legacyBuffers) pages.push("receive", BigInt(address));
    q.wire(5);
    q.bench.run(moment);
    q.driver.begin();
    q.bench.step();
    equal(pages.state("receive").requests, 64n);
    q.post(5);
    q.take(300);
    const popped = pages.popAll("receive").map((first, i) => {
      equal(first, (BigInt(legacyBuffers[i] as number) << 16n) | (refused ? 0n : 64n));
      return q.memory.bytes[legacyBuffers[i] as number] as number;
    });
    const ofPage = refused ? [] : popped;
    const ofQueue = q.taken.map((c, i) => {
      deepEqual({ bytes: c.bytes, index: c.index, failed: c.failed }, { bytes: 64, index: i, failed: false });
      return q.memory.bytes[queueBuffers + 256 * i] as number;
    });
    const came = [...ofPage, ...ofQueue];
    deepEqual(
      came,
      came.toSorted((a, b) => a - b),
    );
    equal(new Set(came).size + q.dropped(), 5, `moment ${moment}: ${came}, ${q.dropped()} dropped`);
    equal(came.length, q.delivered());
    deepEqual([q.driver.stopped, q.driver.running], [undefined, true]);
    // Behind the page's last write the queue has every frame.
    const before = q.taken.length;
    q.post(5 - before + 2);
    q.wire(2);
    q.take(200);
    equal(q.taken.length, before + 2);
    // What had not been given is forgotten: nobody gets this frame.
    q.driver.settings(false);
    q.bench.run(50);
    const dropped = q.dropped();
    q.wire(1);
    q.bench.run(100);
    deepEqual([q.dropped(), ...counts(pages.state("receive"))], [dropped + 1, 0n, 0n]);
    q.memory.refuses = () => false;
    pages.push("receive", 0x7000n);
    q.wire(1, 70);
    q.bench.run(100);
    deepEqual(pages.popAll("receive"), [(0x7000n << 16n) | 70n]);
    // What memory refuses the queue stops it, and frames are dropped at once.
    q.memory.refuses = (at, write) => write && at >= queueBuffers;
    q.driver.begin();
    q.bench.step();
    q.post(3);
    q.wire(1);
    q.bench.run(100);
    equal(q.driver.stopped, "memory");
    const lost = q.dropped();
    q.wire(2);
    q.bench.run(60);
    equal(q.dropped(), lost + 2);
  }
};

/** Frames wait for buffers from the first one on. */
const firstBuffer = (path: Path): void => {
  for (const seed of [1, 2, 3, 4]) {
    const q = setUp(3, path, false, seed);
    const pages = pagesOf(q.bench);
    q.wire(2);
    q.bench.run(40);
    deepEqual([q.dropped(), q.delivered()], [2, 0]);
    pages.push("receive", 0x6000n);
    q.wire(2);
    q.bench.run(100);
    deepEqual([q.dropped(), ...pages.popAll("receive")], [2, (0x6000n << 16n) | 64n]);
    pages.push("receive", 0x6800n);
    q.bench.run(60);
    deepEqual([q.dropped(), ...pages.popAll("receive")], [2, (0x6800n << 16n) | 64n]);
  }
};

const transmitHandOver = (path: Path, step: number): void => {
  for (const moment of momentsBy(step)) {
    const bench = new BlockBench(path, 1);
    const { io } = bench.sim;
    const memory = new OrdinaryMemory(bench, io, { busBytes: 8, bytes: 0x8000, latency: 10, disorder: false, pause: 0 });
    const options = { logSize: 3, count: 1, cycles: 0, napi: false, budget: 4, hoard: 1, lazy: 0 };
    const driver = new QueueDriver(
      bench,
      memory,
      { settings: io.transmitSettings, writes: io.transmitWrites, status: io.transmitStatus, irq: io.irqTx },
      [transmitDescriptor, transmitCompletion] as never,
      { ...options, descriptors: 0, completions: 0x2000 },
    );
    const pages = pagesOf(bench);
    const out: string[] = [];
    let length = 0;
    bench.sink<{ data: bigint; keep: bigint; last: bigint }>(
      "to",
      io.to,
      ({ data, keep, last }) => {
        length += keep.toString(2).length;
        if (last === 0n) return;
        out.push(`${length} of ${data & 0xffn}`);
        length = 0;
      },
      0,
    );
    let refused = 0;
    bench.watch(() => {
      refused += Number(io.events.refused.value);
    });
    // At times memory refuses what the page reads, which does not stop the queue.
    memory.refuses = (at) => moment % 16 === 8 && at >= 0x4c00 && at < 0x5000;
    for (const i of [1, 2, 3, 4, 5]) memory.bytes.fill(i, 0x4000 + 0x400 * i, 0x4400 + 0x400 * i);
    const request = (i: number, bytes: number, partial = false): bigint =>
      BigInt(0x4000 + 0x400 * i) | (BigInt(bytes) << 48n) | (partial ? 1n << 63n : 0n);
    bench.run(3);
    // A frame, one that is refused, and half a frame, which takes longer to read than a descriptor.
    pages.push("transmit", request(1, 64));
    pages.push("transmit", request(2, 0));
    pages.push("transmit", request(3, 900, true));
    bench.run(moment);
    const before = out.length;
    driver.begin();
    bench.step();
    equal(pages.state("transmit").requests, 64n);
    driver.put({ BUFFER: { address: 0x5000n }, FRAGMENT: { bytes: 80, last: true, notify: true } });
    driver.told = driver.produced;
    driver.raw({ producer: driver.produced });
    bench.step();
    driver.rest();
    const taken: Record<string, unknown>[] = [];
    for (let i = 0; i < 200; i++) {
      driver.act((c) => taken.push(c.STATUS));
      bench.step();
    }
    driver.rest();
    deepEqual(taken, [{ bytes: 80, index: 0, refused: false, failed: false, phase: true }]);
    const first = out.length === 2 ? ["64 of 1"] : [];
    deepEqual(out, [...first, "80 of 4"], `moment ${moment}`);
    equal(before === 1 && first.length === 0, false);
    equal(pages.popAll("transmit").length <= 3, true);
    // Behind the queue nothing is left of the half frame.
    driver.settings(false);
    bench.run(60);
    deepEqual(counts(pages.state("transmit")), [0n, 0n]);
    pages.push("transmit", request(5, 96));
    bench.run(100);
    deepEqual([out.at(-1), pages.popAll("transmit")], ["96 of 5", [1n]]);
    equal(refused <= 1, true);
    // What memory refuses the queue stops it.
    memory.refuses = (at) => at >= 0x4000;
    driver.begin();
    bench.step();
    driver.put({ BUFFER: { address: 0x5000n }, FRAGMENT: { bytes: 80, last: true, notify: true } });
    driver.told = driver.produced;
    driver.raw({ producer: driver.produced });
    bench.step();
    driver.rest();
    bench.run(100);
    equal(driver.stopped, "memory");
  }
};

/** Both pages' first burst, of requests whose address has all its bits, and cycles from the push to it. */
export const firstBursts = (path: Path) => {
  const bench = new BlockBench(path, 1);
  const { io } = bench.sim;
  const pages = pagesOf(bench);
  const beats = Array.from({ length: 8 }, (_, i) => ({ data: 0n, keep: 0xff, last: i === 7 ? 1 : 0 }));
  bench.source(
    io.from,
    () => beats[0],
    () => beats.shift(),
    0,
  );
  const found: Record<string, { readonly address: bigint; readonly cycles: number }> = {};
  let since = 0;
  for (const channel of ["ar", "aw"] as const)
    bench.sink<{ address: bigint }>(
      channel,
      io[channel],
      ({ address }) => {
        found[channel] ??= { address, cycles: bench.cycle - since };
      },
      0,
    );
  const off = { enable: 0, descriptors: 0, completions: 0, log_size: 3, count: 0, cycles: 0 };
  io.receiveSettings.value = off;
  io.transmitSettings.value = off;
  bench.run(3);
  pages.push("receive", 0x5555_ffff_1234_5640n);
  // The frame has its buffer before it is here.
  bench.run(30);
  since = bench.cycle;
  pages.push("transmit", (128n << 48n) | 0xfedc_ba98_7600n);
  bench.run(20);
  return { ar: found.ar, aw: found.aw };
};
const wholeAddresses = (path: Path): void => {
  const { ar, aw } = firstBursts(path);
  deepEqual([ar?.address, aw?.address], [0xfedc_ba98_7600n, 0xffff_1234_5640n]);
};

/** Each throws where a path of `cornerConfig` does otherwise; hand-overs are tried in every `step`th cycle. */
export const legacyCorners: Readonly<Record<string, (path: Path, step: number) => void>> = {
  "the kernel's receive queue takes the engine at any moment": receiveHandOver,
  "the kernel's transmit queue takes the engine at any moment": transmitHandOver,
  "frames wait for buffers from the first one on": firstBuffer,
  "addresses have 48 bits": wholeAddresses,
};
/** All of them, of a path that `change` has changed. */
export const checkCorners = (change: (whole: Path) => Path, step: number): void => {
  const changed = change(ordinaryPath(cornerConfig));
  for (const corner of Object.values(legacyCorners)) corner(changed, step);
};
export { cornerConfig };
