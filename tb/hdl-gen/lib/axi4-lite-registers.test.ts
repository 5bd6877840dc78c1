/** The AXI4-Lite slave: every access reaches the registers once and is answered with what they said. */

import { describe, expect, test } from "vitest";
import { axi4LiteRegisters } from "#hdl/lib/axi4-lite-registers.ts";
import { Random } from "#hdl/simulate/index.ts";
import { paces, StreamBench } from "./stream-bench.ts";

describe.each([32, 64] as const)("%i bits", (dataBits) => {
  const made = axi4LiteRegisters({ addressBits: 10, dataBits });
  const bytes = dataBits / 8;
  test.each(paces.map((p, i) => [i + 1, ...p] as const))("reads and writes (seed %i: %j, %j)", (seed, from, to) => {
    const bench = new StreamBench(made as any, seed);
    const io = bench.sim.io as any;
    const random = new Random(seed);
    const reads = Array.from({ length: 60 }, () => random.bits(10));
    const writes = Array.from({ length: 60 }, () => ({ address: random.bits(10), data: random.bits(dataBits), strb: random.bits(bytes) }));
    const words = new Map<bigint, bigint>();
    const asked: bigint[] = [];
    let reply: { data: bigint; error: boolean } | null = null;
    bench.controls.push(() => {
      io.bus.response.valid.value = reply !== null;
      io.bus.response.data.value = reply?.data ?? bench.random.bits(dataBits);
      io.bus.response.error.value = reply?.error ?? true;
      io.bus.ready.value = to === "always" || bench.random.oneIn(2);
    });
    bench.watchers.push(() => {
      reply = null;
      if (io.bus.valid.value === 0n || io.bus.ready.value === 0n) return;
      const word: bigint = io.bus.word.value;
      const error = word % 7n === 3n;
      if (io.bus.write.value === 1n) {
        for (let i = 0n; i < BigInt(bytes); i++)
          if ((io.bus.strobe.value >> i) & 1n) words.set(word * BigInt(bytes) + i, (io.bus.data.value >> (8n * i)) & 255n);
        reply = { data: 0n, error };
      } else {
        expect(io.bus.strobe.value).toBe((1n << BigInt(bytes)) - 1n);
        asked.push(word);
        reply = { data: error ? 0n : word * 3n, error };
      }
    });
    bench.source(
      io.axi.ar,
      reads.map((addr) => ({ addr, prot: 2n })),
      from,
    );
    bench.source(
      io.axi.aw,
      writes.map((w) => ({ addr: w.address, prot: 0n })),
      from,
    );
    bench.source(
      io.axi.w,
      writes.map(({ data, strb }) => ({ data, strb })),
      from,
    );
    const r = bench.sink<any>(io.axi.r, to);
    const b = bench.sink<any>(io.axi.b, to);
    bench.run(() => r.seen.length === 60 && b.seen.length === 60);
    const wordOf = (address: bigint): bigint => address / BigInt(bytes);
    expect(asked).toEqual(reads.map(wordOf));
    expect(r.values).toEqual(reads.map(wordOf).map((w) => (w % 7n === 3n ? { data: 0n, resp: "SLVERR" } : { data: w * 3n, resp: "OKAY" })));
    // A write of no bytes asks for nothing, and nothing is refused then.
    expect(b.values).toEqual(writes.map((w) => ({ resp: w.strb !== 0n && wordOf(w.address) % 7n === 3n ? "SLVERR" : "OKAY" })));
    const expected = new Map<bigint, bigint>();
    for (const w of writes)
      for (let i = 0n; i < BigInt(bytes); i++)
        if ((w.strb >> i) & 1n) expected.set(wordOf(w.address) * BigInt(bytes) + i, (w.data >> (8n * i)) & 255n);
    expect(words).toEqual(expected);
  });
  test("a read is answered a cycle after its address; no warning", () => {
    const bench = new StreamBench(made as any, 1);
    const io = bench.sim.io as any;
    let reply = false;
    bench.controls.push(() => {
      io.bus.ready.value = 1;
      io.bus.response.valid.value = reply;
    });
    bench.watchers.push(() => {
      reply = io.bus.valid.value === 1n;
    });
    const ar = bench.source<any>(io.axi.ar, [{ addr: 4n, prot: 0n }]);
    const r = bench.sink<any>(io.axi.r);
    bench.run(() => r.seen.length === 1);
    expect((r.seen[0]?.cycle ?? 0) - (ar.sent[0]?.cycle ?? 0)).toBe(1);
    expect(made.warnings).toEqual([]);
  });
});
