/**
 * Keeps the payloads of frames until they leave: a buffer of words in block RAM that frames are written to one after the
 * other, and each frame's sum for its UDP checksum, added up in two steps while it comes.
 */
import { array, type Bits, bool, cat, input, module, mux, output, stream, uint } from "#hdl";
import { resize, sum } from "#hdl/lib/bits.ts";
import { fifo } from "#hdl/lib/fifo.ts";
import { byteOf, type Config } from "#rtl/common.ts";
import { frameBuffer, txFrame, txPiece, waitingFrame } from "#rtl/udp/tx-packet.ts";

/** 16-bit words that one step of the checksum adds up. */
const wordsPerSum = 8;

/** Sums of a bus word's 16-bit words, each of at most `wordsPerSum`; the first byte on the wire is the upper one. */
const partialSums = (data: Bits): readonly Bits[] => {
  const words = Array.from({ length: data.width / 16 }, (_, i) => cat(byteOf(data, 2 * i), byteOf(data, 2 * i + 1)));
  return Array.from({ length: Math.ceil(words.length / wordsPerSum) }, (_, i) => sum(words.slice(i * wordsPerSum, (i + 1) * wordsPerSum)));
};

/** @param frameBits  width of the buffer's words: the bus's, or a multiple of it by a power of two */
export const txStore = (c: Config, frameBits = c.busBits) => {
  const { lanes, words, addressBits, waitingFrames, name } = frameBuffer(c, frameBits);
  return module(
    `tx_store_${name}`,
    {
      piece: input(txPiece(c, frameBits)),
      /** A word of the buffer is free again. */
      freed: output(bool),
      /** What is known of the frames, and the same with their sums. */
      frames: input(stream(waitingFrame(c))),
      whole: output(stream(txFrame(c))),
      /** The payloads of the frames, one after the other; each begins with a word of its own. */
      payload: output(stream(uint(frameBits))),
    },
    (io, h) => {
      const count = uint(addressBits + 1);
      const stored = h.registers({
        stores: bool,
        commits: bool,
        stored_word: uint(c.busBits).noReset(),
        stored_at: uint(addressBits).noReset(),
        stored_lane: uint(Math.max(1, Math.log2(lanes))).noReset(),
        stored_first: bool.noReset(),
        stored_end: count.noReset(),
      });
      const { stores, commits } = stored;
      const { piece } = io;
      stores.next(piece.valid);
      commits.next(piece.commit);
      stored.stored_word.next(piece.word as Bits<number>);
      stored.stored_at.next(piece.at);
      stored.stored_lane.next(piece.lane);
      stored.stored_first.next(piece.first);
      stored.stored_end.next(piece.end);

      // ---- the buffer ----------------------------------------------------------------------------
      const buffer = h.memory("buffer", uint(frameBits), words, { style: "block", collision: "never" });
      if (lanes === 1) buffer.write(stored.stored_at, stored.stored_word, stores);
      else {
        // Bus words come in order: what is written behind one is zero until the next.
        const lane = stored.stored_lane;
        const word = Array.from({ length: lanes }, (_, i) => stored.stored_word.and(lane.eq(i).repeat(c.busBits) as never));
        const from = Array.from({ length: lanes }, (_, i) => lane.le(i));
        buffer.write(stored.stored_at, cat(...word.toReversed()) as never, stores, cat(...from.toReversed()));
      }
      const { written, fetch, fetched } = h.registers({
        /** Frames that may leave end here; the next word to be fetched; one waits to be taken. */
        written: count,
        fetch: count,
        fetched: bool,
      });
      h.when(commits, () => written.next(stored.stored_end));
      const { moves } = h.nets({ moves: fetched.not().or(io.payload.ready) });
      const { reads } = h.nets({ reads: moves.and(fetch.ne(written)) });
      h.when(moves, () => fetched.next(reads));
      h.when(reads, () => fetch.next(fetch.add(1)));
      io.freed.drive(reads);
      io.payload.valid.drive(fetched);
      io.payload.payload.drive(buffer.readSync("word", fetch.trunc(addressBits), reads));

      // ---- sums ----------------------------------------------------------------------------------
      const partial = partialSums(stored.stored_word);
      const summed = h.registers({
        parts: array(uint((partial[0] as Bits).width), partial.length).noReset(),
        adds: bool.noReset(),
        adds_first: bool.noReset(),
        adds_end: bool,
        so_far: uint(32).noReset(),
      });
      for (const [i, part] of partial.entries()) summed.parts.at(i).next(part as Bits<number>);
      summed.adds.next(stores);
      summed.adds_first.next(stored.stored_first);
      summed.adds_end.next(commits);
      const before = mux(summed.adds_first, uint(32).of(0), summed.so_far as Bits<32>);
      const { added } = h.nets({ added: resize(sum(partial.map((_, i) => summed.parts.at(i))), 32) });
      const { total } = h.nets({ total: before.add(mux(summed.adds, added as Bits<32>, uint(32).of(0))) });
      summed.so_far.next(total);
      // One for each frame that waits, so there is always room.
      const sums = h.instance("sum_queue", fifo(uint(32), waitingFrames));
      sums.push.valid.drive(summed.adds_end);
      sums.push.payload.drive(total);
      h.assert("there is room for every sum", sums.push.valid.implies(sums.push.ready));

      // ---- frames with their sums ----------------------------------------------------------------
      const { slot, payload, tuple, nextHop, ttl, tos, noChecksum } = io.frames.payload;
      io.whole.valid.drive(io.frames.valid.and(sums.pop.valid));
      io.whole.payload.drive({ slot, payload, tuple, nextHop, ttl, tos, noChecksum, sum: sums.pop.payload });
      io.frames.ready.drive(sums.pop.valid.and(io.whole.ready));
      sums.pop.ready.drive(io.frames.valid.and(io.whole.ready));
    },
  );
};
