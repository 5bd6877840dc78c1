/**
 * The receiving half of the slots' state: a verdict that drops leaves the write pointer where it was; the tail goes where
 * commits of memory that answered say, and nowhere else; each commit either moves it or is told to be lost; and who asks of a
 * slot sees all of it up to that cycle, whatever is written meanwhile.
 */
import { type Bits, type Bool, input, uint } from "#hdl";
import { slotReceive } from "#rtl/ict/slot-receive.ts";
import type { FormalTask } from "#sim/formal/index.ts";
import { around } from "./lay-open.ts";
import { small } from "./nic-small.ts";

/** One slot of two, chosen freely, against all that is written. */
export const receiveHalfIsExact = (block = slotReceive(small)) =>
  around(block, "receive_half_is_exact", { chosen: input(uint(1)) }, (io, h) => {
    h.ghost(() => {
      const { chosen, verdict, commit } = io;
      h.assume("one slot is looked at", h.pastValid().implies(chosen.eq(h.past(chosen))));
      const mine = (s: { readonly valid: Bool; readonly slot: Bits }): Bool => s.valid.and(s.slot.eq(chosen));
      const is = h.registers({
        cleared: uint(3),
        write: uint(7),
        own_head: uint(7),
        own_tail: uint(7),
        drops: uint(4),
        lost: uint(4),
        stopped: uint(1),
        own_time: uint(64),
      });
      const about = io.shownAt.eq(chosen);
      // Contents are unknown until the slot is cleared; before, nothing of it is judged.
      const clears = io.clear.and(about);
      const whole = is.cleared.all();
      h.assume("a slot is cleared before anything comes for it", mine(verdict).or(mine(commit)).implies(whole));
      h.assume(
        "and while nothing comes for it",
        clears.implies(
          mine(verdict)
            .or(mine(commit))
            .or(h.past(mine(commit)))
            .not(),
        ),
      );
      h.assume("clearing goes on until it is done", h.pastValid().and(h.past(clears)).and(whole.not()).implies(clears));
      h.assume("and is done once", clears.implies(whole.not()));
      h.assume("a head is set with it", clears.implies(io.setHead));
      const { tail, drops, timestamp } = io.beginning;
      h.assume(
        "what it begins with stays",
        h
          .pastValid()
          .and(h.past(clears))
          .implies(io.beginning.asBits().eq(h.past(io.beginning.asBits()))),
      );
      h.assume("and is few drops", drops.lt(8));
      h.when(clears, () => {
        is.cleared.bit(0).next(is.cleared.bit(0).or(io.clearedPlaces));
        is.cleared.bit(1).next(is.cleared.bit(1).or(io.clearedTail));
        is.cleared.bit(2).next(1);
        for (const r of [is.write, is.own_tail]) r.next(tail as never);
        is.own_head.next(io.head as never);
        is.drops.next(drops.trunc(4));
        is.lost.next(0);
        is.stopped.next(0);
        is.own_time.next(timestamp);
      });
      h.when(io.setHead.and(about).and(clears.not()), () => is.own_head.next(io.head));
      h.assume("few enough to count", is.drops.ne(15).and(is.lost.ne(15)));
      h.when(mine(verdict), () => {
        h.when(verdict.placed, () => {
          is.write.next(verdict.pointer);
          is.own_time.next(verdict.timestamp);
        }).otherwise(() => is.drops.next(is.drops.add(1)));
      });
      // The cycle before a verdict its slot is asked for; that is how a drop knows what to keep.
      h.assume("who gets a verdict was asked for", verdict.valid.implies(h.pastValid().and(h.past(io.at).eq(verdict.slot))));
      const committed = h.pastValid().and(h.past(mine(commit)));
      const good = committed.and(h.past(commit.failed).or(is.stopped).not());
      h.when(committed, () => {
        h.when(good, () => is.own_tail.next(h.past(commit.pointer))).otherwise(() => {
          is.lost.next(is.lost.add(1));
          is.stopped.next(1);
        });
      });
      h.assert("a commit moves the tail", mine(io.moved).eq(good));
      h.assert("or is lost", mine(io.lost).eq(committed.and(good.not())));
      h.assert("memory's first error is told, once", mine(io.fails).eq(committed.and(h.past(commit.failed)).and(is.stopped.not())));

      const known = h.pastValid().and(h.past(whole.and(clears.not())));
      const asked = known.and(h.past(io.at.eq(chosen)));
      h.assert("the write pointer is where the last placed datagram ends", asked.implies(io.state.write.eq(is.write)));
      h.assert("the head is the owner's", asked.implies(io.state.head.eq(is.own_head)));
      h.assert("who has stopped is known", asked.implies(io.state.stopped.eq(is.stopped)));
      const shown = known.and(h.past(about));
      h.assert("the tail is what commits say", shown.implies(io.shown.tail.eq(is.own_tail).and(io.shown.head.eq(is.own_head))));
      // These may be a cycle old.
      h.assert("drops and losses are counted", shown.implies(io.shown.drops.eq(h.past(is.drops).zext(32).add(h.past(is.lost).zext(32)))));
      h.assert("the time is the last placed datagram's", shown.implies(io.shown.timestamp.eq(h.past(is.own_time))));
      h.assert("status lines have the same tail", known.and(h.past(io.statusAt.eq(chosen))).implies(io.tail.eq(is.own_tail)));
      h.cover("a tail moves after a drop", shown.and(is.own_tail.ne(0)).and(is.drops.ne(0)));
      h.cover("a commit is lost behind an error", is.lost.ge(2));
    });
  });

export const tasks: readonly FormalTask[] = [
  { name: "slot receive: drops, tails, losses", module: () => receiveHalfIsExact(), mode: "bmc", depth: 8 },
  { name: "slot receive: everything happens", module: () => receiveHalfIsExact(), mode: "cover", depth: 12 },
];
