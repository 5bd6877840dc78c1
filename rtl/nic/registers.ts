/** The kernel's register page of Accio: control, counters, and a window of 256 bytes per slot of the connection table. */
import { bool, uint } from "#hdl";
import { counter, external, fixed, reg, registerMap, registers, ro, rw, w1c } from "#hdl/regmap/index.ts";
import { type Config, type DropCause, dropCauses } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";
import { controlBits, slotStride, slotWords, statusBits } from "#rtl/ict/slot-layout.ts";

/** Where the slots begin in the page. */
export const slotsOffset = 0x4000;
/** "ACIO", read as a little-endian word. */
const magic = 0x4f49_4341;

const causeDocs: Readonly<Record<DropCause, string>> = {
  ttl: "Time to live of zero",
  ip_checksum: "Wrong IPv4 header checksum",
  ip_length: "IPv4 length shorter than its headers or longer than the frame",
  udp_length: "UDP length shorter than its header or longer than the IPv4 payload",
  udp_checksum: "Wrong UDP checksum",
  ring_full: "No room in the slot's receive ring",
  dma_error: "Memory answered with an error, or the slot had stopped because it did",
};
/** `step`: bits of the most that one cycle adds. */
const events = (offset: number, doc: string, step = 1) => reg(offset, doc, { count: counter(0, uint(64), "Wraps", { step }) });
/** Bits of a number of frames that a wire with its own clock can lose between two cycles of the bus. */
export const lossBits = 5;
/** Events of the wire, several of which can fall into one cycle of the bus. */
const wireEvents = (offset: number, doc: string) => events(offset, doc, lossBits + 2);

/** One slot; offsets and bits are those of slot-layout.ts. */
const slotNodes = (c: Config) => {
  const { pointerBits, hartBits } = derived(c);
  const w = slotWords;
  return {
    CONTROL: reg(w.control, "What the slot is for. Set everything else first, then enable: a slot starts its life empty", {
      enable: external(controlBits.enable, bool, "Match, receive and send"),
      connected: external(controlBits.connected, bool, "1: only datagrams of the remote endpoint match; 0: any remote"),
      datagram: external(controlBits.datagram, bool, "1: a 16-byte header per datagram keeps boundaries and peers; 0: bare bytes"),
      hart: external(controlBits.hart, uint(hartBits), "Hart of the owner, whose wake-up line is raised"),
    }),
    STATUS: reg(w.status, "What the hardware says of the slot", {
      rxAvailable: ro(statusBits.rxAvailable, bool, "Received bytes wait: head and tail differ"),
      rxError: ro(statusBits.rxError, bool, "Receiving has stopped because memory answered with an error; enable the slot anew"),
      txError: ro(statusBits.txError, bool, "Sending has stopped: memory error, tail out of the ring, or a header that cannot be"),
      txBusy: ro(statusBits.txBusy, bool, "Bytes between head and tail are still to be taken up"),
    }),
    LOCAL: reg(w.local, "Local endpoint", {
      ip: external(0, uint(32), "IPv4 address, 10.0.0.1 is 0x0a000001"),
      port: external(32, uint(16), "UDP port"),
    }),
    REMOTE: reg(w.remote, "Remote endpoint of a connected slot", {
      ip: external(0, uint(32), "IPv4 address"),
      port: external(32, uint(16), "UDP port"),
    }),
    NEXT_HOP: reg(w.nextHop, "Where frames are sent to", {
      mac: external(0, uint(48), "Ethernet address, first byte on the wire most significant"),
    }),
    RX_SUSPEND: reg(w.rxSuspend, "The owner sleeps until data is there", {
      suspended: external(0, bool, "Raise the hart's line when data is available"),
    }),
    RX_BASE: reg(w.rxBase, "Receive ring", { address: external(0, uint(64), "Bus address, a multiple of 64: the lower six bits stay 0") }),
    RX_SIZE: reg(w.rxSize, "Size of the receive ring", {
      bytes: external(0, uint(pointerBits + 1), `A power of two from 64 to ${c.ringLimit}; anything else switches the ring off`),
    }),
    RX_HEAD: reg(w.rxHead, "Consumer's offset", { offset: external(0, uint(pointerBits), "Bytes before it have been read") }),
    RX_TAIL: reg(w.rxTail, "Producer's offset", { offset: ro(0, uint(pointerBits), "Bytes before it are in memory") }),
    TX_BASE: reg(w.txBase, "Transmit ring", { address: external(0, uint(64), "Bus address, a multiple of 64: the lower six bits stay 0") }),
    TX_SIZE: reg(w.txSize, "Size of the transmit ring", {
      bytes: external(0, uint(pointerBits + 1), `A power of two from 64 to ${c.ringLimit}; anything else switches the ring off`),
    }),
    TX_HEAD: reg(w.txHead, "Consumer's offset", { offset: ro(0, uint(pointerBits), "Bytes before it have been read from memory") }),
    TX_TAIL: reg(w.txTail, "Producer's offset: the doorbell", {
      offset: external(0, uint(64), "Send the bytes before it; beyond the ring it stops the slot"),
    }),
    RX_DROPS: reg(w.rxDrops, "Datagrams for the slot that were not delivered", {
      count: ro(0, uint(32), "Wraps; zero when the slot is enabled"),
    }),
  };
};

/** The register map of a configuration. */
export const nicMap = (c: Config) =>
  registerMap(
    "accio",
    {
      ID: reg(0x00, "What this is", {
        magic: fixed(0, uint(32), magic, "ACIO in ASCII"),
        version: fixed(32, uint(16), 1, "Version of this interface"),
      }),
      CAPABILITIES: reg(0x08, "What it was built with", {
        slots: fixed(0, uint(16), c.slots, "Slots of the connection table"),
        harts: fixed(16, uint(8), c.harts, "Harts that can own slots"),
        busBytes: fixed(24, uint(8), c.busBits / 8, "Bytes of a DMA beat"),
        ringLimit: fixed(32, uint(32), c.ringLimit, "Largest ring, in bytes"),
      }),
      CONTROL: reg(0x10, "Datapath control", { enable: rw(0, bool, "Take frames from the wire and send datagrams") }),
      MAC: reg(0x18, "Our Ethernet address", { address: rw(0, uint(48), "First byte on the wire most significant") }),
      TRANSMIT: reg(0x20, "What outgoing headers hold", {
        largest: rw(
          0,
          uint(16),
          "Largest UDP payload: where a stream is cut, and what a header may ask for. 0, or more than the MTU holds, is what it holds",
          {
            reset: derived(c).maxPayload,
          },
        ),
        ttl: rw(16, uint(8), "IPv4 time to live", { reset: 64 }),
        tos: rw(24, uint(8), "IPv4 type of service: DSCP and ECN", { reset: 0 }),
      }),
      TIMESTAMP: reg(0x28, "The hardware's clock", {
        cycles: ro(0, uint(64), "Cycles of the bus clock since reset; what datagram headers carry"),
      }),
      EVENTS: reg(0x30, "Causes of the event line; write 1 to clear", {
        rxOverflow: w1c(0, bool, "A frame found no room in the receive buffer"),
        dmaError: w1c(1, bool, "Memory answered with an error"),
        txMalformed: w1c(2, bool, "A transmit descriptor could not be, and stopped its slot"),
      }),
      EVENT_MASK: reg(0x38, "Which events raise the event line", { enabled: rw(0, uint(3), "Bit by bit as in EVENTS") }),
      RX_FRAMES: wireEvents(0x100, "Frames that came from the wire"),
      RX_ACCEPTED: events(0x108, "Datagrams given to slots: they are in memory, and the tail has moved", 2),
      RX_ORDINARY: events(0x110, "Frames for the ordinary path"),
      RX_OVERFLOW: wireEvents(0x118, "Frames that found no room in the receive buffer"),
      RX_OVERSIZE: events(0x120, "Frames longer than the MTU allows"),
      RX_SPOILED: wireEvents(0x140, "Frames that the MAC found bad"),
      TX_FRAMES: events(0x128, "Frames sent"),
      TX_MALFORMED: events(0x130, "Transmit descriptors that could not be, each of which stopped its slot"),
      TX_FAILED: events(0x138, "Slots that stopped sending because memory answered with an error"),
      RX_DROP: registers(0x180, "Datagrams for a slot that were not delivered, by cause", {
        ...(Object.fromEntries(
          dropCauses.map((cause, i) => [cause.toUpperCase(), events(i * 8, causeDocs[cause], cause === "dma_error" ? 2 : 1)]),
        ) as Record<Uppercase<DropCause>, ReturnType<typeof events>>),
      }),
      SLOT: registers.array(slotsOffset, { count: c.slots, stride: slotStride }, "The connection table", slotNodes(c), { forwarded: true }),
    },
    {
      doc: "Accio NIC: connection table, UDP receive and transmit engines. Kernel access only.",
      size: 2 ** Math.ceil(Math.log2(slotsOffset + c.slots * slotStride)),
      compatible: ["accio,nic-1"],
      interrupts: {
        ...Object.fromEntries(Array.from({ length: c.harts }, (_, i) => [`wake${i}`, `A sleeping thread of hart ${i} has data`])),
        event: "An event of EVENTS",
      },
    },
  );
