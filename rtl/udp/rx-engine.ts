/** UDP receive (paper section 5, RX path): frames from the wire into the buffer, and from there to their slots. */
import { type Builder, bool, type Io, input, module, mux, output, stream, struct, uint } from "#hdl";
import { resize } from "#hdl/lib/bits.ts";
import { packetBeat, packetStream } from "#hdl/lib/packet.ts";
import { type Config, dropCauses, tuple } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";
import { receiveState, receiveVerdict, ringCommit, slotEvent } from "#rtl/ict/interface.ts";
import { missedFrame } from "#rtl/ict/walker.ts";
import { walkAnswer } from "#rtl/ict/walker-walk.ts";
import { tableMiss } from "#rtl/nic/control-event-sources.ts";
import { addressBeat, responseBeat, writeBeat } from "#rtl/nic/dma-write.ts";
import { type DeliverOfParking, rxDeliver } from "#rtl/udp/rx-deliver.ts";
import { rxAddressBits, rxIngress } from "#rtl/udp/rx-ingress.ts";
import { parkingAddressBits, parkingFrames, parkingToken, rxParking } from "#rtl/udp/rx-parking.ts";
import { rxVerdict, type VerdictOfParking } from "#rtl/udp/rx-verdict.ts";

/** A frame waits from now on, in this place; `again`: the verdict is of the frame that has waited in this place. */
export const waitingTrace = struct({ parked: bool, again: bool, place: parkingToken() }, "waiting_trace");
/** Pins of an engine with a waiting room: the table walker's side. */
const walkerPins = () => ({
  /** Datagrams for which there is no slot wait for a walk. */
  walks: input(bool),
  sought: output(stream(missedFrame(parkingFrames))),
  answer: input(stream(walkAnswer(parkingFrames))),
  /** A pulse: a frame would have waited, and found no place. */
  roomFull: output(bool),
  waiting: output(waitingTrace),
});
/** The walker's side of a receive engine that has one. */
export type ReceiveOfWalker = Io<ReturnType<typeof walkerPins>>;

/**
 * `dataBits`: width of the wire and of the receive buffer, the bus width or more. Frames carry headers that memory never
 * sees, so short datagrams fill the bus only where they come in faster than it (docs/decisions/receive-width.md).
 */
export const rxEngine = (c: Config, dataBits: number = c.busBits) => {
  const { slotBits } = derived(c);
  return module(
    c.walker ? "rx_engine_walker" : "rx_engine",
    {
      ...(c.walker ? walkerPins() : {}),
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
        b: io.b,
      });
      verdict.room.drive(deliver.room);
      const bufferBits = rxAddressBits({ ...c, busBits: dataBits });
      ingress.readAddress.drive(resize(deliver.readAddress, bufferBits));
      ingress.freed.drive(deliver.freed);
      ingress.freedBeats.drive(resize(deliver.freedBeats, bufferBits + 1));
      if (c.walker) waitingRoom(h, c, dataBits, { io, ingress, verdict, deliver } as never);
      else {
        verdict.frames.connect(ingress.frames);
        ingress.readEnable.drive(deliver.readEnable);
        deliver.readData.drive(ingress.readData);
      }
      io.commit.drive(deliver.commit);
      io.aw.connect(deliver.aw);
      io.w.connect(deliver.w);
      io.ordinary.connect(deliver.ordinary);
    },
  );
};

/** Instances of these blocks, with the pins that they have beside a waiting room. */
interface Surroundings {
  readonly io: ReceiveOfWalker;
  readonly ingress: Io<ReturnType<typeof rxIngress>["shape"]>;
  readonly verdict: Omit<Io<ReturnType<typeof rxVerdict>["shape"]>, keyof VerdictOfParking> & VerdictOfParking;
  readonly deliver: Omit<Io<ReturnType<typeof rxDeliver>["shape"]>, keyof DeliverOfParking> & DeliverOfParking;
}
/** The waiting room between the buffer and the verdict: new frames pass by it, and those that have waited come from it. */
const waitingRoom = (h: Builder, c: Config, dataBits: number, { io, ingress, verdict, deliver }: Surroundings): void => {
  const parking = h.instance("parking", rxParking(c, dataBits), {
    fresh: ingress.frames,
    next: verdict.next,
    park: verdict.park,
    facts: verdict.facts,
    judged: verdict.judged,
    freed: deliver.left,
    answer: io.answer,
  });
  verdict.frames.connect(parking.frames);
  verdict.walks.drive(io.walks);
  verdict.behind.drive(parking.behind);
  verdict.place.drive(parking.room);
  parking.from.connect(deliver.parked);
  io.sought.connect(parking.missed);
  io.roomFull.drive(verdict.roomFull);

  // A word of one of the two memories, a cycle after it was asked for.
  const { readEnable: asks, readWaited: waited } = deliver;
  const { word_waited } = h.registers({ /** The last word that was asked for lies in the waiting room. */ word_waited: bool.noReset() });
  h.when(asks, () => word_waited.next(waited));
  ingress.readEnable.drive(asks.and(waited.not()));
  parking.readEnable.drive(asks.and(waited));
  parking.readAddress.drive(resize(deliver.readAddress, parkingAddressBits(dataBits)));
  deliver.readData.drive(mux(word_waited, parking.readData, ingress.readData));

  const { told } = h.registers({ told: waitingTrace });
  told.next({ parked: verdict.park, again: verdict.judged.valid, place: mux(verdict.park, parking.place, verdict.judged.token) });
  io.waiting.drive(told);
};
