/** What a slot of the connection table is set to, and which slot a datagram belongs to. */
import { type Endpoint, ipv4Number, macNumber } from "../packet/addresses.ts";
import { isRing, type RingSettings } from "./ring.ts";

/** `stream`: bare bytes, the prototype's; `datagram`: records with a header, see datagram.ts. */
export type Framing = "stream" | "datagram";

export interface SlotSettings {
  readonly local: Endpoint;
  /** Where datagrams go, and in a connected slot the only place that they come from. */
  readonly remote?: Endpoint;
  /** False: any remote matches although one is set. By default a slot with a remote is connected. */
  readonly connected?: boolean;
  readonly framing: Framing;
  /** MAC address that frames are sent to. */
  readonly nextHop?: string;
  /** Without a usable receive ring nothing matches. */
  readonly receive?: RingSettings;
  readonly transmit?: RingSettings;
  /** What IPv4 says of this slot's datagrams; the device's own where it is not set. */
  readonly policy?: { readonly ttl: number; readonly dscp: number; readonly ecn: number };
  /** Its datagrams leave without a UDP checksum (RFC 768: zero). */
  readonly noChecksum?: boolean;
}

export const unspecified: Endpoint = { address: "0.0.0.0", port: 0 };
export const isConnected = (slot: SlotSettings) => slot.connected ?? slot.remote !== undefined;

/** Throws a `RangeError` that names the slot for settings that cannot be. */
export function checkSlot(index: number, slot: SlotSettings): void {
  const fail = (what: string) => {
    throw new RangeError(`slot ${index}: ${what}`);
  };
  const endpoint = (name: string, { address, port }: Endpoint) => {
    ipv4Number(address);
    if (!Number.isInteger(port) || port < 0 || port > 0xffff) fail(`${name} port ${port} is not from 0 to 65535`);
  };
  endpoint("local", slot.local);
  if (slot.remote !== undefined) endpoint("remote", slot.remote);
  if (isConnected(slot) && slot.remote === undefined) fail("connected to nobody: set a remote");
  if (slot.nextHop !== undefined) macNumber(slot.nextHop);
}

/** The four-tuple of a received datagram, seen from the device. */
export interface FourTuple {
  readonly local: Endpoint;
  readonly remote: Endpoint;
}

const same = (a: Endpoint, b: Endpoint) => a.address === b.address && a.port === b.port;

/**
 * The slot that a datagram is for: of the whole four-tuple first, then of the local endpoint alone; the lowest of several.
 * Slots that are undefined are disabled. Returns -1 when there is none.
 */
export function matchSlot(slots: readonly (SlotSettings | undefined)[], { local, remote }: FourTuple): number {
  const usable = (slot: SlotSettings | undefined): slot is SlotSettings =>
    slot?.receive !== undefined && isRing(slot.receive) && same(slot.local, local);
  const exact = slots.findIndex((slot) => usable(slot) && isConnected(slot) && same(slot.remote ?? unspecified, remote));
  return exact >= 0 ? exact : slots.findIndex((slot) => usable(slot) && !isConnected(slot));
}
