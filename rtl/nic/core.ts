/**
 * The NIC in one clock: connection table, receive and transmit engines, status lines, and the counters' pulses. `nic.ts`
 * puts registers, ordinary path and events beside it, `accio-top.ts` the bus protocols and the wire's own clock around it.
 */
import { array, bool, type Io, input, module, output, stream, struct, uint } from "#hdl";
import { packetBeat, packetStream } from "#hdl/lib/packet.ts";
import { type Config, dropCauses } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";
import { connectionTable, type TableOfWalker } from "#rtl/ict/connection-table.ts";
import { currentThread, slotEvent, slotReply, slotRequest, slotStatus } from "#rtl/ict/interface.ts";
import { tableWalker } from "#rtl/ict/walker.ts";
import { walkerCommand, walkerCounts, walkerSettings } from "#rtl/ict/walker-registers.ts";
import { entryEvent } from "#rtl/ict/walker-write.ts";
import { tableMiss } from "#rtl/nic/control-event-sources.ts";
import { readBeat } from "#rtl/nic/dma-read.ts";
import { addressBeat, responseBeat, writeBeat } from "#rtl/nic/dma-write.ts";
import { type ReceiveOfWalker, rxEngine, waitingTrace } from "#rtl/udp/rx-engine.ts";
import { txEngine } from "#rtl/udp/tx-engine.ts";

/** What software sets for the whole NIC. */
export const nicControl = struct(
  {
    enable: bool,
    mac: uint(48),
    /** Largest UDP payload sent. */ largest: uint(16),
    ttl: uint(8),
    tos: uint(8),
    /** Secret of the lookup's hash. */
    hashKey: uint(64),
  },
  "nic_control",
);
/** One pulse per event, for the counters. */
export const nicEvents = struct(
  {
    rxFrames: bool,
    rxAccepted: bool,
    rxEmpty: bool,
    rxOrdinary: bool,
    rxOverflow: bool,
    rxSpoiled: bool,
    rxOversize: bool,
    /** Drop causes. */
    verdicts: uint(dropCauses.length),
    /** A datagram's tail has moved; a write to memory that moves none. */
    rxCommitted: bool,
    rxLost: bool,
    txFrames: bool,
    txMalformed: bool,
    txFailed: bool,
  },
  "nic_events",
);
/** What happens to slots, for status lines and for the events' queue. */
export const slotNewsOf = (c: Config) =>
  struct(
    {
      /** The receive tail has moved, or the slot was opened; the transmit head has moved. */
      received: slotEvent(c),
      sent: slotEvent(c),
      /** A datagram was placed, or dropped for want of room. */
      placed: slotEvent(c),
      full: slotEvent(c),
      /** A datagram for which there is no slot. */
      miss: tableMiss,
      /** Memory's first error for a slot's receiving; for its sending. */
      rxFails: slotEvent(c),
      txFails: slotEvent(c),
      /** A descriptor that cannot be; a doorbell out of the ring. */
      malformed: slotEvent(c),
      outside: slotEvent(c),
    },
    `slot_news_of_${c.slots}`,
  );

/** Pins of a core with the table walker: its registers, its way to memory, and what it tells. */
const walkerPins = (c: Config) => ({
  walkerSettings: input(walkerSettings),
  walkerCommand: input(walkerCommand),
  walkerBusy: output(bool),
  walkerInvalidating: output(bool),
  walkerCounts: output(walkerCounts),
  /** A frame found no place to wait. */
  roomFull: output(bool),
  waiting: output(waitingTrace),
  /** An entry cannot be one; memory has refused a walk's read, or what was written to an entry. */
  malformedEntry: output(entryEvent),
  tableReadFails: output(bool),
  tableWriteFails: output(entryEvent),
  walkerAw: output(stream(addressBeat(c))),
  walkerW: output(stream(writeBeat(c))),
  walkerB: input(stream(responseBeat(c))),
  walkerAr: output(stream(addressBeat(c))),
  walkerR: input(stream(readBeat(c))),
});
/** The walker's side of a core that has one. */
export type CorePinsOfWalker = ReturnType<typeof walkerPins>;
export type CoreOfWalker = Io<CorePinsOfWalker>;

export const nicCore = (c: Config) => {
  return module(
    c.walker ? "nic_core_walker" : "nic_core",
    {
      ...(c.walker ? walkerPins(c) : {}),
      control: input(nicControl),
      now: input(uint(64)),
      // Registers.
      request: input(stream(slotRequest(c))),
      reply: output(slotReply),
      current: input(array(currentThread, c.harts)),
      mask: input(uint(c.harts)),
      irq: output(uint(c.harts)),
      // The wire's width may be more than the bus's (docs/decisions/receive-width.md).
      rx: input(packetStream(c.wireBits, bool)),
      tx: output(packetStream(c.wireBits)),
      ordinary: output(stream(packetBeat(c.busBits))),
      aw: output(stream(addressBeat(c))),
      w: output(stream(writeBeat(c))),
      b: input(stream(responseBeat(c))),
      ar: output(stream(addressBeat(c))),
      r: input(stream(readBeat(c))),
      events: output(nicEvents),
      news: output(slotNewsOf(c)),
      /** A slot's state in the cycle after it was named. */
      statusSlot: input(uint(derived(c).slotBits)),
      status: output(slotStatus(c)),
    },
    (io, h) => {
      const { control } = io;
      const table = h.instance("ict", connectionTable(c), {
        request: io.request,
        current: io.current,
        mask: io.mask,
        hashKey: control.hashKey,
        statusSlot: io.statusSlot,
      });
      io.reply.drive(table.reply);
      io.irq.drive(table.irq);
      io.status.drive(table.status);

      const rx = h.instance("rx", rxEngine(c, c.wireBits), {
        wire: io.rx,
        mac: control.mac,
        now: io.now,
        enable: control.enable,
        hit: table.hit,
        found: table.found,
        receive: table.receive,
        b: io.b,
      });
      table.key.connect(rx.key);
      table.advance.drive(rx.advance);
      table.receiveSlot.drive(rx.receiveSlot);
      table.judging.drive(rx.judging);
      table.verdict.drive(rx.verdict);
      table.commit.drive(rx.commit);
      io.aw.connect(rx.aw);
      io.w.connect(rx.w);
      io.ordinary.connect(rx.ordinary);

      const tx = h.instance("tx", txEngine(c, c.wireBits), {
        enable: control.enable,
        mac: control.mac,
        largest: control.largest,
        ttl: control.ttl,
        tos: control.tos,
        now: io.now,
        turn: table.turn,
        others: table.others,
        torn: table.torn,
        r: io.r,
      });
      table.returned.drive(tx.returned);
      table.planned.drive(tx.planned);
      table.building.drive(tx.building);
      table.done.drive(tx.done);
      table.sent.drive(tx.sent);
      io.ar.connect(tx.ar);
      io.tx.connect(tx.wire);

      io.news.drive({
        received: table.fresh,
        sent: { valid: tx.done.valid.and(tx.done.failed.not()), slot: tx.done.slot },
        placed: { valid: rx.accepted, slot: rx.full.slot },
        full: rx.full,
        miss: rx.missed,
        rxFails: table.fails,
        txFails: { valid: tx.failed, slot: tx.done.slot },
        malformed: { valid: tx.malformed, slot: tx.returned.slot },
        outside: table.malformed,
      });
      io.events.drive({
        rxFrames: rx.seen,
        rxAccepted: rx.accepted,
        rxEmpty: rx.acceptedEmpty,
        rxOrdinary: rx.toOrdinary,
        rxOverflow: rx.overflow,
        rxSpoiled: rx.spoiled,
        rxOversize: rx.oversize,
        verdicts: rx.verdicts,
        rxCommitted: table.moved.valid,
        rxLost: table.lost.valid,
        txFrames: tx.frame,
        txMalformed: tx.malformed,
        txFailed: tx.failed,
      });
      if (!c.walker) return;
      const pins = io as unknown as CoreOfWalker;
      const slots = table as unknown as TableOfWalker;
      const waiting = rx as unknown as ReceiveOfWalker;
      const walker = h.instance("walker", tableWalker(c), {
        settings: pins.walkerSettings,
        command: pins.walkerCommand,
        missed: waiting.sought,
        loaded: slots.loaded,
        unloaded: slots.unloaded,
        used: table.moved,
        b: pins.walkerB,
        r: pins.walkerR,
      });
      waiting.walks.drive(pins.walkerSettings.enable);
      waiting.answer.connect(walker.answer);
      slots.load.connect(walker.load);
      slots.unload.connect(walker.unload);
      pins.walkerAw.connect(walker.aw);
      pins.walkerW.connect(walker.w);
      pins.walkerAr.connect(walker.ar);
      pins.walkerBusy.drive(walker.busy);
      pins.walkerInvalidating.drive(walker.invalidating);
      pins.walkerCounts.drive(walker.counts);
      pins.roomFull.drive(waiting.roomFull);
      pins.waiting.drive(waiting.waiting);
      pins.malformedEntry.drive(walker.malformed);
      pins.tableReadFails.drive(walker.readFailed);
      pins.tableWriteFails.drive(walker.writeFailed);
    },
  );
};
