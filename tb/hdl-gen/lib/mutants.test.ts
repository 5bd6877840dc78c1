/**
 * The library's tests can fail: broken versions of its blocks, a statement left out, a condition turned round or a single
 * bit inverted at a time, do not pass what the right ones pass.
 */

import { describe, expect, test } from "vitest";
import type { HardwareModule } from "#hdl";
import { uint } from "#hdl";
import type { Stmt } from "#hdl/core/ir.ts";
import { arbiter } from "#hdl/lib/arbiter.ts";
import { axi4ReadMaster } from "#hdl/lib/axi4-read.ts";
import { axi4WriteMaster } from "#hdl/lib/axi4-write.ts";
import { packetSum } from "#hdl/lib/checksum.ts";
import { crc32, packetCrc } from "#hdl/lib/crc.ts";
import { fifo } from "#hdl/lib/fifo.ts";
import { packetBeat } from "#hdl/lib/packet.ts";
import { shiftDown, shiftUp } from "#hdl/lib/packet-shift.ts";
import { narrow, widen } from "#hdl/lib/packet-width.ts";
import { slice } from "#hdl/lib/slice.ts";
import { simulate } from "#hdl/simulate/index.ts";
import { mutants } from "../../formal/mutate.ts";
import { AxiMemory } from "./axi-memory.ts";
import { type Beat, littleEndian, randomBytes, somePackets, toBeats } from "./packets.ts";
import { type Pace, paces, randomWords, StreamBench, show } from "./stream-bench.ts";

type Block = HardwareModule<any>;
const equal = (got: unknown, wanted: unknown): void => {
  if (show(got) !== show(wanted)) throw new Error(`${show(got)} is not ${show(wanted)}`);
};
const limit = 3000;

/** One stream in, one out: what comes out is `wanted`. */
const passes =
  (
    from: string,
    to: string,
    items: readonly unknown[],
    wanted: readonly unknown[],
    more: (bench: StreamBench<any>) => void = () => {},
    by: readonly (readonly [Pace, Pace])[] = paces,
  ) =>
  (block: Block): void => {
    for (const [i, [source, sink]] of by.entries()) {
      const bench = new StreamBench<any>(block, i + 1);
      const io = bench.sim.io as any;
      more(bench);
      const given = bench.source(io[from], items, source);
      const out = bench.sink(io[to], sink);
      bench.run(() => out.seen.length >= wanted.length, limit);
      bench.step(8);
      equal(out.values, wanted);
      // A block that only ever works slowly is not the same block.
      if (source === "always" && sink === "always") equal(given.sent.at(-1)?.cycle, reference.get(block.name) ?? given.sent.at(-1)?.cycle);
      if (source === "always" && sink === "always" && !reference.has(block.name)) reference.set(block.name, given.sent.at(-1)?.cycle ?? 0);
    }
  };
/** When the right block took its last beat. */
const reference = new Map<string, number>();

const random = new StreamBench<any>(fifo(uint(8), 2), 77).random;
const words = randomWords(random, 60, 8);
const packets = somePackets(random, 12, 40);
const beats = (width: number): Beat[] => packets.flatMap((p) => toBeats(p, width));
const masked = (list: readonly Beat[]): unknown[] => list.map((b) => ({ ...b, data: b.data & bytesOf(b.keep) }));
const bytesOf = (keep: bigint): bigint => littleEndian(Array.from({ length: 64 }, (_, i) => ((keep >> BigInt(i)) & 1n ? 255 : 0)));

/** Packets through a converter: bytes, keep and last. */
const converts =
  (from: number, to: number) =>
  (block: Block): void => {
    for (const [i, [source, sink]] of paces.entries()) {
      const bench = new StreamBench<any>(block, i + 1);
      const io = bench.sim.io as any;
      bench.source(io.from, beats(from), source);
      const out = bench.sink<Beat>(io.to, sink);
      bench.run(() => out.seen.length >= beats(to).length, limit);
      bench.step(8);
      equal(masked(out.values), beats(to));
    }
  };
const shifts =
  (which: "down" | "up") =>
  (block: Block): void => {
    const by = packets.map((_, i) => i % 8);
    for (const [i, [source, sink]] of paces.entries()) {
      const bench = new StreamBench<any>(block, i + 1);
      const io = bench.sim.io as any;
      bench.source(io.offset, by.map(BigInt), source);
      const padded = packets.map((p, k) => [...Array.from({ length: by[k] as number }, () => 0), ...p]);
      bench.source(
        io.from,
        (which === "down" ? padded : packets).flatMap((p) => toBeats(p, 64)),
        source,
      );
      const out = bench.sink<Beat>(io.to, sink);
      const wanted =
        which === "down"
          ? beats(64)
          : padded.flatMap((p, k) =>
              toBeats(p, 64).map((b, n) => (n === 0 ? { ...b, keep: (b.keep >> BigInt(by[k] as number)) << BigInt(by[k] as number) } : b)),
            );
      bench.run(() => out.seen.length >= wanted.length, limit);
      bench.step(8);
      equal(masked(out.values), wanted);
    }
  };
const arbitrates = (block: Block): void => {
  for (const [i, pace] of (["always", 0.4, 0.8] as const).entries()) {
    const bench = new StreamBench<any>(block, i + 1);
    const io = bench.sim.io as any;
    const inputs = [0, 1, 2].map((k) =>
      packets.slice(0, 8).flatMap((p) =>
        toBeats(
          p.map((b) => (b & 0x3f) | (k << 6)),
          16,
        ),
      ),
    );
    for (const [k, list] of inputs.entries()) bench.source(io.from[k], list, pace);
    const out = bench.sink<Beat>(io.to, i === 0 ? "always" : 0.7);
    const owners: number[] = [];
    bench.watchers.push(() => {
      if (out.seen.length > owners.length) {
        owners.push(Number((out.seen.at(-1) as { value: Beat }).value.data & 0xc0n) >> 6);
        equal(io.source.number, owners.at(-1));
      }
    });
    const total = inputs.flat().length;
    bench.run(() => out.seen.length >= total, limit);
    for (const [k, list] of inputs.entries())
      equal(
        out.values.filter((_, n) => owners[n] === k),
        list,
      );
    // Turns change with packets, and go round.
    const turns = owners.filter((_, n) => n === 0 || out.values[n - 1]?.last === 1n);
    for (const [n, b] of out.values.entries()) if (n > 0 && out.values[n - 1]?.last === 0n) equal([b, owners[n]], [b, owners[n - 1]]);
    if (i === 0)
      equal(
        turns,
        turns.map((_, n) => n % 3),
      );
  }
};
const list = [
  [0x100, 1],
  [0x101, 63],
  [0x1ff, 2],
  [0x280, 64],
  [0x2c5, 130],
  [0xfff, 9],
  [0x1100, 200],
  [0x3ff8, 16],
].map(([address, bytes]) => ({ address: BigInt(address as number), bytes: BigInt(bytes as number) }));
/** Among good ones: the first line of a transfer, one inside another, and a whole one. */
const broken = (address: bigint): boolean => [0x280n, 0x300n, 0x1140n].includes(address - (address % 64n));
const failing = list.map((j) => Array.from({ length: Number(j.bytes) }, (_, i) => broken(j.address + BigInt(i))).includes(true));
const reads = (block: Block): void => {
  for (const seed of [1, 2, 3]) {
    const bench = new StreamBench<any>(block, seed);
    const io = bench.sim.io as any;
    const memory = new AxiMemory(bench, io.axi, 8, {
      pace: seed === 1 ? "always" : 0.6,
      latency: seed === 1 ? 0 : 12,
      broken,
    });
    bench.source(io.command, list, seed === 3 ? 0.3 : "always");
    const out = bench.sink<Beat>(io.data, seed === 2 ? 0.6 : "always");
    const wanted = list.flatMap((j) =>
      toBeats(
        Array.from({ length: Number(j.bytes) }, (_, i) => memory.byte(j.address + BigInt(i))),
        64,
      ),
    );
    bench.run(() => out.seen.length >= wanted.length, limit);
    bench.step(8);
    equal(masked(out.values.map(({ user: _, ...b }) => b)), wanted);
    equal(
      out.values.filter((b) => b.last === 1n).map((b) => b.user === 1n),
      failing,
    );
    if (seed === 2) equal(memory.most, 4);
  }
};
const writes = (block: Block): void => {
  for (const seed of [1, 2, 3]) {
    const bench = new StreamBench<any>(block, seed);
    const io = bench.sim.io as any;
    const memory = new AxiMemory(bench, io.axi, 8, {
      pace: seed === 1 ? "always" : 0.6,
      latency: seed === 1 ? 0 : 12,
      broken,
    });
    bench.source(io.command, list, seed === 3 ? 0.3 : "always");
    const bodies = list.map((j) => randomBytes(bench.random, Number(j.bytes)));
    bench.source(
      io.data,
      bodies.flatMap((p) => toBeats(p, 64)),
      seed === 2 ? 0.6 : "always",
    );
    const done = bench.sink<bigint>(io.done, seed === 2 ? 0.5 : "always");
    bench.run(() => done.seen.length >= list.length, limit);
    bench.step(8);
    equal(
      done.values.map((v) => v === 1n),
      failing,
    );
    equal(memory.bytes.size, bodies.flat().length);
    for (const [k, j] of list.entries())
      for (const [i, b] of (bodies[k] as number[]).entries()) equal(memory.bytes.get(j.address + BigInt(i)), b);
  }
};
/** What a block that watches packets says of each. */
const watches =
  (result: string, of: (p: readonly number[]) => bigint) =>
  (block: Block): void => {
    const sim = simulate(block, { initial: "random", seed: 5 }) as any;
    sim.reset();
    const said: bigint[] = [];
    let cycle = 0;
    const step = (): void => {
      if (sim.io.done.value === 1n) said.push(sim.io[result].value);
      sim.step();
      cycle++;
    };
    for (const [n, p] of packets.entries())
      for (const beat of toBeats(p, 32)) {
        while (n > 5 && cycle % 3 === 0) {
          sim.io.valid.value = 0;
          step();
        }
        sim.io.valid.value = 1;
        sim.io.beat.value = beat;
        step();
      }
    sim.io.valid.value = 0;
    for (let i = 0; i < 5; i++) step();
    equal(said, packets.map(of));
  };
const expected = (block: Block, result: string): ((p: readonly number[]) => bigint) => {
  // The right block's own answers: they are under test elsewhere.
  const known = new Map<string, bigint>();
  for (const p of packets) {
    const sim = simulate(block) as any;
    for (const beat of toBeats(p, 32)) {
      sim.io.valid.value = 1;
      sim.io.beat.value = beat;
      sim.step();
    }
    sim.io.valid.value = 0;
    for (let i = 0; i < 5 && sim.io.done.value === 0n; i++) sim.step();
    known.set(show(p), sim.io[result].value);
  }
  return (p) => known.get(show(p)) as bigint;
};

/** Every version with one bit inverted that is driven all the time: a valid, a ready, a flag. */
const inverted = (block: Block): { name: string; module: Block }[] =>
  block.body.flatMap((s: Stmt, i) =>
    s.kind === "assign" && s.value.width === 1 && !s.target.signal.ghost
      ? [
          {
            name: `${i}: ${s.target.signal.name} inverted`,
            module: {
              ...block,
              properties: [],
              body: block.body.with(i, { ...s, value: { kind: "unary" as const, op: "not" as const, a: s.value, width: 1 } }),
            },
          },
        ]
      : [],
  );

const master = { addressBits: 16, dataBits: 64, idBits: 2 } as const;
const sums = packetSum(32);
const crcs = packetCrc(crc32, 32);
const families: readonly (readonly [Block, (block: Block) => void])[] = [
  [fifo(uint(8), 4), passes("push", "pop", words, words)],
  [fifo(uint(8), 3, { flow: true }), passes("push", "pop", words, words)],
  [fifo(uint(8), 5, { style: "block" }), passes("push", "pop", words, words)],
  [fifo(uint(8), 1), passes("push", "pop", words, words)],
  ...(["full", "forward", "reverse", "half"] as const).map((kind) => [slice(uint(8), kind), passes("from", "to", words, words)] as const),
  [widen(8, 32), converts(8, 32)],
  [narrow(32, 8), converts(32, 8)],
  [shiftDown(64), shifts("down")],
  [shiftUp(64), shifts("up")],
  [arbiter(packetBeat(16), 3, { packets: true }), arbitrates],
  [axi4ReadMaster(master), reads],
  [axi4WriteMaster(master), writes],
  [sums, watches("sum", expected(sums, "sum"))],
  [crcs, watches("crc", expected(crcs, "crc"))],
];
/** Mutants that are as good as the original, and why. */
const harmless: readonly (readonly [block: string, mutant: RegExp, why: string])[] = [];

describe.each(families.map(([block, behaves]) => [block.name, block, behaves] as const))("%s", (name, block, behaves) => {
  test("behaves", () => behaves(block));
  const all = [...mutants(block), ...inverted(block)].filter((m) => !harmless.some(([b, which]) => b === name && which.test(m.name)));
  test("has mutants", () => expect(all.length).toBeGreaterThan(1));
  test.each(all.map((m) => [m.name, m.module] as const))("without %s", (_, broken) => {
    expect(() => behaves(broken as Block)).toThrow();
  });
});
