/**
 * UDP transmit (paper section 5, TX path): packets are planned, their bytes read from the slots' rings and built into
 * frames, and the frames sent. Everything keeps the order of the plans.
 */
import { bool, input, module, mux, output, stream, uint } from "#hdl";
import { packetBeat } from "#hdl/lib/packet.ts";
import type { Config } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";
import { frameSent, transmitDone, transmitReturn, transmitTurn } from "#rtl/ict/interface.ts";
import { dmaRead, readBeat } from "#rtl/nic/dma-read.ts";
import { addressBeat } from "#rtl/nic/dma-write.ts";
import { txBuild } from "#rtl/udp/tx-build.ts";
import { txPlan } from "#rtl/udp/tx-plan.ts";
import { txSend } from "#rtl/udp/tx-send.ts";
import { txStore } from "#rtl/udp/tx-store.ts";

/** @param frameBits  width of the frames' beats: the bus's, or wider, so that headers take no time from the bus */
export const txEngine = (c: Config, frameBits = c.busBits) => {
  const { slotBits } = derived(c);
  return module(
    "tx_engine",
    {
      enable: input(bool),
      mac: input(uint(48)),
      /** Longest payload of a datagram, in bytes; 0, or more than the MTU allows, for as long as that. */
      largest: input(uint(16)),
      /** For slots without policies of their own. */
      ttl: input(uint(8)),
      tos: input(uint(8)),
      now: input(uint(64)),
      turn: input(stream(transmitTurn(c))),
      /** Another slot waits for its turn. */
      others: input(bool),
      returned: output(transmitReturn(c)),
      /** A packet has been planned, of the slot whose turn it is; it may be given back in the same cycle. */
      planned: output(bool),
      done: output(transmitDone(c)),
      /** The slot of the packet that is being built, and the table's answer: nothing more of it may leave. */
      building: output(uint(slotBits)),
      torn: input(bool),
      sent: output(frameSent(c)),
      ar: output(stream(addressBeat(c))),
      r: input(stream(readBeat(c))),
      wire: output(stream(packetBeat(frameBits))),
      /** Pulses for the counters: a frame has left; a descriptor cannot be; memory has failed a packet. */
      frame: output(bool),
      malformed: output(bool),
      failed: output(bool),
    },
    (io, h) => {
      const { enable, largest, ttl, tos, turn, others } = io;
      const plan = h.instance("plan", txPlan(c), { enable, largest, ttl, tos, turn, others });
      io.returned.drive(plan.returned);
      io.planned.drive(plan.planned);
      io.malformed.drive(plan.returned.valid.and(plan.returned.malformed));
      const dma = h.instance("dma", dmaRead(c), { job: plan.reads });
      io.ar.connect(dma.ar);
      dma.r.connect(io.r);

      // Fetched words are a header for the planner or payload for the frame.
      const { for_header } = h.nets({ for_header: plan.isHeader.payload });
      const build = h.instance("build", txBuild(c, frameBits), { packets: plan.packets, torn: io.torn });
      plan.header.valid.drive(dma.out.valid.and(for_header));
      plan.header.payload.drive(dma.out.payload);
      build.data.valid.drive(dma.out.valid.and(for_header.not()));
      build.data.payload.drive(dma.out.payload);
      dma.out.ready.drive(mux(for_header, plan.header.ready, build.data.ready));
      plan.isHeader.ready.drive(dma.out.fire.and(dma.out.payload.last));
      h.assert("what is read has its kind", dma.out.valid.implies(plan.isHeader.valid));
      io.building.drive(build.building);
      io.done.drive(build.done);
      io.failed.drive(build.failed);

      const store = h.instance("store", txStore(c, frameBits), { piece: build.piece, frames: build.frames });
      build.freed.drive(store.freed);
      const { mac, now } = io;
      const send = h.instance("send", txSend(c, frameBits), { mac, now, frames: store.whole, payload: store.payload });
      io.wire.connect(send.wire);
      io.sent.drive(send.sent);
      io.frame.drive(send.sent.valid);
    },
  );
};
