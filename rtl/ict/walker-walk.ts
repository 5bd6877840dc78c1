/**
 * One walk: from a key without a slot to its bucket lines, to its entry, and to the answer for every frame that waits for
 * it. What walks share (the memory that lines come into, the compare, the load) is around it, in `walker.ts`.
 */
import { bool, cat, constant, input, module, mux, output, stream, struct, uint } from "#hdl";
import { lowestOne, oneHot, oneHotIndex } from "#hdl/lib/bits.ts";
import { tuple } from "#rtl/common.ts";
import { bucketCells } from "./table-format.ts";
import { bucketLogBits, walkerCommand } from "./walker-registers.ts";

/** Cells of a key's two buckets. */
export const walkCells = 2 * bucketCells;
/** A line to read: the first or the second of two. */
export const lineRequest = struct({ address: uint(64), second: bool }, "line_request");
/** A cell that may be the key's, or none. */
export const pickedCell = struct({ found: bool, cell: uint(Math.log2(walkCells)), entry: uint(32) }, "picked_cell");
/** Where the table lies: of `walkerSettings`, what a walk needs. */
export const tableBounds = struct(
  { buckets: uint(64), log_buckets: uint(bucketLogBits), entries: uint(64), last: uint(32) },
  "table_bounds",
);
/** What a walk's hashes are. */
export const keyHashes = struct({ exact: uint(32), local: uint(32) }, "key_hashes");
/** The answer to a frame. `found`: its key has a slot now, or had one a moment ago. */
export const walkAnswer = (tokens: number) => struct({ token: uint(Math.log2(tokens)), found: bool }, `walk_answer_${tokens}`);

/** `tokens`: frames that can wait, a power of two. */
export const walkerWalk = (tokens: number) => {
  const token = uint(Math.log2(tokens));
  return module(
    `walker_walk_${tokens}`,
    {
      table: input(tableBounds),
      /** Takes a frame's key, and the frame; a frame of the key that it has. Begun with `refuse`, it finds nothing. */
      start: input(bool),
      joins: input(bool),
      refuse: input(bool),
      key: input(tuple),
      token: input(token),
      /** Four cycles after the start. */
      hashed: input(bool),
      hashes: input(keyHashes),
      /** Two lines, each asked for once; both have come whole, with an error or without. */
      lines: output(stream(lineRequest)),
      arrived: input(bool),
      failed: input(bool),
      // The shared steps: this walk is at them in this cycle.
      compares: input(bool),
      picks: input(bool),
      pick: input(pickedCell),
      judges: input(bool),
      /** With `judges`: the entry cannot be one; it is the key's; it may not have a slot. */
      malformed: input(bool),
      mine: input(bool),
      stopped: input(bool),
      /** Its load is offered or taken; its load is over, with a slot or without; it gets no slot now. */
      committed: input(bool),
      loaded: input(bool),
      has_slot: input(bool),
      no_slot: input(bool),
      /** Somebody else is at this entry. */
      held: input(bool),
      /** An invalidation waits for its entry. */
      claimed: input(bool),
      command: input(walkerCommand),
      busy: output(bool),
      known: output(tuple),
      entry: output(uint(32)),
      /** It waits for the entry; it has it, and nobody else may. */
      waits: output(bool),
      owns: output(bool),
      /** It is at the compare; at the judgement; it wants a slot, and nothing has changed since. */
      wants_compare: output(bool),
      wants_judgement: output(bool),
      wants_slot: output(bool),
      /** Its entry is not one of the table's: it was not read. */
      outside: output(bool),
      wanted: output(keyHashes),
      tried: output(uint(walkCells)),
      answer: output(stream(walkAnswer(tokens))),
      // Pulses.
      not_found: output(bool),
      is_malformed: output(bool),
      memory_failed: output(bool),
    },
    (io, h) => {
      const { table } = io;
      const held = h.registers({ sought: tuple.noReset(), hash: keyHashes.noReset(), found_entry: uint(32).noReset() });
      const { asked, owned, stale, tries, waiting, given, found } = h.registers({
        /** Lines asked for. */
        asked: uint(2),
        owned: bool,
        /** The kernel has taken the entry back since it was read. */
        stale: bool,
        /** Cells whose entries were not the key's. */
        tries: uint(walkCells).noReset(),
        /** Frames to answer; the one that is being answered. */
        waiting: uint(tokens),
        given: uint(tokens),
        found: bool.noReset(),
      });
      const { beyond } = h.nets({ beyond: held.found_entry.gt(table.last) });
      const { may_read } = h.nets({ may_read: owned.or(io.held.not()) });
      const { frames } = h.nets({ frames: oneHot(io.token, tokens).and(io.start.or(io.joins).repeat(tokens)) });
      const { rest } = h.nets({ rest: waiting.and(given.and(io.answer.fire.repeat(tokens)).not()).or(frames) });
      const { over } = h.nets({ over: rest.any().not() });

      const step = h.fsm("step", {
        FREE: (go) =>
          h.when(io.start, () => {
            found.next(0);
            h.when(io.refuse, () => go("ANSWER")).otherwise(() => go("HASH"));
          }),
        HASH: (go) => {
          tries.next(0);
          h.when(io.hashed, () => go("BUCKETS"));
        },
        BUCKETS: (go) => h.when(io.arrived, () => h.when(io.failed, () => go("ANSWER")).otherwise(() => go("COMPARE"))),
        COMPARE: (go) => h.when(io.compares, () => go("PICK")),
        PICK: (go) => h.when(io.picks, () => h.when(io.pick.found, () => go("ENTRY")).otherwise(() => go("ANSWER"))),
        ENTRY: (go) =>
          h.when(beyond, () => go("JUDGE")).elseWhen(io.arrived, () => h.when(io.failed, () => go("ANSWER")).otherwise(() => go("JUDGE"))),
        JUDGE: (go) =>
          h
            .when(stale, () => go("BUCKETS"))
            .elseWhen(io.judges, () =>
              h
                .when(io.malformed, () => go("ANSWER"))
                .elseWhen(io.mine.not(), () => go("BUCKETS"))
                .elseWhen(io.stopped, () => go("ANSWER"))
                .otherwise(() => go("LOAD")),
            ),
        LOAD: (go) => {
          h.when(io.loaded, () => {
            found.next(io.has_slot);
            go("ANSWER");
          })
            .elseWhen(io.no_slot, () => go("ANSWER"))
            .elseWhen(stale.and(io.committed.not()), () => go("BUCKETS"));
        },
        ANSWER: (go) => h.when(over, () => go("FREE")),
      });

      h.when(io.start, () => held.sought.next(io.key));
      h.when(io.hashed, () => held.hash.next(io.hashes));
      h.when(io.picks, () => held.found_entry.next(io.pick.entry));
      const { other_cell } = h.nets({ other_cell: step.is("JUDGE").and(io.judges).and(io.malformed.or(io.mine).not()).and(stale.not()) });
      const { picked } = h.registers({ /** The cell whose entry is looked at. */ picked: uint(Math.log2(walkCells)).noReset() });
      h.when(io.picks, () => picked.next(io.pick.cell));
      h.when(other_cell, () => tries.next(tries.or(oneHot(picked, walkCells))));

      // ---- lines -----------------------------------------------------------------------------------
      const { reads_bucket, reads_entry } = h.nets({
        reads_bucket: step.is("BUCKETS"),
        reads_entry: step.is("ENTRY").and(beyond.not()).and(may_read),
      });
      const { second } = h.nets({ second: asked.bit(0) });
      const { offset } = h.nets({
        offset: mux(second, held.hash.local, held.hash.exact).and(uint(32).of(1).shl(table.log_buckets).sub(1)),
      });
      io.lines.valid.drive(reads_bucket.or(reads_entry).and(asked.ne(2)));
      io.lines.payload.drive({
        address: mux(
          reads_bucket,
          cat(table.buckets.slice(63, 6).or(offset.zext(58)), constant(6, 0)) as never,
          cat(table.entries.slice(63, 7).add(held.found_entry.zext(57)), second, constant(6, 0)) as never,
        ),
        second,
      });
      asked.next(mux(io.lines.fire, asked.add(1), mux(reads_bucket.or(reads_entry), asked, uint(2).of(0))));

      // ---- who has the entry -----------------------------------------------------------------------
      const { has } = h.nets({ has: reads_entry.or(owned.and(step.is("ENTRY", "JUDGE", "LOAD"))) });
      owned.next(has);
      const { taken_back } = h.nets({
        taken_back: io.command.valid.and(io.command.all.or(io.command.entry.eq(held.found_entry))),
      });
      stale.next(has.and(stale.or(taken_back).or(io.claimed)));

      // ---- answers ---------------------------------------------------------------------------------
      const { answers } = h.nets({ answers: step.is("ANSWER") });
      waiting.next(rest);
      const { next_frame } = h.nets({ next_frame: mux(given.any().and(io.answer.fire.not()), given, lowestOne(rest) as never) });
      given.next(next_frame.and(answers.repeat(tokens)));
      io.answer.valid.drive(given.any());
      io.answer.payload.drive({ token: oneHotIndex(given) as never, found });

      io.busy.drive(step.is("FREE").not());
      io.known.drive(held.sought);
      io.entry.drive(held.found_entry);
      io.waits.drive(step.is("ENTRY").and(owned.not()));
      io.owns.drive(owned);
      io.wants_compare.drive(step.is("COMPARE"));
      io.wants_judgement.drive(step.is("JUDGE").and(stale.not()));
      io.wants_slot.drive(step.is("LOAD").and(stale.not()));
      io.outside.drive(beyond);
      io.wanted.drive(held.hash);
      io.tried.drive(tries);
      const nothing = step.is("PICK").and(io.picks).and(io.pick.found.not());
      const stands = step.is("JUDGE").and(io.judges).and(stale.not());
      io.not_found.drive(nothing.or(stands.and(io.malformed.not()).and(io.mine).and(io.stopped)));
      io.is_malformed.drive(stands.and(io.malformed));
      io.memory_failed.drive(step.is("BUCKETS", "ENTRY").and(io.arrived).and(io.failed));
    },
  );
};
