import { describe, expect, it } from "vitest";
import { resolveConfig } from "#rtl/config/config.ts";
import { buildUdp, parse } from "#sim/models/packet/index.ts";
import { CoreBench } from "./core-bench.ts";

const ours = "02:00:00:00:00:01",
  theirs = "02:00:00:00:00:99";
const local = "10.0.0.1",
  remote = "10.0.0.2";
const ip = (text: string): number => text.split(".").reduce((n, p) => n * 256 + Number(p), 0);
const payloadOf = (length: number, seed = 7): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 31 + seed) & 255);
const datagram = (payload: Uint8Array, port = 7777, from = 1234): Uint8Array =>
  buildUdp({
    ethernet: { destination: ours, source: theirs },
    ipv4: { source: remote, destination: local },
    udp: { sourcePort: from, destinationPort: port },
    payload,
  });
const rxBase = 0x10000,
  txBase = 0x20000,
  size = 4096;

const open = (bench: CoreBench, slot: number, port: number, framing: "stream" | "datagram"): void => {
  bench.write(slot, "local", BigInt(ip(local)) | (BigInt(port) << 32n));
  bench.write(slot, "nextHop", 0x02_00_00_00_00_99);
  bench.write(slot, "rxBase", rxBase + slot * size);
  bench.write(slot, "rxSize", size);
  bench.write(slot, "txBase", txBase + slot * size);
  bench.write(slot, "txSize", size);
  bench.write(slot, "control", 1 | (framing === "datagram" ? 4 : 0));
};

describe.each(["tiny", "line-rate"])("%s", (name) => {
  it.each([0, 1, 15, 16, 17, 18, 59, 60, 63, 64, 65, 127, 1471, 1472])(
    "a datagram of %i bytes lands in the ring of a stream slot",
    (length) => {
      const bench = new CoreBench(resolveConfig(name));
      open(bench, 3, 7777, "stream");
      const payload = payloadOf(length);
      bench.arrive(datagram(payload));
      bench.settle();
      expect(bench.events).toMatchObject({ rxFrames: 1, rxAccepted: 1 });
      expect(bench.read(3, "rxTail")).toBe(BigInt(length));
      expect(Buffer.from(bench.memory.subarray(rxBase + 3 * size, rxBase + 3 * size + length))).toEqual(Buffer.from(payload));
    },
  );
  it("datagram framing keeps boundaries and says who sent", () => {
    const bench = new CoreBench(resolveConfig(name), { pause: 0.3, latency: 20 });
    open(bench, 0, 7777, "datagram");
    const lengths = [0, 5, 64, 17, 300];
    bench.arrive(...lengths.map((n) => datagram(payloadOf(n, n), 7777, 4000 + n)));
    bench.settle();
    let at = 0;
    for (const n of lengths) {
      const header = Buffer.from(bench.memory.subarray(rxBase + at, rxBase + at + 16));
      expect([header.readUInt16LE(0), header.readUInt16LE(2), header.readUInt32LE(4)]).toEqual([n, 4000 + n, ip(remote)]);
      expect(Buffer.from(bench.memory.subarray(rxBase + at + 16, rxBase + at + 16 + n))).toEqual(Buffer.from(payloadOf(n, n)));
      at += 16 + Math.ceil(n / 16) * 16;
    }
    expect(bench.read(0, "rxTail")).toBe(BigInt(at));
  });
  it("another port goes to the ordinary path unchanged", () => {
    const bench = new CoreBench(resolveConfig(name), { pause: 0.5 });
    open(bench, 0, 7777, "stream");
    const frames = [1, 60, 61, 700].map((n) => datagram(payloadOf(n), 9));
    bench.arrive(...frames);
    bench.settle();
    expect(bench.ordinary.map((f) => Buffer.from(f))).toEqual(frames.map((f) => Buffer.from(f)));
  });
  it.each([0, 1, 15, 16, 17, 18, 19, 63, 64, 65, 1472])("sends a datagram of %i bytes that a parser accepts", (length) => {
    const bench = new CoreBench(resolveConfig(name), { pause: 0.2, latency: 30 });
    open(bench, 2, 7777, "datagram");
    const payload = payloadOf(length);
    const header = Buffer.alloc(16);
    header.writeUInt16LE(length, 0);
    header.writeUInt16LE(5555, 2);
    header.writeUInt32LE(ip(remote), 4);
    bench.memory.set(header, txBase + 2 * size);
    bench.memory.set(payload, txBase + 2 * size + 16);
    const tail = 16 + Math.ceil(length / 16) * 16;
    bench.write(2, "txTail", tail);
    bench.settle();
    expect(bench.sent.length).toBe(1);
    const frame = parse(bench.sent[0] as Uint8Array);
    expect(Buffer.from(frame.payload)).toEqual(Buffer.from(payload));
    expect(Buffer.from(bench.sent[0] as Uint8Array)).toEqual(
      Buffer.from(
        buildUdp({
          ethernet: { destination: theirs, source: ours },
          ipv4: { source: local, destination: remote, id: 0, dontFragment: true, ttl: 64 },
          udp: { sourcePort: 7777, destinationPort: 5555 },
          payload,
        }),
      ),
    );
    expect(bench.read(2, "txHead")).toBe(BigInt(tail));
  });
  it("a stream slot is cut at the MTU", () => {
    const bench = new CoreBench(resolveConfig(name), { latency: 10 });
    open(bench, 1, 7777, "stream");
    bench.write(1, "remote", BigInt(ip(remote)) | (5555n << 32n));
    const bytes = payloadOf(2048);
    bench.memory.set(bytes, txBase + size);
    bench.write(1, "txTail", 2048);
    bench.settle();
    expect(bench.sent.map((f) => parse(f).payload.length)).toEqual([1472, 576]);
    expect(Buffer.concat(bench.sent.map((f) => Buffer.from(parse(f).payload)))).toEqual(Buffer.from(bytes));
  });
});
