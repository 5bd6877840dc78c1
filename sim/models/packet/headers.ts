/** The headers that Accio's tests build and read: Ethernet II, 802.1Q, ARP, IPv4, UDP, ICMP and TCP. */
import { flag, hex, ipv4Address, Layout, mac, uint, type ValuesOf } from "./layout.ts";

/** Ethernet II addresses (IEEE 802.3); tags and the type follow. */
export const macPairLayout = new Layout("ethernet", { destination: mac, source: mac });
/** One 802.1Q tag, its type first. */
export const tagLayout = new Layout("tag", { type: hex(16), priority: uint(3), dropEligible: flag, id: uint(12) });
export const etherTypeLayout = new Layout("ethernet", { etherType: hex(16) });

/** ARP for IPv4 over Ethernet (RFC 826). */
export const arpLayout = new Layout("arp", {
  hardwareType: uint(16),
  protocolType: hex(16),
  hardwareLength: uint(8),
  protocolLength: uint(8),
  operation: uint(16),
  senderMac: mac,
  senderAddress: ipv4Address,
  targetMac: mac,
  targetAddress: ipv4Address,
});

/** IPv4 without options (RFC 791, RFC 2474 for dscp, RFC 3168 for ecn). Lengths: ihl in words, fragmentOffset in 8 bytes. */
export const ipv4Layout = new Layout("ipv4", {
  version: uint(4),
  ihl: uint(4),
  dscp: uint(6),
  ecn: uint(2),
  totalLength: uint(16),
  id: hex(16),
  reserved: flag,
  dontFragment: flag,
  moreFragments: flag,
  fragmentOffset: uint(13),
  ttl: uint(8),
  protocol: uint(8),
  checksum: hex(16),
  source: ipv4Address,
  destination: ipv4Address,
});

/** UDP (RFC 768). */
export const udpLayout = new Layout("udp", { sourcePort: uint(16), destinationPort: uint(16), length: uint(16), checksum: hex(16) });

/** ICMP (RFC 792) with the rest of its header as in echo messages. */
export const icmpLayout = new Layout("icmp", { type: uint(8), code: uint(8), checksum: hex(16), identifier: hex(16), sequence: uint(16) });

/** TCP without options (RFC 9293). */
export const tcpLayout = new Layout("tcp", {
  sourcePort: uint(16),
  destinationPort: uint(16),
  sequence: uint(32),
  acknowledgement: uint(32),
  dataOffset: uint(4),
  reserved: uint(4),
  cwr: flag,
  ece: flag,
  urg: flag,
  ack: flag,
  psh: flag,
  rst: flag,
  syn: flag,
  fin: flag,
  window: uint(16),
  checksum: hex(16),
  urgentPointer: uint(16),
});

export type Tag = ValuesOf<typeof tagLayout>;
export interface Ethernet {
  readonly destination: string;
  readonly source: string;
  /** Outermost first; usually none. */
  readonly tags: readonly Tag[];
  readonly etherType: number;
}
export type Arp = ValuesOf<typeof arpLayout>;
export type Ipv4 = ValuesOf<typeof ipv4Layout> & { readonly options: Uint8Array };
export type Udp = ValuesOf<typeof udpLayout>;
export type Icmp = ValuesOf<typeof icmpLayout>;
export type Tcp = ValuesOf<typeof tcpLayout> & { readonly options: Uint8Array };

/** What a frame is made of, in wire order. At most one of `arp` and `ipv4`, and of `udp`, `icmp` and `tcp`, is there. */
export interface Layers {
  readonly ethernet: Ethernet;
  readonly arp?: Arp;
  readonly ipv4?: Ipv4;
  readonly udp?: Udp;
  readonly icmp?: Icmp;
  readonly tcp?: Tcp;
  /** What the innermost header carries. */
  readonly payload: Uint8Array;
  /** Bytes of the IPv4 datagram beyond the UDP length (the surplus area of RFC 9868); nearly always empty. */
  readonly surplus: Uint8Array;
  /** Bytes of the frame beyond the IPv4 total length: Ethernet padding. */
  readonly trailer: Uint8Array;
}

export const etherTypes = { ipv4: 0x0800, arp: 0x0806, vlan: 0x8100, serviceTag: 0x88a8, ipv6: 0x86dd } as const;
export const protocols = { icmp: 1, tcp: 6, udp: 17 } as const;
/** Frame sizes here never count the 4 bytes of the frame check sequence. */
export const minimumFrame = 60;
/** The longest frame of an interface with this MTU (the longest IPv4 datagram): an Ethernet header and one tag more. */
export const longestFrame = (mtu: number) => mtu + 14 + 4;
