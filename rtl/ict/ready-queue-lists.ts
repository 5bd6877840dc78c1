/**
 * The lists of the ready queue: one for each hart and priority, linked both ways, so that an entry leaves wherever it
 * stands in one cycle. Slots are links themselves: two memories of a word per slot hold all lists.
 */
import { array, type Bits, bool, cat, constant, input, module, mux, output, uint } from "#hdl";
import { type Config, derived } from "#rtl/config/config.ts";

/** Priorities 0 to 7; the higher one is served first. */
export const priorityBits = 3;
export const priorities = 2 ** priorityBits;
/** Harts that are not there have lists too: a slot given to one is found by nobody, and breaks nothing. */
export const rows = (c: Config): number => 2 ** derived(c).hartBits;

/**
 * In each cycle one slot joins the end of a list that it names, or leaves the one that it is in. What stands on the
 * outputs is as before that.
 */
export const readyQueueLists = (c: Config) => {
  const { slotBits, hartBits } = derived(c);
  const slot = uint(slotBits);
  const priority = uint(priorityBits);
  return module(
    `ready_queue_lists_${c.slots}x${c.harts}`,
    {
      /** Whose first entry? The oldest of the highest priority; of no meaning where there is none. */
      hart: input(uint(hartBits)),
      found: output(bool),
      first: output(slot),
      highest: output(priority),
      /** There is another entry. */
      more: output(bool),
      /** Slot and list of what happens. At most one of both. */
      about: input(slot),
      row: input(uint(hartBits)),
      level: input(priority),
      link: input(bool),
      unlink: input(bool),
      /** Lists that are not empty: a bit for each priority, by hart. */
      occupied: output(array(uint(priorities), rows(c))),
    },
    ({ hart, found, first, highest, more, about, row, level, link, unlink, occupied }, h) => {
      const { listed } = h.registers({ listed: array(uint(priorities), rows(c)) });
      const memory = (name: string, depth: number) => h.memory(name, slot, depth, { style: "distributed" });
      const heads = memory("heads", rows(c) * priorities),
        tails = memory("tails", rows(c) * priorities),
        nexts = memory("nexts", c.slots),
        priors = memory("priors", c.slots);
      occupied.drive(listed);

      const { entries } = h.nets({ entries: listed.at(hart) });
      const numbered = (p: number): Bits => priority.of(p);
      const upwards = Array.from({ length: priorities - 1 }, (_, p) => p + 1);
      const { top } = h.nets({ top: upwards.reduce((best, p) => mux(entries.bit(p), numbered(p), best), numbered(0)) });
      const asked = cat(hart, top);
      const { oldest } = h.nets({ oldest: heads.read(asked) });
      const others = entries.and(constant(priorities, 1).shl(top).not());
      found.drive(entries.any());
      first.drive(oldest);
      highest.drive(top);
      more.drive(others.any().or(tails.read(asked).ne(oldest)));

      const list = cat(row, level);
      const { head, tail } = h.nets({ head: heads.read(list), tail: tails.read(list) });
      const { next, prior } = h.nets({ next: nexts.read(about), prior: priors.read(about) });
      const { is_head, is_tail } = h.nets({ is_head: head.eq(about), is_tail: tail.eq(about) });
      const { some } = h.nets({ some: listed.at(row).bit(level) });
      nexts.write(mux(link, tail, prior), mux(link, about, next), link.and(some).or(unlink.and(is_head.not())));
      priors.write(mux(link, about, next), mux(link, tail, prior), link.and(some).or(unlink.and(is_tail.not())));
      heads.write(list, mux(link, about, next), link.and(some.not()).or(unlink.and(is_head)));
      tails.write(list, mux(link, about, prior), link.or(unlink.and(is_tail)));
      h.when(link, () => listed.at(row).bit(level).next(1));
      h.when(unlink.and(is_head).and(is_tail), () => listed.at(row).bit(level).next(0));
      h.assert("a slot joins a list or leaves one", link.and(unlink).not());
    },
  );
};
