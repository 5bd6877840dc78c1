/**
 * Suspensions, wake-ups, ready queues and interrupt lines of all harts (paper section 4, "Hardware I/O Ready Queue"). A
 * slot is queued exactly while its owner sleeps on something that is there: whatever ends a wake-up takes the entry out at
 * once. The queues' order is in `ready-queue-lists.ts`, what engines bring in the meantime in `ready-queue-news.ts`.
 */
import { array, type Bits, type Bool, bool, cat, constant, enumeration, input, module, mux, output, stream, struct, uint } from "#hdl";
import { fromBits } from "#hdl/lib/bits.ts";
import { type Config, derived } from "#rtl/config/config.ts";
import { priorities, priorityBits, readyQueueLists } from "#rtl/ict/ready-queue-lists.ts";
import { readyQueueNews, slotNews } from "#rtl/ict/ready-queue-news.ts";

/** Bits of `on`, `suspended`, `available` and `cause`. */
export const rxBit = 0;
export const txBit = 1;

/**
 * What the register port does to the queue, one at a time.
 *
 * | operation | does |
 * |---|---|
 * | `READ` | answers with the slot's state |
 * | `AVAILABLE_RX`, `AVAILABLE_TX` | says whether there is data, or room: `on` bit 0, or 1 |
 * | `SUSPEND_RX`, `SUSPEND_TX` | sets or ends a suspension: `on` bit 0, or 1. With what it waits for there, it is queued at once |
 * | `OWNER` | sets task pointer, hart and priority. A queued slot whose hart or priority changes goes to the end of its new queue |
 * | `ENABLE` | begins a life: nothing queued, nothing suspended, the levels that `on` says |
 * | `DISABLE` | ends it: nothing queued, nothing suspended |
 * | `TAKE` | answers with the first entry of `hart`, removes it and ends the suspensions that it was queued for |
 * | `PEEK` | the same answer, without effect |
 */
export const readyOperation = enumeration("ready_operation", [
  "READ",
  "AVAILABLE_RX",
  "AVAILABLE_TX",
  "SUSPEND_RX",
  "SUSPEND_TX",
  "OWNER",
  "ENABLE",
  "DISABLE",
  "TAKE",
  "PEEK",
]);
/** An access; fields that its operation does not name mean nothing. */
export const readyAccess = (c: Config) => {
  const { slotBits, hartBits } = derived(c);
  return struct(
    { operation: readyOperation, slot: uint(slotBits), on: uint(2), hart: uint(hartBits), priority: uint(priorityBits), task: uint(64) },
    `ready_access_${c.slots}_${c.harts}`,
  );
};
const readyShown = (c: Config) => {
  const { slotBits, hartBits } = derived(c);
  return struct(
    {
      /** There is an entry (of this slot, of this hart). */
      found: bool,
      /** Behind this entry the hart has another one. 0 for `READ`. */
      more: bool,
      enabled: bool,
      suspended: uint(2),
      available: uint(2),
      slot: uint(slotBits),
      hart: uint(hartBits),
      priority: uint(priorityBits),
    },
    `ready_shown_${c.slots}_${c.harts}`,
  );
};
/**
 * The answer to `READ`, `TAKE` and `PEEK`, two cycles after the access was taken: the state as it was before the access.
 * All but `valid` is zero where `TAKE` or `PEEK` found no entry.
 */
export const readyAnswer = (c: Config) =>
  struct(
    {
      valid: bool,
      ...readyShown(c).fields,
      /** What the owner sleeps on and what is there: why it wakes. */
      cause: uint(2),
      task: uint(64),
    },
    `ready_answer_${c.slots}_${c.harts}`,
  );

/**
 * Takes one operation a cycle: an access, else what an engine's news makes of a slot, the engines in turn. Each does all
 * that it does in one cycle, the one after it was chosen (`OWNER`: two), so the result is that of some order: accesses in
 * theirs, news of a cycle after that cycle's access.
 *
 * | from | to | cycles |
 * |---|---|---|
 * | news to an idle block | `irq` | 3 |
 * | access taken | `irq`; answer | 2 |
 * | news, all slots having news at once from both engines | `irq` | 2 slots + 3; with an access in every cycle 10 slots + 3 |
 * | reset | first access | slots, in which memories are cleared |
 *
 * An access waits for a cycle after an `OWNER`, and for one where news has waited for three.
 */
export const readyQueue = (c: Config) => {
  const { hartBits } = derived(c);
  return module(
    `ready_queue_${c.slots}x${c.harts}`,
    {
      access: input(stream(readyAccess(c))),
      answer: output(readyAnswer(c)),
      /** The receive engine has moved the slot's tail. */
      received: input(slotNews(c)),
      /** The transmit engine has moved the slot's head. */
      sent: input(slotNews(c)),
      /** The thread that runs on each hart (the `current` registers): is it an accelerated one, and of which priority? */
      accelerated: input(uint(c.harts)),
      running: input(array(uint(priorityBits), c.harts)),
      /** The hart wants interrupts. */
      mask: input(uint(c.harts)),
      /** Somebody is queued for the hart whom the running thread must make room for. A level. */
      irq: output(uint(c.harts)),
    },
    ({ access, answer, received, sent, accelerated, running, mask, irq }, h) => {
      // ---- which operation is next -------------------------------------------------------------
      const { valid, quiet } = h.registers({ /** An operation is under way. */ valid: bool, /** Nobody asked for it. */ quiet: bool });
      const { op } = h.registers({ op: readyAccess(c) });
      const does = (...names: readonly Parameters<typeof op.operation.is>[0][]): Bool => op.operation.is(...names);
      // Reset begins with no operation, of slot 0. Its slot runs through all, and what memories hold of each becomes zero.
      const { sweep } = h.registers({ sweep: bool.reset(1) });
      h.when(op.slot.all(), () => sweep.next(0));

      const receive = h.instance("receive", readyQueueNews(c), { news: received, sweep });
      const transmit = h.instance("transmit", readyQueueNews(c), { news: sent, sweep });
      const { waited, turn } = h.registers({
        /** Cycles for which news has been waiting, up to three. */
        waited: uint(2),
        /** It is the transmit engine's turn. */
        turn: bool,
      });
      // A slot that may have left its queue for another one: the second cycle looks at it again.
      const { again } = h.nets({ again: valid.and(does("OWNER")) });
      const { news, late } = h.nets({ news: receive.look.valid.or(transmit.look.valid), late: receive.late.or(transmit.late) });
      access.ready.drive(sweep.or(again).or(waited.eq(3).and(late)).not());
      const { free } = h.nets({ free: sweep.or(again).or(access.fire).not() });
      receive.look.ready.drive(free.and(transmit.look.valid.and(turn).not()));
      transmit.look.ready.drive(free.and(receive.look.valid.and(turn.not()).not()));
      h.when(free.and(news), () => turn.next(receive.look.fire));
      h.when(free.or(late.not()), () => waited.next(0)).elseWhen(waited.ne(3), () => waited.next(waited.add(1)));

      valid.next(again.or(access.fire).or(free.and(news)));
      quiet.next(access.fire.not());
      h.when(access.fire, () => op.next(access.payload)).otherwise(() => {
        op.operation.next("READ");
        h.when(sweep, () => op.slot.next(op.slot.add(1))).elseWhen(again.not(), () =>
          op.slot.next(mux(receive.look.fire, receive.look.payload as Bits, transmit.look.payload as Bits)),
        );
      });

      // ---- the slot that an access names --------------------------------------------------------
      const state = struct({ enabled: bool, queued: bool, suspended: uint(2) }, "ready_state");
      const states = h.memory("states", state, c.slots, { style: "distributed" });
      const ownership = struct({ hart: uint(hartBits), priority: uint(priorityBits) }, `ready_owner_${hartBits}`);
      const owners = h.memory("owners", ownership, c.slots, { style: "distributed" });
      const tasks = h.memory("tasks", uint(64), c.slots, { style: c.slots < 256 ? "distributed" : "block", collision: "never" });
      const both = (rx: Bool, tx: Bool): Bits => cat(tx, rx);
      const chosen = (which: Bits, a: Bits, b: Bits): Bits => which.and(a).or(which.not().and(b));

      const was = states.read(op.slot);
      const owner = owners.read(op.slot);
      const available = both(receive.available, transmit.available);
      const begins = does("ENABLE", "DISABLE");
      const { settles } = h.nets({ settles: both(does("AVAILABLE_RX", "ENABLE"), does("AVAILABLE_TX", "ENABLE")) });
      const writes = both(does("SUSPEND_RX"), does("SUSPEND_TX"));
      const { there } = h.nets({ there: chosen(settles, op.on, available) });
      const { suspended } = h.nets({ suspended: chosen(writes, op.on, was.suspended.and(begins.repeat(2).not())) });
      const { enabled } = h.nets({ enabled: mux(begins, does("ENABLE"), was.enabled) });
      const { wakes } = h.nets({ wakes: enabled.and(suspended.and(there).any()) });
      const { moves } = h.nets({ moves: owner.hart.ne(op.hart).or(owner.priority.ne(op.priority)) });
      const { takes } = h.nets({ takes: does("TAKE", "PEEK") });
      const { acts } = h.nets({ acts: valid.and(takes.not()) });
      const { unlink } = h.nets({ unlink: acts.and(was.queued).and(wakes.not().or(again.and(moves))) });
      const { link } = h.nets({ link: acts.and(was.queued.not()).and(wakes).and(again.not()) });

      // ---- the slot that comes first -----------------------------------------------------------
      const lists = h.instance("lists", readyQueueLists(c), {
        hart: op.hart,
        about: op.slot,
        row: owner.hart,
        level: owner.priority,
        link,
        unlink,
      });
      const { first } = lists;
      const sleeps = states.read(first);
      const at_hand = both(receive.first_available, transmit.first_available);
      const { pop } = h.nets({ pop: valid.and(does("TAKE")).and(lists.found) });
      lists.pop.drive(pop);

      const { at } = h.nets({ at: mux(takes, first, op.slot as Bits) });
      states.write(
        at,
        mux(
          sweep,
          state.of({ enabled: 0, queued: 0, suspended: 0 }),
          mux(
            takes,
            state.of({ enabled: 1, queued: 0, suspended: sleeps.suspended.and(at_hand.not()) }),
            state.of({ enabled, queued: link.or(was.queued.and(unlink.not())), suspended }),
          ),
        ),
        sweep.or(acts).or(pop),
      );
      for (const [side, bit] of [
        [receive, rxBit],
        [transmit, txBit],
      ] as const) {
        side.slot.drive(op.slot);
        side.first.drive(first);
        side.settle.drive(valid.and(settles.bit(bit)));
        side.level.drive(op.on.bit(bit));
      }
      owners.write(op.slot, { hart: op.hart, priority: op.priority }, sweep.or(again));
      tasks.write(op.slot, op.task, sweep.or(again));

      // ---- answers and lines -------------------------------------------------------------------
      const { asks } = h.nets({ asks: valid.and(quiet.not()).and(does("READ", "TAKE", "PEEK")) });
      const { answers } = h.registers({ answers: bool });
      const { told, filled } = h.registers({ told: readyShown(c).noReset(), filled: bool.noReset() });
      answers.next(asks);
      h.when(asks, () => {
        filled.next(takes.not().or(lists.found));
        h.when(takes.not(), () =>
          told.next({
            enabled: was.enabled,
            suspended: was.suspended,
            found: was.queued,
            more: 0,
            available,
            slot: op.slot,
            hart: owner.hart,
            priority: owner.priority,
          }),
        )
          .elseWhen(lists.found, () => {
            const { more, highest } = lists;
            told.next({
              enabled: 1,
              suspended: sleeps.suspended,
              found: 1,
              more,
              available: at_hand,
              slot: first,
              hart: op.hart,
              priority: highest,
            });
          })
          // All of it is zero where there is no entry.
          .otherwise(() => told.next({ found: 0, more: 0, enabled: 0, suspended: 0, available: 0, slot: 0, hart: 0, priority: 0 }));
      });
      const task = tasks.readSync("owner_task", at, asks);
      answer.drive({
        ...told,
        valid: answers,
        cause: told.suspended.and(told.available),
        task: task.and(filled.repeat(64)),
      });

      irq.drive(
        fromBits(
          Array.from({ length: c.harts }, (_, k) => {
            const above = constant(priorities, 2 ** priorities - 2).shl(running.at(k));
            const heard = mux(accelerated.bit(k), above, constant(priorities, 2 ** priorities - 1));
            return mask.bit(k).and(lists.occupied.at(k).and(heard).any());
          }),
        ),
      );
    },
  );
};
