/**
 * The transmitting half of the slots' state, and whose turn it is. A doorbell lists a slot; the planner takes slots from the
 * list in turn and gives them back, and what has bytes left then is listed anew: no slot is ever searched for, whatever
 * their number. Every pointer lies in a memory of the one who moves it.
 */
import { type Bits, type Bool, bool, input, module, mux, output, stream, struct, uint } from "#hdl";
import { resize } from "#hdl/lib/bits.ts";
import { fifo } from "#hdl/lib/fifo.ts";
import { type Config, tuple } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";
import { frameSent, slotEvent, transmitDone, transmitReturn, transmitTurn } from "#rtl/ict/interface.ts";
import { ringSetting } from "#rtl/ict/slot-receive.ts";
import { stateMemory } from "#rtl/ict/state-memory.ts";

/** What is set up of a slot for sending. */
export const transmitSetting = (c: Config) =>
  struct(
    {
      datagram: bool,
      connected: bool,
      noChecksum: bool,
      own: bool,
      ttl: uint(8),
      tos: uint(8),
      /** Free bytes from which on a sleeping sender is woken. */
      room: uint(derived(c).pointerBits),
      ring: ringSetting(c),
      tuple,
      nextHop: uint(48),
    },
    `transmit_setting_${derived(c).pointerBits}`,
  );
/** What a slot has sent when it begins: nothing, or what it had sent when it was a slot last. */
export const transmitBeginning = (c: Config) =>
  struct({ head: uint(derived(c).pointerBits), timestamp: uint(64) }, `transmit_beginning_${derived(c).pointerBits}`);
/** What the kernel sees of it, and the flags as they are now. */
export const transmitShown = (c: Config) => {
  const { pointerBits } = derived(c);
  return struct(
    {
      setting: transmitSetting(c),
      head: uint(pointerBits),
      tail: uint(pointerBits),
      read: uint(pointerBits),
      timestamp: uint(64),
      open: bool,
      /** On the list, or the planner's. */
      listed: bool,
      malformed: bool,
      torn: bool,
      outside: bool,
    },
    `transmit_shown_${c.slots}`,
  );
};
/** Is there room that a sleeping sender waits for: `room` bytes, and at least one? */
export const roomy = (free: Bits, room: Bits): Bool => free.ge(room).and(free.any());

/**
 * Turns come at most one a cycle. A doorbell's slot stands at `turn` two cycles after `listing`, if no other waits. A slot is
 * cleared while nothing is on its way for it and it is not listed.
 */
export const slotTransmit = (c: Config) => {
  const { pointerBits, slotBits } = derived(c);
  const slot = uint(slotBits),
    pointer = uint(pointerBits);
  const pointers = struct({ pointer }, `ring_pointer_${pointerBits}`);
  return module(
    `slot_transmit_${c.slots}`,
    {
      // The transmit engine's side; interface.ts.
      turn: output(stream(transmitTurn(c))),
      others: output(bool),
      returned: input(transmitReturn(c)),
      building: input(slot),
      torn: output(bool),
      done: input(transmitDone(c)),
      sent: input(frameSent(c)),
      /** The cycle after a packet's end: the sender has the room that it may wait for. */
      roomy: output(slotEvent(c)),
      // The commands' side.
      shownAt: input(slot),
      shown: output(transmitShown(c)),
      apply: input(bool),
      setting: input(transmitSetting(c)),
      setOpen: input(bool),
      open: input(bool),
      setTail: input(bool),
      tail: input(pointer),
      /** With `setTail`, the tail lies outside the ring: the slot stops. */
      outside: input(bool),
      /** The slot has bytes to send: list it, unless it is listed. Holds until `listing`. */
      hasWork: input(bool),
      listing: output(bool),
      /** Sets what the engine writes of the slot to `beginning`, in the cycles in which the engine leaves room: until all are 1. */
      clear: input(bool),
      beginning: input(transmitBeginning(c)),
      clearedRead: output(bool),
      clearedHead: output(bool),
      clearedTime: output(bool),
      /** After reset: no slot is listed. */
      sweep: input(bool),
      /** Somebody else asks: is the slot listed? */
      listedAt: input(slot),
      listed: output(bool),
      statusAt: input(slot),
      head: output(pointer),
      statusOpen: output(bool),
    },
    (io, h) => {
      const flag = (name: string) => h.memory(name, bool, c.slots, { style: "distributed" });
      const open = flag("open_slots"),
        listed = flag("listed_slots"),
        malformed = flag("malformed_slots"),
        torn = flag("torn_slots"),
        outside = flag("outside_slots");
      const { shownAt } = io;
      const { returned, done } = io;

      // ---- the list --------------------------------------------------------------------------------
      const order = h.instance("order", fifo(slot, c.slots));
      const { offered } = h.registers({ /** A slot stands at `turn`, or is on its way out. */ offered: bool });
      const { offer } = h.registers({ offer: slot.noReset() });
      const { back } = h.registers({ back: transmitReturn(c) });
      back.next(returned);
      const { live } = h.nets({
        live: open.read(offer).and(malformed.read(offer).not()).and(torn.read(offer).not()).and(outside.read(offer).not()),
      });
      const { discards } = h.nets({ discards: offered.and(live.not()).and(back.valid.not()) });
      const { passes } = h.nets({ passes: offered.not().or(discards).or(io.turn.fire) });
      order.pop.ready.drive(passes);
      h.when(passes, () => {
        offered.next(order.pop.valid);
        offer.next(order.pop.payload);
      });
      const { asks } = h.nets({ asks: mux(passes, order.pop.payload, offer) });
      io.others.drive(order.pop.valid.or(offered));

      // ---- pointers --------------------------------------------------------------------------------
      const tails = h.instance("tails", stateMemory(pointers, c.slots, ["turn", "back", "done", "shown"]), {
        turnAt: asks,
        backAt: returned.slot,
        doneAt: done.slot,
        shownAt,
        write: io.setTail,
        writeAt: shownAt,
        value: { pointer: io.tail },
      });
      io.clearedRead.drive(io.clear.and(returned.valid.not()).and(back.valid.not()));
      const reads = h.instance("reads", stateMemory(pointers, c.slots, ["turn", "shown"]), {
        turnAt: asks,
        shownAt,
        write: returned.valid.or(io.clear),
        writeAt: mux(returned.valid, returned.slot, shownAt),
        value: { pointer: mux(returned.valid, returned.pointer, io.beginning.head) },
      });
      const settings = h.instance("settings", stateMemory(transmitSetting(c), c.slots, ["turn", "shown"], ["turn", "shown"]), {
        turnAt: asks,
        shownAt,
        write: io.apply,
        writeAt: shownAt,
        value: io.setting,
      });

      // ---- the planner gives a slot back: a cycle to read its tail, a cycle to decide ----------------
      const { again } = h.nets({ again: back.valid.and(back.malformed.not()).and(tails.back.pointer.ne(back.pointer)) });
      const { free } = h.nets({ /** Nobody else touches the list or its flags. */ free: back.valid.or(discards).not() });
      const { starts } = h.nets({ starts: io.hasWork.and(free) });
      io.listing.drive(starts);
      const { fresh } = h.nets({ fresh: starts.and(listed.read(shownAt).not()) });
      order.push.valid.drive(again.or(fresh));
      order.push.payload.drive(mux(again, back.slot, shownAt));
      h.assert("there is room for every slot", order.push.valid.implies(order.push.ready));
      const { ends } = h.nets({ ends: back.valid.and(again.not()) });
      listed.write(mux(ends, back.slot, mux(discards, offer, shownAt)), fresh, ends.or(discards).or(fresh).or(io.sweep));
      const { wrong } = h.nets({ wrong: back.valid.and(back.malformed) });
      malformed.write(mux(wrong, back.slot, shownAt), wrong, wrong.or(io.clear));
      io.turn.valid.drive(offered.and(live));
      const setting = settings.turn;
      io.turn.payload.drive({
        slot: offer,
        state: {
          datagram: setting.datagram,
          connected: setting.connected,
          noChecksum: setting.noChecksum,
          own: setting.own,
          ttl: setting.ttl,
          tos: setting.tos,
          base: resize(setting.ring.base, 64).shl(6),
          mask: setting.ring.mask,
          read: reads.turn.pointer,
          tail: tails.turn.pointer,
          tuple: setting.tuple,
          nextHop: setting.nextHop,
        },
      });

      // ---- a packet is read, or is not: a cycle to read, a cycle to tell -----------------------------
      const { moves } = h.nets({ moves: done.valid.and(done.failed.not()) });
      io.clearedHead.drive(io.clear.and(done.valid.not()));
      const heads = h.instance("heads", stateMemory(pointers, c.slots, ["shown", "status"]), {
        shownAt,
        statusAt: io.statusAt,
        write: moves.or(io.clear.and(done.valid.not())),
        writeAt: mux(done.valid, done.slot, shownAt),
        value: { pointer: mux(done.valid, done.pointer, io.beginning.head) },
      });
      const tears = done.valid.and(done.failed);
      torn.write(mux(done.valid, done.slot, shownAt), tears, tears.or(io.clear.and(done.valid.not())));
      io.torn.drive(torn.read(io.building));
      const needs = h.instance(
        "needs",
        stateMemory(struct({ mask: pointer, room: pointer }, `transmit_need_${pointerBits}`), c.slots, ["done"], ["done"]),
        {
          doneAt: done.slot,
          write: io.apply,
          writeAt: shownAt,
          value: { mask: io.setting.ring.mask, room: io.setting.room },
        },
      );
      const { ended } = h.registers({ ended: bool });
      const { end } = h.registers({ end: transmitDone(c).noReset() });
      ended.next(moves);
      end.next(done);
      const { space } = h.nets({ space: end.pointer.sub(tails.done.pointer).sub(1).and(needs.done.mask) });
      io.roomy.drive({ valid: ended.and(roomy(space, needs.done.room)), slot: end.slot });

      const { sent } = io;
      io.clearedTime.drive(io.clear.and(sent.valid.not()));
      const times = h.instance("times", stateMemory(struct({ timestamp: uint(64) }, "frame_time"), c.slots, ["shown"], ["shown"]), {
        shownAt,
        write: sent.valid.or(io.clear),
        writeAt: mux(sent.valid, sent.slot, shownAt),
        value: { timestamp: mux(sent.valid, sent.timestamp, io.beginning.timestamp) },
      });

      // ---- flags -----------------------------------------------------------------------------------
      open.write(shownAt, io.open, io.setOpen);
      const leaves = io.setTail.and(io.outside);
      outside.write(shownAt, leaves, leaves.or(io.clear));
      io.listed.drive(listed.read(io.listedAt));
      io.head.drive(heads.status.pointer);
      const { status_at } = h.registers({ status_at: slot.noReset() });
      status_at.next(io.statusAt);
      io.statusOpen.drive(open.read(status_at));
      io.shown.drive({
        setting: settings.shown,
        head: heads.shown.pointer,
        tail: tails.shown.pointer,
        read: reads.shown.pointer,
        timestamp: times.shown.timestamp,
        open: open.read(shownAt),
        listed: listed.read(shownAt),
        malformed: malformed.read(shownAt),
        torn: torn.read(shownAt),
        outside: outside.read(shownAt),
      });
    },
  );
};
