/**
 * What the control event queue writes into memory: records of 16 bytes, first what is told, then its kind and time with the
 * bit that says that the record is new. The last word is written last. `controlEventHeaders` prints them as C structs.
 */
import { bool, enumeration, uint } from "#hdl";
import { cHeader, memoryLayout, reg, rw } from "#hdl/regmap/index.ts";

/** Bytes of a record. */
export const eventBytes = 16;
/** Ring sizes, as powers of two of records. */
export const eventRingLogs = { least: 3, most: 15 } as const;
/** Bits of the time that a record keeps. */
export const eventTimeBits = 48;

/** Kinds, by their numbers; register CONTROL has a bit for each. */
export const eventKinds = {
  /** Never written: memory that is zero holds no event. */
  NONE: 0,
  LINK_UP: 1,
  LINK_DOWN: 2,
  RX_DMA_ERROR: 3,
  TX_DMA_ERROR: 4,
  STATUS_DMA_ERROR: 5,
  ORDINARY_RX_STOP: 6,
  ORDINARY_TX_STOP: 7,
  TABLE_MISS: 8,
  RING_OVERFLOW: 9,
  MALFORMED_DOORBELL: 10,
  MALFORMED_DESCRIPTOR: 11,
  PROTECTION_FAULT: 12,
  /** Of the connection table in memory: an entry cannot be one; memory refused an access. */
  MALFORMED_ENTRY: 13,
  TABLE_DMA_ERROR: 14,
} as const;
export type EventKind = keyof typeof eventKinds;

const head = reg(8, "What it is, and when it was; written last", {
  time: rw(0, uint(eventTimeBits), "Cycles of the bus clock: the lower 48 bits of the NIC's time"),
  kind: rw(48, enumeration("event_kind", eventKinds, 8), "What it is"),
  lost: rw(62, bool, "Events were lost between the record before and this one; LOST has their number"),
  phase: rw(63, bool, "1 where the hardware wrote it in its first pass over the ring, 0 in its second, and so on"),
});

/** Of every kind but those of the formats below. What does not belong to the kind is 0. */
export const eventRecord = memoryLayout(
  "accio_event",
  {
    FACTS: reg(0, "Of what it is told", {
      pageOffset: rw(0, uint(32), "Of a protection fault: the byte in the doorbell page"),
      slot: rw(32, uint(16), "The slot, where it is of one; of a protection fault the page, which may be of no slot"),
      harts: rw(48, uint(8), "Of a protection fault: who may have asked, a bit for each hart; none for an ID of no hart"),
      write: rw(56, bool, "Of a protection fault: it was a write"),
    }),
    HEAD: head,
  },
  { doc: "An event of any kind that has no format of its own, in the control event ring.", size: eventBytes },
);
/** Of kind `TABLE_MISS`. The frame itself goes the ordinary way, with all that is missing here. */
export const missRecord = memoryLayout(
  "accio_miss_event",
  {
    TUPLE: reg(0, "Of the datagram, in host order", {
      remoteIp: rw(0, uint(32), "Who sent it"),
      remotePort: rw(32, uint(16), "From which port"),
      localPort: rw(48, uint(16), "To which port"),
    }),
    HEAD: head,
  },
  { doc: "An event of kind TABLE_MISS, in the control event ring: a datagram for no slot has come.", size: eventBytes },
);
/** Of kind `MALFORMED_ENTRY` and `TABLE_DMA_ERROR`. */
export const entryRecord = memoryLayout(
  "accio_entry_event",
  {
    ENTRY: reg(0, "Of the connection table in memory", {
      number: rw(0, uint(32), "Number of the entry; 0 where a bucket or an entry could not be read"),
      write: rw(56, bool, "Of TABLE_DMA_ERROR: what became of the entry's connection could not be written"),
    }),
    HEAD: head,
  },
  { doc: "An event of kind MALFORMED_ENTRY or TABLE_DMA_ERROR, in the control event ring.", size: eventBytes },
);

/** C headers, by file name. Offsets and sizes are asserted at compile time. */
export const controlEventHeaders = (): ReadonlyMap<string, string> =>
  new Map([eventRecord, missRecord, entryRecord].map((l) => [`${l.name}.h`, cHeader(l as never)]));
