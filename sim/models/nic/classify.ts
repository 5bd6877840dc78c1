/**
 * What to do with a received frame, decided from its bytes and the connection table alone: the receive rules of Accio,
 * after RFC 791, 768, 894 and 1071. Room in the ring and memory errors come later, in model.ts.
 */
import { type DropCause, dropCauses } from "#rtl/common.ts";
import { broadcastMac, ipv4Number, isGroupMac, macNumber } from "../packet/addresses.ts";
import { onesComplementSum, pseudoHeaderSum } from "../packet/checksum.ts";
import {
  etherTypeLayout,
  etherTypes,
  ipv4Layout,
  longestFrame,
  macPairLayout,
  protocols,
  tagLayout,
  udpLayout,
} from "../packet/headers.ts";
import type { FourTuple } from "./slots.ts";

export { type DropCause, dropCauses };

/** Why a frame takes the ordinary path. The hardware counts them together; these names are for people. */
export const ordinaryReasons = [
  "group_mac",
  "other_mac",
  "not_ipv4",
  "too_short",
  "version",
  "options",
  "not_udp",
  "fragment",
  "no_slot",
  "surplus",
  "over_mtu",
] as const;
export type OrdinaryReason = (typeof ordinaryReasons)[number];

/** Why a frame did not reach classification: no room in the receive buffer; marked bad by the MAC; longer than the MTU allows. */
export const lossCauses = ["overflow", "spoiled", "oversize"] as const;
export type LossCause = (typeof lossCauses)[number];

/** What classification needs to know of the device. */
export interface Device {
  /** Our MAC address. */
  readonly mac: string;
  /** Longest IPv4 datagram in bytes. */
  readonly mtu: number;
  /** The slot of a four-tuple, or -1. */
  readonly match: (tuple: FourTuple) => number;
}

export type Classification =
  | { readonly class: "candidate"; readonly slot: number; readonly tuple: FourTuple; readonly payload: Uint8Array }
  | { readonly class: "dropped"; readonly slot: number; readonly cause: DropCause }
  | { readonly class: "ordinary"; readonly reason: OrdinaryReason }
  | { readonly class: "lost"; readonly cause: LossCause };

const ordinary = (reason: OrdinaryReason): Classification => ({ class: "ordinary", reason });

/**
 * May a socket bound to `address` have a frame to this group? A multicast frame carries the low 23 bits of its group
 * (RFC 1112, section 6.4). A broadcast is to an address whose host part is all ones: two bits of it in the smallest subnet.
 */
const isBindable = (group: string, address: string): boolean => {
  const ip = ipv4Number(address);
  if (group === broadcastMac) return ip % 4 === 3;
  return ip >= 0xe000_0000 && ip < 0xf000_0000 && macNumber(group) === 0x0100_5e00_0000 + (ip % 2 ** 23);
};

/**
 * Classifies a frame without its check sequence. In this order: what is not plainly a UDP datagram for us, or for a group
 * that a slot may be bound to, goes to the ordinary path; so does what no slot wants; of the faults of the rest the first in
 * `dropCauses` counts; UDP options and payloads over the MTU leave again for the ordinary path if their headers are sound;
 * the UDP checksum comes last.
 */
export function classify(frame: Uint8Array, { mac, mtu, match }: Device): Classification {
  if (frame.length > longestFrame(mtu)) return { class: "lost", cause: "oversize" };
  const at = headersAt(frame);
  if (at === null) return ordinary("too_short");
  const { destination } = macPairLayout.decode(frame, 0);
  const group = isGroupMac(destination);
  if (destination !== mac && !group) return ordinary("other_mac");
  if (at.etherType !== etherTypes.ipv4) return ordinary("not_ipv4");
  if (frame.length < at.ip + ipv4Layout.length + udpLayout.length) return ordinary("too_short");

  const ip = ipv4Layout.decode(frame, at.ip);
  if (ip.version !== 4) return ordinary("version");
  if (ip.ihl !== 5) return ordinary("options");
  if (ip.protocol !== protocols.udp) return ordinary("not_udp");
  if (ip.moreFragments || ip.fragmentOffset !== 0) return ordinary("fragment");
  if (group && !isBindable(destination, ip.destination)) return ordinary("group_mac");

  const udp = udpLayout.decode(frame, at.ip + ipv4Layout.length);
  const tuple = { local: { address: ip.destination, port: udp.destinationPort }, remote: { address: ip.source, port: udp.sourcePort } };
  const slot = match(tuple);
  if (slot < 0) return ordinary(group ? "group_mac" : "no_slot");

  const held = ip.totalLength - ipv4Layout.length;
  const faults: readonly DropCause[] = [
    ...(ip.ttl === 0 ? (["ttl"] as const) : []),
    ...(onesComplementSum(frame.subarray(at.ip, at.ip + ipv4Layout.length)) !== 0xffff ? (["ip_checksum"] as const) : []),
    ...(held < 0 || at.ip + ip.totalLength > frame.length ? (["ip_length"] as const) : []),
    ...(udp.length < udpLayout.length || udp.length > held ? (["udp_length"] as const) : []),
  ];
  const first = dropCauses.find((cause) => faults.includes(cause));
  if (first !== undefined) return { class: "dropped", slot, cause: first };
  if (udp.length < held) return ordinary("surplus");
  if (ip.totalLength > mtu) return ordinary("over_mtu");

  const datagram = frame.subarray(at.ip + ipv4Layout.length, at.ip + ip.totalLength);
  const pseudo = pseudoHeaderSum(ip.source, ip.destination, protocols.udp, udp.length);
  if (udp.checksum !== 0 && onesComplementSum(datagram, pseudo) !== 0xffff) return { class: "dropped", slot, cause: "udp_checksum" };
  return { class: "candidate", slot, tuple, payload: datagram.subarray(udpLayout.length) };
}

/** The type after at most one 802.1Q tag, and where the network header begins; null when the frame ends before. */
function headersAt(frame: Uint8Array): { readonly etherType: number; readonly ip: number } | null {
  let offset = macPairLayout.length;
  if (!etherTypeLayout.fits(frame, offset)) return null;
  if (etherTypeLayout.decode(frame, offset).etherType === etherTypes.vlan) offset += tagLayout.length;
  if (!etherTypeLayout.fits(frame, offset)) return null;
  return { etherType: etherTypeLayout.decode(frame, offset).etherType, ip: offset + etherTypeLayout.length };
}
