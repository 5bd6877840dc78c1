/**
 * The waiting room: frames whose connection has no slot wait here, beside the receive buffer, while the table walker looks
 * for it. All others go on meanwhile. Then a frame is offered again, in front of newer ones.
 *
 * Frames of one key keep their order, by three rules. A frame that comes to its verdict while an older one of its key waits
 * here waits, too, whatever its lookup has found (`behind`). A frame leaves after those of its key that came earlier. And
 * it counts as waiting until it has its own verdict, so that a newer one that is in front of it on the way there still comes
 * behind it. The rest is for speed: once the answer to a key is there, new frames of this key are held at `fresh`, until
 * those that wait have gone, so that a key that is busy does not pass through this room for ever.
 */
import { array, type Bits, type Bool, bool, cat, clog2, index, input, isPowerOfTwo, module, mux, output, stream, struct, uint } from "#hdl";
import { fromBits, lowestOne, oneHot, oneHotIndex, resize } from "#hdl/lib/bits.ts";
import { fifo } from "#hdl/lib/fifo.ts";
import { packetStream } from "#hdl/lib/packet.ts";
import { refuse } from "#hdl/lib/refuse.ts";
import { type Config, tuple } from "#rtl/common.ts";
import { missedFrame } from "#rtl/ict/walker.ts";
import { walkAnswer } from "#rtl/ict/walker-walk.ts";
import { frameRecord, rxAddressBits } from "./rx-ingress.ts";
import { frameFacts } from "./rx-parse.ts";

/** Frames that wait, unless said. */
export const parkingFrames = 16;
export interface ParkingShape {
  /** Frames that wait, a power of two: `parkingFrames` unless said. */
  readonly frames?: number;
  /** Bytes of a frame's place, a power of two: 2048 unless said. */
  readonly bytes?: number;
}
/** Words of the pool, in address bits. */
export const parkingAddressBits = (dataBits: number, { frames = parkingFrames, bytes = 2048 }: ParkingShape = {}): number =>
  clog2((frames * bytes) / (dataBits / 8));

/** The number of a place. */
export const parkingToken = ({ frames = parkingFrames }: ParkingShape = {}) => index(frames);
/** Bits of a word's address, of the receive buffer or, where there is one, of the waiting room. */
export const offeredAddressBits = (c: Config, dataBits: number, shape: ParkingShape = {}): number => {
  const buffer = rxAddressBits({ ...c, busBits: dataBits });
  return c.walker ? Math.max(buffer, parkingAddressBits(dataBits, shape)) : buffer;
};
/** A frame on its way to its verdict: a new one in the receive buffer, or one that has waited. */
export const offeredFrame = (c: Config, dataBits: number, shape: ParkingShape = {}) => {
  const { frames = parkingFrames } = shape;
  const addressBits = Math.max(rxAddressBits({ ...c, busBits: dataBits }), parkingAddressBits(dataBits, shape));
  return struct(
    {
      facts: frameFacts,
      /** Of the receive buffer, or with `waited` of the pool. */
      start: uint(addressBits),
      beats: uint(addressBits + 1),
      waited: bool,
      /** With `waited`: its place, and whether there is a slot for it. Without one it goes the ordinary way, whatever its lookup finds. */
      token: index(frames),
      found: bool,
    },
    `offered_frame_${addressBits}_${frames}`,
  );
};
/** The frame that will be at its verdict in the next cycle. */
export const parkingQuestion = struct({ tuple, length: uint(16) }, "parking_question");

export const rxParking = (c: Config, dataBits: number = c.busBits, shape: ParkingShape = {}) => {
  const { frames: places = parkingFrames, bytes = 2048 } = shape;
  if (!isPowerOfTwo(places) || places < 2) refuse(`parking of ${places} frames: a power of two of at least 2 is needed`);
  const words = bytes / (dataBits / 8);
  const addressBits = parkingAddressBits(dataBits, shape),
    wordBits = clog2(words);
  const of = offeredFrame(c, dataBits, shape);
  const token = index(places);
  const numbers = Array.from({ length: places }, (_, i) => i);
  return module(
    `rx_parking_${dataBits}_${places}x${bytes}`,
    {
      /** New frames, from the receive buffer. */
      fresh: input(stream(frameRecord({ ...c, busBits: dataBits }))),
      frames: output(stream(of)),
      // The verdict's side.
      /** Who is at its verdict in the next cycle. While a frame stays there, it is named again. */
      next: input(parkingQuestion),
      /** Of the frame that was named a cycle ago: an older one of its key waits; there is a place for it. */
      behind: output(bool),
      room: output(bool),
      /** Which place: of the frame that waits in this cycle. */
      place: output(token),
      /** The frame at its verdict waits here: only with `room`. Its bytes will come to `from`, in the order of these. */
      park: input(bool),
      facts: input(frameFacts),
      /** The frame at its verdict has waited, and has its verdict now. */
      judged: input(struct({ valid: bool, token }, `judged_${places}`)),
      // The mover's side: bytes of frames in, words of the pool a cycle after they were asked for, places given back.
      from: input(packetStream(dataBits), { unused: true }),
      readAddress: input(uint(addressBits)),
      readEnable: input(bool),
      readData: output(uint(dataBits)),
      freed: input(struct({ valid: bool, token }, `freed_${places}`)),
      // The walker's side.
      missed: output(stream(missedFrame(places))),
      answer: input(stream(walkAnswer(places))),
      /** Nobody waits. */
      idle: output(bool),
    },
    (io, h) => {
      const { fresh, next, answer } = io;
      const { taken, waits, answered, found, whole, gone } = h.registers({
        /** Places in use; of those, frames without a verdict yet. */
        taken: uint(places),
        waits: uint(places),
        /** Frames that have their answer; whose connection has a slot; whose bytes are all here; that were offered again. */
        answered: uint(places),
        found: uint(places).noReset(),
        whole: uint(places),
        gone: uint(places),
      });
      const { older } = h.registers({ /** Of each frame: those of its key that go first. */ older: array(uint(places), places) });
      const { keys } = h.registers({ keys: array(tuple, places).noReset() });
      const sameKey = (i: number, key: { asBits(): Bits }): Bool =>
        keys
          .at(i)
          .asBits()
          .eq(key.asBits() as never);

      // ---- who comes ---------------------------------------------------------------------------------
      const { free } = h.nets({ free: lowestOne(taken.not()) });
      const { parks } = h.nets({ parks: free.and(io.park.repeat(places)) });
      const { judges } = h.nets({ judges: oneHot(io.judged.token, places).and(io.judged.valid.repeat(places)) });
      const { here } = h.registers({ /** Places with the key that was named. */ here: uint(places) });
      const { fits } = h.registers({ /** Its length is one that has a place. */ fits: bool });
      const { ahead } = h.nets({ ahead: here.and(waits) });
      fits.next(next.length.le(bytes));
      here.next(
        fromBits(numbers.map((i) => mux(parks.bit(i), io.facts.tuple.asBits().eq(next.tuple.asBits() as never), sameKey(i, next.tuple)))),
      );
      io.behind.drive(ahead.any());
      io.room.drive(free.any().and(fits));
      io.place.drive(oneHotIndex(free) as never);
      const { late } = h.nets({ /** The answer to its key was there already. */ late: ahead.and(answered).any() });
      const { late_found } = h.nets({ late_found: ahead.and(answered).and(found).any() });
      const { answers } = h.nets({ answers: oneHot(answer.payload.token, places).and(answer.valid.repeat(places)) });
      const { frees } = h.nets({ frees: oneHot(io.freed.token, places).and(io.freed.valid.repeat(places)) });
      const { leaves } = h.wires({ leaves: uint(places) });
      const { fills } = h.wires({ /** A frame's last word comes. */ fills: uint(places) });
      answer.ready.drive(1);
      taken.next(taken.and(frees.not()).or(parks));
      waits.next(waits.and(judges.not()).or(parks));
      answered.next(
        answered
          .or(answers)
          .and(parks.not())
          .or(parks.and(late.repeat(places))),
      );
      whole.next(whole.or(fills).and(parks.not()));
      gone.next(gone.or(leaves).and(parks.not()));
      for (const i of numbers) {
        h.when(parks.bit(i), () => {
          keys.at(i).next(io.facts.tuple);
          older.at(i).next(ahead.and(gone.or(leaves).not()));
          found.bit(i).next(late_found);
        }).otherwise(() => {
          older.at(i).next(older.at(i).and(leaves.not()));
          h.when(answers.bit(i), () => found.bit(i).next(answer.payload.found));
        });
      }
      const record = struct({ facts: frameFacts }, "parked_facts");
      const held = h.memory("records", record, places, { style: "distributed" });
      held.write(oneHotIndex(free), { facts: io.facts }, io.park);

      // ---- their walks -------------------------------------------------------------------------------
      const asks = h.instance("asks", fifo(missedFrame(places), places));
      asks.push.valid.drive(io.park.and(late.not()));
      asks.push.payload.drive({ key: io.facts.tuple, token: oneHotIndex(free) } as never);
      io.missed.connect(asks.pop);

      // ---- their bytes -------------------------------------------------------------------------------
      const order = h.instance("order", fifo(token, places));
      order.push.valid.drive(io.park);
      order.push.payload.drive(oneHotIndex(free) as never);
      const { word } = h.registers({ word: uint(wordBits) });
      io.from.ready.drive(order.pop.valid);
      const { comes } = h.nets({ comes: io.from.fire });
      const { ends } = h.nets({ ends: comes.and(io.from.payload.last) });
      order.pop.ready.drive(ends);
      h.when(comes, () => word.next(mux(ends, uint(wordBits).of(0), word.add(1))));
      fills.drive(oneHot(order.pop.payload, places).and(ends.repeat(places)));
      const pool = h.memory("pool", uint(dataBits), places * words, { style: "block" });
      pool.write(cat(order.pop.payload, word), io.from.payload.data, comes);
      io.readData.drive(pool.readSync("read_data", io.readAddress, io.readEnable));

      // ---- who goes on -------------------------------------------------------------------------------
      const { first_of_key } = h.nets({ first_of_key: fromBits(numbers.map((i) => older.at(i).any().not())) });
      const { ready } = h.nets({ ready: waits.and(answered).and(whole).and(gone.not()).and(first_of_key) });
      const { offers } = h.registers({ offers: bool });
      const { offered } = h.registers({ offered: token.noReset() });
      const { offered_found } = h.registers({ offered_found: bool.noReset() });
      const { again_goes } = h.wires({ again_goes: bool });
      const { takes } = h.nets({ takes: ready.any().and(offers.not().or(again_goes)) });
      const { chosen } = h.nets({ chosen: lowestOne(ready) });
      leaves.drive(chosen.and(takes.repeat(places)));
      offers.next(takes.or(offers.and(again_goes.not())));
      h.when(takes, () => {
        offered.next(oneHotIndex(chosen) as never);
        offered_found.next(chosen.and(found).any());
      });
      const waiting = held.read(offered).facts;
      const width = of.fields.start.width;
      const { extent } = h.nets({ extent: waiting.length.add(dataBits / 8 - 1).shr(Math.log2(dataBits / 8)) });
      const again = {
        facts: waiting,
        start: resize(cat(offered, uint(wordBits).of(0)), width),
        beats: resize(extent, width + 1),
        waited: 1,
        token: offered,
        found: offered_found,
      };

      // ---- new frames --------------------------------------------------------------------------------
      const { draining } = h.nets({ draining: waits.and(answered) });
      const { stands, known, alike } = h.registers({
        /** It was offered to the lookup, and is not taken yet. */
        stands: bool,
        /** The frame at `fresh` was there a cycle ago, too; and those that wait and have its key. */
        known: bool,
        alike: uint(places).noReset(),
      });
      const key = fresh.payload.facts.tuple;
      known.next(fresh.valid.and(fresh.ready.not()));
      // Who has just come waits behind one of its key, or has no answer yet.
      alike.next(fromBits(numbers.map((i) => sameKey(i, key).and(parks.bit(i).not()))));
      const { passes } = h.nets({
        passes: stands
          .or(draining.any().not())
          .or(fresh.payload.facts.plain.not())
          .or(known.and(draining.and(alike).any().not())),
      });
      // What stands at the lookup stays there; else those that have waited go first.
      const { anew_first } = h.nets({ anew_first: stands.or(offers.not()) });
      again_goes.drive(io.frames.ready.and(anew_first.not()));
      fresh.ready.drive(io.frames.ready.and(anew_first).and(passes));
      stands.next(fresh.valid.and(passes).and(anew_first).and(io.frames.ready.not()));
      io.frames.valid.drive(mux(anew_first, fresh.valid.and(passes), offers));
      const anew = {
        facts: fresh.payload.facts,
        start: resize(fresh.payload.start, width),
        beats: resize(fresh.payload.beats, width + 1),
        waited: 0,
        token: 0,
        found: 0,
      };
      io.frames.payload.drive(mux(anew_first, of.of(anew as never), of.of(again as never)));
      io.idle.drive(taken.any().not());
      h.assert("who parks has room", io.park.implies(free.any().and(fits)));
      h.assert("who is judged waits", judges.and(waits.and(gone).not()).any().not());
      h.assert("who is freed was judged", frees.and(taken.and(waits.not()).not()).any().not());
      h.assert("an answer is for one that waits for it", answers.and(waits.and(answered.not()).not()).any().not());
      h.assert("bytes are somebody's", io.from.valid.implies(order.pop.valid));
    },
  );
};
