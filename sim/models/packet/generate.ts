/** Seeded random traffic: valid frames of every kind that a NIC meets, with lengths that lie on the corners. */

import type { Endpoint } from "./addresses.ts";
import { build, concat, defaults, type FrameFields, fragment } from "./build.ts";
import { etherTypes } from "./headers.ts";
import { parse } from "./parse.ts";
import type { Prng } from "./prng.ts";

/** Payload lengths where alignment, padding, lines and the MTU change something. */
export const cornerLengths = [
  0, 1, 2, 7, 8, 15, 16, 17, 18, 19, 21, 22, 23, 31, 32, 33, 47, 48, 49, 59, 60, 63, 64, 65, 127, 128, 129, 255, 256, 1471, 1472,
] as const;

/** Who talks to whom in generated traffic. */
export interface Traffic {
  /** Sockets of the device that datagrams are sent to. */
  readonly sockets?: readonly Endpoint[];
  readonly peers?: readonly Endpoint[];
  /** Longest UDP payload; 1472 by default. */
  readonly maxPayload?: number;
  /** Share of frames with an 802.1Q tag; 0.1 by default. */
  readonly tagged?: number;
  /** Share of datagrams sent without a UDP checksum; 0.1 by default. */
  readonly withoutChecksum?: number;
}

const fallback = {
  sockets: [{ address: defaults.deviceAddress, port: defaults.devicePort }],
  peers: [{ address: defaults.peerAddress, port: defaults.peerPort }],
} as const;

/** A payload length: half the time a corner, else anything up to `max`. */
export function randomLength(prng: Prng, max = 1472): number {
  const corners = cornerLengths.filter((length) => length <= max);
  return prng.chance(0.5) ? prng.pick([...corners, max]) : prng.integer(0, max);
}

/** The fields of a valid UDP frame from a peer to a socket of the device. */
export function randomUdp(prng: Prng, traffic: Traffic = {}): UdpFrameFields {
  const socket = prng.pick(traffic.sockets ?? fallback.sockets);
  const peer = prng.pick(traffic.peers ?? fallback.peers);
  return {
    ethernet: {
      destination: defaults.deviceMac,
      source: defaults.peerMac,
      tags: prng.chance(traffic.tagged ?? 0.1) ? [randomTag(prng)] : [],
    },
    ipv4: { source: peer.address, destination: socket.address, ...randomIpv4(prng) },
    udp: {
      sourcePort: peer.port,
      destinationPort: socket.port,
      checksum: prng.chance(traffic.withoutChecksum ?? 0.1) ? "none" : "good",
    },
    payload: randomPayload(prng, randomLength(prng, traffic.maxPayload)),
  };
}

/** Fields with everything that a UDP frame has. */
export type UdpFrameFields = FrameFields & Required<Pick<FrameFields, "ethernet" | "ipv4" | "udp" | "payload">>;

const randomTag = (prng: Prng) => ({ id: prng.integer(0, 4095), priority: prng.integer(0, 7), dropEligible: prng.chance(0.5) });

const randomIpv4 = (prng: Prng) => ({
  dscp: prng.integer(0, 63),
  ecn: prng.integer(0, 3),
  id: prng.integer(0, 0xffff),
  dontFragment: prng.chance(0.5),
  ttl: prng.pick([1, 64, 128, 255]),
});

/** Random bytes, and now and then all zeros or all ones, which bring ones' complement sums to their ends. */
function randomPayload(prng: Prng, length: number): Uint8Array {
  if (prng.chance(0.9)) return prng.bytes(length);
  return new Uint8Array(length).fill(prng.pick([0x00, 0xff]));
}

/** Frames that are valid and not for the fast path, by name. */
export const ordinaryKinds = [
  "otherPort",
  "otherAddress",
  "otherMac",
  "broadcast",
  "options",
  "fragment",
  "tcp",
  "icmp",
  "arp",
  "doubleTag",
  "otherType",
] as const;
export type OrdinaryKind = (typeof ordinaryKinds)[number];

/** One frame of the kind; `fragment` gives one of the fragments of a datagram. */
export function ordinaryFrame(kind: OrdinaryKind, prng: Prng, traffic: Traffic = {}): Uint8Array {
  const udp = randomUdp(prng, traffic);
  const { ethernet, ipv4, payload } = udp;
  switch (kind) {
    case "otherPort":
      return build({ ...udp, udp: { ...udp.udp, destinationPort: otherPort(prng, traffic) } });
    case "otherAddress":
      return build({ ...udp, ipv4: { ...ipv4, destination: `192.0.2.${prng.integer(1, 254)}` } });
    case "otherMac":
      return build({ ...udp, ethernet: { ...ethernet, destination: "02:00:00:00:00:99" } });
    case "broadcast":
      return build({ ...udp, ethernet: { ...ethernet, destination: prng.pick(["ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:fb"]) } });
    case "options":
      return build({ ...udp, ipv4: { ...ipv4, options: new Uint8Array(4 * prng.integer(1, 10)).fill(1) } });
    case "fragment":
      return prng.pick(fragment(parse(build({ ...udp, payload: concat(payload, prng.bytes(16)) })), 8 * prng.integer(1, 2)));
    case "tcp":
      return build({ ethernet, ipv4, tcp: { destinationPort: udp.udp.destinationPort ?? defaults.devicePort }, payload });
    case "icmp":
      return build({ ethernet, ipv4, icmp: { sequence: prng.integer(0, 0xffff) }, payload });
    case "arp":
      return build({ ethernet: { ...ethernet, destination: "ff:ff:ff:ff:ff:ff" }, arp: {} });
    case "doubleTag": {
      const tags = [{ ...randomTag(prng), type: etherTypes.serviceTag }, randomTag(prng)];
      // The longest frame has room for one tag: the other costs payload.
      return build({ ...udp, ethernet: { ...ethernet, tags }, payload: payload.subarray(0, (traffic.maxPayload ?? 1472) - 4) });
    }
    case "otherType":
      return build({ ethernet: { ...ethernet, etherType: prng.pick([etherTypes.ipv6, 0x88cc, 0x88b5]) }, payload });
  }
}

function otherPort(prng: Prng, traffic: Traffic): number {
  const taken = new Set((traffic.sockets ?? fallback.sockets).map(({ port }) => port));
  for (;;) {
    const port = prng.integer(1, 0xffff);
    if (!taken.has(port)) return port;
  }
}
