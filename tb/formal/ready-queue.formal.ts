/**
 * The ready queue: every wake-up is served, in its turn, or cancelled; none is lost, none made up; a slot is queued at most
 * once; the lines are what they should be. The model does each access and each piece of news three cycles after it came,
 * which is when the block's answer stands.
 */
import { array, type Bits, type Bool, bool, input, module, mux, output, stream, uint } from "#hdl";
import { type Config, resolveConfig } from "#rtl/config/config.ts";
import { readyAccess, readyAnswer, readyQueue } from "#rtl/ict/ready-queue.ts";
import { priorityBits } from "#rtl/ict/ready-queue-lists.ts";
import { slotNews } from "#rtl/ict/ready-queue-news.ts";
import type { FormalTask } from "#sim/formal/index.ts";

const config: Config = { ...resolveConfig("tiny"), slots: 2, harts: 2 };
const both = [0, 1] as const;
const anyOf = (list: readonly Bool[]): Bool => list.reduce((a, b) => a.or(b));

/** `one`: all slots are of one hart and priority, and its line is free, so that a solver sees further. */
export const wakeUpsAreServed = (one: boolean, block = readyQueue(config)) =>
  module(
    `wake_ups_are_served${one ? "_by_one" : ""}`,
    {
      access: input(stream(readyAccess(config))),
      received: input(slotNews(config)),
      sent: input(slotNews(config)),
      accelerated: input(uint(2)),
      running: input(array(uint(priorityBits), 2)),
      mask: input(uint(2)),
      answer: output(readyAnswer(config)),
      irq: output(uint(2)),
    },
    (io, h) => {
      const { access, received, sent, accelerated, running, mask } = io;
      const dut = h.instance("dut", block, { access, received, sent, accelerated, running, mask });
      const { answer } = dut;
      io.answer.drive(answer);
      io.irq.drive(dut.irq);
      h.ghost(() => {
        access.check(h, "assume");
        // A wider number is more of the same.
        h.assume("task pointers of two bits", access.payload.task.slice(63, 2).eq(0));
        h.assume("operations that there are", access.payload.operation.asBits().le(9));
        if (one) {
          const { hart, priority } = access.payload;
          h.assume("one queue", hart.eq(0).and(priority.eq(0)));
          h.assume("its line is free", mask.all().and(accelerated.eq(0)));
        }
        const { opened } = h.registers({ opened: bool });
        h.when(access.ready, () => opened.next(1));
        h.assume("engines are silent until the first access can be taken", opened.or(received.valid.or(sent.valid).not()));

        // What came two cycles ago.
        const { came, comes } = h.registers({ comes: bool, came: bool });
        const { coming, op } = h.registers({ coming: readyAccess(config), op: readyAccess(config) });
        const { heard, news } = h.registers({ heard: uint(4), news: uint(4) });
        const told = (side: typeof received, i: number): Bool => side.valid.and(side.slot.eq(i));
        comes.next(access.fire);
        coming.next(access.payload);
        came.next(comes);
        op.next(coming);
        for (const i of both) {
          heard.bit(2 * i).next(told(received, i));
          heard.bit(2 * i + 1).next(told(sent, i));
        }
        news.next(heard);
        // Whether an engine had the turn then: no access was taken, nor an OWNER the cycle before.
        const { turn, turned } = h.registers({ turn: bool, turned: bool });
        turn.next(access.fire.or(comes.and(coming.operation.is("OWNER"))).not());
        turned.next(turn);

        const does = (...names: readonly Parameters<typeof op.operation.is>[0][]): Bool => came.and(op.operation.is(...names));
        const is = both.map((i) => {
          const r = h.registers({
            [`enabled_${i}`]: bool,
            [`suspended_${i}`]: uint(2),
            [`available_${i}`]: uint(2),
            [`hart_${i}`]: uint(1),
            [`priority_${i}`]: uint(priorityBits),
            [`task_${i}`]: uint(2),
            // Turns of engines since it should be queued.
            [`turns_${i}`]: uint(3),
            // It must be queued by now.
            [`certain_${i}`]: bool,
            // It may be in none while it changes queues.
            [`moving_${i}`]: bool,
            // It was in its queue when the other slot was not in that one, and has stayed.
            [`ahead_${i}`]: bool,
          }) as Record<string, Bits>;
          const get = (name: string): Bits => r[`${name}_${i}`] as Bits;
          const flag = (name: string): Bool => get(name) as Bool;
          return {
            enabled: flag("enabled"),
            suspended: get("suspended"),
            available: get("available"),
            hart: get("hart"),
            priority: get("priority"),
            task: get("task"),
            turns: get("turns"),
            certain: flag("certain"),
            moving: flag("moving"),
            ahead: flag("ahead"),
          };
        });
        type Slot = (typeof is)[number];
        const cause = (s: Slot): Bits => s.suspended.and(s.available);
        const wakes = (s: Slot): Bool => s.enabled.and(cause(s).any());
        const must = (s: Slot): Bool => wakes(s).and(s.certain.or(s.turns.ge(4)));
        const serves = does("TAKE", "PEEK");

        h.assert("an answer to READ, TAKE and PEEK, and to nothing else", answer.valid.eq(does("READ", "TAKE", "PEEK")));
        for (const i of both) {
          const [s, o] = [is[i] as Slot, is[1 - i] as Slot];
          const found = answer.valid.and(answer.found).and(answer.slot.eq(i));
          const here = serves.and(s.hart.eq(op.hart));
          const rival = must(o).and(o.hart.eq(op.hart));
          h.assert(`${i}: what is served should be woken, on this hart`, serves.and(found).implies(wakes(s).and(s.hart.eq(op.hart))));
          const shown = does("READ").and(op.slot.eq(i)).or(serves.and(found));
          const right = answer.slot
            .eq(i)
            .and(answer.enabled.eq(s.enabled))
            .and(answer.suspended.eq(s.suspended))
            .and(answer.available.eq(s.available))
            .and(answer.cause.eq(cause(s)))
            .and(answer.hart.eq(s.hart))
            .and(answer.priority.eq(s.priority))
            .and(answer.task.eq(s.task.zext(64)));
          h.assert(`${i}: its state is told as it is`, shown.implies(right));
          h.assert(`${i}: who must be woken is found, or another`, here.and(must(s)).implies(answer.found));
          h.assert(`${i}: nobody of a higher priority waits`, serves.and(found).and(rival).implies(o.priority.le(s.priority)));
          const before = rival.and(o.priority.eq(s.priority)).and(o.ahead);
          h.assert(`${i}: nobody who came before waits`, serves.and(found).implies(before.not()));
          h.assert(`${i}: more, where there is more`, serves.and(found).implies(answer.more.or(rival.not())));
          const other = wakes(o).and(o.hart.eq(op.hart));
          h.assert(`${i}: no more than there is`, serves.and(found).and(answer.more).implies(other));
          const queued = does("READ").and(op.slot.eq(i)).and(answer.found);
          h.assert(
            `${i}: queued where it should be`,
            queued.implies(wakes(s)).and(does("READ").and(op.slot.eq(i)).and(must(s)).implies(queued)),
          );

          // ---- what becomes of the slot ------------------------------------------------------
          const mine = came.and(op.slot.eq(i));
          const on = (...names: readonly Parameters<typeof op.operation.is>[0][]): Bool => mine.and(op.operation.is(...names));
          const taken = does("TAKE").and(found);
          const begins = on("ENABLE", "DISABLE");
          const level = (side: number, available: "AVAILABLE_RX" | "AVAILABLE_TX"): Bool =>
            mux(on(available, "ENABLE"), op.on.bit(side), s.available.bit(side)).or(news.bit(2 * i + side));
          const sleeps = (side: number, suspend: "SUSPEND_RX" | "SUSPEND_TX"): Bool =>
            mux(on(suspend), op.on.bit(side), s.suspended.bit(side).and(begins.or(taken.and(s.available.bit(side))).not()));
          const next = {
            enabled: mux(begins, op.operation.is("ENABLE"), s.enabled),
            available: [level(0, "AVAILABLE_RX"), level(1, "AVAILABLE_TX")] as const,
            suspended: [sleeps(0, "SUSPEND_RX"), sleeps(1, "SUSPEND_TX")] as const,
          };
          const stays = next.enabled.and(anyOf(both.map((k) => next.available[k].and(next.suspended[k]))));
          // Without the news of this cycle, which nobody may have looked at yet.
          const old = (k: 0 | 1, name: "AVAILABLE_RX" | "AVAILABLE_TX"): Bool => mux(on(name, "ENABLE"), op.on.bit(k), s.available.bit(k));
          const known = next.enabled.and(old(0, "AVAILABLE_RX").and(next.suspended[0]).or(old(1, "AVAILABLE_TX").and(next.suspended[1])));
          const moves = on("OWNER").and(op.hart.ne(s.hart).or(op.priority.ne(s.priority)));
          s.enabled.next(next.enabled);
          for (const k of both) {
            s.available.bit(k).next(next.available[k]);
            s.suspended.bit(k).next(next.suspended[k]);
          }
          h.when(on("OWNER"), () => {
            s.hart.next(op.hart);
            s.priority.next(op.priority);
            s.task.next(op.task.trunc(2));
          });
          s.moving.next(on("OWNER"));
          // An access to a slot leaves it queued as it should be.
          s.certain.next(known.and(must(s).or(mine.and(serves.not()))));
          h.when(wakes(s).not().or(stays.not()), () => s.turns.next(0)).elseWhen(turned.and(s.turns.ne(4)), () =>
            s.turns.next(s.turns.add(1)),
          );
          const rests = must(s).and(known).and(moves.not());
          const goes = wakes(o)
            .not()
            .or(
              came
                .and(op.slot.eq(1 - i))
                .and(op.operation.is("OWNER"))
                .and(op.hart.ne(o.hart).or(op.priority.ne(o.priority))),
            );
          s.ahead.next(rests.and(s.ahead.or(goes)));

          h.cover(`${i}: served for both causes`, taken.and(answer.cause.eq(3)));
          h.cover(`${i}: served after another that came before`, taken.and(h.past(does("TAKE"))).and(rival.not()));
          h.cover(`${i}: cancelled`, must(s).and(known.not()).and(taken.not()));
          h.cover(`${i}: moved to another hart`, must(s).and(moves));
        }
        for (const k of both) {
          const line = h.past(dut.irq.bit(k));
          const may = (s: Slot): Bool =>
            s.hart
              .eq(k)
              .and(h.past(mask.bit(k)))
              .and(
                h
                  .past(accelerated.bit(k))
                  .not()
                  .or(s.priority.gt(h.past(running.at(k)))),
              );
          h.assert(
            `the line of hart ${k} has a reason`,
            h
              .pastValid()
              .and(line)
              .implies(anyOf(is.map((s) => wakes(s).and(may(s))))),
          );
          const reason = anyOf(is.map((s) => must(s).and(s.moving.not()).and(may(s))));
          h.assert(`the line of hart ${k} is up where there is one`, h.pastValid().and(reason).implies(line));
          h.cover(`the line of hart ${k}`, line as Bool);
        }
      });
    },
  );

export const tasks: readonly FormalTask[] = [
  { name: "ready queue: wake-ups are served", module: () => wakeUpsAreServed(false), mode: "bmc", depth: 8 },
  { name: "ready queue: by one queue, for longer", module: () => wakeUpsAreServed(true), mode: "bmc", depth: 10 },
  { name: "ready queue: everything happens", module: () => wakeUpsAreServed(false), mode: "cover", depth: 10 },
];
