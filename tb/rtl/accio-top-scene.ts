/** What stands around `accio_top` in its test: slots of every kind, who talks to them, and memory that refuses here and there. */
import type { Config } from "#rtl/common.ts";
import type { AxiErrorRange } from "#sim/models/axi/index.ts";
import { isConnected, type SlotSettings } from "#sim/models/nic/index.ts";
import {
  breakFrame,
  build,
  defectNames,
  ipv4Number,
  macNumber,
  ordinaryFrame,
  ordinaryKinds,
  type Prng,
  randomUdp,
} from "#sim/models/packet/index.ts";
import type { NicRegisters } from "#sim/nic/host.ts";
import { type InputFrame, memoryBase } from "#sim/nic/run.ts";

export const ourMac = "02:00:00:00:00:01";
export const peers = [
  { address: "10.9.0.1", port: 5000 },
  { address: "10.9.0.2", port: 5001 },
  { address: "10.9.0.3", port: 0xfffe },
] as const;
const socket = (port: number) => ({ address: "10.9.1.1", port });

const receiveSize = 16_384;
const transmitSize = 4096;
const perSlot = receiveSize + transmitSize;
const rings = (slot: number, size = receiveSize) => ({
  receive: { base: memoryBase + slot * perSlot, size },
  transmit: { base: memoryBase + slot * perSlot + receiveSize, size: transmitSize },
});
const nextHop = (slot: number) => `02:00:00:00:01:0${slot}`;

/** Slots whose memory refuses, by number: to be written, to be read. */
export const refusingWrites = 4;
export const refusingReads = 5;
export const slots: readonly SlotSettings[] = [
  { local: socket(7000), remote: peers[0], connected: false, framing: "stream", nextHop: nextHop(0), ...rings(0) },
  // Small rings, of records and of bytes, that fill and wrap.
  { local: socket(7001), framing: "datagram", nextHop: nextHop(1), ...rings(1, 4096) },
  // The port of slot 0, and goes before it.
  { local: socket(7000), remote: peers[1], framing: "datagram", nextHop: nextHop(2), ...rings(2) },
  { local: socket(7002), remote: peers[2], framing: "stream", nextHop: nextHop(3), ...rings(3, 1024) },
  { local: socket(7003), framing: "datagram", nextHop: nextHop(4), ...rings(refusingWrites) },
  { local: socket(7004), framing: "datagram", nextHop: nextHop(5), ...rings(refusingReads) },
  // Without rings: its datagrams are left to the kernel.
  { local: socket(7005), framing: "datagram" },
];
export const memorySize = slots.length * perSlot;
/** From here on memory is nobody's: the last slot has no rings. */
export const unusedAt = memorySize - perSlot;

/** Whether a slot's owner sleeps, so that its hart's line is raised. */
export const suspended = (slot: number): boolean => slot % 2 === 1;

const offsetIn = (slot: number, ring: "receive" | "transmit", offset: number): number => (slots[slot]?.[ring]?.base ?? 0) + offset;
/** A line of a receive ring, and a line of a transmit ring behind `goodBytes`. */
export const goodBytes = 256;
export const refused: readonly AxiErrorRange[] = [
  { first: offsetIn(refusingWrites, "receive", 1024), last: offsetIn(refusingWrites, "receive", 1087), kinds: "write" },
  { first: offsetIn(refusingReads, "transmit", goodBytes), last: offsetIn(refusingReads, "transmit", goodBytes + 63), kinds: "read" },
];

/** The driver's work: everything of a slot, enabled last. Every hart's wake-up line may rise. */
export const openSlots = async (registers: NicRegisters, { harts }: Config): Promise<void> => {
  for (let hart = 0; hart < harts; hart++) await registers.WAKE_MASK.at(hart).write({ enabled: true });
  for (const [i, s] of slots.entries()) {
    const r = registers.SLOT.at(i);
    const endpoint = ({ address, port }: { readonly address: string; readonly port: number }) => ({ ip: ipv4Number(address), port });
    await r.LOCAL.write(endpoint(s.local));
    if (s.remote !== undefined) await r.REMOTE.write(endpoint(s.remote));
    if (s.nextHop !== undefined) await r.NEXT_HOP.write({ mac: BigInt(macNumber(s.nextHop)) });
    await r.RX_BASE.write({ address: BigInt(s.receive?.base ?? 0) });
    await r.RX_SIZE.write({ bytes: s.receive?.size ?? 0 });
    await r.TX_BASE.write({ address: BigInt(s.transmit?.base ?? 0) });
    await r.TX_SIZE.write({ bytes: s.transmit?.size ?? 0 });
    await r.CONTROL.write({ enable: true, connected: isConnected(s), datagram: s.framing === "datagram", hart: i % harts });
    await r.SUSPEND.write({ rx: suspended(i), tx: false });
  }
};

/** Frames of every kind, back to back. */
export const topTraffic = (random: Prng, count: number, mtu: number): readonly InputFrame[] => {
  const who = { sockets: slots.map((s) => s.local), peers };
  return Array.from({ length: count }, () => {
    const fields = randomUdp(random, who);
    const ours = { ...fields, ethernet: { ...fields.ethernet, destination: ourMac } };
    const kind = random.integer(0, 20);
    const frame = (data: Uint8Array, spoiled = false): InputFrame => ({ data, timestamp: 0n, spoiled });
    if (kind < 3) return frame(breakFrame(random.pick(defectNames), ours, random));
    if (kind < 6) return frame(ordinaryFrame(random.pick(ordinaryKinds), random, who));
    if (kind === 6) return frame(build({ ...ours, payload: random.bytes(mtu - 28 + random.integer(1, 200)) }));
    // A stream's empty datagram writes nothing and is accepted all the same.
    if (kind === 20)
      return frame(
        build({
          ...ours,
          ipv4: { ...ours.ipv4, source: peers[0].address, destination: slots[0]?.local.address ?? "" },
          udp: { ...ours.udp, destinationPort: 7000, sourcePort: peers[0].port },
          payload: new Uint8Array(0),
        }),
      );
    return frame(build(ours), kind === 7);
  });
};
