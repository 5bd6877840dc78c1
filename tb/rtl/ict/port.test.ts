/** The register port: all its windows at random against the model, and what issue 5 says of its time and its refusals. */
import { describe, expect, it } from "vitest";
import { resolveConfig } from "#rtl/config/config.ts";
import { doorbellMap, nicMap } from "#rtl/nic/registers.ts";
import { checkPort, PortBench } from "./port-check.ts";
import { checkPortCorners } from "./port-corners.ts";
import { registerFrontBlock } from "./register-front.ts";

const configs: readonly (readonly [string, readonly string[]])[] = [
  ["tiny", []],
  ["tiny", ["harts=4", "slots=64"]],
  ["tiny", ["harts=3", "slots=128"]],
  ["tiny", ["harts=4", "hartIds=none"]],
  ["tiny", ["harts=2", "hartIds=0,15", "prototypeView=false"]],
  ["line-rate", []],
  ["tiny", ["slots=1024", "harts=8"]],
];
describe.each(configs)("%s %j", (name, settings) => {
  const config = resolveConfig(name, settings);
  const block = registerFrontBlock(config);
  it.each([1, 2, 3, 4, 5, 6, 7])("does what its model does, seed %i", (seed) => {
    checkPort(block, config, 600, seed);
  });
  if (config.prototypeView) it("does what its model does where random accesses seldom come by", () => checkPortCorners(block, config, 1));
});

const config = resolveConfig("tiny", ["harts=4", "slots=64"]);
const block = registerFrontBlock(config);
const read = (address: number, source = 9, strobe = 0xff) => ({ source, address, write: false, data: 0n, strobe });
const write = (address: number, data: bigint, source = 9, strobe = 0xff) => ({ source, address, write: true, data, strobe });
const doorbell = (slot: number, offset: number): number => 0x40_0000 + 0x1000 * slot + offset;

describe("time", () => {
  it("entries of the ready queue, slots and doorbells cost no cycle beyond the table's", () => {
    const p = new PortBench(block, config, 1).settle();
    for (let hart = 0; hart < 4; hart++)
      for (const at of [0x880, 0x8c0]) expect(p.access(read(at + 8 * hart)).cycles, `${at.toString(16)} of hart ${hart}`).toBe(1);
    expect(p.access(read(0x4_0308)).cycles).toBe(1);
    p.own(3, 0b0010);
    expect(p.access(read(doorbell(3, 0x48), 8)).cycles).toBe(1);
    expect(p.access(read(doorbell(3, 0x48), 7)).error).toBe(true);
  });
  it("a kick and a search through 64 rows end soon", () => {
    const p = new PortBench(block, config, 1).settle();
    for (let slot = 0; slot < 64; slot++) {
      p.change(slot, "control", 0x201n);
      p.change(slot, "suspend", 1n);
      p.change(slot, "available", 1n);
    }
    // Nobody of hart 1: its rows are looked at only once; all of hart 2: four requests of two cycles for each.
    expect(p.access(read(0x1_0210)).cycles).toBe(2 * 64 + 2);
    expect(p.access(write(0x1_0100, 2n)).cycles).toBe(8 * 64 + 2);
    expect(p.access(read(0x1_0108)).data).toBe(64n);
  });
});

describe("who may ring", () => {
  it("only the harts on which the owner runs, by their AXI IDs", () => {
    const p = new PortBench(block, config, 2).settle();
    p.own(5, 0b1001);
    const heard = [9, 8, 7, 6].map((source) => p.access(write(doorbell(5, 0x68), 64n, source)));
    expect(heard.map((o) => o.error)).toEqual([false, true, true, false]);
    expect(heard.map((o) => o.fault?.cause ?? null)).toEqual([null, "FOREIGN", "FOREIGN", null]);
    expect(p.access(read(0x280)).data).toBe(2n);
  });
  it("an ID that names no hart has the kernel's pages alone", () => {
    const p = new PortBench(block, config, 3).settle();
    p.own(1, 0b1111);
    for (const source of [0, 5, 10, 15]) {
      expect(p.access(read(doorbell(1, 0x08), source)).fault).toMatchObject({ cause: "NO_HART", slot: 1, hart: null, offset: 8 });
      expect(p.access(read(0x4_0108, source)).error).toBe(false);
      expect(p.access(read(0x880, source)).error).toBe(false);
      expect(p.access(read(0x1_0300, source)).error).toBe(false);
    }
    expect(p.access(read(0x290)).data).toBe(4n);
  });
  it("a page of no slot, and what is no doorbell, are refused and told", () => {
    const p = new PortBench(block, config, 4).settle();
    p.own(0, 0b1111);
    expect(p.access(read(doorbell(64, 0x08))).fault).toMatchObject({ cause: "FOREIGN", slot: 64 });
    expect(p.access(read(doorbell(1023, 0x08))).fault).toMatchObject({ cause: "FOREIGN", slot: 1023 });
    // The task pointer, a ring's address, the rest of the page; the receive tail may be read and not written.
    for (const offset of [0x00, 0x78, 0x30, 0x50, 0x80, 0xa0, 0x100, 0xff8])
      expect(p.access(read(doorbell(0, offset))).fault).toMatchObject({ cause: "NO_DOORBELL", offset });
    expect(p.access(read(doorbell(0, 0x48))).error).toBe(false);
    expect(p.access(write(doorbell(0, 0x48), 0n, 6, 0xf0)).fault).toMatchObject({
      cause: "NO_DOORBELL",
      hart: 3,
      offset: 0x4c,
      write: true,
    });
    expect(p.access(read(0x298)).data).toBe(0x4cn | 0x1000n | 0x2000n | (3n << 16n) | (1n << 24n));
  });
  it("where harts cannot be told apart, an owner that runs on any of them", () => {
    const weak = resolveConfig("tiny", ["harts=4", "hartIds=none"]);
    const p = new PortBench(registerFrontBlock(weak), weak, 5).settle();
    p.own(2, 0b0100);
    expect(p.access(write(doorbell(2, 0x40), 1n, 0)).error).toBe(false);
    p.own(2, 0);
    expect(p.access(write(doorbell(2, 0x40), 1n, 0)).fault).toMatchObject({ cause: "FOREIGN", hart: null });
  });
});

it("the doorbell page's registers are where the kernel's window has them", () => {
  const kernel = nicMap(config).registers.filter((r) => r.path[0] === "SLOT");
  for (const r of doorbellMap(config).registers) expect(kernel.find((k) => k.path[1] === r.title)?.offset).toBe(0x4_0000 + r.offset);
});
