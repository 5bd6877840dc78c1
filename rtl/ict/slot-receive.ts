/**
 * The receiving half of the slots' state: where rings lie, where the next datagram goes, what has arrived. A datagram passes
 * twice, with its verdict and when it is in memory; each pass owns a memory word per slot, so none has two writers.
 */
import { bool, input, module, mux, output, struct, uint } from "#hdl";
import { resize, sum } from "#hdl/lib/bits.ts";
import type { Config } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";
import { receiveState, receiveVerdict, ringCommit, slotEvent } from "#rtl/ict/interface.ts";
import { stateMemory } from "#rtl/ict/state-memory.ts";

/** A ring as it was set up. Its base is in lines of 64 bytes; `sound`: its size is one that can be. */
export const ringSetting = (c: Config) =>
  struct({ base: uint(58), mask: uint(derived(c).pointerBits), sound: bool }, `ring_setting_${derived(c).pointerBits}`);
/** What is set up of a slot for receiving. */
export const receiveSetting = (c: Config) => struct({ datagram: bool, ring: ringSetting(c) }, `receive_setting_${derived(c).pointerBits}`);
/** What a slot has received when it begins: nothing, or what it had received when it was a slot last. */
export const receiveBeginning = (c: Config) =>
  struct({ tail: uint(derived(c).pointerBits), drops: uint(32), timestamp: uint(64) }, `receive_beginning_${derived(c).pointerBits}`);
/** What the kernel sees of it. */
export const receiveShown = (c: Config) => {
  const { pointerBits } = derived(c);
  return struct(
    {
      setting: receiveSetting(c),
      head: uint(pointerBits),
      tail: uint(pointerBits),
      stopped: bool,
      drops: uint(32),
      timestamp: uint(64),
    },
    `receive_shown_${c.slots}`,
  );
};

/**
 * State stands one cycle after the slot was named, and knows of everything up to the cycle of naming. Verdicts and commits
 * may come in every cycle. A slot is cleared while nothing is on its way for it.
 */
export const slotReceive = (c: Config) => {
  const { pointerBits, slotBits } = derived(c);
  const slot = uint(slotBits),
    pointer = uint(pointerBits);
  return module(
    `slot_receive_${c.slots}`,
    {
      // The receive engine's side.
      at: input(slot),
      state: output(receiveState(c)),
      verdict: input(receiveVerdict(c)),
      commit: input(ringCommit(c)),
      /** The cycle after a commit: the tail has moved, or it did not and the datagram is lost. */
      moved: output(slotEvent(c)),
      lost: output(slotEvent(c)),
      /** Memory's first error for this slot. */
      fails: output(slotEvent(c)),
      // The commands' side.
      shownAt: input(slot),
      shown: output(receiveShown(c)),
      apply: input(bool),
      setting: input(receiveSetting(c)),
      setHead: input(bool),
      head: input(pointer),
      /** Sets what the engine writes of the slot to `beginning`, in the cycles in which the engine leaves room: until both are 1. */
      clear: input(bool),
      beginning: input(receiveBeginning(c)),
      clearedPlaces: output(bool),
      clearedTail: output(bool),
      // The status lines' side.
      statusAt: input(slot),
      tail: output(pointer),
    },
    (io, h) => {
      const settings = h.instance("settings", stateMemory(receiveSetting(c), c.slots, ["pipe", "shown"], ["pipe", "shown"]), {
        pipeAt: io.at,
        shownAt: io.shownAt,
        write: io.apply,
        writeAt: io.shownAt,
        value: io.setting,
      });
      const heads = h.instance("heads", stateMemory(struct({ head: pointer }, `ring_head_${pointerBits}`), c.slots, ["pipe", "shown"]), {
        pipeAt: io.at,
        shownAt: io.shownAt,
        write: io.setHead,
        writeAt: io.shownAt,
        value: { head: io.head },
      });

      // ---- verdicts ------------------------------------------------------------------------------
      const { verdict } = io;
      const place = struct({ write: pointer }, `receive_place_${pointerBits}`);
      const moment = struct({ timestamp: uint(64) }, "receive_moment");
      const tally = struct({ count: uint(32) }, "receive_tally");
      const { clears_places } = h.nets({ clears_places: io.clear.and(verdict.valid.not()) });
      io.clearedPlaces.drive(clears_places);
      const judged = mux(verdict.valid, verdict.slot, io.shownAt);
      const { kept, dropped } = h.nets({
        kept: verdict.valid.and(verdict.placed).or(clears_places),
        dropped: verdict.valid.and(verdict.placed.not()),
      });
      const places = h.instance("places", stateMemory(place, c.slots, ["pipe"]), {
        pipeAt: io.at,
        write: kept,
        writeAt: judged,
        value: { write: mux(verdict.valid, verdict.pointer, io.beginning.tail) },
      });
      const moments = h.instance("moments", stateMemory(moment, c.slots, ["shown"], ["shown"]), {
        shownAt: io.shownAt,
        write: kept,
        writeAt: judged,
        value: { timestamp: mux(verdict.valid, verdict.timestamp, io.beginning.timestamp) },
      });
      const drops = h.instance("drops", stateMemory(tally, c.slots, ["pipe", "shown"], ["shown"]), {
        pipeAt: io.at,
        shownAt: io.shownAt,
        write: dropped.or(clears_places),
        writeAt: judged,
      });
      drops.value.drive({ count: mux(verdict.valid, drops.pipe.count.add(1), io.beginning.drops) });

      // ---- commits: a cycle to read, a cycle to write ----------------------------------------------
      const { done } = h.registers({ done: ringCommit(c) });
      done.next(io.commit);
      const { clears_tail } = h.nets({ clears_tail: io.clear.and(done.valid.not()) });
      io.clearedTail.drive(clears_tail);
      const committed = mux(done.valid, done.slot, io.shownAt);
      const state = struct({ stopped: bool }, "receive_stop");
      const stops = h.instance("stops", stateMemory(state, c.slots, ["commit", "shown", "pipe"]), {
        commitAt: io.commit.slot,
        shownAt: io.shownAt,
        pipeAt: io.at,
      });
      const { good, bad } = h.nets({
        good: done.valid.and(done.failed.or(stops.commit.stopped).not()),
        bad: done.valid.and(done.failed.or(stops.commit.stopped)),
      });
      stops.write.drive(bad.or(clears_tail));
      stops.writeAt.drive(committed);
      stops.value.drive({ stopped: bad });
      const tails = h.instance(
        "tails",
        stateMemory(struct({ tail: pointer }, `receive_tail_${pointerBits}`), c.slots, ["shown", "status"]),
        {
          shownAt: io.shownAt,
          statusAt: io.statusAt,
          write: good.or(clears_tail),
          writeAt: committed,
          value: { tail: mux(done.valid, done.pointer, io.beginning.tail) },
        },
      );
      const losses = h.instance("losses", stateMemory(tally, c.slots, ["commit", "shown"], ["shown"]), {
        commitAt: io.commit.slot,
        shownAt: io.shownAt,
        write: bad.or(clears_tail),
        writeAt: committed,
      });
      losses.value.drive({ count: mux(done.valid, losses.commit.count.add(1), uint(32).of(0)) });
      io.moved.drive({ valid: good, slot: done.slot });
      io.lost.drive({ valid: bad, slot: done.slot });
      io.fails.drive({ valid: done.valid.and(done.failed).and(stops.commit.stopped.not()), slot: done.slot });

      // ---- state -----------------------------------------------------------------------------------
      const { ring } = settings.pipe;
      io.state.drive({
        datagram: settings.pipe.datagram,
        stopped: stops.pipe.stopped,
        base: resize(ring.base, 64).shl(6),
        mask: ring.mask,
        head: heads.pipe.head,
        write: places.pipe.write,
      });
      io.shown.drive({
        setting: settings.shown,
        head: heads.shown.head,
        tail: tails.shown.tail,
        stopped: stops.shown.stopped,
        drops: sum([drops.shown.count, losses.shown.count]).trunc(32),
        timestamp: moments.shown.timestamp,
      });
      io.tail.drive(tails.status.tail);
    },
  );
};
