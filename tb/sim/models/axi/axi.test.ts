/** AXI4 memory and master: what is written is read, whatever the latencies, orders and pauses; and C++ and TypeScript alike. */
import { describe, expect, it } from "vitest";
import { input, module, output } from "#hdl";
import { axi4 } from "#hdl/lib/axi4.ts";
import { build } from "#sim/bridge/build.ts";
import { AxiError, type AxiMemoryOptions, axiMaster, axiMemory, Memory } from "#sim/models/axi/index.ts";
import { beatAddress } from "#sim/models/axi/values.ts";
import { ClockCycles, Combine, Random, start, testbench } from "#sim/run/index.ts";
import { axiMasterPins, puppet } from "../puppet.ts";

/** A master port that is a slave port, through a register slice per channel. */
const through = (dataBits: number) => {
  const shape = { addressBits: 40, dataBits, idBits: 4 };
  return module(`through_${dataBits}`, { s: input(axi4(shape)), m: output(axi4(shape)) }, ({ s, m }, h) => {
    m.aw.connect(s.aw.register(h));
    m.w.connect(s.w.register(h));
    m.ar.connect(s.ar.register(h));
    s.b.connect(m.b.register(h));
    s.r.connect(m.r.register(h));
  });
};
const base = 0x8000_0000;
const size = 32_768;
const rough: AxiMemoryOptions = { readLatency: 3, readJitter: 9, writeLatency: 2, writeJitter: 7, reorder: true, pause: { random: 0.3 } };

describe.each([true, false])("AXI4, native %s", (native) => {
  it("words of 1, 2, 4 and 8 bytes go where they should", () =>
    testbench(through(64), async (dut) => {
      const memory = new Memory({ base, size });
      axiMemory(dut.sim, dut.m, memory, { native });
      const bus = axiMaster(dut.sim, dut.s, { native });
      await bus.write(base + 8, 0x1122_3344_5566_7788n);
      await bus.write(base + 10, 0xabcd, { bytes: 2 });
      await bus.write(base + 15, 0xee, { bytes: 1, id: 3 });
      expect(memory.read64(base + 8)).toBe(0xee22_3344_abcd_7788n);
      expect(await bus.read(base + 8)).toBe(0xee22_3344_abcd_7788n);
      expect(await bus.read(base + 12, { bytes: 4 })).toBe(0xee22_3344n);
      expect(await bus.read(base + 9, { bytes: 1 })).toBe(0x77n);
      await expect(bus.read(base + 2, { bytes: 4 })).rejects.toThrow("s: 0x80000002 is no multiple of 4: use readBytes or writeBytes");
      await expect(bus.write(base, 256, { bytes: 1 })).rejects.toThrow("s: 256 does not fit 1 bytes");
      await expect(bus.read(base, { bytes: 16 })).rejects.toThrow("s: an access of 16 bytes on a bus of 8");
    }));

  it.each([32, 64, 512])("byte ranges at any alignment and across pages, on %i bits", (bits) =>
    testbench(through(bits), async (dut, { random }) => {
      const memory = new Memory({ base, size });
      const model = new Uint8Array(size);
      axiMemory(dut.sim, dut.m, memory, { native, ...rough });
      const bus = axiMaster(dut.sim, dut.s, { native, outstanding: 8, pause: { random: 0.2 } });
      // Each ID has a part of memory of its own, so that their order does not matter.
      const worker = async (id: number) => {
        for (let i = 0; i < 12; i++) {
          const at = id * 8192 + random.int(0, 7000);
          const data = random.bytes(random.pick([1, 3, 8, 15, 64, 65, 700]));
          await bus.writeBytes(base + at, data, { id });
          model.set(data, at);
          const from = id * 8192 + random.int(0, 7000);
          const count = random.int(1, 900);
          expect(await bus.readBytes(base + from, count, { id })).toEqual(model.slice(from, from + count));
        }
      };
      await Combine(...[0, 1, 2, 3].map((id) => start(() => worker(id), `worker ${id}`)));
      expect(memory.bytes).toEqual(model);
      expect(bus.pending).toBe(0);
    }),
  );

  it("answers of different IDs overtake each other, those of one ID never", () =>
    testbench(through(64), async (dut) => {
      const memory = new Memory({ base, size });
      for (let i = 0; i < 64; i++) memory.write64(base + 8 * i, BigInt(i));
      const slave = axiMemory(dut.sim, dut.m, memory, { native, ...rough });
      const bus = axiMaster(dut.sim, dut.s, { native, outstanding: 16 });
      const order: [number, bigint][] = [];
      const one = async (i: number) => {
        const value = await bus.read(base + 8 * i, { id: i % 4 });
        order.push([i % 4, value]);
      };
      await Promise.all(Array.from({ length: 64 }, (_, i) => one(i)));
      for (let id = 0; id < 4; id++)
        expect(order.filter(([own]) => own === id).map(([, value]) => value)).toEqual(
          Array.from({ length: 16 }, (_, i) => BigInt(4 * i + id)),
        );
      expect(order.map(([, value]) => Number(value))).not.toEqual(Array.from({ length: 64 }, (_, i) => i));
      expect([slave.reads, slave.readsDone, slave.writes]).toEqual([64, 64, 0]);
    }));

  it("many requests wait for a memory that is late, and none is lost when their queue grows", () =>
    testbench(through(64), async (dut) => {
      const memory = new Memory({ base, size });
      const slave = axiMemory(dut.sim, dut.m, memory, { native, readLatency: 150, writeLatency: 150, outstanding: 32 });
      const bus = axiMaster(dut.sim, dut.s, { native, outstanding: 32 });
      // A few first, so that the queue begins somewhere in the middle.
      for (let i = 0; i < 5; i++) await bus.write(base + 8 * i, i);
      const addresses = Array.from({ length: 96 }, (_, i) => base + 8 * i);
      await Promise.all(addresses.map((address, i) => bus.write(address, 1000 + i)));
      expect(await Promise.all(addresses.map((address) => bus.read(address)))).toEqual(addresses.map((_, i) => BigInt(1000 + i)));
      expect([slave.writes, slave.reads]).toEqual([101, 96]);
    }));

  it("refused accesses say what was refused, and change nothing", () =>
    testbench(through(64), async (dut) => {
      const memory = new Memory({ base, size });
      memory.bytes.fill(0x55);
      const slave = axiMemory(dut.sim, dut.m, memory, { native });
      const bus = axiMaster(dut.sim, dut.s, { native });
      slave.fail([
        { first: base + 0x100, last: base + 0x107 },
        { first: base + 0x200, last: base + 0x2ff, response: "DECERR", kinds: "write" },
      ]);
      await expect(bus.read(base + 0x100)).rejects.toThrow("s: read of 8 bytes at 0x80000100: SLVERR");
      await expect(bus.write(base + 0x100, 0)).rejects.toThrow(AxiError);
      await expect(bus.write(base + 0x200, 0)).rejects.toThrow("s: write of 8 bytes at 0x80000200: DECERR");
      expect(await bus.read(base + 0x200)).toBe(0x5555_5555_5555_5555n);
      // The worst of all beats.
      await expect(bus.readBytes(base + 0xf8, 24)).rejects.toThrow("SLVERR");
      await expect(bus.read(base + size)).rejects.toThrow("s: read of 8 bytes at 0x80008000: DECERR");
      await expect(bus.read(base - 8)).rejects.toThrow("DECERR");
      slave.fail([]);
      expect(await bus.read(base + 0x100)).toBe(0x5555_5555_5555_5555n);
    }));

  it("a write is in memory with its response, and not before", () =>
    testbench(through(64), async (dut) => {
      const memory = new Memory({ base, size });
      axiMemory(dut.sim, dut.m, memory, { native, writeLatency: 20 });
      const bus = axiMaster(dut.sim, dut.s, { native });
      const write = start(() => bus.write(base, 7));
      await ClockCycles(dut.clk, 15);
      expect(memory.read64(base)).toBe(0n);
      await write.join();
      expect(memory.read64(base)).toBe(7n);
    }));

  it("latency is what was asked for", () =>
    testbench(through(64), async (dut) => {
      const memory = new Memory({ base, size });
      const slave = axiMemory(dut.sim, dut.m, memory, { native, readLatency: 10 });
      const bus = axiMaster(dut.sim, dut.s, { native });
      const timed = async () => {
        const from = dut.sim.cycle;
        await bus.read(base);
        return dut.sim.cycle - from;
      };
      const ten = await timed();
      slave.pause({ r: { pattern: "0" } });
      expect(await timed()).toBe(ten);
      const other = await build(through(64), { seed: 1 });
      other.sim.close();
      expect(ten).toBeGreaterThanOrEqual(10 + 4);
      expect(ten).toBeLessThanOrEqual(10 + 6);
    }));

  it("what a reset interrupts ends with an error; what is queued goes on", () =>
    testbench(through(64), async (dut) => {
      const memory = new Memory({ base, size });
      axiMemory(dut.sim, dut.m, memory, { native, readLatency: 50 });
      const bus = axiMaster(dut.sim, dut.s, { native });
      const outcomes: unknown[] = [];
      const reads = [0, 8].map((at) =>
        start(async () => {
          outcomes.push(await bus.read(base + at).catch((error: Error) => error.message));
        }),
      );
      await ClockCycles(dut.clk, 10);
      dut.rst.value = 1;
      await ClockCycles(dut.clk, 3);
      dut.rst.value = 0;
      for (const read of reads) await read.join();
      expect(outcomes).toEqual(["s: read of 8 bytes at 0x80000000: DECERR", 0n]);
    }));
});

describe("C++ and TypeScript", () => {
  it.each([1, 2, 3, 4, 5, 6])("move every beat in the same cycle, seed %i", async (seed) => {
    const trace = async (native: boolean) => {
      const dut = await build(through(64), { seed });
      const random = new Random(seed);
      const memory = new Memory({ base, size });
      const pins = dut.sim.table.ports.filter((port) => port.clock === null).map((port) => dut.sim.pin(port.name));
      const cycles: string[] = [];
      dut.sim.onRise(0, () => cycles.push(pins.map((pin) => pin.value.toString(16)).join(" ")));
      axiMemory(dut.sim, dut.m, memory, {
        native,
        ...rough,
        errors: [{ first: base + 0x400, last: base + 0x4ff, kinds: "read" }],
        pause: { aw: { random: 0.5 }, r: { pattern: "01" }, b: { random: 0.2 } },
      });
      const bus = axiMaster(dut.sim, dut.s, { native, outstanding: 6, pause: { random: 0.3 } });
      dut.rst.value = 1;
      dut.sim.step(3);
      dut.rst.value = 0;
      const results: string[] = [];
      for (let i = 0; i < 60; i++) {
        const len = random.int(0, 7);
        const burst = random.pick([0, 1, 1, 1]);
        const common = {
          address: BigInt(base + 8 * random.int(0, 200)) & ~0x3fn,
          id: random.int(0, 3),
          len,
          size: random.pick([2, 3]),
          burst,
        };
        const strobe = (beat: number) => ((1n << BigInt(1 << common.size)) - 1n) << (beatAddress(common, beat) % 8n);
        const beats = Array.from({ length: len + 1 }, (_, beat) => ({ data: random.bytes(8), strobe: strobe(beat) & random.bits(8) }));
        const done = (result: { response: string; beats: readonly Uint8Array[] }) =>
          results.push(`${i} ${result.response} ${result.beats.map((beat) => Buffer.from(beat).toString("hex"))} @${dut.sim.cycle}`);
        bus.queue(random.chance(0.5) ? { ...common, write: true, beats } : { ...common, write: false }, done);
        if (random.chance(0.3)) dut.sim.step(random.int(1, 20));
        if (i === 40) {
          dut.rst.value = 1;
          dut.sim.step(2);
          dut.rst.value = 0;
        }
      }
      dut.sim.until(bus.allDone, 10_000);
      dut.sim.close();
      return { cycles, results, memory: Buffer.from(memory.bytes).toString("hex") };
    };
    const [native, twin] = [await trace(true), await trace(false)];
    expect(native.results.length).toBe(60);
    expect(native).toEqual(twin);
  });
});

describe("addresses of beats", () => {
  it("follow the three burst types", () => {
    const beats = (address: number, size: number, burst: number, len: number) =>
      Array.from({ length: len + 1 }, (_, i) => Number(beatAddress({ address: BigInt(address), id: 0, len, size, burst }, i)));
    expect(beats(0x1003, 2, 1, 3)).toEqual([0x1003, 0x1004, 0x1008, 0x100c]);
    expect(beats(0x1004, 2, 0, 2)).toEqual([0x1004, 0x1004, 0x1004]);
    expect(beats(0x1008, 2, 2, 3)).toEqual([0x1008, 0x100c, 0x1000, 0x1004]);
  });
});

it("says what stands where", async () => {
  const dut = await build(puppet("master", axiMasterPins));
  expect(() => axiMaster(dut.sim, "m")).toThrow("AXI4 master: the design is the master on m; AXI4 master stands at a slave");
  expect(() => axiMemory(dut.sim, "n", new Memory({ size }))).toThrow("AXI4 memory: master has no AXI4 port n; it has m");
  expect(() => new Memory({ base: 4, size })).toThrow("memory at 4: a multiple of 128 is needed");
  expect(() => new Memory({ base, size }).read32(base + size - 2)).toThrow("4 bytes at 0x80007ffe: the memory is 0x80000000 to 0x80007fff");
  dut.sim.close();
});
