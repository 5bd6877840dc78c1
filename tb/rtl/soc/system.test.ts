/** The systems on the real RTL of Rocket: harts boot, reach every device and are told apart; memory is one for all masters. */
import { beforeAll, describe, expect, it } from "vitest";
import { controlBits, slotStride, slotWords } from "#rtl/ict/slot-words.ts";
import { nicMap, slotsOffset } from "#rtl/nic/registers.ts";
import { interruptOf, regionOf, socMap } from "#rtl/soc/map.ts";
import { hartIds } from "#rtl/soc/rocket.ts";
import { soc } from "#rtl/soc/soc.ts";
import { systemMap } from "#rtl/soc/system.ts";
import type { Dut } from "#sim/bridge/build.ts";
import { axiMaster, axiMemory, Memory } from "#sim/models/axi/index.ts";
import { buildUdp, ipv4Number } from "#sim/models/packet/index.ts";
import { packetSource, streamSink, streamSource } from "#sim/models/stream/index.ts";
import { ClockCycles, Combine, RisingEdge, testbench, withTimeout } from "#sim/run/index.ts";
import { ensureRocket } from "#toolchain/rocket.ts";
import {
  a0,
  a1,
  a2,
  a3,
  add,
  addi,
  andi,
  auipc,
  beq,
  bne,
  fence,
  lbu,
  ld,
  lui,
  lw,
  sb,
  sd,
  slli,
  stay,
  sub,
  sw,
  t0,
  t1,
  t2,
  zero,
} from "./riscv.ts";
import { rocketBuild, systems } from "./systems.ts";

const start = 0x8000_0000;
const shared = 0x8000_1000;
const deviceTree = 0x8000_4000;
const { EXIT, CYCLES } = systemMap.nodes;
/** Puts the address of `shared` into t2; the first instruction of a program. */
const sharedInT2 = auipc(t2, shared - start);

describe.each(systems.map((c) => [c.name, c] as const))("%s", (_, config) => {
  const map = socMap(config);
  const base = (name: string): number => regionOf(map, name).base;
  // Compiling Rocket takes a minute, with four harts some on a busy machine.
  beforeAll(async () => {
    ensureRocket();
    await testbench(soc(config), () => {}, rocketBuild);
  }, 1_800_000);
  type Soc = Dut<ReturnType<typeof soc>["shape"]>;

  /** Runs a program from the start of memory; `body` goes on beside it. */
  const running = (program: readonly number[], body: (dut: Soc, memory: Memory) => Promise<void>) =>
    testbench(
      soc(config),
      async (dut) => {
        const memory = new Memory({ base: start, size: 2 ** 20 });
        for (const [i, instruction] of program.entries()) memory.write32(start + 4 * i, instruction);
        axiMemory(dut.sim, dut.mem, memory);
        dut.entry.value = BigInt(start);
        dut.device_tree.value = BigInt(deviceTree);
        dut.m_axis_tx.ready.value = 1;
        await body(dut, memory);
      },
      rocketBuild,
    );
  const exitCode = async (dut: Soc): Promise<number> => {
    await withTimeout(RisingEdge(dut.exit.valid), 20_000);
    return dut.exit.code.value;
  };

  it("every hart boots with its number and the device tree, and the first exit counts", () =>
    running(
      [sharedInT2, slli(t1, a0, 4), add(t1, t1, t2), addi(a2, a0, 1), sd(a1, 8, t1), sd(a2, 0, t1), bne(a0, zero, 20)].concat([
        lui(t0, base("system")),
        addi(a2, zero, 42),
        sw(a2, EXIT.offset, t0),
        sw(zero, EXIT.offset, t0),
        stay,
      ]),
      async (dut) => {
        dut.console_tx.ready.value = 1;
        const host = axiMaster(dut.sim, dut.host);
        expect(await exitCode(dut)).toBe(42);
        await ClockCycles(dut.clk, 300);
        expect(dut.exit.value).toEqual({ valid: 1, code: 42 });
        // Still in the harts' caches: the host's port is coherent.
        for (let hart = 0; hart < config.harts; hart++) {
          expect(await host.read(shared + 16 * hart)).toBe(BigInt(hart + 1));
          expect(await host.read(shared + 16 * hart + 8)).toBe(BigInt(deviceTree));
        }
      },
    ));

  it("the ID of an access tells its hart, loads and stores alike", () =>
    running(
      [
        slli(t1, a0, 8),
        lui(t0, 0x4000_0000),
        add(t0, t0, t1),
        addi(a2, zero, 20),
        lw(t1, 0, t0),
        sw(t1, 4, t0),
        addi(a2, a2, -1),
        bne(a2, zero, -12),
        stay,
      ],
      async (dut) => {
        const seen = new Map<string, number>();
        const count = config.harts * 40;
        for (let told = 0, cycle = 0; told < count; cycle++) {
          if (cycle === 20_000) throw new Error(`${told} of ${count} accesses came`);
          await RisingEdge(dut.clk);
          if (dut.unmapped.valid.value === 0) continue;
          told++;
          const { address, id, write } = dut.unmapped.value as { readonly address: number; readonly id: number; readonly write: number };
          expect(address & 0xff).toBe(write === 1 ? 4 : 0);
          const key = `hart ${(address >> 8) & 0xff} ${write === 1 ? "stores" : "loads"} as ${id}`;
          seen.set(key, (seen.get(key) ?? 0) + 1);
        }
        const wanted = hartIds[config.rocket].flatMap((id, hart) => [`hart ${hart} loads as ${id}`, `hart ${hart} stores as ${id}`]);
        expect(Object.fromEntries(seen)).toEqual(Object.fromEntries(wanted.map((key) => [key, 20])));
      },
    ));

  // A hart whose load waits tries again every 5 cycles, so what a program sees goes up in steps.
  it.each([
    [0, 11],
    [3, 11],
    [4, 16],
    [58, 66],
    [59, 71],
    [255, 266],
  ])("with an MMIO latency of %i a load from a device takes %i cycles", (latency, cycles) =>
    running(
      [
        bne(a0, zero, 40),
        lui(t0, base("system")),
        ld(a1, CYCLES.offset, t0),
        ld(a2, CYCLES.offset, t0),
        ld(a3, CYCLES.offset, t0),
        sub(a2, a3, a2),
        sw(a2, EXIT.offset, t0),
        stay,
        stay,
        stay,
        stay,
      ],
      async (dut) => {
        dut.mmio_latency.value = latency;
        expect(await exitCode(dut)).toBe(cycles);
      },
    ),
  );

  it("the console goes both ways, and its interrupt is line 8", () =>
    running(
      [
        bne(a0, zero, 60),
        lui(t0, base("uart")),
        addi(t1, zero, 1),
        sw(t1, 4 * 1, t0),
        addi(t1, zero, 0x41),
        sb(t1, 0, t0),
        lbu(t1, 4 * 5, t0),
        andi(t1, t1, 1),
        beq(t1, zero, -8),
        lui(t1, base("plic") + 0x1000),
        lw(a2, 0, t1),
        lbu(a3, 0, t0),
        lui(t0, base("system")),
        add(a2, a2, a3),
        sw(a2, EXIT.offset, t0),
        stay,
      ],
      async (dut) => {
        const sent = streamSink(dut.console_tx);
        const typed = streamSource(dut.console_rx);
        expect(await withTimeout(sent.recv(), 20_000)).toBe(0x41);
        typed.push(0x42);
        expect(await exitCode(dut)).toBe((1 << 8) + 0x42);
      },
    ));

  it("harts and host see each other's writes, and nothing beyond what is there", () =>
    running(
      [
        sharedInT2,
        bne(a0, zero, 48),
        addi(t1, zero, 0x123),
        sd(t1, 0, t2),
        fence,
        ld(a2, 64, t2),
        beq(a2, zero, -4),
        lui(t0, base("system")),
        sw(a2, EXIT.offset, t0),
        stay,
        stay,
        stay,
        stay,
        stay,
      ],
      async (dut) => {
        const host = axiMaster(dut.sim, dut.host, { outstanding: 4 });
        for (let i = 0; (await host.read(shared)) !== 0x123n; i++) expect(i).toBeLessThan(500);
        await expect(host.read(0x0800_0000)).rejects.toThrow(/SLVERR|DECERR/);
        await host.write(shared + 64, 77);
        expect(await exitCode(dut)).toBe(77);
        // The host reaches devices too, and never as one of the harts.
        const [outcome, id] = await Combine(
          host.read(0x4000_0000).catch((error: Error) => error.message),
          RisingEdge(dut.unmapped.valid).then(() => dut.unmapped.id.value),
        );
        expect(outcome).toMatch(/DECERR|SLVERR/);
        expect(hartIds[config.rocket]).not.toContain(id);
        const line = Uint8Array.from({ length: 256 }, (_, i) => i);
        await host.writeBytes(shared + 0x101, line);
        expect(await host.readBytes(shared + 0x101, 256)).toEqual(line);
      },
    ));

  it.each([
    ["reads", 7.5],
    ["writes", 6],
  ] as const)("%s of lines with 8 in flight go through the coherent port at %d bytes a cycle or more", (kind, least) =>
    running([stay], async (dut) => {
      const host = axiMaster(dut.sim, dut.host, { outstanding: 8 });
      const word = { data: new Uint8Array(8).fill(0xa5), strobe: 0xffn };
      const lines = 200;
      await ClockCycles(dut.clk, 500);
      const start = dut.sim.cycle;
      await Combine(
        ...Array.from({ length: lines }, (_, i) =>
          host.transact({
            address: BigInt(shared + 64 * i),
            id: i % 8,
            write: kind === "writes",
            len: 7,
            size: 3,
            burst: 1,
            ...(kind === "writes" ? { beats: Array.from({ length: 8 }, () => word) } : {}),
          }),
        ),
      );
      expect((64 * lines) / (dut.sim.cycle - start)).toBeGreaterThan(least);
    }),
  );

  it("Accio: a datagram comes to a ring in coherent memory and wakes a hart; a ring beyond memory is an error", () =>
    running([stay], async (dut) => {
      const host = axiMaster(dut.sim, dut.host);
      const wire = packetSource(dut.s_axis_rx);
      const slot = (word: keyof typeof slotWords): number => base("accio") + slotsOffset + slotStride + slotWords[word];
      expect(await host.read(base("accio"), { bytes: 4 })).toBe(0x4f49_4341n);
      const local = { ip: "10.0.0.1", port: 4242 };
      const endpoint = BigInt(ipv4Number(local.ip)) | (BigInt(local.port) << 32n);
      const owner = config.harts - 1;
      const bind = async (ring: bigint): Promise<void> => {
        await host.write(slot("control"), 0);
        for (const [word, value] of [
          ["local", endpoint],
          ["rxBase", ring],
          ["rxSize", 4096],
          ["control", 1 | (owner << controlBits.hart)],
          ["suspend", 1],
        ] as const)
          await host.write(slot(word), value);
      };
      await host.write(base("accio") + 0x10, 1);
      await host.write(base("accio") + nicMap(config.accio).nodes.WAKE_MASK.offset + 8 * owner, 1);
      await host.write(base("accio") + 0x18, 0x0200_0000_0001n);
      const payload = Uint8Array.from({ length: 300 }, (_, i) => i ^ 0x5a);
      const frame = (destinationPort: number): Uint8Array =>
        buildUdp({ ethernet: { destination: "02:00:00:00:00:01" }, ipv4: { destination: local.ip }, udp: { destinationPort }, payload });

      await bind(BigInt(shared));
      wire.push(frame(local.port));
      for (let i = 0; (await host.read(slot("rxTail"))) !== 300n; i++) expect(i).toBeLessThan(100);
      expect(await host.readBytes(shared, 300)).toEqual(payload);
      const pending = async (): Promise<number> => Number(await host.read(base("plic") + 0x1000, { bytes: 4 }));
      expect(await pending()).toBe(1 << interruptOf(map, `wake${owner}`).source);

      wire.push(frame(9));
      await withTimeout(RisingEdge(dut.to_kernel), 2000);

      await bind((1n << 32n) + BigInt(shared));
      wire.push(frame(local.port));
      for (let i = 0; ((await host.read(slot("status"))) & 2n) === 0n; i++) expect(i).toBeLessThan(100);
      expect(await host.readBytes(shared, 300)).toEqual(payload);
      // Events go to a line of their own once they are asked for.
      expect(await pending()).toBe(1 << interruptOf(map, `wake${owner}`).source);
      await host.write(base("accio") + nicMap(config.accio).nodes.EVENT_MASK.offset, 7);
      expect((await pending()) & (1 << interruptOf(map, "event").source)).not.toBe(0);
    }));
});
