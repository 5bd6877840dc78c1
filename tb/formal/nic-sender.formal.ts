/**
 * How frames are kept and sent, each with any neighbour, by induction, so for ever. The store reads nothing that is not
 * written, gives no word before its frame may leave, and has a sum for each frame. The sender takes each frame's own words; a
 * frame is as long as its packet, says so itself, and is told of as its last beat leaves.
 */
import { type Bits, bool, cat, mux, reduce, uint } from "#hdl";
import { fifo } from "#hdl/lib/fifo.ts";
import { derived } from "#rtl/config/config.ts";
import { frameBuffer } from "#rtl/udp/tx-packet.ts";
import { txSend } from "#rtl/udp/tx-send.ts";
import { txStore } from "#rtl/udp/tx-store.ts";
import type { FormalTask } from "#sim/formal/index.ts";
import { around, layOpen } from "./lay-open.ts";
import { busBytes, small as nic } from "./nic-small.ts";

/** A buffer of eight words, and packets that need up to three of them. */
const small = { ...nic, mtu: 114, txBuffer: 256 };
const { words, addressBits, waitingFrames } = frameBuffer(small, small.busBits);
const count = addressBits + 1;
const { maxPayload } = derived(small);
/** Bytes of Ethernet, IPv4 and UDP; of the shortest frame. */
const [headers, shortest] = [42, 60];
const wordsIn = (bytes: Bits): Bits =>
  bytes
    .add(busBytes - 1)
    .shr(Math.log2(busBytes))
    .trunc(8);
const both = (list: readonly Bits[]): Bits => reduce(list, (a, b) => a.and(b));

export const storeKeepsFrames = (block = txStore(small)) => {
  const open = layOpen(
    block,
    { sum_queue: fifo(uint(32), waitingFrames) },
    {
      blind: ["payload_payload", "sum_queue_push_payload"],
      shown: ["stores", "commits", "stored_at", "stored_end", "written", "fetch", "fetched", "adds_end"],
    },
  );
  return around(open, "the_store_keeps_its_frames", {}, (io, h) => {
    const { piece, frames, whole, payload } = io;
    for (const s of [frames, io.sum_queue__pop]) s.check(h, "assume");
    whole.check(h, "assert");
    payload.check(h, "assert");
    h.ghost(() => {
      // ---- the buffer: what may be read, what has been announced, what is free -------------------
      const [written, fetch] = [io.shown__written, io.shown__fetch];
      const { ended } = h.registers({ ended: uint(count) });
      h.when(piece.commit, () => ended.next(piece.end));
      const free = (end: Bits): Bits<number> => uint(count).of(words).sub(end.sub(fetch)) as Bits<number>;
      const behind = (at: Bits, end: Bits): Bits => at.sub(end.trunc(addressBits)).zext(count).lt(free(end));
      h.assume("builder: a word goes where it is free", piece.valid.implies(behind(piece.at, ended)));
      h.assume("builder: a frame ends in what is free", piece.commit.implies(piece.end.sub(ended).le(free(ended))));
      const [readable, announced] = [written.sub(fetch), ended.sub(fetch)];
      h.assert("no more is announced than there is", announced.le(words).and(readable.le(announced)));
      h.assert("it may be read when it is written", ended.eq(mux(io.shown__commits, io.shown__stored_end as Bits, written)));
      h.assert("a word is written where nothing is read", io.shown__stores.implies(behind(io.shown__stored_at, written)));
      const { read, given } = h.registers({ read: uint(8), given: uint(8) });
      h.when(io.freed, () => read.next(read.add(1)));
      h.when(payload.fire, () => given.next(given.add(1)));
      h.assert("a word is free when it has been read", io.freed.implies(readable.ne(0)));
      h.assert("and given once", payload.valid.eq(io.shown__fetched).and(read.sub(given).eq(io.shown__fetched.zext(8))));

      // ---- sums: one for each frame --------------------------------------------------------------
      const sums = [io.sum_queue__push, io.sum_queue__pop] as const;
      const { announcedFrames, queued } = h.registers({ announcedFrames: uint(5), queued: uint(5) });
      h.assume("builder: no more frames than fit", piece.commit.implies(announcedFrames.lt(waitingFrames)));
      h.assume("builder: a frame waits when its end is told", announcedFrames.ne(0).implies(frames.valid));
      h.assume("queue: it gives while it is not empty", sums[1].valid.eq(queued.ne(0)));
      h.assume("queue: room until it is full", sums[0].ready.eq(queued.lt(waitingFrames)));
      announcedFrames.next(announcedFrames.add(piece.commit.zext(5)).sub(whole.fire.zext(5)));
      queued.next(queued.add(sums[0].valid.zext(5)).sub(sums[1].fire.zext(5)));
      h.assert(
        "a sum for each frame that was announced",
        announcedFrames.eq(queued.add(io.shown__commits.zext(5)).add(io.shown__adds_end.zext(5))).and(announcedFrames.le(waitingFrames)),
      );
      h.assert("a frame leaves when it was announced", whole.valid.implies(announcedFrames.ne(0)));
      h.assert("with its sum", whole.fire.eq(sums[1].fire).and(whole.fire.eq(frames.fire)));
      h.assert(
        "it is the oldest",
        whole.valid.implies(whole.payload.slot.eq(frames.payload.slot).and(whole.payload.payload.eq(frames.payload.payload))),
      );
      h.assert("whose words can be read", whole.fire.implies(io.shown__commits.and(queued.eq(0)).not()));

      h.cover("the buffer is full, and a word leaves", announced.eq(words).and(payload.fire));
      h.cover("two frames wait", announcedFrames.eq(2).and(whole.valid));
    });
  });
};

export const senderKeepsFrames = (block = txSend(small)) => {
  const open = layOpen(
    block,
    {},
    {
      shown: [
        ...([
          "moves",
          "loads",
          "first_valid",
          "frame_payload",
          "frame_slot",
          "frame_noChecksum",
          "first_total",
          "first_udp",
          "beats",
        ] as const),
        ...(["words", "end_byte", "head_valid", "sending_payload", "sending_slot", "sending_noChecksum", "sending_total"] as const),
        ...(["sending_udp", "udp_sum", "last_beat", "words_end", "last_keep", "beat", "carry"] as const),
      ],
    },
  );
  return around(open, "the_sender_keeps_its_frames", {}, (io, h) => {
    const { frames, payload, wire, sent } = io;
    for (const s of [frames, payload]) s.check(h, "assume");
    wire.check(h, "assert");
    h.assume("a frame that can be", frames.valid.implies(frames.payload.payload.le(maxPayload)));
    h.ghost(() => {
      const lengthOf = (bytes: Bits): Bits<16> =>
        mux(bytes.lt(shortest - headers), uint(16).of(shortest), bytes.add(headers) as Bits<16>) as Bits<16>;
      // ---- the frame behind, and the one that leaves ----------------------------------------------
      const behind = h.registers({ waits: bool, next_slot: uint(1), next_bytes: uint(16), next_plain: bool });
      const now = h.registers({ leaves: bool, slot: uint(1), bytes: uint(16), plain: bool });
      h.when(io.shown__moves, () => {
        now.leaves.next(behind.waits);
        now.slot.next(behind.next_slot);
        now.bytes.next(behind.next_bytes);
        now.plain.next(behind.next_plain);
      });
      h.when(io.shown__loads, () => behind.waits.next(frames.valid));
      h.when(frames.fire, () => {
        behind.next_slot.next(frames.payload.slot);
        behind.next_bytes.next(frames.payload.payload);
        behind.next_plain.next(frames.payload.noChecksum);
      });
      const { leaves, bytes } = now;
      h.assert("frames are taken when there is a place", frames.ready.eq(io.shown__loads));
      h.assert("each of two places has its frame", io.shown__first_valid.eq(behind.waits).and(io.shown__head_valid.eq(leaves)));
      h.assert(
        "the one behind is as it came",
        behind.waits.implies(
          both([
            io.shown__frame_slot.eq(behind.next_slot),
            io.shown__frame_payload.eq(behind.next_bytes),
            io.shown__frame_noChecksum.eq(behind.next_plain),
            behind.next_bytes.le(maxPayload),
            io.shown__first_total.eq(behind.next_bytes.add(28)),
            io.shown__first_udp.eq(behind.next_bytes.add(8)),
            io.shown__beats.trunc(8).eq(wordsIn(lengthOf(behind.next_bytes)) as never),
            io.shown__beats.lt(256),
            io.shown__words.trunc(8).eq(wordsIn(behind.next_bytes) as never),
            io.shown__words.lt(256),
            io.shown__end_byte.eq(lengthOf(behind.next_bytes).sub(1).trunc(5)),
          ]),
        ),
      );
      const total = lengthOf(bytes);
      const beats = wordsIn(total).zext(io.shown__beat.width),
        ownWords = wordsIn(bytes).zext(io.shown__beat.width);
      const beat = io.shown__beat;
      h.assert(
        "so is the one that leaves",
        leaves.implies(
          both([
            io.shown__sending_slot.eq(now.slot),
            io.shown__sending_payload.eq(bytes),
            io.shown__sending_noChecksum.eq(now.plain),
            bytes.le(maxPayload),
            io.shown__sending_total.eq(bytes.add(28)),
            io.shown__sending_udp.eq(bytes.add(8)),
            io.shown__last_beat.add(1).eq(beats as never),
            io.shown__words_end.eq(ownWords.add(1) as never),
            beat.le(io.shown__last_beat),
            now.plain.eq(io.shown__udp_sum.eq(0)),
          ]),
        ),
      );
      h.assert("a frame begins with its first beat", leaves.not().implies(beat.eq(0)));

      // ---- its words -----------------------------------------------------------------------------
      const { taken } = h.registers({ taken: uint(8) });
      h.when(sent.valid, () => taken.next(0)).elseWhen(payload.fire, () => taken.next(taken.add(1)));
      const wide = taken.zext(beat.width);
      h.assert("a word is taken for the frame that leaves", payload.ready.implies(leaves.and(wide.lt(ownWords as never))));
      // The first beat is headers alone; from the second on a word with each, while there are any.
      h.assert(
        "one with each beat",
        wide.eq(mux(beat.le(1), uint(beat.width).of(0) as Bits, mux(beat.sub(1).lt(ownWords), beat.sub(1) as Bits, ownWords)) as never),
      );
      h.assert("all of them", sent.valid.implies(wide.add(payload.fire.zext(beat.width)).eq(ownWords as never)));
      h.assume(
        "store: behind a payload is zero",
        both(
          Array.from({ length: busBytes }, (_, n) =>
            taken
              .zext(16)
              .shl(5)
              .add(n)
              .lt(bytes)
              .or(payload.payload.slice(8 * n + 7, 8 * n).eq(0)),
          ),
        ).or(payload.valid.not()),
      );
      const carried = beat
        .zext(16)
        .sub(2)
        .shl(5)
        .add(busBytes - 10);
      h.assert(
        "what is kept of a word for the next beat is the payload's",
        leaves.and(beat.ge(2)).implies(
          both(
            Array.from({ length: 10 }, (_, n) =>
              carried
                .add(n)
                .lt(bytes)
                .or(io.shown__carry.slice(8 * n + 7, 8 * n).eq(0)),
            ),
          ),
        ),
      );

      // ---- the wire ------------------------------------------------------------------------------
      const { data, keep, last } = wire.payload;
      const start = beat.zext(16).shl(5);
      h.assert("nothing leaves but a frame", wire.valid.implies(leaves));
      const lanes = Array.from({ length: busBytes }, (_, n) => keep.bit(n).eq(start.add(n).lt(total)));
      h.assert("the bytes on the wire are the packet's and its headers', or 60", wire.valid.implies(both(lanes)));
      const kept = Array.from({ length: busBytes }, (_, n) => io.shown__last_keep.bit(n).eq(total.sub(1).trunc(5).ge(n)));
      h.assert("the last beat is full as far as the frame goes", leaves.implies(both(kept)));
      h.assert("it ends with its last beat", wire.valid.implies(last.eq(beat.add(1).eq(beats as never))));
      h.assert(
        "it is told of as its last beat leaves",
        sent.valid.eq(wire.fire.and(last)).and(sent.valid.implies(sent.slot.eq(now.slot).and(sent.timestamp.eq(io.now)))),
      );
      const byte = (n: number): Bits => data.slice(8 * n + 7, 8 * n);
      const field = (n: number): Bits => cat(byte(n % busBytes), byte((n % busBytes) + 1));
      const says = (name: string, n: number, value: Bits): unknown =>
        h.assert(`${name} on the wire`, wire.valid.and(beat.eq(Math.floor(n / busBytes))).implies(field(n).eq(value as never)));
      says("total length of IPv4", 16, bytes.add(28));
      says("length of UDP", 38, bytes.add(8));
      says("checksum of UDP, zero for none and for nothing else", 40, io.shown__udp_sum);
      const zeros = Array.from({ length: busBytes }, (_, n) => start.add(n).lt(bytes.add(headers)).or(byte(n).eq(0)));
      h.assert("behind the packet are zeros", wire.valid.implies(both(zeros)));

      h.cover("an empty packet leaves", sent.valid.and(bytes.eq(0)));
      h.cover("a packet leaves whose last bytes are in no word of their own", sent.valid.and(ownWords.add(2).eq(beats as never)));
      h.cover("frames leave one behind the other", sent.valid.and(h.past(sent.valid)).or(sent.valid.and(behind.waits)));
      h.cover("a frame without a checksum leaves", sent.valid.and(now.plain));
    });
  });
};

export const tasks: readonly FormalTask[] = [
  { name: "transmit store: words and sums of frames that may leave", module: () => storeKeepsFrames(), mode: "induction", depth: 1 },
  { name: "transmit store: fills and empties", module: () => storeKeepsFrames(), mode: "cover", depth: 14 },
  { name: "transmit sender: each frame whole, and as long as it says", module: () => senderKeepsFrames(), mode: "induction", depth: 1 },
  { name: "transmit sender: frames of each kind", module: () => senderKeepsFrames(), mode: "cover", depth: 8 },
];
