/**
 * Gathers the fragments of a frame from memory and sends it, filled up to 60 bytes. A frame's completion comes when its last
 * byte has been read, so that its memory can be used again; one that cannot be is refused with a completion and nothing of
 * it leaves.
 */
import { type Bits, bool, input, module, mux, output, stream, struct, uint } from "#hdl";
import { lowMask, resize } from "#hdl/lib/bits.ts";
import { keptBytes } from "#hdl/lib/checksum.ts";
import { fifo } from "#hdl/lib/fifo.ts";
import { packetBeat, packetStream } from "#hdl/lib/packet.ts";
import { memoryBits, memoryFields } from "#hdl/regmap/index.ts";
import type { Config } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";
import { bufferReader } from "#rtl/nic/buffer-reader.ts";
import { dmaRead, readBeat } from "#rtl/nic/dma-read.ts";
import { addressBeat, ringJob } from "#rtl/nic/dma-write.ts";
import { slowAligner } from "#rtl/nic/part-aligner.ts";
import { fetchedDescriptor } from "./ordinary-fetch.ts";
import { completionBytes, transmitCompletion, transmitDescriptor } from "./ordinary-formats.ts";
import { bufferConfig, bufferJob } from "./ordinary-receive.ts";

/** Shortest frame without its check sequence (IEEE 802.3). */
const shortest = 60;
/** Fragments on their way, and frames that wait to leave, at most. */
const openDepth = 32;

export const ordinaryTransmit = (c: Config) => {
  const { busBytes, maxFrame } = derived(c);
  const buffers = bufferConfig(c);
  const turner = slowAligner(busBytes);
  const words = c.txBuffer / busBytes,
    addressBits = Math.log2(words),
    shift = Math.log2(busBytes),
    lane = uint(shift);
  const pointer = uint(addressBits + 1);
  const fragment = struct(
    {
      /** It is read; or it is of a frame that is refused. */
      reads: bool,
      from: lane,
      to: lane,
      bytes: uint(16),
      last: bool,
      refused: bool,
      notify: bool,
      index: uint(16),
      /** Bytes of the frame with this fragment. */
      total: uint(16),
    },
    `ordinary_fragment_${busBytes}`,
  );
  const completion = struct({ bytes: uint(16), index: uint(16), refused: bool, failed: bool }, "ordinary_sent");
  const ready = struct({ start: uint(addressBits), beats: pointer, length: uint(16) }, `ordinary_ready_${addressBits}`);
  return module(
    `ordinary_transmit_${c.busBits}`,
    {
      /** Fragments may be read; what is under way shall come to an end and is not sent. */
      runs: input(bool),
      ends: input(bool),
      descriptors: input(stream(fetchedDescriptor)),
      completions: output(stream(uint(8 * completionBytes))),
      ar: output(stream(addressBeat(c))),
      r: input(stream(readBeat(c))),
      to: output(packetStream(c.busBits)),
      /** No fragment is being read. */
      drained: output(bool),
      /** A pulse: memory refused a read. */
      failed: output(bool),
      /** Frames, one pulse each: read, and to be sent; refused. */
      sent: output(bool),
      refused: output(bool),
      /** Pulses: a fragment has been read, or passed over; a frame has been read in vain, or is refused. */
      passed: output(bool),
      unsent: output(bool),
    },
    (io, h) => {
      // ---- what to read -------------------------------------------------------------------------------
      const jobs = h.instance("jobs", fifo(ringJob(buffers), 4));
      const fragments = h.instance("fragments", fifo(fragment, openDepth));
      const { total, refuses, open } = h.registers({
        /** Bytes of the frame so far. */
        total: uint(16),
        /** The frame cannot be; what is left of it is passed over. */
        refuses: bool,
        open: uint(6),
      });
      const { FRAGMENT, BUFFER } = memoryFields(transmitDescriptor, io.descriptors.payload.bits);
      const { sum } = h.nets({ sum: total.addCarry(FRAGMENT.bytes) });
      const { refused_now } = h.nets({ refused_now: refuses.or(FRAGMENT.bytes.eq(0)).or(sum.gt(maxFrame)) });
      const { takes } = h.nets({ takes: io.runs.and(io.descriptors.valid).and(jobs.push.ready).and(fragments.push.ready) });
      io.descriptors.ready.drive(takes);
      const { reads } = h.nets({ reads: takes.and(refused_now.not()) });
      jobs.push.valid.drive(reads);
      jobs.push.payload.drive(bufferJob(BUFFER.address, FRAGMENT.bytes) as never);
      fragments.push.valid.drive(takes);
      fragments.push.payload.drive({
        reads: refused_now.not(),
        from: BUFFER.address.trunc(shift),
        to: total.trunc(shift),
        bytes: FRAGMENT.bytes,
        last: FRAGMENT.last,
        refused: refused_now,
        notify: FRAGMENT.notify,
        index: io.descriptors.payload.index,
        total: mux(refused_now, total, sum.trunc(16)),
      } as never);
      h.when(takes, () => {
        h.when(FRAGMENT.last, () => {
          total.next(0);
          refuses.next(0);
        }).otherwise(() => {
          refuses.next(refused_now);
          h.when(refused_now.not(), () => total.next(sum.trunc(16)));
        });
      });

      // ---- gather: fragment after fragment, each turned to where the one before it ended ---------------
      const dma = h.instance("dma", dmaRead(buffers), { job: jobs.pop, r: io.r });
      io.ar.connect(dma.ar);
      const align = h.instance("align", turner.block);
      const sends = h.instance("sends", fifo(ready, openDepth));
      const results = h.instance("results", fifo(completion, 4));
      const f = fragments.pop.payload;
      const { start, read, bad } = h.registers({
        /** Where the frame that is gathered begins, and the oldest one that has not left. */
        start: pointer,
        read: pointer,
        /** A read of it has failed. */
        bad: bool,
      });
      const { fills } = h.nets({ fills: fragments.pop.valid.and(f.reads) });
      align.job.valid.drive(fills);
      align.job.payload.drive(turner.job(f.from, f.to, f.bytes) as never);
      align.data.valid.drive(dma.out.valid);
      align.data.payload.drive(dma.out.payload.data);
      dma.out.ready.drive(align.data.ready);
      // Word of the frame: where the fragment begins, and beats since.
      const { given } = h.registers({ given: uint(addressBits) });
      const { word } = h.nets({ word: resize(f.total.sub(f.bytes).shr(shift), addressBits + 1).add(given.zext(addressBits + 1)) });
      const { place } = h.nets({ place: start.add(word) });
      const { room } = h.nets({ room: place.sub(read).lt(words) });
      const { length } = h.nets({ length: mux(f.total.lt(shortest), uint(16).of(shortest), f.total) });
      const { beats } = h.nets({
        beats: resize(length.add(busBytes - 1).shr(shift), addressBits + 1),
      });
      // The end of a frame needs room for what comes of it, zeros behind it included.
      const { fits } = h.nets({ fits: start.add(beats).sub(read).le(words) });
      const { settled } = h.nets({ settled: f.last.not().or(sends.push.ready.and(results.push.ready).and(fits)).or(io.ends) });
      align.out.ready.drive(io.ends.or(room.and(align.out.payload.last.not().or(settled))));
      const buffer = h.memory("buffer", uint(c.busBits), words, { style: "block" });
      buffer.write(place.trunc(addressBits), align.out.payload.data, align.out.fire.and(io.ends.not()), align.out.payload.strobe);
      h.when(align.out.fire, () => given.next(mux(align.out.payload.last, uint(addressBits).of(0), given.add(1))));
      const { fails } = h.nets({ fails: bad.or(dma.out.fire.and(dma.out.payload.failed)) });
      const { over } = h.nets({ over: fragments.pop.valid.and(mux(f.reads, align.job.ready, settled)) });
      fragments.pop.ready.drive(over);
      h.when(fails, () => bad.next(1));
      h.when(over.and(f.last), () => bad.next(0));
      open.next(open.add(takes.zext(6)).sub(over.zext(6)));
      io.drained.drive(open.eq(0).and(results.pop.valid.not()));
      io.failed.drive(dma.out.fire.and(dma.out.payload.failed));

      // ---- the end of a frame --------------------------------------------------------------------------
      const { frame_ends } = h.nets({ frame_ends: over.and(f.last).and(io.ends.not()) });
      const { sound } = h.nets({ sound: frame_ends.and(f.refused.not()).and(fails.not()) });
      sends.push.valid.drive(sound);
      sends.push.payload.drive({ start: start.trunc(addressBits), beats, length: f.total });
      h.when(sound, () => start.next(start.add(beats)));
      results.push.valid.drive(frame_ends.and(f.notify.or(sound.not())));
      results.push.payload.drive({ bytes: f.total, index: f.index, refused: f.refused, failed: fails });
      io.sent.drive(sound);
      io.refused.drive(frame_ends.and(f.refused));
      io.unsent.drive(frame_ends.and(sound.not()));
      io.passed.drive(over);
      const result = results.pop.payload;
      io.completions.valid.drive(results.pop.valid);
      io.completions.payload.drive(
        memoryBits(transmitCompletion, {
          STATUS: { bytes: result.bytes, index: result.index, refused: result.refused, failed: result.failed, phase: 0 },
        }) as never,
      );
      results.pop.ready.drive(io.completions.ready);
      // A queue that ends leaves nothing of its last frame behind.
      h.when(io.ends, () => {
        total.next(0);
        refuses.next(0);
        h.when(open.eq(0), () => bad.next(0));
      });

      // ---- out -----------------------------------------------------------------------------------------
      const run = struct({ start: uint(addressBits), beats: pointer }, `run_${addressBits}`);
      const runs = h.instance("out_runs", fifo(run, 2));
      const lengths = h.instance("lengths", fifo(uint(16), 4));
      const reader = h.instance("reader", bufferReader(addressBits, c.busBits), { run: runs.pop });
      reader.data.drive(buffer.readSync("buffer_word", reader.address, reader.enable));
      sends.pop.ready.drive(runs.push.ready.and(lengths.push.ready));
      runs.push.valid.drive(sends.pop.valid.and(lengths.push.ready));
      runs.push.payload.drive({ start: sends.pop.payload.start, beats: sends.pop.payload.beats });
      lengths.push.valid.drive(sends.pop.valid.and(runs.push.ready));
      lengths.push.payload.drive(sends.pop.payload.length);
      const { beat } = h.registers({ beat: pointer });
      const bytes = lengths.pop.payload;
      const { whole } = h.nets({ whole: mux(bytes.lt(shortest), uint(16).of(shortest), bytes) });
      /** Bytes of the beat that are before `end`. */
      const within = (end: Bits): Bits => {
        const at = resize(beat, 17).shl(shift);
        const rest = end.zext(17).sub(at);
        return lowMask(
          mux(at.ge(end.zext(17)), uint(shift + 1).of(0), mux(rest.ge(busBytes), uint(shift + 1).of(busBytes), rest.trunc(shift + 1))),
          busBytes,
        ) as Bits;
      };
      const { data_mask, keep } = h.nets({ data_mask: within(bytes), keep: within(whole) });
      const { last } = h.nets({ last: resize(beat.add(1), 17).shl(shift).ge(whole.zext(17)) });
      io.to.valid.drive(reader.out.valid.and(lengths.pop.valid));
      io.to.payload.drive(
        packetBeat(c.busBits).of({ data: keptBytes(reader.out.payload, data_mask) as never, keep: keep as never, last }) as never,
      );
      reader.out.ready.drive(io.to.ready.and(lengths.pop.valid));
      lengths.pop.ready.drive(io.to.fire.and(last));
      h.when(io.to.fire, () => {
        beat.next(mux(last, pointer.of(0), beat.add(1)));
        read.next(read.add(1));
      });
      h.assert("the buffer holds no more than it has", start.sub(read).le(words));
    },
  );
};
