/**
 * Slots that drain: while anything that was accepted for a slot is on its way, the slot is told to be busy; once nothing is,
 * it is free soon. One drainer is proved by induction, so through any turn of its counters; all together from reset on.
 */
import { type Bits, type Bool, bool, input, uint } from "#hdl";
import { drainers, slotDrain, slotDrainer } from "#rtl/ict/slot-drain.ts";
import type { FormalTask } from "#sim/formal/index.ts";
import { around, layOpen } from "./lay-open.ts";
import { small } from "./nic-small.ts";

/** Of one way: how much is on its way, and one piece of the slot's own with how much must end until it has. */
interface Way {
  readonly flying: Bits;
  readonly mine: Bool;
  readonly left: Bits;
}

/** Pieces of work begin and end in order; `takes` marks one that begins as the slot's own. */
export const drainerWaits = (block = slotDrainer(small)) =>
  around(
    layOpen(block, {}, { shown: ["marked", "places_mark", "plans_mark", "was_received", "was_sent"] }),
    "a_drainer_waits",
    {
      begins: input(uint(2)),
      ends: input(uint(2)),
      takes: input(uint(2)),
    },
    (io, h) => {
      h.ghost(() => {
        const counters = h.registers({ places: uint(8), commits: uint(8), plans: uint(8), dones: uint(8) });
        h.assume(
          "counts of the beginnings and ends until now",
          io.counts.places.eq(counters.places).and(io.counts.plans.eq(counters.plans)),
        );
        h.assume("both ways", io.counts.commits.eq(counters.commits).and(io.counts.ends.eq(counters.dones)));
        const ways = ([0, 1] as const).map((i): Way => {
          const begun = i === 0 ? counters.places : counters.plans;
          const ended = i === 0 ? counters.commits : counters.dones;
          const r = h.registers({ [`mine_${i}`]: bool, [`left_${i}`]: uint(8) }) as Record<string, Bits>;
          const [mine, left] = [r[`mine_${i}`] as Bool, r[`left_${i}`] as Bits<8>];
          const flying = begun.sub(ended);
          const [begins, ends] = [io.begins.bit(i), io.ends.bit(i)];
          const takes = io.takes.bit(i).and(begins);
          h.assume(`${i}: what ends had begun`, ends.implies(flying.ne(0)));
          h.assume(`${i}: no more on its way than half a turn`, begins.implies(flying.lt(127)));
          // As slot_drain sees it: who is judged or listed when work begins is so in that cycle.
          h.assume(
            `${i}: a slot that is idle, or was when it was looked at, begins nothing`,
            takes.implies(io.idle.not().and(io.shown__marked.and(io.busy).not())),
          );
          h.when(begins, () => begun.next(begun.add(1)));
          h.when(ends, () => ended.next(ended.add(1)));
          h.when(takes.and(mine.not()), () => {
            mine.next(1);
            left.next(flying.add(1).sub(ends.zext(8)));
          }).elseWhen(ends.and(mine), () => {
            left.next(left.sub(1));
            mine.next(left.ne(1));
          });
          h.assert(`${i}: on its way is less than half a turn`, flying.msb().not());
          h.assert(`${i}: what is the slot's is on its way`, mine.implies(left.ne(0).and(left.le(flying))));
          const mark = (i === 0 ? io.shown__places_mark : io.shown__plans_mark) as Bits<8>;
          const reached = (i === 0 ? io.shown__was_received : io.shown__was_sent) as Bool;
          const ahead = mark.sub(ended);
          h.assert(
            `${i}: the mark lies behind it`,
            io.busy
              .and(io.shown__marked)
              .and(mine)
              .implies(reached.not().and(left.le(ahead)).and(ahead.le(flying))),
          );
          h.assert(`${i}: a mark is on its way, or was reached`, io.busy.and(io.shown__marked).implies(reached.or(ahead.le(flying))));
          return { flying, mine, left };
        });
        const nothing = ways.map((w) => w.flying.eq(0) as Bool).reduce((a, b) => a.and(b));
        const out = ways.map((w) => w.mine).reduce((a, b) => a.or(b));
        h.assert("busy until nothing of the slot is out", h.pastValid().and(h.past(io.busy)).and(io.busy.not()).implies(out.not()));
        h.assert(
          "free in the cycle after nothing is on its way",
          h
            .pastValid()
            .and(h.past(nothing.and(io.busy).and(io.shown__marked)))
            .implies(io.busy.not()),
        );
        h.cover(
          "it waits for both ways, and ends",
          h.past(io.busy).and(io.busy.not()).and(counters.commits.ge(2)).and(counters.dones.ge(2)),
        );
      });
    },
  );

const four = { ...small, slots: 4 };
/** One slot's work among that of others; slots begin to drain as long as there is room. */
export const slotsDrain = (block = slotDrain(four)) =>
  around(
    block,
    "slots_drain",
    { chosen: input(uint(2)), mine: input(bool), sends: input(bool), lists: input(bool), unlists: input(bool) },
    (io, h) => {
      h.ghost(() => {
        const { chosen } = io;
        h.assume("one slot is looked at", h.pastValid().implies(chosen.eq(h.past(chosen))));
        const { closed, in_list, calm } = h.registers({ closed: bool, in_list: bool, calm: uint(4) });
        const starts = io.start.and(io.ready);
        const about = io.at.eq(chosen);
        h.assume("one that drains is not closed again", starts.implies(io.busy.not()));
        h.when(starts.and(about), () => closed.next(1)).elseWhen(about.and(io.busy.not()), () => closed.next(0));
        const judged = io.judging.valid.and(io.judging.slot.eq(chosen)) as Bool;
        h.assume("lookups find no closed slot", closed.and(judged).implies(h.pastValid().and(h.past(judged))));
        h.assume("the slot's own place is given where it is judged", io.mine.implies(io.placed.and(judged)));
        h.assume("its packet is planned while it is listed", io.sends.implies(io.planned.and(in_list)));
        h.assume("who is looked at is listed, or is not", io.look.eq(chosen).implies(io.listed.eq(in_list)));
        h.assume("no closed slot is listed anew", io.lists.implies(closed.not().and(starts.and(about).not())));
        h.assume("the planner returns it after its last packet", io.unlists.implies(io.sends.not()));
        h.when(io.lists, () => in_list.next(1)).elseWhen(io.unlists, () => in_list.next(0));

        const ways = ([0, 1] as const).map((i) => {
          const [begins, ends, own] = i === 0 ? [io.placed, io.committed, io.mine] : [io.planned, io.done, io.sends];
          const r = h.registers({ [`flying_${i}`]: uint(4), [`out_${i}`]: bool, [`left_${i}`]: uint(4) }) as Record<string, Bits>;
          const [flying, out, left] = [r[`flying_${i}`] as Bits<4>, r[`out_${i}`] as Bool, r[`left_${i}`] as Bits<4>];
          h.assume(`${i}: what ends had begun`, ends.implies(flying.ne(0)));
          h.assume(`${i}: not too much on its way`, begins.implies(flying.lt(14)));
          flying.next(flying.add(begins.zext(4)).sub(ends.zext(4)));
          // The last of its own counts.
          h.when(own, () => {
            out.next(1);
            left.next(flying.add(1).sub(ends.zext(4)));
          }).elseWhen(ends.and(out), () => {
            left.next(left.sub(1));
            out.next(left.ne(1));
          });
          return { flying, out };
        });
        const [receives, sends] = ways as [(typeof ways)[0], (typeof ways)[0]];
        const out = receives.out.or(sends.out);
        h.assert("busy while something of the slot is out", closed.and(about).and(out).implies(io.busy));
        h.assert(
          "busy from its start on",
          h
            .pastValid()
            .and(h.past(starts.and(about)))
            .and(about)
            .implies(io.busy),
        );
        const quiet = receives.flying.or(sends.flying).eq(0).and(judged.not()).and(in_list.not());
        h.when(quiet.not().or(starts.and(about)), () => calm.next(0)).elseWhen(calm.ne(15), () => calm.next(calm.add(1)));
        h.assert(
          "free soon after the last of it",
          calm
            .ge(drainers + 3)
            .and(about)
            .and(closed)
            .implies(io.busy.not()),
        );
        h.cover(
          "it waits for memory and for the wire",
          closed.and(receives.out).and(sends.out).and(io.busy).and(judged.not()).and(in_list.not()),
        );
        h.cover(
          "it is free again",
          h
            .pastValid()
            .and(about)
            .and(h.past(about.and(io.busy)))
            .and(io.busy.not()),
        );
        h.cover("as many drain as can", io.ready.not());
      });
    },
  );

export const tasks: readonly FormalTask[] = [
  { name: "slot drain: a drainer waits for what is out", module: () => drainerWaits(), mode: "induction", depth: 3 },
  { name: "slot drain: busy while something is out, free soon after", module: () => slotsDrain(), mode: "bmc", depth: 14 },
  { name: "slot drain: everything happens", module: () => slotsDrain(), mode: "cover", depth: 14 },
];
