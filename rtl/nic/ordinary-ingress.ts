/**
 * Keeps whole frames on their way to the kernel, so that none is begun that did not come, and so that who brings them is
 * never held up for long: a frame that finds no room waits, but for no more than `patience` cycles in all between two
 * frames that leave; then it, and every frame without room behind it, is dropped whole and counted.
 */
import { bool, input, module, mux, output, stream, struct, uint } from "#hdl";
import { popcount, resize } from "#hdl/lib/bits.ts";
import { packetSum } from "#hdl/lib/checksum.ts";
import { fifo } from "#hdl/lib/fifo.ts";
import { packetStream } from "#hdl/lib/packet.ts";
import { type Config, networkField } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";

/** Whole frames that wait, at most, unless said. */
export const ordinaryFrames = 64;
/** Cycles that a frame without room may wait, unless said. */
export const ordinaryPatience = 256;
/** An Ethernet header; a frame's sum begins behind it. */
const headerBytes = 14;

/** Words of the buffer unless said: 8 KiB, or two of the longest frames. */
export const ordinaryWords = (c: Config): number =>
  Math.max(8192, 2 ** Math.ceil(Math.log2(2 * derived(c).maxFrame))) / derived(c).busBytes;
/** A whole frame in the buffer. */
export const ordinaryRecord = (addressBits: number) =>
  struct(
    {
      start: uint(addressBits),
      beats: uint(addressBits + 1),
      length: uint(16),
      /** Of all bytes behind the Ethernet header. */
      sum: uint(16),
      /** Its type is that of a VLAN tag. */
      tagged: bool,
    },
    `ordinary_record_${addressBits}`,
  );

export interface IngressOptions {
  readonly patience?: number;
  readonly frames?: number;
  /** A power of two; at least the words of the longest frame. */
  readonly words?: number;
}

export const ordinaryIngress = (
  c: Config,
  { patience = ordinaryPatience, frames = ordinaryFrames, words = ordinaryWords(c) }: IngressOptions = {},
) => {
  const { busBytes } = derived(c);
  const addressBits = Math.log2(words),
    shift = Math.log2(busBytes),
    leftBits = Math.ceil(Math.log2(patience + 1));
  const pointer = uint(addressBits + 1);
  const record = ordinaryRecord(addressBits);
  return module(
    `ordinary_ingress_${c.busBits}x${words}_${frames}_${patience}`,
    {
      from: input(packetStream(c.busBits)),
      records: output(stream(record)),
      /** A word a cycle, one cycle later; the oldest frame's words are given back. */
      address: input(uint(addressBits)),
      enable: input(bool),
      data: output(uint(c.busBits)),
      freed: input(bool),
      freedBeats: input(pointer),
      /** A pulse per frame. */
      dropped: output(bool),
    },
    ({ from, records, address, enable, data, freed, freedBeats, dropped }, h) => {
      const { write, start, read } = h.registers({
        write: pointer,
        /** Where the frame that is coming began. */ start: pointer,
        read: pointer,
      });
      const { lost, left, waiting } = h.registers({
        /** The frame that is coming is dropped. */
        lost: bool,
        /** Cycles of patience. */
        left: uint(leftBits).reset(patience),
        /** Frames that have a record, or will have one. */
        waiting: uint(7),
      });
      const { last } = from.payload;
      const { room } = h.nets({
        room: write
          .sub(read)
          .ne(words)
          .and(last.not().or(waiting.ne(frames))),
      });
      const { waits } = h.nets({ waits: from.valid.and(lost.not()).and(room.not()).and(left.ne(0)) });
      from.ready.drive(waits.not());
      const { stores } = h.nets({ stores: from.valid.and(lost.not()).and(room) });
      const { kept, drops } = h.nets({ kept: stores.and(last), drops: from.fire.and(last).and(stores.not()) });
      dropped.drive(drops);
      h.when(freed, () => left.next(patience)).elseWhen(waits, () => left.next(left.sub(1)));

      const buffer = h.memory("buffer", uint(c.busBits), words, { style: "block" });
      buffer.write(write.trunc(addressBits), from.payload.data, stores);
      data.drive(buffer.readSync("word", address, enable));
      h.when(from.fire, () => {
        lost.next(stores.or(last).not());
        h.when(stores, () => write.next(write.add(1)));
        h.when(last, () => h.when(stores, () => start.next(write.add(1))).otherwise(() => write.next(start)));
      });
      h.when(freed, () => read.next(read.add(freedBeats)));

      // ---- what the driver is told of it ----------------------------------------------------------------
      const { beat, tag_seen } = h.registers({ /** The first ones; 3 stands for all later ones. */ beat: uint(2), tag_seen: bool });
      h.when(from.fire, () => {
        h.when(last, () => beat.next(0)).elseWhen(beat.ne(3), () => beat.next(beat.add(1)));
      });
      const typeBeat = Math.floor(12 / busBytes);
      const type = networkField(from.payload.data, 12 % busBytes, 2);
      // A frame that ends within the type has none.
      const { has_type } = h.nets({ has_type: beat.eq(typeBeat).and(from.payload.keep.bit((12 % busBytes) + 1)) });
      const { is_tag } = h.nets({ is_tag: has_type.and(type.eq("0x8100").or(type.eq("0x88a8"))) });
      const { has_tag } = h.nets({ has_tag: is_tag.or(tag_seen.and(beat.ne(0))) });
      h.when(from.fire, () => tag_seen.next(has_tag));
      const headerMask = (k: number): bigint => {
        const lanes = Math.max(0, Math.min(busBytes, headerBytes - k * busBytes));
        return ((1n << BigInt(busBytes)) - 1n) & ~((1n << BigInt(lanes)) - 1n);
      };
      const { summed } = h.nets({
        summed: [...Array(Math.ceil(headerBytes / busBytes)).keys()].reduce(
          (keep, k) => mux(beat.eq(k), from.payload.keep.and(headerMask(k)), keep),
          from.payload.keep,
        ),
      });
      const summer = h.instance("summer", packetSum(c.busBits), {
        beat: { data: from.payload.data, keep: summed, last },
        valid: from.fire,
      });
      const place = struct(
        { start: uint(addressBits), beats: pointer, length: uint(16), tagged: bool, kept: bool },
        `ordinary_place_${addressBits}`,
      );
      const places = h.instance("places", fifo(place, 4));
      const { beats_before } = h.nets({ beats_before: write.sub(start) });
      places.push.valid.drive(from.fire.and(last));
      places.push.payload.drive({
        start: start.trunc(addressBits),
        beats: beats_before.add(1),
        length: resize(beats_before, 16)
          .shl(shift)
          .add(resize(popcount(from.payload.keep), 16)),
        tagged: has_tag,
        kept,
      });
      places.pop.ready.drive(summer.done);
      const queue = h.instance("queue", fifo(record, frames));
      const { kept: counts, ...facts } = places.pop.payload;
      queue.push.valid.drive(summer.done.and(counts));
      queue.push.payload.drive({ start: facts.start, beats: facts.beats, length: facts.length, tagged: facts.tagged, sum: summer.sum });
      records.connect(queue.pop);
      waiting.next(waiting.add(kept.zext(7)).sub(records.fire.zext(7)));

      h.assert("a frame's place is there when its sum is", summer.done.implies(places.pop.valid));
      h.assert("there is room for every place", places.push.valid.implies(places.push.ready));
      h.assert("there is room for every record", queue.push.valid.implies(queue.push.ready));
      h.assert("the buffer holds no more than it has", write.sub(read).le(words));
    },
  );
};
