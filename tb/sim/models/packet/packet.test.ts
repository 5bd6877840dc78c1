/** Frames: known bytes, round trips, overrides, defects, dumps; tshark judges them in `tshark.test.ts`. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { brokenFrame, validFrame } from "#sim/models/packet/arbitraries.ts";
import { spoil } from "#sim/models/packet/build.ts";
import {
  build,
  buildArp,
  buildEthernet,
  buildIcmp,
  buildTcp,
  buildUdp,
  defaults,
  dump,
  fragment,
  internetChecksum,
  ipv4Number,
  isGroupMac,
  macNumber,
  onesComplementSum,
  Prng,
  parse,
  summary,
} from "#sim/models/packet/index.ts";

const bytes = (hex: string) => Uint8Array.from(hex.match(/../g)?.map((pair) => Number.parseInt(pair, 16)) ?? []);
const hexOf = (data: Uint8Array) => Buffer.from(data).toString("hex");
const ascii = (text: string) => new TextEncoder().encode(text);

describe("checksums", () => {
  it("sums RFC 1071's own example", () => {
    expect(onesComplementSum(bytes("0001f203f4f5f6f7"))).toBe(0xddf2);
    expect(internetChecksum(bytes("0001f203f4f5f6f7"))).toBe(0x220d);
  });

  it("takes an odd last byte as the high half of a word", () => {
    expect(onesComplementSum(bytes("01"))).toBe(0x0100);
    expect(onesComplementSum(bytes("ffff01"))).toBe(0x0100);
  });

  it("is not changed by the order of words (RFC 1071, section 2)", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0xffff })), (words) => {
        const pack = (list: readonly number[]) => Uint8Array.from(list.flatMap((word) => [word >> 8, word & 0xff]));
        expect(onesComplementSum(pack(words))).toBe(onesComplementSum(pack([...words].reverse())));
      }),
    );
  });

  it("is spoilt to something that no reading accepts", () => {
    for (const good of [0x0000, 0x0100, 0x1234, 0xfeff, 0xffff]) {
      expect(spoil(good)).not.toBe(0);
      expect(spoil(good) % 0xffff).not.toBe(good % 0xffff);
    }
  });
});

describe("building", () => {
  it("gives the bytes that the RFCs draw", () => {
    const frame = buildUdp({ ipv4: { id: 0x1234 }, payload: ascii("accio") });
    expect(hexOf(frame)).toBe(
      [
        "020000000001020000000002",
        "0800",
        "4500002112340000401154960a0000020a000001",
        "c3500007000d",
        "f4ac",
        "616363696f",
        "00".repeat(13),
      ].join(""),
    );
  });

  it("puts an 802.1Q tag in front of the type", () => {
    const frame = buildUdp({ ethernet: { tags: [{ id: 0xabc, priority: 5, dropEligible: true }] } });
    expect(hexOf(frame.subarray(12, 18))).toBe("8100babc0800");
  });

  it("sends a UDP sum of zero as all ones", () => {
    // Chosen so that everything else sums to 0xffff.
    const zeroSum = buildUdp({ udp: { checksum: 0 }, payload: new Uint8Array(2) });
    const rest = parse(buildUdp({ payload: new Uint8Array(2) })).udp?.checksum ?? 0;
    const payload = Uint8Array.of(rest >> 8, rest & 0xff);
    const parsed = parse(buildUdp({ payload }));
    expect(parsed.udp?.checksum).toBe(0xffff);
    expect(parsed.checksums.udp).toBe("good");
    expect(parse(zeroSum).checksums.udp).toBe("none");
  });

  it("pads to 60 bytes, or as the trailer says", () => {
    expect(buildUdp()).toHaveLength(60);
    expect(buildUdp({ trailer: new Uint8Array(0) })).toHaveLength(42);
    expect(buildUdp({ payload: new Uint8Array(18) })).toHaveLength(60);
    expect(buildUdp({ payload: new Uint8Array(19) })).toHaveLength(61);
    expect(buildEthernet({ payload: new Uint8Array(3) })).toHaveLength(60);
  });

  it("refuses what does not fit, by field", () => {
    expect(() => buildUdp({ ipv4: { ttl: 256 } })).toThrow("ipv4.ttl: 256 does not fit in 8 bits");
    expect(() => buildUdp({ udp: { sourcePort: -1 } })).toThrow("udp.sourcePort: -1 does not fit in 16 bits");
    expect(() => buildUdp({ ipv4: { source: "10.0.0.256" } })).toThrow('"10.0.0.256" is not an IPv4 address such as 10.0.0.1');
    expect(() => buildUdp({ ethernet: { source: "2:0:0:0:0:1" } })).toThrow('"2:0:0:0:0:1" is not a MAC address such as 02:00:00:00:00:01');
    expect(() => buildUdp({ ethernet: { tags: [{ id: 4096 }] } })).toThrow("tag.id: 4096 does not fit in 12 bits");
  });

  it("overrides every field of every header, and nothing else moves", () => {
    const ipv4 = {
      version: 5,
      ihl: 6,
      dscp: 46,
      ecn: 3,
      totalLength: 77,
      id: 0xfedc,
      reserved: true,
      dontFragment: true,
      moreFragments: true,
      fragmentOffset: 8191,
      ttl: 1,
      protocol: 99,
      checksum: 0x5555,
      source: "1.2.3.4",
      destination: "5.6.7.8",
    };
    const udp = { sourcePort: 1, destinationPort: 2, length: 3, checksum: 4 };
    expect(hexOf(buildUdp({ ipv4, udp, payload: ascii("x"), trailer: new Uint8Array(0) }).subarray(14))).toBe(
      `56bb004dfedcffff0163555501020304050607080001000200030004${hexOf(ascii("x"))}`,
    );
    const arp = {
      hardwareType: 6,
      protocolType: 0x86dd,
      hardwareLength: 8,
      protocolLength: 16,
      operation: 2,
      senderMac: "aa:aa:aa:aa:aa:aa",
    };
    expect(parse(buildArp({ arp })).arp).toMatchObject(arp);
    const tcp = { dataOffset: 5, reserved: 15, cwr: true, fin: true, syn: false, window: 1, urgentPointer: 2, checksum: 3 };
    expect(parse(buildTcp({ tcp })).tcp).toMatchObject(tcp);
    expect(parse(buildIcmp({ icmp: { type: 3, code: 4, identifier: 5, sequence: 6, checksum: 7 } })).icmp).toEqual({
      type: 3,
      code: 4,
      identifier: 5,
      sequence: 6,
      checksum: 7,
    });
  });
});

describe("parsing", () => {
  it("names the layers of a frame", () => {
    const frame = buildUdp({ ethernet: { tags: [{ id: 5 }] }, payload: ascii("hello") });
    const { ethernet, ipv4, udp, payload, trailer, checksums, problems, arp, tcp } = parse(frame);
    expect(ethernet).toEqual({
      destination: defaults.deviceMac,
      source: defaults.peerMac,
      etherType: 0x0800,
      tags: [{ type: 0x8100, priority: 0, dropEligible: false, id: 5 }],
    });
    expect(ipv4).toMatchObject({ version: 4, ihl: 5, totalLength: 33, ttl: 64, source: "10.0.0.2", destination: "10.0.0.1" });
    expect(udp).toMatchObject({ sourcePort: 50_000, destinationPort: 7, length: 13 });
    expect(new TextDecoder().decode(payload)).toBe("hello");
    expect(trailer).toHaveLength(9);
    expect(checksums).toEqual({ ipv4: "good", udp: "good" });
    expect(problems).toEqual([]);
    expect(arp ?? tcp).toBeUndefined();
  });

  it("gives back every byte of any valid frame", () => {
    fc.assert(
      fc.property(validFrame(), (frame) => {
        expect(build(parse(frame))).toEqual(frame);
      }),
      { numRuns: 300 },
    );
  });

  it("gives back every byte of any broken frame", () => {
    const wholeHeaders = brokenFrame().filter(({ frame }) => frame.length >= 14);
    fc.assert(
      fc.property(wholeHeaders, ({ frame }) => {
        expect(build(parse(frame))).toEqual(frame);
      }),
      { numRuns: 300 },
    );
  });

  it("gives back every byte of noise behind any type", () => {
    const noise = fc.record({
      type: fc.constantFrom("0800", "0806", "8100", "88a80001", "810000018100", "81000001080045", "08004500", "1234"),
      rest: fc.uint8Array({ maxLength: 120 }),
    });
    fc.assert(
      fc.property(noise, ({ type, rest }) => {
        const frame = Uint8Array.from([...bytes("020000000001020000000002"), ...bytes(type), ...rest]);
        expect(build(parse(frame))).toEqual(frame);
        expect(dump(frame)).toContain(summary(frame));
      }),
      { numRuns: 1000 },
    );
  });

  it("refuses less than an Ethernet header", () => {
    expect(() => parse(new Uint8Array(13))).toThrow("13 bytes are shorter than an Ethernet header (14)");
  });

  it("does not judge the sum of a fragment", () => {
    const [first, second] = fragment(parse(buildUdp({ payload: new Uint8Array(100) })), 80).map((frame) => parse(frame));
    expect(first?.checksums.udp).toBe("unverified");
    expect(second?.udp).toBeUndefined();
    expect([first?.problems, second?.problems]).toEqual([[], []]);
    expect(() => fragment(parse(buildUdp()), 9)).toThrow("fragment: size 9 is not a positive multiple of 8");
    expect(() => fragment(parse(buildArp()), 8)).toThrow("fragment: the frame is not IPv4");
  });
});

describe("printing", () => {
  it.each([
    [buildUdp({ payload: new Uint8Array(64) }), "10.0.0.2:50000 > 10.0.0.1:7 UDP 64 bytes"],
    [buildUdp({ ethernet: { tags: [{ id: 9 }] }, payload: new Uint8Array(1) }), "vlan 9 10.0.0.2:50000 > 10.0.0.1:7 UDP 1 byte"],
    [
      buildUdp({ ipv4: { ttl: 0, checksum: 1 } }),
      "10.0.0.2:50000 > 10.0.0.1:7 UDP 0 bytes; ipv4: checksum 0x0001 should be 0xa6cf; ipv4: time to live is 0",
    ],
    [buildTcp({ tcp: { ack: true } }), "10.0.0.2:50000 > 10.0.0.1:7 TCP syn ack 0 bytes"],
    [buildIcmp({ icmp: { sequence: 3 } }), "10.0.0.2 > 10.0.0.1 ICMP echo request 3, 0 bytes"],
    [buildIcmp({ icmp: { type: 3, code: 1 } }), "10.0.0.2 > 10.0.0.1 ICMP type 3 code 1 0 bytes"],
    [buildArp(), "ARP who has 10.0.0.1? tell 10.0.0.2"],
    [buildArp({ arp: { operation: 2 } }), "ARP 10.0.0.2 is at 02:00:00:00:00:02"],
    [buildEthernet(), "02:00:00:00:00:02 > 02:00:00:00:00:01 type 0x88b5 60 bytes"],
    [new Uint8Array(1), "runt of 1 byte"],
  ])("frame %# in one line", (frame, line) => expect(summary(frame)).toBe(line));

  it("a frame field by field", () => {
    const frame = buildUdp({ ethernet: { tags: [{ id: 5 }] }, udp: { checksum: "bad" }, payload: ascii("hello world, hello accio") });
    expect(dump(frame)).toBe(
      `
vlan 5 10.0.0.2:50000 > 10.0.0.1:7 UDP 24 bytes; udp: checksum 0xb7e1 should be 0xb6e1
0000  02 00 00 00 00 01                                ethernet.destination  02:00:00:00:00:01
0006  02 00 00 00 00 02                                ethernet.source       02:00:00:00:00:02
000c  81 00                                            tag.type              0x8100
000e  00 05                                            tag                   priority 0, dropEligible 0, id 5
0010  08 00                                            ethernet.etherType    0x0800
0012  45                                               ipv4                  version 4, ihl 5
0013  00                                               ipv4                  dscp 0, ecn 0
0014  00 34                                            ipv4.totalLength      52
0016  00 00                                            ipv4.id               0x0000
0018  00 00                                            ipv4                  reserved 0, dontFragment 0, moreFragments 0, fragmentOffset 0
001a  40                                               ipv4.ttl              64
001b  11                                               ipv4.protocol         17
001c  66 b7                                            ipv4.checksum         0x66b7
001e  0a 00 00 02                                      ipv4.source           10.0.0.2
0022  0a 00 00 01                                      ipv4.destination      10.0.0.1
0026  c3 50                                            udp.sourcePort        50000
0028  00 07                                            udp.destinationPort   7
002a  00 20                                            udp.length            32
002c  b7 e1                                            udp.checksum          0xb7e1
002e  68 65 6c 6c 6f 20 77 6f 72 6c 64 2c 20 68 65 6c  payload               hello world, hel
003e  6c 6f 20 61 63 63 69 6f                                                lo accio
!  udp: checksum 0xb7e1 should be 0xb6e1
`.trimStart(),
    );
  });
});

describe("addresses", () => {
  it("between text and number", () => {
    expect(ipv4Number("10.0.0.1")).toBe(0x0a000001);
    expect(macNumber("02:00:00:00:00:ff")).toBe(0x0200000000ff);
    for (const bad of ["", "1.2.3", "1.2.3.4.5", "1.2.3.999", "a.b.c.d", " 1.2.3.4"])
      expect(() => ipv4Number(bad)).toThrow("is not an IPv4 address");
  });

  it("of groups have the lowest bit of the first byte", () => {
    expect(["ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01", "02:00:00:00:00:01", "00:00:00:00:00:00"].map(isGroupMac)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

describe("random numbers", () => {
  it("repeat with the seed and differ without", () => {
    const draw = (seed: number) =>
      Array.from(
        { length: 8 },
        (
          (prng) => () =>
            prng.word()
        )(new Prng(seed)),
      );
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
    expect(() => new Prng(0.5)).toThrow("seed 0.5 is not an integer");
  });

  it("lie in their range, both ends included, and evenly", () => {
    const prng = new Prng(1);
    const counts = new Map<number, number>();
    for (let index = 0; index < 30_000; index++) {
      const value = prng.integer(-1, 1);
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual([-1, 0, 1]);
    for (const count of counts.values()) expect(Math.abs(count - 10_000)).toBeLessThan(500);
    expect(() => prng.integer(1, 0)).toThrow("no integers from 1 to 0");
    expect(() => prng.pick([])).toThrow("nothing to pick from");
  });
});
