/** The builder and the parser against tshark: fields, lengths and the state of checksums, on valid and broken frames. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { build, type FrameFields } from "#sim/models/packet/build.ts";
import {
  breakFrame,
  buildArp,
  buildUdp,
  cornerLengths,
  type DefectName,
  defectNames,
  etherTypes,
  fragment,
  ordinaryFrame,
  ordinaryKinds,
  Prng,
  parse,
  randomUdp,
  summary,
} from "#sim/models/packet/index.ts";
import { writeCapture } from "#sim/models/pcap/index.ts";
import { scratchFolder, tsharkFields } from "../wireshark.ts";

/** tshark's checksum status numbers. */
const states: Readonly<Record<string, string>> = { "0": "bad", "1": "good", "2": "unverified", "3": "none", "": "" };

const fields = [
  "frame.len",
  "eth.dst",
  "eth.src",
  "vlan.id",
  "ip.src",
  "ip.dst",
  "ip.ttl",
  "ip.len",
  "ip.id",
  "ip.flags.df",
  "ip.flags.mf",
  "ip.frag_offset",
  "ip.checksum.status",
  "udp.srcport",
  "udp.dstport",
  "udp.length",
  "udp.checksum.status",
  "tcp.dstport",
  "tcp.seq_raw",
  "tcp.checksum.status",
  "icmp.seq",
  "icmp.checksum.status",
  "arp.dst.proto_ipv4",
] as const;

function rowsOf<F extends string>(frames: readonly Uint8Array[], columns: readonly F[]) {
  const file = join(scratchFolder(), "frames.pcap");
  const timed = frames.map((data, index) => ({ data, timestamp: BigInt(index) }));
  writeCapture(file, timed);
  const rows = tsharkFields(file, columns);
  expect(rows).toHaveLength(frames.length);
  return rows;
}

function asTsharkSees(frames: readonly Uint8Array[]) {
  return rowsOf(frames, fields).map((row) =>
    Object.fromEntries(Object.entries(row).map(([key, value]) => [key, key.endsWith("status") ? states[value] : value])),
  );
}

const text = (value: number | string | boolean | undefined) =>
  value === undefined ? "" : String(typeof value === "boolean" ? Number(value) : value);

/** Our reading of a frame in tshark's words. */
function asWeSee(frame: Uint8Array) {
  const { ethernet, arp, ipv4, udp, tcp, icmp, checksums } = parse(frame);
  return {
    "frame.len": text(frame.length),
    "eth.dst": ethernet.destination,
    "eth.src": ethernet.source,
    "vlan.id": text(ethernet.tags.find(({ type }) => type === etherTypes.vlan)?.id),
    "ip.src": text(ipv4?.source),
    "ip.dst": text(ipv4?.destination),
    "ip.ttl": text(ipv4?.ttl),
    "ip.len": text(ipv4?.totalLength),
    "ip.id": ipv4 === undefined ? "" : `0x${ipv4.id.toString(16).padStart(4, "0")}`,
    "ip.flags.df": text(ipv4?.dontFragment),
    "ip.flags.mf": text(ipv4?.moreFragments),
    "ip.frag_offset": text(ipv4?.fragmentOffset),
    "ip.checksum.status": text(checksums.ipv4),
    "udp.srcport": text(udp?.sourcePort),
    "udp.dstport": text(udp?.destinationPort),
    "udp.length": text(udp?.length),
    "udp.checksum.status": text(checksums.udp),
    "tcp.dstport": text(tcp?.destinationPort),
    "tcp.seq_raw": text(tcp?.sequence),
    "tcp.checksum.status": text(checksums.tcp),
    "icmp.seq": text(icmp?.sequence),
    "icmp.checksum.status": text(checksums.icmp),
    "arp.dst.proto_ipv4": text(arp?.targetAddress),
  };
}

/** Ports without a protocol of their own, so that tshark leaves payloads alone. */
const ports = { sourcePort: 40_001, destinationPort: 40_000 };
const traffic = { peers: [{ address: "10.0.0.2", port: 40_001 }], sockets: [{ address: "10.0.0.1", port: 40_000 }], withoutChecksum: 0 };

describe("valid frames", () => {
  it("of every protocol and corner length read the same in tshark", () => {
    const prng = new Prng(1);
    const made: FrameFields[] = cornerLengths.flatMap((length) => {
      const payload = prng.bytes(length);
      return [
        { ipv4: {}, udp: ports, payload },
        { ethernet: { tags: [{ id: 17 }] }, ipv4: { id: 0xbeef, ttl: 1, dontFragment: true }, udp: ports, payload },
        { ipv4: {}, udp: { ...ports, checksum: "none" }, payload },
        { ipv4: { options: new Uint8Array(8).fill(1) }, tcp: { destinationPort: 40_000, sequence: 0xdeadbeef }, payload },
        { ipv4: {}, icmp: { sequence: 77 }, payload },
      ];
    });
    const frames = [...made.map(build), buildArp()];
    expect(asTsharkSees(frames)).toEqual(frames.map(asWeSee));
    for (const frame of frames) expect(parse(frame).problems).toEqual([]);
  });

  it("drawn at random read the same, for the fast path and not", () => {
    const prng = new Prng(2);
    const fast = Array.from({ length: 200 }, () => build(randomUdp(prng, { ...traffic, withoutChecksum: 0.2 })));
    const ordinary = ordinaryKinds.flatMap((kind) => Array.from({ length: 10 }, () => ordinaryFrame(kind, prng, traffic)));
    const frames = [...fast, ...ordinary];
    // The payload of frames that only claim to be IPv6 is noise to tshark too; what it makes of it is its own affair.
    const comparable = frames.filter((frame) => parse(frame).ethernet.etherType !== etherTypes.ipv6);
    expect(asTsharkSees(comparable)).toEqual(comparable.map(asWeSee));
    for (const frame of frames) expect(parse(frame).problems).toEqual([]);
  });

  it("cut into fragments are put together again by tshark", () => {
    const payload = new Prng(3).bytes(3000);
    const whole = buildUdp({ ipv4: { id: 99 }, udp: ports, payload });
    const file = join(scratchFolder(), "fragments.pcap");
    const fragments = fragment(parse(whole), 1480);
    expect(fragments.map(summary)).toEqual([
      "10.0.0.2:40001 > 10.0.0.1:40000 UDP 1472 bytes, fragment at 0+",
      "10.0.0.2 > 10.0.0.1 protocol 17 1480 bytes, fragment at 1480+",
      "10.0.0.2 > 10.0.0.1 protocol 17 48 bytes, fragment at 2960",
    ]);
    writeCapture(
      file,
      fragments.map((data) => ({ data, timestamp: 0n })),
    );
    const last = tsharkFields(file, ["udp.checksum.status", "udp.length", "data.data"], { reassemble: true }).at(-1);
    expect(last).toEqual({ "udp.checksum.status": "1", "udp.length": "3008", "data.data": Buffer.from(payload).toString("hex") });
  });
});

/** What tshark remarks on a frame with the defect, and on no other. */
const remarks: Readonly<Record<DefectName, RegExp | null>> = {
  ipv4Checksum: /^Bad checksum \[should be 0x[0-9a-f]{4}\]$/,
  ipv4Version: /^Bogus IPv4 version/,
  ipv4ShortHeader: /^Bogus IP header length/,
  ipv4LengthLong: /^IPv4 total length exceeds packet length/,
  ipv4LengthShort: /^Bogus IP length$/,
  ipv4TtlZero: /^"Time To Live" only 0$/,
  udpLengthShort: /^Bad length value \d < 8$/,
  udpLengthLong: /^Bad length value \d+ > IP payload length$/,
  // tshark 4.0 does not know RFC 9868.
  udpSurplus: null,
  udpChecksum: /^Bad checksum \[should be 0x[0-9a-f]{4}\]$/,
  bitFlip: /^Bad checksum \[should be 0x[0-9a-f]{4}\]$/,
  cutPayload: /^IPv4 total length exceeds packet length/,
  cutHeader: /^(IPv4 total length exceeds packet length|Malformed Packet)|^$/,
};

describe.each(defectNames)("the defect %s", (name) => {
  const prng = new Prng(4);
  const frames = Array.from({ length: 40 }, () => {
    const fields = randomUdp(prng, traffic);
    return breakFrame(name, { ...fields, ipv4: { ...fields.ipv4, ttl: 64 } }, prng);
  });

  it("is the one thing that tshark remarks", () => {
    const rows = rowsOf(frames, ["_ws.expert.message", "ip.checksum.status", "udp.checksum.status"]);
    const expected = remarks[name];
    for (const row of rows) {
      if (expected === null) expect(row["_ws.expert.message"]).toBe("");
      else expect(row["_ws.expert.message"]).toMatch(expected);
      if (name.startsWith("ipv4") && name !== "ipv4Checksum") expect(row["ip.checksum.status"]).not.toBe("0");
    }
  });

  it("is the one problem that our parser names", () => {
    for (const frame of frames) {
      if (frame.length < 14) expect(summary(frame)).toMatch(/^runt/);
      else if (name !== "cutHeader") expect(parse(frame).problems).toHaveLength(1);
    }
  });
});
