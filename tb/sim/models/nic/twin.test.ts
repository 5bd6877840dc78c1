/** The model against the RTL, in the instant simulator: random traffic, every defect, several faults at once, answers. */
import { describe, expect, it } from "vitest";
import { encodeDatagramHeader, type Framing, recordLength, type SlotSettings } from "#sim/models/nic/index.ts";
import {
  breakFrame,
  build,
  buildUdp,
  defaults,
  defectNames,
  type Endpoint,
  ordinaryFrame,
  ordinaryKinds,
  Prng,
  randomLength,
  randomUdp,
} from "#sim/models/packet/index.ts";
import { Twin } from "./twin.ts";

const device = { address: defaults.deviceAddress, port: 7 };
const peer = { address: defaults.peerAddress, port: 50_000 };
const stranger = { address: "10.0.0.3", port: 1 };

/** A stream, a socket for anyone, and a connected one on the same port as the stream. */
function slots(size: number): SlotSettings[] {
  const kinds: readonly { readonly local: Endpoint; readonly remote?: Endpoint; readonly framing: Framing }[] = [
    { local: device, framing: "stream" },
    { local: { ...device, port: 8 }, framing: "datagram" },
    { local: device, remote: peer, framing: "datagram" },
  ];
  return kinds.map((kind, index) => ({
    ...kind,
    receive: { base: 0x10_000 + index * 0x8000, size },
    transmit: { base: 0x40_000 + index * 0x8000, size: 4096 },
  }));
}

const traffic = { sockets: [device, { ...device, port: 8 }], peers: [peer, stranger] };

/** A frame of any kind, half of them good. */
function anyFrame(prng: Prng, longest: number): Uint8Array {
  const kind = prng.integer(0, 9);
  if (kind < 5) return build(randomUdp(prng, { ...traffic, maxPayload: longest }));
  if (kind < 8) return breakFrame(prng.pick(defectNames), randomUdp(prng, { ...traffic, maxPayload: Math.min(longest, 1400) }), prng);
  return ordinaryFrame(prng.pick(ordinaryKinds), prng, traffic);
}

describe.each(["tiny", "line-rate"])("%s", (configuration) => {
  it.each(configuration === "tiny" ? [1, 2, 3, 4, 5, 6] : [7])("agrees on frames that arrive, seed %i", (seed) => {
    const prng = new Prng(seed);
    const size = prng.pick([64, 256, 4096, 8192]);
    const twin = new Twin(configuration, slots(size), { pause: prng.pick([0, 0.3]), latency: prng.pick([1, 20]), seed });
    for (let round = 0; round < 10; round++) {
      twin.arrive(Array.from({ length: prng.integer(1, 10) }, () => anyFrame(prng, Math.min(1472, size))));
      expect(twin.differences(), `size ${size}, round ${round}`).toEqual([]);
      for (const index of twin.slots.keys()) if (prng.chance(0.7)) twin.consume(index);
    }
  });

  it("agrees on which of several faults counts", () => {
    const twin = new Twin(configuration, slots(4096));
    const pick = <T>(bit: number, yes: T, no: T, mask: number) => ((mask >> bit) & 1 ? yes : no);
    const frames = Array.from({ length: 32 }, (_, mask) =>
      buildUdp({
        ipv4: { ttl: pick(0, 0, 64, mask), checksum: pick(1, "bad" as const, "good" as const, mask), totalLength: pick(2, 200, 36, mask) },
        udp: { destinationPort: 8, length: pick(3, 5, 16, mask), checksum: pick(4, "bad" as const, "good" as const, mask) },
        payload: new Uint8Array(8),
      }),
    );
    twin.arrive(frames);
    expect(twin.differences()).toEqual([]);
    expect(Object.values(twin.model.receive.counters.drops).filter((drops) => drops > 0).length).toBeGreaterThanOrEqual(4);
  });

  it("agrees on lengths around the MTU, padding and tags", () => {
    const twin = new Twin(configuration, slots(8192), { latency: 5 });
    for (const tags of [[], [{ id: 5 }]]) {
      const lengths = [0, 1, 17, 18, 19, 1471, 1472, 1473, 1475, 1476, 1477, 1480];
      twin.arrive(
        lengths.map((length) => buildUdp({ ethernet: { tags }, udp: { destinationPort: 8 }, payload: new Prng(length).bytes(length) })),
      );
      twin.arrive(
        [0, 1, 7, 40].map((trailer) =>
          buildUdp({ ethernet: { tags }, payload: new Uint8Array(5), trailer: new Uint8Array(trailer).fill(0x55) }),
        ),
      );
      expect(twin.differences()).toEqual([]);
      for (const index of twin.slots.keys()) twin.consume(index);
    }
    expect(twin.model.receive.counters).toMatchObject({ accepted: 22, ordinary: 3, losses: { oversize: 7 } });
  });

  it("agrees on what is sent, in any mixture of slots", () => {
    const prng = new Prng(9);
    const twin = new Twin(configuration, slots(4096), { pause: 0.2, latency: 15, seed: 9 });
    for (let round = 0; round < 6; round++) {
      for (const index of [1, 2, 1, 2]) {
        const payload = prng.bytes(randomLength(prng));
        const record = new Uint8Array(recordLength(payload.length));
        record.set(encodeDatagramHeader({ length: payload.length, peer: stranger, timestamp: 0n }));
        record.set(payload, 16);
        twin.send(index, record);
      }
      expect(twin.differences()).toEqual([]);
    }
    expect(twin.model.transmit.frames).toBe(24);
  });
});

it("finds it when the two differ", () => {
  const twin = new Twin("tiny", slots(4096), {}, 1400);
  twin.arrive([buildUdp({ udp: { destinationPort: 8 }, payload: new Uint8Array(1375) })]);
  const found = twin.differences();
  expect(found.map((difference) => difference.split(":")[0])).toEqual([
    "accepted",
    "ordinary frames",
    "ordinary frame 0 differs",
    "slot 1",
  ]);
});
