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
      /** Zeroes what the engine writes of the slot, in the cycles in which the engine leaves room: until both are 1. */
      clear: input(bool),
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
      const place = struct({ write: pointer, drops: uint(32), timestamp: uint(64) }, `receive_place_${pointerBits}`);
      const { verdict } = io;
      const places = h.instance("places", stateMemory(place, c.slots, ["pipe", "shown"]), { pipeAt: io.at, shownAt: io.shownAt });
      const { pipe } = places;
      places.write.drive(verdict.valid.or(io.clear));
      places.writeAt.drive(mux(verdict.valid, verdict.slot, io.shownAt));
      places.value.drive(
        mux(
          verdict.valid,
          mux(
            verdict.placed,
            place.of({ write: verdict.pointer, drops: pipe.drops, timestamp: verdict.timestamp }),
            place.of({ write: pipe.write, drops: pipe.drops.add(1), timestamp: pipe.timestamp }),
          ),
          place.of({ write: 0, drops: 0, timestamp: 0 }),
        ),
      );
      io.clearedPlaces.drive(io.clear.and(verdict.valid.not()));

      // ---- commits: a cycle to read, a cycle to write ----------------------------------------------
      const arrival = struct({ tail: pointer, lost: uint(32), stopped: bool }, `receive_arrival_${pointerBits}`);
      const arrivals = h.instance("arrivals", stateMemory(arrival, c.slots, ["commit", "shown", "pipe", "status"]), {
        commitAt: io.commit.slot,
        shownAt: io.shownAt,
        pipeAt: io.at,
        statusAt: io.statusAt,
      });
      const { done } = h.registers({ done: ringCommit(c) });
      done.next(io.commit);
      const was = arrivals.commit;
      const { good } = h.nets({ good: done.failed.or(was.stopped).not() });
      arrivals.write.drive(done.valid.or(io.clear));
      arrivals.writeAt.drive(mux(done.valid, done.slot, io.shownAt));
      arrivals.value.drive(
        mux(
          done.valid,
          mux(
            good,
            arrival.of({ tail: done.pointer, lost: was.lost, stopped: 0 }),
            arrival.of({ tail: was.tail, lost: was.lost.add(1), stopped: 1 }),
          ),
          arrival.of({ tail: 0, lost: 0, stopped: 0 }),
        ),
      );
      io.clearedTail.drive(io.clear.and(done.valid.not()));
      io.moved.drive({ valid: done.valid.and(good), slot: done.slot });
      io.lost.drive({ valid: done.valid.and(good.not()), slot: done.slot });
      io.fails.drive({ valid: done.valid.and(done.failed).and(was.stopped.not()), slot: done.slot });

      // ---- state -----------------------------------------------------------------------------------
      const { ring } = settings.pipe;
      io.state.drive({
        datagram: settings.pipe.datagram,
        stopped: arrivals.pipe.stopped,
        base: resize(ring.base, 64).shl(6),
        mask: ring.mask,
        head: heads.pipe.head,
        write: pipe.write,
      });
      io.shown.drive({
        setting: settings.shown,
        head: heads.shown.head,
        tail: arrivals.shown.tail,
        stopped: arrivals.shown.stopped,
        drops: sum([places.shown.drops, arrivals.shown.lost]).trunc(32),
        timestamp: places.shown.timestamp,
      });
      io.tail.drive(arrivals.status.tail);
    },
  );
};
