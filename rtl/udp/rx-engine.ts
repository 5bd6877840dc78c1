/** UDP receive (paper section 5, RX path): frames from the wire into the buffer, and from there to their slots. */
import { bool, input, module, output, stream, uint } from "#hdl";
import { packetBeat, packetStream } from "#hdl/lib/packet.ts";
import { type Config, dropCauses, tuple } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";
import { receiveState, ringAllocation, ringCommit } from "#rtl/ict/table.ts";
import { addressBeat, responseBeat, writeBeat } from "#rtl/nic/dma-write.ts";
import { rxDeliver } from "#rtl/udp/rx-deliver.ts";
import { rxIngress } from "#rtl/udp/rx-ingress.ts";

export const rxEngine = (c: Config) => {
  const { slotBits } = derived(c);
  return module(
    "rx_engine",
    {
      wire: input(packetStream(c.busBits, bool)),
      mac: input(uint(48)),
      now: input(uint(64)),
      enable: input(bool),
      // The table's side.
      key: output(tuple),
      advance: output(bool),
      hit: input(bool),
      found: input(uint(slotBits)),
      receiveSlot: output(uint(slotBits)),
      receive: input(receiveState(c)),
      allocate: output(ringAllocation(c)),
      commit: output(ringCommit(c)),
      drop: output(bool),
      dropSlot: output(uint(slotBits)),
      // Memory and the ordinary path.
      aw: output(stream(addressBeat(c))),
      w: output(stream(writeBeat(c))),
      b: input(stream(responseBeat(c))),
      ordinary: output(stream(packetBeat(c.busBits))),
      /** Pulses for the counters. */
      seen: output(bool),
      accepted: output(bool),
      /** With `accepted`: it has no bytes to write, and nothing will be committed. */
      acceptedEmpty: output(bool),
      toOrdinary: output(bool),
      overflow: output(bool),
      spoiled: output(bool),
      oversize: output(bool),
      /** Drops by cause. What fails when it is written is told by the table. */
      verdicts: output(uint(dropCauses.length)),
    },
    (io, h) => {
      const ingress = h.instance("ingress", rxIngress(c), { wire: io.wire, mac: io.mac, now: io.now, enable: io.enable });
      io.seen.drive(ingress.seen);
      io.overflow.drive(ingress.overflow);
      io.spoiled.drive(ingress.spoiled);
      io.oversize.drive(ingress.oversize);

      const deliver = h.instance("deliver", rxDeliver(c), {
        frames: ingress.frames,
        readData: ingress.readData,
        hit: io.hit,
        found: io.found,
        receive: io.receive,
        b: io.b,
      });
      ingress.readAddress.drive(deliver.readAddress);
      ingress.readEnable.drive(deliver.readEnable);
      ingress.freed.drive(deliver.freed);
      ingress.freedBeats.drive(deliver.freedBeats);
      io.key.drive(deliver.key);
      io.advance.drive(deliver.advance);
      io.receiveSlot.drive(deliver.receiveSlot);
      io.allocate.drive(deliver.allocate);
      io.commit.drive(deliver.commit);
      io.drop.drive(deliver.drop);
      io.dropSlot.drive(deliver.dropSlot);
      io.aw.connect(deliver.aw);
      io.w.connect(deliver.w);
      io.ordinary.connect(deliver.ordinary);
      io.accepted.drive(deliver.accepted);
      io.acceptedEmpty.drive(deliver.acceptedEmpty);
      io.toOrdinary.drive(deliver.toOrdinary);
      io.verdicts.drive(deliver.verdicts);
    },
  );
};
