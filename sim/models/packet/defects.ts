/**
 * Frames that are wrong in exactly one way, and that way has a name. Everything else about them is right: lengths and
 * checksums that do not belong to the defect are computed after it.
 */
import { build, concat, spoil } from "./build.ts";
import type { UdpFrameFields } from "./generate.ts";
import { ipv4Layout, udpLayout } from "./headers.ts";
import { parse } from "./parse.ts";
import type { Prng } from "./prng.ts";

type Break = (fields: UdpFrameFields, prng: Prng) => Uint8Array;

const headersLength = ({ ethernet }: UdpFrameFields) => 14 + 4 * (ethernet.tags?.length ?? 0);
const withIpv4 = (fields: UdpFrameFields, ipv4: UdpFrameFields["ipv4"]) => build({ ...fields, ipv4: { ...fields.ipv4, ...ipv4 } });
const withUdp = (fields: UdpFrameFields, udp: UdpFrameFields["udp"]) => build({ ...fields, udp: { ...fields.udp, ...udp } });

/** How a UDP frame can be broken. Each takes the fields of a valid frame. */
export const defects = {
  /** The IPv4 header checksum is wrong. */
  ipv4Checksum: (fields) => withIpv4(fields, { checksum: "bad" }),
  /** The IPv4 version is not 4 although the Ethernet type says IPv4. */
  ipv4Version: (fields, prng) => withIpv4(fields, { version: prng.pick([0, 5, 6, 15]) }),
  /** The IPv4 header claims fewer than five words. */
  ipv4ShortHeader: (fields, prng) => withIpv4(fields, { ihl: prng.integer(0, 4) }),
  /** The IPv4 total length is more than the frame holds. */
  ipv4LengthLong: (fields, prng) => {
    const held = build(fields).length - headersLength(fields);
    return withIpv4(fields, { totalLength: held + prng.integer(1, 100) });
  },
  /** The IPv4 total length is less than its own header. */
  ipv4LengthShort: (fields, prng) => withIpv4(fields, { totalLength: prng.integer(0, ipv4Layout.length - 1) }),
  /** A router should have dropped it. */
  ipv4TtlZero: (fields) => withIpv4(fields, { ttl: 0 }),
  /** The UDP length is less than its own header. */
  udpLengthShort: (fields, prng) => withUdp(fields, { length: prng.integer(0, udpLayout.length - 1) }),
  /** The UDP length is more than the IPv4 datagram holds. */
  udpLengthLong: (fields, prng) => withUdp(fields, { length: udpLayout.length + fields.payload.length + prng.integer(1, 100) }),
  /** The IPv4 datagram goes on after the UDP length (RFC 9868's surplus area). */
  udpSurplus: (fields, prng) => build({ ...fields, surplus: prng.bytes(prng.integer(1, 32)) }),
  /** The UDP checksum field is wrong. */
  udpChecksum: (fields) => withUdp(fields, { checksum: "bad" }),
  /** One bit changed on the way: of the payload, or of the UDP checksum when there is no payload. */
  bitFlip: (fields, prng) => {
    const frame = withUdp(fields, { checksum: "good" });
    const { udp, payload } = parse(frame);
    if (payload.length === 0) return withUdp(fields, { checksum: spoil(udp?.checksum ?? 0) });
    const at = payload.byteOffset - frame.byteOffset + prng.integer(0, payload.length - 1);
    frame[at] = (frame[at] ?? 0) ^ (1 << prng.integer(0, 7));
    return frame;
  },
  /** The frame ends before its datagram does, in the payload or in front of it but after the UDP header. */
  cutPayload: (fields, prng) => {
    const whole = build({ ...fields, payload: concat(fields.payload, prng.bytes(1)), trailer: new Uint8Array(0) });
    const headers = headersLength(fields) + ipv4Layout.length + udpLayout.length;
    return whole.slice(0, prng.integer(headers, whole.length - 1));
  },
  /** The frame ends within its headers. */
  cutHeader: (fields, prng) => build(fields).slice(0, prng.integer(1, headersLength(fields) + ipv4Layout.length + udpLayout.length - 1)),
} as const satisfies Record<string, Break>;

export type DefectName = keyof typeof defects;
export const defectNames = Object.keys(defects) as DefectName[];

/** The frame with these fields, broken in the named way; `prng` chooses how much. */
export const breakFrame = (name: DefectName, fields: UdpFrameFields, prng: Prng): Uint8Array => defects[name](fields, prng);
