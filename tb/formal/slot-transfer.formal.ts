/**
 * Slots in and out as a whole: a slot is said to be filled when every word of it was set and its owner is known, and its key was
 * kept out of the lookup until then; one is given up without force only where, with its key out of the lookup and nothing on
 * its way, it had nothing to do; and with force always. Who is kept has its key.
 */
import { type Bits, bool, mux, uint } from "#hdl";
import { slotTransfer } from "#rtl/ict/slot-transfer.ts";
import type { FormalTask } from "#sim/formal/index.ts";
import { around } from "./lay-open.ts";
import { small } from "./nic-small.ts";

export const slotsComeAndGoWhole = (block = slotTransfer({ ...small, walker: true })) =>
  around(block, "slots_come_and_go_whole", {}, (io, h) => {
    const { load, unload, find, found, access, answer, transmit, guest } = io;
    h.ghost(() => {
      load.check(h, "assume");
      unload.check(h, "assume");
      const is = h.registers({
        /** What the lookup is asked: a key is on its way in, or out. */
        seeks: bool,
        removes: bool,
        /** Of the load: words that were set, and what the ready queue was told. */
        words: uint(5),
        owned: bool,
        enabled: bool,
        /** Of the unload that was taken. */
        taken: bool,
        forced: bool,
        gone: bool,
        drains: bool,
        emptied: bool,
        /** The ready queue was asked in this cycle, and in the one before. */
        asked: uint(2),
        idle_so_far: bool,
      });
      // ---- the neighbours ----------------------------------------------------------------------
      found.check(h, "assume");
      h.assume("a result for each command", found.valid.implies(is.seeks));
      h.assume("keys that are taken out are there, and go back in", found.valid.and(is.taken).implies(found.payload.status.is("DONE")));
      h.when(find.fire, () => {
        is.seeks.next(1);
        is.removes.next(find.payload.op.is("REMOVE"));
      }).elseWhen(found.fire, () => is.seeks.next(0));
      h.assume("a key that has to wait is not put in", io.unready.implies(found.valid.not()));
      is.asked.next(mux(access.fire, uint(2).of(1), is.asked.shl(1)) as never);
      h.assume("the ready queue answers in two cycles", answer.valid.eq(is.asked.bit(1)));
      const works = answer.suspended
        .and(answer.available)
        .any()
        .or(transmit.listed)
        .or(
          transmit.malformed
            .or(transmit.torn)
            .or(transmit.outside)
            .not()
            .and(transmit.setting.ring.sound)
            .and(transmit.tail.ne(transmit.read).or(transmit.head.ne(transmit.read))),
        );

      // ---- loads -------------------------------------------------------------------------------
      const loads = is.taken.not();
      h.when(io.sets, () => is.words.next(is.words.or(io.cleared) as Bits<5>));
      h.when(access.fire.and(io.sets), () => {
        h.when(access.payload.operation.is("OWNER"), () => is.owned.next(1));
        h.when(access.payload.operation.is("ENABLE"), () => is.enabled.next(is.owned));
      });
      h.when(io.loaded.valid, () => {
        is.words.next(0);
        is.owned.next(0);
        is.enabled.next(0);
      });
      const whole = is.words.all().and(is.owned).and(is.enabled);
      h.assert("a load is taken with its answer", load.fire.eq(io.loaded.valid));
      h.assert("who is filled is whole", io.loaded.valid.implies(whole));
      const inserts = is.seeks.and(is.removes.not()).and(loads);
      h.assert("its key waits until then", inserts.and(whole.not()).implies(io.unready));
      h.assert("what is set is the load's", io.sets.implies(load.valid.and(guest.slot.eq(load.payload.slot))));

      // ---- unloads -----------------------------------------------------------------------------
      h.when(unload.fire, () => {
        is.taken.next(1);
        is.forced.next(unload.payload.force);
        is.gone.next(0);
        is.drains.next(0);
        is.emptied.next(0);
        is.idle_so_far.next(0);
      });
      h.when(is.taken, () => {
        h.when(found.fire, () => is.gone.next(is.removes));
        h.when(io.drain, () => is.drains.next(1));
        h.when(is.drains.and(io.draining.not()), () => is.emptied.next(1));
        h.when(answer.valid, () => is.idle_so_far.next(is.emptied.and(is.gone).and(works.not())));
      });
      h.when(io.unloaded.valid, () => is.taken.next(0));
      h.assert("an answer is for an unload that was taken", io.unloaded.valid.implies(is.taken));
      h.assert("nobody drains whose key is there", io.drain.implies(is.gone));
      h.assert(
        "who is given up has no key, and nothing on its way",
        io.unloaded.valid.and(io.unloaded.done).implies(is.gone.and(is.emptied)),
      );
      h.assert("and nothing to do", io.unloaded.valid.and(io.unloaded.done).and(is.forced.not()).implies(is.idle_so_far));
      h.assert("with force it goes", io.unloaded.valid.and(is.forced).implies(io.unloaded.done));
      h.assert("who is kept has its key", io.unloaded.valid.and(io.unloaded.done.not()).implies(is.gone.not()));

      // ---- requests stand still ----------------------------------------------------------------
      const acts = io.sets.or(io.setOpen).or(io.hasWork).or(io.drain).or(find.valid).or(access.valid).or(io.opened.valid);
      h.assert("what it does it does while nobody else may", acts.implies(guest.holds.and(io.works)));
      h.assert("it begins where no request is under way", h.pastValid().and(h.past(io.works).not()).and(io.works).implies(io.idle));
      h.cover("a load", io.loaded.valid.and(io.loaded.status.is("DONE")));
      h.cover("a load of a key that another slot has", io.loaded.valid.and(io.loaded.status.is("EXISTS")));
      h.cover("an unload", io.unloaded.valid.and(io.unloaded.done).and(is.forced.not()));
      h.cover("one that is refused after its key was out", io.unloaded.valid.and(io.unloaded.done.not()).and(is.drains));
      h.cover("one with force", io.unloaded.valid.and(is.forced));
    });
  });

export const tasks: readonly FormalTask[] = [
  { name: "slot transfer: whole slots, and none that has work", module: () => slotsComeAndGoWhole(), mode: "bmc", depth: 16 },
  { name: "slot transfer: everything happens", module: () => slotsComeAndGoWhole(), mode: "cover", depth: 20 },
];
