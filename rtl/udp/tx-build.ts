/**
 * Builds frames: a packet's bytes come from memory at any alignment and go into the frame buffer from a word's beginning on,
 * one bus word a cycle without a gap, while they are summed. When the last of them is here the packet is done, and its frame
 * may leave, unless memory failed or the slot is torn.
 */
import { array, type Bits, bool, cat, input, module, mux, output, stream, uint } from "#hdl";
import { lowMask, resize, sum } from "#hdl/lib/bits.ts";
import { fifo } from "#hdl/lib/fifo.ts";
import { refuse } from "#hdl/lib/refuse.ts";
import { byteOf, type Config } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";
import { transmitDone } from "#rtl/ict/interface.ts";
import { fetchedBeat } from "#rtl/nic/dma-read.ts";
import { packetJob, txFrame, waitingFrame, wordsOf } from "#rtl/udp/tx-packet.ts";

/** Frames that wait, at most. */
const waitingFrames = 16;
/** 16-bit words that one stage of the checksum adds up. */
const wordsPerSum = 8;

/** Sums of a bus word's 16-bit words, each of at most `wordsPerSum`; the first byte on the wire is the upper one. */
const partialSums = (data: Bits): readonly Bits[] => {
  const words = Array.from({ length: data.width / 16 }, (_, i) => cat(byteOf(data, 2 * i), byteOf(data, 2 * i + 1)));
  return Array.from({ length: Math.ceil(words.length / wordsPerSum) }, (_, i) => sum(words.slice(i * wordsPerSum, (i + 1) * wordsPerSum)));
};

/** @param frameBits  width of the frame buffer's words: the bus's, or a multiple of it by a power of two */
export const txBuild = (c: Config, frameBits = c.busBits) => {
  const { busBytes, slotBits } = derived(c);
  const frameBytes = frameBits / 8;
  const lanes = frameBits / c.busBits,
    laneBits = Math.log2(lanes);
  if (!Number.isInteger(laneBits))
    refuse(`transmit frames of ${frameBits} bits on a bus of ${c.busBits}: a multiple by a power of two is needed`);
  const words = c.txBuffer / frameBytes,
    addressBits = Math.log2(words),
    shift = Math.log2(busBytes);
  return module(
    `tx_build_${c.busBits}${lanes === 1 ? "" : `to${frameBits}`}`,
    {
      packets: input(stream(packetJob(c))),
      /** Each packet's bytes in the ring's alignment, for those that have any. */
      data: input(stream(fetchedBeat(c))),
      /** The slot of the packet that is being built, and whether the table says that nothing more of it may leave. */
      building: output(uint(slotBits)),
      torn: input(bool),
      done: output(transmitDone(c)),
      /** Memory has failed a packet of a slot that was not torn before. */
      failed: output(bool),
      frames: output(stream(txFrame(c))),
      /** The payloads of the frames, one after the other; each begins with a word of its own. */
      payload: output(stream(uint(frameBits))),
    },
    (io, h) => {
      const count = uint(addressBits + 1);
      const metas = h.instance("frame_queue", fifo(waitingFrame(c), waitingFrames, { count: true }));
      const sums = h.instance("sum_queue", fifo(uint(32), waitingFrames));
      /** Free words of the buffer, and where the next frame goes. */
      const { room, write } = h.registers({ room: count.reset(words), write: count });

      // ---- the next packet, in a register behind the queue, and its bus words -----------------------------------
      const { next_valid, begun, next, next_words, next_empty } = h.registers({
        next_valid: bool,
        /** Its first word has been taken. */
        begun: bool,
        next: packetJob(c).noReset(),
        next_words: count.noReset(),
        next_empty: bool.noReset(),
      });
      /** The packet being built and the word that was taken last, turned so that the payload's first byte is the lowest. */
      const packet = h.registers({
        packet_valid: bool,
        job: packetJob(c).noReset(),
        words: count.noReset(),
        carry: uint(c.busBits).noReset(),
        last: bool.noReset(),
        bad: bool.noReset(),
        /** Bytes still to be given, and bus words that have been. */
        left: uint(16).noReset(),
        given: uint(16 - shift).noReset(),
      });
      const { job } = packet;
      // The packet before may or may not leave: room is left for it, in the buffer and in the queue.
      const promised = mux(packet.packet_valid, packet.words as Bits, count.of(0) as Bits);
      const { fits } = h.nets({
        fits: room
          .sub(promised)
          .ge(next_words)
          .and(metas.count.lt(waitingFrames - 1)),
      });
      const { open } = h.nets({ open: next_valid.and(begun.or(fits)) });
      const { takes } = h.nets({ takes: open.and(next_empty.or(io.data.valid)) });
      const { takes_last } = h.nets({ takes_last: next_empty.or(io.data.payload.last) });
      io.data.ready.drive(open.and(next_empty.not()));
      const { loads } = h.nets({ loads: next_valid.not().or(takes.and(takes_last)) });
      io.packets.ready.drive(loads);
      h.when(loads, () => {
        const coming = io.packets.payload;
        next_valid.next(io.packets.valid);
        next.next(coming);
        next_words.next(resize(wordsOf(coming.payload, frameBytes), addressBits + 1));
        next_empty.next(coming.payload.eq(0));
      });

      const turned = Array.from({ length: shift }, (_, i) => i).reduce<Bits>(
        (value, i) => mux(next.offset.bit(i), value.rotl(c.busBits - (8 << i)), value),
        io.data.payload.data,
      );
      const merged = Array.from({ length: busBytes }, (_, lane) =>
        mux(job.offset.le(busBytes - 1 - lane), byteOf(packet.carry, lane) as Bits, byteOf(turned, lane) as Bits),
      );
      const { whole } = h.nets({ whole: packet.left.ge(busBytes) });
      const kept = lowMask(mux(whole, uint(shift + 1).of(busBytes) as Bits, packet.left.trunc(shift + 1) as Bits), busBytes);
      const { gives } = h.nets({ gives: packet.packet_valid.and(packet.left.any()).and(packet.last.or(takes)) });
      const { ends } = h.nets({ ends: packet.packet_valid.and(packet.last) });
      h.when(gives, () => {
        packet.left.next(mux(whole, packet.left.sub(busBytes), uint(16).of(0)));
        packet.given.next(packet.given.add(1));
      });
      h.when(ends, () => packet.packet_valid.next(0));
      h.when(takes, () => {
        begun.next(takes_last.not());
        packet.packet_valid.next(1);
        packet.carry.next(turned as Bits<number>);
        packet.last.next(takes_last);
        // `failed` comes with a run's last word.
        packet.bad.next(mux(next_empty, next.unread, io.data.payload.failed));
        h.when(begun.not(), () => {
          packet.job.next(next);
          packet.words.next(next_words);
          packet.left.next(next.payload);
          packet.given.next(0);
        });
      });

      // ---- done: all of the packet's reads have been answered ----------------------------------------------------
      io.building.drive(job.slot);
      const { sound } = h.nets({ sound: ends.and(packet.bad.not()).and(io.torn.not()) });
      io.done.drive({ valid: ends, slot: job.slot, pointer: job.head, failed: packet.bad.or(io.torn) });
      io.failed.drive(ends.and(packet.bad).and(io.torn.not()));
      const { frame_end } = h.nets({ frame_end: write.add(packet.words) });
      h.when(sound, () => write.next(frame_end));
      metas.push.valid.drive(sound);
      const { slot, payload, tuple, nextHop, ttl, tos, noChecksum } = job;
      metas.push.payload.drive({ slot, payload, tuple, nextHop, ttl, tos, noChecksum });

      // ---- into the buffer and the sum, a cycle later ------------------------------------------------------------
      const stored = h.registers({
        store: bool,
        store_word: uint(c.busBits).noReset(),
        store_at: uint(addressBits).noReset(),
        store_lane: uint(Math.max(1, laneBits)).noReset(),
        store_rest: bool.noReset(),
        /** It is the first of its packet; the packet's end, with where its words end. */
        first: bool.noReset(),
        commit: bool,
        commit_end: count.noReset(),
      });
      stored.store.next(gives);
      stored.store_word.next(cat(...merged.map((byte, lane) => byte.and(kept.bit(lane).repeat(8))).reverse()));
      stored.store_at.next(write.add(resize(packet.given.shr(laneBits), addressBits + 1)).trunc(addressBits));
      stored.store_lane.next(laneBits === 0 ? uint(1).of(0) : packet.given.trunc(laneBits));
      stored.store_rest.next(packet.left.le(busBytes));
      stored.first.next(packet.given.eq(0));
      stored.commit.next(sound);
      stored.commit_end.next(frame_end);
      const buffer = h.memory("buffer", uint(frameBits), words, { style: "block", collision: "never" });
      if (lanes === 1) buffer.write(stored.store_at, stored.store_word, stored.store);
      else {
        // Behind a payload's last bus word the rest of its frame word is zero.
        const here = Array.from({ length: lanes }, (_, i) => stored.store_lane.eq(i));
        const written = here.map((is, i) => (i === 0 ? is : is.or(stored.store_rest.and(stored.store_lane.lt(i)))));
        const word = cat(...here.map((is) => stored.store_word.and(is.repeat(c.busBits))).reverse());
        buffer.write(stored.store_at, word, stored.store, cat(...[...written].reverse()));
      }
      const partial = partialSums(stored.store_word);
      const summed = h.registers({
        parts: array(uint((partial[0] as Bits).width), partial.length).noReset(),
        adds: bool,
        adds_first: bool.noReset(),
        adds_end: bool,
        so_far: uint(32).noReset(),
      });
      for (const [i, part] of partial.entries()) summed.parts.at(i).next(part as Bits<number>);
      summed.adds.next(stored.store);
      summed.adds_first.next(stored.first);
      summed.adds_end.next(stored.commit);
      const before = mux(summed.adds_first, uint(32).of(0), summed.so_far as Bits<32>);
      const { added } = h.nets({ added: resize(sum(partial.map((_, i) => summed.parts.at(i))), 32) });
      const { total } = h.nets({ total: before.add(mux(summed.adds, added as Bits<32>, uint(32).of(0))) });
      summed.so_far.next(total);
      sums.push.valid.drive(summed.adds_end);
      sums.push.payload.drive(total);

      // ---- out: a frame with its sum, and its words in order -----------------------------------------------------
      const meta = metas.pop.payload;
      const both = metas.pop.valid.and(sums.pop.valid);
      io.frames.valid.drive(both);
      io.frames.payload.drive({
        slot: meta.slot,
        payload: meta.payload,
        tuple: meta.tuple,
        nextHop: meta.nextHop,
        ttl: meta.ttl,
        tos: meta.tos,
        noChecksum: meta.noChecksum,
        sum: sums.pop.payload,
      });
      metas.pop.ready.drive(both.and(io.frames.ready));
      sums.pop.ready.drive(both.and(io.frames.ready));
      const { written, fetch, fetched } = h.registers({ written: count, fetch: count, fetched: bool });
      h.when(stored.commit, () => written.next(stored.commit_end));
      const { moves } = h.nets({ moves: fetched.not().or(io.payload.ready) });
      const { reads } = h.nets({ reads: moves.and(fetch.ne(written)) });
      h.when(moves, () => fetched.next(reads));
      h.when(reads, () => fetch.next(fetch.add(1)));
      io.payload.valid.drive(fetched);
      io.payload.payload.drive(buffer.readSync("word", fetch.trunc(addressBits), reads));
      const leaves = mux(sound, packet.words as Bits, count.of(0) as Bits);
      room.next(room.sub(leaves).add(resize(reads, addressBits + 1)) as Bits<number>);
    },
  );
};
