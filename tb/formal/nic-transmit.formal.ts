/**
 * The transmit planner with any table and any memory, its queues laid open, by induction, so for ever: what is planned and what
 * is read lies between the slot's read pointer and the tail that came with its turn; every packet has its read, of all of
 * its bytes; a slot is stopped for its own descriptor alone, and only for one that cannot be; every header that is asked for
 * is taken, so that there is room for each.
 */
import { type Bits, bool, cat, mux, struct, uint } from "#hdl";
import { fifo } from "#hdl/lib/fifo.ts";
import { derived } from "#rtl/config/config.ts";
import { transmitTurn } from "#rtl/ict/interface.ts";
import { ringJob } from "#rtl/nic/dma-write.ts";
import { packetJob } from "#rtl/udp/tx-packet.ts";
import { plannedPackets, turnsAhead, txPlan } from "#rtl/udp/tx-plan.ts";
import type { FormalTask } from "#sim/formal/index.ts";
import { around, layOpen } from "./lay-open.ts";
import { assumeJobState, small } from "./nic-small.ts";

const { maxPayload, pointerBits } = derived(small);
const ahead = turnsAhead(small);
const packet = packetJob(small);
const parts = {
  read_queue: fifo(ringJob(small), 2),
  kind_queue: fifo(bool, 2 * plannedPackets(small)),
  packet_queue: fifo(packet, plannedPackets(small)),
  turn_queue: fifo(transmitTurn(small), ahead),
  header_queue: fifo(struct({ words: uint(small.busBits), failed: bool }, "header_word"), 2 * ahead),
};
/** States of the planner's machine, as its register holds them. */
const [waits, sizes, plans] = [1, 2, 3];

export const plannerKeepsToSlot = (block = txPlan(small)) => {
  const shown = [
    ...([
      "step",
      "slot",
      "used",
      "asked",
      "kept_words",
      "kept_failed",
      "limit",
      "length",
      "at",
      "next",
      "rest",
      "nothing",
      "broken",
    ] as const),
    ...(["unread", "state_read", "state_mask", "state_base", "state_datagram"] as const),
  ];
  const open = layOpen(block, parts, { shown });
  return around(open, "the_planner_keeps_to_its_slot", {}, (io, h) => {
    const [turns, headers, coming] = [io.turn_queue__pop, io.header_queue__pop, io.turn.payload.state];
    const [read, kind, packets] = [io.read_queue__push, io.kind_queue__push, io.packet_queue__push];
    for (const s of [turns, headers]) s.check(h, "assume");
    assumeJobState(h, coming);
    assumeJobState(h, turns.payload.state);
    h.ghost(() => {
      const at = (n: number): Bits<1> => io.shown__step.eq(n) as Bits<1>;
      const [mask, datagram, used] = [io.shown__state_mask, io.shown__state_datagram, io.shown__used];
      const within = (a: Bits, b: Bits): Bits => a.sub(b).and(mask);
      const hasHeader = (s: { datagram: Bits; tail: Bits; read: Bits; mask: Bits }): Bits<1> =>
        s.datagram.and(s.tail.sub(s.read).and(s.mask).ge(16)) as Bits<1>;
      const one = (condition: Bits): Bits<6> => condition.zext(6) as Bits<6>;

      // ---- queues: they hold what they were given, and give it back ------------------------------
      const { queued, expected, asked } = h.registers({
        /** Turns in the queue; those among them that wait for a header; headers that were asked for and not taken. */
        queued: uint(6),
        expected: uint(6),
        asked: uint(6),
      });
      const { arrived } = h.registers({ arrived: uint(6) });
      const takes = turns.fire;
      h.assume("queue of turns: room until it is full", io.turn_queue__push.ready.eq(queued.lt(ahead)));
      h.assume("queue of turns: it gives while it is not empty", turns.valid.eq(queued.ne(0)));
      h.assume("queue of turns: those that it holds", expected.le(queued));
      h.assume(
        "queue of turns: one with a header is one of these",
        turns.valid.and(hasHeader(turns.payload.state)).implies(expected.ne(0)),
      );
      h.assume(
        "queue of turns: and one without is none",
        turns.valid.and(hasHeader(turns.payload.state).not()).implies(expected.lt(queued)),
      );
      h.assume("queue of headers: room until it is full", io.header_queue__push.ready.eq(arrived.lt(2 * ahead)));
      h.assume("queue of headers: it gives while it is not empty", headers.valid.eq(arrived.ne(0)));
      h.assume("memory: a header only for who asked", io.header.valid.implies(arrived.lt(asked)));
      queued.next(queued.add(one(io.turn.fire)).sub(one(takes)));
      const asksFirst = io.turn.fire.and(hasHeader(coming));
      const asksNext = kind.valid.and(kind.payload).and(asksFirst.not());
      expected.next(expected.add(one(asksFirst)).sub(one(takes.and(hasHeader(turns.payload.state)))));
      asked.next(asked.add(one(kind.valid.and(kind.payload))).sub(one(headers.fire)));
      arrived.next(arrived.add(one(io.header_queue__push.valid)).sub(one(headers.fire)));
      h.assert("a turn is queued when it is taken from the table", io.turn_queue__push.valid.eq(io.turn.fire));
      h.assert("turns are counted", queued.le(ahead).and(expected.le(queued)).and(arrived.le(asked)));
      h.assert("every header that is asked for is waited for", asked.eq(expected.add(one(at(waits).or(io.shown__asked)))));
      h.assert("so there is room for it", io.header_queue__push.valid.implies(io.header_queue__push.ready));
      h.assert("headers are taken at once", io.header.ready);

      // ---- the slot that is planned --------------------------------------------------------------
      const { owns, from, told, slot } = h.registers({ owns: bool, from: uint(pointerBits), told: uint(pointerBits), slot: uint(1) });
      const { returned, planned } = io;
      h.when(returned.valid, () => owns.next(0));
      h.when(takes, () => {
        owns.next(1);
        slot.next(turns.payload.slot);
        from.next(turns.payload.state.read);
        told.next(turns.payload.state.tail.sub(turns.payload.state.read).and(turns.payload.state.mask) as Bits<number>);
      });
      h.assert("a turn is taken when none is out, or comes back", takes.implies(owns.not().or(returned.valid)));
      h.assert("planning is of a slot that is out", owns.eq(io.shown__step.ne(0)));
      const readNow = io.shown__state_read;
      h.assert("of the slot whose turn it is", owns.implies(io.shown__slot.eq(slot)));
      h.assert("a ring of 64 or 128 bytes", owns.implies(mask.eq(63).or(mask.eq(127))));
      h.assert("pointers are in the ring", owns.implies(readNow.le(mask).and(from.le(mask)).and(used.le(mask)).and(told.le(mask))));
      h.assert("records begin at multiples of 16", owns.and(datagram).implies(readNow.trunc(4).eq(0)));
      h.assert(
        "what is planned and what is left is what there was",
        owns.implies(within(readNow, from).zext(8).add(used.zext(8)).eq(told.zext(8))),
      );
      h.assert("a header is asked for ahead while it is planned", io.shown__asked.implies(at(plans).and(datagram)));
      h.assert("and waited for only where there is one", at(waits).implies(datagram.and(used.ge(16))));

      // ---- what has been found out of its next packet --------------------------------------------
      const [length, next, rest] = [io.shown__length, io.shown__next, io.shown__rest];
      const [nothing, broken, unread] = [io.shown__nothing, io.shown__broken, io.shown__unread];
      const good = nothing.or(broken).not();
      const moved = within(next, readNow);
      h.assert("nothing is known of nothing", at(plans).implies(nothing.eq(used.eq(0))));
      h.assert(
        "the next header is asked for behind a packet that can be sent",
        io.shown__asked.implies(good.and(unread.not()).and(rest.ge(16))),
      );
      h.assert("no more is sent than fits into a frame", at(plans).and(good).implies(length.le(maxPayload)));
      h.assert(
        "what is lost has no bytes",
        at(plans)
          .and(unread)
          .implies(length.eq(0).and(next.eq(readNow)).and(datagram)),
      );
      h.assert(
        "a packet and what is left are what waits",
        at(plans)
          .and(good)
          .and(unread.not())
          .implies(
            next
              .le(mask)
              .and(rest.le(mask))
              .and(moved.zext(8).add(rest.zext(8)).eq(used.zext(8)))
              .and(moved.ne(0)),
          ),
      );
      const before = mux(datagram, uint(pointerBits).of(16), uint(pointerBits).of(0));
      h.assert(
        "its bytes are behind its header, before the next one",
        at(plans)
          .and(good)
          .and(unread.not())
          .implies(
            io.shown__at
              .le(mask)
              .and(within(io.shown__at, readNow).eq(before))
              .and(length.add(before.zext(16)).le(moved.zext(16))),
          ),
      );
      h.assert("a record ends at a multiple of 16", at(plans).and(good).and(datagram).implies(next.trunc(4).eq(0)));

      // A record that is there, and that the largest payload and the tail allow, is no reason to stop.
      const { limit } = h.registers({ limit: uint(16) });
      h.when(at(sizes), () => limit.next(io.shown__limit));
      const bytes = mux(readNow.bit(4), io.shown__kept_words.slice(143, 128), io.shown__kept_words.slice(15, 0));
      const record = bytes.zext(17).add(31).and("0x1fff0");
      const whole = used
        .ge(16)
        .and(io.shown__kept_failed.not())
        .and(bytes.le(limit))
        .and(record.le(used.zext(17)));
      h.assert("the limit is what a frame can hold", io.shown__limit.le(maxPayload).and(at(plans).implies(limit.le(maxPayload))));
      h.assert("who is broken has datagrams, and no record that can be", at(plans).and(broken).implies(datagram.and(whole.not())));
      h.assert("who is not has one, or nothing", at(plans).and(good).and(datagram).and(unread.not()).implies(whole));
      h.assert(
        "what is lost was not given by memory",
        at(plans)
          .and(unread)
          .implies(io.shown__kept_failed.and(used.ge(16))),
      );
      h.assert(
        "all of the record is sent",
        at(plans)
          .and(good)
          .and(datagram)
          .and(unread.not())
          .implies(length.eq(bytes).and(moved.zext(17).eq(record))),
      );
      h.assert(
        "a stream is cut at what fits, and sent to its end",
        at(plans)
          .and(good)
          .and(datagram.not())
          .implies(length.eq(moved.zext(16))),
      );

      // ---- what it says --------------------------------------------------------------------------
      h.assert("a slot is given back by who has it", returned.valid.implies(owns.and(returned.slot.eq(slot))));
      const gone = within(returned.pointer, from);
      h.assert(
        "it goes on in the ring, before the tail that it was told",
        returned.valid.implies(returned.pointer.le(mask).and(gone.le(told))),
      );
      h.assert("as far as its packets", returned.valid.implies(returned.pointer.eq(mux(good, next as Bits, readNow))));
      h.assert("a slot is stopped for its own descriptor", returned.valid.implies(returned.malformed.eq(broken)));
      h.assert("what was asked for ahead keeps the slot", io.shown__asked.implies(returned.valid.not()));
      h.assert("while others wait, one packet is all", planned.and(io.others).and(io.shown__asked.not()).implies(returned.valid));
      h.assert("after what memory did not give too", planned.and(unread).implies(returned.valid));

      // ---- packets and their reads ---------------------------------------------------------------
      const { payload, offset, head } = packets.payload;
      h.assert("each read has its kind", read.valid.eq(kind.valid));
      h.assert(
        "nothing is lost for want of room",
        cat(read.valid, packets.valid).any().implies(read.ready.and(kind.ready).and(packets.ready)),
      );
      h.assert("a packet is counted as it is planned", planned.eq(packets.valid).and(planned.implies(owns.and(good))));
      h.assert("a payload is read with its packet", read.valid.and(kind.payload.not()).implies(packets.valid));
      const ownBytes = read.valid.and(kind.payload.not()).and(read.payload.bytes.eq(payload)).and(read.payload.offset.trunc(5).eq(offset));
      h.assert("and is the packet's, byte for byte", packets.valid.implies(mux(payload.eq(0), read.valid.not(), ownBytes)));
      h.assert(
        "a packet is what has been found out",
        packets.valid.implies(
          packets.payload.slot.eq(slot).and(payload.eq(length)).and(head.eq(next)).and(packets.payload.unread.eq(unread)),
        ),
      );
      const inSlot = read.payload.mask.eq(mask).and(read.payload.base.eq(io.shown__state_base)).and(read.payload.offset.le(mask));
      const ends = within(read.payload.offset, from).zext(16).add(read.payload.bytes);
      h.assert(
        "no read is longer than its slot's bytes, or elsewhere",
        read.valid.and(asksFirst.not()).implies(inSlot.and(ends.le(told.zext(16)))),
      );
      h.assert("it has at least one byte", read.valid.implies(read.payload.bytes.ne(0)));
      h.assert(
        "a header has 16, within the ring's line",
        read.valid.and(kind.payload).implies(read.payload.bytes.eq(16).and(read.payload.offset.trunc(4).eq(0))),
      );
      h.assert(
        "the next header is asked for where the next packet begins",
        asksNext.implies(read.payload.offset.eq(next).and(rest.ge(16))),
      );
      h.assert(
        "the first one where its slot begins",
        asksFirst.implies(
          read.valid
            .and(kind.payload)
            .and(read.payload.offset.eq(coming.read))
            .and(read.payload.base.eq(coming.base))
            .and(read.payload.mask.eq(coming.mask)),
        ),
      );
      h.assert("while sending is off no turn is taken", io.enable.not().implies(io.turn.fire.not()));

      h.cover("a record is planned", planned.and(datagram).and(length.ne(0)));
      h.cover("a record cannot be", returned.valid.and(returned.malformed).and(used.ge(16)));
      h.cover("a header cannot be read", planned.and(unread));
      h.cover("a stream is planned around its ring's end", planned.and(datagram.not()).and(next.lt(readNow)));
      h.cover("a slot is kept, its next header asked for ahead", planned.and(returned.valid.not()).and(io.shown__asked));
      h.cover(
        "a slot is kept, its next header in the same word",
        planned.and(returned.valid.not()).and(datagram).and(io.shown__asked.not()),
      );
    });
  });
};

export const tasks: readonly FormalTask[] = [
  {
    name: "transmit planner: its slot alone, between read pointer and tail",
    module: () => plannerKeepsToSlot(),
    mode: "induction",
    depth: 1,
  },
  { name: "transmit planner: plans and stops", module: () => plannerKeepsToSlot(), mode: "cover", depth: 8 },
];
