/** Captures that cannot be used: what, in which packet, at which byte, and what to do about it. */
import { describe, expect, it } from "vitest";
import { buildUdp } from "#sim/models/packet/index.ts";
import { arraySource, Capture, CaptureError, type CaptureOptions } from "#sim/models/pcap/index.ts";
import { type ByteOrder, block, description, enhanced, join, option, pcap, section, simple, u8, u16, u32 } from "./handmade.ts";

const frame = buildUdp();
const packet = { seconds: 0, fraction: 0, data: frame };
const read = (bytes: Uint8Array, options?: CaptureOptions) => [...new Capture(arraySource(bytes, "in.pcap"), options)];
const bytes = (...values: number[]) => join(Uint8Array.from(values), new Uint8Array(20));

/** A three-packet capture of either format, and where its records begin and end. */
const formats = {
  pcap: (order: ByteOrder) => {
    const whole = pcap(order, [packet, packet, packet]);
    return { whole, starts: [24, 100, 176, 252], header: 24 };
  },
  pcapng: (order: ByteOrder) => {
    const head = join(section(order), description(order));
    const whole = join(head, ...[1, 2, 3].map(() => enhanced(order, frame)));
    return { whole, starts: [0, 1, 2, 3].map((count) => head.length + count * 92), header: head.length };
  },
};

describe.each(["pcap", "pcapng"] as const)("a truncated %s", (format) => {
  it.each(["little", "big"] as const)("names packet and byte at whichever byte it ends (%s-endian)", (order) => {
    const { whole, starts, header } = formats[format](order);
    expect(whole).toHaveLength(starts.at(-1) ?? 0);
    for (let length = header + 1; length < whole.length; length++) {
      const got: number[] = [];
      const readAll = () => {
        for (const { number } of new Capture(arraySource(whole.subarray(0, length), "in.pcap"))) got.push(number);
      };
      const complete = starts.filter((start) => start <= length).length - 1;
      if (starts.includes(length)) {
        readAll();
      } else {
        expect(readAll).toThrow(CaptureError);
        got.length = 0;
        try {
          readAll();
        } catch (error) {
          const { place, message } = error as CaptureError;
          expect(place).toEqual({ file: "in.pcap", packet: complete + 1, offset: starts[complete] });
          expect(message).toMatch(/^truncated capture: \d+ bytes needed, \d+ left: in\.pcap, packet \d, byte \d+: capture it again/);
        }
      }
      expect(got).toEqual([1, 2, 3].slice(0, complete));
    }
  });
});

describe("not a capture", () => {
  it.each([
    [new Uint8Array(0), "empty file: in.pcap, byte 0: a capture begins with a pcap or pcapng header"],
    [bytes(0x1f, 0x8b, 8), "not a pcap or pcapng file (it begins with 1f 8b 08 00, gzip): in.pcap, byte 0: unpack it first (gunzip)"],
    [bytes(0x50, 0x4b, 3, 4), "not a pcap or pcapng file (it begins with 50 4b 03 04, zip): in.pcap, byte 0: unpack it first (unzip)"],
    [
      bytes(0xa1, 0xb2, 0xcd, 0x34),
      "not a pcap or pcapng file (it begins with a1 b2 cd 34, Kuznetzov's modified pcap): in.pcap, byte 0: convert it first (editcap -F nsecpcap)",
    ],
    [
      new TextEncoder().encode("hello world, a text"),
      "not a pcap or pcapng file (it begins with 68 65 6c 6c): in.pcap, byte 0: give a capture of tcpdump, dumpcap or Wireshark",
    ],
    [Uint8Array.of(7), "not a pcap or pcapng file (it begins with 07): in.pcap, byte 0: give a capture of tcpdump, dumpcap or Wireshark"],
    [pcap("big", []).subarray(0, 23), "truncated capture: 24 bytes needed, 23 left: in.pcap, byte 0: capture it again"],
    [pcap("little", [], { major: 3 }), "pcap version 3.4: in.pcap, byte 4: only 2.x is known: convert it (editcap -F nsecpcap)"],
    [section("big", [], 2), "pcapng version 2: in.pcap, packet 1, byte 0: only version 1 is known: convert it (editcap -F nsecpcap)"],
  ])("%#", (content, message) => {
    expect(() => read(content)).toThrow(CaptureError);
    expect(() => read(content)).toThrow(message);
  });
});

describe("packets that cannot be replayed", () => {
  it.each([
    [113, "link type 113 LINUX_SLL (Linux cooked, from the interface any)"],
    [101, "link type 101 RAW (IP without a link layer)"],
    [999, "link type 999 unknown"],
  ])("of link type %i", (link, what) => {
    const remedy = "only Ethernet (1) can be replayed: capture on one Ethernet interface";
    expect(() => read(pcap("little", [packet], { link }))).toThrow(`${what}: in.pcap, packet 1, byte 24: ${remedy}`);
    const mixed = join(
      section("big"),
      description("big"),
      description("big", { link }),
      enhanced("big", frame),
      enhanced("big", frame, { id: 1 }),
    );
    expect(() => read(mixed)).toThrow(`${what}: in.pcap, packet 2, byte 160: ${remedy}`);
  });

  it("cut by the snap length", () => {
    const message = "packet cut to 60 of its 1514 bytes: in.pcap, packet 2, byte 100: capture whole packets (tcpdump -s 0)";
    const cut = pcap("little", [packet, { ...packet, originalLength: 1514 }]);
    expect(() => read(cut)).toThrow(message);
    expect(read(cut, { allowCut: true })).toHaveLength(2);
    const simpleCut = join(section("little"), description("little", { snap: 60 }), simple("little", frame, 99));
    expect(() => read(simpleCut)).toThrow("packet cut to 60 of its 99 bytes");
  });

  it("longer than the MTU allows", () => {
    const long = pcap("little", [packet, { ...packet, data: new Uint8Array(1523) }]);
    expect(read(long, { maxFrame: 1523 })).toHaveLength(2);
    expect(() => read(long, { maxFrame: 1522 })).toThrow(
      "frame of 1523 bytes is longer than the 1522 that the MTU allows: in.pcap, packet 2, byte 100: raise the MTU",
    );
  });

  it("of no bytes at all", () => {
    expect(() => read(pcap("little", [{ ...packet, data: new Uint8Array(0) }]))).toThrow(
      "packet without bytes: in.pcap, packet 1, byte 24: nothing can be sent for it: take it out (editcap IN OUT NUMBER)",
    );
  });
});

describe("damage", () => {
  const head = (order: ByteOrder) => join(section(order), description(order));
  it.each([
    [
      join(pcap("little", [packet]), new Uint8Array(8), Uint8Array.of(0, 0, 0, 0x10), new Uint8Array(90)),
      "length of 268435456 bytes (more than 262144): the file is damaged here: in.pcap, packet 2, byte 100",
    ],
    [
      join(head("big"), block("big", 6, [u32(0), u32(0), u32(0), u32(0x0fff_ffff), u32(60), frame])),
      "length of 268435455 bytes (more than 262144): the file is damaged here: in.pcap, packet 1, byte 48",
    ],
    [
      join(head("big"), block("big", 6, [u32(0), u32(0), u32(0), u32(64), u32(64), frame])),
      "packet of 64 bytes in a block of 92: the file is damaged here: in.pcap, packet 1, byte 48",
    ],
    [join(head("big"), block("big", 6, [u32(0)])), "block of 16 bytes, too short for its kind: the file is damaged here"],
    [join(head("big"), enhanced("big", frame, { id: 1 })), "packet of interface 1, the section describes 1: the file is damaged here"],
    [
      join(section("big"), simple("big", frame)),
      "packet of interface 0, the section describes 0: the file is damaged here: in.pcap, packet 1, byte 28",
    ],
    [
      join(head("big"), enhanced("big", frame), block("big", 5, [u32(0)], 20)),
      "block whose two lengths differ (16, 20): the file is damaged here: in.pcap, packet 2, byte 140",
    ],
    [
      join(head("big"), Uint8Array.of(0, 0, 0, 5, 0, 0, 0, 13), new Uint8Array(40)),
      "block of 13 bytes: the file is damaged here: in.pcap, packet 1, byte 48",
    ],
    [join(head("big"), Uint8Array.of(0, 0, 0, 5, 1, 0, 0, 4), new Uint8Array(40)), "block of 16777220 bytes: the file is damaged here"],
    [
      join(section("big"), description("big", { options: [u16(9), u16(8), u8(6), u8(0), u16(0)] })),
      "option 9 of 8 bytes beyond the end of its block: the file is damaged here: in.pcap, packet 1, byte 28",
    ],
    [
      join(head("big"), block("little", 0x0a0d0d0a, [u32(0x4444_4444), u16(1), u16(0), u32(0), u32(0)])),
      "section without a byte order mark: the file is damaged here",
    ],
    [join(section("big"), description("big", { options: option(9, 1, u8(200)) }), enhanced("big", frame, { ticks: 1n << 63n })), null],
  ])("%#", (content, message) => {
    if (message === null) expect(read(content)).toHaveLength(1);
    else expect(() => read(content)).toThrow(message);
  });
});
