/**
 * A write that memory refuses and a frame for a slot that has stopped are both drops for DMA_ERROR, and may meet in one
 * cycle: the answer to the write is moved cycle by cycle across the frame's verdict, and the counter counts both each time.
 */
import { expect, it } from "vitest";
import { type Simulation, simulate } from "#hdl/simulate/index.ts";
import { dropCauses } from "#rtl/common.ts";
import { resolveConfig } from "#rtl/config/config.ts";
import { slotStride, slotWords } from "#rtl/ict/slot-words.ts";
import { nic } from "#rtl/nic/nic.ts";
import { nicMap, slotsOffset } from "#rtl/nic/registers.ts";
import { buildUdp } from "#sim/models/packet/index.ts";
import { ones, toBig } from "./block-bench.ts";

const config = resolveConfig("tiny");
const bytes = config.busBits / 8;
const offsetOf = (title: string): number => {
  const found = nicMap(config).registers.find((r) => r.title === title);
  if (found === undefined) throw new Error(`the map has no register ${title}`);
  return found.offset;
};
const datagram = (port: number): Uint8Array =>
  buildUdp({
    ethernet: { destination: "02:00:00:00:00:01", source: "02:00:00:00:00:99" },
    ipv4: { source: "10.0.0.2", destination: "10.0.0.1" },
    udp: { sourcePort: 1234, destinationPort: port },
    payload: new Uint8Array(18),
  });
const ports = [7000, 7001] as const;

class Scene {
  readonly sim: Simulation<ReturnType<typeof nic>["shape"]>;
  /** IDs of bursts without an answer, oldest first. */
  readonly asked: bigint[] = [];
  /** Cycles in which a write was lost, and in which a frame was dropped because its slot had stopped. */
  readonly lost: number[] = [];
  readonly dropped: number[] = [];
  cycle = 0;
  constructor() {
    this.sim = simulate(nic(config), { initial: "random", seed: 1 });
    const { io } = this.sim;
    for (const s of [io.aw, io.w, io.ar, io.tx]) s.ready.value = 1;
    this.sim.reset(1);
    this.access(offsetOf("MAC"), 0x02_00_00_00_00_01n);
    this.access(offsetOf("CONTROL"), 1n);
    ports.forEach((port, slot) => {
      const set = (word: keyof typeof slotWords, value: bigint): unknown =>
        this.access(slotsOffset + slot * slotStride + slotWords[word], value);
      set("local", 0x0a00_0001n | (BigInt(port) << 32n));
      set("rxBase", BigInt(0x1000 * (slot + 1)));
      set("rxSize", 4096n);
      set("control", 1n);
    });
  }
  step(): void {
    const { io } = this.sim;
    if (io.aw.valid.value === 1n) this.asked.push(io.aw.payload.id.value);
    if (io.trace.lost.value === 1n) this.lost.push(this.cycle);
    if ((io.trace.causes.value >> BigInt(dropCauses.indexOf("dma_error"))) & 1n) this.dropped.push(this.cycle);
    this.sim.step();
    this.cycle++;
  }
  run(cycles: number): void {
    for (let i = 0; i < cycles; i++) this.step();
  }
  /** Writes `value`, or reads. */
  access(offset: number, value?: bigint): bigint {
    const { registers } = this.sim.io;
    registers.valid.value = 1;
    registers.write.value = value === undefined ? 0 : 1;
    registers.word.value = offset / 8;
    registers.data.value = value ?? 0n;
    registers.strobe.value = 0xff;
    for (let wait = 0; registers.ready.value === 0n; wait++) {
      expect(wait, "cycles until the access moves").toBeLessThan(300);
      this.step();
    }
    this.step();
    registers.valid.value = 0;
    return this.sim.peek("registers_response_data");
  }
  send(frame: Uint8Array): void {
    const { rx } = this.sim.io;
    rx.valid.value = 1;
    for (let at = 0; at < frame.length; at += bytes) {
      const part = frame.subarray(at, at + bytes);
      rx.payload.value = { data: toBig(part), keep: ones(part.length), last: at + bytes >= frame.length ? 1 : 0, user: 0 };
      this.step();
    }
    rx.valid.value = 0;
  }
  /** Memory refuses the oldest burst. */
  refuse(): void {
    const { b } = this.sim.io;
    const id = this.asked.shift();
    if (id === undefined) throw new Error(`cycle ${this.cycle}: no burst waits for an answer`);
    b.valid.value = 1;
    b.payload.value = { id, response: 2 };
    expect(b.ready.value).toBe(1n);
    this.step();
    b.valid.value = 0;
  }
}

it("RX_DROP.DMA_ERROR counts a refused write and a frame for a stopped slot that meet in one cycle", () => {
  let met = 0;
  for (let delay = 0; delay < 24; delay++) {
    const scene = new Scene();
    // Slot 0 stops; a write of slot 1 is left without its answer.
    scene.send(datagram(ports[0]));
    scene.run(40);
    scene.refuse();
    scene.run(10);
    scene.send(datagram(ports[1]));
    scene.run(40);
    // A frame for the stopped slot, and the answer around its verdict.
    scene.send(datagram(ports[0]));
    scene.run(delay);
    scene.refuse();
    scene.run(40);
    expect([scene.lost.length, scene.dropped.length], `delay ${delay}: losses and drops`).toEqual([2, 1]);
    if (scene.lost[1] === scene.dropped[0]) met++;
    expect(scene.access(offsetOf("RX_DROP.DMA_ERROR")), `delay ${delay}`).toBe(3n);
  }
  expect(met, "delays with which they meet").toBe(1);
});
