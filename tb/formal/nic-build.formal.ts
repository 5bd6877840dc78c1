/**
 * How frames are built, with any memory and any table, by induction, so for ever: every packet is done once, in order, when
 * memory has answered for all of it, and fails if memory refused or its slot is torn; a frame is queued for each of the
 * others; all of a payload goes into the buffer, into room of its own.
 */
import { type Bits, bool, mux, uint } from "#hdl";
import { fifo } from "#hdl/lib/fifo.ts";
import { derived } from "#rtl/config/config.ts";
import { txBuild } from "#rtl/udp/tx-build.ts";
import { frameBuffer, waitingFrame } from "#rtl/udp/tx-packet.ts";
import type { FormalTask } from "#sim/formal/index.ts";
import { around, layOpen } from "./lay-open.ts";
import { busBytes, small as nic } from "./nic-small.ts";

/** A buffer of eight words, and packets that need up to three of them. */
const small = { ...nic, mtu: 114, txBuffer: 256 };
const { words, addressBits, waitingFrames } = frameBuffer(small, small.busBits);
const count = addressBits + 1;
const { maxPayload, pointerBits } = derived(small);
const wordBits = Math.log2(busBytes);
const wordsIn = (bytes: Bits, width: number): Bits =>
  bytes
    .add(busBytes - 1)
    .shr(wordBits)
    .trunc(width);

export const builderKeepsPackets = (block = txBuild(small)) => {
  const open = layOpen(
    block,
    { frame_queue: fifo(waitingFrame(small), waitingFrames, { count: true }) },
    {
      blind: ["piece_word"],
      shown: [
        ...([
          "room",
          "write",
          "takes",
          "next_valid",
          "begun",
          "next_slot",
          "next_payload",
          "next_offset",
          "next_head",
          "next_unread",
        ] as const),
        ...(["next_words", "next_empty", "packet_valid", "job_slot", "job_payload", "job_offset", "job_head", "words", "last"] as const),
        ...(["bad", "left", "given"] as const),
      ],
    },
  );
  return around(open, "the_builder_keeps_its_packets", {}, (io, h) => {
    const { packets, data, done, piece } = io;
    for (const s of [packets, data]) s.check(h, "assume");
    h.assume("a packet that can be", packets.valid.implies(packets.payload.payload.le(maxPayload)));
    h.assume("what was not read has no bytes", packets.payload.unread.implies(packets.payload.payload.eq(0)));
    h.ghost(() => {
      const [nextValid, begun, valid] = [io.shown__next_valid, io.shown__begun, io.shown__packet_valid];
      const [nextPayload, payload] = [io.shown__next_payload, io.shown__job_payload];
      const [left, given, last] = [io.shown__left, io.shown__given, io.shown__last];

      // ---- memory: as many words as a payload's bytes lie in -------------------------------------
      const runOf = (offset: Bits, bytes: Bits): Bits<8> => wordsIn(offset.zext(16).add(bytes), 8) as Bits<8>;
      const [nextRun, run] = [runOf(io.shown__next_offset, nextPayload), runOf(io.shown__job_offset, payload)];
      const { taken } = h.registers({ taken: uint(8) });
      h.when(data.fire, () => taken.next(mux(data.payload.last, uint(8).of(0), taken.add(1))));
      h.assume("memory: last with the last", data.valid.and(nextValid).implies(data.payload.last.eq(taken.add(1).eq(nextRun))));
      h.assume("memory: a word that failed is its run's last", data.payload.failed.implies(data.payload.last));
      h.assert("words are taken for a packet that has some", data.ready.implies(nextValid.and(nextPayload.ne(0))));
      h.assert("a packet has begun when a word of it was taken", begun.eq(taken.ne(0)));
      h.assert("and is not over", begun.implies(nextValid.and(taken.lt(nextRun)).and(valid).and(last.not())));

      // ---- packets, in order ---------------------------------------------------------------------
      const first = io.shown__takes.and(begun.not());
      const { n_slot, n_head, slot, head } = h.registers({
        n_slot: uint(1),
        n_head: uint(pointerBits),
        slot: uint(1),
        head: uint(pointerBits),
      });
      const { whole, refused, open_packets } = h.registers({ whole: bool, refused: bool, open_packets: uint(2) });
      const answered = io.shown__next_empty.or(data.payload.last);
      h.when(packets.fire, () => {
        n_slot.next(packets.payload.slot);
        n_head.next(packets.payload.head);
      });
      h.when(first, () => {
        slot.next(n_slot);
        head.next(n_head);
      });
      h.when(io.shown__takes, () => {
        whole.next(answered);
        refused.next(mux(io.shown__next_empty, io.shown__next_unread, data.payload.failed));
      });
      open_packets.next(open_packets.add(packets.fire.zext(2)).sub(done.valid.zext(2)));
      h.assert(
        "packets that are open are being built, or are next",
        open_packets.eq(nextValid.and(begun.not()).zext(2).add(valid.zext(2)) as never),
      );
      h.assert("the next packet is as it came", nextValid.implies(io.shown__next_slot.eq(n_slot).and(io.shown__next_head.eq(n_head))));
      h.assert("so is the one that is built", valid.implies(io.shown__job_slot.eq(slot).and(io.shown__job_head.eq(head))));
      h.assert(
        "a packet that has begun is the next one still",
        begun.implies(
          io.shown__next_slot
            .eq(slot)
            .and(io.shown__next_head.eq(head))
            .and(nextPayload.eq(payload))
            .and(io.shown__next_offset.eq(io.shown__job_offset)),
        ),
      );
      h.assert("while one is built, its words come, or it is over", valid.implies(begun.or(last)));
      const sizes = (bytes: Bits, n: Bits): Bits => bytes.le(maxPayload).and(n.eq(wordsIn(bytes, count)));
      h.assert(
        "sizes are what packets say",
        nextValid
          .implies(sizes(nextPayload, io.shown__next_words).and(io.shown__next_empty.eq(nextPayload.eq(0))))
          .and(valid.implies(sizes(payload, io.shown__words))),
      );

      // ---- done: once for each, when memory has answered ------------------------------------------
      h.assert("what memory said is not forgotten", valid.implies(io.shown__last.eq(whole).and(io.shown__bad.eq(refused))));
      h.assert("a packet is done when memory has given its last word", done.valid.eq(valid.and(whole)));
      h.assert("it is the oldest", done.valid.implies(done.slot.eq(slot).and(done.pointer.eq(head))));
      h.assert("the slot that is asked for is the packet's", valid.implies(io.building.eq(slot)));
      h.assert("it fails for what memory refused, or with its slot", done.valid.implies(done.failed.eq(refused.or(io.torn))));
      h.assert("a slot is torn only for what memory refused", io.failed.eq(done.valid.and(refused).and(io.torn.not())));

      // ---- frames --------------------------------------------------------------------------------
      const frame = io.frame_queue__push;
      const level = uint(io.frame_queue__count.width);
      const { waiting } = h.registers({ waiting: level });
      h.assume("queue: it holds what it was given", io.frame_queue__count.eq(waiting).and(io.frame_queue__pop.valid.eq(waiting.ne(0))));
      h.assume("queue: room until it is full", frame.ready.eq(waiting.lt(waitingFrames)));
      waiting.next(waiting.add(frame.valid.zext(level.width)).sub(io.frame_queue__pop.fire.zext(level.width)) as Bits<number>);
      h.assert("frames are counted", waiting.le(waitingFrames).and(valid.implies(waiting.lt(waitingFrames))));
      h.assert("a frame for each packet that is sound", frame.valid.eq(done.valid.and(done.failed.not())));
      h.assert("nothing is lost for want of room", frame.valid.implies(frame.ready));
      h.assert("it is the packet's", frame.valid.implies(frame.payload.slot.eq(slot).and(frame.payload.payload.eq(payload))));

      // ---- the buffer ----------------------------------------------------------------------------
      const { used } = h.registers({ used: uint(count) });
      h.assume("a word is free again that was used", io.freed.implies(used.ne(0)));
      used.next(used.add(mux(frame.valid, io.shown__words as Bits, uint(count).of(0) as Bits)).sub(io.freed.zext(count)) as Bits<number>);
      h.assert("what is not used is free", used.add(io.shown__room).eq(words).and(used.le(words)));
      h.assert("room is kept for what is built", valid.implies(io.shown__words.le(io.shown__room)));
      const bytesGiven = given.zext(16).shl(wordBits);
      h.assert("each word is given once", valid.and(begun).implies(given.zext(16).add(1).eq(taken.zext(16))));
      h.assert(
        "to the last one",
        valid.and(last).implies(given.zext(16).eq(mux(payload.eq(0), uint(16).of(0), run.zext(16).sub(1) as Bits<16>))),
      );
      h.assert(
        "what has not been given is left",
        valid.implies(left.eq(mux(bytesGiven.lt(payload), payload.sub(bytesGiven) as Bits, uint(16).of(0) as Bits))),
      );
      h.assert("and with a packet's end nothing is", done.valid.implies(left.le(busBytes)));
      const [placed, room, before] = [h.past(io.shown__words), h.past(io.shown__room), h.past(io.shown__write)];
      const inFrame = piece.at.sub(before.trunc(addressBits));
      h.assert(
        "a word stands in its own frame, and that in free room",
        piece.valid.implies(inFrame.zext(count).lt(placed).and(placed.le(room))),
      );
      h.assert("the first is told", piece.valid.implies(piece.first.eq(h.past(given).eq(0))));
      h.assert(
        "a frame ends behind its words",
        h
          .past(frame.valid)
          .eq(piece.commit)
          .and(piece.commit.implies(piece.end.eq(before.add(placed)))),
      );
      h.assert(
        "the next one begins there, or where a lost one did",
        io.shown__write.eq(mux(piece.commit, before.add(placed) as Bits, before)),
      );

      h.cover("a packet without bytes is done between two with", done.valid.and(payload.eq(0)).and(nextValid).and(used.ne(0)));
      h.cover("a packet fails while the next one comes", io.failed.and(first).and(nextPayload.ne(0)));
      h.cover("a packet goes with its slot", done.valid.and(io.torn).and(refused.not()));
      h.cover("the buffer is full", used.eq(words));
    });
  });
};

export const tasks: readonly FormalTask[] = [
  { name: "transmit builder: heads after answers, frames in their room", module: () => builderKeepsPackets(), mode: "induction", depth: 1 },
  { name: "transmit builder: packets leave, fail, go with their slot", module: () => builderKeepsPackets(), mode: "cover", depth: 14 },
];
