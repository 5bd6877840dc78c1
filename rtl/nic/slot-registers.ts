/** A slot's words as registers: all of them in the kernel's window, and in a doorbell page what its owner may do. */
import { bool, enumeration, uint } from "#hdl";
import { external, reg, ro } from "#hdl/regmap/index.ts";
import type { Config } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";
import { asidBits } from "#rtl/ict/interface.ts";
import { priorityBits } from "#rtl/ict/ready-queue-lists.ts";
import { controlBits, identityBits, openResults, policyBits, sideBits, statusBits, slotWords as w } from "#rtl/ict/slot-words.ts";

/** How a slot's last opening went. */
export const openResult = enumeration("open_result", [...openResults]);

const status = () =>
  reg(w.status, "What the hardware says of the slot", {
    rxAvailable: ro(statusBits.rxAvailable, bool, "Received bytes wait: head and tail differ"),
    rxError: ro(statusBits.rxError, bool, "Receiving has stopped because memory answered with an error; enable the slot anew"),
    txError: ro(
      statusBits.txError,
      bool,
      "Sending has stopped, for the reason that malformed, torn or outside names; enable the slot anew",
    ),
    txBusy: ro(statusBits.txBusy, bool, "Bytes between head and tail are still to be taken up"),
    draining: ro(statusBits.draining, bool, "The slot is closed, and something that was accepted for it is on its way yet"),
    txAvailable: ro(statusBits.txAvailable, bool, "There is room to send: at least POLICY.room bytes, and one"),
    result: ro(statusBits.result, openResult, "How the last opening went: no cell was free, or another slot has the same endpoints"),
    malformed: ro(statusBits.malformed, bool, "With txError: a datagram's header could not be"),
    torn: ro(statusBits.torn, bool, "With txError: memory answered with an error"),
    outside: ro(statusBits.outside, bool, "With txError: the tail was written with what lies outside the ring"),
  });
const suspend = () =>
  reg(w.suspend, "What the owner sleeps on; each bit ends with the wake-up that it causes", {
    rx: external(sideBits.rx, bool, "Wake the owner when data is there; at once where it is there already"),
    tx: external(sideBits.tx, bool, "Wake the owner when there is room to send; at once where there is already"),
  });
const rxHead = (bits: number) => reg(w.rxHead, "Consumer's offset", { offset: external(0, uint(bits), "Bytes before it have been read") });
const rxTail = (bits: number) => reg(w.rxTail, "Producer's offset", { offset: ro(0, uint(bits), "Bytes before it are in memory") });
const txHead = (bits: number) =>
  reg(w.txHead, "Consumer's offset", { offset: ro(0, uint(bits), "Bytes before it have been read from memory") });
const txTail = () =>
  reg(w.txTail, "Producer's offset: the doorbell", {
    offset: external(0, uint(64), "Send the bytes before it; beyond the ring it stops the slot"),
  });
const rxDrops = () =>
  reg(w.rxDrops, "Datagrams for the slot that were not delivered", { count: ro(0, uint(32), "Wraps; zero when the slot is enabled") });
const time = (at: number, doc: string) => reg(at, doc, { cycles: ro(0, uint(64), "TIMESTAMP then; zero when the slot is enabled") });
const rxTime = () => time(w.rxTime, "When the last delivered datagram came: its first beat");
const txTime = () => time(w.txTime, "When the last datagram left: its last beat");

/** All words of a slot. */
export const slotNodes = (c: Config) => {
  const { pointerBits, hartBits } = derived(c);
  const base = (at: number, doc: string) =>
    reg(at, doc, { address: external(0, uint(64), "Bus address, a multiple of 64: the lower six bits stay 0") });
  const size = (at: number, doc: string) =>
    reg(at, doc, {
      bytes: external(0, uint(pointerBits + 1), `A power of two from 64 to ${c.ringLimit}; anything else switches the ring off`),
    });
  const endpoint = (at: number, doc: string) =>
    reg(at, doc, {
      ip: external(0, uint(32), "IPv4 address, 10.0.0.1 is 0x0a000001"),
      port: external(32, uint(16), "UDP port"),
    });
  return {
    CONTROL: reg(w.control, "What the slot is for. Set everything else first, then enable: a slot starts its life empty", {
      enable: external(controlBits.enable, bool, "Match, receive and send. STATUS.result says whether it could"),
      connected: external(controlBits.connected, bool, "1: only datagrams of the remote endpoint match; 0: any remote"),
      datagram: external(controlBits.datagram, bool, "1: a 16-byte header per datagram keeps boundaries and peers; 0: bare bytes"),
      noChecksum: external(controlBits.noChecksum, bool, "Datagrams leave with a UDP checksum of zero, which is none (RFC 768)"),
      hart: external(controlBits.hart, uint(hartBits), "Hart of the owner, whose wake-up line is raised"),
      priority: external(controlBits.priority, uint(priorityBits), "The higher is woken first, and interrupts lower ones that run"),
    }),
    STATUS: status(),
    LOCAL: endpoint(w.local, "Local endpoint"),
    REMOTE: endpoint(w.remote, "Remote endpoint of a connected slot"),
    NEXT_HOP: reg(w.nextHop, "Where frames are sent to", {
      mac: external(0, uint(48), "Ethernet address, first byte on the wire most significant"),
    }),
    SUSPEND: suspend(),
    RX_BASE: base(w.rxBase, "Receive ring"),
    RX_SIZE: size(w.rxSize, "Size of the receive ring"),
    RX_HEAD: rxHead(pointerBits),
    RX_TAIL: rxTail(pointerBits),
    TX_BASE: base(w.txBase, "Transmit ring"),
    TX_SIZE: size(w.txSize, "Size of the transmit ring"),
    TX_HEAD: txHead(pointerBits),
    TX_TAIL: txTail(),
    RX_DROPS: rxDrops(),
    TASK: reg(w.task, "Whom a wake-up is for", {
      pointer: external(0, uint(64), "Kept for the kernel, which TAKE hands it to; the hardware knows nothing of it"),
    }),
    IDENTITY: reg(w.identity, "Who owns the slot", {
      asid: external(identityBits.asid, uint(asidBits), "Address space that may use the doorbell page"),
      socket: external(identityBits.socket, uint(32), "For the kernel: of no meaning to the hardware"),
    }),
    POLICY: reg(w.policy, "How it sends", {
      ttl: external(policyBits.ttl, uint(8), "IPv4 time to live, where own is 1"),
      tos: external(policyBits.tos, uint(8), "IPv4 type of service, where own is 1"),
      own: external(policyBits.own, bool, "1: ttl and tos are those of this slot; 0: those of TRANSMIT"),
      room: external(policyBits.room, uint(pointerBits), "Free bytes of the transmit ring from which on a sleeping sender is woken"),
    }),
    RX_TIME: rxTime(),
    TX_TIME: txTime(),
    AVAILABLE: reg(w.available, "What the ready queue holds to be there. Written only to try it", {
      rx: external(sideBits.rx, bool, "Data"),
      tx: external(sideBits.tx, bool, "Room to send"),
    }),
  };
};

/** What an owner sees of its slot; slot-words.ts says the same for the hardware. */
export const doorbellNodes = (c: Config) => {
  const { pointerBits } = derived(c);
  const size = (at: number, doc: string) => reg(at, doc, { bytes: ro(0, uint(pointerBits + 1), "A power of two; 0: there is none") });
  return {
    STATUS: status(),
    SUSPEND: suspend(),
    RX_SIZE: size(w.rxSize, "Size of the receive ring"),
    RX_HEAD: rxHead(pointerBits),
    RX_TAIL: rxTail(pointerBits),
    TX_SIZE: size(w.txSize, "Size of the transmit ring"),
    TX_HEAD: txHead(pointerBits),
    TX_TAIL: txTail(),
    RX_DROPS: rxDrops(),
    RX_TIME: rxTime(),
    TX_TIME: txTime(),
  };
};
