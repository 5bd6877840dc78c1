/** fast-check arbitraries of frames; unlike the seeded generator's, their counter-examples shrink. */
import fc from "fast-check";
import { ipv4Text, macText } from "./addresses.ts";
import { build, defaults, type FrameFields } from "./build.ts";
import { breakFrame, type DefectName, defectNames } from "./defects.ts";
import { cornerLengths, type Traffic, type UdpFrameFields } from "./generate.ts";
import { Prng } from "./prng.ts";

export const port = fc.integer({ min: 0, max: 0xffff });
export const ipv4Address = fc.integer({ min: 0, max: 0xffff_ffff }).map(ipv4Text);
export const macAddress = fc.integer({ min: 0, max: 2 ** 48 - 1 }).map(macText);
const bits = (count: number) => fc.integer({ min: 0, max: 2 ** count - 1 });

/** Payloads of 0 to `max` bytes; the corner lengths are as likely as all others. */
export function payload(max = 1472): fc.Arbitrary<Uint8Array> {
  const corners = cornerLengths.filter((length) => length <= max);
  const length = fc.oneof(fc.constantFrom(...corners), fc.integer({ min: 0, max }));
  return length.chain((size) => fc.uint8Array({ minLength: size, maxLength: size }));
}

const tag = fc.record({ id: bits(12), priority: bits(3), dropEligible: fc.boolean() });

/** Fields of valid UDP frames from a peer to the device; from anyone to anyone when the traffic names nobody. */
export function udpFields(traffic: Traffic = {}): fc.Arbitrary<UdpFrameFields> {
  const any = fc.record({ address: ipv4Address, port });
  const socket = traffic.sockets === undefined ? any : fc.constantFrom(...traffic.sockets);
  const peer = traffic.peers === undefined ? any : fc.constantFrom(...traffic.peers);
  return fc
    .record({
      socket,
      peer,
      tags: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.array(tag, { minLength: 1, maxLength: 1 })),
      ip: fc.record({ dscp: bits(6), ecn: bits(2), id: bits(16), dontFragment: fc.boolean(), ttl: fc.integer({ min: 1, max: 255 }) }),
      checksum: fc.constantFrom("good" as const, "good" as const, "none" as const),
      payload: payload(traffic.maxPayload),
    })
    .map(({ socket, peer, tags, ip, checksum, payload }) => ({
      ethernet: { destination: defaults.deviceMac, source: defaults.peerMac, tags },
      ipv4: { source: peer.address, destination: socket.address, ...ip },
      udp: { sourcePort: peer.port, destinationPort: socket.port, checksum },
      payload,
    }));
}

/** Fields of valid frames of any protocol that the builder knows. */
export function frameFields(): fc.Arbitrary<FrameFields> {
  const ethernet = fc.record({ destination: macAddress, source: macAddress, tags: fc.array(tag, { maxLength: 2 }) });
  const ipv4 = fc.record({ source: ipv4Address, destination: ipv4Address, options: fc.uint8Array({ maxLength: 40 }), ttl: bits(8) });
  const data = payload(200);
  return fc.oneof(
    fc.record({ ethernet, ipv4, udp: fc.record({ sourcePort: port, destinationPort: port }), payload: data }),
    fc.record({
      ethernet,
      ipv4,
      tcp: fc.record({ sourcePort: port, options: fc.uint8Array({ maxLength: 40 }), syn: fc.boolean() }),
      payload: data,
    }),
    fc.record({ ethernet, ipv4, icmp: fc.record({ type: bits(8), sequence: bits(16) }), payload: data }),
    fc.record({ ethernet, ipv4: fc.record({ protocol: fc.integer({ min: 100, max: 200 }) }), payload: data }),
    fc.record({ ethernet, arp: fc.record({ operation: bits(16), senderMac: macAddress, targetAddress: ipv4Address }) }),
    fc.record({ ethernet: fc.record({ etherType: fc.constantFrom(0x88b5, 0x86dd) }), payload: data }),
  );
}

/** A UDP frame broken in exactly one way, with the name of the way and the fields before it was broken. */
export interface BrokenFrame {
  readonly defect: DefectName;
  readonly fields: UdpFrameFields;
  readonly frame: Uint8Array;
}

/** Broken frames; `names` limits the ways. */
export function brokenFrame(traffic: Traffic = {}, names: readonly DefectName[] = defectNames): fc.Arbitrary<BrokenFrame> {
  return fc
    .record({ defect: fc.constantFrom(...names), fields: udpFields(traffic), seed: bits(31) })
    .map(({ defect, fields, seed }) => ({ defect, fields, frame: breakFrame(defect, fields, new Prng(seed)) }));
}

/** The bytes of valid frames of any protocol. */
export const validFrame = (): fc.Arbitrary<Uint8Array> => frameFields().map(build);
