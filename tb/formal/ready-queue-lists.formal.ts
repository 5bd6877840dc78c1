/**
 * The ready queue's lists: whoever joined and did not leave is in its list, once; the first is the oldest of the highest
 * priority, whoever left from wherever in between.
 */
import { type Bits, type Bool, bool, input, module, output, uint } from "#hdl";
import { resolveConfig } from "#rtl/config/config.ts";
import { priorities, priorityBits, readyQueueLists } from "#rtl/ict/ready-queue-lists.ts";
import type { FormalTask } from "#sim/formal/index.ts";

const config = { ...resolveConfig("tiny"), slots: 4, harts: 2 };
const slots = [0, 1, 2, 3] as const;
type Slot = (typeof slots)[number];
const anyOf = (list: readonly Bool[]): Bool => list.reduce((a, b) => a.or(b));

/** `two`: of the lists, only two of one hart are used, so that a solver sees further. */
export const listsAreQueues = (two: boolean, block = readyQueueLists(config)) =>
  module(
    `ready_queue_lists_are_queues${two ? "_two" : ""}`,
    {
      hart: input(uint(1)),
      about: input(uint(2)),
      row: input(uint(1)),
      level: input(uint(priorityBits)),
      link: input(bool),
      unlink: input(bool),
      pop: input(bool),
      first: output(uint(2)),
    },
    ({ hart, about, row, level, link, unlink, pop, first }, h) => {
      const dut = h.instance("dut", block, { hart, about, row, level, link, unlink, pop });
      first.drive(dut.first);
      h.ghost(() => {
        const is = slots.map((i) => {
          const r = h.registers({
            [`in_${i}`]: bool,
            [`row_${i}`]: uint(1),
            [`level_${i}`]: uint(priorityBits),
            [`ahead_of_${i}`]: uint(4),
          });
          const get = (name: string): Bits => (r as Record<string, Bits>)[`${name}_${i}`] as Bits;
          return { in: get("in") as Bool, row: get("row"), level: get("level"), ahead: get("ahead_of") };
        });
        const of = (i: Slot) => is[i] as (typeof is)[number];
        if (two) h.assume("two lists", row.or(hart).eq(0).and(level.le(1)));
        h.assume("one thing at a time", link.and(unlink).or(link.and(pop)).or(unlink.and(pop)).not());
        h.assume("somebody is taken out where there is anybody", pop.implies(dut.found));
        for (const i of slots) {
          const s = of(i);
          const mine = about.eq(i);
          h.assume(`${i} joins when it is in no list`, link.and(mine).implies(s.in.not()));
          h.assume(`${i} leaves the list that it is in`, unlink.and(mine).implies(s.in.and(s.row.eq(row)).and(s.level.eq(level))));
          h.when(link.and(mine), () => {
            s.in.next(1);
            s.row.next(row);
            s.level.next(level);
            for (const j of slots) s.ahead.bit(j).next(of(j).in.and(of(j).row.eq(row)).and(of(j).level.eq(level)));
          });
          h.when(unlink.and(mine).or(pop.and(dut.first.eq(i))), () => {
            s.in.next(0);
            for (const j of slots) of(j).ahead.bit(i).next(0);
          });
        }
        const here = slots.map((i) => of(i).in.and(of(i).row.eq(hart)));
        h.assert("there is a first one where there is anybody", dut.found.eq(anyOf(here)));
        for (const i of slots) {
          const s = of(i);
          const chosen = dut.found.and(dut.first.eq(i));
          h.assert(`the first one is in a list of this hart: ${i}`, chosen.implies((here[i] as Bool).and(s.level.eq(dut.highest))));
          h.assert(`nobody is before the first one: ${i}`, chosen.implies(s.ahead.eq(0)));
          h.assert(`nobody is of a higher priority: ${i}`, dut.found.and(here[i] as Bool).implies(s.level.le(dut.highest)));
          const another = anyOf(slots.filter((j) => j !== i).map((j) => here[j] as Bool));
          h.assert(`more tells whether there is another: ${i}`, chosen.implies(dut.more.eq(another)));
        }
        for (const r of [0, 1])
          for (let p = 0; p < priorities; p++) {
            const anybody = anyOf(slots.map((i) => of(i).in.and(of(i).row.eq(r)).and(of(i).level.eq(p))));
            h.assert(`hart ${r}, priority ${p}: occupied where there is anybody`, dut.occupied.at(r).bit(p).eq(anybody));
          }
        const all = slots.map((i) => of(i).in).reduce((a, b) => a.and(b));
        const together = slots
          .map((i) =>
            of(i)
              .row.eq(of(0).row)
              .and(of(i).level.eq(of(0).level)),
          )
          .reduce((a, b) => a.and(b));
        h.cover("all in one list", all.and(together));
        const leaves = (i: Slot): Bool => unlink.and(about.eq(i)).and(all).and(together);
        const between = slots.map((i) =>
          leaves(i)
            .and(of(i).ahead.any())
            .and(anyOf(slots.map((j) => of(j).ahead.bit(i)))),
        );
        h.cover("one leaves from between", anyOf(between));
      });
    },
  );

export const tasks: readonly FormalTask[] = [
  { name: "ready queue lists: queues", module: () => listsAreQueues(false), mode: "bmc", depth: 4 },
  { name: "ready queue lists: two of them, for longer", module: () => listsAreQueues(true), mode: "bmc", depth: 7 },
  { name: "ready queue lists: all happens", module: () => listsAreQueues(false), mode: "cover", depth: 8 },
];
