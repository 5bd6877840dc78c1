/**
 * The programs on the other side of the rings, as pure logic: given a slot's rings and its four pointers, what has been
 * read, what has been written, and which doorbells to ring. `accio run` calls them in place of a processor.
 */
import { datagramHeaderLength, decodeDatagramHeader, encodeDatagramHeader, recordLength } from "../nic/datagram.ts";
import type { Ring } from "../nic/ring.ts";
import type { Framing } from "../nic/slots.ts";
import type { Endpoint } from "../packet/addresses.ts";

/** A slot as its owner maps it. */
export interface HostSlot {
  readonly framing: Framing;
  readonly receive: Ring;
  readonly transmit: Ring;
}

/** The four ring pointers, as read from the slot. */
export interface Pointers {
  readonly rxHead: number;
  readonly rxTail: number;
  readonly txHead: number;
  readonly txTail: number;
}

/** What a program did. Its caller writes the pointers that differ from before: the transmit tail first. */
export interface Step {
  /** Consumed up to here. */
  readonly rxHead: number;
  /** Produced up to here: the doorbell. */
  readonly txTail: number;
  /** Datagrams read whole; a stream has none. */
  readonly datagrams: number;
  /** Payload bytes read. */
  readonly bytes: number;
  /** Received data waits for room in the transmit ring, or for its route: call again when the transmit head has moved. */
  readonly blocked: boolean;
}

/**
 * Whether a datagram can go back to its peer: at once; when everything before it has been sent (a slot has one next hop at
 * a time); or not at all, since nobody knows the way.
 */
export type Route = "now" | "later" | "never";

/** @param route  asked for each datagram that there is room for, in order, and again where it was `later`; all go unless said */
export type Application = (slot: HostSlot, pointers: Pointers, route?: (peer: Endpoint) => Route) => Step;

/** Reads everything and answers nothing. */
export const sink: Application = (slot, pointers) => {
  if (slot.framing === "stream") {
    const bytes = slot.receive.used(pointers.rxHead, pointers.rxTail);
    return { rxHead: pointers.rxTail, txTail: pointers.txTail, datagrams: 0, bytes, blocked: false };
  }
  return walk(slot, pointers, () => pointers.txTail);
};

/** Sends every datagram, or every byte of a stream, back to where it came from, as far as there is room and a route. */
export const echo: Application = (slot, pointers, route = () => "now") => {
  const { framing, receive, transmit } = slot;
  if (framing === "stream") {
    const available = receive.used(pointers.rxHead, pointers.rxTail);
    const bytes = Math.min(available, transmit.free(pointers.txHead, pointers.txTail));
    transmit.write(pointers.txTail, receive.read(pointers.rxHead, bytes));
    const rxHead = receive.advance(pointers.rxHead, bytes);
    return { rxHead, txTail: transmit.advance(pointers.txTail, bytes), datagrams: 0, bytes, blocked: bytes < available };
  }
  return walk(slot, pointers, ({ at, length, txTail }) => {
    const needed = recordLength(length);
    if (needed >= transmit.size)
      throw new Error(`a record of ${needed} bytes never fits in a transmit ring of ${transmit.size}: make the ring larger`);
    if (needed > transmit.free(pointers.txHead, txTail)) return null;
    const { peer } = decodeDatagramHeader(receive.read(at, datagramHeaderLength));
    const way = route(peer);
    if (way !== "now") return way === "later" ? null : txTail;
    transmit.write(txTail, encodeDatagramHeader({ length, peer, timestamp: 0n }));
    const payload = receive.read(receive.advance(at, datagramHeaderLength), length);
    transmit.write(transmit.advance(txTail, datagramHeaderLength), payload);
    return transmit.advance(txTail, needed);
  });
};

export const applications = { echo, sink } as const;
export type ApplicationName = keyof typeof applications;

/** A record in the receive ring. */
interface Found {
  readonly at: number;
  /** Payload bytes. */
  readonly length: number;
  /** Transmit tail so far. */
  readonly txTail: number;
}

/** @param take  what to do with a record; returns the transmit tail, or null when it has to wait */
function walk({ receive }: HostSlot, { rxHead, rxTail, txTail }: Pointers, take: (record: Found) => number | null): Step {
  const done = { rxHead, txTail, datagrams: 0, bytes: 0 };
  while (done.rxHead !== rxTail) {
    const available = receive.used(done.rxHead, rxTail);
    const length = available < datagramHeaderLength ? 0 : decodeDatagramHeader(receive.read(done.rxHead, datagramHeaderLength)).length;
    if (recordLength(length) > available) {
      throw new Error(
        `receive ring at offset ${done.rxHead}: a record of ${recordLength(length)} bytes where ${available} lie before the tail ${rxTail}`,
      );
    }
    const tail = take({ at: done.rxHead, length, txTail: done.txTail });
    if (tail === null) return { ...done, blocked: true };
    done.txTail = tail;
    done.rxHead = receive.advance(done.rxHead, recordLength(length));
    done.datagrams += 1;
    done.bytes += length;
  }
  return { ...done, blocked: false };
}
