/** Frames of a scenario: valid ones, and every way in which one can be wrong, each field of each header among them. */
import {
  breakFrame,
  build,
  type DefectName,
  defectNames,
  internetChecksum,
  type OrdinaryKind,
  ordinaryFrame,
  ordinaryKinds,
  Prng,
  randomUdp,
  type UdpFrameFields,
} from "#sim/models/packet/index.ts";
import type { FrameSpec } from "./scenario.ts";
import { locals, ourMac, peers } from "./scene.ts";

/** Bits of header fields, from the first bit of the frame (`ethernet`), of the IPv4 header, of the UDP header. */
export const headerFields = {
  destination: ["ethernet", 0, 48],
  source: ["ethernet", 48, 48],
  etherType: ["ethernet", 96, 16],
  tag: ["ethernet", 112, 16],
  version: ["ipv4", 0, 4],
  ihl: ["ipv4", 4, 4],
  tos: ["ipv4", 8, 8],
  totalLength: ["ipv4", 16, 16],
  identification: ["ipv4", 32, 16],
  flags: ["ipv4", 48, 3],
  fragmentOffset: ["ipv4", 51, 13],
  ttl: ["ipv4", 64, 8],
  protocol: ["ipv4", 72, 8],
  ipChecksum: ["ipv4", 80, 16],
  sourceAddress: ["ipv4", 96, 32],
  destinationAddress: ["ipv4", 128, 32],
  sourcePort: ["udp", 0, 16],
  destinationPort: ["udp", 16, 16],
  udpLength: ["udp", 32, 16],
  udpChecksum: ["udp", 48, 16],
} as const;
export type HeaderField = keyof typeof headerFields;
export const fieldNames = Object.keys(headerFields) as HeaderField[];

/** Every kind of frame; those that name a field change it, with and without the IPv4 checksum made right again. */
export const frameKinds = [
  "plain",
  "group",
  "spoiled",
  "long",
  ...defectNames,
  ...ordinaryKinds,
  ...fieldNames.flatMap((name) => [`field ${name}`, `field ${name} summed`]),
] as const;

const groupMacs: Readonly<Record<string, string>> = { "239.1.2.3": "01:00:5e:01:02:03" };

/** The bytes of a frame, and whether the MAC says that it is bad. */
export const frameOf = (spec: FrameSpec, mtu: number): { readonly data: Uint8Array; readonly spoiled: boolean } => {
  const random = new Prng(spec.seed);
  const local = locals[spec.local % locals.length] as (typeof locals)[number];
  const peer = peers[spec.peer % peers.length] as (typeof peers)[number];
  const who = { sockets: [local], peers: [peer] };
  const drawn = randomUdp(random, { ...who, maxPayload: 0 });
  const length = Math.min(spec.length, mtu - 28);
  const payload = random.chance(0.9) ? random.bytes(length) : new Uint8Array(length).fill(random.pick([0x00, 0xff]));
  const destination = groupMacs[local.address] ?? ourMac;
  const fields: UdpFrameFields = { ...drawn, ethernet: { ...drawn.ethernet, destination }, payload };
  const [kind, field, summed] = spec.kind.split(" ");
  if (kind === "field") return { data: changeField(build(fields), field as HeaderField, summed !== undefined, random), spoiled: false };
  if (kind === "plain" || kind === "spoiled") return { data: build(fields), spoiled: kind === "spoiled" };
  if (kind === "group") {
    const mac = random.pick(["ff:ff:ff:ff:ff:ff", groupMacs[local.address] ?? "01:00:5e:09:01:03", "01:00:5e:00:00:01"]);
    return { data: build({ ...fields, ethernet: { ...fields.ethernet, destination: mac } }), spoiled: false };
  }
  if (kind === "long") return { data: build({ ...fields, payload: random.bytes(mtu - 28 + random.integer(1, 80)) }), spoiled: false };
  if ((ordinaryKinds as readonly string[]).includes(kind ?? ""))
    return { data: ordinaryFrame(kind as OrdinaryKind, random, { ...who, maxPayload: length }), spoiled: false };
  return { data: breakFrame(kind as DefectName, fields, random), spoiled: false };
};

/** Gives a field another value: one that is near, at an end, or any; `summed`: and makes the IPv4 checksum right again. */
const changeField = (frame: Uint8Array, name: HeaderField, summed: boolean, random: Prng): Uint8Array => {
  const [header, at, width] = headerFields[name];
  const ip = frame[12] === 0x81 && frame[13] === 0 ? 18 : 14;
  const start = { ethernet: 0, ipv4: ip, udp: ip + 20 }[header] * 8 + at;
  const before = bitsAt(frame, start, width);
  const top = 2n ** BigInt(width) - 1n;
  const values = [
    before ^ (1n << BigInt(random.integer(0, width - 1))),
    before + 1n,
    before - 1n,
    0n,
    top,
    BigInt(random.word()) * 0x1_0001n,
  ];
  setBits(frame, start, width, random.pick(values) & top);
  if (summed && name !== "ipChecksum" && frame.length >= ip + 20) {
    frame[ip + 10] = frame[ip + 11] = 0;
    const sum = internetChecksum(frame.subarray(ip, ip + 20));
    frame[ip + 10] = sum >> 8;
    frame[ip + 11] = sum & 0xff;
  }
  return frame;
};
const bitsAt = (frame: Uint8Array, start: number, width: number): bigint => {
  let value = 0n;
  for (let i = start; i < start + width; i++) value = (value << 1n) | BigInt(((frame[i >> 3] ?? 0) >> (7 - (i & 7))) & 1);
  return value;
};
const setBits = (frame: Uint8Array, start: number, width: number, value: bigint): void => {
  for (let i = 0; i < width; i++) {
    const bit = Number((value >> BigInt(width - 1 - i)) & 1n);
    const at = (start + i) >> 3;
    const mask = 1 << (7 - ((start + i) & 7));
    if (at < frame.length) frame[at] = bit === 1 ? (frame[at] as number) | mask : (frame[at] as number) & ~mask;
  }
};
