/** What software and tests of the prototype do with its pages (prototype-interface.md), access for access. */
import { beforeEach, describe, expect, it } from "vitest";
import { resolveConfig } from "#rtl/config/config.ts";
import { PortBench } from "./port-check.ts";
import { registerFrontBlock } from "./register-front.ts";

const config = resolveConfig("tiny", ["harts=4", "slots=64"]);
const block = registerFrontBlock(config);
const view = 0x1_0000;
const row = (r: number, field: number): number => 0x300 + 0x100 * r + field;
const none = 0xffff_ffffn;
let p: PortBench;
beforeEach(() => {
  p = new PortBench(block, config, 1).settle();
});

/** An access of some bytes, as a processor makes it: in its lanes. Hart h has ID 9 - h. */
const strobeOf = (at: number, bytes: number): number => (2 ** bytes - 1) << (at % 8);
const get = (at: number, bytes = 8, hart = 0): bigint => {
  const { data, error } = p.access({ source: 9 - hart, address: view + (at & ~7), write: false, data: 0n, strobe: strobeOf(at, bytes) });
  expect(error, `reading ${at.toString(16)}`).toBe(false);
  return (data >> BigInt(8 * (at % 8))) & (2n ** BigInt(8 * bytes) - 1n);
};
const tryPut = (at: number, value: bigint | number, bytes = 8, hart = 0): boolean => {
  const data = BigInt(value) << BigInt(8 * (at % 8));
  return !p.access({ source: 9 - hart, address: view + (at & ~7), write: true, data, strobe: strobeOf(at, bytes) }).error;
};
const put = (at: number, value: bigint | number, bytes = 8, hart = 0): void => {
  expect(tryPut(at, value, bytes, hart), `writing ${at.toString(16)}`).toBe(true);
};
/** A row with an owner, as RESERVE_RING makes it. */
const reserve = (r: number, cpu: number, pointer: bigint): void => {
  put(row(r, 0x60), pointer);
  put(row(r, 0x68), cpu, 4);
  put(row(r, 0x00), 1, 1);
};

describe("ready queue", () => {
  it("returns the rows of a CPU in turn, with and without data", () => {
    for (const r of [0, 5, 9]) reserve(r, 2, 0x1000n + BigInt(r));
    reserve(3, 1, 0xffffn);
    const take = (): bigint => get(0x200 + 0x20) - 0x1000n;
    const peek = (): bigint => get(0x208 + 0x20) - 0x1000n;
    expect([peek(), peek()]).toEqual([0n, 0n]);
    expect([take(), take(), take(), take(), take(), take()]).toEqual([0n, 5n, 9n, 0n, 5n, 9n]);
    put(row(5, 0x38), 1, 1);
    expect([take(), take(), take(), take()]).toEqual([0n, 9n, 0n, 9n]);
    put(row(9, 0x38), 1, 1);
    expect([take(), take(), take()]).toEqual([0n, 0n, 0n]);
    put(row(0, 0x00), 0, 1);
    expect(get(0x220)).toBe(0n);
    // Each CPU has its own turn.
    expect(get(0x210)).toBe(0xffffn);
  });
  it("is one entry in two halves, the lower one first", () => {
    reserve(1, 0, 0x1111_2222_3333_4444n);
    reserve(2, 0, 0x5555_6666_7777_8888n);
    const halves = (): readonly bigint[] => [get(0x200, 4), get(0x204, 4)];
    expect(halves()).toEqual([0x3333_4444n, 0x1111_2222n]);
    expect(halves()).toEqual([0x7777_8888n, 0x5555_6666n]);
  });
});

describe("kick", () => {
  it("wakes the rows that sleep on data, of this CPU alone", () => {
    for (const r of [2, 7, 11]) {
      reserve(r, 1, BigInt(r));
      put(row(r, 0x30), 1, 1);
      put(row(r, 0x38), 1, 1);
    }
    reserve(20, 0, 20n);
    put(row(20, 0x30), 1, 1);
    put(row(20, 0x38), 1, 1);
    reserve(21, 1, 21n);
    put(row(21, 0x38), 1, 1);
    put(0x100, 1, 4);
    expect(get(0x108, 4)).toBe(3n);
    expect(get(0x110)).toBe((1n << 2n) | (1n << 7n) | (1n << 11n));
    for (const r of [2, 7, 11]) expect(get(row(r, 0x38), 1)).toBe(0n);
    expect(get(row(20, 0x38), 1)).toBe(1n);
    expect(get(row(21, 0x38), 1)).toBe(1n);
    put(0x100, 1, 4);
    expect([get(0x108, 1), get(0x110)]).toEqual([0n, 0n]);
  });
  it("tells each hart what it has woken", () => {
    for (const r of [1, 2]) {
      reserve(r, r, 1n);
      put(row(r, 0x30), 1, 1);
      put(row(r, 0x38), 1, 1);
    }
    put(0x100, 1, 4, 1);
    put(0x100, 2, 4, 2);
    expect([get(0x110, 8, 1), get(0x110, 8, 2), get(0x110, 8, 3)]).toEqual([2n, 4n, 0n]);
    // A CPU that is not there has no rows.
    put(0x100, 7, 4, 2);
    expect(get(0x108, 8, 2)).toBe(0n);
    expect(get(0x108, 8, 1)).toBe(1n);
  });
});

describe("rows", () => {
  it("are written and read at any width", () => {
    for (const bytes of [1, 2, 4, 8]) {
      put(row(4, 0x00), 1, bytes);
      for (const width of [1, 2, 4, 8]) expect(get(row(4, 0x00), width)).toBe(1n);
      put(row(4, 0x00), 0, bytes);
      expect(get(row(4, 0x00))).toBe(0n);
    }
    put(row(4, 0x58), 0x1234, 2);
    put(row(4, 0x5a), 0x5678, 2);
    expect(get(row(4, 0x58), 4)).toBe(0x5678_1234n);
    put(row(4, 0x60), 0xaaaa_bbbb, 4);
    put(row(4, 0x64), 0xcccc_dddd, 4);
    expect(get(row(4, 0x60))).toBe(0xcccc_dddd_aaaa_bbbbn);
    // Above a field there is nothing.
    put(row(4, 0x18), none << 16n);
    expect(get(row(4, 0x18))).toBe(0n);
  });
  it("are a slot with both endpoints, bare bytes and the pages' next hop", () => {
    put(0xc408, 0x0a0b_0c0d_0e0fn);
    put(row(6, 0x08), 0x11, 1);
    put(row(6, 0x10), 0x0a00_0001, 4);
    put(row(6, 0x18), 5000, 2);
    put(row(6, 0x20), 0x0a00_0002, 4);
    put(row(6, 0x28), 6000, 2);
    put(row(6, 0x70), 0x8000_1000n);
    put(row(6, 0x78), 8192, 4);
    put(row(6, 0x80), 0x8000_4000n);
    put(row(6, 0x88), 1024, 4);
    reserve(6, 3, 0xffff_ffc0_1234_5680n);
    const { table } = p;
    expect(table.at(6, "local")).toBe(0x0a00_0001n | (5000n << 32n));
    expect(table.at(6, "remote")).toBe(0x0a00_0002n | (6000n << 32n));
    expect(table.at(6, "nextHop")).toBe(0x0a0b_0c0d_0e0fn);
    expect([table.at(6, "rxBase"), table.at(6, "rxSize")]).toEqual([0x8000_1000n, 8192n]);
    expect([table.at(6, "txBase"), table.at(6, "txSize")]).toEqual([0x8000_4000n, 1024n]);
    expect(table.at(6, "task")).toBe(0xffff_ffc0_1234_5680n);
    expect(table.at(6, "control")).toBe(0x303n);
    expect([get(row(6, 0x08), 1), get(row(6, 0x68), 4), get(row(6, 0x60))]).toEqual([0x11n, 3n, 0xffff_ffc0_1234_5680n]);
  });
  it("go on as they are where they are enabled again, and take over a new next hop", () => {
    reserve(6, 0, 1n);
    reserve(9, 0, 1n);
    p.change(6, "control", 0x5n);
    put(row(6, 0x00), 1, 4);
    expect(p.table.at(6, "control")).toBe(0x5n);
    put(row(9, 0x00), 0, 4);
    put(0xc408, 7n);
    expect([p.table.at(6, "nextHop"), p.table.at(9, "nextHop")]).toEqual([7n, 0n]);
  });
  it("of a CPU that is not there cannot be", () => {
    expect(tryPut(row(1, 0x68), 4, 4)).toBe(false);
    expect(tryPut(row(1, 0x68), 0x100, 4)).toBe(false);
    expect(get(row(1, 0x68))).toBe(0n);
  });
  it("are given out lowest first, until there is none", () => {
    expect(get(0x80, 4)).toBe(0n);
    for (let r = 0; r < 64; r++) reserve(r, 0, 1n);
    expect(get(0x80, 4)).toBe(none);
    put(row(37, 0x00), 0);
    expect(get(0x80, 4)).toBe(37n);
  });
  it("beyond the slots are inert", () => {
    const few = resolveConfig("tiny");
    p = new PortBench(registerFrontBlock(few), few, 1).settle();
    for (const r of [16, 40, 63]) {
      put(row(r, 0x00), 1);
      put(row(r, 0x60), 5);
      expect([get(row(r, 0x00)), get(row(r, 0x60)), get(0xb000 + 0x20 * r), get(0xc000 + 0x10 * r)]).toEqual([0n, 0n, 0n, 0n]);
    }
    expect(p.table.words.size).toBe(0);
  });
});

describe("rings", () => {
  it("have head and tail alone and together, and the tail's reset is no error", () => {
    p.change(32, "rxTail", 0x140n);
    p.change(32, "rxDrops", 5n);
    p.change(32, "rxTime", 0x1_2345_6789n);
    // Ring 32 is at 0x400, where the prototype's header had the interrupt registers, too.
    put(0xb400, 0x100, 4);
    expect([get(0xb400, 4), get(0xb404, 4), get(0xb400)]).toEqual([0x100n, 0x140n, (0x140n << 32n) | 0x100n]);
    expect([get(0xb408, 4), get(0xb410)]).toEqual([5n, 0x1_2345_6789n]);
    put(0xb404, 0, 4);
    put(0xc000 + 0x10 * 63 + 4, 0x800, 4);
    expect(p.table.at(63, "txTail")).toBe(0x800n);
    put(0xc000 + 0x10 * 63, 0x40n);
    expect(get(0xc000 + 0x10 * 63)).toBe(0x40n);
    p.change(63, "txTime", 77n);
    expect(get(0xc000 + 0x10 * 63 + 8)).toBe(77n);
  });
});

describe("NIC pages", () => {
  it("share what the kernel's page has too", () => {
    const kernel = (address: number): bigint => p.access({ source: 9, address, write: false, data: 0n, strobe: 0xff }).data;
    put(0xc400, 1000, 2);
    put(0xc410, 0x0200_0000_0001n);
    put(0xc420, 0x10, 1);
    put(0xc424, 32, 1);
    put(0x20, 1, 1);
    expect(kernel(0x20)).toBe(1000n | (32n << 16n) | (0x10n << 24n));
    expect(kernel(0x18)).toBe(0x0200_0000_0001n);
    expect(kernel(0x840 + 16)).toBe(1n);
    expect([get(0xc400, 2), get(0xc410), get(0xc420, 1), get(0xc424, 1), get(0x20, 1)]).toEqual([1000n, 0x0200_0000_0001n, 0x10n, 32n, 1n]);
  });
  it("keep what happens while software clears it", () => {
    p.cycle(null, [true, true]);
    expect([get(0xb800, 1), get(0xc430, 1)]).toEqual([1n, 1n]);
    put(0xb804, 1, 1);
    put(0xc434, 1, 1);
    expect([get(0xb800, 1), get(0xc430, 1)]).toEqual([0n, 0n]);
    p.cycle(null, [true, true]);
    const clear = { source: 9, address: view + 0xb800, write: true, data: 1n << 32n, strobe: 0x10 };
    p.cycle(clear, [true, false]);
    while (!p.cycle(clear));
    p.cycle(null);
    expect([get(0xb800, 1), get(0xc430, 1)]).toEqual([1n, 1n]);
  });
  it("have the packet engines' queues, and nothing waits for them", () => {
    const counts = (): readonly bigint[] => [get(0x9004, 2), get(0x9018, 2), get(0xa000, 2), get(0xa010, 2)];
    const { packets, packetsRefused } = p.model.prototype;
    const [transmit, receive] = packets;
    expect([...counts(), get(0x9010), get(0xa012, 1)]).toEqual([0n, 0n, 0n, 0n, 0n, 0n]);
    Object.assign(receive, { requests: 63n, completions: 2n, first: 0x8000_0040_0040n });
    Object.assign(transmit, { requests: 5n, completions: 64n, first: 1n });
    expect([...counts(), get(0x9010), get(0xa012, 1)]).toEqual([63n, 2n, 5n, 64n, 0x8000_0040_0040n, 1n]);
    put(0x9008, 0x8000_1000n);
    put(0xa008, (1n << 63n) | (14n << 48n) | 0x8000_2000n);
    // What they are asked is compared with the model by the bench: halves in order are one.
    put(0x9008, 0x8000_1000, 4);
    put(0x900c, 0, 4);
    expect([get(0x9010, 4), get(0x9014, 4)]).toEqual([0x40_0040n, 0x8000n]);
    for (const state of packets) state.requests = 64n;
    expect([tryPut(0x9008, 0x8000_0000n), tryPut(0xa008, 0x8000_0000n), tryPut(0xa008, 0x8000_0000n)]).toEqual([false, false, false]);
    expect(packetsRefused).toEqual([2n, 1n]);
  });
  it("raise the packet engines' lines by mask, and lose no completion that meets a clear", () => {
    const lines = (): bigint => p.bench.sim.io.legacyIrq.value as bigint;
    const pending = (): readonly bigint[] => [get(0x9020, 1), get(0xa018, 1)];
    p.cycle(null, [false, false, true, false]);
    expect([...pending(), lines()]).toEqual([1n, 0n, 0n]);
    put(0x8000, 3, 4);
    expect([get(0x8000, 4), lines()]).toEqual([3n, 2n]);
    p.cycle(null, [false, false, false, true]);
    expect([...pending(), lines()]).toEqual([1n, 1n, 3n]);
    put(0x9024, 1, 4);
    expect([...pending(), lines()]).toEqual([0n, 1n, 1n]);
    const clear = { source: 9, address: view + 0xa018, write: true, data: 1n << 32n, strobe: 0x10 };
    p.cycle(clear, [false, false, false, true]);
    while (!p.cycle(clear));
    p.cycle(null);
    expect([...pending(), lines()]).toEqual([0n, 1n, 1n]);
  });
});
