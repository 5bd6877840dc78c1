/** Who and what there is in every scenario: endpoints, memory's parts, and the numbers that all programs agree on. */
import type { Endpoint } from "#sim/models/packet/index.ts";

export const ourMac = "02:00:00:00:00:01";
/** Sockets: two ports of a host, an address that is some subnet's broadcast, and a group. */
export const locals: readonly Endpoint[] = [
  { address: "10.9.1.1", port: 7000 },
  { address: "10.9.1.1", port: 7001 },
  { address: "10.9.1.3", port: 7000 },
  { address: "239.1.2.3", port: 7002 },
];
export const peers: readonly Endpoint[] = [
  { address: "10.9.0.1", port: 5000 },
  { address: "10.9.0.2", port: 5001 },
  { address: "10.9.0.3", port: 0xfffe },
];
export const nextHop = (slot: number): string => `02:00:00:00:01:${slot.toString(16).padStart(2, "0")}`;

/** Headers of what is sent, other than after reset; a slot's own. */
export const headers = { ttl: 33, dscp: 10, ecn: 1 } as const;
export const ownHeaders = { ttl: 7, dscp: 46, ecn: 2 } as const;

export const memoryBase = 0x8000_0000;
/** Room for one ring, the largest there is. */
export const ringRoom = 8192;
export const ringAt = (slot: number, ring: "receive" | "transmit"): number =>
  memoryBase + (2 * slot + (ring === "receive" ? 0 : 1)) * ringRoom;
/** What lies in memory behind the rings of so many slots, and where. */
export const layoutOf = (slots: number) => {
  const lines = memoryBase + 2 * slots * ringRoom;
  const events = lines + 64 * slots;
  const ordinary = events + 16 * 2 ** eventLog;
  return { lines, events, ordinary, end: ordinary + 2 ** 18 };
};
/** Records of the event queue's ring, as a power of two. */
export const eventLog = 8;
/** What memory holds that nobody has written; what software leaves behind where it has read; where it has sent. */
export const fills = { fresh: 0x5a, read: 0xa1, sent: 0xa2 } as const;
