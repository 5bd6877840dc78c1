/**
 * The NIC behind its registers: `nic_core` with the kernel's registers, the ordinary path, status lines and control events,
 * and the way of all of them to memory and to the wire.
 */
import { type Bits, bool, cat, type Data, input, module, mux, output, type Stream, stream, struct, uint } from "#hdl";
import { oneHot, resize, sum } from "#hdl/lib/bits.ts";
import { packetStream, resizePackets } from "#hdl/lib/packet.ts";
import { registerBus } from "#hdl/lib/register-bus.ts";
import { arbitrate } from "#hdl/lib/stream-join.ts";
import { addressBits } from "#hdl/regmap/block.ts";
import { type Config, dropCauses } from "#rtl/common.ts";
import { registerIdBits } from "#rtl/ict/port.ts";
import { connectWalker, type WalkerPorts, type WalkerRegisters } from "#rtl/ict/walker-registers.ts";
import type { EventsOfWalker } from "#rtl/nic/control-event-sources.ts";
import { controlEvents } from "#rtl/nic/control-events.ts";
import { connectControlEvents } from "#rtl/nic/control-events-registers.ts";
import { type CoreOfWalker, nicCore } from "#rtl/nic/core.ts";
import { dmaReadMux, dmaWriteMux, muxConfig } from "#rtl/nic/dma-mux.ts";
import { readBeat } from "#rtl/nic/dma-read.ts";
import { addressBeat, idBits, responseBeat, writeBeat } from "#rtl/nic/dma-write.ts";
import { connectLegacy } from "#rtl/nic/legacy-connect.ts";
import { ordinaryPath, ordinaryPort } from "#rtl/nic/ordinary-path.ts";
import { connectQueue } from "#rtl/nic/ordinary-registers.ts";
import { registerFront } from "#rtl/nic/register-front.ts";
import { lossBits, nicMap } from "#rtl/nic/registers.ts";
import { statusLines } from "#rtl/nic/status-lines.ts";
import { connectStatusLines } from "#rtl/nic/status-lines-registers.ts";
import { waitingTrace } from "#rtl/udp/rx-engine.ts";

/**
 * Where frames are on their way: one pulse each, in the order in which frames came. For a logic analyser, and for the
 * simulator's report of a run.
 */
export const nicTrace = (c: Config) =>
  struct(
    {
      /** The frame's facts are known. */
      parsed: bool,
      /** With `parsed`: it was not kept (no room, bad, too long), and no verdict follows. */
      refused: bool,
      /** Its verdict: to a slot, to the ordinary path, or the causes for which it was dropped. */
      delivered: bool,
      /** With `delivered`: an empty datagram of a stream, which writes nothing. */
      empty: bool,
      ordinary: bool,
      causes: uint(dropCauses.length),
      /** A delivered datagram is in memory and the tail has moved; or its write failed. */
      committed: bool,
      lost: bool,
      /** A frame's last beat has left. */
      sent: bool,
      /** With the table walker: frames that wait for it, whose verdicts come later. */
      ...(c.walker ? { waiting: waitingTrace } : {}),
    },
    c.walker ? "nic_trace_walker" : "nic_trace",
  );

/** Masters of memory: datagrams, the ordinary path, the table walker where it is there, status lines, events. The last two only write. */
const mastersOf = (c: Config): number => (c.walker ? 5 : 4);
const readersOf = (c: Config): number => (c.walker ? 3 : 2);
/** The NIC's port to memory: IDs as wide as the ordinary path's, with the master's number on top; datagrams are master 0. */
export const nicPort = (c: Config): Config => muxConfig(ordinaryPort(c), mastersOf(c));
/** A master's beats with IDs of another width. */
const withId = <P extends Data & { readonly id: Bits }>(s: Stream<P>, of: Stream<P>["of"], bits: number): Stream<P> =>
  s.map(of, (beat) => ({ ...beat, id: resize(beat.id, bits) }) as never);

/** The walker's pins of the core, named as those of the walker. */
const walkersPort = (core: CoreOfWalker) => ({
  aw: core.walkerAw,
  w: core.walkerW,
  b: core.walkerB,
  ar: core.walkerAr,
  r: core.walkerR,
});
const walkersRegisters = (core: CoreOfWalker): WalkerPorts => ({
  settings: core.walkerSettings,
  command: core.walkerCommand,
  busy: core.walkerBusy,
  invalidating: core.walkerInvalidating,
  counts: core.walkerCounts,
});

export const nic = (c: Config) => {
  const port = nicPort(c);
  const wide = ordinaryPort(c);
  const masters = mastersOf(c),
    readers = readersOf(c);
  return module(
    "nic",
    {
      registers: input(registerBus({ addressBits: addressBits(nicMap(c)), sourceBits: registerIdBits })),
      /** `user` in a frame's last beat: the MAC found it bad. */
      rx: input(packetStream(c.wireBits, bool)),
      tx: output(packetStream(c.wireBits)),
      /** The link is up; each change is an event. */
      link: input(bool),
      aw: output(stream(addressBeat(port))),
      w: output(stream(writeBeat(port))),
      b: input(stream(responseBeat(port))),
      ar: output(stream(addressBeat(port))),
      r: input(stream(readBeat(port))),
      /** Frames that the wire's side lost in this cycle: for want of room, and because they were bad. */
      wireLosses: input(struct({ overflowed: uint(lossBits), spoiled: uint(lossBits) }, "wire_losses")),
      irqWake: output(uint(c.harts)),
      irqOrdinaryReceive: output(bool),
      irqOrdinaryTransmit: output(bool),
      irqEvent: output(bool),
      trace: output(nicTrace(c)),
    },
    (io, h) => {
      const { now } = h.registers({ /** Cycles since reset: the time that datagram headers carry. */ now: uint(64) });
      now.next(now.add(1));
      const core = h.instance("core", nicCore(c), { now, rx: io.rx });
      const { events, news } = core;
      const { regs, port: pages } = registerFront(h, c, io.registers, { now, received: events.rxCommitted, sent: events.txFrames });
      const { shared, fault } = pages;
      core.control.drive({
        enable: shared.enable,
        mac: shared.mac,
        largest: shared.largest,
        ttl: shared.ttl,
        tos: shared.tos,
        hashKey: regs.HASH_KEY.key,
      });
      core.request.connect(pages.ask);
      pages.reply.drive(core.reply);
      core.mask.drive(shared.wakeMask);
      for (let k = 0; k < c.harts; k++)
        core.current.at(k).drive({
          asid: regs.CURRENT_THREAD.asid.at(k),
          accelerated: regs.CURRENT_THREAD.accelerated.at(k),
          priority: regs.CURRENT_THREAD.priority.at(k),
        });
      io.irqWake.drive(core.irq);

      // ---- beside the sockets ----------------------------------------------------------------------
      const path = h.instance("ordinary", ordinaryPath(c), { from: core.ordinary });
      const { ORDINARY_RX, ORDINARY_TX } = regs;
      connectQueue(ORDINARY_RX, { settings: path.receiveSettings, writes: path.receiveWrites, status: path.receiveStatus });
      connectQueue(ORDINARY_TX, { settings: path.transmitSettings, writes: path.transmitWrites, status: path.transmitStatus });
      ORDINARY_RX.FRAMES.count.increment.drive(path.events.delivered);
      ORDINARY_RX.DROPPED.count.increment.drive(path.events.dropped);
      ORDINARY_TX.FRAMES.count.increment.drive(path.events.sent);
      ORDINARY_TX.REFUSED.count.increment.drive(path.events.refused);
      const { receive, transmit } = connectLegacy(c, path, pages);
      io.irqOrdinaryReceive.drive(receive);
      io.irqOrdinaryTransmit.drive(transmit);
      // Frames of sockets and of the kernel in turns, each whole.
      const kernels = resizePackets(h, path.to, c.wireBits);
      io.tx.connect(arbitrate(h, [core.tx, kernels], { name: "wire_turns", packets: true }));

      const lines = h.instance("status_lines", statusLines(c), { received: news.received, sent: news.sent, status: core.status });
      core.statusSlot.drive(lines.slot);
      connectStatusLines(regs.STATUS_LINES, lines);

      const queue = h.instance("control_events", controlEvents(c), {
        now,
        link: io.link,
        receiveError: news.rxFails,
        transmitError: news.txFails,
        statusError: lines.failed,
        ordinaryReceiveStop: path.events.receive_stops,
        ordinaryTransmitStop: path.events.transmit_stops,
        miss: news.miss,
        overflow: news.full,
        placed: news.placed,
        malformedDoorbell: news.outside,
        malformedDescriptor: news.malformed,
        fault: {
          valid: fault.valid,
          slot: fault.slot,
          askers: mux(fault.maker.known, oneHot(fault.maker.hart, c.harts), uint(c.harts).of(0) as Bits),
          offset: fault.offset,
          write: fault.write,
        },
      });
      connectControlEvents(regs.EVENT_QUEUE, queue);

      const walks = c.walker ? (core as unknown as CoreOfWalker) : undefined;
      if (walks !== undefined) {
        connectWalker((regs as unknown as { readonly WALKER: WalkerRegisters }).WALKER, walkersRegisters(walks), walks.roomFull);
        const table = queue as unknown as EventsOfWalker;
        table.malformedEntry.drive(walks.malformedEntry);
        table.tableReadError.drive(walks.tableReadFails);
        table.tableWriteError.drive(walks.tableWriteFails);
      }

      // ---- memory ------------------------------------------------------------------------------------
      const writes = h.instance("writes", dmaWriteMux(wide, masters), { b: io.b });
      const reads = h.instance("reads", dmaReadMux(wide, readers));
      const readPort = muxConfig(wide, readers);
      reads.r.connect(withId(io.r, readBeat(readPort), idBits(readPort)));
      const narrow = idBits(c),
        bits = idBits(wide);
      // What only writes comes last.
      const walker = walks === undefined ? [] : [walkersPort(walks)];
      const all = [core, path, ...walker, lines, queue];
      all.forEach((master, i) => {
        writes.fromAw[i]?.connect(withId(master.aw, addressBeat(wide), bits));
        writes.fromW[i]?.connect(master.w);
        const answers = writes.fromB[i];
        if (answers !== undefined) master.b.connect(master === path ? (answers as never) : withId(answers, responseBeat(c), narrow));
      });
      [core, path, ...walker].forEach((master, i) => {
        reads.fromAr[i]?.connect(withId(master.ar, addressBeat(wide), bits));
        const answers = reads.fromR[i];
        if (answers !== undefined) master.r.connect(master === path ? (answers as never) : withId(answers, readBeat(c), narrow));
      });
      io.aw.connect(writes.aw);
      io.w.connect(writes.w);
      io.ar.connect(withId(reads.ar, addressBeat(port), idBits(port)));

      io.trace.drive({
        parsed: events.rxFrames,
        refused: events.rxOverflow.or(events.rxSpoiled).or(events.rxOversize),
        delivered: events.rxAccepted,
        empty: events.rxEmpty,
        ordinary: events.rxOrdinary,
        causes: events.verdicts,
        committed: events.rxCommitted,
        lost: events.rxLost,
        sent: events.txFrames,
        ...(walks === undefined ? {} : { waiting: walks.waiting }),
      });
      regs.TIMESTAMP.cycles.drive(now);
      const { overflowed, spoiled } = io.wireLosses;
      const many = (...counts: readonly Bits[]): Bits => resize(sum(counts), lossBits + 2);
      regs.RX_FRAMES.count.increment.drive(many(events.rxFrames, overflowed, spoiled));
      // Counted when it is in memory: what fails to get there is a drop. One that writes nothing may meet a commit.
      regs.RX_ACCEPTED.count.increment.drive(resize(sum([events.rxCommitted, events.rxEmpty]), 2));
      regs.RX_ORDINARY.count.increment.drive(events.rxOrdinary);
      regs.RX_OVERFLOW.count.increment.drive(many(events.rxOverflow, overflowed));
      regs.RX_SPOILED.count.increment.drive(many(events.rxSpoiled, spoiled));
      regs.RX_OVERSIZE.count.increment.drive(events.rxOversize);
      regs.TX_FRAMES.count.increment.drive(events.txFrames);
      regs.TX_MALFORMED.count.increment.drive(events.txMalformed);
      regs.TX_FAILED.count.increment.drive(events.txFailed);
      dropCauses.forEach((cause, i) => {
        const { increment } = regs.RX_DROP[cause.toUpperCase() as Uppercase<typeof cause>].count;
        // A write that fails and a frame for a slot that has stopped can meet in one cycle.
        increment.drive(cause === "dma_error" ? resize(sum([events.verdicts.bit(i), events.rxLost]), 2) : events.verdicts.bit(i));
      });
      regs.EVENTS.rxOverflow.set.drive(events.rxOverflow.or(overflowed.any()));
      regs.EVENTS.dmaError.set.drive(events.txFailed.or(events.rxLost).or(events.verdicts.bit(dropCauses.indexOf("dma_error"))));
      regs.EVENTS.txMalformed.set.drive(events.txMalformed);
      const pending = cat(regs.EVENTS.txMalformed.value, regs.EVENTS.dmaError.value, regs.EVENTS.rxOverflow.value);
      io.irqEvent.drive(queue.irq.or(pending.and(regs.EVENT_MASK.enabled).any()));
    },
  );
};
