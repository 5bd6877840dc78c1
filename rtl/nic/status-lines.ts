/**
 * Pointers in memory: writes each slot's receive tail and transmit head to a line of its own in coherent memory, so that a
 * thread that polls spins in its cache and not on the bus (design.md, "Pointers in memory").
 *
 * Writes are coalesced. A slot waits at most once, however much there is to tell of it, and at most one write of it is in
 * flight; the value is the one that the table has when the write begins, and what comes after that is told by another
 * write. So what is in memory is never older than the last write, and when nothing is under way it is what the table has.
 */
import { array, type Bits, type Bool, bool, input, module, mux, oneHotMux, output, stream, struct, uint } from "#hdl";
import { arbiter } from "#hdl/lib/arbiter.ts";
import { atMostOne, fromBits, lowestOne, oneHotIndex } from "#hdl/lib/bits.ts";
import { fifo } from "#hdl/lib/fifo.ts";
import { type Config, lineBytes } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";
import { slotEvent, slotStatus } from "#rtl/ict/interface.ts";
import { addressBeat, idBits, responseBeat, writeBeat } from "./dma-write.ts";
import { statusLineSettings } from "./status-lines-registers.ts";

/** Writes of different slots in flight, at most, unless said. */
export const statusWrites = 4;

/**
 * A slot that is not open is not written. Where `settings.enable` rises all open slots are, so that `base` may be any place
 * at any time. After reset `busy` is 1 for as many cycles as there are slots.
 */
export const statusLines = (c: Config, writes: number = statusWrites) => {
  const { slotBits, pointerBits } = derived(c);
  const slot = uint(slotBits),
    /** Writes in flight; their numbers are their IDs. */
    count = Math.min(writes, c.dmaInFlight),
    number = uint(Math.max(1, Math.ceil(Math.log2(count))));
  const value = struct(
    { number, slot, rx_tail: uint(pointerBits), tx_head: uint(pointerBits) },
    `status_value_${slotBits}_${pointerBits}_${number.width}`,
  );
  const numbers = Array.from({ length: count }, (_, i) => i);
  return module(
    `status_lines_${c.slots}_${c.busBits}_p${pointerBits}_i${c.dmaInFlight}x${count}`,
    {
      settings: input(statusLineSettings),
      /** The receive tail, or the transmit head, of this slot has changed. */
      received: input(slotEvent(c)),
      sent: input(slotEvent(c)),
      /**
       * The table's port: `status` is that of the slot that stood here a cycle ago. A slot that is asked for in the cycle
       * after its news, or later, must be answered with what the news is of.
       */
      slot: output(slot),
      status: input(slotStatus(c)),
      aw: output(stream(addressBeat(c))),
      w: output(stream(writeBeat(c))),
      b: input(stream(responseBeat(c))),
      /** Pulses: a line is in memory; memory has refused the write of this slot's. */
      written: output(bool),
      failed: output(slotEvent(c)),
      /** Enabled, or not yet at rest. */
      busy: output(bool),
      /** Memory is as the table was a cycle ago, or nothing is written any more. */
      idle: output(bool),
    },
    (io, h) => {
      const { walk } = h.registers({ /** A slot to clear, or to write because lines are enabled. */ walk: slot });
      const { swept, base } = h.registers({
        /** All slots have been written once. */
        swept: bool,
        base: uint(64).noReset(),
      });
      const { at_rest } = h.wires({ at_rest: bool });
      const life = h.fsm("life", {
        CLEARING: (go) => h.when(walk.all(), () => go("OFF")),
        OFF: (go) => h.when(io.settings.enable, () => go("ON")),
        ON: (go) => h.when(io.settings.enable.not(), () => go("ENDING")),
        ENDING: (go) => h.when(at_rest, () => go("OFF")),
      });
      const { clears, on } = h.nets({ clears: life.is("CLEARING"), on: life.is("ON") });
      h.when(life.is("OFF"), () => {
        base.next(io.settings.base.and(~BigInt(lineBytes - 1) & ((1n << 64n) - 1n)));
        swept.next(0);
        walk.next(0);
      });

      // ---- who waits: in one queue at most, which is where its flags differ ------------------------------
      const ram = (name: string) => h.memory(name, bool, c.slots, { style: "distributed" });
      const left = ram("left");
      const sides = (["received", "sent"] as const).map((side) => {
        const { [`${side}_heard`]: heard } = h.registers({ [`${side}_heard`]: bool }) as Record<string, Bool>;
        const { [`${side}_from`]: from } = h.registers({ [`${side}_from`]: slot.noReset() }) as Record<string, Bits>;
        (heard as Bool).next(io[side].valid.and(clears.not()));
        (from as Bits).next(io[side].slot as Bits);
        return { side, heard: heard as Bool, from: from as Bits, came: ram(`${side}_came`), queue: h.instance(side, fifo(slot, c.slots)) };
      });
      const cleared = (flag: Bool): Bool => flag.and(clears.not());
      sides.forEach(({ side, heard, from, came, queue }, k) => {
        const waits = sides.reduce<Bool>((any, s) => any.xor(s.came.read(from)), left.read(from));
        const told = sides.slice(0, k).reduce<Bool>((free, s) => free.and(s.heard.and(s.from.eq(from)).not()), heard);
        const { [`${side}_joins`]: joins } = h.nets({ [`${side}_joins`]: told.and(waits.not()) }) as Record<string, Bool>;
        // Where a memory is written it is read too: one port for both is the smallest memory that there is.
        const { [`${side}_whose`]: whose } = h.nets({ [`${side}_whose`]: mux(clears, walk, from as never) }) as Record<string, Bits>;
        came.write(whose as Bits, cleared(came.read(whose as Bits).not()), clears.or(joins as Bool));
        queue.push.valid.drive(joins as Bool);
        queue.push.payload.drive(from as never);
        h.assert(`there is room for every slot: ${side}`, (joins as Bool).implies(queue.push.ready));
      });
      const turns = h.instance("turns", arbiter(slot, 2));
      sides.forEach(({ queue }, i) => {
        turns.from[i]?.connect(queue.pop);
      });
      const waiting = turns.to;
      const { whose } = h.nets({ whose: mux(clears, walk, waiting.payload) });
      left.write(whose, cleared(left.read(whose).not()), clears.or(waiting.fire));

      // ---- writes in flight -------------------------------------------------------------------------------
      const { used, again, wants } = h.registers({
        used: uint(count),
        /** There is more to tell than its write says. */
        again: uint(count),
        /** Its value is not asked for yet. */
        wants: uint(count),
      });
      const { whom } = h.registers({ whom: array(slot, count).noReset() });
      const { asked } = h.registers({ /** The table answers. */ asked: bool });
      const { asked_number } = h.registers({ asked_number: number.noReset() });

      const { offered, next } = h.nets({
        offered: on.and(swept.not().or(waiting.valid)),
        next: mux(swept, waiting.payload, walk as never),
      });
      const { hits } = h.nets({ hits: fromBits(numbers.map((i) => used.bit(i).and(whom.at(i).eq(next)))) });
      const { free } = h.nets({ free: lowestOne(used.not()) });
      const { begins } = h.nets({ begins: offered.and(hits.any().not()).and(free.any()).and(wants.any().not()) });
      const { takes } = h.nets({ takes: begins.or(offered.and(hits.any())) });
      waiting.ready.drive(swept.and(takes));
      h.when(clears.or(takes.and(swept.not())), () => walk.next(walk.add(1)));
      h.when(takes.and(swept.not()).and(walk.all()), () => swept.next(1));

      const { eldest } = h.nets({ eldest: lowestOne(wants) });
      const { asks } = h.nets({ asks: on.and(wants.any()).or(begins) });
      io.slot.drive(mux(wants.any(), oneHotMux(numbers.map((i) => ({ when: eldest.bit(i), value: whom.at(i) as Bits }))), next) as never);
      asked.next(asks);
      asked_number.next(oneHotIndex(mux(wants.any(), eldest, free)) as never);

      const { skips } = h.nets({ skips: asked.and(io.status.open.not()) });
      const { answers } = h.nets({ answers: io.b.fire });
      const answered = io.b.payload.id as Bits;
      for (const i of numbers) {
        const { [`ends_${i}`]: ends } = h.nets({
          [`ends_${i}`]: answers.and(answered.eq(i)).or(skips.and(asked_number.eq(i))),
        }) as Record<string, Bool>;
        const { [`more_${i}`]: more } = h.nets({
          [`more_${i}`]: again.bit(i).or(offered.and(hits.bit(i)).and(wants.bit(i).not())),
        }) as Record<string, Bool>;
        const dropped = on.not().and(wants.bit(i));
        const starts = begins.and(free.bit(i));
        again.bit(i).next((more as Bool).and((ends as Bool).not()));
        wants.bit(i).next(mux(ends as Bool, (more as Bool).and(on), wants.bit(i).and(on).and(eldest.bit(i).not())));
        used.bit(i).next(starts.or(used.bit(i).and(mux(ends as Bool, (more as Bool).and(on), dropped.not()))));
        h.when(starts, () => whom.at(i).next(next as never));
      }
      at_rest.drive(used.any().not());

      // ---- the line ---------------------------------------------------------------------------------------
      const values = h.instance("values", fifo(value, count));
      values.push.valid.drive(asked.and(io.status.open));
      values.push.payload.drive({
        number: asked_number,
        slot: oneHotMux(numbers.map((i) => ({ when: asked_number.eq(i), value: whom.at(i) as Bits }))) as never,
        rx_tail: io.status.rxTail,
        tx_head: io.status.txHead,
      });
      h.assert("there is room for every value", values.push.valid.implies(values.push.ready));
      const [address, data] = values.pop.fork(h, 2);
      io.aw.connect(
        address.map(addressBeat(c), (v) => ({
          address: base.add(v.slot.zext(64).shl(Math.log2(lineBytes))),
          length: 0,
          id: v.number.zext(Math.max(number.width, idBits(c))).trunc(idBits(c)),
        })),
      );
      // A line begins with its word, whatever the bus's width.
      io.w.connect(
        data.map(writeBeat(c), (v) => ({
          data: v.tx_head.zext(c.busBits).shl(32).or(v.rx_tail.zext(c.busBits)),
          strobe: 255,
          last: 1,
        })),
      );
      io.b.ready.drive(1);

      const refused = io.b.payload.response.bit(1);
      io.written.drive(answers.and(refused.not()));
      io.failed.drive({
        valid: answers.and(refused),
        slot: oneHotMux(numbers.map((i) => ({ when: answered.eq(i), value: whom.at(i) as Bits }))) as never,
      });
      io.busy.drive(life.is("OFF").not());
      const nobody = [...sides.map((s) => s.heard), waiting.valid].reduce((a, b) => a.or(b)).not();
      io.idle.drive(life.is("OFF").or(on.and(swept).and(nobody).and(at_rest)));
      h.assert("an answer belongs to a write in flight", answers.implies(used.and(wants.not()).bit(answered)));
      h.assert("no slot has two writes", atMostOne(hits));
    },
  );
};
