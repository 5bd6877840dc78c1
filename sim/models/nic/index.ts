/** Accio's first NIC as a model: receive rules, rings, framing, what may leave. */
export { parseBindings, parsePeers } from "./bindings.ts";
export {
  type Classification,
  classify,
  type Device,
  type DropCause,
  dropCauses,
  type LossCause,
  lossCauses,
  type OrdinaryReason,
  ordinaryReasons,
} from "./classify.ts";
export {
  type DatagramHeader,
  datagramAlignment,
  datagramHeaderLength,
  decodeDatagramHeader,
  encodeDatagramHeader,
  recordLength,
} from "./datagram.ts";
export { NicModel, type NicSettings } from "./model.ts";
export { type Circumstances, type ReceiveCounters, ReceiveModel, type Verdict } from "./receive.ts";
export { arrayMemory, isRing, type Memory, Ring, type RingSettings } from "./ring.ts";
export { type FourTuple, type Framing, isConnected, matchSlot, type SlotSettings } from "./slots.ts";
export { type Sent, streamOf, TransmitModel, type TransmitSettings } from "./transmit.ts";
