/** The receive model: every rule by name, every defect to its counter, and nothing lost or invented on the way. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dropCauses as hardwareCauses } from "#rtl/common.ts";
import {
  arrayMemory,
  classify,
  type DropCause,
  datagramHeaderLength,
  decodeDatagramHeader,
  dropCauses,
  NicModel,
  type OrdinaryReason,
  Ring,
  recordLength,
  type SlotSettings,
  type Verdict,
} from "#sim/models/nic/index.ts";
import { udpFields } from "#sim/models/packet/arbitraries.ts";
import {
  breakFrame,
  build,
  buildArp,
  buildEthernet,
  buildTcp,
  buildUdp,
  cornerLengths,
  type DefectName,
  defaults,
  fragment,
  ordinaryFrame,
  ordinaryKinds,
  Prng,
  parse,
  randomUdp,
} from "#sim/models/packet/index.ts";

const mac = defaults.deviceMac;
const local = { address: defaults.deviceAddress, port: defaults.devicePort };
const peer = { address: defaults.peerAddress, port: defaults.peerPort };
const base = 0x8000_0000;

function model(settings: Partial<SlotSettings> = {}, size = 4096, mtu = 1500) {
  const memory = arrayMemory(new Uint8Array(1 << 17), base);
  const nic = new NicModel({ mac, mtu }, memory);
  const slot: SlotSettings = { local, framing: "stream", receive: { base: base + 0x1000, size }, ...settings };
  nic.enable(0, slot);
  return { nic: nic.receive, memory, ring: new Ring(memory, { base: base + 0x1000, size }) };
}

const judged = (verdict: Verdict) =>
  verdict.class === "accepted" ? "accepted" : verdict.class === "ordinary" ? verdict.reason : verdict.cause;
const receive = (frame: Uint8Array, mtu = 1500) => judged(model({}, 1 << 14, mtu).nic.receive(frame, 0n));

describe("what is for a socket", () => {
  it.each(cornerLengths)("accepts a datagram of %i bytes, tagged or not, with a checksum or without", (length) => {
    const payload = new Prng(length).bytes(length);
    for (const tags of [[], [{ id: 0, priority: 7 }], [{ id: 4095 }]]) {
      for (const checksum of ["good", "none"] as const)
        expect(receive(buildUdp({ ethernet: { tags }, udp: { checksum }, payload }))).toBe("accepted");
    }
  });

  it("accepts frames with and without padding, and with more than there must be", () => {
    for (const padding of [0, 1, 17, 100]) expect(receive(buildUdp({ trailer: new Uint8Array(padding).fill(0xaa) }))).toBe("accepted");
  });

  it("takes no notice of tos, identification, don't fragment and the reserved bit", () => {
    expect(receive(buildUdp({ ipv4: { dscp: 46, ecn: 3, id: 7, dontFragment: true, reserved: true, ttl: 1 } }))).toBe("accepted");
  });
});

describe("what is for a group is a socket's that is bound to it", () => {
  const to = (destination: string, address: string, bound = address): string => {
    const frame = buildUdp({ ethernet: { destination }, ipv4: { destination: address } });
    return judged(model({ local: { address: bound, port: local.port } }).nic.receive(frame, 0n));
  };
  const broadcast = "ff:ff:ff:ff:ff:ff";
  it.each([
    ["224.0.0.251", "01:00:5e:00:00:fb"],
    ["239.255.255.250", "01:00:5e:7f:ff:fa"],
    ["232.130.1.2", "01:00:5e:02:01:02"],
    ["255.255.255.255", broadcast],
    ["10.0.0.255", broadcast],
    ["10.0.0.3", broadcast],
  ])("%s at %s", (address, destination) => {
    expect(to(destination, address)).toBe("accepted");
    expect(to(destination, address, local.address)).toBe("group_mac");
  });
  it.each([
    ["another group's frame", "224.0.0.251", "01:00:5e:00:00:fa"],
    ["a group that is none of IPv4", "224.0.0.251", "01:00:5f:00:00:fb"],
    ["the bit that a group's address does not have", "224.0.0.251", "01:00:5e:80:00:fb"],
    ["a single station's address in a multicast frame", "10.0.0.251", "01:00:5e:00:00:fb"],
    ["a single station's address in a broadcast", "10.0.0.1", broadcast],
    ["a group in a broadcast", "224.0.0.1", broadcast],
  ])("not %s", (_what, address, destination) => expect(to(destination, address)).toBe("group_mac"));
});

describe("what is not plain goes the ordinary way", () => {
  const udp = (fields: Parameters<typeof buildUdp>[0]) => buildUdp(fields);
  const cases: readonly (readonly [OrdinaryReason, string, Uint8Array])[] = [
    ["group_mac", "broadcast", udp({ ethernet: { destination: "ff:ff:ff:ff:ff:ff" } })],
    ["group_mac", "multicast", udp({ ethernet: { destination: "01:00:5e:00:00:01" } })],
    ["other_mac", "another station", udp({ ethernet: { destination: "02:00:00:00:00:03" } })],
    ["not_ipv4", "two tags", udp({ ethernet: { tags: [{ id: 1 }, { id: 2 }] } })],
    ["not_ipv4", "a service tag", udp({ ethernet: { tags: [{ type: 0x88a8, id: 1 }] } })],
    ["not_ipv4", "ARP to us", buildArp({ ethernet: { destination: mac } })],
    ["not_ipv4", "another type", buildEthernet()],
    ["too_short", "less than a header", udp({}).subarray(0, 41)],
    ["too_short", "less than a tagged header", udp({ ethernet: { tags: [{}] } }).subarray(0, 45)],
    ["too_short", "less than Ethernet", udp({}).subarray(0, 13)],
    ["version", "version 6", udp({ ipv4: { version: 6 } })],
    ["options", "options", udp({ ipv4: { options: new Uint8Array(4).fill(1) } })],
    ["options", "a header too short", udp({ ipv4: { ihl: 4 } })],
    ["not_udp", "TCP", buildTcp()],
    ["fragment", "a first fragment", udp({ ipv4: { moreFragments: true } })],
    ["fragment", "a last fragment", udp({ ipv4: { fragmentOffset: 1 } })],
    ["no_slot", "another port", udp({ udp: { destinationPort: 8 } })],
    ["no_slot", "another address", udp({ ipv4: { destination: "10.0.0.9" } })],
    [
      "no_slot",
      "another port, and all sums wrong",
      udp({ ipv4: { checksum: "bad", ttl: 0 }, udp: { destinationPort: 8, checksum: "bad" } }),
    ],
    ["surplus", "bytes beyond the UDP length", udp({ surplus: new Uint8Array(1) })],
    ["surplus", "bytes beyond the UDP length, and its sum wrong", udp({ surplus: new Uint8Array(1), udp: { checksum: "bad" } })],
    ["over_mtu", "one byte over the MTU", udp({ payload: new Uint8Array(1473) })],
  ];
  it.each(cases)("%s: %s", (reason, _what, frame) => expect(receive(frame)).toBe(reason));

  it("every kind that the generator draws", () => {
    const prng = new Prng(5);
    const reasons = new Map(
      ordinaryKinds.map((kind) => [kind, new Set(Array.from({ length: 50 }, () => receive(ordinaryFrame(kind, prng))))]),
    );
    for (const [kind, found] of reasons) expect([...found], kind).not.toContain("accepted");
    expect(reasons.get("fragment")).toEqual(new Set(["fragment"]));
    expect(reasons.get("doubleTag")).toEqual(new Set(["not_ipv4"]));
  });

  it("and frames longer than the MTU allows are lost", () => {
    expect(receive(buildUdp({ payload: new Uint8Array(1476) }))).toBe("over_mtu");
    expect(receive(buildUdp({ payload: new Uint8Array(1477) }))).toBe("oversize");
    expect(receive(buildUdp({ payload: new Uint8Array(8972) }), 9000)).toBe("accepted");
    expect(receive(buildUdp({ ethernet: { tags: [{}] }, payload: new Uint8Array(1472) }))).toBe("accepted");
  });
});

describe("what is broken is dropped by cause", () => {
  const cases: readonly (readonly [DropCause, string, Uint8Array])[] = [
    ["ttl", "no time to live", buildUdp({ ipv4: { ttl: 0 } })],
    ["ip_checksum", "header sum", buildUdp({ ipv4: { checksum: "bad" } })],
    ["ip_length", "total length of 19", buildUdp({ ipv4: { totalLength: 19 } })],
    ["ip_length", "total length of 0", buildUdp({ ipv4: { totalLength: 0 } })],
    ["ip_length", "one byte more than the frame holds", buildUdp({ payload: new Uint8Array(18), ipv4: { totalLength: 47 } })],
    ["udp_length", "no room for a UDP header", buildUdp({ ipv4: { totalLength: 27 } })],
    ["udp_length", "UDP length of 7", buildUdp({ udp: { length: 7 } })],
    ["udp_length", "UDP length of 0", buildUdp({ udp: { length: 0 }, payload: new Uint8Array(4) })],
    ["udp_length", "one byte more than the datagram holds", buildUdp({ udp: { length: 13 }, payload: new Uint8Array(4) })],
    ["udp_checksum", "sum", buildUdp({ udp: { checksum: "bad" } })],
    ["udp_checksum", "odd length", buildUdp({ udp: { checksum: "bad" }, payload: new Uint8Array(3) })],
  ];
  it.each(cases)("%s: %s", (cause, _what, frame) => expect(receive(frame)).toBe(cause));

  it("has the causes of the hardware, and of several faults the first counts", () => {
    expect(dropCauses).toEqual(hardwareCauses);
    expect(dropCauses).toEqual(["ttl", "ip_checksum", "ip_length", "udp_length", "udp_checksum", "ring_full", "dma_error"]);
    const all = { ipv4: { ttl: 0, checksum: "bad", totalLength: 1 }, udp: { length: 1, checksum: "bad" } } as const;
    expect(receive(buildUdp(all))).toBe("ttl");
    expect(receive(buildUdp({ ...all, ipv4: { ...all.ipv4, ttl: 1 } }))).toBe("ip_checksum");
    expect(receive(buildUdp({ ...all, ipv4: { totalLength: 1 } }))).toBe("ip_length");
    expect(receive(buildUdp({ udp: all.udp }))).toBe("udp_length");
  });

  const causes: Readonly<Record<DefectName, string>> = {
    ipv4Checksum: "ip_checksum",
    ipv4Version: "version",
    ipv4ShortHeader: "options",
    ipv4LengthLong: "ip_length",
    ipv4LengthShort: "ip_length",
    ipv4TtlZero: "ttl",
    udpLengthShort: "udp_length",
    udpLengthLong: "udp_length",
    udpSurplus: "surplus",
    udpChecksum: "udp_checksum",
    bitFlip: "udp_checksum",
    cutPayload: "ip_length",
    cutHeader: "too_short",
  };
  it.each(Object.entries(causes) as [DefectName, string][])("defect %s: %s, without a trace in memory", (name, cause) => {
    const prng = new Prng(6);
    for (let index = 0; index < 60; index++) {
      const { nic, memory, ring } = model({}, 1 << 14);
      // Surplus and MTU meet where a datagram of 1472 bytes grows.
      const fields = randomUdp(prng, { maxPayload: 1400 });
      const verdict = nic.receive(breakFrame(name, fields, prng), 0n);
      expect(judged(verdict)).toBe(cause);
      expect(nic.slot(0)).toMatchObject({ tail: 0, drops: verdict.class === "dropped" ? 1 : 0 });
      expect(memory.read(ring.base, ring.size).every((byte) => byte === 0)).toBe(true);
    }
  });
});

describe("matching", () => {
  const ring = (index: number) => ({ base: base + index * 0x2000, size: 4096 });
  const match = (slots: readonly (Partial<SlotSettings> | null)[], frame = buildUdp()) => {
    const nic = new NicModel({ mac }, arrayMemory(new Uint8Array(1 << 17), base));
    for (const [index, slot] of slots.entries()) {
      if (slot !== null) nic.enable(index, { local, framing: "stream", receive: ring(index), ...slot });
    }
    const verdict = nic.receive.receive(frame, 0n);
    return verdict.class === "accepted" ? verdict.slot : judged(verdict);
  };

  it("prefers the whole four-tuple to the local endpoint, then the lowest slot", () => {
    expect(match([{}, { remote: peer }])).toBe(1);
    expect(match([{ remote: peer }, { remote: peer }, {}])).toBe(0);
    expect(match([null, {}, {}])).toBe(1);
  });

  it("keeps a connected slot to its remote", () => {
    const stranger = { ...peer, port: 1 };
    expect(match([{ remote: stranger }])).toBe("no_slot");
    expect(match([{ remote: { ...peer, address: "10.0.0.3" } }, {}])).toBe(1);
    expect(match([{ remote: stranger, connected: false }])).toBe(0);
  });

  it("passes over slots whose receive ring is off", () => {
    for (const receive of [
      { base, size: 0 },
      { base, size: 32 },
      { base, size: 4095 },
      { base: base + 32, size: 4096 },
    ]) {
      expect(match([{ receive }])).toBe("no_slot");
      expect(match([{ receive }, {}])).toBe(1);
    }
  });

  it("says what is wrong with a slot", () => {
    expect(() => match([{ connected: true }])).toThrow("slot 0: connected to nobody: set a remote");
    expect(() => match([{ local: { ...local, port: 65_536 } }])).toThrow("slot 0: local port 65536 is not from 0 to 65535");
    expect(() => match([{ local: { address: "here", port: 1 } }])).toThrow('"here" is not an IPv4 address');
    expect(() => model().nic.slot(1)).toThrow("slot 1 is not enabled");
  });

  it("disabled slots match nothing, and come back empty", () => {
    const { nic } = model();
    expect(judged(nic.receive(buildUdp({ payload: new Uint8Array(5) }), 0n))).toBe("accepted");
    nic.disable(0);
    expect(judged(nic.receive(buildUdp(), 0n))).toBe("no_slot");
    nic.enable(0, { local, framing: "stream", receive: { base, size: 4096 } });
    expect(nic.slot(0)).toEqual({ head: 0, tail: 0, drops: 0, stopped: false });
  });
});

describe("placing", () => {
  it("keeps one byte free: 63 of 64 fit", () => {
    const { nic } = model({}, 64);
    expect(judged(nic.receive(buildUdp({ payload: new Uint8Array(64) }), 0n))).toBe("ring_full");
    expect(judged(nic.receive(buildUdp({ payload: new Uint8Array(63) }), 0n))).toBe("accepted");
    expect(judged(nic.receive(buildUdp({ payload: new Uint8Array(1) }), 0n))).toBe("ring_full");
    expect(judged(nic.receive(buildUdp(), 0n))).toBe("accepted");
    nic.consume(0, 1);
    expect(judged(nic.receive(buildUdp({ payload: new Uint8Array(1) }), 0n))).toBe("accepted");
    expect(nic.slot(0)).toEqual({ head: 1, tail: 0, drops: 2, stopped: false });
  });

  it("a broken datagram needs no room to be counted as broken", () => {
    const { nic } = model({}, 64);
    expect(judged(nic.receive(buildUdp({ payload: new Uint8Array(64), udp: { checksum: "bad" } }), 0n))).toBe("udp_checksum");
  });

  it("refuses heads that software cannot have reached", () => {
    const { nic } = model({}, 64);
    nic.receive(buildUdp({ payload: new Uint8Array(10) }), 0n);
    for (const head of [11, 64, -1]) expect(() => nic.consume(0, head)).toThrow(`slot 0: head ${head} is not between head 0 and tail 10`);
    nic.consume(0, 10);
  });

  it("leaves no trace of frames that were lost on the way", () => {
    const { nic } = model();
    const frame = buildUdp({ payload: new Uint8Array(5) });
    expect(judged(nic.receive(frame, 0n, { overflow: true }))).toBe("overflow");
    expect(judged(nic.receive(frame, 0n, { spoiled: true }))).toBe("spoiled");
    expect(nic.slot(0)).toEqual({ head: 0, tail: 0, drops: 0, stopped: false });
    expect(nic.counters).toMatchObject({ frames: 2, accepted: 0, losses: { overflow: 1, spoiled: 1, oversize: 0 } });
  });

  it("stops a slot when memory fails, until it is enabled anew", () => {
    const { nic } = model();
    const frame = buildUdp({ payload: new Uint8Array(5) });
    expect(judged(nic.receive(frame, 0n, { memoryError: true }))).toBe("dma_error");
    expect(judged(nic.receive(frame, 0n))).toBe("dma_error");
    expect(nic.slot(0)).toEqual({ head: 0, tail: 0, drops: 2, stopped: true });
    nic.enable(0, { local, framing: "stream", receive: { base, size: 4096 } });
    expect(judged(nic.receive(frame, 0n))).toBe("accepted");
  });

  it("writes records that a reader understands", () => {
    const { nic, ring } = model({ framing: "datagram" });
    const payload = new Prng(1).bytes(17);
    const verdict = nic.receive(buildUdp({ payload }), 0x1_0000_0002n);
    expect(verdict).toMatchObject({ class: "accepted", slot: 0, offset: 0, length: 48, tail: 48 });
    expect(Buffer.from(ring.read(0, 16)).toString("hex")).toBe("110050c30200000a0200000001000000");
    expect(decodeDatagramHeader(ring.read(0, 16))).toEqual({ length: 17, peer, timestamp: 0x1_0000_0002n });
    expect(ring.read(16, 17)).toEqual(payload);
    expect([0, 1, 16, 17, 1472].map(recordLength)).toEqual([16, 32, 32, 48, 1488]);
  });
});

describe("properties", () => {
  const traffic = { sockets: [local], peers: [peer, { address: "10.9.8.7", port: 6 }], maxPayload: 300 };
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.record({ do: fc.constant("arrive" as const), fields: udpFields(traffic) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("break" as const), fields: udpFields(traffic) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("read" as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }) },
  );
  const size = fc.constantFrom(64, 256, 1024);

  it("a stream's reader gets the accepted payloads, whole, in order and nothing else", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), size, (steps, ringSize) => {
        const { nic, ring } = model({}, ringSize);
        const sent: number[] = [];
        const got: number[] = [];
        const drain = (share: number) => {
          const { head, tail } = nic.slot(0);
          const length = Math.floor(ring.used(head, tail) * share);
          got.push(...ring.read(head, length));
          nic.consume(0, ring.advance(head, length));
        };
        for (const now of steps) {
          if (now.do === "read") drain(now.share);
          else {
            const { head, tail } = nic.slot(0);
            const free = ring.free(head, tail);
            const frame = build(now.do === "break" ? { ...now.fields, udp: { ...now.fields.udp, checksum: "bad" } } : now.fields);
            const verdict = nic.receive(frame, 0n);
            const length = now.fields.payload.length;
            expect(judged(verdict)).toBe(now.do === "break" ? "udp_checksum" : length > free ? "ring_full" : "accepted");
            if (verdict.class === "accepted") sent.push(...now.fields.payload);
          }
        }
        drain(1);
        expect(got).toEqual(sent);
        const { counters } = nic;
        const drops = Object.values(counters.drops).reduce((sum, count) => sum + count, 0);
        expect(counters.frames).toBe(counters.accepted + counters.ordinary + drops);
        expect(counters.acceptedBytes).toBe(sent.length);
      }),
    );
  });

  it("datagrams keep their boundaries, peers and times", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), size, (steps, ringSize) => {
        const { nic, ring } = model({ framing: "datagram" }, ringSize);
        const sent: unknown[] = [];
        const got: unknown[] = [];
        const drain = (most: number) => {
          let { head, tail } = nic.slot(0);
          for (let count = 0; head !== tail && count < most; count++) {
            const header = decodeDatagramHeader(ring.read(head, datagramHeaderLength));
            got.push({ ...header, payload: ring.read(ring.advance(head, datagramHeaderLength), header.length) });
            head = ring.advance(head, recordLength(header.length));
            nic.consume(0, head);
          }
        };
        for (const [index, now] of steps.entries()) {
          if (now.do === "read") drain(now.share * 4);
          else {
            const frame = build(now.do === "break" ? { ...now.fields, ipv4: { ...now.fields.ipv4, ttl: 0 } } : now.fields);
            const verdict = nic.receive(frame, BigInt(index));
            if (verdict.class !== "accepted") continue;
            expect(verdict.offset % 16).toBe(0);
            const { ipv4, udp, payload } = parse(frame);
            sent.push({
              length: payload.length,
              peer: { address: ipv4?.source, port: udp?.sourcePort },
              timestamp: BigInt(index),
              payload,
            });
          }
        }
        drain(Number.POSITIVE_INFINITY);
        expect(got).toEqual(sent);
      }),
    );
  });

  it("fragments of a datagram all go the ordinary way", () => {
    for (const frame of fragment(parse(buildUdp({ payload: new Uint8Array(1000) })), 256)) expect(receive(frame)).toBe("fragment");
  });

  it("noise never throws and is never accepted", () => {
    const never = { mac, mtu: 1500, match: () => 0 };
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (noise) => {
        const frame = Uint8Array.from([...buildUdp().subarray(0, 14), ...noise]);
        const { class: found } = classify(frame, never);
        expect(["ordinary", "dropped", "lost"]).toContain(found);
      }),
      { numRuns: 500 },
    );
  });
});
