/**
 * The ordinary path (IceNIC's role in the paper): frames between the wire and the kernel through rings of descriptors in
 * memory, a queue each way, under a Linux netdev. Its registers are those of ordinary-registers.ts, joined by
 * `connectOrdinary`.
 */
import { bool, input, module, output, type SignalOf, stream, struct, uint } from "#hdl";
import { packetStream } from "#hdl/lib/packet.ts";
import type { Config } from "#rtl/common.ts";
import { readBeat } from "#rtl/nic/dma-read.ts";
import { addressBeat, responseBeat, writeBeat } from "#rtl/nic/dma-write.ts";
import { dmaReadMux, dmaWriteMux, muxConfig } from "./dma-mux.ts";
import { legacyRequests, legacyStates } from "./legacy-pointers.ts";
import { legacyReceive } from "./legacy-receive.ts";
import { legacyTransmit } from "./legacy-transmit.ts";
import type { IngressOptions } from "./ordinary-ingress.ts";
import { ordinaryQueue } from "./ordinary-queue.ts";
import { ordinaryReceive } from "./ordinary-receive.ts";
import { queueSettings, queueStatus, queueWrites } from "./ordinary-registers.ts";
import { ordinaryTransmit } from "./ordinary-transmit.ts";

/** Masters inside: receive data, receive completions, transmit completions; the two fetches and transmit data. */
const masters = 3;
/** The path's memory port: IDs of `c` with two bits on top. */
export const ordinaryPort = (c: Config): Config => muxConfig(c, masters);

/** One pulse per event (`dropped` counts up to two), for counters and the event line. */
export const ordinaryEvents = struct(
  {
    delivered: bool,
    dropped: uint(2),
    sent: bool,
    refused: bool,
    /** A queue has stopped by itself: why is in its status. */
    receive_stops: bool,
    transmit_stops: bool,
  },
  "ordinary_events",
);
/** The prototype's packet pages, where they are. */
export interface LegacyPins {
  readonly legacyRequests: SignalOf<typeof legacyRequests>;
  readonly legacyStates: SignalOf<typeof legacyStates>;
}
const control = { settings: input(queueSettings), writes: input(queueWrites), status: output(queueStatus) };

export const ordinaryPath = (c: Config, options: IngressOptions = {}) => {
  const port = ordinaryPort(c);
  return module(
    "ordinary_path",
    {
      /** Whole frames from the wire. Held up for no more than the patience of the ingress between two that leave. */
      from: input(packetStream(c.busBits)),
      to: output(packetStream(c.busBits)),
      receiveSettings: control.settings,
      receiveWrites: control.writes,
      receiveStatus: control.status,
      transmitSettings: control.settings,
      transmitWrites: control.writes,
      transmitStatus: control.status,
      ar: output(stream(addressBeat(port))),
      r: input(stream(readBeat(port))),
      aw: output(stream(addressBeat(port))),
      w: output(stream(writeBeat(port))),
      b: input(stream(responseBeat(port))),
      irqRx: output(bool),
      irqTx: output(bool),
      events: output(ordinaryEvents),
      ...(c.prototypeView ? { legacyRequests: input(legacyRequests, { unused: true }), legacyStates: output(legacyStates) } : {}),
    },
    (io, h) => {
      const { refused } = h.wires({ /** A frame to send is refused. */ refused: bool });
      const reads = h.instance("reads", dmaReadMux(c, masters), { r: io.r });
      const writes = h.instance("writes", dmaWriteMux(c, masters), { b: io.b });
      io.ar.connect(reads.ar);
      io.aw.connect(writes.aw);
      io.w.connect(writes.w);
      const [r0, r1, r2] = reads.fromR;
      const [b0, b1, b2] = writes.fromB;

      const receive = h.instance("receive_queue", ordinaryQueue(c), {
        settings: io.receiveSettings,
        writes: io.receiveWrites,
        r: r0 as never,
        b: b0 as never,
      });
      const fill = h.instance("receive", ordinaryReceive(c, options), {
        from: io.from,
        b: b2 as never,
      });
      receive.drained.drive(fill.drained);
      receive.malformed.drive(fill.malformed);

      const transmit = h.instance("transmit_queue", ordinaryQueue(c), {
        settings: io.transmitSettings,
        writes: io.transmitWrites,
        r: r1 as never,
        b: b1 as never,
      });
      const gather = h.instance("transmit", ordinaryTransmit(c), { r: r2 as never });
      transmit.drained.drive(gather.drained);
      // What a descriptor asks for in vain is refused frame by frame.
      transmit.malformed.drive(0);
      io.to.connect(gather.to);

      // ---- whose the engines are -------------------------------------------------------------------------
      if (c.prototypeView) {
        const pages = io as unknown as LegacyPins;
        const buffers = h.instance("legacy_receive", legacyReceive(), {
          request: pages.legacyRequests.receive,
          enable: io.receiveSettings.enable,
          busy: receive.status.busy,
          queueRuns: receive.runs,
          queueDescriptors: receive.descriptors,
          completions: fill.completions,
          drained: fill.drained,
          failed: fill.failed,
        });
        fill.runs.drive(buffers.runs);
        fill.longest.drive(buffers.longest);
        fill.descriptors.connect(buffers.descriptors);
        receive.completions.connect(buffers.queueCompletions);
        receive.failed.drive(buffers.queueFailed);
        const fragments = h.instance("legacy_transmit", legacyTransmit(), {
          request: pages.legacyRequests.transmit,
          enable: io.transmitSettings.enable,
          busy: transmit.status.busy,
          queueRuns: transmit.runs,
          queueEnds: transmit.ends,
          queueDescriptors: transmit.descriptors,
          completions: gather.completions,
          drained: gather.drained,
          failed: gather.failed,
          passed: gather.passed,
          refused: gather.refused,
          unsent: gather.unsent,
        });
        gather.runs.drive(fragments.runs);
        gather.ends.drive(fragments.ends);
        gather.descriptors.connect(fragments.descriptors);
        transmit.completions.connect(fragments.queueCompletions);
        transmit.failed.drive(fragments.queueFailed);
        refused.drive(fragments.refuses);
        pages.legacyStates.drive({ receive: buffers.state, transmit: fragments.state });
      } else {
        fill.runs.drive(receive.runs);
        fill.longest.drive(0xffff);
        fill.descriptors.connect(receive.descriptors);
        receive.completions.connect(fill.completions);
        receive.failed.drive(fill.failed);
        gather.runs.drive(transmit.runs);
        gather.ends.drive(transmit.ends);
        gather.descriptors.connect(transmit.descriptors);
        transmit.completions.connect(gather.completions);
        transmit.failed.drive(gather.failed);
        refused.drive(gather.refused);
      }

      [receive.ar, transmit.ar, gather.ar].forEach((s, i) => {
        reads.fromAr[i]?.connect(s);
      });
      [receive.aw, transmit.aw, fill.aw].forEach((s, i) => {
        writes.fromAw[i]?.connect(s);
      });
      [receive.w, transmit.w, fill.w].forEach((s, i) => {
        writes.fromW[i]?.connect(s);
      });
      io.receiveStatus.drive(receive.status);
      io.transmitStatus.drive(transmit.status);
      io.irqRx.drive(receive.irq);
      io.irqTx.drive(transmit.irq);
      io.events.drive({
        delivered: fill.delivered,
        dropped: fill.dropped,
        sent: gather.sent,
        refused,
        receive_stops: receive.stops,
        transmit_stops: transmit.stops,
      });
    },
  );
};
