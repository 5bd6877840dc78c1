/**
 * Slots that were closed while something was on its way for them: when is the last of it in memory, or on the wire? What is
 * accepted and what is finished is counted for all slots together, since both sides keep their order; so a few marks do
 * for any number of slots (docs/decisions/slot-store.md).
 */
import { bool, choose, input, module, mux, output, reduce, struct, uint } from "#hdl";
import { fromBits, lowestOne } from "#hdl/lib/bits.ts";
import type { Config } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";
import { slotEvent } from "#rtl/ict/interface.ts";

/** Slots that can drain at a time. */
export const drainers = 4;
/** More than twice what can be on its way at a time, each way. */
const countBits = 8;
const count = uint(countBits);
/**
 * How many have been accepted and finished since reset: datagrams that got a place, and their ends; packets that were
 * planned, the ends of their reads, those of them that leave, and those that have left.
 */
export const drainCounts = struct(
  { places: count, commits: count, plans: count, ends: count, goods: count, leaves: count },
  "drain_counts",
);

/** One slot that drains, or none. */
export const slotDrainer = (c: Config) => {
  const slot = uint(derived(c).slotBits);
  return module(
    `slot_drainer_${c.slots}`,
    {
      start: input(bool),
      from: input(slot),
      /** Has it been neither judged nor listed, in this cycle? */
      idle: input(bool),
      counts: input(drainCounts),
      busy: output(bool),
      slot: output(slot),
    },
    (io, h) => {
      const { draining, marked } = h.registers({ draining: bool, /** Nothing more is accepted: what was has these marks. */ marked: bool });
      const held = h.registers({
        drained: slot.noReset(),
        places_mark: count.noReset(),
        plans_mark: count.noReset(),
        /** Packets that leave, up to the last one of before the mark; once all of those have been read. */
        goods_mark: count.noReset(),
      });
      io.busy.drive(draining);
      io.slot.drive(held.drained);
      // What is finished is at most half a turn of the counters behind its mark. Once there, it may go on for any number of turns.
      const { was_received, was_read, was_sent } = h.registers({
        was_received: bool.noReset(),
        was_read: bool.noReset(),
        was_sent: bool.noReset(),
      });
      const { counts } = io;
      const { received, read } = h.nets({
        received: was_received.or(counts.commits.sub(held.places_mark).msb().not()),
        read: was_read.or(counts.ends.sub(held.plans_mark).msb().not()),
      });
      const goods = mux(was_read, held.goods_mark, counts.goods);
      const { sent } = h.nets({ sent: read.and(was_sent.or(counts.leaves.sub(goods).msb().not())) });
      h.when(draining.not(), () =>
        h.when(io.start, () => {
          draining.next(1);
          marked.next(0);
          held.drained.next(io.from);
        }),
      )
        .elseWhen(marked.not(), () =>
          h.when(io.idle, () => {
            marked.next(1);
            was_received.next(0);
            was_read.next(0);
            was_sent.next(0);
            held.places_mark.next(io.counts.places);
            held.plans_mark.next(io.counts.plans);
          }),
        )
        .otherwise(() => {
          was_received.next(received);
          was_read.next(read);
          held.goods_mark.next(goods);
          was_sent.next(sent);
          h.when(received.and(sent), () => draining.next(0));
        });
    },
  );
};

/**
 * `start` takes the slot at `at`, which lookups find no longer and which is closed to the planner. `busy`: that slot drains,
 * from the cycle after `start` on. A drainer looks at its slot every `drainers` cycles until it is neither judged nor
 * listed, and then waits for what had been accepted by that time.
 */
export const slotDrain = (c: Config) => {
  const slot = uint(derived(c).slotBits);
  return module(
    `slot_drain_${c.slots}`,
    {
      start: input(bool),
      /** A drainer is free. */
      ready: output(bool),
      at: input(slot),
      busy: output(bool),
      // Datagrams that got a place and have bytes to write; their ends. Packets that were planned; the ends of their reads.
      placed: input(bool),
      committed: input(bool),
      planned: input(bool),
      done: input(bool),
      /** With `done`: the packet does not leave. */
      failed: input(bool),
      /** A packet has left. */
      sent: input(bool),
      judging: input(slotEvent(c)),
      /** The slot that is looked at, and whether it is listed to send. */
      look: output(slot),
      listed: input(bool),
    },
    (io, h) => {
      const { counted } = h.registers({ counted: drainCounts });
      h.when(io.placed, () => counted.places.next(counted.places.add(1)));
      h.when(io.committed, () => counted.commits.next(counted.commits.add(1)));
      h.when(io.planned, () => counted.plans.next(counted.plans.add(1)));
      h.when(io.done, () => counted.ends.next(counted.ends.add(1)));
      h.when(io.done.and(io.failed.not()), () => counted.goods.next(counted.goods.add(1)));
      h.when(io.sent, () => counted.leaves.next(counted.leaves.add(1)));
      const half = 2 ** (countBits - 1);
      h.assert("less than half a turn of the counters is on its way to memory", counted.places.sub(counted.commits).lt(half));
      h.assert("and to be read", counted.plans.sub(counted.ends).lt(half));
      h.assert("and to the wire", counted.goods.sub(counted.leaves).lt(half));

      const { turn } = h.registers({ turn: uint(Math.log2(drainers)) });
      turn.next(turn.add(1));
      const { looked } = h.wires({ looked: slot });
      const { idle } = h.nets({ idle: io.listed.not().and(io.judging.valid.and(io.judging.slot.eq(looked)).not()) });
      const { starts } = h.wires({ starts: uint(drainers) });
      const all = Array.from({ length: drainers }, (_, i) =>
        h.instance(`drainer${i}`, slotDrainer(c), {
          start: starts.bit(i),
          from: io.at,
          idle: idle.and(turn.eq(i)),
          counts: counted,
        }),
      );
      const free = fromBits(all.map((d) => d.busy.not()));
      io.ready.drive(free.any());
      starts.drive(lowestOne(free).and(io.start.repeat(drainers)));
      looked.drive(
        choose(
          turn,
          all.map((d) => d.slot),
        ),
      );
      io.look.drive(looked);
      io.busy.drive(
        reduce(
          all.map((d) => d.busy.and(d.slot.eq(io.at))),
          (a, b) => a.or(b),
        ),
      );
    },
  );
};
