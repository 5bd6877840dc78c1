/**
 * The software side of a run: a driver that sets up a slot per bound socket, and the applications, `echo` and `sink`,
 * that poll their rings as user space does. Written as generators of register accesses; memory is shared.
 */
import type { Config } from "#rtl/common.ts";
import { slotStride, slotWords } from "#rtl/ict/slot-layout.ts";
import { nicMap, slotsOffset } from "#rtl/nic/registers.ts";
import { type Endpoint, ipv4Number, ipv4Text } from "#sim/models/packet/index.ts";
import type { HostProgram, RegisterOperation } from "./ports.ts";

/** Bytes of datagram framing's header; records are multiples of it. */
const headerBytes = 16;
export type Application = "echo" | "sink";

export interface HostOptions {
  readonly config: Config;
  readonly memory: Uint8Array;
  readonly memoryBase: number;
  /** One slot each, in this order. */
  readonly binds: readonly Endpoint[];
  readonly app: Application;
  /** Our Ethernet address as a number. */
  readonly mac: bigint;
  /** Where an IPv4 address is reached: the kernel's neighbour table. */
  readonly neighbour: (ip: string) => bigint | undefined;
  /** Asked between polls: nothing more will come. */
  readonly finished: () => boolean;
  readonly onEvent?: (event: HostEvent) => void;
}
export type HostEvent =
  | { readonly kind: "enabled" }
  | { readonly kind: "received"; readonly slot: number; readonly bytes: number }
  | { readonly kind: "doorbell"; readonly slot: number; readonly datagrams: number }
  | { readonly kind: "unreachable"; readonly slot: number; readonly peer: string };

/** The rings of slot `n`: receive, then transmit, one after the other from the start of memory. */
export const ringsOf = (config: Config, memoryBase: number, slot: number) => ({
  rx: memoryBase + 2 * slot * config.ringLimit,
  tx: memoryBase + (2 * slot + 1) * config.ringLimit,
  size: config.ringLimit,
});

const write = (address: number, value: bigint | number): RegisterOperation => ({ kind: "write", address, value: BigInt(value) });

interface Socket {
  readonly slot: number;
  readonly address: number;
  readonly rx: number;
  readonly tx: number;
  rxHead: number;
  txTail: number;
  txHead: number;
  nextHop: bigint;
}

/** Everything from switching the NIC on to the last datagram. */
export function* host(o: HostOptions): HostProgram {
  const { nodes } = nicMap(o.config);
  const sockets: Socket[] = [];
  yield write(nodes.MAC.offset, o.mac);
  for (const [slot, { address, port }] of o.binds.entries()) {
    const rings = ringsOf(o.config, o.memoryBase, slot);
    const s: Socket = {
      slot,
      address: slotsOffset + slot * slotStride,
      rx: rings.rx - o.memoryBase,
      tx: rings.tx - o.memoryBase,
      rxHead: 0,
      txTail: 0,
      txHead: 0,
      nextHop: 0n,
    };
    yield write(s.address + slotWords.local, BigInt(ipv4Number(address)) | (BigInt(port) << 32n));
    yield write(s.address + slotWords.rxBase, rings.rx);
    yield write(s.address + slotWords.rxSize, rings.size);
    yield write(s.address + slotWords.txBase, rings.tx);
    yield write(s.address + slotWords.txSize, rings.size);
    // Datagram framing, any remote; enabled last.
    yield write(s.address + slotWords.control, 0b101);
    sockets.push(s);
  }
  yield write(nodes.CONTROL.offset, 1);
  o.onEvent?.({ kind: "enabled" });
  while (true) {
    const last = o.finished();
    let worked = false;
    for (const s of sockets) worked = (yield* serve(o, s)) || worked;
    if (last && !worked) return;
    if (!worked) yield { kind: "wait", cycles: 16 };
  }
}

/** Takes what a socket's ring holds; true where there was something. */
function* serve(o: HostOptions, s: Socket): Generator<RegisterOperation, boolean, bigint> {
  const size = o.config.ringLimit;
  const tail = Number(yield { kind: "read", address: s.address + slotWords.rxTail });
  if (tail === s.rxHead) return false;
  const view = new DataView(o.memory.buffer, o.memory.byteOffset);
  let pending = 0;
  const ring = function* (): Generator<RegisterOperation, void, bigint> {
    if (pending === 0) return;
    yield write(s.address + slotWords.txTail, s.txTail);
    o.onEvent?.({ kind: "doorbell", slot: s.slot, datagrams: pending });
    pending = 0;
  };
  while (s.rxHead !== tail) {
    const at = s.rx + s.rxHead;
    const length = view.getUint16(at, true);
    const record = headerBytes + Math.ceil(length / headerBytes) * headerBytes;
    o.onEvent?.({ kind: "received", slot: s.slot, bytes: length });
    if (o.app === "echo") {
      const peer = ipv4Text(view.getUint32(at + 4, true));
      const nextHop = o.neighbour(peer);
      if (nextHop === undefined) o.onEvent?.({ kind: "unreachable", slot: s.slot, peer });
      else {
        if (nextHop !== s.nextHop) {
          // What is on its way still goes to the hop before.
          yield* ring();
          while (s.txHead !== s.txTail) s.txHead = Number(yield { kind: "read", address: s.address + slotWords.txHead });
          yield write(s.address + slotWords.nextHop, nextHop);
          s.nextHop = nextHop;
        }
        while (size - 1 - ((s.txTail - s.txHead + size) % size) < record) {
          yield* ring();
          s.txHead = Number(yield { kind: "read", address: s.address + slotWords.txHead });
        }
        for (let i = 0; i < headerBytes + length; i++)
          o.memory[s.tx + ((s.txTail + i) % size)] = o.memory[s.rx + ((s.rxHead + i) % size)] as number;
        s.txTail = (s.txTail + record) % size;
        pending++;
      }
    }
    s.rxHead = (s.rxHead + record) % size;
  }
  yield write(s.address + slotWords.rxHead, s.rxHead);
  yield* ring();
  return true;
}
