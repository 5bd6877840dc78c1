/**
 * Where control events come from: one place for each source, so that all may happen at once; they leave in turns, with the
 * time at which they were. What finds its place taken is lost and counted, and nobody waits for anything.
 */
import {
  type Bits,
  type Bool,
  type Builder,
  bool,
  cat,
  constant,
  type Io,
  input,
  module,
  mux,
  oneHotMux,
  output,
  stream,
  struct,
  uint,
} from "#hdl";
import { fromBits, lowestOne, popcount, resize } from "#hdl/lib/bits.ts";
import { memoryBits } from "#hdl/regmap/index.ts";
import { type Config, tuple } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";
import { slotEvent } from "#rtl/ict/interface.ts";
import { doorbellStride } from "#rtl/ict/slot-words.ts";
import { entryEvent } from "#rtl/ict/walker-write.ts";
import { type EventKind, entryRecord, eventKinds, eventRecord, eventTimeBits, missRecord } from "./control-event-formats.ts";
import { lostBits } from "./control-events-registers.ts";
import { doorbellPages } from "./registers.ts";

/** An event without what only the ring knows. */
export const eventBody = struct({ facts: uint(64), kind: uint(4), time: uint(eventTimeBits), lost: bool }, "event_body");
/** A datagram for which there is no slot. */
export const tableMiss = struct({ valid: bool, tuple }, "table_miss");
const offsetBits = Math.log2(doorbellStride);
/** Pages of no slot have a number, too: it must not be told as a slot's. */
const pageBits = Math.log2(doorbellPages);
/** A doorbell page was accessed by somebody who may not: which page, who may have asked (slotRequest), where, and how. */
export const protectionFault = (c: Config) =>
  struct(
    { valid: bool, slot: uint(pageBits), askers: uint(c.harts), offset: uint(offsetBits), write: bool },
    `protection_fault_${c.harts}`,
  );

/** Inputs of the sources, for whoever has them inside. All are pulses but `link`. */
export const eventInputs = (c: Config) => ({
  /** Cycles since reset. */
  now: input(uint(64)),
  /** The link is up; each change is an event. */
  link: input(bool),
  /** Memory has refused an access for this slot. */
  receiveError: input(slotEvent(c)),
  transmitError: input(slotEvent(c)),
  statusError: input(slotEvent(c)),
  /** A queue of the ordinary path has stopped by itself. */
  ordinaryReceiveStop: input(bool),
  ordinaryTransmitStop: input(bool),
  miss: input(tableMiss),
  /** A datagram found no room in this slot's ring; one was placed. Of one slot in one cycle, the placed one was first. */
  overflow: input(slotEvent(c)),
  placed: input(slotEvent(c)),
  malformedDoorbell: input(slotEvent(c)),
  malformedDescriptor: input(slotEvent(c)),
  fault: input(protectionFault(c)),
  ...(c.walker ? walkerInputs : {}),
});
/** Sources that are there with the table walker. */
const walkerInputs = {
  /** This entry of the connection table cannot be one. */
  malformedEntry: input(entryEvent),
  /** Memory has refused a walk's read; what was written to this entry. */
  tableReadError: input(bool),
  tableWriteError: input(entryEvent),
};
export type EventsOfWalker = Io<typeof walkerInputs>;

/**
 * A ring that is full is one event, however many datagrams it costs, until one has been placed again; for as many cycles
 * after reset as there are slots none is heard.
 */
export const eventSources = (c: Config) => {
  return module(
    `event_sources_${c.slots}_${c.harts}${c.walker ? "_walker" : ""}`,
    {
      ...eventInputs(c),
      kinds: input(uint(16)),
      /** Table misses may leave: anybody can cause them, and they shall not take all room. */
      misses: input(bool),
      out: output(stream(eventBody)),
      /** Events lost in this cycle. */
      lost: output(uint(lostBits)),
      /** An event was lost elsewhere: the next one says so. */
      forgotten: input(bool),
    },
    (io, h) => {
      const { was_up } = h.registers({ was_up: bool });
      was_up.next(io.link);
      const began = episodes(c, h, io);

      const facts = (of: { slot?: Bits; offset?: Bits; harts?: Bits; write?: Bits }): Bits =>
        memoryBits(eventRecord, {
          FACTS: {
            pageOffset: (of.offset ?? constant(1, 0)).zext(32),
            slot: (of.slot ?? constant(1, 0)).zext(16),
            harts: (of.harts ?? constant(1, 0)).zext(8),
            write: of.write ?? 0,
          },
          HEAD: { time: 0, kind: "NONE", lost: 0, phase: 0 },
        }).trunc(64);
      const ofSlot = (name: string, kind: EventKind, e: { readonly valid: Bool; readonly slot: Bits }): Source => ({
        name,
        fires: e.valid.and(io.kinds.bit(eventKinds[kind])),
        keeps: e.slot,
        kind: () => constant(4, eventKinds[kind]),
        facts: (slot) => facts({ slot }),
      });
      const plain = (name: string, kind: EventKind, e: Bool): Source => ({
        name,
        fires: e.and(io.kinds.bit(eventKinds[kind])),
        keeps: null,
        kind: () => constant(4, eventKinds[kind]),
        facts: () => facts({}),
      });
      const entryFacts = (entry: Bits, write: boolean): Bits =>
        memoryBits(entryRecord, { ENTRY: { number: entry.zext(32), write }, HEAD: { time: 0, kind: "NONE", lost: 0, phase: 0 } }).trunc(64);
      const ofEntry = (name: string, kind: EventKind, e: { readonly valid: Bool; readonly entry: Bits }, write: boolean): Source => ({
        name,
        fires: e.valid.and(io.kinds.bit(eventKinds[kind])),
        keeps: e.entry,
        kind: () => constant(4, eventKinds[kind]),
        facts: (entry) => entryFacts(entry, write),
      });
      const walkers = ({ malformedEntry, tableReadError, tableWriteError }: EventsOfWalker): readonly Source[] => [
        ofEntry("entry", "MALFORMED_ENTRY", malformedEntry, false),
        plain("table_read", "TABLE_DMA_ERROR", tableReadError),
        ofEntry("table_write", "TABLE_DMA_ERROR", tableWriteError, true),
      ];
      const { fault, miss } = io;
      const up = io.link.and(io.kinds.bit(eventKinds.LINK_UP)),
        down = io.link.not().and(io.kinds.bit(eventKinds.LINK_DOWN));
      const [h0, o0, w0] = [pageBits, pageBits + c.harts, pageBits + c.harts + offsetBits];
      const sources: readonly Source[] = [
        {
          name: "link",
          fires: io.link.ne(was_up).and(up.or(down)),
          keeps: io.link,
          kind: (kept) => mux(kept as Bool, constant(4, eventKinds.LINK_UP), constant(4, eventKinds.LINK_DOWN)),
          facts: () => facts({}),
        },
        ofSlot("receive_error", "RX_DMA_ERROR", io.receiveError),
        ofSlot("transmit_error", "TX_DMA_ERROR", io.transmitError),
        ofSlot("status_error", "STATUS_DMA_ERROR", io.statusError),
        plain("receive_stop", "ORDINARY_RX_STOP", io.ordinaryReceiveStop),
        plain("transmit_stop", "ORDINARY_TX_STOP", io.ordinaryTransmitStop),
        {
          name: "miss",
          fires: miss.valid.and(io.kinds.bit(eventKinds.TABLE_MISS)),
          keeps: memoryBits(missRecord, {
            TUPLE: { remoteIp: miss.tuple.remoteIp, remotePort: miss.tuple.remotePort, localPort: miss.tuple.localPort },
            HEAD: { time: 0, kind: "NONE", lost: 0, phase: 0 },
          }).trunc(64),
          kind: () => constant(4, eventKinds.TABLE_MISS),
          facts: (kept) => kept,
          may: io.misses,
        },
        ofSlot("overflow", "RING_OVERFLOW", { valid: began, slot: io.overflow.slot }),
        ofSlot("doorbell", "MALFORMED_DOORBELL", io.malformedDoorbell),
        ofSlot("descriptor", "MALFORMED_DESCRIPTOR", io.malformedDescriptor),
        {
          name: "fault",
          fires: fault.valid.and(io.kinds.bit(eventKinds.PROTECTION_FAULT)),
          keeps: cat(fault.write, fault.offset, fault.askers, fault.slot),
          kind: () => constant(4, eventKinds.PROTECTION_FAULT),
          facts: (kept) =>
            facts({ slot: kept.trunc(h0), harts: kept.slice(o0 - 1, h0), offset: kept.slice(w0 - 1, o0), write: kept.bit(w0) }),
        },
        ...(c.walker ? walkers(io as unknown as EventsOfWalker) : []),
      ];

      // ---- places, and whose turn it is -------------------------------------------------------------------
      const { waits, last } = h.registers({
        waits: uint(sources.length),
        /** Who had the last turn; one-hot. */
        last: uint(sources.length),
      });
      const { requests } = h.nets({
        requests: fromBits(sources.map((s, i) => (s.may === undefined ? waits.bit(i) : waits.bit(i).and(s.may)))),
      });
      const { later } = h.nets({ later: requests.and(last.or(last.sub(1)).not()) });
      const { turn } = h.nets({ turn: mux(later.any(), lowestOne(later), lowestOne(requests)) });
      const { leaves } = h.nets({ leaves: io.out.ready.and(requests.any()) });
      const { missed } = h.registers({ /** Events were lost since the last one that left. */ missed: bool });
      const held = sources.map((s, i) => {
        const { [`${s.name}_time`]: time } = h.registers({ [`${s.name}_time`]: uint(eventTimeBits).noReset() }) as Record<string, Bits>;
        const kept =
          s.keeps === null
            ? null
            : (h.registers({ [`${s.name}_what`]: uint(s.keeps.width).noReset() }) as Record<string, Bits>)[`${s.name}_what`];
        const goes = leaves.and(turn.bit(i));
        const room = waits.bit(i).not().or(goes);
        waits.bit(i).next(s.fires.or(waits.bit(i).and(goes.not())));
        h.when(s.fires.and(room), () => {
          (time as Bits).next(io.now.trunc(eventTimeBits));
          if (s.keeps !== null) (kept as Bits).next(s.keeps as never);
        });
        const body = { facts: s.facts((kept ?? constant(1, 0)) as Bits), kind: s.kind((kept ?? constant(1, 0)) as Bits), time };
        return { body, loses: s.fires.and(room.not()), when: turn.bit(i) };
      });
      io.out.valid.drive(requests.any());
      const pick = (what: "facts" | "kind" | "time"): Bits =>
        oneHotMux(held.map(({ body, when }) => ({ when, value: body[what] as Bits })));
      io.out.payload.drive({ facts: pick("facts"), kind: pick("kind"), time: pick("time"), lost: missed } as never);
      h.when(leaves, () => last.next(turn));
      const { loses } = h.nets({ loses: fromBits(held.map((x) => x.loses)) });
      missed.next(loses.any().or(io.forgotten).or(missed.and(leaves.not())));
      io.lost.drive(resize(popcount(loses), lostBits) as never);
    },
  );
};

interface Source {
  readonly name: string;
  readonly fires: Bool;
  /** What must be remembered of it, if anything. */
  readonly keeps: Bits | null;
  readonly kind: (kept: Bits) => Bits;
  readonly facts: (kept: Bits) => Bits;
  /** It may leave; always unless said. */
  readonly may?: Bool;
}

/**
 * A ring's first datagram without room since one was placed. Each slot has a flag in two memories, one for each who may
 * change it: there is an episode where they differ.
 */
const episodes = (
  c: Config,
  h: Builder,
  { overflow, placed }: Readonly<Record<"overflow" | "placed", { readonly valid: Bool; readonly slot: Bits }>>,
): Bool => {
  const slot = uint(derived(c).slotBits);
  const { clears } = h.registers({ clears: bool.reset(1) });
  const { walk } = h.registers({ /** Slots whose flags are cleared. */ walk: slot });
  walk.next(walk.add(1));
  h.when(walk.all(), () => clears.next(0));
  const ram = (name: string) => h.memory(name, bool, c.slots, { style: "distributed" });
  const [began, ended] = [ram("began"), ram("ended")];
  const { same } = h.nets({ same: overflow.valid.and(placed.valid).and(overflow.slot.eq(placed.slot as never)) });
  // Where a memory is written it is read too: one port for both is the smallest memory that there is.
  const { full, emptied } = h.nets({
    full: mux(clears, walk, overflow.slot as never) as Bits,
    emptied: mux(clears, walk, placed.slot as never) as Bits,
  });
  const { known, over } = h.nets({
    known: began.read(full).xor(ended.read(overflow.slot)),
    over: began.read(placed.slot).xor(ended.read(emptied)),
  });
  const heard = overflow.valid.and(clears.not());
  began.write(full, began.read(full).not().and(clears.not()), clears.or(overflow.valid.and(known.not())));
  ended.write(emptied, ended.read(emptied).not().and(clears.not()), clears.or(placed.valid.and(over).and(same.not())));
  return h.nets({ begins: heard.and(known.not().or(same)) }).begins;
};
