/**
 * The top in every configuration: AXI4 register port, AXI4 DMA master, AXI4-Stream wire, interrupt lines (design.md
 * section 3). The ordinary path leaves as a stream of its own until its descriptor engine is here.
 */
import { type Bits, type Bool, bool, input, module, output, type Stream, uint } from "#hdl";
import { axi4, incrBurst } from "#hdl/lib/axi4.ts";
import { axi4Registers } from "#hdl/lib/axi4-registers.ts";
import { axiStream, type PacketBeat, packetBeat, resizePackets } from "#hdl/lib/packet.ts";
import { addressBits } from "#hdl/regmap/block.ts";
import type { Config } from "#rtl/common.ts";
import { idBits } from "#rtl/nic/dma-write.ts";
import { nic, nicTrace } from "#rtl/nic/nic.ts";
import { nicMap } from "#rtl/nic/registers.ts";
import { fromWire, toWire, wireClock } from "#rtl/nic/wire-crossing.ts";

/** ID bits of the register port: what Rocket's MMIO port gives (reference/rocket). */
export const registerIdBits = 4;

export const accioTop = (c: Config) => {
  const registerBits = addressBits(nicMap(c));
  const wire = c.wireClock ? { clock: wireClock } : {};
  return module(
    "accio_top",
    {
      /** Registers, for the kernel. */
      s_axi: input(axi4({ addressBits: registerBits, dataBits: 64, idBits: registerIdBits })),
      /** Rings in memory. */
      m_axi: output(axi4({ addressBits: 64, dataBits: c.busBits, idBits: idBits(c) })),
      /** Frames from the wire, without check sequence. `tuser` in the last beat: the MAC found the frame bad. Always ready. */
      s_axis_rx: input(axiStream(c.wireBits, 1), wire),
      /** Frames to the wire. `tuser` is 0: no frame is taken back once it has begun. */
      m_axis_tx: output(axiStream(c.wireBits, 1), wire),
      /** Received frames that are no slot's: for the kernel's ordinary path. */
      m_axis_ordinary: output(axiStream(c.busBits)),
      /** Level, one line per hart: a sleeping thread of it has data. */
      irq_wake: output(uint(c.harts)),
      /** Level: an event of register EVENTS. */
      irq_event: output(bool),
      /** Pulses of the pipeline, for a logic analyser. */
      trace: output(nicTrace),
      // Of the wire's clock, where it has one: a frame was dropped at its last beat, for want of room or as bad.
      ...(c.wireClock ? { trace_wire_dropped: output(bool, wire) } : {}),
    },
    (io, h) => {
      const registers = h.instance("registers_port", axi4Registers({ addressBits: registerBits, idBits: registerIdBits }), {
        axi: io.s_axi,
      });
      const core = h.instance("nic", nic(c), { registers: registers.bus });
      io.irq_wake.drive(core.irqWake);
      io.irq_event.drive(core.irqEvent);
      io.trace.drive(core.trace);
      io.m_axis_ordinary.connect(core.ordinary);

      const toBeat = (s: Stream<PacketBeat<Bits>>) =>
        s.map(packetBeat(c.busBits, bool), ({ data, keep, last, user }) => ({ data, keep, last, user: user.bit(0) }));
      const toPins = (s: Stream<PacketBeat>) =>
        s.map(packetBeat(c.wireBits, uint(1)), ({ data, keep, last }) => ({ data, keep, last, user: 0 }));
      if (c.wireClock) {
        const arriving = fromWire(h, io.s_axis_rx, c);
        const rx = resizePackets(h, arriving.frames, c.busBits);
        core.rx.connect(rx.map(packetBeat(c.busBits, bool), ({ data, keep, last }) => ({ data, keep, last, user: 0 })));
        core.wireLosses.drive({ overflowed: arriving.overflowed, spoiled: arriving.spoiled });
        (io as unknown as { trace_wire_dropped: Bool }).trace_wire_dropped.drive(arriving.dropped);
        toWire(h, resizePackets(h, core.tx, c.wireBits), io.m_axis_tx, c);
      } else {
        core.rx.connect(toBeat(resizePackets(h, io.s_axis_rx, c.busBits)));
        core.wireLosses.drive({ overflowed: 0, spoiled: 0 });
        io.m_axis_tx.connect(toPins(resizePackets(h, core.tx, c.wireBits)));
      }

      // A burst is a line or a part of one: incrementing, whole bus words.
      const shape = { addressBits: 64, dataBits: c.busBits, idBits: idBits(c) };
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
