/**
 * `accio_top` in Verilator against the independent model of the NIC: random frames, valid, broken and for nobody, at a wire
 * that never waits, with pauses at every other port. Every verdict, every byte of the rings and of the ordinary path, every
 * pointer and counter must be the model's.
 */
import { describe, expect, it } from "vitest";
import { accioTop } from "#rtl/accio-top.ts";
import { type Config, dropCauses } from "#rtl/common.ts";
import { resolveConfig } from "#rtl/config/config.ts";
import { slotStride, slotWords } from "#rtl/ict/slot-layout.ts";
import { nicMap, slotsOffset } from "#rtl/nic/registers.ts";
import { arrayMemory, NicModel, type SlotSettings } from "#sim/models/nic/index.ts";
import {
  breakFrame,
  build,
  defectNames,
  ipv4Number,
  macNumber,
  ordinaryFrame,
  ordinaryKinds,
  Prng,
  randomUdp,
} from "#sim/models/packet/index.ts";
import { verilatedDevice } from "#sim/nic/device.ts";
import type { HostProgram, RegisterOperation } from "#sim/nic/ports.ts";
import { type InputFrame, memoryBase, runNic } from "#sim/nic/run.ts";

const seed = Number(process.env.ACCIO_SEED ?? 20_260_701);
const ringSize = 16_384;
const peers = [
  { address: "10.9.0.1", port: 5000 },
  { address: "10.9.0.2", port: 5001 },
];
const socket = (port: number) => ({ address: "10.9.1.1", port });
const rings = (slot: number) => ({
  receive: { base: memoryBase + 2 * slot * ringSize, size: ringSize },
  transmit: { base: memoryBase + (2 * slot + 1) * ringSize, size: ringSize },
});
/** A wildcard and a connected slot of one port, both framings, a small ring that fills, a slot without a ring. */
const slots: readonly SlotSettings[] = [
  { local: socket(7000), framing: "stream", ...rings(0) },
  { local: socket(7001), framing: "datagram", ...rings(1) },
  { local: socket(7000), remote: peers[1] as (typeof peers)[number], framing: "datagram", ...rings(2) },
  { local: socket(7002), framing: "stream", ...rings(3), receive: { ...rings(3).receive, size: 2048 } },
];
const mac = "02:00:00:00:00:01";

const settings = (s: SlotSettings, slot: number): RegisterOperation[] => {
  const at = slotsOffset + slot * slotStride;
  const word = (name: keyof typeof slotWords, value: bigint | number): RegisterOperation => ({
    kind: "write",
    address: at + slotWords[name],
    value: BigInt(value),
  });
  const endpoint = (e: { address: string; port: number }): bigint => BigInt(ipv4Number(e.address)) | (BigInt(e.port) << 32n);
  return [
    word("local", endpoint(s.local)),
    ...(s.remote === undefined ? [] : [word("remote", endpoint(s.remote))]),
    word("rxBase", s.receive?.base ?? 0),
    word("rxSize", s.receive?.size ?? 0),
    word("control", 1 | (s.remote === undefined ? 0 : 2) | (s.framing === "datagram" ? 4 : 0)),
  ];
};

const traffic = (random: Prng, count: number): Uint8Array[] => {
  const sockets = slots.map((s) => s.local);
  const who = { sockets: [...sockets, socket(7001)], peers };
  return Array.from({ length: count }, () => {
    const kind = random.integer(0, 9);
    if (kind < 6) return build({ ...randomUdp(random, who), ethernet: { ...randomUdp(random, who).ethernet, destination: mac } });
    const fields = randomUdp(random, who);
    const ours = { ...fields, ethernet: { ...fields.ethernet, destination: mac } };
    return kind < 8 ? breakFrame(random.pick(defectNames), ours, random) : ordinaryFrame(random.pick(ordinaryKinds), random, who);
  });
};

const compare = async (config: Config, count: number, pause: number | undefined, latency: readonly [number, number]) => {
  const random = new Prng(seed);
  const frames: InputFrame[] = traffic(random, count).map((data) => ({ data, timestamp: 0n }));
  const { nodes } = nicMap(config);
  const read = new Map<string, bigint>();
  const counters = ["RX_FRAMES", "RX_ACCEPTED", "RX_ORDINARY", "RX_OVERFLOW", "RX_OVERSIZE"] as const;
  const program = (_: Uint8Array, finished: () => boolean): HostProgram =>
    (function* () {
      yield { kind: "write", address: nodes.MAC.offset, value: BigInt(macNumber(mac)) };
      for (const [i, s] of slots.entries()) yield* settings(s, i);
      yield { kind: "write", address: nodes.CONTROL.offset, value: 1n };
      while (!finished()) yield { kind: "wait", cycles: 10 };
      for (const name of counters) read.set(name, yield { kind: "read", address: nodes[name].offset });
      for (const [i, cause] of dropCauses.entries()) read.set(cause, yield { kind: "read", address: nodes.RX_DROP.offset + 8 * i });
      for (const i of slots.keys()) {
        read.set(`tail${i}`, yield { kind: "read", address: slotsOffset + i * slotStride + slotWords.rxTail });
        read.set(`drops${i}`, yield { kind: "read", address: slotsOffset + i * slotStride + slotWords.rxDrops });
      }
    })();
  const device = await verilatedDevice(accioTop(config));
  const ordinary: Uint8Array[] = [];
  const result = await runNic(device, frames, {
    config,
    binds: [],
    app: "sink",
    timing: "line",
    memoryLatency: latency,
    memorySize: 8 * ringSize,
    program,
    ...(pause === undefined ? {} : { pause }),
    out: () => {},
    ordinary: (f) => ordinary.push(f),
  });
  device.close();

  const bytes = new Uint8Array(8 * ringSize);
  const memory = arrayMemory(bytes, memoryBase);
  const model = new NicModel({ mac, mtu: config.mtu }, memory);
  slots.forEach((s, i) => {
    model.enable(i, s);
  });
  const expectedOrdinary: Uint8Array[] = [];
  for (const way of result.frames) {
    const data = (frames[way.number - 1] as InputFrame).data;
    const verdict = model.receive.receive(data, BigInt(way.at.wireFirst + result.origin), {
      overflow: way.cause === "overflow",
    });
    const expected = verdict.class === "dropped" || verdict.class === "lost" ? verdict.cause : verdict.class;
    expect(
      way.cause ?? way.verdict,
      `seed ${seed}, frame ${way.number} of ${data.length} bytes: the model says ${JSON.stringify(verdict, (_, v) => (v instanceof Uint8Array ? `${v.length} bytes` : v))}`,
    ).toBe(expected);
    if (verdict.class === "ordinary") expectedOrdinary.push(data);
  }
  expect(ordinary.length).toBe(expectedOrdinary.length);
  ordinary.forEach((f, i) => {
    expect(Buffer.from(f).equals(Buffer.from(expectedOrdinary[i] as Uint8Array)), `seed ${seed}: ordinary frame ${i} is unchanged`).toBe(
      true,
    );
  });
  for (const [i, s] of slots.entries()) {
    const state = model.receive.slot(i);
    expect(Number(read.get(`tail${i}`)), `seed ${seed}: tail of slot ${i}`).toBe(state.tail);
    expect(Number(read.get(`drops${i}`)), `seed ${seed}: drops of slot ${i}`).toBe(state.drops);
    const base = (s.receive?.base ?? 0) - memoryBase;
    // What lies beyond the tail is free space; a record's unused bytes are nobody's.
    for (let at = 0; at < state.tail; ) {
      const record =
        s.framing === "stream" ? state.tail : 16 + Math.ceil((bytes[base + at] as number) + 256 * (bytes[base + at + 1] as number));
      const end = s.framing === "stream" ? state.tail : at + record;
      expect(
        Buffer.from(result.memory.subarray(base + at, base + end)).equals(Buffer.from(bytes.subarray(base + at, base + end))),
        `seed ${seed}: slot ${i}, ring bytes ${at} to ${end}`,
      ).toBe(true);
      at = s.framing === "stream" ? end : at + 16 + Math.ceil((record - 16) / 16) * 16;
    }
  }
  const c = model.receive.counters;
  expect(Object.fromEntries([...counters, ...dropCauses].map((n) => [n, Number(read.get(n))]))).toEqual({
    RX_FRAMES: c.frames,
    RX_ACCEPTED: c.accepted,
    RX_ORDINARY: c.ordinary,
    RX_OVERFLOW: c.losses.overflow,
    RX_OVERSIZE: c.losses.oversize,
    ...c.drops,
  });
  return c;
};

describe.each(["tiny", "line-rate"])("%s agrees with the model", (name) => {
  it("at line rate, memory at once", async () => {
    const c = await compare(resolveConfig(name), 120, undefined, [1, 1]);
    expect(c.accepted).toBeGreaterThan(10);
    expect(c.drops.ring_full).toBeGreaterThan(0);
  }, 120_000);
  it("with pauses at every port and slow memory", async () => {
    const c = await compare(resolveConfig(name), 120, seed, [5, 60]);
    expect(c.accepted).toBeGreaterThan(10);
  }, 120_000);
});
