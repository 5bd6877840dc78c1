/** The mux in front of the coherent port: order, IDs and data of two masters, and slaves that want address and data together. */
import { describe, expect, it } from "vitest";
import type { Random } from "#hdl/simulate/index.ts";
import { frontMux } from "#rtl/soc/front-mux.ts";
import { paces, type Sink } from "../../hdl-gen/lib/stream-bench.ts";
import { benchOf, dataAt, Master, type Request, responseAt, Slave, wordAt } from "./axi-sides.ts";

const options = { addressBits: 13, dataBits: 64, idBits: 2 };
const made = frontMux("mux", options, 2, 6);
/** Bursts of one line, of each master at addresses of its own. */
const requests = (random: Random, count: number, master: number): Request[] =>
  Array.from({ length: count }, () => ({
    id: random.bits(2),
    addr: BigInt(master * 0x1000 + 8 * random.below(0x200)),
    len: BigInt(random.pick([7, 7, 0, 3])),
  }));

describe("front mux", () => {
  it("warns of nothing, and refuses IDs that do not fit", () => {
    expect(made.warnings).toEqual([]);
    expect(() => frontMux("narrow", options, 2, 2)).toThrow(/narrow: 2 masters of 2 ID bits; the slave has 2, too few/);
  });

  it.each(paces.map((p, i) => [i + 1, ...p] as const))("keeps two masters apart, seed %i, paces %j and %j", (seed, from, to) => {
    const { bench, io } = benchOf(made, seed);
    const masters = [0, 1].map(
      (m) => new Master(bench, io.from[m], requests(bench.random, 80, m), requests(bench.random, 80, m), from, to),
    );
    const slave = new Slave(bench, io.to, 0, to, from);
    bench.run(() => masters.every((m) => m.done));
    bench.step(20);
    for (const [number, master] of masters.entries()) {
      const own = (x: Request): boolean => x.id >> 5n === BigInt(number);
      const inner = (id: bigint): bigint => id & 3n;
      expect(slave.asked.filter(own).map((x) => [inner(x.id), x.addr, x.len])).toEqual(master.reads.map((x) => [x.id, x.addr, x.len]));
      expect(slave.written.filter(own).map((x) => [inner(x.id), x.addr, x.words])).toEqual(
        master.writes.map((x) => [x.id, x.addr, Array.from({ length: Number(x.len) + 1 }, (_, i) => wordAt(x.addr, i))]),
      );
      for (let id = 0n; id < 4n; id++) {
        expect(master.bursts(id).map((burst) => burst.map((x) => [x.data, x.resp]))).toEqual(
          master.reads
            .filter((x) => x.id === id)
            .map((x) => Array.from({ length: Number(x.len) + 1 }, (_, i) => [dataAt(0, x.addr, i), responseAt(x.addr)])),
        );
        expect(master.b.values.filter((x) => x.id === id).map((x) => x.resp)).toEqual(
          master.writes.filter((x) => x.id === id).map((x) => responseAt(x.addr)),
        );
      }
    }
  });

  it("works with a slave that takes an address only together with its data", () => {
    const { bench, io } = benchOf(made, 5);
    const masters = [0, 1].map((m) => new Master(bench, io.from[m], [], requests(bench.random, 20, m), "always", "always"));
    const { aw, w, b } = io.to;
    const answers = bench.source(b, [] as { id: bigint; resp: string }[], "always", () => ({ id: 0n, resp: "OKAY" }));
    let open = false;
    bench.sinks.push({
      before: () => {
        const both = !open && aw.valid.value === 1n && w.valid.value === 1n;
        aw.ready.value = both;
        w.ready.value = open || both;
      },
      sample: () => {
        if (aw.fire.value === 1n) answers.queue.push({ id: aw.payload.id.value, resp: "OKAY" });
        if (w.fire.value === 1n) open = w.payload.last.value === 0n;
      },
    } as unknown as Sink<unknown>);
    bench.run(() => masters.every((m) => m.done));
    expect(masters.map((m) => m.b.seen.length)).toEqual([20, 20]);
  });

  it("gives both masters their turn", () => {
    const { bench, io } = benchOf(made, 6);
    const lines = (m: number): Request[] =>
      Array.from({ length: 200 }, (_, i) => ({ id: BigInt(i % 4), addr: BigInt(m * 0x1000), len: 7n }));
    const masters = [0, 1].map((m) => new Master(bench, io.from[m], lines(m), lines(m), "always", "always"));
    const slave = new Slave(bench, io.to, 0, "always", "always");
    bench.step(400);
    const share = slave.written.filter((x) => x.id >> 5n === 0n).length / slave.written.length;
    expect(share).toBeGreaterThan(0.4);
    expect(share).toBeLessThan(0.6);
    // One word in nearly every cycle: a write costs no more than its data.
    expect(slave.written.length * 8).toBeGreaterThan(370);
    expect(masters[0]?.ar.sent.length).toBeGreaterThan(150);
  });
});
