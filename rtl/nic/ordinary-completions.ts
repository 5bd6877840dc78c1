/**
 * Writes completions: one after the other into the ring, as many as have come in one burst of up to a line. A write begins
 * when a line is full or nothing else is on its way, so that there is no wait when little happens and no waste when much
 * does. What the driver has not consumed is never overwritten.
 */
import { array, type Bits, bool, cat, input, module, mux, output, stream, uint } from "#hdl";
import { fifo } from "#hdl/lib/fifo.ts";
import { type Config, lineBytes } from "#rtl/common.ts";
import { alignedBeat } from "#rtl/nic/aligner.ts";
import { addressBeat, dmaWrite, responseBeat, ringJob, writeBeat } from "#rtl/nic/dma-write.ts";
import { ringConfig } from "./ordinary-fetch.ts";
import { completionBytes, phaseBit, ringLogs } from "./ordinary-formats.ts";

const perLine = lineBytes / completionBytes;

export const ordinaryCompletions = (c: Config) => {
  const rings = ringConfig(c);
  const busBytes = c.busBits / 8,
    /** Completions of a beat, and beats of a line. */
    lanes = busBytes / completionBytes,
    beats = perLine / lanes;
  const laneBits = Math.log2(lanes);
  /** Number of a beat in its line, from the number of a completion in it. */
  const beatOf = (place: Bits): Bits => (beats === 1 ? uint(1).of(0) : place.slice(2, laneBits));
  return module(
    `ordinary_completions_${c.busBits}_i${c.dmaInFlight}`,
    {
      /** The queue begins: all indices are 0. */
      begins: input(bool),
      /** The queue ends: what comes is taken and forgotten. */
      discards: input(bool),
      base: input(uint(64)),
      /** Entries of the ring, a power of two. */
      size: input(uint(16)),
      /** Without its phase bit. */
      from: input(stream(uint(8 * completionBytes))),
      consumes: input(bool),
      consumedIndex: input(uint(16)),
      aw: output(stream(addressBeat(c))),
      w: output(stream(writeBeat(c))),
      b: input(stream(responseBeat(c))),
      consumed: output(uint(16)),
      /** In memory; and not consumed. */
      completed: output(uint(16)),
      pending: output(uint(16)),
      idle: output(bool),
      /** Pulses: memory refused a write; the driver names an index that cannot be. */
      failed: output(bool),
      malformed: output(bool),
    },
    (io, h) => {
      const { accepted, landed, done_with } = h.registers({
        accepted: uint(16),
        /** In memory; consumed by the driver. */
        landed: uint(16),
        done_with: uint(16),
      });
      const { broken } = h.registers({ /** A write was refused: no later one counts. */ broken: bool });
      io.completed.drive(landed);
      io.consumed.drive(done_with);
      // The driver may see a completion in memory before memory's answer is here, and so be ahead of what has landed.
      const { possible } = h.nets({ possible: accepted.sub(io.consumedIndex).le(accepted.sub(done_with)) });
      const { unread } = h.nets({ unread: landed.sub(done_with) });
      io.pending.drive(mux(unread.gt(2 ** ringLogs.most), uint(16).of(0), unread));
      const consumes = io.consumes.and(io.discards.not());
      io.malformed.drive(consumes.and(possible.not()));
      h.when(consumes.and(possible), () => done_with.next(io.consumedIndex));

      // ---- gather -------------------------------------------------------------------------------------
      const gathered = h.registers({ line: array(uint(64), perLine).noReset(), first: uint(3), held: uint(4) });
      const sending = h.registers({
        sends: bool,
        sent_line: uint(8 * lineBytes).noReset(),
        sent_first: uint(3).noReset(),
        sent_last: uint(3).noReset(),
        sent_start: uint(16).noReset(),
        /** Its address has been given; the beat that goes next. */
        asked: bool,
        beat: uint(Math.max(1, Math.log2(beats))),
      });
      const { open } = h.registers({ /** Writes on their way. */ open: uint(4) });
      const counts = h.instance("counts", fifo(uint(4), 8));
      const { line_full } = h.nets({ line_full: gathered.held.ne(0).and(accepted.trunc(3).eq(0)) });
      const { launches } = h.nets({
        launches: gathered.held
          .ne(0)
          .and(sending.sends.not())
          .and(counts.push.ready)
          .and(line_full.or(open.eq(0)))
          .and(io.discards.not()),
      });
      const { room } = h.nets({ room: accepted.sub(done_with).ne(io.size).and(line_full.not()).and(launches.not()) });
      io.from.ready.drive(io.discards.or(room));
      const { takes } = h.nets({ takes: io.from.valid.and(room).and(io.discards.not()) });
      const phase = accepted.and(io.size).eq(0);
      h.when(takes, () => {
        gathered.line.at(accepted.trunc(3)).next(cat(phase, io.from.payload.trunc(phaseBit)) as never);
        accepted.next(accepted.add(1));
        gathered.held.next(gathered.held.add(1));
      });
      h.when(launches, () => {
        gathered.held.next(0);
        gathered.first.next(accepted.trunc(3));
        sending.sends.next(1);
        sending.sent_line.next(gathered.line.asBits() as never);
        sending.sent_first.next(gathered.first);
        sending.sent_last.next(gathered.first.add(gathered.held.trunc(3)).sub(1));
        sending.sent_start.next(accepted.sub(gathered.held.zext(16)));
        sending.beat.next(beatOf(gathered.first) as never);
      });

      // ---- send ---------------------------------------------------------------------------------------
      const dma = h.instance("dma", dmaWrite(rings), { b: io.b });
      io.aw.connect(dma.aw);
      io.w.connect(dma.w);
      const { sends, sent_line, sent_first, sent_last, sent_start, asked, beat } = sending;
      const bytesOf = sent_last.sub(sent_first).zext(16).add(1).shl(3);
      dma.job.valid.drive(sends.and(asked.not()));
      dma.job.payload.drive(
        ringJob(rings).of({
          base: io.base,
          offset: sent_start.and(io.size.sub(1)).zext(19).shl(3),
          mask: io.size.zext(19).shl(3).sub(1),
          bytes: bytesOf,
        }) as never,
      );
      const { last_beat } = h.nets({ last_beat: beat.eq(beatOf(sent_last) as never) });
      const words = Array.from({ length: beats }, (_, i) => sent_line.slice((i + 1) * c.busBits - 1, i * c.busBits) as Bits);
      const strobes = Array.from({ length: lanes }, (_, i) => {
        const place = lanes === 1 ? beat : laneBits === 3 ? uint(3).of(i) : cat(beat, uint(laneBits).of(i));
        return lanes === 1
          ? uint(8).of(255)
          : (place as Bits)
              .ge(sent_first)
              .and((place as Bits).le(sent_last))
              .repeat(8);
      });
      dma.data.valid.drive(sends);
      dma.data.payload.drive(
        alignedBeat(busBytes).of({
          data: words.reduce((v, word, i) => mux(beat.eq(i), word, v)) as never,
          strobe: cat(...[...strobes].reverse()) as never,
          last: last_beat,
        }) as never,
      );
      h.when(dma.job.fire, () => asked.next(1));
      h.when(dma.data.fire, () => {
        beat.next(beat.add(1));
        h.when(last_beat, () => {
          sends.next(0);
          asked.next(0);
        });
      });

      // ---- done ---------------------------------------------------------------------------------------
      counts.push.valid.drive(launches);
      counts.push.payload.drive(gathered.held);
      dma.done.ready.drive(1);
      counts.pop.ready.drive(dma.done.valid);
      const { fails } = h.nets({ fails: dma.done.valid.and(dma.done.payload) });
      io.failed.drive(fails);
      h.when(fails, () => broken.next(1));
      h.when(dma.done.valid.and(broken.not()).and(fails.not()), () => landed.next(landed.add(counts.pop.payload.zext(16))));
      open.next(open.add(launches.zext(4)).sub(dma.done.valid.zext(4)));
      io.idle.drive(open.eq(0));
      h.when(io.begins, () => {
        for (const r of [accepted, landed, done_with]) r.next(0);
        gathered.held.next(0);
        gathered.first.next(0);
        broken.next(0);
      });
      h.assert("a write that is done was begun", dma.done.valid.implies(counts.pop.valid));
      h.assert("a queue begins when nothing is under way", io.begins.implies(open.eq(0)));
      h.assert("what was not consumed stays", accepted.sub(done_with).le(io.size).or(io.discards));
    },
  );
};
