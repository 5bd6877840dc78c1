/** Frames for people: one line for logs and error messages, an annotated dump for the frame that fails. */
import {
  arpLayout,
  etherTypeLayout,
  etherTypes,
  icmpLayout,
  ipv4Layout,
  macPairLayout,
  tagLayout,
  tcpLayout,
  udpLayout,
} from "./headers.ts";
import { type ParsedFrame, parse } from "./parse.ts";

const plural = (count: number, what: string) => `${count} ${what}${count === 1 ? "" : "s"}`;

/** One line: `10.0.0.2:50000 > 10.0.0.1:7 UDP 64 bytes; udp: checksum 0x0001 should be 0x1d2f`. Never throws. */
export function summary(frame: Uint8Array): string {
  if (frame.length < 14) return `runt of ${plural(frame.length, "byte")}`;
  const parsed = parse(frame);
  return [`${tagsText(parsed)}${talk(parsed, frame.length)}`, ...parsed.problems].join("; ");
}

function tagsText({ ethernet }: ParsedFrame): string {
  return ethernet.tags.map((tag) => `vlan ${tag.id} `).join("");
}

function talk(parsed: ParsedFrame, length: number): string {
  const { ethernet, arp, ipv4, udp, tcp, icmp, payload } = parsed;
  const bytes = plural(payload.length, "byte");
  if (arp !== undefined) {
    return arp.operation === 1
      ? `ARP who has ${arp.targetAddress}? tell ${arp.senderAddress}`
      : arp.operation === 2
        ? `ARP ${arp.senderAddress} is at ${arp.senderMac}`
        : `ARP operation ${arp.operation}`;
  }
  if (ipv4 !== undefined) {
    const ports = udp ?? tcp;
    const source = ports === undefined ? ipv4.source : `${ipv4.source}:${ports.sourcePort}`;
    const destination = ports === undefined ? ipv4.destination : `${ipv4.destination}:${ports.destinationPort}`;
    const isFragment = ipv4.moreFragments || ipv4.fragmentOffset > 0;
    const what =
      udp !== undefined
        ? "UDP"
        : tcp !== undefined
          ? `TCP ${tcpFlags(tcp)}`
          : icmp !== undefined
            ? icmpText(icmp)
            : `protocol ${ipv4.protocol}`;
    return `${source} > ${destination} ${what} ${bytes}${isFragment ? `, fragment at ${ipv4.fragmentOffset * 8}${ipv4.moreFragments ? "+" : ""}` : ""}`;
  }
  const name = Object.entries(etherTypes).find(([, type]) => type === ethernet.etherType)?.[0];
  return `${ethernet.source} > ${ethernet.destination} type 0x${ethernet.etherType.toString(16).padStart(4, "0")}${name === undefined ? "" : ` (${name})`} ${plural(length, "byte")}`;
}

function tcpFlags(tcp: NonNullable<ParsedFrame["tcp"]>): string {
  const names = (["syn", "fin", "rst", "psh", "ack", "urg"] as const).filter((name) => tcp[name]);
  return names.length === 0 ? "-" : names.join(" ");
}

function icmpText({ type, code, sequence }: NonNullable<ParsedFrame["icmp"]>): string {
  if (type === 8 || type === 0) return `ICMP echo ${type === 8 ? "request" : "reply"} ${sequence},`;
  return `ICMP type ${type} code ${code}`;
}

const bytesPerLine = 16;

/**
 * Annotated dump: one line per header field with its offset, bytes, name and value; payloads 16 bytes a line with their
 * printable characters; problems at the end.
 */
export function dump(frame: Uint8Array): string {
  if (frame.length < 14) return `${[summary(frame), ...hexLines(frame, 0, "runt")].join("\n")}\n`;
  const parsed = parse(frame);
  const places = placesOf(parsed, frame);
  const width = Math.max(...places.map(({ name }) => name.length));
  const lines = places.flatMap(({ name, offset, length, text }) => {
    const bytes = frame.subarray(offset, offset + length);
    if (text === null) return hexLines(bytes, offset, name.padEnd(width));
    return [`${position(offset)}  ${hexBytes(bytes)}  ${name.padEnd(width)}  ${text}`];
  });
  return `${[summary(frame), ...lines, ...parsed.problems.map((problem) => `!  ${problem}`)].join("\n")}\n`;
}

/** A field of a frame, or with `text` null a stretch of bytes without one. */
interface Place {
  readonly name: string;
  readonly offset: number;
  readonly length: number;
  readonly text: string | null;
}

/** Headers and stretches in wire order: the layers of a parsed frame follow each other without a gap. */
function placesOf(parsed: ParsedFrame, frame: Uint8Array): Place[] {
  const { ethernet, arp, ipv4, udp, icmp, tcp } = parsed;
  const places: Place[] = [];
  let offset = 0;
  const header = (layout: { readonly length: number; describe(bytes: Uint8Array, offset: number): Place[] }) => {
    places.push(...joinBits(layout.describe(frame, offset)));
    offset += layout.length;
  };
  const stretch = (name: string, bytes: Uint8Array) => {
    if (bytes.length > 0) places.push({ name, offset, length: bytes.length, text: null });
    offset += bytes.length;
  };
  header(macPairLayout);
  for (const _tag of ethernet.tags) header(tagLayout);
  header(etherTypeLayout);
  if (arp !== undefined) header(arpLayout);
  if (ipv4 !== undefined) {
    header(ipv4Layout);
    stretch("ipv4.options", ipv4.options);
  }
  if (udp !== undefined) header(udpLayout);
  if (icmp !== undefined) header(icmpLayout);
  if (tcp !== undefined) {
    header(tcpLayout);
    stretch("tcp.options", tcp.options);
  }
  stretch("payload", parsed.payload);
  stretch("surplus", parsed.surplus);
  stretch("trailer", parsed.trailer);
  return places;
}

/** Fields that share a byte become one line: `ipv4  version 4, ihl 5`. */
function joinBits(places: readonly Place[]): Place[] {
  const groups: Place[][] = [];
  for (const place of places) {
    const group = groups.at(-1);
    const before = group?.at(-1);
    if (group !== undefined && before !== undefined && place.offset < before.offset + before.length) group.push(place);
    else groups.push([place]);
  }
  return groups.map((group) => {
    const [first, last] = [group[0] as Place, group.at(-1) as Place];
    if (group.length === 1) return first;
    const [layer = ""] = first.name.split(".");
    const text = group.map(({ name, text }) => `${name.slice(layer.length + 1)} ${text}`).join(", ");
    return { name: layer, offset: first.offset, length: last.offset + last.length - first.offset, text };
  });
}

const position = (offset: number) => offset.toString(16).padStart(4, "0");

const hexBytes = (bytes: Uint8Array) =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"))
    .join(" ")
    .padEnd(bytesPerLine * 3 - 1);

function hexLines(bytes: Uint8Array, offset: number, name: string): string[] {
  const lines: string[] = [];
  for (let start = 0; start < bytes.length; start += bytesPerLine) {
    const part = bytes.subarray(start, start + bytesPerLine);
    const printable = Array.from(part, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".")).join("");
    lines.push(`${position(offset + start)}  ${hexBytes(part)}  ${start === 0 ? name : " ".repeat(name.length)}  ${printable}`.trimEnd());
  }
  return lines;
}
