/**
 * Builds frames: a packet's bytes come from memory at any alignment and go on from a word's beginning, one bus word a cycle
 * without a gap. When the last of them is here the packet is done, and its frame may leave, unless memory failed or the slot
 * is torn.
 */
import { type Bits, bool, cat, input, module, mux, output, stream, uint } from "#hdl";
import { lowMask, resize } from "#hdl/lib/bits.ts";
import { fifo } from "#hdl/lib/fifo.ts";
import { byteOf, type Config } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";
import { transmitDone } from "#rtl/ict/interface.ts";
import { fetchedBeat } from "#rtl/nic/dma-read.ts";
import { frameBuffer, packetJob, txPiece, waitingFrame, wordsOf } from "#rtl/udp/tx-packet.ts";

/** @param frameBits  width of the frame buffer's words: the bus's, or a multiple of it by a power of two */
export const txBuild = (c: Config, frameBits = c.busBits) => {
  const { busBytes, slotBits } = derived(c);
  const { lanes, words, addressBits, waitingFrames, name } = frameBuffer(c, frameBits);
  const laneBits = Math.log2(lanes),
    shift = Math.log2(busBytes),
    /** Bits of an offset that the second step of turning takes, and the bytes that it may need of the next word. */
    fineBits = Math.min(3, shift),
    fine = 2 ** fineBits - 1;
  return module(
    `tx_build_${name}`,
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
      frames: output(stream(waitingFrame(c))),
      /** What goes into the frame buffer, taken at once; and a word of it is free again. */
      piece: output(txPiece(c, frameBits)),
      freed: input(bool),
    },
    (io, h) => {
      const count = uint(addressBits + 1);
      const metas = h.instance("frame_queue", fifo(waitingFrame(c), waitingFrames, { count: true }));
      io.frames.connect(metas.pop);
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
      /** The packet being built and the word that was taken last, turned so that the payload's first byte is among the lowest eight. */
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
        next_words.next(resize(wordsOf(coming.payload, frameBits / 8), addressBits + 1));
        next_empty.next(coming.payload.eq(0));
      });

      // Turned in two steps: by eight bytes here, which is what is kept of a word; by single bytes a cycle later.
      const turned = Array.from({ length: shift - fineBits }, (_, i) => fineBits + i).reduce<Bits>(
        (value, i) => mux(next.offset.bit(i), value.rotl(c.busBits - (8 << i)), value),
        io.data.payload.data,
      );
      const merged = Array.from({ length: busBytes + fine }, (_, lane) => {
        if (lane >= busBytes) return byteOf(turned, lane - busBytes) as Bits;
        // Bytes of the kept word, from the payload's first on, stand before its end; the rest come from the next word.
        if (shift === fineBits) return byteOf(packet.carry, lane) as Bits;
        const kept = job.offset.slice(shift - 1, fineBits).le((busBytes - 1 - lane) >> fineBits);
        return mux(kept, byteOf(packet.carry, lane) as Bits, byteOf(turned, lane) as Bits);
      });
      const { whole } = h.nets({ whole: packet.left.ge(busBytes) });
      const wordBytes = mux(whole, uint(shift + 1).of(busBytes) as Bits, packet.left.trunc(shift + 1) as Bits);
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

      // ---- a cycle later: turned by single bytes, and without what is not the payload's ---------------------------
      const turning = h.registers({
        turning_valid: bool,
        turning_word: uint(merged.length * 8).noReset(),
        turning_turn: uint(fineBits).noReset(),
        turning_bytes: uint(shift + 1).noReset(),
        turning_at: uint(addressBits).noReset(),
        turning_lane: uint(Math.max(1, laneBits)).noReset(),
        turning_first: bool.noReset(),
        turning_commit: bool,
        turning_end: count.noReset(),
      });
      turning.turning_valid.next(gives);
      turning.turning_word.next(cat(...merged.toReversed()) as Bits<number>);
      turning.turning_turn.next(job.offset.trunc(fineBits));
      turning.turning_bytes.next(wordBytes);
      turning.turning_at.next(write.add(resize(packet.given.shr(laneBits), addressBits + 1)).trunc(addressBits));
      turning.turning_lane.next(laneBits === 0 ? uint(1).of(0) : packet.given.trunc(laneBits));
      turning.turning_first.next(packet.given.eq(0));
      turning.turning_commit.next(sound);
      turning.turning_end.next(frame_end);
      const aligned = Array.from({ length: fineBits }, (_, i) => i).reduce<Bits>(
        (value, i) => mux(turning.turning_turn.bit(i), value.shr(8 << i), value),
        turning.turning_word,
      );
      const mask = lowMask(turning.turning_bytes, busBytes);
      const bytes = Array.from({ length: busBytes }, (_, lane) => byteOf(aligned, lane).and(mask.bit(lane).repeat(8)));
      io.piece.drive({
        valid: turning.turning_valid,
        word: cat(...bytes.toReversed()) as never,
        at: turning.turning_at,
        lane: turning.turning_lane,
        first: turning.turning_first,
        commit: turning.turning_commit,
        end: turning.turning_end,
      });
      const leaves = mux(sound, packet.words as Bits, count.of(0) as Bits);
      room.next(room.sub(leaves).add(resize(io.freed, addressBits + 1)) as Bits<number>);
    },
  );
};
