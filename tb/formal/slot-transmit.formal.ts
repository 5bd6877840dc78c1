/**
 * Whose turn it is to send: a slot with work that may send is on the list or the planner's, at most once, so no work is lost
 * and none is made up; who was closed or has stopped gets no turn; heads move for packets that were read, and no others.
 */
import { type Bits, type Bool, input, uint } from "#hdl";
import { slotTransmit } from "#rtl/ict/slot-transmit.ts";
import type { FormalTask } from "#sim/formal/index.ts";
import { around, layOpen } from "./lay-open.ts";
import { small } from "./nic-small.ts";

/** What is set up and only passed on: simulation compares it. */
const blind = ["setting_tuple_localIp", "setting_tuple_localPort", "setting_tuple_remoteIp", "setting_tuple_remotePort", "setting_nextHop"];

/** One slot of two, chosen freely; commands and the planner do to both what they may. */
export const workIsNeverLost = (block = slotTransmit(small)) =>
  around(layOpen(block, {}, { blind }), "work_is_never_lost", { chosen: input(uint(1)) }, (io, h) => {
    h.ghost(() => {
      const { chosen, turn, returned, done } = io;
      h.assume("one slot is looked at", h.pastValid().implies(chosen.eq(h.past(chosen))));
      const mine = (s: { readonly valid: Bool; readonly slot: Bits }): Bool => s.valid.and(s.slot.eq(chosen));
      const is = h.registers({
        ready: uint(1),
        live: uint(1),
        stopped: uint(1),
        is_torn: uint(1),
        own_read: uint(7),
        own_tail: uint(7),
        own_head: uint(7),
        waits: uint(1),
        held: uint(1),
        rings: uint(1),
        other_held: uint(1),
        age: uint(4),
      });
      const about = io.shownAt.eq(chosen);
      // After reset all slots are cleared; until then nothing happens.
      const { swept } = h.registers({ swept: uint(2) });
      const sweeping = swept.ne(2);
      h.when(sweeping, () => swept.next(swept.add(1)));
      h.assume("reset: a slot a cycle", io.sweep.eq(sweeping));
      h.assume(
        "each of them",
        sweeping.implies(io.shownAt.eq(swept.bit(0)).and(io.clear).and(io.setOpen).and(io.open.not()).and(io.setTail).and(io.tail.eq(0))),
      );
      h.assume("with nothing in it", sweeping.implies(io.beginning.head.eq(0)));
      const anything = returned.valid.or(done.valid).or(io.hasWork).or(io.sent.valid);
      h.assume("and nothing else", sweeping.implies(anything.or(io.outside).not()));

      // Commands: a tail is written, then work is said to be there until it is listed.
      h.assume("slots are not cleared again", sweeping.not().implies(io.clear.not()));
      const rings = io.setTail.and(sweeping.not());
      h.assume("one thing at a time", rings.and(io.hasWork).or(rings.and(io.setOpen)).or(io.hasWork.and(io.setOpen)).not() as Bool);
      const { tolls } = h.registers({ /** A tail was written, and is not listed yet. */ tolls: uint(1) });
      h.assume("who rings is listed next", tolls.implies(io.hasWork));
      h.assume(
        "for the same slot",
        h
          .pastValid()
          .and(tolls)
          .implies(io.shownAt.eq(h.past(io.shownAt))),
      );
      tolls.next(io.hasWork.and(io.listing).not().and(rings.and(io.outside.not()).or(io.hasWork)));
      h.assume("a tail outside is written with a bell", io.outside.implies(rings));
      h.assume("open slots are not opened", io.setOpen.and(sweeping.not()).and(about).implies(io.open.ne(is.live)));
      h.assume(
        "what is opened was drained, and rings if it has work",
        io.setOpen
          .and(io.open)
          .and(about)
          .implies(is.waits.or(is.held).not().and(is.own_read.eq(is.own_tail))),
      );
      h.assume("closed slots have no bell", rings.or(io.hasWork).and(about).implies(is.live));

      // The planner returns what it took.
      const { back, back_bad } = h.registers({ back: uint(1), back_bad: uint(1) });
      h.assume("it returns what it holds, once", mine(returned).implies(is.held.and(back.not())));
      const other = turn.fire.and(turn.payload.slot.ne(chosen));
      const gives = returned.valid.and(returned.slot.ne(chosen));
      h.assume("the other one, too", gives.implies(is.other_held));
      h.when(other, () => is.other_held.next(1)).elseWhen(gives, () => is.other_held.next(0));

      const may = is.live.and(is.stopped.not()).and(is.is_torn.not());
      const takes = turn.fire.and(turn.payload.slot.eq(chosen));
      const lists = io.hasWork.and(io.listing).and(about);
      const { back_tail } = h.registers({ back_tail: uint(7) });
      back.next(mine(returned));
      back_bad.next(returned.malformed);
      h.when(rings.and(about), () => is.own_tail.next(io.tail));
      back_tail.next(is.own_tail);
      h.when(rings.and(about), () => back_tail.next(io.tail));
      const again = back.and(back_bad.not()).and(back_tail.ne(is.own_read));
      h.when(mine(returned), () => is.own_read.next(returned.pointer));
      h.when(back.and(back_bad).or(rings.and(about).and(io.outside)), () => is.stopped.next(1));
      h.when(io.setOpen.and(about), () => is.live.next(io.open));
      h.when(mine(done), () => h.when(done.failed, () => is.is_torn.next(1)).otherwise(() => is.own_head.next(done.pointer)));

      // ---- what the list must be ---------------------------------------------------------------
      const listed = io.listedAt.eq(chosen).and(io.listed);
      const unlisted = io.listedAt.eq(chosen).and(io.listed.not());
      h.when(takes, () => {
        is.waits.next(0);
        is.held.next(1);
      })
        .elseWhen(back, () => {
          is.held.next(0);
          is.waits.next(again);
        })
        .elseWhen(lists.and(is.held.not()), () => is.waits.next(1))
        // Who may not send leaves the list without a turn, some time.
        .elseWhen(unlisted.and(is.waits), () => is.waits.next(0));
      const settled = sweeping.not();
      h.assert("who has a turn waited for it", takes.implies(is.waits.and(is.held.not())));
      h.assert("and may send", turn.valid.and(turn.payload.slot.eq(chosen)).implies(may));
      h.assert("listed while it waits or is held", settled.and(listed).implies(is.waits.or(is.held)));
      h.assert("listed while it is held", is.held.and(unlisted).not());
      h.assert("who may send stays on the list until its turn", is.waits.and(may).and(h.past(may)).and(unlisted).not());
      const work = is.own_tail.ne(is.own_read);
      const ringing = tolls.and(about);
      h.assert("no work is lost", settled.and(may).and(work).and(ringing.not()).implies(is.waits.or(is.held)));
      h.assert("others wait: it is known", settled.and(is.waits).and(may).and(is.age.ge(3)).implies(io.others));
      h.when(is.waits.not(), () => is.age.next(0)).elseWhen(is.age.ne(15), () => is.age.next(is.age.add(1)));
      const mineTurn = turn.valid.and(turn.payload.slot.eq(chosen));
      h.assert("what was read is where it was returned", mineTurn.implies(turn.payload.state.read.eq(is.own_read)));
      h.assert("the tail is the last, or the one before it", mineTurn.implies(turn.payload.state.tail.eq(is.own_tail)));
      const asked = h
        .pastValid()
        .and(h.past(settled))
        .and(h.past(io.statusAt.eq(chosen)));
      h.assert("heads move for packets that were read", asked.implies(io.head.eq(is.own_head)));
      h.assert("torn is who lost one", settled.and(io.building.eq(chosen)).implies(io.torn.eq(is.is_torn)));

      h.cover("it gets a second turn", takes.and(is.own_read.ne(0)));
      h.cover("it is closed while it waits, and leaves", is.waits.and(is.live.not()).and(unlisted));
      h.cover("a bell while it is held", is.held.and(lists));
      h.cover("both wait", is.waits.and(io.others).and(turn.valid).and(turn.payload.slot.ne(chosen)));
    });
  });

export const tasks: readonly FormalTask[] = [
  { name: "slot transmit: no work is lost, turns are of those who may send", module: () => workIsNeverLost(), mode: "bmc", depth: 10 },
  { name: "slot transmit: everything happens", module: () => workIsNeverLost(), mode: "cover", depth: 14 },
];
