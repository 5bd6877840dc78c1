/** UDP receive (paper section 5, RX path): frames from the wire into the buffer, and from there to their slots. */
import { bool, input, module, output, stream, uint } from "#hdl";
import { packetBeat, packetStream } from "#hdl/lib/packet.ts";
import { type Config, dropCauses, tuple } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";
import { receiveState, receiveVerdict, ringCommit, slotEvent } from "#rtl/ict/interface.ts";
import { tableMiss } from "#rtl/nic/control-event-sources.ts";
import { addressBeat, responseBeat, writeBeat } from "#rtl/nic/dma-write.ts";
import { rxDeliver } from "#rtl/udp/rx-deliver.ts";
import { rxIngress } from "#rtl/udp/rx-ingress.ts";
import { rxVerdict } from "#rtl/udp/rx-verdict.ts";

/**
 * `dataBits`: width of the wire and of the receive buffer, the bus width or more. Frames carry headers that memory never
 * sees, so short datagrams fill the bus only where they come in faster than it (docs/decisions/receive-width.md).
 */
export const rxEngine = (c: Config, dataBits: number = c.busBits) => {
  const { slotBits } = derived(c);
  return module(
    "rx_engine",
    {
      /** `user` in a frame's last beat: the MAC found it bad. Always taken. */
      wire: input(packetStream(dataBits, bool)),
      mac: input(uint(48)),
      now: input(uint(64)),
      enable: input(bool),
      // The table's side (rx-verdict.ts).
      key: output(stream(tuple)),
      advance: output(bool),
      hit: input(bool),
      found: input(uint(slotBits)),
      receiveSlot: output(uint(slotBits)),
      receive: input(receiveState(c)),
      judging: output(slotEvent(c)),
      verdict: output(receiveVerdict(c)),
      commit: output(ringCommit(c)),
      // Memory and the ordinary path.
      aw: output(stream(addressBeat(c))),
      w: output(stream(writeBeat(c))),
      b: input(stream(responseBeat(c))),
      ordinary: output(stream(packetBeat(c.busBits))),
      // Pulses for the counters. First: a frame came; it found no room; the MAC found it bad; it was too long.
      seen: output(bool),
      overflow: output(bool),
      spoiled: output(bool),
      oversize: output(bool),
      // Then, of one that was kept: its verdict.
      accepted: output(bool),
      /** With `accepted`: it has no bytes to write, and nothing will be committed. */
      acceptedEmpty: output(bool),
      toOrdinary: output(bool),
      /** Drops by cause. What fails when it is written is told by the table. */
      verdicts: output(uint(dropCauses.length)),
      /** A datagram found no room in this slot's ring; one has no slot. Its local address is not told: it is 0. */
      full: output(slotEvent(c)),
      missed: output(tableMiss),
    },
    (io, h) => {
      const ingress = h.instance("ingress", rxIngress({ ...c, busBits: dataBits }), {
        wire: io.wire,
        mac: io.mac,
        now: io.now,
        enable: io.enable,
      });
      io.seen.drive(ingress.seen);
      io.overflow.drive(ingress.overflow);
      io.spoiled.drive(ingress.spoiled);
      io.oversize.drive(ingress.oversize);

      const verdict = h.instance("verdict", rxVerdict(c, dataBits), {
        frames: ingress.frames,
        hit: io.hit,
        found: io.found,
        receive: io.receive,
      });
      io.key.connect(verdict.key);
      io.advance.drive(verdict.advance);
      io.receiveSlot.drive(verdict.receiveSlot);
      io.judging.drive(verdict.judging);
      io.verdict.drive(verdict.verdict);
      io.accepted.drive(verdict.accepted);
      io.acceptedEmpty.drive(verdict.acceptedEmpty);
      io.toOrdinary.drive(verdict.toOrdinary);
      io.verdicts.drive(verdict.verdicts);
      io.full.drive(verdict.full);
      io.missed.drive(verdict.missed);

      const deliver = h.instance("deliver", rxDeliver(c, dataBits), {
        decided: verdict.decided,
        readData: ingress.readData,
        b: io.b,
      });
      verdict.room.drive(deliver.room);
      ingress.readAddress.drive(deliver.readAddress);
      ingress.readEnable.drive(deliver.readEnable);
      ingress.freed.drive(deliver.freed);
      ingress.freedBeats.drive(deliver.freedBeats);
      io.commit.drive(deliver.commit);
      io.aw.connect(deliver.aw);
      io.w.connect(deliver.w);
      io.ordinary.connect(deliver.ordinary);
    },
  );
};
