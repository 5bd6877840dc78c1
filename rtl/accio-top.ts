/**
 * The top in every configuration: AXI4 register port, AXI4 DMA master, AXI4-Stream wire, interrupt lines (design.md
 * section 3).
 */
import { type Bits, type Bool, bool, input, module, output, type Stream, uint } from "#hdl";
import { axi4, incrBurst } from "#hdl/lib/axi4.ts";
import { axi4Registers } from "#hdl/lib/axi4-registers.ts";
import { axiStream, type PacketBeat, packetBeat } from "#hdl/lib/packet.ts";
import { addressBits } from "#hdl/regmap/block.ts";
import type { Config } from "#rtl/common.ts";
import { registerIdBits } from "#rtl/ict/port.ts";
import { idBits } from "#rtl/nic/dma-write.ts";
import { nic, nicPort, nicTrace } from "#rtl/nic/nic.ts";
import { nicMap } from "#rtl/nic/registers.ts";
import { fromWire, toWire, wireClock } from "#rtl/nic/wire-crossing.ts";

export const accioTop = (c: Config) => {
  const registerBits = addressBits(nicMap(c));
  const wire = c.wireClock ? { clock: wireClock } : {};
  return module(
    "accio_top",
    {
      /** Registers, for the kernel. */
      s_axi: input(axi4({ addressBits: registerBits, dataBits: 64, idBits: registerIdBits })),
      /** Rings in memory. */
      m_axi: output(axi4({ addressBits: 64, dataBits: c.busBits, idBits: idBits(nicPort(c)) })),
      /** Frames from the wire, without check sequence. `tuser` in the last beat: the MAC found the frame bad. Always ready. */
      s_axis_rx: input(axiStream(c.wireBits, 1), wire),
      /** Frames to the wire. `tuser` is 0: no frame is taken back once it has begun. */
      m_axis_tx: output(axiStream(c.wireBits, 1), wire),
      /** The link is up; of any clock, each change is an event. */
      link_up: input(bool),
      /** Level, one line per hart: a sleeping thread of it has what it waits for, and goes before the running one. */
      irq_wake: output(uint(c.harts)),
      /** Levels: frames of the kernel's ordinary path have come, or have left. */
      irq_ordinary_rx: output(bool),
      irq_ordinary_tx: output(bool),
      /** Level: a control event, or one of register EVENTS. */
      irq_event: output(bool),
      /** Pulses of the pipeline, for a logic analyser. */
      trace: output(nicTrace(c)),
      // Of the wire's clock, where it has one: a frame was dropped at its last beat, for want of room or as bad.
      ...(c.wireClock ? { trace_wire_dropped: output(bool, wire) } : {}),
    },
    (io, h) => {
      const registers = h.instance("registers_port", axi4Registers({ addressBits: registerBits, idBits: registerIdBits, source: true }), {
        axi: io.s_axi,
      });
      const core = h.instance("nic", nic(c), { registers: registers.bus });
      io.irq_wake.drive(core.irqWake);
      io.irq_event.drive(core.irqEvent);
      io.trace.drive(core.trace);
      core.link.drive(io.link_up);
      io.irq_ordinary_rx.drive(core.irqOrdinaryReceive);
      io.irq_ordinary_tx.drive(core.irqOrdinaryTransmit);

      if (c.wireClock) {
        const arriving = fromWire(h, io.s_axis_rx, c);
        core.rx.connect(arriving.frames.map(packetBeat(c.wireBits, bool), ({ data, keep, last }) => ({ data, keep, last, user: 0 })));
        core.wireLosses.drive({ overflowed: arriving.overflowed, spoiled: arriving.spoiled });
        (io as unknown as { trace_wire_dropped: Bool }).trace_wire_dropped.drive(arriving.dropped);
        toWire(h, core.tx, io.m_axis_tx, c);
      } else {
        const toBeat = (s: Stream<PacketBeat<Bits>>) =>
          s.map(packetBeat(c.wireBits, bool), ({ data, keep, last, user }) => ({ data, keep, last, user: user.bit(0) }));
        const toPins = (s: Stream<PacketBeat>) =>
          s.map(packetBeat(c.wireBits, uint(1)), ({ data, keep, last }) => ({ data, keep, last, user: 0 }));
        core.rx.connect(toBeat(io.s_axis_rx));
        core.wireLosses.drive({ overflowed: 0, spoiled: 0 });
        io.m_axis_tx.connect(toPins(core.tx));
      }

      // A burst is a line or a part of one: incrementing, whole bus words.
      const shape = { addressBits: 64, dataBits: c.busBits, idBits: idBits(nicPort(c)) };
      const { aw, w, b, ar, r } = io.m_axi;
      const request = (to: typeof aw, from: typeof core.aw): void => {
        to.valid.drive(from.valid);
        to.payload.drive(incrBurst(shape, { id: from.payload.id, addr: from.payload.address, len: from.payload.length }));
        from.ready.drive(to.ready);
      };
      request(aw, core.aw);
      request(ar, core.ar);
      w.valid.drive(core.w.valid);
      w.payload.drive({ data: core.w.payload.data, strb: core.w.payload.strobe, last: core.w.payload.last });
      core.w.ready.drive(w.ready);
      core.b.valid.drive(b.valid);
      core.b.payload.drive({ id: b.payload.id, response: b.payload.resp.asBits() });
      b.ready.drive(core.b.ready);
      core.r.valid.drive(r.valid);
      core.r.payload.drive({ id: r.payload.id, data: r.payload.data, response: r.payload.resp.asBits(), last: r.payload.last });
      r.ready.drive(core.r.ready);
    },
  );
};
