/**
 * What becomes of a received frame: finds its slot, asks for the slot's state, and gives the verdict. Frames stay in order,
 * and a verdict is given once: it is never taken back, because all checks on a frame are over when it comes here.
 */
import { type Bits, type Bool, bool, cat, enumeration, type Io, input, module, mux, output, stream, struct, uint } from "#hdl";
import { fromBits, resize } from "#hdl/lib/bits.ts";
import { fifo } from "#hdl/lib/fifo.ts";
import { type Config, datagramHeaderBytes, dropCauses, tuple } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";
import { receiveState, receiveVerdict, slotEvent } from "#rtl/ict/interface.ts";
import { lookupLatency } from "#rtl/ict/lookup.ts";
import { readRun } from "#rtl/nic/buffer-reader.ts";
import { tableMiss } from "#rtl/nic/control-event-sources.ts";
import { frameRecord } from "#rtl/udp/rx-ingress.ts";
import { offeredAddressBits, offeredFrame, parkingQuestion, parkingToken } from "#rtl/udp/rx-parking.ts";
import { frameFacts, frameFault } from "#rtl/udp/rx-parse.ts";

/** Bytes of a frame before the UDP payload, without a tag and with one. */
export const payloadAt = { plain: 42, tagged: 46 } as const;
/** `PARK`: to the waiting room, where there is one. */
export const fate = enumeration("fate", ["DROP", "ORDINARY", "DELIVER", "PARK"]);

/** A frame with its verdict; `dataBits` is the width of the receive buffer. */
export const decidedFrame = (c: Config, dataBits: number) => {
  const { slotBits, pointerBits } = derived(c);
  const addressBits = offeredAddressBits(c, dataBits);
  return struct(
    {
      valid: bool,
      fate,
      /** With a waiting room: its words are there, in this place. */
      ...(c.walker ? { waited: bool, token: parkingToken() } : {}),
      /** Words to read of the buffer, unless it is dropped: all, or those with bytes for the slot. */
      run: readRun(addressBits),
      /** Words to give back. */
      beats: uint(addressBits + 1),
      length: uint(16),
      tagged: bool,
      // For a slot: `bytes` to write at `offset` of its ring, with a header where it is of datagrams. Then its tail is `pointer`.
      slot: uint(slotBits),
      base: uint(64),
      mask: uint(pointerBits),
      offset: uint(pointerBits),
      pointer: uint(pointerBits),
      datagram: bool,
      bytes: uint(16),
      payload: uint(16),
      peerPort: uint(16),
      peerIp: uint(32),
      timestamp: uint(64),
    },
    `decided_frame_${c.slots}_${dataBits}`,
  );
};

/** What is kept of a frame beside a waiting room, and is there of one that has waited: `offeredFrame`. */
const waitedFields = { localIp: uint(32), waited: bool, token: parkingToken(), found: bool };
interface Waited {
  readonly waited: Bool;
  readonly token: Bits;
  readonly found: Bool;
  readonly localIp: Bits;
}
/** Only where there is a waiting room. */
const waitedOf = (of: unknown): Waited => of as Waited;
const pick = ({ waited, token, found }: Waited) => ({ waited, token, found });
const tupleOf = (of: { readonly localPort: Bits; readonly peerIp: Bits; readonly peerPort: Bits }) =>
  ({ localIp: waitedOf(of).localIp, localPort: of.localPort, remoteIp: of.peerIp, remotePort: of.peerPort }) as never;
/** Pins beside a waiting room: `rx_parking`'s of the same names, and what the engine tells. */
const parkingPins = () => ({
  /** A datagram that no lookup finds a slot for may wait. */
  walks: input(bool),
  next: output(parkingQuestion),
  behind: input(bool),
  place: input(bool),
  park: output(bool),
  facts: output(frameFacts),
  judged: output(struct({ valid: bool, token: parkingToken() }, "judged_token")),
  /** A frame would have waited, and found no place. */
  roomFull: output(bool),
});
export type VerdictOfParking = Io<ReturnType<typeof parkingPins>>;

/**
 * One frame a cycle. Its key goes to the table's lookup, where six steps later the answer stands; the rest of it waits in a
 * queue meanwhile. In the cycle of the answer the state of its slot is asked for, and in the next one it is judged. While
 * it cannot leave it asks again in each cycle, so that the state it is judged by is never old.
 */
export const rxVerdict = (c: Config, dataBits: number = c.busBits) => {
  const { pointerBits, slotBits, maxFrame } = derived(c);
  const addressBits = offeredAddressBits(c, dataBits),
    shift = Math.log2(dataBits / 8);
  // Where there is no waiting room, all frames are new ones.
  const offered = (c.walker ? offeredFrame(c, dataBits) : frameRecord({ ...c, busBits: dataBits })) as ReturnType<typeof frameRecord>;
  const record = struct(
    {
      start: uint(addressBits),
      beats: uint(addressBits + 1),
      length: uint(16),
      plain: bool,
      tagged: bool,
      fault: frameFault,
      payload: uint(16),
      timestamp: uint(64),
      peerIp: uint(32),
      peerPort: uint(16),
      localPort: uint(16),
      ...(c.walker ? waitedFields : {}),
    },
    `rx_record_${addressBits}`,
  );
  return module(
    `rx_verdict_${dataBits}_${c.slots}${c.walker ? "_walker" : ""}`,
    {
      ...(c.walker ? parkingPins() : {}),
      frames: input(stream(offered)),
      // The table's side: lookup, then state, then verdict.
      key: output(stream(tuple)),
      advance: output(bool),
      hit: input(bool),
      found: input(uint(slotBits)),
      /** Whose state `receive` is in the next cycle. */
      receiveSlot: output(uint(slotBits)),
      receive: input(receiveState(c)),
      /** The slot of the frame that is about to be judged. */
      judging: output(slotEvent(c)),
      verdict: output(receiveVerdict(c)),
      decided: output(decidedFrame(c, dataBits)),
      /** A frame could be decided on now. */
      room: input(bool),
      // Pulses, the cycle after a verdict.
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
      // ---- lookup --------------------------------------------------------------------------------
      const { alive } = h.registers({ /** Steps of the lookup with a frame, the newest lowest. */ alive: uint(lookupLatency) });
      const waiting = h.instance("waiting", fifo(record, 8));
      const { facts } = io.frames.payload;
      io.key.valid.drive(io.frames.valid);
      io.key.payload.drive(facts.tuple);
      io.frames.ready.drive(io.key.ready);
      waiting.push.valid.drive(io.frames.fire);
      waiting.push.payload.drive({
        start: io.frames.payload.start,
        beats: io.frames.payload.beats,
        length: facts.length,
        plain: facts.plain,
        tagged: facts.tagged,
        fault: facts.fault,
        payload: facts.payload,
        timestamp: facts.timestamp,
        peerIp: facts.tuple.remoteIp,
        peerPort: facts.tuple.remotePort,
        localPort: facts.tuple.localPort,
        ...(c.walker ? { ...pick(waitedOf(io.frames.payload)), localIp: facts.tuple.localIp } : {}),
      });
      const { answered } = h.nets({ answered: alive.bit(lookupLatency - 1) });
      const { judged } = h.registers({ /** A frame is at its verdict. */ judged: bool });
      const { moves } = h.nets({ moves: judged.not().or(io.room) });
      // Steps in front of an empty one go on.
      const { advances } = h.nets({ advances: moves.or(answered.not()) });
      io.advance.drive(advances);
      h.when(advances, () => alive.next(cat(alive.slice(lookupLatency - 2, 0), io.key.fire)));
      waiting.pop.ready.drive(moves.and(answered));

      // ---- the frame at its verdict, with all that is known before its slot's state ------------------
      const at = h.registers({
        frame: record.noReset(),
        slot: uint(slotBits).noReset(),
        /** It is a slot's. */
        mine: bool.noReset(),
        sound: bool.noReset(),
        too_long: bool.noReset(),
        /** Bytes that a record of datagram framing takes: whole multiples of 16, so that the next header never wraps. */
        record_bytes: uint(16).noReset(),
        /** The word of the payload's last byte, counted from the frame's first. */
        last_word: uint(addressBits + 1).noReset(),
      });
      const next = waiting.pop.payload;
      const { payload_end } = h.nets({
        payload_end: next.payload.zext(20).add(mux(next.tagged, uint(20).of(payloadAt.tagged - 1), uint(20).of(payloadAt.plain - 1))),
      });
      h.when(moves, () => {
        judged.next(answered);
        at.frame.next(next);
        at.slot.next(io.found);
        at.mine.next(io.hit.and(next.plain).and(c.walker ? waitedOf(next).waited.not().or(waitedOf(next).found) : bool.of(1)));
        at.sound.next(next.fault.is("NONE"));
        at.too_long.next(next.length.gt(maxFrame));
        at.record_bytes.next(next.payload.add(datagramHeaderBytes + 15).and("0xfff0"));
        at.last_word.next(payload_end.slice(shift + addressBits, shift));
      });
      io.receiveSlot.drive(mux(moves, io.found, at.slot));
      io.judging.drive({ valid: judged.and(at.mine), slot: at.slot });

      // ---- verdict -------------------------------------------------------------------------------
      const parking = c.walker ? (io as unknown as VerdictOfParking) : undefined;
      const { frame } = at;
      const { receive } = io;
      /** Beside a waiting room: is the frame its slot's, and does it wait instead? */
      const waitsFor = (room: VerdictOfParking): { readonly mine: Bool; readonly parks: Bool } => {
        const { waited, token } = waitedOf(frame);
        const { seeks } = h.nets({
          /** It waits, if there is a place: for its walk, or for frames of its key that came before it. */
          seeks: frame.plain.and(waited.not()).and(room.behind.or(room.walks.and(at.mine.not()))),
        });
        const wait = h.nets({ parks: seeks.and(room.place) });
        const named = mux(moves, next, frame);
        room.next.drive({ tuple: tupleOf(named), length: named.length });
        room.park.drive(go.and(wait.parks));
        room.judged.drive({ valid: go.and(waited), token });
        room.roomFull.drive(go.and(seeks).and(room.place.not()));
        const { length, plain, tagged, fault, payload, timestamp } = frame;
        room.facts.drive({ length, plain, tagged, fault, payload, timestamp, tuple: tupleOf(frame) });
        return { mine: at.mine.and(seeks.not()), parks: wait.parks };
      };
      const { datagram } = receive;
      const { go } = h.nets({ go: judged.and(io.room) });
      const { mine, parks } = parking === undefined ? { mine: at.mine, parks: bool.of(0) } : waitsFor(parking);
      const { bytes } = h.nets({ bytes: frame.payload.add(mux(datagram, uint(16).of(datagramHeaderBytes), uint(16).of(0))) });
      const { taken } = h.nets({ taken: mux(datagram, at.record_bytes, frame.payload) });
      const { free_bytes } = h.nets({ free_bytes: receive.head.sub(receive.write).sub(1).and(receive.mask) });
      const width = Math.max(16, pointerBits);
      const { full } = h.nets({ full: resize(taken, width).gt(resize(free_bytes, width)) });
      const { empty } = h.nets({ empty: frame.payload.eq(0).and(datagram.not()) });
      const { placed } = h.nets({ placed: mine.and(at.sound).and(receive.stopped.not()).and(full.not()) });
      const { writes } = h.nets({ writes: placed.and(empty.not()) });
      const after: Bits = receive.write.add(resize(taken, pointerBits)).and(receive.mask);
      io.verdict.drive({ valid: go.and(mine), slot: at.slot, placed, writes, pointer: after as never, timestamp: frame.timestamp });

      // A slot's bytes begin at the payload, or at what becomes their header: in a word that no tag changes.
      const skip = mux(
        datagram,
        uint(addressBits).of((payloadAt.plain - datagramHeaderBytes) >> shift),
        uint(addressBits).of(payloadAt.plain >> shift),
      );
      io.decided.drive({
        valid: go,
        ...(c.walker ? { waited: waitedOf(frame).waited, token: waitedOf(frame).token } : {}),
        fate: mux(writes, fate.of("DELIVER"), mux(mine.or(at.too_long), fate.of("DROP"), mux(parks, fate.of("PARK"), fate.of("ORDINARY")))),
        run: {
          start: mux(mine, frame.start.add(skip), frame.start as Bits) as never,
          beats: mux(mine, at.last_word.sub(skip.zext(addressBits + 1)).add(1), frame.beats as Bits) as never,
        },
        beats: frame.beats,
        length: frame.length,
        tagged: frame.tagged,
        slot: at.slot,
        base: receive.base,
        mask: receive.mask,
        offset: receive.write,
        pointer: after as never,
        datagram,
        bytes,
        payload: frame.payload,
        peerPort: frame.peerPort,
        peerIp: frame.peerIp,
        timestamp: frame.timestamp,
      });

      // ---- counters ------------------------------------------------------------------------------
      const { drops } = h.nets({ drops: go.and(mine).and(placed.not()) });
      const { out } = h.registers({
        out: struct({ accepted: bool, empty: bool, ordinary: bool, causes: uint(dropCauses.length) }, "rx_verdicts"),
      });
      const causeOf = (name: (typeof dropCauses)[number]): Bits<1> => {
        if (name === "dma_error") return at.sound.and(receive.stopped);
        if (name === "ring_full") return at.sound.and(receive.stopped.not());
        return frame.fault.is(name.toUpperCase() as "TTL");
      };
      out.next({
        accepted: go.and(placed),
        empty: go.and(placed).and(empty),
        ordinary: go.and(mine.or(at.too_long).or(parks).not()),
        causes: fromBits(dropCauses.map((name) => drops.and(causeOf(name)))) as never,
      });
      io.accepted.drive(out.accepted);
      io.acceptedEmpty.drive(out.empty);
      io.toOrdinary.drive(out.ordinary);
      io.verdicts.drive(out.causes);
      const { missed } = h.registers({ missed: bool });
      const { told } = h.registers({
        told: struct({ slot: uint(slotBits), ip: uint(32), port: uint(16), local: uint(16) }, "rx_told").noReset(),
      });
      missed.next(go.and(frame.plain).and(mine.or(at.too_long).or(parks).not()));
      told.next({ slot: at.slot, ip: frame.peerIp, port: frame.peerPort, local: frame.localPort });
      io.full.drive({ valid: out.causes.bit(dropCauses.indexOf("ring_full")), slot: told.slot });
      io.missed.drive({ valid: missed, tuple: { localIp: 0, localPort: told.local, remoteIp: told.ip, remotePort: told.port } });
      h.assert("a frame has room beside its lookup", waiting.push.valid.implies(waiting.push.ready));
      h.assert("an answer has its frame", answered.implies(waiting.pop.valid));
    },
  );
};
