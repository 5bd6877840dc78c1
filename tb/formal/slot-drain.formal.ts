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
  /** That piece ends in this cycle. */
  readonly leaves: Bool;
}

/** Pieces of work begin and end in order; `takes` marks one that begins as the slot's own. */
export const drainerWaits = (block = slotDrainer(small)) =>
  around(
    layOpen(block, {}, { shown: ["marked", "places_mark", "plans_mark", "goods_mark", "was_received", "was_read", "was_sent"] }),
    "a_drainer_waits",
    {
      begins: input(uint(2)),
      /** Of datagrams; of reads; of packets on their way to the wire. */
      ends: input(uint(3)),
      takes: input(uint(2)),
      /** What has been read does not leave. */
      failed: input(bool),
    },
    (io, h) => {
      h.ghost(() => {
        const counters = h.registers({
          places: uint(8),
          commits: uint(8),
          plans: uint(8),
          dones: uint(8),
          goods: uint(8),
          leaves: uint(8),
        });
        const { places, commits, plans, dones, goods, leaves } = counters;
        h.assume("counts of the beginnings and ends until now", io.counts.places.eq(places).and(io.counts.plans.eq(plans)));
        h.assume("both ways", io.counts.commits.eq(commits).and(io.counts.ends.eq(dones)));
        h.assume("and of what leaves", io.counts.goods.eq(goods).and(io.counts.leaves.eq(leaves)));
        const idle = io.idle.not().and(io.shown__marked.and(io.busy).not());
        const way = (
          i: number,
          begun: Bits<8>,
          ended: Bits<8>,
          begins: Bool,
          takes: Bool,
          past: { mark: Bits<8>; reached: Bool; set: Bool },
        ): Way => {
          const r = h.registers({ [`mine_${i}`]: bool, [`left_${i}`]: uint(8) }) as Record<string, Bits>;
          const [mine, left] = [r[`mine_${i}`] as Bool, r[`left_${i}`] as Bits<8>];
          const flying = begun.sub(ended);
          const ends = io.ends.bit(i) as Bool;
          h.assume(`${i}: what ends had begun`, ends.implies(flying.ne(0)));
          h.assume(`${i}: no more on its way than half a turn`, begins.implies(flying.lt(127)));
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
          const ahead = past.mark.sub(ended);
          const drains = io.busy.and(io.shown__marked);
          h.assert(
            `${i}: the mark lies behind it`,
            drains.and(mine).implies(past.reached.not().and(past.set.implies(left.le(ahead).and(ahead.le(flying))))),
          );
          h.assert(`${i}: a mark is on its way, or was reached`, drains.and(past.set).implies(past.reached.or(ahead.le(flying))));
          return { flying, mine, left, leaves: ends.and(mine).and(left.eq(1)) as Bool };
        };
        const taken = (i: number): Bool => {
          const takes = io.takes.bit(i).and(io.begins.bit(i)) as Bool;
          // As slot_drain sees it: who is judged or listed when work begins is so in that cycle.
          h.assume(`${i}: a slot that is idle, or was when it was looked at, begins nothing`, takes.implies(idle));
          return takes;
        };
        const set = io.shown__marked as Bool;
        const bit = (name: "shown__was_received" | "shown__was_read" | "shown__was_sent"): Bool => io[name] as Bool;
        const received = way(0, places, commits, io.begins.bit(0) as Bool, taken(0), {
          mark: io.shown__places_mark as Bits<8>,
          reached: bit("shown__was_received"),
          set,
        });
        const read = way(1, plans, dones, io.begins.bit(1) as Bool, taken(1), {
          mark: io.shown__plans_mark as Bits<8>,
          reached: bit("shown__was_read"),
          set,
        });
        // A packet that has been read goes on to the wire, unless it failed.
        const good = io.ends.bit(1).and(io.failed.not()) as Bool;
        const sent = way(2, goods, leaves, good, read.leaves.and(good) as Bool, {
          mark: io.shown__goods_mark as Bits<8>,
          reached: bit("shown__was_sent"),
          set: bit("shown__was_read"),
        });
        h.assert("what was sent was read", set.and(io.busy).and(bit("shown__was_sent")).implies(bit("shown__was_read")));
        const ways = [received, read, sent];
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
          h.past(io.busy).and(io.busy.not()).and(commits.ge(2)).and(dones.ge(2)).and(leaves.ge(1)),
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

        const way = (i: number, begins: Bool, ends: Bool, own: Bool) => {
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
          return { flying, out, leaves: ends.and(out).and(left.eq(1)) as Bool };
        };
        const receives = way(0, io.placed, io.committed, io.mine);
        const reads = way(1, io.planned, io.done, io.sends);
        // The last packet of its own that was read goes on to the wire, unless it failed.
        const good = io.done.and(io.failed.not()) as Bool;
        const leaves = way(2, good, io.sent, reads.leaves.and(good) as Bool);
        const out = receives.out.or(reads.out).or(leaves.out);
        h.assert("busy while something of the slot is out", closed.and(about).and(out).implies(io.busy));
        h.assert(
          "busy from its start on",
          h
            .pastValid()
            .and(h.past(starts.and(about)))
            .and(about)
            .implies(io.busy),
        );
        const quiet = receives.flying.or(reads.flying).or(leaves.flying).eq(0).and(judged.not()).and(in_list.not());
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
          closed.and(receives.out).and(leaves.out).and(io.busy).and(judged.not()).and(in_list.not()),
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
  { name: "slot drain: busy while something is out, free soon after", module: () => slotsDrain(), mode: "bmc", depth: 12 },
  { name: "slot drain: everything happens", module: () => slotsDrain(), mode: "cover", depth: 14 },
];
