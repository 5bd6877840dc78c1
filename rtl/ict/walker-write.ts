/**
 * What the walker writes into the connection table: that a slot has an entry's connection, and, when it has it no longer,
 * what has become of it. One write at a time, so that what is said of an entry comes in the order in which it was so.
 */
import { bool, cat, choose, input, module, mux, output, stream, struct, uint } from "#hdl";
import { type Config, lineBytes } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";
import { addressBeat, responseBeat, writeBeat } from "#rtl/nic/dma-write.ts";
import { slotState } from "./slot-image.ts";
import { stateLine } from "./walker-entry.ts";

/** An entry and the slot that has its connection. */
export const tablePlace = (c: Config) =>
  struct({ slot: uint(derived(c).slotBits), entry: uint(32), generation: uint(16) }, `table_place_${c.slots}`);
/** Something that is said of an entry. */
export const entryEvent = struct({ valid: bool, entry: uint(32) }, "entry_event");

/** A mark waits for at most one write; `ready` is 0 while one waits. A state may be given while none is under way. */
export const walkerWrite = (c: Config) => {
  const { busBytes } = derived(c);
  const beats = lineBytes / busBytes,
    beatBits = Math.max(1, Math.log2(beats));
  return module(
    `walker_write_${c.busBits}_${c.slots}`,
    {
      /** Bus address of entry 0. */
      entries: input(uint(64)),
      /** A slot has got this entry. */
      mark: input(stream(tablePlace(c))),
      /** A slot has had it, and this is what it was. */
      give: input(bool),
      place: input(tablePlace(c)),
      state: input(slotState(c)),
      /** The state is in memory, or memory has refused it. */
      written: output(bool),
      /** Memory has refused what was said of this entry. */
      failed: output(entryEvent),
      busy: output(bool),
      aw: output(stream(addressBeat(c))),
      w: output(stream(writeBeat(c))),
      b: input(stream(responseBeat(c)), { unused: true }),
    },
    (io, h) => {
      const { mark, aw, w, b } = io;
      const { marks, gives } = h.registers({ /** A mark waits; a state waits. */ marks: bool, gives: bool });
      const held = h.registers({ marked: tablePlace(c).noReset(), given: tablePlace(c).noReset(), was: slotState(c).noReset() });
      const { addressed, sent, beat } = h.registers({
        /** The address, and all data, of the write at work have gone. */
        addressed: bool,
        sent: bool,
        beat: uint(beatBits),
      });
      mark.ready.drive(marks.not());
      const { takes_mark } = h.registers({ /** It is a mark that is written. */ takes_mark: bool.noReset() });
      const step = h.fsm("step", {
        IDLE: (go) => {
          takes_mark.next(marks);
          h.when(marks.or(gives), () => go("WRITE"));
        },
        WRITE: (go) => h.when(b.fire, () => go("IDLE")),
      });
      const { ends } = h.nets({ ends: step.is("WRITE").and(b.fire) });
      h.when(mark.fire, () => held.marked.next(mark.payload));
      marks.next(mark.fire.or(marks.and(ends.and(takes_mark).not())));
      h.when(io.give, () => {
        held.given.next(io.place);
        held.was.next(io.state);
      });
      gives.next(io.give.or(gives.and(ends.and(takes_mark.not()).not())));

      const about = mux(takes_mark, held.marked, held.given);
      const { line } = h.nets({
        line: stateLine({ state: held.was, slot: about.slot, generation: about.generation, resident: takes_mark }),
      });
      aw.valid.drive(step.is("WRITE").and(addressed.not()));
      aw.payload.drive({
        address: cat(io.entries.slice(63, 7).add(about.entry.zext(57)), uint(7).of(lineBytes)) as never,
        length: mux(takes_mark, uint(8).of(0), uint(8).of(beats - 1)),
        id: 0,
      });
      const { last } = h.nets({ last: takes_mark.or(beat.eq(beats - 1)) });
      w.valid.drive(step.is("WRITE").and(sent.not()));
      w.payload.drive({
        data: choose(
          beat,
          Array.from({ length: 2 ** beatBits }, (_, i) => line.slice(((i % beats) + 1) * c.busBits - 1, (i % beats) * c.busBits)),
        ) as never,
        strobe: mux(takes_mark, uint(busBytes).of(255), uint(busBytes).of((1n << BigInt(busBytes)) - 1n)),
        last,
      });
      b.ready.drive(1);
      addressed.next(addressed.or(aw.fire).and(ends.not()));
      sent.next(sent.or(w.fire.and(last)).and(ends.not()));
      h.when(ends, () => beat.next(0)).elseWhen(w.fire.and(last.not()), () => beat.next(beat.add(1)));

      io.written.drive(ends.and(takes_mark.not()));
      io.failed.drive({ valid: ends.and(b.payload.response.bit(1)), entry: about.entry });
      io.busy.drive(marks.or(gives));
      h.assert("one state at a time", io.give.implies(gives.not()));
      h.assert("an answer belongs to a write", b.fire.implies(step.is("WRITE").and(addressed).and(sent)));
    },
  );
};
