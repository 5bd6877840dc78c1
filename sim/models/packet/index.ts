/**
 * Frames for tests and runs: build them from fields, read them into layers, print them, draw them at random. The
 * fast-check arbitraries stand apart in `arbitraries.ts`, so that the command line does not load a test library.
 */
export { broadcastMac, type Endpoint, endpointText, ipv4Number, ipv4Text, isGroupMac, macNumber, macText } from "./addresses.ts";
export {
  build,
  buildArp,
  buildEthernet,
  buildIcmp,
  buildTcp,
  buildUdp,
  type Checksum,
  concat,
  defaults,
  type FrameFields,
  fragment,
} from "./build.ts";
export { internetChecksum, onesComplementSum, pseudoHeaderSum } from "./checksum.ts";
export { breakFrame, type DefectName, defectNames, defects } from "./defects.ts";
export { dump, summary } from "./format.ts";
export {
  cornerLengths,
  type OrdinaryKind,
  ordinaryFrame,
  ordinaryKinds,
  randomLength,
  randomUdp,
  type Traffic,
  type UdpFrameFields,
} from "./generate.ts";
export {
  type Arp,
  type Ethernet,
  etherTypes,
  type Icmp,
  type Ipv4,
  type Layers,
  longestFrame,
  minimumFrame,
  protocols,
  type Tag,
  type Tcp,
  type Udp,
} from "./headers.ts";
export { type ChecksumState, type ParsedFrame, parse } from "./parse.ts";
export { Prng } from "./prng.ts";
