/** Sources and sinks of streams: order, pauses, packets of every corner length, and C++ and TypeScript alike to the cycle. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bool, input, module, output, stream, struct, uint } from "#hdl";
import { fifo } from "#hdl/lib/fifo.ts";
import { axiStream } from "#hdl/lib/packet.ts";
import { build } from "#sim/bridge/build.ts";
import { pauseBlock } from "#sim/models/native/blocks.ts";
import {
  type Pause,
  packetSink,
  packetSource,
  streamSink,
  streamSinkNamed,
  streamSource,
  streamSourceNamed,
} from "#sim/models/stream/index.ts";
import { Pauser } from "#sim/models/stream/pause.ts";
import { applyReset, ClockCycles, First, Random, RisingEdge, run, start, testbench } from "#sim/run/index.ts";
import { pixel } from "../../designs.ts";

const pixels = fifo(pixel, 8);
const wire = (bits: number, userBits: number) =>
  module(`wire_${bits}_${userBits}`, { rx: input(axiStream(bits, userBits)), tx: output(axiStream(bits, userBits)) }, ({ rx, tx }, h) => {
    tx.connect(rx.queue(h, 4));
  });
const randomPixel = (random: Random) => ({
  shade: random.pick(["RED", "GREEN", "BLUE"] as const),
  level: random.int(-2048, 2047),
  flags: [random.int(0, 1), random.int(0, 1), random.int(0, 1), random.int(0, 1)],
  key: random.bits(100),
});
const pauses: readonly Pause[] = ["never", { random: 0.5 }, { pattern: "0111" }, { random: 0.9 }];

describe.each([true, false])("beats, native %s", (native) => {
  it("come out as they went in, through any pauses", async () => {
    for (const [i, pause] of pauses.entries())
      await testbench(
        pixels,
        async (dut, { random }) => {
          const source = streamSource(dut.push, { native, pause });
          const sink = streamSink(dut.pop, { native, pause: pauses[(i + 1) % pauses.length] as Pause });
          const sent = Array.from({ length: 100 }, () => randomPixel(random));
          for (const beat of sent) source.push(beat);
          const got = [];
          for (const _ of sent) got.push(await sink.recv());
          expect(got).toEqual(sent);
          expect([source.pending, sink.available, sink.take()]).toEqual([0, 0, undefined]);
        },
        { checkers: true },
      );
  });

  it("are waited for one by one", () =>
    testbench(pixels, async (dut, { random }) => {
      const source = streamSource(dut.push, { native });
      const sink = streamSink(dut.pop, { native });
      const beat = randomPixel(random);
      const from = dut.sim.cycle;
      await source.send(beat);
      expect(dut.sim.cycle - from).toBe(2);
      expect(await sink.recv()).toEqual(beat);
      expect(await First(sink.recv(), ClockCycles(dut.clk, 10))).toEqual([1, undefined]);
      const receiver = start(() => sink.recv());
      source.push(beat);
      expect(await receiver.join()).toEqual(beat);
    }));

  it("more of them than the shared memory holds wait in TypeScript", () =>
    testbench(fifo(uint(32), 4), async (dut) => {
      const source = streamSource(dut.push, { native, capacity: 8 });
      const sink = streamSink(dut.pop, { native, capacity: 8 });
      for (let i = 0; i < 100; i++) source.push(i);
      const from = dut.sim.cycle;
      await source.idle();
      // Never a gap: one beat a cycle, and one cycle to begin.
      expect(dut.sim.cycle - from).toBe(101);
      await ClockCycles(dut.clk, 10);
      expect(sink.takeAll()).toEqual(Array.from({ length: 100 }, (_, i) => i));
    }));

  it("wait through a reset and go on", async () => {
    const dut = await build(fifo(uint(8), 4), { seed: 1 });
    const source = streamSource(dut.push, { native });
    const sink = streamSink(dut.pop, { native });
    source.push(5);
    dut.rst.value = 1;
    dut.sim.step(5);
    expect([dut.push.valid.value, dut.pop.ready.value, source.pending]).toEqual([0, 0, 1]);
    dut.rst.value = 0;
    dut.sim.until(sink.has(1), 20);
    expect(sink.take()).toBe(5);
    expect(dut.sim.until(source.allSent, 5)).toBe(1);
    expect(() => {
      dut.push.valid.value = 1;
    }).toThrow("push_valid is driven by stream source push");
    expect(() => streamSource(dut.push, { native })).toThrow("stream source push: push_valid is already driven by stream source push");
    dut.sim.close();
  });

  it("of plain Verilog go by the names of their pins", async () => {
    const pins = { clk: "input", rst: "input", a_valid: "input", a_ready: "output", a_x: { input: 8 }, a_y: { input: 70 } } as const;
    const out = { b_valid: "output", b_ready: "input", b_x: { output: 8 }, b_y: { output: 70 } } as const;
    const text = `module through (input wire clk, input wire rst, input wire a_valid, output wire a_ready, input wire [7:0] a_x, input wire [69:0] a_y,
  output wire b_valid, input wire b_ready, output wire [7:0] b_x, output wire [69:0] b_y);
  assign b_valid = a_valid; assign a_ready = b_ready; assign b_x = a_x; assign b_y = a_y;
endmodule\n`;
    const dut = await build({ top: "through", files: { "through.v": text }, pins: { ...pins, ...out } });
    const source = streamSourceNamed(dut.sim, "a", { native });
    const sink = streamSinkNamed(dut.sim, "b", { native });
    applyReset(dut);
    source.push({ x: 3, y: 2n ** 69n });
    await run(dut, async () => expect(await sink.recv()).toEqual({ x: 3, y: 2n ** 69n }));
    expect(() => source.push({ x: 256, y: 0 })).toThrow("a_x = 256: 8 bits hold 0 to 255");
    expect(() => streamSinkNamed(dut.sim, "a")).toThrow("stream sink: a is an input of the design; a stream sink stands at an output");
    expect(() => streamSinkNamed(dut.sim, "c")).toThrow("stream sink: through has no stream c; it has a, b");
    dut.sim.close();
  });
});

const corners = [1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 59, 60, 63, 64, 65, 1499, 1500, 1501];

describe.each([true, false])("packets, native %s", (native) => {
  it.each([8, 64, 512])("of every corner length go over %i bits unchanged", (bits) =>
    testbench(wire(bits, 1), async (dut, { random }) => {
      const source = packetSource(dut.rx, { native, pause: { random: 0.2 } });
      const sink = packetSink(dut.tx, { native, pause: { random: 0.2 } });
      const sent = corners.map((length) => random.bytes(length));
      for (const [i, data] of sent.entries()) source.push(data, { user: i & 1 });
      const got = [];
      for (const _ of sent) got.push(await sink.recv());
      expect(got.map((packet) => packet.data)).toEqual(sent);
      expect(got.map((packet) => packet.user)).toEqual(sent.map((_, i) => i & 1));
      expect(source.sent).toBe(sent.length);
    }),
  );

  it("say when they moved, and begin no sooner than they may", () =>
    testbench(wire(64, 0), async (dut) => {
      const source = packetSource(dut.rx, { native });
      const sink = packetSink(dut.tx, { native });
      await RisingEdge(dut.clk);
      source.push(new Uint8Array(24), { earliest: 50 });
      source.push(new Uint8Array(8));
      source.push(new Uint8Array(16), { earliest: 100 });
      const got = [await sink.recv(), await sink.recv(), await sink.recv()];
      // The queue holds each beat for one cycle.
      expect(got.map(({ firstCycle, lastCycle }) => [firstCycle, lastCycle])).toEqual([
        [51, 53],
        [54, 54],
        [101, 102],
      ]);
      expect([0, 1, 2].map((packet) => source.cyclesOf(packet))).toEqual([
        { firstCycle: 50, lastCycle: 52 },
        { firstCycle: 53, lastCycle: 53 },
        { firstCycle: 100, lastCycle: 101 },
      ]);
      expect(() => source.cyclesOf(3)).toThrow("rx: cycles of packet 3: they are known of the last 4096 of 3 packets");
      expect(() => source.push(new Uint8Array(0))).toThrow("rx: a packet needs at least one byte");
    }));

  it("need data, keep and last", async () => {
    const dut = await build(pixels);
    expect(() => packetSource(dut.push)).toThrow("packet source: push has no data of whole bytes with a last: it carries no packets");
    dut.sim.close();
  });
});

describe("C++ and TypeScript", () => {
  it("move every beat in the same cycle", async () => {
    const trace = async (native: boolean, seed: number, sourcePause: Pause, sinkPause: Pause) => {
      const dut = await build(pixels, { seed });
      const random = new Random(seed);
      const cycles: number[] = [];
      dut.sim.onRise(0, () =>
        cycles.push(
          dut.push.valid.value,
          dut.push.ready.value,
          dut.pop.valid.value,
          dut.pop.ready.value,
          dut.push.payload.level.value,
          dut.pop.payload.level.value,
        ),
      );
      const source = streamSource(dut.push, { native, pause: sourcePause, capacity: 16 });
      const sink = streamSink(dut.pop, { native, pause: sinkPause, capacity: 16 });
      for (let i = 0; i < 40; i++) source.push(randomPixel(random));
      dut.rst.value = 1;
      dut.sim.step(3);
      dut.rst.value = 0;
      dut.sim.step(60);
      dut.rst.value = 1;
      dut.sim.step(2);
      dut.rst.value = 0;
      sink.pause({ pattern: "011" });
      dut.sim.until(source.allSent, 10_000);
      const beats = sink.takeAll();
      dut.sim.close();
      return { cycles, beats };
    };
    const pause = fc.oneof(
      fc.constant<Pause>("never"),
      fc.record({ random: fc.double({ min: 0, max: 0.9, noNaN: true }) }),
      fc.record({ pattern: fc.stringMatching(/^[01]{0,12}0$/) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.nat(), pause, pause, async (seed, a, b) => {
        expect(await trace(true, seed, a, b)).toEqual(await trace(false, seed, a, b));
      }),
      { numRuns: 20 },
    );
  });

  it("a model that feeds another feeds it in the same cycle", async () => {
    const echo = async (native: boolean) => {
      const cycles: number[] = [];
      await testbench(
        wire(64, 0),
        async (dut) => {
          const source = packetSource(dut.rx, { native, pause: { random: 0.3 } });
          const sink = packetSink(dut.tx, { native, pause: { random: 0.3 } });
          source.push(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9));
          for (let i = 0; i < 50; i++) {
            const packet = await sink.recv();
            cycles.push(packet.firstCycle, packet.lastCycle, dut.sim.cycle);
            source.push(packet.data);
          }
        },
        { seed: 9 },
      );
      return cycles;
    };
    expect(await echo(true)).toEqual(await echo(false));
  });
});

describe("pauses", () => {
  const pauser = (pause: Pause) => {
    const made = new Pauser(new Uint32Array(pauseBlock.bytes / 4), 0, 12345);
    made.set(pause);
    return made;
  };
  it("come in the share that was asked for", () => {
    const random = pauser({ random: 0.25 });
    let paused = 0;
    for (let i = 0; i < 20_000; i++) if (random.next()) paused += 1;
    expect(paused / 20_000).toBeCloseTo(0.25, 1);
  });
  it("follow their pattern", () => {
    const pattern = pauser({ pattern: "0110" });
    expect(Array.from({ length: 9 }, () => (pattern.next() ? 1 : 0))).toEqual([0, 1, 1, 0, 0, 1, 1, 0, 0]);
    expect(pauser("never").next()).toBe(false);
  });
  it("are never forever", () => {
    expect(() => pauser({ pattern: "111" })).toThrow('pause pattern "111": up to 256 letters 0 (go) and 1 (pause) with a 0 among them');
    expect(() => pauser({ random: 1 })).toThrow("a pause in 1 of all cycles: it must be at least 0 and less than 1");
  });
});

it("a stream of a struct without a name for its fields keeps their types", async () => {
  const flat = fifo(struct({ on: bool, count: uint(60) }, "flat"), 2);
  await testbench(flat, async (dut) => {
    const [source, sink] = [streamSource(dut.push), streamSink(dut.pop)];
    source.push({ on: 1, count: 2n ** 59n });
    expect(await sink.recv()).toEqual({ on: 1, count: 2n ** 59n });
    expect(stream(bool).fields).toHaveProperty("payload");
  });
});
