/**
 * The walker's share of the slots: which entry each has, a free one kept in reserve for the next fill, and the way out of a
 * slot. The reserve is made by the clock algorithm: a hand goes round, and takes the first slot that was not used since it
 * came by last. What it finds at work stays.
 */
import { bool, cat, input, module, mux, output, stream, struct, uint } from "#hdl";
import type { Config } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";
import { slotEvent } from "./interface.ts";
import { unloadRequest } from "./slot-image.ts";
import { walkerCommand } from "./walker-registers.ts";
import { tablePlace } from "./walker-write.ts";

/** Slots from which on what they have lies in block RAM. */
const blockFrom = 256;

/**
 * A slot that stands in reserve is closed, and nobody's. An eviction has its entry to itself: it waits at `at` until no walk
 * owns it, and walks wait while `at` names it. For as many cycles after reset as there are slots `busy` is 1.
 */
export const walkerSlots = (c: Config) => {
  const { slotBits } = derived(c);
  const slot = uint(slotBits);
  return module(
    `walker_slots_${c.slots}`,
    {
      enable: input(bool),
      /** The first slot of the share. */
      first: input(slot),
      /** This slot was used just now. */
      used: input(slotEvent(c)),
      /** There is a slot for the next fill; it has been filled, with this. */
      ready: output(bool),
      reserve: output(slot),
      filled: input(bool),
      filling: input(struct({ entry: uint(32), generation: uint(16) }, "filling")),
      /** A fill waits for a slot; the hand went round twice, and found none. */
      wanted: input(bool),
      none: output(bool),
      /** A fill is under way, and may end in a slot. */
      fills: input(bool),
      command: input(walkerCommand),
      invalidating: output(bool),
      /** The entry at work, and whether a walk owns it. */
      at: output(struct({ valid: bool, entry: uint(32) }, "entry_at_work")),
      owned: input(bool),
      /** The kernel takes it back: the walk that owns it is to begin anew, unless its load has begun. */
      claims: output(bool),
      unload: output(stream(unloadRequest(c))),
      unloaded: input(struct({ valid: bool, done: bool }, "unload_outcome")),
      /** A slot has been closed, and its state is to be written; that has been done. */
      give: output(bool),
      place: output(tablePlace(c)),
      written: input(bool),
      busy: output(bool),
    },
    (io, h) => {
      const resident = struct({ valid: bool, entry: uint(32), generation: uint(16) }, "resident");
      const { hand, scan, rounds } = h.registers({
        hand: slot,
        /** The slot that an invalidation is at. */
        scan: slot,
        /** Times that the hand has come to the end since there was a reserve. */
        rounds: uint(2),
      });
      const { kept, tired, forgets, all, settled } = h.registers({
        /** There is a reserve. */
        kept: bool,
        /** The hand has gone round twice for nothing. */
        tired: bool,
        /** An invalidation is under way; of all; no fill of before is under way. */
        forgets: bool,
        all: bool.noReset(),
        settled: bool,
      });
      const held = h.registers({ spare: slot.noReset(), forgotten: uint(32).noReset(), gone: uint(48).noReset() });
      const { scans } = h.registers({ /** What is at work is the invalidation's. */ scans: bool.noReset() });
      const { about } = h.nets({ about: mux(scans, scan, hand) });

      // ---- who was used: where two memories differ, so that each has one writer ---------------------
      const uses = h.memory("uses", bool, c.slots, { style: "distributed" });
      const clears = h.memory("clears", bool, c.slots, { style: "distributed" });
      const { sweeping } = h.wires({ sweeping: bool });
      // Where a memory is written it is read too: one port for both is the smallest memory that there is.
      const { user, side } = h.nets({ user: mux(sweeping, hand, io.used.slot), side: mux(io.filled, held.spare, about) });
      uses.write(user, clears.read(user).not().and(sweeping.not()), io.used.valid.or(sweeping));
      const { lately } = h.nets({ lately: uses.read(about).xor(clears.read(about)) });

      // ---- what slots have --------------------------------------------------------------------------
      const cells = h.memory("cells", resident, c.slots, { style: c.slots < blockFrom ? "distributed" : "block" });
      const { starts_scan, aims } = h.wires({ starts_scan: bool, aims: bool });
      const { looked_at } = h.nets({ looked_at: mux(starts_scan, scan, hand) });
      const found = cells.readSync("found", looked_at, aims);
      const { meant } = h.nets({ meant: found.valid.and(all.or(found.entry.eq(held.forgotten))) });
      const { frees } = h.wires({ /** The slot at work has nothing any more. */ frees: bool });
      const { cell_at } = h.nets({ cell_at: mux(io.filled, held.spare, mux(sweeping, hand, about)) });
      cells.write(
        cell_at,
        { valid: io.filled, entry: io.filling.entry, generation: io.filling.generation },
        io.filled.or(sweeping).or(frees),
      );

      const { seeks } = h.nets({ seeks: io.enable.and(kept.not()).and(tired.not()) });
      const { in_share } = h.nets({ in_share: hand.ge(io.first) });
      starts_scan.drive(forgets.and(settled));
      const moves_on = (): void => {
        h.when(scans, () => {
          scan.next(scan.add(1));
          h.when(scan.all(), () => forgets.next(0));
        }).otherwise(() => {
          hand.next(mux(hand.all(), io.first, hand.add(1)));
          h.when(hand.all().and(kept.not()), () => rounds.next(rounds.add(1)));
        });
      };
      const takes = (): void => {
        kept.next(1);
        held.spare.next(hand);
        rounds.next(0);
      };
      const step = h.fsm("step", {
        SWEEP: (go) => {
          hand.next(hand.add(1));
          h.when(hand.all(), () => go("AIM"));
        },
        AIM: (go) => {
          scans.next(starts_scan);
          h.when(starts_scan.or(seeks.and(in_share)), () => go("LOOK")).elseWhen(seeks, () => hand.next(io.first));
        },
        LOOK: (go) => {
          held.gone.next(cat(found.generation, found.entry));
          const { goes_on } = h.nets({ goes_on: mux(scans, meant.not(), found.valid.not().or(lately)) });
          h.when(goes_on, () => {
            moves_on();
            h.when(scans.or(found.valid).not(), takes);
            go("AIM");
          }).otherwise(() => go("GUARD"));
        },
        GUARD: (go) => h.when(io.owned.not(), () => go("UNLOAD")).elseWhen(scans.not(), () => go("MOVE")),
        UNLOAD: (go) => h.when(io.unload.ready, () => go("UNLOADED")),
        UNLOADED: (go) =>
          h.when(io.unloaded.valid, () =>
            h
              .when(io.unloaded.done, () => go("WRITE"))
              .elseWhen(scans, () => go("UNLOAD"))
              .otherwise(() => go("MOVE")),
          ),
        WRITE: (go) => h.when(io.written, () => go("FREE")),
        FREE: (go) =>
          h.when(io.filled.not(), () => {
            h.when(scans.not(), () => takes());
            h.when(scans.and(all.not()), () => forgets.next(0));
            go("MOVE");
          }),
        MOVE: (go) => {
          moves_on();
          go("AIM");
        },
      });
      sweeping.drive(step.is("SWEEP"));
      aims.drive(step.is("AIM"));
      frees.drive(step.is("FREE"));
      // The hand forgets a use; a slot that has just been filled counts as used.
      const { passes } = h.nets({ passes: step.is("LOOK").and(scans.not()) });
      clears.write(
        mux(sweeping, hand, side),
        mux(io.filled, uses.read(side).not(), uses.read(side)).and(sweeping.not()),
        io.filled.or(passes).or(sweeping),
      );

      h.when(io.filled, () => kept.next(0));
      // The third time that it comes to the end, it has been at every slot twice.
      const { gives_up } = h.nets({ gives_up: rounds.eq(3) });
      h.when(gives_up, () => {
        rounds.next(0);
        tired.next(kept.not());
      }).elseWhen(io.wanted, () => tired.next(0));
      h.when(io.command.valid.and(forgets.not()), () => {
        forgets.next(1);
        all.next(io.command.all);
        held.forgotten.next(io.command.entry);
        scan.next(0);
        settled.next(io.fills.not());
      }).elseWhen(io.fills.not(), () => settled.next(1));

      const { works } = h.nets({ works: step.is("GUARD", "UNLOAD", "UNLOADED", "WRITE", "FREE") });
      io.ready.drive(kept);
      io.reserve.drive(held.spare);
      io.none.drive(gives_up);
      io.invalidating.drive(forgets);
      io.at.drive({ valid: works, entry: held.gone.trunc(32) });
      io.claims.drive(step.is("GUARD").and(scans));
      io.unload.valid.drive(step.is("UNLOAD"));
      io.unload.payload.drive({ slot: about, force: scans });
      io.give.drive(step.is("UNLOADED").and(io.unloaded.valid).and(io.unloaded.done));
      io.place.drive({ slot: about, entry: held.gone.trunc(32), generation: held.gone.slice(47, 32) });
      io.busy.drive(step.is("AIM").not().or(forgets).or(seeks));
      h.assert("a fill is of the reserve", io.filled.implies(kept));
      h.assert("an answer belongs to an unload", io.unloaded.valid.implies(step.is("UNLOADED")));
    },
  );
};
