/**
 * The lists of the ready queue: one for each hart and priority, linked both ways, so that an entry leaves wherever it
 * stands in one cycle. Slots are links themselves: two memories of a word per slot hold all lists.
 */
import { array, type Bits, type Bool, bool, cat, choose, constant, input, module, mux, output, uint } from "#hdl";
import { oneHot } from "#hdl/lib/bits.ts";
import { type Config, derived } from "#rtl/config/config.ts";

/** Priorities 0 to 7; the higher one is served first. */
export const priorityBits = 3;
export const priorities = 2 ** priorityBits;
/** Harts that are not there have lists too: a slot given to one is found by nobody, and breaks nothing. */
export const rows = (c: Config): number => 2 ** derived(c).hartBits;

/**
 * In each cycle one slot joins the end of a list, or leaves the one that it is in, or the first one of a hart is taken out.
 * What stands on the outputs is as before that.
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
      /** It is taken out. */
      pop: input(bool),
      /** A slot that joins or leaves the list of this hart and priority. At most one of all three. */
      about: input(slot),
      row: input(uint(hartBits)),
      level: input(priority),
      link: input(bool),
      unlink: input(bool),
      /** Lists that are not empty: a bit for each priority, by hart. */
      occupied: output(array(uint(priorities), rows(c))),
    },
    ({ hart, found, first, highest, more, pop, about, row, level, link, unlink, occupied }, h) => {
      const { listed } = h.registers({ /** Lists that are not empty, as they are numbered. */ listed: uint(rows(c) * priorities) });
      const of = (row: number): Bits => listed.slice(row * priorities + priorities - 1, row * priorities);
      const each = Array.from({ length: rows(c) }, (_, row) => of(row));
      const memory = (name: string, depth: number) => h.memory(name, slot, depth, { style: "distributed" });
      const heads = memory("heads", rows(c) * priorities),
        tails = memory("tails", rows(c) * priorities),
        nexts = memory("nexts", c.slots),
        priors = memory("priors", c.slots);
      occupied.drive(each);

      const { entries } = h.nets({ entries: choose(hart, each) });
      const numbered = (p: number): Bits => priority.of(p);
      const upwards = Array.from({ length: priorities - 1 }, (_, p) => p + 1);
      const { top } = h.nets({ top: upwards.reduce((best, p) => mux(entries.bit(p), numbered(p), best), numbered(0)) });
      const asked = cat(hart, top);
      const { oldest } = h.nets({ oldest: heads.read(asked) });
      const { alone } = h.nets({ alone: tails.read(asked).eq(oldest) });
      const others = entries.and(constant(priorities, 1).shl(top).not());
      found.drive(entries.any());
      first.drive(oldest);
      highest.drive(top);
      more.drive(others.any().or(alone.not()));

      // Whoever is first needs no look at the list's ends: the way from `hart` to `listed` is the longest one here.
      const named = cat(row, level);
      const { head, tail } = h.nets({ head: heads.read(named), tail: tails.read(named) });
      const { changing, at } = h.nets({ changing: mux(pop, asked, named), at: mux(pop, oldest, about as Bits) });
      const { next, prior } = h.nets({ next: nexts.read(at), prior: priors.read(about) });
      const { leads, trails } = h.nets({ leads: unlink.and(head.eq(about)), trails: unlink.and(tail.eq(about)) });
      const { some } = h.nets({ some: listed.bit(named) });
      nexts.write(mux(link, tail, prior), mux(link, at, next), link.and(some).or(unlink.and(leads.not())));
      priors.write(mux(link, at, next), mux(link, tail, prior), link.and(some).or(unlink.and(trails.not())).or(pop.and(alone.not())));
      heads.write(changing, mux(link, at, next), link.and(some.not()).or(leads).or(pop));
      tails.write(named, mux(link, at, prior), link.or(trails));
      const only = (list: Bits, when: Bool): Bits => oneHot(list, listed.width).and(when.repeat(listed.width));
      listed.next(listed.or(only(named, link)).and(only(changing, leads.and(trails).or(pop.and(alone))).not()));
      h.assert("one thing at a time", link.and(unlink).or(link.and(pop)).or(unlink.and(pop)).not());
    },
  );
};
