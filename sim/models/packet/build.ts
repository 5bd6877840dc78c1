/**
 * Frames from fields. Every field has a default that makes a valid frame and every one can be overridden, lengths and
 * checksums included, so that a test says only what it is about: `buildUdp({ ipv4: { ttl: 0 }, payload })`.
 */
import { internetChecksum, onesComplementSum, pseudoHeaderSum } from "./checksum.ts";
import {
  type Arp,
  arpLayout,
  type Ethernet,
  etherTypeLayout,
  etherTypes,
  type Icmp,
  type Ipv4,
  icmpLayout,
  ipv4Layout,
  type Layers,
  macPairLayout,
  minimumFrame,
  protocols,
  type Tag,
  type Tcp,
  tagLayout,
  tcpLayout,
  type Udp,
  udpLayout,
} from "./headers.ts";

/** A checksum field: computed, computed and then spoilt, or any number. */
export type Checksum = "good" | "bad" | number;
type With<T, C> = Partial<Omit<T, "checksum">> & { readonly checksum?: C };

export type EthernetFields = Partial<Omit<Ethernet, "tags">> & { readonly tags?: readonly Partial<Tag>[] };
export type Ipv4Fields = With<Ipv4, Checksum>;
/** UDP may also be sent without a checksum (RFC 768): `"none"`. */
export type UdpFields = With<Udp, Checksum | "none">;
export type IcmpFields = With<Icmp, Checksum>;
export type TcpFields = With<Tcp, Checksum>;

/** What `build` takes: any part of any layer. A header is in the frame when its key is there. */
export interface FrameFields {
  readonly ethernet?: EthernetFields;
  readonly arp?: Partial<Arp>;
  readonly ipv4?: Ipv4Fields;
  readonly udp?: UdpFields;
  readonly icmp?: IcmpFields;
  readonly tcp?: TcpFields;
  readonly payload?: Uint8Array;
  readonly surplus?: Uint8Array;
  /** Bytes after the datagram; by default zeros up to the 60 bytes of the shortest Ethernet frame. */
  readonly trailer?: Uint8Array;
}

/** Who talks in tests that do not say: a peer sends to port 7 (echo) of the device. */
export const defaults = {
  deviceMac: "02:00:00:00:00:01",
  deviceAddress: "10.0.0.1",
  devicePort: 7,
  peerMac: "02:00:00:00:00:02",
  peerAddress: "10.0.0.2",
  peerPort: 50_000,
} as const;

const none = new Uint8Array(0);

/** The bytes of a frame. `build(parse(frame))` is `frame`, whatever the frame. */
export function build(fields: FrameFields): Uint8Array {
  const { payload = none, surplus = none } = fields;
  const upper =
    fields.arp !== undefined
      ? concat(arp(fields.arp), payload, surplus)
      : fields.ipv4 !== undefined
        ? ipv4(fields.ipv4, fields)
        : concat(payload, surplus);
  const etherType = fields.arp !== undefined ? etherTypes.arp : fields.ipv4 !== undefined ? etherTypes.ipv4 : 0x88b5;
  const frame = concat(ethernet(fields.ethernet ?? {}, etherType), upper);
  return concat(frame, fields.trailer ?? new Uint8Array(Math.max(0, minimumFrame - frame.length)));
}

/** A UDP datagram in one frame. */
export const buildUdp = (fields: Omit<FrameFields, "arp" | "icmp" | "tcp"> = {}) =>
  build({ ...fields, ipv4: fields.ipv4 ?? {}, udp: fields.udp ?? {} });

/** An ICMP message; by default an echo request. */
export const buildIcmp = (fields: Omit<FrameFields, "arp" | "udp" | "tcp"> = {}) =>
  build({ ...fields, ipv4: fields.ipv4 ?? {}, icmp: fields.icmp ?? {} });

/** A TCP segment; by default a SYN. */
export const buildTcp = (fields: Omit<FrameFields, "arp" | "udp" | "icmp"> = {}) =>
  build({ ...fields, ipv4: fields.ipv4 ?? {}, tcp: fields.tcp ?? {} });

/** An ARP packet; by default the peer's broadcast question for the device's address. */
export const buildArp = (fields: Pick<FrameFields, "ethernet" | "arp" | "trailer"> = {}) =>
  build({ ...fields, ethernet: { destination: "ff:ff:ff:ff:ff:ff", ...fields.ethernet }, arp: fields.arp ?? {} });

/** Only Ethernet: any type, any payload; by default the type for local experiments, 0x88b5. */
export const buildEthernet = (fields: Pick<FrameFields, "ethernet" | "payload" | "trailer"> = {}) => build(fields);

/** One byte array after the other. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

function ethernet(fields: EthernetFields, etherType: number): Uint8Array {
  const { tags = [] } = fields;
  return concat(
    macPairLayout.encode({ destination: fields.destination ?? defaults.deviceMac, source: fields.source ?? defaults.peerMac }),
    ...tags.map((tag) => tagLayout.encode({ type: etherTypes.vlan, priority: 0, dropEligible: false, id: 1, ...tag })),
    etherTypeLayout.encode({ etherType: fields.etherType ?? etherType }),
  );
}

function arp(fields: Partial<Arp>): Uint8Array {
  return arpLayout.encode({
    hardwareType: 1,
    protocolType: etherTypes.ipv4,
    hardwareLength: 6,
    protocolLength: 4,
    operation: 1,
    senderMac: defaults.peerMac,
    senderAddress: defaults.peerAddress,
    targetMac: "00:00:00:00:00:00",
    targetAddress: defaults.deviceAddress,
    ...fields,
  });
}

function ipv4(fields: Ipv4Fields, frame: FrameFields): Uint8Array {
  const { options = none, checksum = "good", ...overrides } = fields;
  const addresses = { source: fields.source ?? defaults.peerAddress, destination: fields.destination ?? defaults.deviceAddress };
  const body = concat(transport(frame, addresses), frame.surplus ?? none);
  const values = {
    version: 4,
    ihl: 5 + Math.ceil(options.length / 4),
    dscp: 0,
    ecn: 0,
    totalLength: ipv4Layout.length + Math.ceil(options.length / 4) * 4 + body.length,
    id: 0,
    reserved: false,
    dontFragment: false,
    moreFragments: false,
    fragmentOffset: 0,
    ttl: 64,
    protocol: frame.icmp !== undefined ? protocols.icmp : frame.tcp !== undefined ? protocols.tcp : protocols.udp,
    ...overrides,
    ...addresses,
  };
  // Options end on a word; parsed ones already do, and a header whose ihl lies keeps exactly the bytes it was given.
  const padded = fields.ihl === undefined ? concat(options, new Uint8Array((4 - (options.length % 4)) % 4)) : options;
  const header = (sum: number) => concat(ipv4Layout.encode({ ...values, checksum: sum }), padded);
  return concat(header(checksumField(checksum, () => internetChecksum(header(0)))), body);
}

function transport(frame: FrameFields, { source, destination }: { readonly source: string; readonly destination: string }): Uint8Array {
  const { payload = none, udp, icmp, tcp } = frame;
  if (udp !== undefined) {
    const { checksum = "good", ...overrides } = udp;
    const values = {
      sourcePort: defaults.peerPort,
      destinationPort: defaults.devicePort,
      length: udpLayout.length + payload.length,
      ...overrides,
    };
    const datagram = (sum: number) => concat(udpLayout.encode({ ...values, checksum: sum }), payload);
    // A sum that comes out as zero is sent as all ones: zero means that there is none (RFC 768).
    const good = () => internetChecksum(datagram(0), pseudoHeaderSum(source, destination, protocols.udp, values.length)) || 0xffff;
    return datagram(checksum === "none" ? 0 : checksumField(checksum, good));
  }
  if (icmp !== undefined) {
    const { checksum = "good", ...overrides } = icmp;
    const message = (sum: number) =>
      concat(icmpLayout.encode({ type: 8, code: 0, identifier: 1, sequence: 1, ...overrides, checksum: sum }), payload);
    return message(checksumField(checksum, () => internetChecksum(message(0))));
  }
  if (tcp !== undefined) {
    const { checksum = "good", options = none, ...overrides } = tcp;
    const padded = tcp.dataOffset === undefined ? concat(options, new Uint8Array((4 - (options.length % 4)) % 4)) : options;
    const segment = (sum: number) =>
      concat(tcpLayout.encode({ ...tcpDefaults, dataOffset: 5 + padded.length / 4, ...overrides, checksum: sum }), padded, payload);
    return segment(
      checksumField(checksum, () => internetChecksum(segment(0), pseudoHeaderSum(source, destination, protocols.tcp, segment(0).length))),
    );
  }
  return payload;
}

const tcpDefaults = {
  sourcePort: defaults.peerPort,
  destinationPort: defaults.devicePort,
  sequence: 1,
  acknowledgement: 0,
  reserved: 0,
  cwr: false,
  ece: false,
  urg: false,
  ack: false,
  psh: false,
  rst: false,
  syn: true,
  fin: false,
  window: 64_240,
  urgentPointer: 0,
};

function checksumField(wanted: Checksum, compute: () => number): number {
  if (typeof wanted === "number") return wanted;
  return wanted === "good" ? compute() : spoil(compute());
}

/** A checksum that is wrong for certain: never the other form of ones' complement zero, never UDP's "none". */
export function spoil(checksum: number): number {
  const wrong = checksum ^ 0x0100;
  return wrong === 0 ? 0x0001 : wrong;
}

/**
 * An IPv4 frame cut into fragments (RFC 791) whose IPv4 payload is at most `size` bytes (a multiple of 8). Ethernet and
 * IPv4 fields are copied; a frame that fits is returned as it is.
 */
export function fragment(layers: Layers, size: number): Uint8Array[] {
  const { ethernet: link, ipv4: ip } = layers;
  if (ip === undefined) throw new RangeError("fragment: the frame is not IPv4");
  if (size <= 0 || size % 8 !== 0) throw new RangeError(`fragment: size ${size} is not a positive multiple of 8`);
  const { ihl: _ihl, totalLength: _length, checksum: _sum, ...copied } = ip;
  const whole = ipv4({ ...copied }, layers);
  const body = whole.subarray(ipv4Layout.length + Math.ceil(ip.options.length / 4) * 4);
  const frames: Uint8Array[] = [];
  for (let offset = 0; offset < Math.max(1, body.length); offset += size) {
    const last = offset + size >= body.length;
    const fields = { ...copied, moreFragments: !last || ip.moreFragments, fragmentOffset: ip.fragmentOffset + offset / 8 };
    frames.push(build({ ethernet: link, ipv4: fields, payload: body.subarray(offset, offset + size) }));
  }
  return frames;
}

/** True when the sum over bytes that contain their checksum is what RFC 1071 asks for. */
export const sumsToZero = (bytes: Uint8Array, start = 0) => onesComplementSum(bytes, start) === 0xffff;
