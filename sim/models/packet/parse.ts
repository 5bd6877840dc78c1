/**
 * Frames into named layers. Nothing is thrown away and nothing is corrected: `build(parse(frame))` gives the same bytes,
 * broken frames included; what is wrong with a frame stands in `problems`.
 */
import { internetChecksum, onesComplementSum, pseudoHeaderSum } from "./checksum.ts";
import {
  arpLayout,
  type Ethernet,
  etherTypeLayout,
  etherTypes,
  type Ipv4,
  icmpLayout,
  ipv4Layout,
  type Layers,
  macPairLayout,
  protocols,
  type Tag,
  tagLayout,
  tcpLayout,
  udpLayout,
} from "./headers.ts";

/** `none`: UDP without a checksum; `unverified`: a fragment or a cut frame, where the sum cannot be formed. */
export type ChecksumState = "good" | "bad" | "none" | "unverified";
type Summed = "ipv4" | "udp" | "icmp" | "tcp";

export interface ParsedFrame extends Layers {
  readonly checksums: { readonly [K in Summed]?: ChecksumState };
  /** What a strict reader objects to, in wire order: "ipv4: checksum 0x1234 should be 0x4321". */
  readonly problems: readonly string[];
}

const none = new Uint8Array(0);
const shortest = macPairLayout.length + etherTypeLayout.length;

/** Reads a frame (without its check sequence). Throws a `RangeError` only when it is shorter than an Ethernet header. */
export function parse(frame: Uint8Array): ParsedFrame {
  if (frame.length < shortest) throw new RangeError(`${frame.length} bytes are shorter than an Ethernet header (${shortest})`);
  const findings = new Findings();
  const { ethernet, length } = readEthernet(frame);
  const upper = { payload: none, surplus: none, trailer: none, ...readUpper(ethernet.etherType, frame.subarray(length), findings) };
  return { ethernet, ...upper, checksums: findings.checksums, problems: findings.problems };
}

/** What reading a frame brings to light besides its fields. */
class Findings {
  readonly checksums: { [K in Summed]?: ChecksumState } = {};
  readonly problems: string[] = [];

  /** Judges the checksum field `found`, which lies at byte `at` of the bytes that it covers. */
  verify(layer: Summed, found: number, bytes: Uint8Array, at: number, start = 0): void {
    const good = onesComplementSum(bytes, start) === 0xffff;
    this.checksums[layer] = good ? "good" : "bad";
    if (good) return;
    const blank = bytes.slice().fill(0, at, at + 2);
    const sum = internetChecksum(blank, start);
    this.problems.push(`${layer}: checksum ${hex16(found)} should be ${hex16(layer === "udp" ? sum || 0xffff : sum)}`);
  }
}

const hex16 = (value: number) => `0x${value.toString(16).padStart(4, "0")}`;

function readEthernet(frame: Uint8Array): { readonly ethernet: Ethernet; readonly length: number } {
  const tags: Tag[] = [];
  let offset = macPairLayout.length;
  const typeAt = () => etherTypeLayout.decode(frame, offset).etherType;
  while (
    (typeAt() === etherTypes.vlan || typeAt() === etherTypes.serviceTag) &&
    offset + tagLayout.length + etherTypeLayout.length <= frame.length
  ) {
    tags.push(tagLayout.decode(frame, offset));
    offset += tagLayout.length;
  }
  return { ethernet: { ...macPairLayout.decode(frame, 0), tags, etherType: typeAt() }, length: offset + etherTypeLayout.length };
}

/** @param bytes  everything after the Ethernet header */
function readUpper(etherType: number, bytes: Uint8Array, findings: Findings): Partial<Layers> {
  const layout = etherType === etherTypes.arp ? arpLayout : etherType === etherTypes.ipv4 ? ipv4Layout : null;
  if (layout === null) return { payload: bytes };
  if (!layout.fits(bytes, 0)) {
    findings.problems.push(`${layout.name}: the frame ends in its header`);
    return { payload: bytes };
  }
  return layout === arpLayout ? { arp: arpLayout.decode(bytes, 0), trailer: bytes.subarray(arpLayout.length) } : readIpv4(bytes, findings);
}

function readIpv4(bytes: Uint8Array, findings: Findings): Partial<Layers> {
  const header = ipv4Layout.decode(bytes, 0);
  const headerLength = header.ihl * 4;
  if (header.version !== 4 || header.ihl < 5 || headerLength > bytes.length) {
    findings.problems.push(header.version !== 4 ? `ipv4: version ${header.version}` : `ipv4: header length of ${header.ihl} words`);
    return { ipv4: { ...header, options: none }, payload: bytes.subarray(ipv4Layout.length) };
  }
  const ipv4 = { ...header, options: bytes.subarray(ipv4Layout.length, headerLength) };
  findings.verify("ipv4", header.checksum, bytes.subarray(0, headerLength), 10);
  if (header.ttl === 0) findings.problems.push("ipv4: time to live is 0");
  if (header.totalLength < headerLength) {
    findings.problems.push(`ipv4: total length ${header.totalLength} is shorter than its header`);
    return { ipv4, payload: bytes.subarray(headerLength) };
  }
  const cut = header.totalLength > bytes.length;
  if (cut) findings.problems.push(`ipv4: total length ${header.totalLength}, the frame holds ${bytes.length}`);
  const body = bytes.subarray(headerLength, header.totalLength);
  const upper = header.fragmentOffset > 0 ? { payload: body } : readTransport(ipv4, body, cut || header.moreFragments, findings);
  return { ipv4, ...upper, trailer: bytes.subarray(header.totalLength) };
}

/** @param partial  the body is not all of the datagram: its lengths and checksum cannot be judged */
function readTransport(ip: Ipv4, body: Uint8Array, partial: boolean, findings: Findings): Partial<Layers> {
  const read = { [protocols.udp]: readUdp, [protocols.icmp]: readIcmp, [protocols.tcp]: readTcp }[ip.protocol];
  return read === undefined ? { payload: body } : read(ip, body, partial, findings);
}

const endsInHeader = (layer: string, body: Uint8Array, findings: Findings): Partial<Layers> => {
  findings.problems.push(`${layer}: the datagram ends in its header`);
  return { payload: body };
};

function readUdp(ip: Ipv4, body: Uint8Array, partial: boolean, findings: Findings): Partial<Layers> {
  if (!udpLayout.fits(body, 0)) return endsInHeader("udp", body, findings);
  const udp = udpLayout.decode(body, 0);
  const wrong = udp.length < udpLayout.length || (!partial && udp.length > body.length);
  const end = wrong ? body.length : Math.min(udp.length, body.length);
  if (wrong) findings.problems.push(`udp: length ${udp.length}, the datagram holds ${body.length}`);
  if (end < body.length && !partial) findings.problems.push(`udp: ${body.length - end} bytes beyond its length of ${udp.length}`);
  if (udp.checksum === 0) findings.checksums.udp = "none";
  else if (wrong || partial) findings.checksums.udp = "unverified";
  else
    findings.verify("udp", udp.checksum, body.subarray(0, end), 6, pseudoHeaderSum(ip.source, ip.destination, protocols.udp, udp.length));
  return { udp, payload: body.subarray(udpLayout.length, end), surplus: body.subarray(end) };
}

function readIcmp(_ip: Ipv4, body: Uint8Array, partial: boolean, findings: Findings): Partial<Layers> {
  if (!icmpLayout.fits(body, 0)) return endsInHeader("icmp", body, findings);
  const icmp = icmpLayout.decode(body, 0);
  if (partial) findings.checksums.icmp = "unverified";
  else findings.verify("icmp", icmp.checksum, body, 2);
  return { icmp, payload: body.subarray(icmpLayout.length) };
}

function readTcp(ip: Ipv4, body: Uint8Array, partial: boolean, findings: Findings): Partial<Layers> {
  if (!tcpLayout.fits(body, 0)) return endsInHeader("tcp", body, findings);
  const tcp = tcpLayout.decode(body, 0);
  const headerLength = tcp.dataOffset * 4;
  const readable = tcp.dataOffset >= 5 && headerLength <= body.length;
  if (!readable) findings.problems.push(`tcp: header length of ${tcp.dataOffset} words`);
  if (partial) findings.checksums.tcp = "unverified";
  else findings.verify("tcp", tcp.checksum, body, 16, pseudoHeaderSum(ip.source, ip.destination, protocols.tcp, body.length));
  const end = readable ? headerLength : tcpLayout.length;
  return { tcp: { ...tcp, options: body.subarray(tcpLayout.length, end) }, payload: body.subarray(end) };
}
