/**
 * The table walker: makes the connection table a cache of the kernel's table in memory (paper section 4, as a TLB is one of
 * page tables). A datagram whose connection has no slot waits, its bucket and its entry are read, a slot is filled from it,
 * and the datagram is looked up anew. docs/connection-table.md has what lies in memory, and the rules that both sides keep.
 */
import { array, type Bits, type Bool, bool, cat, input, module, mux, output, reduce, stream, struct, uint } from "#hdl";
import { arbiter } from "#hdl/lib/arbiter.ts";
import { fromBits, lowestOne, oneHot, oneHotIndex, resize } from "#hdl/lib/bits.ts";
import { memoryFields } from "#hdl/regmap/index.ts";
import { type Config, lineBytes, tuple } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";
import { readBeat } from "#rtl/nic/dma-read.ts";
import { addressBeat, idBits, responseBeat, writeBeat } from "#rtl/nic/dma-write.ts";
import { slotEvent } from "./interface.ts";
import { localBits, tupleHash, tupleHashLatency, tupleMessage } from "./lookup-hash.ts";
import { loadAnswer, slotImage, unloadAnswer, unloadRequest } from "./slot-image.ts";
import { bucketCells, entryBytes, tableBucket } from "./table-format.ts";
import { generationOf, imageOfEntry, judgeEntry } from "./walker-entry.ts";
import { walkerCommand, walkerCounts, walkerSettings } from "./walker-registers.ts";
import { walkerSlots } from "./walker-slots.ts";
import { walkAnswer, walkCells, walkerWalk } from "./walker-walk.ts";
import { entryEvent, walkerWrite } from "./walker-write.ts";

export interface WalkerShape {
  /** Keys looked for at a time: 4 unless said, and no more than half the reads that may be in flight. */
  readonly walks?: number;
  /** Frames that may wait, a power of two: 16 unless said. */
  readonly tokens?: number;
}
/** A frame whose key no lookup has found. */
export const missedFrame = (tokens: number) => struct({ key: tuple, token: uint(Math.log2(tokens)) }, `missed_frame_${tokens}`);

/**
 * Every frame that is taken at `missed` is answered once. Frames of one key share a walk. From a miss to its load 12 cycles
 * and the time of two reads of two lines each, where no other walk is in the way and a slot is in reserve.
 *
 * An answer to a load, or to an unload, is a pulse, whenever it suits the table. `unload` without `force` is a question.
 */
export const tableWalker = (c: Config, { walks: most = 4, tokens = 16 }: WalkerShape = {}) => {
  const { busBytes, slotBits } = derived(c);
  const walks = Math.min(most, c.dmaInFlight / 2);
  const numbers = Array.from({ length: walks }, (_, i) => i);
  const number = uint(Math.max(1, Math.ceil(Math.log2(walks))));
  const lineBeats = lineBytes / busBytes,
    beatBits = Math.max(1, Math.log2(lineBeats));
  return module(
    `table_walker_${c.busBits}_${c.slots}_i${c.dmaInFlight}x${walks}_${tokens}`,
    {
      settings: input(walkerSettings),
      command: input(walkerCommand),
      invalidating: output(bool),
      busy: output(bool),
      counts: output(walkerCounts),
      // The waiting room.
      missed: input(stream(missedFrame(tokens))),
      answer: output(stream(walkAnswer(tokens))),
      // The connection table.
      load: output(stream(slotImage(c))),
      loaded: input(loadAnswer),
      unload: output(stream(unloadRequest(c))),
      unloaded: input(unloadAnswer(c), { unused: true }),
      /** This slot has received just now. */
      used: input(slotEvent(c)),
      // Memory.
      ar: output(stream(addressBeat(c))),
      r: input(stream(readBeat(c))),
      aw: output(stream(addressBeat(c))),
      w: output(stream(writeBeat(c))),
      b: input(stream(responseBeat(c))),
      // Events.
      /** This entry is malformed. */
      malformed: output(entryEvent),
      /** Memory has refused a read of a walk; a write to this entry. */
      readFailed: output(bool),
      writeFailed: output(entryEvent),
    },
    (io, h) => {
      const { settings, missed, r } = io;
      const { on } = h.nets({ on: settings.enable.and(settings.first.shr(slotBits).any().not()) });
      const { buckets, log_buckets, entries, last } = settings;
      const table = { buckets, log_buckets, entries, last };
      const all = numbers.map((i) =>
        h.instance(`walk${i}`, walkerWalk(tokens), { table, key: missed.payload.key, token: missed.payload.token, command: io.command }),
      );
      const each = (pick: (w: (typeof all)[number]) => Bool): Bits => fromBits(all.map(pick));
      const any = (list: readonly Bool[]): Bool => reduce(list, (a, b) => a.or(b));

      // ---- a frame comes: it joins the walk of its key, or begins one -------------------------------
      const { known, idle } = h.nets({
        known: each((w) => w.busy.and(w.known.asBits().eq(missed.payload.key.asBits() as never))),
        idle: each((w) => w.busy.not()),
      });
      missed.ready.drive(known.any().or(idle.any()));
      const { starts } = h.nets({ starts: lowestOne(idle).and(missed.fire.and(known.any().not()).repeat(walks)) });
      const { hashing } = h.registers({
        /** Walks whose hashes are on their way, the newest lowest. */ hashing: array(uint(walks), tupleHashLatency),
      });
      for (let i = 0; i < tupleHashLatency; i++) hashing.at(i).next(i === 0 ? starts.and(on.repeat(walks)) : hashing.at(i - 1));
      const { advance } = h.nets({ advance: starts.any().or(hashing.asBits().any()) });
      const { message } = h.nets({ message: tupleMessage(missed.payload.key) });
      const exact = h.instance("exact_hash", tupleHash("exact"), { key: settings.key, message, advance });
      const local = h.instance("local_hash", tupleHash("local"), { key: settings.key, message: message.trunc(localBits), advance });

      // ---- lines ------------------------------------------------------------------------------------
      const reads = h.instance("reads", arbiter(addressBeat(c), walks));
      all.forEach((w, i) => {
        reads.from[i]?.connect(
          w.lines.map(addressBeat(c), ({ address, second }) => ({
            address,
            length: lineBeats - 1,
            id: resize(cat(number.of(i) as Bits, second), idBits(c)) as never,
          })),
        );
      });
      io.ar.connect(reads.to);
      const { from_walk, from_line } = h.nets({
        from_walk: resize(r.payload.id.shr(1), number.width),
        from_line: r.payload.id.bit(0),
      });
      const { beats } =
        lineBeats === 1
          ? { beats: null }
          : h.registers({ /** Beats that have come of each line. */ beats: array(uint(beatBits), 2 * walks) });
      const { whole, refused } = h.registers({
        /** Lines that have come whole. */
        whole: array(uint(2), walks),
        refused: array(bool, walks),
      });
      const lanes = (2 * lineBytes) / busBytes;
      const { lane } = h.nets({ lane: beats === null ? from_line : cat(from_line, beats.at(resize(r.payload.id, Math.log2(2 * walks)))) });
      const lines = h.memory("lines", uint(2 * lineBytes * 8), walks, { style: "distributed" });
      r.ready.drive(1);
      lines.write(from_walk, r.payload.data.repeat(lanes), r.fire, oneHot(lane as Bits, lanes));
      const { error } = h.nets({ error: r.fire.and(r.payload.response.bit(1)) });
      all.forEach((w, i) => {
        const mine = r.fire.and(from_walk.eq(i));
        const { [`whole_${i}`]: both } = h.nets({
          [`whole_${i}`]: whole.at(i).or(oneHot(from_line, 2).and(mine.and(r.payload.last).repeat(2))),
        }) as Record<string, Bits>;
        const { [`ends_${i}`]: ends } = h.nets({ [`ends_${i}`]: (both as Bits).all() }) as Record<string, Bool>;
        const { [`fails_${i}`]: fails } = h.nets({ [`fails_${i}`]: refused.at(i).or(error.and(mine)) }) as Record<string, Bool>;
        whole.at(i).next((both as Bits<2>).and((ends as Bool).not().repeat(2)) as never);
        refused.at(i).next((fails as Bool).and((ends as Bool).not()));
        w.arrived.drive(ends as Bool);
        w.failed.drive(fails as Bool);
        for (const k of [0, 1])
          if (beats !== null)
            h.when(mine.and(from_line.eq(k)), () =>
              beats.at(2 * i + k).next(mux(r.payload.last, uint(beatBits).of(0), beats.at(2 * i + k).add(1))),
            );
      });

      // ---- one walk at a time: compare, pick, judge --------------------------------------------------
      const { picks } = h.registers({ /** A walk was compared a cycle ago: its cell is picked. */ picks: bool });
      const { picking, hits } = h.registers({ picking: number.noReset(), hits: uint(walkCells).noReset() });
      const { loads } = h.registers({ /** A walk wants a slot. */ loads: bool });
      const { loading } = h.registers({ loading: number.noReset() });
      const compared = each((w) => w.wants_compare);
      const judged = each((w) => w.wants_judgement);
      const { turn } = h.nets({ turn: lowestOne(compared.or(judged.and(loads.not().repeat(walks)))) });
      const { looked } = h.nets({ looked: mux(picks, picking, resize(oneHotIndex(turn), number.width)) });
      const { line } = h.nets({ line: lines.read(looked) });
      const { acts } = h.nets({ acts: turn.and(picks.not().repeat(walks)) });
      const { compares } = h.nets({ compares: acts.and(compared).any() });

      const choice = <T extends Bits>(of: (w: (typeof all)[number]) => T): Bits =>
        reduce(
          all.map((w, i) => of(w).and(turn.bit(i).repeat(of(w).width))),
          (a, b) => a.or(b) as never,
        );
      const both = [0, 1].map((k) => memoryFields(tableBucket, line.slice((k + 1) * lineBytes * 8 - 1, k * lineBytes * 8)).CELL);
      const cells = both.flatMap((b) => [...b]);
      const { exact_tag, local_tag, tried } = h.nets({
        exact_tag: choice((w) => w.wanted.exact),
        local_tag: choice((w) => w.wanted.local),
        tried: choice((w) => w.tried),
      });
      picks.next(compares);
      h.when(compares, () => {
        picking.next(looked);
        hits.next(
          fromBits(cells.map((cell, i) => cell.tag.eq((i < bucketCells ? exact_tag : local_tag) as never).and(cell.entry.any()))).and(
            tried.not() as never,
          ) as never,
        );
      });
      const { hit } = h.nets({ hit: lowestOne(hits) });
      const { cell_entry } = h.nets({
        cell_entry: reduce(
          cells.map((cell, i) => cell.entry.and(hit.bit(i).repeat(32))),
          (a, b) => a.or(b) as never,
        ),
      });
      const { sought } = h.nets({ sought: choice((w) => w.known.asBits()) });
      const verdict = judgeEntry(c, line, tuple.fromBits(sought));
      const { malformed, mine, stopped } = h.nets({
        ...verdict,
        malformed: verdict.malformed.or(turn.and(each((w) => w.outside) as never).any()),
      });
      const { judges } = h.nets({ judges: acts.and(judged) });

      // ---- a slot for it -----------------------------------------------------------------------------
      const slots = h.instance("slots", walkerSlots(c), {
        enable: on,
        first: resize(settings.first, slotBits),
        used: io.used,
        command: io.command,
        unloaded: { valid: io.unloaded.valid, done: io.unloaded.done },
      });
      const writer = h.instance("writer", walkerWrite(c), { entries, b: io.b });
      const { offered, taken } = h.registers({ /** The load stands at `load`; it was taken. */ offered: bool, taken: bool });
      const ofLoading = (bits: Bits): Bool => any(numbers.map((i) => bits.bit(i).and(loading.eq(i))));
      const { willing } = h.nets({ willing: ofLoading(each((w) => w.wants_slot)) });
      const { offers } = h.nets({ offers: loads.and(taken.not()).and(offered.or(willing.and(slots.ready).and(writer.mark.ready))) });
      const { loaded } = h.nets({ loaded: io.loaded.valid.and(taken.or(io.load.fire)) });
      const { filled } = h.nets({ filled: loaded.and(io.loaded.status.is("DONE")) });
      const { gives_up } = h.nets({ gives_up: loads.and(offers.or(taken).not()).and(slots.none) });
      const { begins_load } = h.nets({ begins_load: judges.any().and(malformed.or(stopped).not()).and(mine) });
      h.when(begins_load, () => loading.next(looked));
      loads.next(begins_load.or(loads.and(loaded.or(gives_up).not()).and(offers.or(taken).or(willing))));
      offered.next(offers.and(io.load.ready.not()));
      taken.next(taken.or(io.load.fire).and(loaded.not()));
      const { image } = h.nets({ image: lines.read(loading) });
      io.load.valid.drive(offers);
      io.load.payload.drive(imageOfEntry(c, image, slots.reserve) as never);
      const ofEntry = (pick: (w: (typeof all)[number]) => Bits, bits: Bits): Bits =>
        reduce(
          all.map((w, i) => pick(w).and(bits.bit(i).repeat(pick(w).width) as never)),
          (a, b) => a.or(b) as never,
        );
      const { loading_hot } = h.nets({ loading_hot: fromBits(numbers.map((i) => loading.eq(i))) });
      const { filling } = h.nets({ filling: ofEntry((w) => w.entry, loading_hot) });
      slots.filled.drive(filled);
      slots.filling.drive({ entry: filling, generation: generationOf(image) } as never);
      slots.wanted.drive(loads.and(offers.or(taken).not()));
      slots.fills.drive(offers.or(taken));
      slots.unload.into(io.unload);
      writer.mark.valid.drive(filled);
      writer.mark.payload.drive({ slot: slots.reserve, entry: filling, generation: generationOf(image) } as never);
      writer.give.drive(slots.give);
      writer.place.drive(slots.place);
      writer.state.drive(io.unloaded.state);
      slots.written.drive(writer.written);
      io.aw.connect(writer.aw);
      io.w.connect(writer.w);
      const sameEntry = (a: Bits, b: Bits): Bool => a.eq(b as never);
      slots.owned.drive(any(all.map((w) => w.owns.and(sameEntry(w.entry, slots.at.entry)))));

      // ---- to the walks ------------------------------------------------------------------------------
      const answers = h.instance("answers", arbiter(walkAnswer(tokens), walks));
      all.forEach((w, i) => {
        const loadsThis = loads.and(loading.eq(i));
        w.start.drive(starts.bit(i));
        w.joins.drive(missed.fire.and(known.bit(i)));
        w.refuse.drive(on.not());
        w.hashed.drive(hashing.at(tupleHashLatency - 1).bit(i));
        w.hashes.drive({ exact: exact.hash, local: local.hash });
        w.compares.drive(acts.bit(i).and(compared.bit(i)));
        w.picks.drive(picks.and(picking.eq(i)));
        w.pick.drive({ found: hits.any(), cell: oneHotIndex(hit), entry: cell_entry } as never);
        w.judges.drive(judges.bit(i));
        w.malformed.drive(malformed);
        w.mine.drive(mine);
        w.stopped.drive(stopped);
        w.committed.drive(loadsThis.and(offers.or(taken)));
        w.loaded.drive(loadsThis.and(loaded));
        w.has_slot.drive(io.loaded.status.is("DONE", "EXISTS"));
        w.no_slot.drive(loadsThis.and(gives_up));
        const evicted = slots.at.valid.and(sameEntry(slots.at.entry, w.entry));
        w.claimed.drive(evicted.and(slots.claims));
        // An entry has one owner: of those that wait for it together, the first.
        const others = all.map((o, k) => (k === i ? null : o.owns.or(k < i ? o.waits : bool.of(0)).and(sameEntry(o.entry, w.entry))));
        w.held.drive(any([evicted, ...others.flatMap((o) => (o === null ? [] : [o as Bool]))]));
        answers.from[i]?.connect(w.answer);
      });
      io.answer.connect(answers.to);

      // ---- counters and events -----------------------------------------------------------------------
      const { wrong } = h.nets({ wrong: each((w) => w.is_malformed) });
      // It is the one that is judged.
      const { entry_of_wrong } = h.nets({ entry_of_wrong: choice((w) => w.entry) });
      const { read_fails } = h.nets({ read_fails: any(all.map((w) => w.memory_failed)) });
      // What a walk found is told a cycle later, which spares a long way.
      const { told, told_entry, told_read, counted } = h.registers({
        told: bool,
        told_entry: uint(32).noReset(),
        told_read: bool,
        counted: walkerCounts,
      });
      told.next(wrong.any());
      told_entry.next(entry_of_wrong as never);
      told_read.next(read_fails);
      io.malformed.drive({ valid: told, entry: told_entry });
      io.readFailed.drive(told_read);
      io.writeFailed.drive(writer.failed);
      io.counts.drive(counted);
      counted.next({
        walks: starts.any().and(on),
        joined: missed.fire.and(known.any()),
        fills: filled,
        notFound: any(all.map((w) => w.not_found)),
        malformed: wrong.any(),
        evictions: writer.written,
        failed: read_fails.zext(2).add(writer.failed.valid.zext(2)),
        noSlot: gives_up.or(loaded.and(io.loaded.status.is("NO_SPACE"))),
      });
      io.invalidating.drive(slots.invalidating);
      io.busy.drive(
        any(all.map((w) => w.busy))
          .or(slots.busy)
          .or(writer.busy),
      );
      h.assert("a load is answered once it was taken", io.loaded.valid.implies(taken.or(io.load.fire)));
      h.assert("there is room for every mark", filled.implies(writer.mark.ready));
      h.assert("an entry holds two lines", lanes * busBytes === entryBytes ? bool.of(1) : bool.of(0));
    },
  );
};
