/**
 * Control events: each is in one record, in its order, with its slot and its time, or is counted as lost; the tail is what
 * memory has answered well; a record goes to its place in the ring, with the phase of its pass; a full ring is one event an
 * episode. Two sources stand for all, since all are made alike.
 */
import { type Bits, type Bool, bool, cat, input, module, mux, output, stream, type Type, uint } from "#hdl";
import { slotEvent } from "#rtl/ict/interface.ts";
import { eventKinds } from "#rtl/nic/control-event-formats.ts";
import { controlEvents } from "#rtl/nic/control-events.ts";
import { addressBeat, responseBeat, writeBeat } from "#rtl/nic/dma-write.ts";
import type { FormalTask } from "#sim/formal/index.ts";
import { checkBurst, small } from "./nic-small.ts";
import { QueueModel } from "./queue-model.ts";

const timeBits = 5;
/** A slot and a time. */
const told = uint(1 + timeBits) as Type<Bits>;

/** Malformed doorbells, and rings that overflow; of the two at most one in a cycle. */
export const eventsAreKept = (block = controlEvents(small, 2)) =>
  module(
    "events_are_kept",
    {
      doorbell: input(slotEvent(small)),
      overflow: input(slotEvent(small)),
      placed: input(slotEvent(small)),
      head: input(bool),
      headIndex: input(uint(16)),
      armed: input(bool),
      aw: output(stream(addressBeat(small))),
      w: output(stream(writeBeat(small))),
      b: input(stream(responseBeat(small))),
      irq: output(bool),
    },
    (io, h) => {
      const { doorbell, overflow, placed, aw, w, b } = io;
      const { now } = h.registers({ now: uint(timeBits) });
      now.next(now.add(1));
      const none = { valid: 0, slot: 0 };
      const dut = h.instance("dut", block, {
        settings: { enable: 1, kinds: 0xffff, base: 0x1000, log_size: 3, count: 1, cycles: 0 },
        writes: { head: io.head, head_index: io.headIndex, arm: 1, armed: io.armed },
        now: now.zext(64),
        link: 0,
        receiveError: none,
        transmitError: none,
        statusError: none,
        ordinaryReceiveStop: 0,
        ordinaryTransmitStop: 0,
        miss: { valid: 0, tuple: { localIp: 0, localPort: 0, remoteIp: 0, remotePort: 0 } },
        overflow,
        placed,
        malformedDoorbell: doorbell,
        malformedDescriptor: none,
        fault: { valid: 0, slot: 0, askers: 0, offset: 0, write: 0 },
        b,
      } as never);
      aw.connect(dut.aw);
      w.connect(dut.w);
      io.irq.drive(dut.irq);
      checkBurst(h, aw);
      w.check(h, "assert");
      b.check(h, "assume");
      h.assume("one event at a time", doorbell.valid.and(overflow.valid).not());
      h.ghost(() => {
        // Episodes, from when flags are cleared.
        const { age } = h.registers({ age: uint(2) });
        const { full } = h.registers({ full: uint(2) });
        h.when(age.ne(2), () => age.next(age.add(1)));
        const hears = age.eq(2);
        const of = (e: typeof placed, i: number): Bool => e.valid.and(e.slot.eq(i));
        const fills = [0, 1].map((i) => {
          const was = full.bit(i).and(of(placed, i).not());
          full.bit(i).next(hears.and(of(overflow, i).or(was)));
          return hears.and(of(overflow, i)).and(was.not());
        }) as [Bool, Bool];
        const overflows = fills[0].or(fills[1]);

        // What happens and is not lost, in its order, by source.
        const refused = b.fire.and(b.payload.response.bit(1));
        const lost = dut.lost as Bits;
        const fails = refused.zext(4);
        h.assert("no more is lost than happens", lost.le(fails.add(doorbell.valid.or(overflows).zext(4))));
        h.assert("what memory refuses is lost", lost.ge(fails));
        const dropped = lost.ne(fails);
        const value = (slot: Bits): Bits => cat(slot, now);
        const lists = [new QueueModel(h, told, 5, "doorbells"), new QueueModel(h, told, 5, "overflows")] as const;
        const views = [
          lists[0].with([{ when: doorbell.valid.and(dropped.not()), value: value(doorbell.slot) }]),
          lists[1].with([{ when: overflows.and(dropped.not()), value: value(overflow.slot) }]),
        ] as const;
        const own = mux(doorbell.valid, lists[0].count, lists[1].count);
        const waiting = lists[0].count.add(lists[1].count);
        h.assert("nothing is lost while its source's place is free", dropped.implies(own.ne(0).and(waiting.ge(2))));

        // The record that is written.
        const { tail } = h.registers({ tail: uint(16) });
        const lane = tail.bit(0);
        const record = mux(lane, w.payload.data.slice(255, 128), w.payload.data.slice(127, 0));
        const [slot, time, kind] = [record.slice(47, 32), record.slice(111, 64), record.slice(119, 112)];
        const isDoorbell = kind.eq(eventKinds.MALFORMED_DOORBELL),
          isOverflow = kind.eq(eventKinds.RING_OVERFLOW);
        const oldest = mux(isDoorbell, lists[0].entries[0] as Bits, lists[1].entries[0] as never) as Bits;
        h.assert(
          "a record of what happened",
          w.valid.implies(isDoorbell.and(lists[0].count.ne(0)).or(isOverflow.and(lists[1].count.ne(0)))),
        );
        h.assert("with its slot", w.valid.implies(slot.eq(oldest.bit(timeBits).zext(16))));
        h.assert("with its time", w.valid.implies(time.eq(oldest.trunc(timeBits).zext(48))));
        h.assert("with the phase of its pass", w.valid.implies(record.bit(127).eq(tail.bit(3).not())));
        h.assert(
          "and nothing else",
          w.valid.implies(record.slice(31, 0).or(record.slice(63, 48).zext(32)).eq(0).and(record.slice(125, 120).eq(0))),
        );
        const strobe = mux(lane, w.payload.strobe.slice(31, 16), w.payload.strobe.slice(15, 0));
        h.assert(
          "no other byte",
          w.valid.implies(strobe.all().and(w.payload.strobe.eq(mux(lane, uint(32).of(0xffff_0000), uint(32).of(0xffff))))),
        );
        const place = tail.trunc(3).zext(64).shl(4).add(0x1000);
        h.assert("in its place", aw.valid.implies(aw.payload.address.eq(place.and(~31n & ((1n << 64n) - 1n)))));

        // One write at a time; memory answers what it has.
        const { asked, gave } = h.registers({ asked: bool, gave: bool });
        const { wrote } = h.registers({ /** The record in flight is a doorbell's. */ wrote: bool });
        h.assume("memory answers what it has", b.valid.implies(asked.and(gave)));
        h.assert("one write at a time", aw.valid.implies(asked.not()).and(w.valid.implies(gave.not())));
        asked.next(asked.or(aw.fire).and(b.fire.not()));
        gave.next(gave.or(w.fire).and(b.fire.not()));
        h.when(w.fire, () => wrote.next(isDoorbell));
        lists[0].take(views[0], b.fire.and(wrote));
        lists[1].take(views[1], b.fire.and(wrote.not()));
        const { stopped } = h.registers({ stopped: bool });
        h.when(refused, () => stopped.next(1));
        h.when(b.fire.and(refused.not()), () => tail.next(tail.add(1)));
        h.assert("the tail is what memory has answered well", dut.status.tail.eq(tail).and(dut.recorded.eq(b.fire.and(refused.not()))));
        h.assert("after a refusal nothing is written", stopped.implies(aw.valid.or(w.valid).not()));
        h.assert(
          "an index is refused where it goes back or beyond what may be in memory",
          badIndex(h, io, dut as never, tail, asked.or(gave).or(aw.valid).or(w.valid)),
        );
        // Nothing is stuck.
        const waits = waiting.ne(0);
        const { idle } = h.registers({ /** Cycles in which something waits and nothing is offered. */ idle: uint(3) });
        const rests = aw.valid.or(w.valid).or(asked).or(gave).not();
        h.when(waits.and(rests).and(dut.status.running), () => idle.next(idle.add(1))).otherwise(() => idle.next(0));
        h.assert("what waits is written", idle.le(3));
        h.assert(
          "unread records raise the line",
          h.pastValid().and(h.past(io.armed)).and(tail.ne(dut.status.head)).and(dut.status.head.eq(0)).implies(dut.irq),
        );
        h.cover("two records", tail.eq(2).and(wrote.not()));
        h.cover("an episode ends and another begins", overflows.and(h.past(overflows, 3)).and(h.past(placed.valid, 1)));
        h.cover("an event is lost", dropped);
        h.cover("memory refuses one", refused.and(tail.eq(1)));
      });
    },
  );
const badIndex = (
  h: { registers: (of: { refused: typeof bool }) => { refused: Bool } },
  io: { readonly head: Bool; readonly headIndex: Bits },
  dut: { readonly status: { readonly running: Bool; readonly malformed: Bool; readonly dma_error: Bool; readonly head: Bits } },
  tail: Bits,
  writing: Bool,
): Bool => {
  const { refused } = h.registers({ refused: bool });
  const { head, running } = dut.status;
  const far = io.headIndex.gt(tail.add(writing.zext(16)) as never).or(io.headIndex.lt(head as never));
  refused.next(refused.or(io.head.and(running).and(far)));
  return dut.status.malformed.eq(refused).or(dut.status.dma_error) as Bool;
};

export const tasks: readonly FormalTask[] = [
  { name: "control events: each recorded or lost", module: () => eventsAreKept(), mode: "bmc", depth: 9 },
  { name: "control events: happen", module: () => eventsAreKept(), mode: "cover", depth: 16 },
];
