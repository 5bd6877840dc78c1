/**
 * The register port's address space as one map: the kernel's page with control and counters, a window of 256 bytes per slot
 * of the connection table for the kernel, a page per slot for its owner, and the prototype's pages.
 */
import { bool, enumeration, uint } from "#hdl";
import { command, counter, external, fixed, pop, reg, registerMap, registers, ro, rw, w1c, window, wo } from "#hdl/regmap/index.ts";
import { type Config, type DropCause, dropCauses } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";
import { asidBits } from "#rtl/ict/interface.ts";
import { priorities, priorityBits } from "#rtl/ict/ready-queue-lists.ts";
import { doorbellStride, slotStride, takenBits } from "#rtl/ict/slot-words.ts";
import { walkerNodes } from "#rtl/ict/walker-registers.ts";
import { controlEventNodes } from "./control-events-registers.ts";
import { ordinaryNodes } from "./ordinary-registers.ts";
import { doorbellNodes, slotNodes } from "./slot-registers.ts";
import { statusLineNodes } from "./status-lines-registers.ts";

/** Bytes of the port: where each of its parts begins follows. Only the doorbells are for user space. */
export const portBytes = 0x80_0000;
/** The prototype's pages: its connection table, then five pages of its NIC. */
export const prototypeOffset = 0x1_0000;
export const prototypeNicOffset = 0x8000;
export const prototypeBytes = prototypeNicOffset + 5 * 0x1000;
/** The slots, for the kernel. */
export const slotsOffset = 0x4_0000;
/** A page for each slot that there could be, for its owner. */
export const doorbellsOffset = 0x40_0000;
export const doorbellPages = 1024;
/** Groups of the kernel's page that grow, each with the room that is kept for it. */
export const places = {
  events: { offset: 0x200, bytes: 0x40 },
  statusLines: { offset: 0x240, bytes: 0x40 },
  protection: { offset: 0x280, bytes: 0x40 },
  legacy: { offset: 0x2c0, bytes: 0x10 },
  walker: { offset: 0x300, bytes: 0x80 },
  ordinary: { offset: 0x400, bytes: 0x400 },
  harts: { offset: 0x800, bytes: 0x100 },
} as const;
/**
 * Why an access to a doorbell page was refused: the table does not let this thread (or there is no such slot); it is no
 * doorbell, or not that way; no hart made it. Where several hold, the last one of them.
 */
export const faultCause = enumeration("fault_cause", ["FOREIGN", "NO_DOORBELL", "NO_HART"]);
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

/** An entry of a hart's ready queue, as `takenBits` says. */
const takenFields = (c: Config) => ({
  valid: pop(takenBits.valid, bool, "There was an entry; else all is zero"),
  more: pop(takenBits.more, bool, "Another one waits behind it"),
  causeRx: pop(takenBits.causeRx, bool, "Data has come"),
  causeTx: pop(takenBits.causeTx, bool, "There is room to send"),
  task: pop(takenBits.task, uint(42), "Bits 47 to 6 of the slot's task pointer, in their places; the others repeat bit 47, or are zero"),
  slot: pop(takenBits.slot, uint(derived(c).slotBits), "Number of the slot"),
});

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
      CONTROL: reg(0x10, "Datapath control", {
        enable: external(
          0,
          bool,
          `Take frames from the wire and send datagrams${c.prototypeView ? ". Set, too, when a row of the prototype's pages is enabled or a packet page takes a request" : ""}`,
        ),
      }),
      MAC: reg(0x18, "Our Ethernet address", { address: external(0, uint(48), "First byte on the wire most significant") }),
      TRANSMIT: reg(0x20, "What outgoing headers hold", {
        largest: external(
          0,
          uint(16),
          "Largest UDP payload: where a stream is cut, and what a header may ask for. 0, or more than the MTU holds, is what it holds",
        ),
        ttl: external(16, uint(8), "IPv4 time to live; 64 after reset"),
        tos: external(24, uint(8), "IPv4 type of service: DSCP and ECN"),
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
      FEATURES: reg(0x40, "What else it was built with", {
        prototype: fixed(0, bool, c.prototypeView ? 1 : 0, "The prototype's pages are there"),
        hartsKnown: fixed(
          1,
          bool,
          c.hartIds === "none" ? 0 : 1,
          "1: a doorbell access counts for the hart that makes it. 0: for all of them, since the interconnect does not tell",
        ),
        walker: fixed(2, bool, c.walker ? 1 : 0, "The table walker is there: slots may be a cache of a connection table in memory"),
        priorities: fixed(8, uint(8), priorities, "Priorities of wake-ups, from 0 on"),
        asidBits: fixed(16, uint(8), asidBits, "Bits of an address space's number"),
        kilohertz: fixed(32, uint(32), Math.round(c.coreMhz * 1000), "Frequency of the bus clock, which TIMESTAMP counts"),
      }),
      HASH_KEY: reg(0x48, "Secret of the lookup's hash, so that nobody can aim at it", {
        key: wo(0, uint(64), "Random; REKEY takes it over. It cannot be read back"),
      }),
      REKEY: reg(
        0x50,
        "Changes the hash's secret",
        {
          now: command(0, bool, "Write 1: lookups go by HASH_KEY from now on. Refused while a slot is enabled"),
        },
        { forwarded: true },
      ),
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
      EVENT_QUEUE: controlEventNodes(places.events.offset).EVENTS,
      ...statusLineNodes(places.statusLines.offset),
      PROTECTION: registers(places.protection.offset, "Accesses to doorbell pages that were refused", {
        FOREIGN: events(0x00, "By a thread that does not own the slot, to a slot that is not enabled, or to a page of no slot"),
        NO_DOORBELL: events(0x08, "To what is no doorbell, or the wrong way"),
        NO_HART: events(0x10, "By what is no hart"),
        LAST: reg(0x18, "The last of them", {
          offset: ro(0, uint(12), "Byte in the page"),
          write: ro(12, bool, "It was a write"),
          known: ro(13, bool, "A hart made it, as far as one can tell"),
          hart: ro(16, uint(derived(c).hartBits), "Which"),
          cause: ro(24, faultCause, "Which of the three"),
          slot: ro(32, uint(Math.log2(doorbellPages)), "Number of the page"),
        }),
      }),
      ...(c.walker ? walkerNodes(places.walker.offset) : {}),
      ...ordinaryNodes(places.ordinary.offset),
      CURRENT_THREAD: reg.array(
        places.harts.offset,
        { count: c.harts, stride: 8 },
        "The thread that runs on a hart: for the context switch",
        {
          asid: rw(0, uint(asidBits), "Its address space, as in satp"),
          accelerated: rw(16, bool, "It polls: only a wake-up of a higher priority interrupts it"),
          priority: rw(24, uint(priorityBits), "Its priority"),
        },
      ),
      WAKE_MASK: reg.array(places.harts.offset + 0x40, { count: c.harts, stride: 8 }, "A hart's wake-up line", {
        enabled: external(0, bool, "Raise it; 0 after reset"),
      }),
      TAKE: reg.array(
        places.harts.offset + 0x80,
        { count: c.harts, stride: 8 },
        "Takes the first entry of a hart's ready queue, and ends the suspensions that it was queued for",
        takenFields(c),
        { forwarded: true },
      ),
      PEEK: reg.array(places.harts.offset + 0xc0, { count: c.harts, stride: 8 }, "The same entry, without effect", takenFields(c), {
        forwarded: true,
      }),
      ...(c.prototypeView
        ? {
            LEGACY: registers(places.legacy.offset, "The prototype's packet pages", {
              RX_REFUSED: events(0x00, "Buffers that found no room: 64 wait, or ORDINARY_RX is enabled"),
              TX_REFUSED: events(0x08, "Fragments that found no room: 64 wait, or ORDINARY_TX is enabled"),
            }),
            PROTOTYPE: window(prototypeOffset, prototypeBytes, "The prototype's connection table, and its NIC's five pages at 0x8000"),
          }
        : {}),
      SLOT: registers.array(slotsOffset, { count: c.slots, stride: slotStride }, "The connection table", slotNodes(c), { forwarded: true }),
      DOORBELLS: window(
        doorbellsOffset,
        doorbellPages * doorbellStride,
        "A page of 4 KiB for each slot, to be mapped for its owner: map accio_doorbell",
      ),
    },
    {
      doc: "Accio NIC: connection table, UDP receive and transmit engines.\nDoorbell pages are for user space; all else is the kernel's.",
      size: portBytes,
      compatible: ["accio,nic-1"],
      interrupts: {
        ...Object.fromEntries(Array.from({ length: c.harts }, (_, i) => [`wake${i}`, `A sleeping thread of hart ${i} has data`])),
        event: "An event of EVENTS",
      },
    },
  );

/** A slot's page for its owner. */
export const doorbellMap = (c: Config) =>
  registerMap("accio_doorbell", doorbellNodes(c), {
    doc: "What a thread may do with a slot of Accio's that it owns, while it runs. Anything else is refused, and reported to the kernel.",
    size: doorbellStride,
  });
