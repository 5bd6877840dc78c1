/** The NIC behind its registers: `nic_core` with the kernel's register page, the counters and the event line. */
import { type Bits, bool, cat, input, module, output, stream, struct, uint } from "#hdl";
import { resize, sum } from "#hdl/lib/bits.ts";
import { packetStream } from "#hdl/lib/packet.ts";
import { registerBus } from "#hdl/lib/register-bus.ts";
import { addressBits, registerBlock } from "#hdl/regmap/block.ts";
import { type Config, dropCauses } from "#rtl/common.ts";
import { nicCore } from "#rtl/nic/core.ts";
import { readBeat } from "#rtl/nic/dma-read.ts";
import { addressBeat, responseBeat, writeBeat } from "#rtl/nic/dma-write.ts";
import { lossBits, nicMap } from "#rtl/nic/registers.ts";

/**
 * Where frames are on their way: one pulse each, in the order in which frames came. For a logic analyser, and for the
 * simulator's report of a run.
 */
export const nicTrace = struct(
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
  },
  "nic_trace",
);

export const nic = (c: Config) => {
  const map = nicMap(c);
  return module(
    "nic",
    {
      registers: input(registerBus({ addressBits: addressBits(map) })),
      /** `user` in a frame's last beat: the MAC found it bad. */
      rx: input(packetStream(c.busBits, bool)),
      tx: output(packetStream(c.busBits)),
      ordinary: output(packetStream(c.busBits)),
      aw: output(stream(addressBeat(c))),
      w: output(stream(writeBeat(c))),
      b: input(stream(responseBeat(c))),
      ar: output(stream(addressBeat(c))),
      r: input(stream(readBeat(c))),
      /** Frames that the wire's side lost in this cycle: for want of room, and because they were bad. */
      wireLosses: input(struct({ overflowed: uint(lossBits), spoiled: uint(lossBits) }, "wire_losses")),
      irqWake: output(uint(c.harts)),
      irqEvent: output(bool),
      trace: output(nicTrace),
    },
    (io, h) => {
      const { now } = h.registers({ /** Cycles since reset: the time that datagram headers carry. */ now: uint(64) });
      now.next(now.add(1));
      const regs = h.instance("registers_block", registerBlock(map), { bus: io.registers });
      const slot = regs.SLOT;
      const core = h.instance("core", nicCore(c), {
        control: {
          enable: regs.CONTROL.enable,
          mac: regs.MAC.address,
          largest: regs.TRANSMIT.largest,
          ttl: regs.TRANSMIT.ttl,
          tos: regs.TRANSMIT.tos,
        },
        now,
        access: { valid: slot.valid, write: slot.write, slot: slot.index, word: slot.word, data: slot.data, strobe: slot.strobe },
        rx: io.rx,
        b: io.b,
        r: io.r,
      });
      slot.ready.drive(1);
      slot.response.data.drive(core.readData);
      slot.response.error.drive(0);
      io.tx.connect(core.tx);
      io.ordinary.connect(core.ordinary);
      io.aw.connect(core.aw);
      io.w.connect(core.w);
      io.ar.connect(core.ar);
      io.irqWake.drive(core.irq);

      const { events } = core;
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
      io.irqEvent.drive(pending.and(regs.EVENT_MASK.enabled).any());
    },
  );
};
