/**
 * An engine's side of the ready queue: what there is of a slot (received data, or room to send) and which slots the queue
 * must look at because of it. The engine may bring news in every cycle while the queue is busy; a slot waits at most once.
 */
import { type Bits, type Bool, bool, input, module, mux, output, stream, struct, uint } from "#hdl";
import { fifo } from "#hdl/lib/fifo.ts";
import { type Config, derived } from "#rtl/config/config.ts";

/** An engine's news: there is data, or room, in this slot. */
export const slotNews = (c: Config) => struct({ valid: bool, slot: uint(derived(c).slotBits) }, `slot_news_${c.slots}`);
/**
 * News heard in one cycle counts from the end of the next one on, and `settle` in that cycle comes before it. Each flag has
 * two writers and lies in two memories, one for each: it is 1 where they differ.
 */
export const readyQueueNews = (c: Config) => {
  const slot = uint(derived(c).slotBits);
  return module(
    `ready_queue_news_${c.slots}`,
    {
      news: input(slotNews(c)),
      /** The slot that an access is about: its level, and whether the access sets it to `level`. */
      slot: input(slot),
      available: output(bool),
      settle: input(bool),
      level: input(bool),
      /** The level of another one. */
      first: input(slot),
      first_available: output(bool),
      /** After reset: `slot` is cleared, and news ignored. */
      sweep: input(bool),
      /** Slots to look at, each once for any number of news, the longest waiting first. */
      look: output(stream(slot)),
      /** Somebody has not been looked at in the cycle of the news. */
      late: output(bool),
    },
    ({ news, slot: at, available, settle, level, first, first_available, sweep, look, late }, h) => {
      const ram = (name: string) => h.memory(name, bool, c.slots, { style: "distributed" });
      const told = ram("told"),
        settled = ram("settled"),
        came = ram("came"),
        left = ram("left");
      const queue = h.instance("queue", fifo(slot, c.slots));

      const { heard } = h.registers({ heard: bool });
      const { from } = h.registers({ from: slot.noReset() });
      heard.next(news.valid.and(sweep.not()));
      from.next(news.slot);
      // Where a memory is written it is read too: one port for both is the smallest memory that there is.
      const { whose, leaving } = h.nets({ whose: mux(sweep, at, from as Bits), leaving: mux(sweep, at, queue.pop.payload as Bits) });
      const cleared = (value: Bool): Bool => value.and(sweep.not());

      // ---- the level -----------------------------------------------------------------------------
      const { settles } = h.nets({ settles: settle.and(at.eq(from as Bits)) });
      const { mine } = h.nets({ mine: told.read(whose) });
      const { rises } = h.nets({ rises: heard.and(mux(settles, level, mine.xor(settled.read(from))).not()) });
      const { held, now } = h.nets({ held: settled.read(at), now: told.read(at).xor(settled.read(at)) });
      settled.write(at, cleared(held.not()), sweep.or(settle.and(now.ne(level))));
      available.drive(now);
      first_available.drive(told.read(first).xor(settled.read(first)));
      told.write(whose, cleared(mine.not()), sweep.or(rises));

      // ---- who waits -----------------------------------------------------------------------------
      const { pop } = queue;
      const { fresh } = h.nets({ fresh: rises.and(came.read(from).eq(left.read(from))) });
      look.valid.drive(pop.valid.or(fresh));
      look.payload.drive(mux(pop.valid, pop.payload as Bits, from as Bits));
      late.drive(pop.valid);
      pop.ready.drive(look.ready);
      const { waits } = h.nets({ waits: fresh.and(pop.valid.or(look.ready.not())) });
      queue.push.valid.drive(waits);
      queue.push.payload.drive(from);
      came.write(whose, cleared(came.read(whose).not()), sweep.or(waits));
      left.write(leaving, cleared(left.read(leaving).not()), sweep.or(pop.fire));
      h.assert("there is room for every slot", waits.implies(queue.push.ready));
    },
  );
};
