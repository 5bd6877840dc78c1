/**
 * Status lines: when nothing is under way, memory is what the table has; at most one write of a slot is in flight; no write
 * is older than one before it; and with a memory that answers, what the table has is in memory within a bounded time.
 */
import { array, type Bits, type Bool, bool, input, module, mux, output, stream, uint } from "#hdl";
import { slotEvent } from "#rtl/ict/interface.ts";
import { addressBeat, responseBeat, writeBeat } from "#rtl/nic/dma-write.ts";
import { statusLines } from "#rtl/nic/status-lines.ts";
import type { FormalTask } from "#sim/formal/index.ts";
import { checkBurst, small } from "./nic-small.ts";

const slots = [0, 1] as const;
const ids = small.dmaInFlight;
/** A slot's pointers are the number of its changes; more than a proof is deep. */
const version = uint(4);

/** `prompt`: lines are on, and memory takes and answers at once. */
export const linesAreTheTable = (prompt: boolean, block = statusLines(small)) =>
  module(
    `status_lines_are_the_table${prompt ? "_soon" : ""}`,
    {
      enable: input(bool),
      received: input(slotEvent(small)),
      sent: input(slotEvent(small)),
      /** Slots that are closed; the table shows the news of the cycle in which it was asked, or not. */
      closes: input(uint(2)),
      early: input(bool),
      aw: output(stream(addressBeat(small))),
      w: output(stream(writeBeat(small))),
      b: input(stream(responseBeat(small))),
      idle: output(bool),
    },
    (io, h) => {
      const { received, sent, aw, w, b } = io;
      const { now, old, open, was_open } = h.registers({
        now: array(version, 2),
        old: array(version, 2),
        open: array(bool, 2),
        was_open: array(bool, 2),
      });
      const { asked } = h.registers({ asked: uint(1) });
      const answer = mux(io.early, now.at(asked), old.at(asked));
      const dut = h.instance("dut", block, {
        settings: { enable: io.enable, base: 0x1000 },
        received,
        sent,
        status: {
          open: mux(io.early, open.at(asked), was_open.at(asked)),
          rxTail: answer.zext(7),
          txHead: answer.zext(7),
        } as never,
        b,
      });
      asked.next(dut.slot as Bits<1>);
      aw.connect(dut.aw);
      w.connect(dut.w);
      io.idle.drive(dut.idle);
      const about = (i: number): Bool => received.valid.and(received.slot.eq(i)).or(sent.valid.and(sent.slot.eq(i)));
      for (const i of slots) {
        old.at(i).next(now.at(i));
        was_open.at(i).next(open.at(i));
        now.at(i).next(now.at(i).add(about(i).zext(version.width)));
        // A slot opens with news of received data, which a new one has.
        h.when(received.valid.and(received.slot.eq(i)), () => open.at(i).next(1)).elseWhen(io.closes.bit(i), () => open.at(i).next(0));
      }
      checkBurst(h, aw);
      w.check(h, "assert");
      b.check(h, "assume");
      h.ghost(() => {
        // An address and its data come in any order; the next ones when both have come.
        const { has_address, has_data } = h.registers({ has_address: bool, has_data: bool });
        const { address_id, address_slot, data } = h.registers({ address_id: uint(1), address_slot: uint(1), data: version });
        const { filled, of, holds } = h.registers({ filled: array(bool, ids), of: array(uint(1), ids), holds: array(version, ids) });
        const whole = has_address.or(aw.fire).and(has_data.or(w.fire));
        const id = mux(has_address, address_id, aw.payload.id as Bits<1>);
        const slot = mux(has_address, address_slot, aw.payload.address.slice(6, 6) as Bits<1>);
        const word = mux(has_data, data, w.payload.data.trunc(version.width) as Bits<4>);
        h.assert("one address before its data has come", aw.valid.implies(has_address.not()));
        h.assert("one word before its address has come", w.valid.implies(has_data.not()));
        h.assert("addresses of lines", aw.valid.implies(aw.payload.address.and(~0x40n & ((1n << 64n) - 1n)).eq(0x1000)));
        h.assert("one beat", aw.valid.implies(aw.payload.length.eq(0)).and(w.valid.implies(w.payload.last.and(w.payload.strobe.eq(255)))));
        const sides = w.payload.data.slice(31, 0).eq(w.payload.data.slice(63, 32)).and(w.payload.data.slice(255, 64).eq(0));
        h.assert("a word of both pointers, as they were together", w.valid.implies(sides.and(w.payload.data.slice(31, 4).eq(0))));
        has_address.next(has_address.or(aw.fire).and(whole.not()));
        has_data.next(has_data.or(w.fire).and(whole.not()));
        h.when(aw.fire, () => {
          address_id.next(aw.payload.id as Bits<1>);
          address_slot.next(aw.payload.address.slice(6, 6) as Bits<1>);
        });
        h.when(w.fire, () => data.next(w.payload.data.trunc(version.width) as Bits<4>));
        for (const i of slots) {
          const flies = Array.from({ length: ids }, (_, k) => filled.at(k).and(of.at(k).eq(i))).reduce((x, y) => x.or(y));
          h.assert(`${i}: one write at a time`, aw.valid.and(aw.payload.address.bit(6).eq(i)).implies(flies.not()));
        }
        h.assert("an ID is free when it is used", aw.valid.implies(filled.at(aw.payload.id).not()));
        h.when(whole, () => {
          filled.at(id).next(1);
          of.at(id).next(slot);
          holds.at(id).next(word);
        });
        h.assume("memory answers what it has", b.valid.implies(filled.at(b.payload.id)));
        if (prompt) {
          const any = filled.at(uint(1).of(0)).or(filled.at(uint(1).of(1)));
          h.assume("memory is prompt", aw.ready.and(w.ready).and(b.valid.eq(any)));
          h.assume("lines are on", io.enable);
        }
        // What memory has: nothing that is known since lines were turned on, a version, or what a refused write has left.
        const { memory, known, spoilt } = h.registers({ memory: array(version, 2), known: array(bool, 2), spoilt: array(bool, 2) });
        const refused = b.payload.response.bit(1);
        const target = of.at(b.payload.id);
        h.assert("a refused write is told, with its slot", dut.failed.valid.eq(b.fire.and(refused)));
        h.assert("whose it was", dut.failed.valid.implies(dut.failed.slot.eq(target)));
        h.assert("a good one, too", dut.written.eq(b.fire.and(refused.not())));
        h.when(b.fire, () => {
          filled.at(b.payload.id).next(0);
          h.assert("what is written is no older than what was", known.at(target).implies(holds.at(b.payload.id).ge(memory.at(target))));
          h.when(refused.not(), () => memory.at(target).next(holds.at(b.payload.id)));
          known.at(target).next(1);
          spoilt.at(target).next(refused);
        });
        h.when(dut.busy.not(), () => {
          for (const i of slots) known.at(i).next(0);
        });
        h.assert("at rest nothing is written", dut.busy.not().implies(aw.valid.or(w.valid).or(filled.asBits().any()).not()));
        for (const i of slots) {
          const right = spoilt
            .at(i)
            .or(memory.at(i).eq(now.at(i)))
            .and(known.at(i));
          h.assert(`${i}: when nothing is under way, memory is the table`, dut.busy.and(dut.idle).and(open.at(i)).implies(right));
          h.assert(`${i}: memory is not ahead of the table`, known.at(i).implies(memory.at(i).le(now.at(i))));
          if (prompt) {
            // Of two slots each has its turn at once.
            const { [`late_${i}`]: late } = h.registers({ [`late_${i}`]: uint(5) }) as Record<string, Bits>;
            h.when(right.or(open.at(i).not()).or(about(i)), () => (late as Bits).next(0)).otherwise(() =>
              (late as Bits).next((late as Bits).add(1)),
            );
            h.assert(`${i}: memory is the table soon`, (late as Bits).le(7));
          }
          h.cover(`${i}: written, and again`, b.fire.and(target.eq(i)).and(known.at(i)).and(refused.not()));
        }
        h.cover("two writes in flight", filled.asBits().all());
        h.cover("idle with both written", dut.busy.and(dut.idle).and(known.asBits().all()).and(open.asBits().all()));
        if (!prompt) h.cover("off and at rest again", h.past(dut.busy).and(dut.busy.not()).and(h.past(known.asBits().any())));
      });
    },
  );

export const tasks: readonly FormalTask[] = [
  { name: "status lines: are the table at rest", module: () => linesAreTheTable(false), mode: "bmc", depth: 11 },
  { name: "status lines: are the table soon", module: () => linesAreTheTable(true), mode: "bmc", depth: 14 },
  { name: "status lines: are written", module: () => linesAreTheTable(false), mode: "cover", depth: 18 },
];
