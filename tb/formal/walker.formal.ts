/**
 * The table walker. Of a walk: every frame that it took is answered once, found only where its load came to a slot, and what
 * the kernel took back is not loaded. Of the walks together: no two have one key. Of the slots: who is in reserve has nothing,
 * a slot is closed where the table has agreed and nowhere else, and an invalidation ends with none that had the entry.
 */
import { array, type Bits, type Bool, bool, input, uint } from "#hdl";
import { tupleHash } from "#rtl/ict/lookup-hash.ts";
import { tableWalker } from "#rtl/ict/walker.ts";
import { walkerSlots } from "#rtl/ict/walker-slots.ts";
import { walkerWalk } from "#rtl/ict/walker-walk.ts";
import { walkerWrite } from "#rtl/ict/walker-write.ts";
import type { FormalTask } from "#sim/formal/index.ts";
import { around, layOpen } from "./lay-open.ts";
import { small } from "./nic-small.ts";

const tokens = 4;
const none = {};
const hot = (token: Bits): Bits => uint(tokens).of(1).shl(token);
const when = (cond: Bool, value: Bits): Bits => value.and(cond.repeat(value.width) as never);

export const walkAnswersOnce = (block = walkerWalk(tokens)) =>
  around(layOpen(block, none, { shown: ["waiting", "given", "stale", "asked", "found"] }), "a_walk_answers_once", none, (io, h) => {
    io.answer.check(h, "assert");
    io.lines.check(h, "assert");
    h.ghost(() => {
      const { out, placed, lost } = h.registers({ out: uint(tokens), placed: bool, lost: bool });
      const comes = io.start.or(io.joins);
      h.assume(
        "a key comes to a walk that is free, and joins one that is not",
        io.start.implies(io.busy.not()).and(io.joins.implies(io.busy)),
      );
      h.assume("a frame waits once", comes.implies(out.and(hot(io.token)).any().not()));
      h.assume("lines come when both were asked for", io.arrived.implies(io.shown__asked.eq(2)));
      h.assume("what was not asked for does not come", io.lines.valid.implies(io.hashed.or(io.picks).not()));
      h.assume("steps that are asked for", io.compares.implies(io.wants_compare).and(io.judges.implies(io.wants_judgement)));
      const { compared } = h.registers({ compared: bool });
      compared.next(io.compares);
      h.assume("a cell is picked a cycle after the compare", io.picks.eq(compared));
      h.assume("an entry that is not of the table is malformed", io.judges.and(io.outside).implies(io.malformed));
      h.assume("the table stays where it is", h.pastValid().implies(io.table.asBits().eq(h.past(io.table.asBits()))));
      const answered = when(io.answer.fire, hot(io.answer.payload.token));
      h.assert(
        "an answer is for a frame that waits",
        answered
          .and(out.not() as never)
          .any()
          .not(),
      );
      out.next(out.or(when(comes, hot(io.token)) as never).and(answered.not() as never));
      h.assert("it knows who waits", io.shown__waiting.eq(out as never));
      h.assert(
        "who is answered waits",
        io.shown__given
          .and(out.not() as never)
          .any()
          .not(),
      );
      h.assert("one at a time", io.shown__given.and(io.shown__given.sub(1)).eq(0));
      h.assert("it is busy while anybody waits, and then free", io.busy.eq(out.any()));
      // Where it says that there is a slot there was one.
      h.when(io.start, () => placed.next(0)).elseWhen(io.loaded.and(io.has_slot), () => placed.next(1));
      h.assert(
        "it waits for its cell",
        compared
          .implies(io.busy.and(io.lines.valid.not()))
          .and(compared.implies(io.wants_compare.or(io.wants_judgement).or(io.wants_slot).not())),
      );
      h.assert("what it judges it has, or it is not of the table", io.wants_judgement.implies(io.owns.or(io.outside)));
      h.assert("what was taken back it had", (io.shown__stale as Bool).implies(io.owns));
      h.assert("and it remembers that", io.busy.and(io.shown__found as Bool).implies(placed));
      h.assert("found where a load came to a slot", io.answer.valid.and(io.answer.payload.found).implies(placed));
      // What was taken back while the walk had it is not loaded.
      const takes = io.command.valid.and(io.command.all.or(io.command.entry.eq(io.entry))).and(io.owns);
      lost.next(io.owns.and(lost.or(takes)));
      h.assert("what was taken back is not loaded", lost.implies(io.wants_slot.not()));
      h.assert("it is known to be taken back", lost.and(io.owns).implies(io.shown__stale as Bool));
      h.assert("a walk that wants a slot has its entry", io.wants_slot.implies(io.owns));
      h.cover("two frames are answered", h.past(io.answer.fire).and(io.answer.fire).and(io.answer.payload.found));
      h.cover("it begins anew after it was taken back", h.past(lost).and(io.owns.not()).and(io.busy));
    });
  });

const two = { ...small, slots: 2, dmaInFlight: 4 };
const opened = () => {
  const block = tableWalker(two, { tokens });
  const walk = walkerWalk(tokens);
  const rest = { slots: walkerSlots(two), writer: walkerWrite(two), exact_hash: tupleHash("exact"), local_hash: tupleHash("local") };
  // The other parts' own rules are not looked at here.
  return { ...layOpen(block, { walk0: walk, walk1: walk, ...rest }), properties: [] };
};
export const walksHaveOneKey = () =>
  around(opened(), "walks_have_one_key", { ends: input(uint(2)) }, (io, h) => {
    io.missed.check(h, "assume");
    h.ghost(() => {
      const sides = [
        { busy: io.walk0__busy, known: io.walk0__known, start: io.walk0__start, joins: io.walk0__joins },
        { busy: io.walk1__busy, known: io.walk1__known, start: io.walk1__start, joins: io.walk1__joins },
      ];
      const { works } = h.registers({ works: array(bool, 2) });
      const { key } = h.registers({ key: array(uint(96), 2) });
      sides.forEach((s, i) => {
        h.assume(`${i}: a walk is busy from its start to its end`, s.busy.eq(works.at(i)));
        h.assume(`${i}: it knows its key`, s.known.asBits().eq(key.at(i) as never));
        works.at(i).next(s.start.or(s.joins).or(works.at(i).and(io.ends.bit(i).not())));
        h.when(s.start, () => key.at(i).next(io.missed.payload.key.asBits() as never));
        h.assert(`${i}: who begins was free`, s.start.implies(s.busy.not().and(io.missed.fire)));
        h.assert(
          `${i}: who joins is of the key`,
          s.joins.implies(s.busy.and(io.missed.fire).and(s.known.asBits().eq(io.missed.payload.key.asBits() as never))),
        );
      });
      const went = sides.map((s) => s.start.or(s.joins)) as [Bool, Bool];
      h.assert("a frame goes to one walk", io.missed.fire.eq(went[0].xor(went[1])).and(went[0].and(went[1]).not()));
      h.assert(
        "no two walks have one key",
        works
          .at(0)
          .and(works.at(1))
          .implies(key.at(0).ne(key.at(1))),
      );
      h.cover("two keys", works.at(0).and(works.at(1)));
      h.cover("a frame joins the second walk", sides[1]?.joins as Bool);
    });
  });

export const slotsAreGivenUp = (block = walkerSlots(two)) =>
  around(layOpen(block, none, { shown: [] }), "slots_are_given_up", none, (io, h) => {
    io.unload.check(h, "assert");
    h.ghost(() => {
      const { has, entry, closing, asked, about, told } = h.registers({
        has: uint(2),
        entry: array(uint(32), 2),
        /** A slot is closed, and its state is on its way. */
        closing: bool,
        asked: bool,
        about: uint(1),
        told: bool,
      });
      const is = (slot: Bits): Bool => has.bit(slot as never) as Bool;
      h.assume("a fill is of the reserve", io.filled.implies(io.ready.and(io.fills)));
      h.assume("the first slot stays", h.pastValid().implies(io.first.eq(h.past(io.first))));
      h.assume("an answer belongs to an unload", io.unloaded.valid.implies(asked));
      h.assume("what is forced is done", io.unloaded.valid.and(told).implies(io.unloaded.done));
      h.assume("what is written was given", io.written.implies(closing));
      h.when(io.unload.fire, () => {
        asked.next(1);
        about.next(io.unload.payload.slot as never);
        told.next(io.unload.payload.force);
      }).elseWhen(io.unloaded.valid, () => asked.next(0));
      h.when(io.filled, () => {
        has.bit(io.reserve as never).next(1);
        entry.at(io.reserve as never).next(io.filling.entry);
      });
      closing.next(io.give.or(closing.and(io.written.not())));
      h.when(io.give, () => has.bit(about).next(0));

      h.assert("who is in reserve has nothing", io.ready.implies(is(io.reserve).not()));
      h.assert("who is in reserve is not being closed", io.ready.and(closing).implies(io.reserve.ne(io.place.slot as never)));
      h.assert("who is asked to go has an entry", io.unload.valid.implies(is(io.unload.payload.slot)));
      h.assert(
        "and it is at work",
        io.unload.valid.implies(io.at.valid.and(io.at.entry.eq(entry.at(io.unload.payload.slot as never) as never))),
      );
      h.assert("a slot is closed where the table has agreed", io.give.eq(io.unloaded.valid.and(io.unloaded.done)));
      h.assert("whose state it is", io.give.implies(io.place.slot.eq(about as never).and(io.place.entry.eq(entry.at(about) as never))));
      h.assert("nobody else owns an entry at work", io.unload.valid.and(h.past(io.unload.valid).not()).implies(h.past(io.owned).not()));
      // An invalidation of one entry.
      const { forgets, all, forgotten, had } = h.registers({ forgets: bool, all: bool, forgotten: uint(32), had: uint(2) });
      const { under } = h.registers({ /** The fill that was under way. */ under: bool });
      const hits = (i: number): Bool => io.command.all.or(entry.at(i).eq(io.command.entry));
      h.when(io.command.valid.and(io.invalidating.not()), () => {
        forgets.next(1);
        all.next(io.command.all);
        forgotten.next(io.command.entry);
        for (const i of [0, 1]) had.bit(i).next(has.bit(i).and(hits(i)));
        under.next(io.fills.and(io.filled.not()));
        h.when(io.filled.and(io.command.all.or(io.filling.entry.eq(io.command.entry))), () => had.bit(io.reserve as never).next(1));
      }).otherwise(() => {
        under.next(under.and(io.fills).and(io.filled.not()));
        h.when(under.and(io.filled).and(all.or(io.filling.entry.eq(forgotten))), () => had.bit(io.reserve as never).next(1));
        h.when(io.give, () => had.bit(about).next(0));
        h.when(forgets.and(io.invalidating.not()), () => forgets.next(0));
      });
      h.assert("who had it has it no longer", forgets.and(io.invalidating.not()).and(h.past(forgets)).implies(had.any().not()));
      h.cover("an eviction", io.give.and(told.not()));
      h.cover("a refusal", io.unloaded.valid.and(io.unloaded.done.not()));
      h.cover("an invalidation of one that was there", forgets.and(io.invalidating.not()).and(h.past(io.written, 3)));
    });
  });

export const tasks: readonly FormalTask[] = [
  { name: "table walker: a walk answers once", module: () => walkAnswersOnce(), mode: "induction", depth: 2 },
  { name: "table walker: a walk answers", module: () => walkAnswersOnce(), mode: "cover", depth: 17 },
  { name: "table walker: walks have one key", module: () => walksHaveOneKey(), mode: "induction", depth: 1 },
  { name: "table walker: walks begin", module: () => walksHaveOneKey(), mode: "cover", depth: 4 },
  { name: "table walker: slots are given up", module: () => slotsAreGivenUp(), mode: "bmc", depth: 16 },
  { name: "table walker: slots are given up, and can be", module: () => slotsAreGivenUp(), mode: "cover", depth: 24 },
];
