/** The AXI4 register slave against an independent reading of AXI4: random bursts of every kind, size and strobe. */

import { describe, expect, test } from "vitest";
import { type Axi4RegistersOptions, axi4Registers } from "#hdl/lib/axi4-registers.ts";
import type { Random } from "#hdl/simulate/index.ts";
import { type Pace, paces, StreamBench, show } from "./stream-bench.ts";

interface Burst {
  readonly id: bigint;
  readonly addr: bigint;
  readonly len: number;
  readonly size: number;
  readonly kind: "FIXED" | "INCR" | "WRAP";
}
interface Access {
  readonly write: boolean;
  readonly word: bigint;
  readonly strobe: bigint;
  readonly data: bigint;
  readonly source: bigint;
}
/** Words from here on refuse every access. */
const refusedFrom = 0x100n;

/** Byte addresses of each beat, straight from the standard's definitions. */
const beatAddresses = ({ addr, len, size, kind }: Burst): bigint[] => {
  const bytes = 1n << BigInt(size);
  const aligned = addr - (addr % bytes);
  const total = bytes * BigInt(len + 1);
  const boundary = addr - (addr % total);
  return Array.from({ length: len + 1 }, (_, i) => {
    if (i === 0 || kind === "FIXED") return addr;
    const straight = aligned + BigInt(i) * bytes;
    return kind === "WRAP" ? boundary + ((straight - boundary) % total) : straight;
  });
};
const lanesOf = (address: bigint, size: number, busBytes: number): bigint => {
  const bytes = 2 ** size;
  const offset = Number(address % BigInt(busBytes));
  const end = Math.floor(offset / bytes) * bytes + bytes;
  return Array.from({ length: busBytes }, (_, i) => (i >= offset && i < end ? 1n << BigInt(i) : 0n)).reduce((a, b) => a | b);
};
const randomBurst = (random: Random, busBytes: number, addressBits: number): Burst => {
  const size = random.between(0, Math.log2(busBytes));
  const kind = random.pick(["INCR", "INCR", "FIXED", "WRAP"] as const);
  const len = kind === "WRAP" ? random.pick([1, 3, 7, 15]) : random.pick([0, 0, 0, 1, 2, 7, 20]);
  const bytes = 2 ** size;
  // No burst crosses 4 KiB, and wrapping ones are aligned to their beats (A3.4.1).
  const addr = random.below(2 ** addressBits / 4096) * 4096 + random.below(4096 - bytes * (len + 1));
  return { id: random.bits(3), addr: BigInt(kind === "WRAP" ? addr - (addr % bytes) : addr), len, size, kind };
};

class Registers {
  readonly bench: StreamBench<any>;
  readonly accesses: Access[] = [];
  readonly replies: { data: bigint; error: boolean; write: boolean }[] = [];
  constructor(bench: StreamBench<any>, ready: number) {
    this.bench = bench;
    const { bus } = bench.sim.io as any;
    let reply: { data: bigint; error: boolean } | null = null;
    bench.controls.push(() => {
      bus.response.valid.value = reply !== null;
      bus.response.data.value = reply?.data ?? bench.random.bits(32);
      bus.response.error.value = reply?.error ?? bench.random.oneIn(2);
      bus.ready.value = bench.random.below(100) < ready * 100;
    });
    let waits: string | null = null;
    bench.watchers.push((cycle) => {
      reply = null;
      const request =
        bus.valid.value === 1n ? show([bus.write.value, bus.word.value, bus.data.value, bus.strobe.value, bus.source.value]) : null;
      if (waits !== null && request !== waits) throw new Error(`cycle ${cycle}: the request ${waits} was taken back for ${request}`);
      waits = bus.ready.value === 0n ? request : null;
      if (bus.valid.value === 0n || bus.ready.value === 0n) return;
      const write = bus.write.value === 1n;
      const word: bigint = bus.word.value;
      this.accesses.push({ write, word, strobe: bus.strobe.value, data: write ? bus.data.value : 0n, source: bus.source.value });
      const error = word >= refusedFrom;
      reply = { data: write || error ? 0n : bench.random.bits(30), error };
      this.replies.push({ ...reply, write });
    });
  }
}

const options: Axi4RegistersOptions[] = [
  { addressBits: 13, idBits: 3, source: true },
  { addressBits: 13, dataBits: 32, idBits: 3, source: true },
  { addressBits: 13, idBits: 3, source: true, bursts: "refuse" },
];
const fields = (b: Burst) => ({ id: b.id, addr: b.addr, len: b.len, size: b.size, burst: b.kind, lock: 0, cache: 0, prot: 0, qos: 0 });

describe.each(options.map((o) => [axi4Registers(o).name, o] as const))("%s", (_, given) => {
  const busBytes = (given.dataBits ?? 64) / 8;
  const made = axi4Registers(given);
  const refused = (b: Burst): boolean => given.bursts === "refuse" && b.len > 0;

  const go = (seed: number, from: Pace, to: Pace, count: number) => {
    const bench = new StreamBench(made as any, seed);
    const io = bench.sim.io as any;
    const registers = new Registers(bench, to === "always" ? 1 : 0.6);
    const reads = Array.from({ length: count }, () => randomBurst(bench.random, busBytes, given.addressBits));
    const writes = Array.from({ length: count }, () => randomBurst(bench.random, busBytes, given.addressBits));
    const beats = writes.map((b) =>
      beatAddresses(b).map((address, i) => ({
        data: bench.random.bits(busBytes * 8),
        strb: bench.random.bits(busBytes) & lanesOf(address, b.size, busBytes),
        last: BigInt(i === b.len),
      })),
    );
    bench.source(io.axi.ar, reads.map(fields), from);
    bench.source(io.axi.aw, writes.map(fields), from);
    bench.source(io.axi.w, beats.flat(), from);
    const r = bench.sink<any>(io.axi.r, to);
    const b = bench.sink<any>(io.axi.b, to);
    return { bench, registers, reads, writes, beats, r, b };
  };

  test.each(paces.map((p, i) => [i + 1, ...p] as const))(
    "does each access once, in order, and answers it (seed %i: %j, %j)",
    (seed, from, to) => {
      const { bench, registers, reads, writes, beats, r, b } = go(seed, from, to, 60);
      const readBeats = reads.reduce((n, x) => n + x.len + 1, 0);
      bench.run(() => r.seen.length === readBeats && b.seen.length === writes.length);

      const expectedReads = reads
        .filter((x) => !refused(x))
        .flatMap((x) =>
          beatAddresses(x).map((a) => ({
            write: false,
            word: a / BigInt(busBytes),
            strobe: lanesOf(a, x.size, busBytes),
            data: 0n,
            source: x.id,
          })),
        );
      const expectedWrites = writes.flatMap((x, i) =>
        refused(x)
          ? []
          : beatAddresses(x)
              .map((a, k) => ({
                write: true,
                word: a / BigInt(busBytes),
                strobe: beats[i]?.[k]?.strb ?? 0n,
                data: beats[i]?.[k]?.data ?? 0n,
                source: x.id,
              }))
              .filter((x) => x.strobe !== 0n),
      );
      expect(registers.accesses.filter((a) => !a.write)).toEqual(expectedReads);
      expect(registers.accesses.filter((a) => a.write)).toEqual(expectedWrites);

      const replies = registers.replies.filter((x) => !x.write);
      const expectedR = reads.flatMap((x) =>
        beatAddresses(x).map((_, i) => {
          const reply = refused(x) ? { data: 0n, error: true } : (replies.shift() as { data: bigint; error: boolean });
          return { id: x.id, data: reply.data, resp: reply.error ? "SLVERR" : "OKAY", last: BigInt(i === x.len) };
        }),
      );
      expect(r.values).toEqual(expectedR);
      expect(b.values).toEqual(
        writes.map((x, i) => ({
          id: x.id,
          resp:
            refused(x) || beatAddresses(x).some((a, k) => beats[i]?.[k]?.strb !== 0n && a / BigInt(busBytes) >= refusedFrom)
              ? "SLVERR"
              : "OKAY",
        })),
      );
    },
  );

  test("answers a read one cycle after its address and takes one beat a cycle", () => {
    const bench = new StreamBench(made as any, 1);
    const io = bench.sim.io as any;
    new Registers(bench, 1);
    const single = Array.from({ length: 40 }, (_, i) =>
      fields({ id: BigInt(i % 8), addr: BigInt(i * busBytes), len: 0, size: Math.log2(busBytes), kind: "INCR" }),
    );
    const ar = bench.source<any>(io.axi.ar, single);
    const r = bench.sink<any>(io.axi.r);
    bench.run(() => r.seen.length === 40);
    expect(ar.sent.map((s) => s.cycle)).toEqual(single.map((_, i) => i));
    expect(r.seen.map((s) => s.cycle)).toEqual(single.map((_, i) => i + 1));
    const start = bench.cycle;
    bench.source<any>(io.axi.aw, single);
    bench.source<any>(
      io.axi.w,
      single.map(() => ({ data: 1n, strb: 1n, last: 1n })),
    );
    const b = bench.sink<any>(io.axi.b);
    bench.run(() => b.seen.length === 40);
    expect(b.seen.map((s) => s.cycle - start)).toEqual(single.map((_, i) => i + 1));
  });
  test("takes an address before its data comes, and answers reads while write answers wait", () => {
    const bench = new StreamBench(made as any, 1);
    const io = bench.sim.io as any;
    new Registers(bench, 1);
    const one = (id: number) => fields({ id: BigInt(id), addr: 0n, len: 0, size: 2, kind: "INCR" });
    const aw = bench.source<any>(io.axi.aw, [one(0)]);
    bench.step(3);
    expect(aw.queue).toEqual([]);
    // Nobody takes the write answers: reads go on all the same.
    bench.source<any>(
      io.axi.w,
      Array.from({ length: 6 }, () => ({ data: 1n, strb: 1n, last: 1n })),
    );
    aw.queue.push(...Array.from({ length: 5 }, (_, i) => one(i)));
    bench.sink<any>(io.axi.b, 0);
    const ar = bench.source<any>(
      io.axi.ar,
      Array.from({ length: 20 }, (_, i) => one(i % 8)),
    );
    const r = bench.sink<any>(io.axi.r);
    bench.step(60);
    expect(ar.queue).toEqual([]);
    expect(r.seen.length).toBe(20);
  });
  test("warns of nothing", () => expect(made.warnings).toEqual([]));
});

test("refuses beats wider than the bus and burst kinds that do not exist", () => {
  const bench = new StreamBench(axi4Registers({ addressBits: 13, dataBits: 32, idBits: 3, source: true }) as any, 1);
  const io = bench.sim.io as any;
  const registers = new Registers(bench, 1);
  bench.source<any>(io.axi.ar, [{ ...fields({ id: 1n, addr: 0n, len: 1, size: 3, kind: "INCR" }) }]);
  const r = bench.sink<any>(io.axi.r);
  bench.run(() => r.seen.length === 2);
  expect(r.values.map((x) => x.resp)).toEqual(["SLVERR", "SLVERR"]);
  expect(registers.accesses).toEqual([]);
});
test("a last beat in the wrong place is the master's error", () => {
  const bench = new StreamBench(axi4Registers({ addressBits: 13, idBits: 3 }) as any, 1);
  const io = bench.sim.io as any;
  io.bus.ready.value = 1;
  bench.source<any>(io.axi.aw, [fields({ id: 1n, addr: 0n, len: 1, size: 3, kind: "INCR" })]);
  bench.source<any>(io.axi.w, [{ data: 0n, strb: 0n, last: 1n }]);
  expect(() => bench.step(5)).toThrow(/a write burst's last beat says so/);
});
