/**
 * A program of the prototype at the top, through nothing but its packet pages and memory (prototype-interface.md, sections 2
 * and 6): it receives into buffers and sends a frame of two parts, is interrupted for both, and no access ever waits.
 */
import { expect, it } from "vitest";
import { resolveConfig } from "#rtl/config/config.ts";
import { prototypeOffset } from "#rtl/nic/registers.ts";
import { axiMaster, axiMemory, Memory } from "#sim/models/axi/index.ts";
import { Prng } from "#sim/models/packet/index.ts";
import { packetSink, packetSource } from "#sim/models/stream/index.ts";
import { registersOf } from "#sim/nic/host.ts";
import { buildNic } from "#sim/nic/nic.ts";
import { applyReset, ClockCycles, run } from "#sim/run/index.ts";

/** From the start of the prototype's pages on. */
const [interruptMask, receivePage, transmitPage] = [0x8000, 0x9000, 0xa000];
const memoryBase = 0x8000_0000;
const buffers = 64;
const bufferBytes = 2048;
const frameAt = memoryBase + buffers * bufferBytes;
/** Looks after which what is waited for has not happened. */
const soon = 2000;

it.each(["tiny", "prototype"])("receives and sends through the prototype's packet pages, %s", async (name) => {
  const config = resolveConfig(name);
  const nic = await buildNic(config, { seed: 1 });
  const random = new Prng(1);
  try {
    const bus = axiMaster(nic.sim, nic.s_axi);
    const memory = new Memory({ base: memoryBase, size: buffers * bufferBytes + 4096 });
    axiMemory(nic.sim, nic.m_axi, memory, { readLatency: 20, writeLatency: 30 });
    const wire = packetSource(nic.s_axis_rx);
    const out = packetSink(nic.m_axis_tx);
    applyReset(nic, 4);
    await run(
      nic,
      async () => {
        const get = (at: number, bytes = 8): Promise<bigint> => bus.read(prototypeOffset + at, { bytes });
        const put = (at: number, value: number | bigint, bytes = 8): Promise<void> => bus.write(prototypeOffset + at, value, { bytes });
        const until = async (what: string, holds: () => Promise<boolean> | boolean): Promise<void> => {
          for (let left = soon; !(await holds()); left--) {
            expect(left, what).toBeGreaterThan(0);
            await ClockCycles(nic.clk, 1);
          }
        };
        const lines = (): readonly number[] => [Number(nic.irq_ordinary_rx.value), Number(nic.irq_ordinary_tx.value)];
        const { CONTROL, LEGACY, ORDINARY_RX } = registersOf(config, bus) as ReturnType<typeof registersOf> & {
          readonly LEGACY: Readonly<Record<"RX_REFUSED" | "TX_REFUSED", { read(): Promise<{ readonly count: bigint }> }>>;
        };
        await CONTROL.write({ enable: true });
        await put(interruptMask, 3, 4);

        // A pop of nothing is nothing; 64 buffers find room, and the next one is refused at once.
        expect([await get(receivePage + 0x10), await get(transmitPage + 0x12, 1)]).toEqual([0n, 0n]);
        for (let i = 0; i < buffers; i++) await put(receivePage + 0x08, memoryBase + i * bufferBytes);
        expect(await get(receivePage + 0x04, 2)).toBe(64n);
        await expect(put(receivePage + 0x08, memoryBase)).rejects.toThrow("SLVERR");
        expect([(await LEGACY.RX_REFUSED.read()).count, (await LEGACY.TX_REFUSED.read()).count]).toEqual([1n, 0n]);

        // Frames that are no socket's.
        const frames = [60, 64, 1514, 333].map((length) => {
          const frame = random.bytes(length);
          frame.set([0x08, 0x06], 12);
          return frame;
        });
        for (const data of frames) wire.push(data);
        await until("an interrupt", () => lines()[0] === 1);
        await until("four completions", async () => (await get(receivePage + 0x18, 2)) === 4n);
        expect([await get(receivePage + 0x04, 2), await get(receivePage + 0x20, 4)]).toEqual([60n, 1n]);
        for (const [i, frame] of frames.entries()) {
          const address = memoryBase + i * bufferBytes;
          expect(await get(receivePage + 0x10)).toBe((BigInt(address) << 16n) | BigInt(frame.length));
          expect(Buffer.compare(memory.read(address, frame.length), frame)).toBe(0);
        }
        expect([await get(receivePage + 0x18, 2), await get(receivePage + 0x10)]).toEqual([0n, 0n]);
        expect(lines()).toEqual([1, 0]);
        await put(receivePage + 0x24, 1, 4);
        await until("no interrupt", () => lines()[0] === 0);

        // A header and a payload at odd places are one frame.
        const sent = random.bytes(14 + 1001);
        memory.write(frameAt + 3, sent.subarray(0, 14));
        memory.write(frameAt + 129, sent.subarray(14));
        await put(transmitPage + 0x08, (1n << 63n) | (14n << 48n) | BigInt(frameAt + 3));
        await put(transmitPage + 0x08, (1001n << 48n) | BigInt(frameAt + 129));
        await until("two completions", async () => (await get(transmitPage + 0x10, 2)) === 2n);
        expect([lines(), await get(transmitPage + 0x18, 4)]).toEqual([[0, 1], 1n]);
        const pops = [await get(transmitPage + 0x12, 1), await get(transmitPage + 0x12, 1), await get(transmitPage + 0x12, 1)];
        expect(pops).toEqual([1n, 1n, 0n]);
        await put(transmitPage + 0x1c, 1, 4);
        await until("no interrupt", () => lines()[1] === 0);
        const left: Uint8Array[] = [];
        await until("the frame", () => {
          left.push(...out.takeAll().map((p) => p.data));
          return left.length > 0;
        });
        expect(left.map((frame) => Buffer.compare(frame, sent))).toEqual([0]);

        // The kernel takes the engine, and the page is full.
        await ORDINARY_RX.CONTROL.write({ enable: true, logSize: 3 });
        expect(await get(receivePage + 0x04, 2)).toBe(64n);
        await expect(put(receivePage + 0x08, memoryBase)).rejects.toThrow("SLVERR");
        await ORDINARY_RX.CONTROL.write({ enable: false, logSize: 3 });
        await until("the engine back", async () => (await get(receivePage + 0x04, 2)) === 0n);
      },
      { maxCycles: 200_000 },
    );
  } finally {
    nic.sim.close();
  }
});
