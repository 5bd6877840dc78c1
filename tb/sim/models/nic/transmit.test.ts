/** The transmit model: every legal way to cut and order frames is accepted, every other frame is refused with a reason. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  arrayMemory,
  encodeDatagramHeader,
  type Framing,
  NicModel,
  Ring,
  recordLength,
  type SlotSettings,
  streamOf,
} from "#sim/models/nic/index.ts";
import { build, buildArp, buildUdp, defaults, type Endpoint, Prng, parse, summary } from "#sim/models/packet/index.ts";

const mac = defaults.deviceMac;
const nextHop = defaults.peerMac;
const local = { address: defaults.deviceAddress, port: defaults.devicePort };
const peer = { address: defaults.peerAddress, port: defaults.peerPort };
const base = 0x8000_0000;
const slotBytes = 0x4000;

/** A NIC with the slots enabled, and what software needs to fill their transmit rings. */
function device(slots: readonly Partial<SlotSettings>[], { size = 4096, largest = 1472 } = {}) {
  const memory = arrayMemory(new Uint8Array(1 << 17), base);
  const { transmit } = new NicModel({ mac, largest }, memory);
  const tails = slots.map(() => 0);
  const rings = slots.map((slot, index) => {
    const settings = { base: base + index * slotBytes, size };
    transmit.enable(index, { local: { ...local, port: local.port + index }, framing: "stream", nextHop, transmit: settings, ...slot });
    return new Ring(memory, settings);
  });
  const put = (index: number, bytes: Uint8Array) => {
    const ring = rings[index] as Ring;
    ring.write(tails[index] ?? 0, bytes);
    tails[index] = ring.advance(tails[index] ?? 0, bytes.length);
    return tails[index];
  };
  const ring = (index: number, bytes: Uint8Array) => transmit.doorbell(index, put(index, bytes));
  return { transmit, put, ring };
}

/** A record of datagram framing. */
function record(payload: Uint8Array, to: Endpoint = peer): Uint8Array {
  const bytes = new Uint8Array(recordLength(payload.length));
  bytes.set(encodeDatagramHeader({ length: payload.length, peer: to, timestamp: 0n }));
  bytes.set(payload, 16);
  return bytes;
}

/** The frame that slot 0 has to send. */
const expected = (payload: Uint8Array, id: number, to: Endpoint = peer) =>
  buildUdp({
    ethernet: { destination: nextHop, source: mac },
    ipv4: { source: local.address, destination: to.address, id, ttl: 64, dontFragment: true },
    udp: { sourcePort: local.port, destinationPort: to.port },
    payload,
  });

const bytes = (length: number, seed = length) => new Prng(seed).bytes(length);

describe("a stream", () => {
  it("is cut at the largest payload", () => {
    const { transmit, ring } = device([{ remote: peer }]);
    const data = bytes(3000);
    ring(0, data);
    const frames = transmit.pending();
    expect(frames).toEqual([expected(data.subarray(0, 1472), 0), expected(data.subarray(1472, 2944), 1), expected(data.subarray(2944), 2)]);
    expect(frames.map((frame) => transmit.sent(frame))).toMatchObject([
      { ok: true, slot: 0, head: 1472 },
      { ok: true, slot: 0, head: 2944 },
      { ok: true, slot: 0, head: 3000 },
    ]);
    expect(transmit.pending()).toEqual([]);
    expect(transmit.frames).toBe(3);
  });

  it("may be cut at a tail, or go on over it, and nowhere else", () => {
    const data = bytes(300);
    const lengths = (...list: number[]) => {
      const { transmit, ring } = device([{ remote: peer }], { largest: 200 });
      ring(0, data.subarray(0, 100));
      ring(0, data.subarray(100, 150));
      ring(0, data.subarray(150));
      let at = 0;
      return list.every((length, id) => {
        const frame = expected(data.subarray(at, at + length), id);
        at += length;
        return transmit.sent(frame).ok;
      });
    };
    for (const legal of [
      [100, 50, 150],
      [150, 150],
      [200, 100],
      [100, 200],
      [100, 50, 150],
    ])
      expect(lengths(...legal), String(legal)).toBe(true);
    for (const illegal of [[99], [101], [50, 50], [250], [300], [0], [100, 49], [100, 0], [200, 99]])
      expect(lengths(...illegal), String(illegal)).toBe(false);
  });

  it("says what was wrong with a cut", () => {
    const { transmit, ring } = device([{ remote: peer }]);
    ring(0, bytes(100));
    const sent = transmit.sent(expected(bytes(100).subarray(0, 60), 0));
    expect(sent).toMatchObject({ ok: false });
    expect(sent.ok ? "" : sent.why).toMatch(
      /^slot 0: cut after 60 bytes, which is neither the largest payload nor at a tail \(100\)\n10\.0\.0\.1:7 > /,
    );
  });

  it("arrives whole however it is written and cut", () => {
    const scenario = fc.record({
      size: fc.constantFrom(64, 256, 1024),
      largest: fc.integer({ min: 8, max: 300 }),
      writes: fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 30 }),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(scenario, ({ size, largest, writes, seed }) => {
        const prng = new Prng(seed);
        const { transmit, ring } = device([{ remote: peer }], { size, largest });
        const written: number[] = [];
        const seen: Uint8Array[] = [];
        const sendSome = (all: boolean) => {
          while (transmit.slot(0).head !== transmit.slot(0).tail && (all || prng.chance(0.5))) {
            const [frame] = transmit.pending();
            seen.push(frame as Uint8Array);
            expect(transmit.sent(frame as Uint8Array).ok).toBe(true);
          }
        };
        for (const length of writes) {
          const { head, tail } = transmit.slot(0);
          const free = size - 1 - ((tail - head + size) % size);
          const data = prng.bytes(Math.min(length, free));
          if (data.length > 0) ring(0, data);
          written.push(...data);
          sendSome(false);
        }
        sendSome(true);
        expect([...streamOf(seen)]).toEqual(written);
        expect(seen.map((frame) => parse(frame).ipv4?.id)).toEqual(seen.map((_, index) => index));
        for (const frame of seen) expect(parse(frame).problems).toEqual([]);
      }),
    );
  });
});

describe("datagrams", () => {
  const framing: Framing = "datagram";

  it.each([0, 1, 15, 16, 17, 18, 1471, 1472])("of %i bytes go to the peer in their header", (length) => {
    const { transmit, ring } = device([{ framing }]);
    const other = { address: "10.1.2.3", port: 65_535 };
    ring(0, record(bytes(length), other));
    expect(transmit.pending()).toEqual([expected(bytes(length), 0, other)]);
    expect(transmit.sent(expected(bytes(length), 0, other))).toMatchObject({
      ok: true,
      head: recordLength(length),
      payload: bytes(length),
    });
  });

  it("of a connected slot go to its remote, whatever the header says", () => {
    const { transmit, ring } = device([{ framing, remote: peer }]);
    ring(0, record(bytes(5), { address: "10.1.2.3", port: 1 }));
    expect(transmit.pending()).toEqual([expected(bytes(5), 0)]);
  });

  it("are never joined nor cut", () => {
    const { transmit, ring } = device([{ framing }]);
    ring(0, new Uint8Array([...record(bytes(40)), ...record(bytes(50))]));
    expect(transmit.sent(expected(new Uint8Array([...bytes(40), ...bytes(50)]), 0)).ok).toBe(false);
    expect(transmit.sent(expected(bytes(40).subarray(0, 20), 0)).ok).toBe(false);
    expect(transmit.sent(expected(bytes(50), 0)).ok).toBe(false);
    expect(transmit.sent(expected(bytes(40), 0)).ok).toBe(true);
    expect(transmit.sent(expected(bytes(50), 1)).ok).toBe(true);
  });

  it("that cannot be stop the slot, with what lay before them intact", () => {
    const broken = (data: Uint8Array, tail?: number) => {
      const { transmit, put } = device([{ framing }], { largest: 100 });
      put(0, record(bytes(3)));
      const end = put(0, data);
      transmit.doorbell(0, tail ?? end);
      const frames = transmit.pending().map(summary);
      transmit.doorbell(0, 0);
      return { frames, ...transmit.slot(0), malformed: transmit.malformed };
    };
    const stopped = { frames: ["10.0.0.1:7 > 10.0.0.2:50000 UDP 3 bytes"], head: 0, tail: 32, stopped: true, malformed: 1 };
    expect(broken(record(bytes(101)))).toEqual(stopped);
    expect(broken(record(bytes(60)).subarray(0, 64))).toEqual(stopped);
    expect(broken(record(bytes(60)).subarray(0, 15))).toEqual(stopped);
    expect(broken(record(bytes(4)), 4096)).toEqual({ ...stopped, tail: 0, frames: [] });
    expect(broken(record(bytes(4)), -1)).toEqual({ ...stopped, tail: 0, frames: [] });
    expect(broken(record(bytes(100)))).toMatchObject({ stopped: false, malformed: 0 });
  });
});

describe("several slots", () => {
  it("may take turns in any order, each in its own, with identifications over all", () => {
    const slots = [{ remote: peer }, { framing: "datagram" as const }, { remote: { ...peer, port: 9 } }];
    const order = fc.shuffledSubarray([0, 0, 0, 1, 1, 1, 2, 2, 2], { minLength: 9 });
    fc.assert(
      fc.property(order, (turns) => {
        const { transmit, ring } = device(slots, { largest: 32 });
        ring(0, bytes(90));
        for (const length of [1, 2, 3]) ring(1, record(bytes(length)));
        ring(2, bytes(96));
        for (const [id, slot] of turns.entries()) {
          // The first frame that this slot has to send, with the identification of its turn.
          const next = transmit.pending().find((frame) => parse(frame).udp?.sourcePort === local.port + slot) as Uint8Array;
          const { ipv4, ...layers } = parse(next);
          const { checksum: _checksum, ...fields } = ipv4 ?? {};
          expect(transmit.sent(build({ ...layers, ipv4: { ...fields, id } }))).toMatchObject({ ok: true, slot });
        }
        expect(transmit.pending()).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  it("of one local socket are told apart by their remote", () => {
    const other = { ...peer, port: 9 };
    const { transmit, ring } = device([
      { local, remote: peer },
      { local, remote: other },
    ]);
    ring(1, bytes(4));
    ring(0, bytes(5));
    expect(transmit.sent(expected(bytes(4), 0, other))).toMatchObject({ ok: true, slot: 1 });
    expect(transmit.sent(expected(bytes(5), 1))).toMatchObject({ ok: true, slot: 0 });
  });
});

describe("a frame that is not what it has to be", () => {
  const { transmit, ring } = device([{ remote: peer }]);
  ring(0, bytes(30));
  const good = expected(bytes(30), 0);

  it("is refused for any single bit", () => {
    for (let bit = 0; bit < good.length * 8; bit++) {
      const frame = good.slice();
      frame[bit >> 3] = (frame[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(transmit.sent(frame).ok, `bit ${bit}`).toBe(false);
    }
    expect(transmit.frames).toBe(0);
  });

  it("is refused for a byte more or less, and when nobody sent it", () => {
    expect(transmit.sent(good.subarray(0, -1)).ok).toBe(false);
    expect(transmit.sent(new Uint8Array([...good, 0])).ok).toBe(false);
    expect(transmit.sent(buildArp())).toMatchObject({ ok: false, why: expect.stringMatching(/^no slot has this to send\nARP who has/) });
    expect(transmit.sent(new Uint8Array(3))).toMatchObject({ ok: false, why: expect.stringMatching(/^frame of 3 bytes\nrunt/) });
  });

  it("is refused the second time", () => {
    expect(transmit.sent(good)).toMatchObject({ ok: true });
    expect(transmit.sent(good)).toMatchObject({ ok: false, why: expect.stringContaining("no slot has this to send") });
  });
});

it("sends nothing from slots without a transmit ring, and says so when asked", () => {
  const { transmit } = device([{ transmit: { base, size: 100 } }]);
  expect(() => transmit.doorbell(0, 1)).toThrow("slot 0 is not enabled for sending");
  expect(transmit.pending()).toEqual([]);
});
