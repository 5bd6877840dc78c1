/** The AXI4 masters against a memory that answers late, out of order and with errors: every byte and every flag. */

import { describe, expect, test } from "vitest";
import { type Axi4MasterOptions, axi4Bursts } from "#hdl/lib/axi4-bursts.ts";
import { axi4ReadMaster } from "#hdl/lib/axi4-read.ts";
import { axi4WriteMaster } from "#hdl/lib/axi4-write.ts";
import type { Random } from "#hdl/simulate/index.ts";
import { AxiMemory, type MemoryOptions } from "./axi-memory.ts";
import { type Beat, cornerLengths, fromBeats, randomBytes, toBeats } from "./packets.ts";
import { type Pace, StreamBench } from "./stream-bench.ts";

const shapes: readonly Axi4MasterOptions[] = [
  { addressBits: 64, dataBits: 64, idBits: 2 },
  { addressBits: 32, dataBits: 512, idBits: 3 },
  { addressBits: 40, dataBits: 128, idBits: 1, burstBytes: 256, lengthBits: 12 },
  { addressBits: 16, dataBits: 16, idBits: 2, burstBytes: 16, lengthBits: 10 },
];
const memories: readonly (MemoryOptions & { readonly other: Pace })[] = [
  { pace: "always", latency: 0, other: "always" },
  { pace: "always", latency: 30, other: "always" },
  { pace: 0.4, latency: 10, other: 0.5 },
  { pace: { on: 15, off: 20 }, latency: 50, other: { on: 5, off: 5 } },
];
/** Every ninth line of 64 bytes or so, so that errors stand among good answers, at either end of a transfer and inside. */
const broken = (address: bigint): boolean => ((address >> 6n) * 7n) % 9n === 2n;

interface Job {
  readonly address: bigint;
  readonly bytes: bigint;
}
/** Corner lengths at corner places, and anything. No two overlap, so that writes have one order only. */
const jobs = (random: Random, count: number): Job[] => {
  let at = 0x100;
  const found: Job[] = [];
  for (let i = 0; i < count; i++) {
    const bytes = random.oneIn(2) ? random.pick(cornerLengths) : random.between(1, 600);
    at += random.pick([0, 0, 1, 7, 63, 64, random.below(100)]);
    if (random.oneIn(8)) at = Math.ceil(at / 4096) * 4096 - random.below(Math.min(bytes, 3) + 1);
    if (at + bytes > 0xffc0) break;
    found.push({ address: BigInt(at), bytes: BigInt(bytes) });
    at += bytes;
  }
  return found;
};
/** Is any bus word of a transfer broken? */
const isBroken = ({ address, bytes }: Job, busBytes: bigint): boolean => {
  for (let at = address - (address % busBytes); at < address + bytes; at += busBytes) if (broken(at)) return true;
  return false;
};
const show = (m: { pace: Pace; latency: number; other: Pace }): string => JSON.stringify(m);

describe.each(shapes.map((s) => [axi4Bursts(s).name, s] as const))("%s", (_, shape) => {
  const busBytes = shape.dataBits / 8;
  const burstBytes = shape.burstBytes ?? 64;
  const roundUp = (n: bigint): bigint => ((n + BigInt(busBytes) - 1n) / BigInt(busBytes)) * BigInt(busBytes);
  const checkBursts = (memory: AxiMemory, list: readonly Job[]): void => {
    // As many aligned bursts as the transfers need, and no more.
    const expected = list.flatMap(({ address, bytes }) => {
      const [first, last] = [address / BigInt(burstBytes), (address + bytes - 1n) / BigInt(burstBytes)];
      return Array.from({ length: Number(last - first) + 1 }, (_, i) => {
        const low = (first + BigInt(i)) * BigInt(burstBytes);
        const from = ((low > address ? low : address) / BigInt(busBytes)) * BigInt(busBytes);
        const to = roundUp(low + BigInt(burstBytes) < address + bytes ? low + BigInt(burstBytes) : address + bytes);
        return { addr: from, len: Number((to - from) / BigInt(busBytes)) - 1 };
      });
    });
    expect(memory.requests.map(({ addr, len }) => ({ addr, len }))).toEqual(expected);
    expect(memory.most).toBeLessThanOrEqual(2 ** shape.idBits);
  };

  test.each(memories.map((m, i) => [i + 1, show(m), m] as const))("reads every byte, in order (seed %i: %s)", (seed, _, options) => {
    const bench = new StreamBench(axi4ReadMaster(shape) as any, seed);
    const io = bench.sim.io as any;
    const memory = new AxiMemory(bench, io.axi, busBytes, { ...options, broken });
    const list = jobs(bench.random, 150);
    bench.source(io.command, list, options.other);
    const sink = bench.sink<Beat>(io.data, options.other);
    const beats = list.reduce((n, j) => n + Math.ceil(Number(j.bytes) / busBytes), 0);
    bench.run(() => sink.seen.length === beats, 400_000);
    expect(fromBeats(sink.values, shape.dataBits)).toEqual(
      list.map((j) => Array.from({ length: Number(j.bytes) }, (_, i) => memory.byte(j.address + BigInt(i)))),
    );
    expect(sink.values.filter((b) => b.last === 1n).map((b) => b.user === 1n)).toEqual(list.map((j) => isBroken(j, BigInt(busBytes))));
    expect(sink.values.some((b) => b.last === 0n && b.user === 1n)).toBe(false);
    checkBursts(memory, list);
  });

  test.each(memories.map((m, i) => [i + 1, show(m), m] as const))("writes every byte and no other (seed %i: %s)", (seed, _, options) => {
    const bench = new StreamBench(axi4WriteMaster(shape) as any, seed);
    const io = bench.sim.io as any;
    const memory = new AxiMemory(bench, io.axi, busBytes, { ...options, broken });
    const list = jobs(bench.random, 150);
    const packets = list.map((j) => randomBytes(bench.random, Number(j.bytes)));
    bench.source(io.command, list, options.other);
    bench.source(
      io.data,
      packets.flatMap((p) => toBeats(p, shape.dataBits)),
      options.other,
    );
    const done = bench.sink<bigint>(io.done, options.other);
    bench.run(() => done.seen.length === list.length, 400_000);
    const expected = new Map(list.flatMap((j, k) => (packets[k] as number[]).map((b, i): [bigint, number] => [j.address + BigInt(i), b])));
    expect(memory.bytes.size).toBe(expected.size);
    for (const [address, value] of expected)
      if (memory.bytes.get(address) !== value)
        throw new Error(`byte ${address.toString(16)} is ${memory.bytes.get(address)}, not ${value}`);
    expect(done.values.map((v) => v === 1n)).toEqual(list.map((j) => isBroken(j, BigInt(busBytes))));
    checkBursts(memory, list);
  });

  test("one bus word a cycle, stated latencies, no warning", () => {
    const [address, words] = [0x400n, 60];
    const bytes = BigInt(words * busBytes);
    const read = new StreamBench(axi4ReadMaster(shape) as any, 1);
    const readIo = read.sim.io as any;
    const reads = new AxiMemory(read, readIo.axi, busBytes, { pace: "always", latency: 0, inOrder: true });
    const command = read.source<Job>(readIo.command, [{ address, bytes }]);
    const sink = read.sink<Beat>(readIo.data);
    read.run(() => sink.seen.length === words);
    expect(reads.requests[0]?.cycle).toBe((command.sent[0]?.cycle ?? 0) + 2); // seen by the model one cycle after it moved
    const first = sink.seen[0]?.cycle ?? 0;
    expect(first).toBe((command.sent[0]?.cycle ?? 0) + 2 + 2);
    // Enough IDs hide the model's two cycles from address to data.
    if (2 ** shape.idBits * (burstBytes / busBytes) >= 8) expect((sink.seen.at(-1)?.cycle ?? 0) - first).toBe(words - 1);

    const write = new StreamBench(axi4WriteMaster(shape) as any, 1);
    const writeIo = write.sim.io as any;
    new AxiMemory(write, writeIo.axi, busBytes, { pace: "always", latency: 0, inOrder: true });
    const commands = write.source<Job>(writeIo.command, [{ address, bytes }]);
    const data = write.source(writeIo.data, toBeats(randomBytes(write.random, Number(bytes)), shape.dataBits));
    const done = write.sink(writeIo.done);
    write.run(() => done.seen.length === 1);
    expect(data.sent[0]?.cycle).toBe((commands.sent[0]?.cycle ?? 0) + 2);
    if (2 ** shape.idBits * (burstBytes / busBytes) >= 8)
      expect((data.sent.at(-1)?.cycle ?? 0) - (data.sent[0]?.cycle ?? 0)).toBe(words - 1);
    expect(done.seen[0]?.cycle).toBe((data.sent.at(-1)?.cycle ?? 0) + 2);
    for (const m of [axi4ReadMaster(shape), axi4WriteMaster(shape), axi4Bursts(shape)]) expect(m.warnings).toEqual([]);
  });
});

test("a packet of another length than its command's is an error", () => {
  const bench = new StreamBench(axi4WriteMaster(shapes[0] as Axi4MasterOptions) as any, 1);
  const io = bench.sim.io as any;
  bench.source(io.command, [{ address: 0n, bytes: 20n }]);
  bench.source(io.data, toBeats(randomBytes(bench.random, 8), 64));
  new AxiMemory(bench, io.axi, 8, { pace: "always", latency: 0 });
  expect(() => bench.step(10)).toThrow(/a packet is as long as its command says/);
});
test("misuse names the user's line", () => {
  expect(() => axi4ReadMaster({ addressBits: 32, dataBits: 8, idBits: 1 })).toThrow(
    /axi4-masters\.test\.ts:\d+: error: axi4ReadMaster: 8 data bits/,
  );
  expect(() => axi4WriteMaster({ addressBits: 32, dataBits: 64, idBits: 1, burstBytes: 8192 })).toThrow(
    /bursts of 8192 bytes; a power of two from 8 to 4096/,
  );
  expect(() => axi4WriteMaster({ addressBits: 32, dataBits: 16, idBits: 1, burstBytes: 1024 })).toThrow(
    /bursts of 512 beats; AXI4 has at most 256/,
  );
});
