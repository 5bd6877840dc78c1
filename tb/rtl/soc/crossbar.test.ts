/** The crossbar and the default slave against their definitions, under random traffic with back-pressure everywhere. */
import { describe, expect, it } from "vitest";
import type { Random } from "#hdl/simulate/index.ts";
import { crossbar, type Window } from "#rtl/soc/crossbar.ts";
import { defaultSlave } from "#rtl/soc/default-slave.ts";
import { mutants } from "../../formal/mutate.ts";
import { type Pace, paces } from "../../hdl-gen/lib/stream-bench.ts";
import { benchOf, dataAt, Master, type Request, responseAt, Slave, wordAt } from "./axi-sides.ts";

const options = { addressBits: 12, dataBits: 64, idBits: 2 };
const windows: readonly Window[] = [
  { base: 0x000, size: 0x100 },
  { base: 0x200, size: 0x200 },
  { base: 0x800, size: 0x40 },
];
/** Which slave has an address, straight from the windows. */
const owner = (addr: bigint): number => {
  const found = windows.findIndex(({ base, size }) => addr >= base && addr < base + size);
  return found < 0 ? windows.length : found;
};
const requests = (random: Random, count: number): Request[] =>
  Array.from({ length: count }, () => {
    const window = random.pick([...windows, { base: 0xc00, size: 0x400 }, { base: 0x100, size: 0x40 }]);
    return { id: random.bits(2), addr: BigInt(window.base + 8 * random.below(window.size / 8)), len: BigInt(random.pick([0, 0, 0, 1, 3])) };
  });

const made = crossbar("crossbar", options, windows);

/** Random bursts of every kind go to their slaves and come back. */
const delivers = (block: typeof made, seed: number, from: Pace, to: Pace): void => {
  const { bench, io } = benchOf(block, seed);
  const master = new Master(bench, io.from, requests(bench.random, 150), requests(bench.random, 150), from, to);
  const slaves = Array.from({ length: windows.length + 1 }, (_, i) => new Slave(bench, io.to[i], i, to, from));
  bench.run(() => master.done);
  bench.step(20);
  for (const [i, slave] of slaves.entries()) {
    expect(slave.asked.map((x) => [x.id, x.addr, x.len])).toEqual(
      master.reads.filter((x) => owner(x.addr) === i).map((x) => [x.id, x.addr, x.len]),
    );
    expect(slave.written.map((x) => [x.id, x.addr, x.words])).toEqual(
      master.writes
        .filter((x) => owner(x.addr) === i)
        .map((x) => [x.id, x.addr, Array.from({ length: Number(x.len) + 1 }, (_, k) => wordAt(x.addr, k))]),
    );
  }
  for (let id = 0n; id < 4n; id++) {
    expect(master.bursts(id)).toEqual(
      master.reads
        .filter((x) => x.id === id)
        .map((x) =>
          Array.from({ length: Number(x.len) + 1 }, (_, i) => ({
            id,
            data: dataAt(owner(x.addr), x.addr, i),
            resp: responseAt(x.addr),
            last: BigInt(i === Number(x.len)),
          })),
        ),
    );
    expect(master.b.values.filter((x) => x.id === id).map((x) => x.resp)).toEqual(
      master.writes.filter((x) => x.id === id).map((x) => responseAt(x.addr)),
    );
  }
};
/** One slave takes requests and never answers. */
const holdsUpOneId = (block: typeof made): void => {
  const { bench, io } = benchOf(block, 3);
  const at = (id: number, addr: number): Request => ({ id: BigInt(id), addr: BigInt(addr), len: 0n });
  // Slave 0 has no model behind it: it takes requests, and that is all.
  for (const channel of ["ar", "aw", "w"]) bench.sink(io.to[0][channel]);
  const slave = new Slave(bench, io.to[1], 1, "always", "always");
  const stuck = at(0, 0x00);
  const master = new Master(
    bench,
    io.from,
    [stuck, ...[1, 2, 3].map((id) => at(id, 0x200)), at(0, 0x208)],
    [stuck, at(1, 0x210)],
    "always",
    "always",
  );
  bench.step(60);
  expect(slave.asked.map((x) => x.id)).toEqual([1n, 2n, 3n]);
  expect(slave.written).toHaveLength(1);
  expect(master.ar.queue).toHaveLength(1);
};

describe("crossbar", () => {
  it("warns of nothing", () => expect(made.warnings).toEqual([]));

  it.each(paces.map((p, i) => [i + 1, ...p] as const))(
    "every burst goes to its slave and back, seed %i, paces %j and %j",
    (seed, from, to) => {
      delivers(made, seed, from, to);
    },
  );

  it("a slave that never answers holds up nothing but its own ID", () => {
    holdsUpOneId(made);
  });

  it("costs no cycle", () => {
    const { bench, io } = benchOf(made, 4);
    const ar = bench.sink(io.to[1].ar);
    const r = bench.source(io.to[1].r, [{ id: 1n, data: 5n, resp: "OKAY", last: 1n }]);
    r.queue.length = 0;
    bench.watchers.push(() => {
      if (ar.seen.length === 1 && r.sent.length === 0 && r.queue.length === 0) r.queue.push({ id: 1n, data: 5n, resp: "OKAY", last: 1n });
    });
    const master = new Master(bench, io.from, [{ id: 1n, addr: 0x200n, len: 0n }], [], "always", "always");
    bench.run(() => master.done);
    expect(ar.seen[0]?.cycle).toBe(master.ar.sent[0]?.cycle);
    expect(master.r.seen[0]?.cycle).toBe(r.sent[0]?.cycle);
  });
});

const nobody = defaultSlave(options);
const refuses = (block: typeof nobody, seed: number, from: Pace, to: Pace): void => {
  const { bench, io } = benchOf(block, seed);
  const master = new Master(bench, io.axi, requests(bench.random, 60), requests(bench.random, 60), from, to);
  const told: { write: bigint; address: bigint; id: bigint }[] = [];
  bench.watchers.push(() => {
    const { valid, write, address, id } = io.stray.value;
    if (valid === 1n) told.push({ write, address, id });
  });
  bench.run(() => master.done);
  const beats = master.reads.flatMap((x) => Array.from({ length: Number(x.len) + 1 }, (_, i) => [x.id, BigInt(i === Number(x.len))]));
  expect(master.r.values.map((x) => [x.id, x.last])).toEqual(beats);
  expect(new Set([...master.r.values, ...master.b.values].map((x) => x.resp))).toEqual(new Set(["DECERR"]));
  expect(master.r.values.every((x) => x.data === 0n)).toBe(true);
  expect(master.b.values.map((x) => x.id)).toEqual(master.writes.map((x) => x.id));
  for (const [write, list] of [
    [0n, master.reads],
    [1n, master.writes],
  ] as const)
    expect(told.filter((x) => x.write === write).map((x) => [x.id, x.address])).toEqual(list.map((x) => [x.id, x.addr]));
};
const takesTurns = (block: typeof nobody): void => {
  const { bench, io } = benchOf(block, 9);
  const one = { id: 0n, addr: 0n, len: 0n };
  const master = new Master(
    bench,
    io.axi,
    Array.from({ length: 20 }, () => one),
    Array.from({ length: 20 }, () => one),
    "always",
    "always",
  );
  while (bench.cycle < 1000 && master.b.seen.length < 10) bench.step();
  expect(Math.abs(master.r.seen.length - 10)).toBeLessThanOrEqual(1);
};

describe("default slave", () => {
  it("warns of nothing", () => expect(nobody.warnings).toEqual([]));

  it.each(paces.map((p, i) => [i + 1, ...p] as const))(
    "answers everything with DECERR and tells of it once, seed %i, paces %j and %j",
    (seed, from, to) => {
      refuses(nobody, seed, from, to);
    },
  );

  it("reads and writes take turns where both wait", () => {
    takesTurns(nobody);
  });
});

describe("the tests can fail", () => {
  it.each(mutants(made).map((m) => [m.name, m.module] as const))("crossbar %s", (_, mutant) => {
    expect(() => {
      for (const [i, [from, to]] of paces.entries()) delivers(mutant, i + 1, from, to);
      holdsUpOneId(mutant);
    }).toThrow();
  });
  it.each(mutants(nobody).map((m) => [m.name, m.module] as const))("default slave %s", (_, mutant) => {
    expect(() => {
      for (const [i, [from, to]] of paces.entries()) refuses(mutant, i + 1, from, to);
      takesTurns(mutant);
    }).toThrow();
  });
});
