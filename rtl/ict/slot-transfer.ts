/**
 * Slots as a whole, in and out: fills a closed slot with what the table walker has read, and closes one and says what has
 * become of it. It works between the commands of the register port, with the same neighbours. A slot is found by lookups
 * only when all of it stands, and nobody can ask for it before; one that is given up has nothing to do, or is as before.
 */
import { type Bits, bool, cat, input, module, mux, output, stream, uint } from "#hdl";
import { fromBits } from "#hdl/lib/bits.ts";
import type { Config } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";
import { slotEvent } from "#rtl/ict/interface.ts";
import { lookupCommand, lookupResult } from "#rtl/ict/lookup.ts";
import { readyAccess, readyAnswer } from "#rtl/ict/ready-queue.ts";
import { slotGuest } from "#rtl/ict/slot-commands.ts";
import { loadAnswer, loadStatus, slotImage, stopBits, unloadAnswer, unloadRequest } from "#rtl/ict/slot-image.ts";
import { receiveBeginning, receiveSetting, receiveShown } from "#rtl/ict/slot-receive.ts";
import { roomy, transmitBeginning, transmitSetting, transmitShown } from "#rtl/ict/slot-transmit.ts";
import { openResults } from "#rtl/ict/slot-words.ts";

/**
 * One thing at a time; a load before an unload, and after each a request of the register port, if one waits.
 *
 * A load is taken when it is answered: 14 cycles after it was offered, where nobody else is at work and lookups leave the
 * memories a cycle. An unload is taken at once; it is refused 3 cycles later, or takes as long as what is on its way.
 */
export const slotTransfer = (c: Config) => {
  const { slotBits, pointerBits } = derived(c);
  const slot = uint(slotBits),
    pointer = uint(pointerBits);
  return module(
    `slot_transfer_${c.slots}x${c.harts}`,
    {
      load: input(stream(slotImage(c))),
      loaded: output(loadAnswer),
      unload: input(stream(unloadRequest(c))),
      unloaded: output(unloadAnswer(c)),
      // The commands stand still meanwhile.
      idle: input(bool),
      guest: output(slotGuest(c)),
      /** It is at work: what follows is of its slot. */
      works: output(bool),
      find: output(stream(lookupCommand(c.slots))),
      found: input(stream(lookupResult(c.slots))),
      /** A key that is to be put in has to wait. */
      unready: output(bool),
      access: output(stream(readyAccess(c))),
      answer: input(readyAnswer(c)),
      // Both halves; as the commands have them.
      receive: input(receiveShown(c)),
      receiveSetting: output(receiveSetting(c)),
      receiveBeginning: output(receiveBeginning(c)),
      head: output(pointer),
      moved: input(slotEvent(c)),
      transmit: input(transmitShown(c)),
      transmitSetting: output(transmitSetting(c)),
      transmitBeginning: output(transmitBeginning(c)),
      tail: output(pointer),
      /** All of these at once, until what is cleared is. */
      sets: output(bool),
      cleared: input(uint(5)),
      setOpen: output(bool),
      open: output(bool),
      hasWork: output(bool),
      listing: input(bool),
      drain: output(bool),
      drainReady: input(bool),
      draining: input(bool),
      opened: output(slotEvent(c)),
    },
    (io, h) => {
      const { load, unload, receive, transmit, answer, access, found, find } = io;
      const image = load.payload;
      const held = h.registers({
        /** The slot at work, and what its owner sleeps on. */
        slot: slot.noReset(),
        suspended: uint(2).noReset(),
        /** The slot must be given up. */
        forced: bool.noReset(),
        /** A load's slot has bytes to send; another slot has its key. */
        work: bool.noReset(),
        exists: bool.noReset(),
      });
      const { after } = h.registers({ /** It was at work: now a request may. */ after: bool });
      const { zeroed } = h.registers({ /** Memories in which the slot has been set. */ zeroed: uint(5) });
      const { owned, enabled } = h.registers({
        /** The ready queue knows the slot's owner; it is enabled there. */ owned: bool,
        enabled: bool,
      });
      const { filling } = h.registers({ /** It is a load. */ filling: bool.noReset() });

      // ---- what is there to do ---------------------------------------------------------------------
      const { resting } = h.wires({ resting: bool });
      const { wanted } = h.nets({ wanted: load.valid.or(unload.valid) });
      const { holds } = h.nets({ holds: resting.not().or(wanted.and(after.not())) });
      const { begins } = h.nets({ begins: resting.and(holds).and(io.idle) });
      const { loads, unloads } = h.nets({
        loads: begins.and(load.valid).and(io.draining.not()),
        unloads: begins.and(load.valid.not()),
      });
      const { at } = h.nets({ at: mux(resting, mux(load.valid, image.slot, unload.payload.slot), held.slot) });
      io.works.drive(resting.not().or(begins));

      // ---- has it something to do? -----------------------------------------------------------------
      const { ring } = transmit.setting;
      const { stopped } = h.nets({ stopped: transmit.malformed.or(transmit.torn).or(transmit.outside) });
      const { busy } = h.nets({
        /** It sends, or its owner is about to wake: whatever it sleeps on is there. */
        busy: answer.suspended
          .and(answer.available)
          .any()
          .or(transmit.listed)
          .or(
            stopped
              .not()
              .and(ring.sound)
              .and(transmit.tail.ne(transmit.read).or(transmit.head.ne(transmit.read))),
          ),
      });
      const { stays } = h.nets({ stays: held.forced.not().and(busy) });

      // ---- what is set -----------------------------------------------------------------------------
      const { prepares } = h.wires({ prepares: bool });
      const { prepared } = h.nets({ prepared: zeroed.or(io.cleared).all().and(enabled) });
      const space = image.txHead.sub(image.txTail).sub(1).and(image.tx.mask);

      const step = h.fsm("step", {
        IDLE: (go) => {
          zeroed.next(0);
          owned.next(0);
          enabled.next(0);
          held.slot.next(at);
          h.when(loads.and(find.ready), () => {
            filling.next(1);
            held.suspended.next(image.suspended);
            held.work.next(image.tx.sound.and(image.txHead.ne(image.txTail)));
            go("PREPARE");
          });
          h.when(unload.fire, () => {
            filling.next(0);
            held.forced.next(unload.payload.force);
            go("LOOK");
          });
        },
        // The key's hash is on its way meanwhile; the key is in when all stands.
        PREPARE: (go) => {
          zeroed.next(zeroed.or(io.cleared));
          h.when(access.fire, () => {
            owned.next(1);
            enabled.next(owned);
          });
          h.when(prepared, () => go("INSERTED"));
        },
        INSERTED: (go) => {
          h.when(found.valid, () => {
            held.exists.next(found.payload.status.is("EXISTS"));
            h.when(found.payload.status.is("DONE"), () => go("SLEEP_RX")).otherwise(() => go("DISABLE"));
          });
        },
        SLEEP_RX: (go) => h.when(access.ready.or(held.suspended.bit(0).not()), () => go("SLEEP_TX")),
        SLEEP_TX: (go) => h.when(access.ready.or(held.suspended.bit(1).not()), () => go("TELL")),
        // Its status is news, for which there is one place a cycle.
        TELL: (go) => h.when(io.moved.valid.not(), () => h.when(held.work, () => go("BEGIN")).otherwise(() => go("IDLE"))),
        BEGIN: (go) => h.when(io.listing, () => go("IDLE")),

        LOOK: (go) => go("ASK"),
        ASK: (go) =>
          h
            .when(stays, () => go("STAY"))
            .elseWhen(held.forced, () => go("CLOSE"))
            .otherwise(() => go("REMOVE")),
        CLOSE: (go) => go("REMOVE"),
        REMOVE: (go) => h.when(find.ready, () => go("REMOVED")),
        REMOVED: (go) => h.when(found.valid, () => go("START")),
        START: (go) => h.when(io.drainReady, () => go("DRAIN")),
        DRAIN: (go) => h.when(io.draining.not(), () => go("AGAIN")),
        AGAIN: (go) => h.when(access.ready, () => go("LOOK_AGAIN")),
        LOOK_AGAIN: (go) => go("DECIDE"),
        // What came while its key was taken out may have given it something to do.
        DECIDE: (go) => {
          held.suspended.next(answer.suspended);
          h.when(stays, () => go("RETURN")).otherwise(() => go("DISABLE"));
        },
        RETURN: (go) => h.when(find.ready, () => go("RETURNED")),
        RETURNED: (go) => h.when(found.valid, () => go("STAY")),
        STAY: (go) => go("IDLE"),
        DISABLE: (go) => h.when(access.ready, () => go("SHUT")),
        SHUT: (go) => go("IDLE"),
      });
      resting.drive(step.is("IDLE"));
      prepares.drive(step.is("PREPARE"));
      after.next(resting.not());

      // ---- to the neighbours -----------------------------------------------------------------------
      io.sets.drive(prepares);
      io.receiveSetting.drive({ datagram: image.datagram, ring: image.rx });
      io.receiveBeginning.drive({ tail: image.rxTail, drops: image.drops, timestamp: image.rxTime });
      io.head.drive(image.rxHead);
      io.transmitSetting.drive({
        datagram: image.datagram,
        connected: image.connected,
        noChecksum: image.noChecksum,
        own: image.own,
        ttl: image.ttl,
        tos: image.tos,
        room: image.room,
        ring: image.tx,
        tuple: image.tuple,
        nextHop: image.nextHop,
      });
      io.transmitBeginning.drive({ head: image.txHead, timestamp: image.txTime });
      io.tail.drive(image.txTail);
      const { shuts } = h.nets({ shuts: step.is("CLOSE", "SHUT") });
      io.setOpen.drive(prepares.or(shuts));
      io.open.drive(prepares);
      io.guest.drive({
        holds,
        slot: at,
        identifies: prepares,
        identity: {
          asid: image.asid,
          socket: image.socket,
          connected: image.connected,
          datagram: image.datagram,
          noChecksum: image.noChecksum,
          result: openResults.indexOf("done"),
        },
        opens: prepares.and(transmit.open.not()),
        closes: shuts.and(transmit.open),
      });
      io.hasWork.drive(step.is("BEGIN"));
      io.drain.drive(step.is("START"));
      io.opened.drive({ valid: step.is("TELL").and(io.moved.valid.not()), slot: held.slot });

      const { removes, returns } = h.nets({ removes: step.is("REMOVE"), returns: step.is("RETURN") });
      const op = lookupCommand(c.slots).fields.op;
      const { tuple, connected } = transmit.setting;
      find.valid.drive(loads.or(removes).or(returns));
      find.payload.drive({
        op: mux(removes, op.of("REMOVE"), op.of("INSERT")),
        connected: mux(resting, image.connected, connected),
        slot: at,
        key: mux(resting, image.tuple, tuple),
      });
      found.ready.drive(step.is("INSERTED", "REMOVED", "RETURNED"));
      io.unready.drive(prepares);

      const does = readyAccess(c).fields.operation;
      const { asks } = h.nets({ asks: unloads.or(step.is("AGAIN")) });
      const { sleeps_rx, sleeps_tx } = h.nets({
        sleeps_rx: step.is("SLEEP_RX").and(held.suspended.bit(0)),
        sleeps_tx: step.is("SLEEP_TX").and(held.suspended.bit(1)),
      });
      access.valid.drive(asks.or(prepares.and(enabled.not())).or(sleeps_rx).or(sleeps_tx).or(step.is("DISABLE")));
      const levels = cat(roomy(space, image.room), image.rxHead.ne(image.rxTail));
      access.payload.drive({
        operation: mux(
          asks,
          does.of("READ"),
          mux(
            prepares,
            mux(owned, does.of("ENABLE"), does.of("OWNER")),
            mux(sleeps_rx, does.of("SUSPEND_RX"), mux(sleeps_tx, does.of("SUSPEND_TX"), does.of("DISABLE"))),
          ),
        ),
        slot: at,
        on: mux(prepares, levels, uint(2).of(3) as Bits),
        hart: image.hart,
        priority: image.priority,
        task: image.task,
      });

      // ---- answers ---------------------------------------------------------------------------------
      // Who gets no key is closed again before that is said.
      const { shut } = h.nets({ shut: step.is("SHUT") });
      load.ready.drive(step.is("INSERTED").and(found.valid).and(found.payload.status.is("DONE")).or(shut.and(filling)));
      const failure = mux(held.exists, loadStatus.of("EXISTS"), loadStatus.of("NO_SPACE"));
      io.loaded.drive({ valid: load.ready, status: mux(shut, failure, loadStatus.of("DONE")) });
      unload.ready.drive(unloads.and(access.ready));
      const inRing = (p: Bits, mask: Bits): Bits => p.and(mask);
      io.unloaded.drive({
        valid: step.is("STAY").or(shut.and(filling.not())),
        done: shut,
        state: {
          // Owners write these, and may have written what is outside.
          rxHead: inRing(receive.head, receive.setting.ring.mask),
          txTail: inRing(transmit.tail, ring.mask),
          rxTail: receive.tail,
          txHead: transmit.head,
          drops: receive.drops,
          rxTime: receive.timestamp,
          txTime: transmit.timestamp,
          suspended: held.suspended,
          stops: fromBits(
            Object.entries(stopBits)
              .toSorted(([, a], [, b]) => a - b)
              .map(([name]) => (name === "rx" ? receive.stopped : transmit[name as "torn"])),
          ),
        } as never,
      });
    },
  );
};
