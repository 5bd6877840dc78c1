/**
 * What becomes of a frame, with any frame in the buffer and any table: only a sound datagram that fits its ring gets a place
 * there, by the state that its slot has in that cycle; each drop has its own cause, and changes nothing. The verdict's words
 * to the table, to who moves the bytes and to the counters agree.
 */
import { type Bits, type Bool, bool, cat, input, module, mux, output, stream, uint } from "#hdl";
import { atMostOne } from "#hdl/lib/bits.ts";
import { dropCauses } from "#rtl/common.ts";
import { receiveState, receiveVerdict } from "#rtl/ict/interface.ts";
import { lookupLatency } from "#rtl/ict/lookup.ts";
import { frameRecord } from "#rtl/udp/rx-ingress.ts";
import { frameFacts } from "#rtl/udp/rx-parse.ts";
import { decidedFrame, rxVerdict } from "#rtl/udp/rx-verdict.ts";
import type { FormalTask } from "#sim/formal/index.ts";
import { small } from "./nic-small.ts";

const config = { ...small, rxBuffer: 256 };

export const verdictsAreRight = (block = rxVerdict(config)) =>
  module(
    "verdicts_are_right",
    {
      frames: input(stream(frameRecord(config))),
      keyReady: input(bool),
      hit: input(bool),
      found: input(uint(1)),
      receive: input(receiveState(config)),
      room: input(bool),
      /** The frame that is taken now is the one that is followed. */
      chosen: input(bool),
      verdict: output(receiveVerdict(config)),
      decided: output(decidedFrame(config, config.busBits)),
    },
    (io, h) => {
      const { frames, hit, found, receive } = io;
      const dut = h.instance("dut", block, { frames, hit, found, receive, room: io.room });
      const { verdict, decided, advance, judging } = dut;
      dut.key.ready.drive(io.keyReady);
      io.verdict.drive(verdict);
      io.decided.drive(decided);
      frames.check(h, "assume");
      h.ghost(() => {
        const { facts, beats, start } = frames.payload;
        h.assume("the lookup takes a key only where it goes on", io.keyReady.implies(advance));
        // What the parser and the buffer promise: a datagram lies within its frame, and the frame within the buffer.
        const behind = facts.length.sub(facts.tagged.zext(16).shl(2));
        h.assume("a frame is short", facts.length.ne(0).and(facts.length.le(192)));
        h.assume("a fault is one of the six", facts.fault.asBits().le(5));
        h.assume("its words are counted", beats.eq(facts.length.add(31).shr(5).trunc(beats.width) as never));
        h.assume("a datagram lies in its frame", facts.plain.implies(facts.length.ge(46)));
        const soundOf = (f: typeof facts): Bool => f.plain.and(f.fault.is("NONE"));
        h.assume("so does its payload", soundOf(facts).implies(facts.payload.add(42).le(behind).and(facts.payload.le(150))));
        const { mask, head, write, datagram } = receive;
        h.assume("a receive ring of 64 or 128 bytes", mask.eq(63).or(mask.eq(127)));
        h.assume("its pointers are in it", head.le(mask).and(write.le(mask)));

        // One frame, any, from its key to its verdict: as many frames are judged before it as were under way.
        const t = h.registers({
          under_way: uint(4),
          followed: bool,
          ahead: uint(4),
          its: frameFacts,
          its_start: uint(start.width),
          its_beats: uint(beats.width),
          step: uint(lookupLatency),
          answered: bool,
          its_hit: bool,
          its_slot: uint(1),
        });
        const taken = frames.fire;
        const gone = decided.valid;
        t.under_way.next(t.under_way.add(taken.zext(4)).sub(gone.zext(4)));
        h.assert("no verdict is made up", gone.implies(t.under_way.ne(0)));
        const follow = taken.and(io.chosen).and(t.followed.not());
        h.when(follow, () => {
          t.followed.next(1);
          t.ahead.next(t.under_way.sub(gone.zext(4)));
          t.its.next(facts);
          t.its_start.next(start);
          t.its_beats.next(beats);
        }).elseWhen(gone, () => t.ahead.next(t.ahead.sub(1)));
        const now = t.followed.and(t.ahead.eq(0)).and(gone);
        const { judged } = h.registers({ judged: bool });
        h.when(now, () => judged.next(1));
        const it = now.and(judged.not());
        h.when(advance, () => t.step.next(cat(t.step.slice(lookupLatency - 2, 0), follow)));
        const answers = t.step.bit(lookupLatency - 1).and(advance);
        h.when(answers, () => {
          t.answered.next(1);
          t.its_hit.next(hit);
          t.its_slot.next(found);
        });
        const waits = t.answered.and(judged.not());
        const mine = t.its_hit.and(t.its.plain);
        const sound = soundOf(t.its);
        const bytes = t.its.payload.add(datagram.zext(16).shl(4));
        const record = mux(datagram, bytes.add(15).and("0xfff0"), bytes);
        const space = head.sub(write).sub(1).and(mask).zext(16);
        const places = mine.and(sound).and(receive.stopped.not()).and(record.le(space));
        const { valid, placed, writes, pointer, slot, timestamp } = verdict;

        h.assert("a verdict is on the frame with its answer", it.implies(t.answered));
        h.assert("its key is its own", follow.implies(dut.key.valid.and(dut.key.payload.asBits().eq(facts.tuple.asBits()))));
        h.assert("the table hears of it where it is a slot's", it.implies(valid.eq(mine)));
        h.assert("and of nothing else", valid.implies(gone));
        h.assert("the slot is the one that was found", it.and(valid).implies(slot.eq(t.its_slot)));
        h.assert("a slot is judged by the state that it has now", valid.implies(h.past(dut.receiveSlot).eq(slot)));
        h.assert("it is known whose frame is judged", waits.and(mine).implies(judging.valid.and(judging.slot.eq(t.its_slot))));
        h.assert("placed: just what is sound and has room", it.and(valid).implies(placed.eq(places)));
        h.assert(
          "its bytes end behind its record, within the ring, and never reach the head",
          it
            .and(valid)
            .and(placed)
            .implies(
              pointer
                .eq(write.add(record.trunc(7)).and(mask))
                .and(pointer.le(mask))
                .and(record.eq(0).or(pointer.ne(head))),
            ),
        );
        h.assert("it has bytes to write, or none", it.and(valid).implies(writes.eq(placed.and(bytes.ne(0)))));
        h.assert("its time is that of its first beat", it.and(valid).implies(timestamp.eq(t.its.timestamp)));

        // Who moves the bytes hears the same.
        const { fate, run } = decided;
        h.assert("bytes are moved to a slot where the table has been told so", gone.implies(fate.is("DELIVER").eq(valid.and(writes))));
        h.assert("what is no slot's goes the ordinary path", it.implies(fate.is("ORDINARY").eq(mine.not())));
        h.assert("its words are given back", it.implies(decided.beats.eq(t.its_beats)));
        const first = mux(datagram, uint(16).of(26), uint(16).of(42)).add(t.its.tagged.zext(16).shl(2));
        const words = (n: Bits): Bits => n.shr(5).trunc(run.beats.width);
        const end = first.add(bytes).sub(1);
        h.assert(
          "of a slot's just those words are read that have bytes for it",
          it
            .and(fate.is("DELIVER"))
            .implies(
              run.start
                .eq(t.its_start.add(words(first).trunc(start.width)) as never)
                .and(run.beats.eq(words(end).sub(words(first)).add(1) as never)),
            ),
        );
        h.assert(
          "of others all",
          it.and(fate.is("ORDINARY")).implies(run.start.eq(t.its_start as never).and(run.beats.eq(t.its_beats as never))),
        );
        h.assert(
          "they go to where the slot's pointer stood",
          it
            .and(fate.is("DELIVER"))
            .implies(
              decided.offset
                .eq(write)
                .and(decided.mask.eq(mask))
                .and(decided.base.eq(receive.base))
                .and(decided.bytes.eq(bytes))
                .and(decided.pointer.eq(pointer))
                .and(decided.slot.eq(slot)),
            ),
        );

        // The counters hear of it a cycle later.
        const { accepted, acceptedEmpty, toOrdinary, verdicts } = dut;
        const was = (what: Bool): Bool => h.past(what);
        h.assert("one verdict at a time", atMostOne(cat(accepted, toOrdinary, verdicts)));
        h.assert("counted as accepted: what has its place", accepted.eq(was(valid.and(placed))));
        h.assert("counted as empty: what has no byte to write", acceptedEmpty.eq(was(valid.and(placed).and(writes.not()))));
        h.assert("counted as dropped: what has none", verdicts.any().eq(was(valid.and(placed.not()))));
        h.assert("counted as ordinary: what is no slot's", was(it).implies(toOrdinary.eq(was(mine.not()))));
        const cause = (name: (typeof dropCauses)[number]): Bool => verdicts.bit(dropCauses.indexOf(name));
        for (const [i, name] of ["ttl", "ip_checksum", "ip_length", "udp_length", "udp_checksum"].entries())
          h.assert(
            `dropped for ${name}: just for that fault`,
            was(it).implies(cause(name as "ttl").eq(was(mine.and(t.its.fault.asBits().eq(i + 1))))),
          );
        h.assert(
          "dropped for memory: sound, but its slot has stopped",
          was(it).implies(cause("dma_error").eq(was(mine.and(sound).and(receive.stopped)))),
        );
        h.assert(
          "dropped for the ring: sound, but it has no room",
          was(it).implies(cause("ring_full").eq(was(mine.and(sound).and(receive.stopped.not()).and(places.not())))),
        );
        h.cover("a datagram is placed", it.and(valid).and(placed).and(writes));
        h.cover("one is dropped for want of room", was(it).and(cause("ring_full")));
        h.cover("a frame goes the ordinary path", it.and(fate.is("ORDINARY")));
        h.cover("two verdicts for one slot, one after the other", it.and(valid).and(was(valid)).and(h.past(slot).eq(slot)));
        h.cover("a verdict has to wait", it.and(was(waits)));
      });
    },
  );

export const tasks: readonly FormalTask[] = [
  { name: "receive: only sound datagrams get a place, each drop its cause", module: () => verdictsAreRight(), mode: "bmc", depth: 10 },
  { name: "receive: places, drops, passes on", module: () => verdictsAreRight(), mode: "cover", depth: 12 },
];
