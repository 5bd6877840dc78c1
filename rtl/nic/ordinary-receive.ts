/**
 * Puts frames into the driver's buffers: each frame into as many as it needs, one after the other, each with a completion
 * when memory has answered all of its writes. Where no buffers come, frames wait in the ingress and are dropped there.
 */
import { type Bits, bool, input, module, mux, output, stream, struct, uint } from "#hdl";
import { resize } from "#hdl/lib/bits.ts";
import { fifo } from "#hdl/lib/fifo.ts";
import { packetStream } from "#hdl/lib/packet.ts";
import { memoryBits, memoryFields } from "#hdl/regmap/index.ts";
import { type Config, lineBytes } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";
import { bufferReader } from "#rtl/nic/buffer-reader.ts";
import { addressBeat, dmaWrite, responseBeat, ringJob, writeBeat } from "#rtl/nic/dma-write.ts";
import { slowAligner } from "#rtl/nic/part-aligner.ts";
import { fetchedDescriptor } from "./ordinary-fetch.ts";
import { completionBytes, receiveCompletion, receiveDescriptor } from "./ordinary-formats.ts";
import { type IngressOptions, ordinaryIngress, ordinaryWords } from "./ordinary-ingress.ts";

/** Buffers whose data is on its way to memory, at most. */
const openDepth = 32;
/** The DMA blocks of an engine: jobs are buffers of any address, up to 64 KiB from the line in which they begin. */
export const bufferConfig = (c: Config): Config => ({ ...c, ringLimit: 65536 });
/** A run of bytes at any address: a ring that begins with its first line and is too large to wrap. */
export const bufferJob = (address: Bits, bytes: Bits) => ({
  base: address.and(~BigInt(lineBytes - 1) & ((1n << 64n) - 1n)),
  offset: address.trunc(6).zext(16),
  mask: uint(16).of(0xffff),
  bytes,
});

export const ordinaryReceive = (c: Config, options: IngressOptions = {}) => {
  const { busBytes } = derived(c);
  const buffers = bufferConfig(c);
  const turner = slowAligner(busBytes);
  const addressBits = Math.log2(options.words ?? ordinaryWords(c)),
    shift = Math.log2(busBytes),
    lane = uint(shift);
  const run = struct({ start: uint(addressBits), beats: uint(addressBits + 1) }, `run_${addressBits}`);
  /** A part of a frame for one buffer, or what is left of a frame that nobody gets. */
  const part = struct(
    { discard: bool, last: bool, from: lane, to: lane, bytes: uint(16), beats: uint(addressBits + 1) },
    `ordinary_part_${addressBits}_${busBytes}`,
  );
  const pending = struct({ bytes: uint(16), sum: uint(16), index: uint(16), first: bool, last: bool, tagged: bool }, "ordinary_pending");
  return module(
    `ordinary_receive_${c.busBits}`,
    {
      from: input(packetStream(c.busBits)),
      /** Buffers may be filled. Where it is 0, frames are dropped. */
      runs: input(bool),
      /** Longer frames are dropped. */
      longest: input(uint(16)),
      descriptors: input(stream(fetchedDescriptor)),
      completions: output(stream(uint(8 * completionBytes))),
      aw: output(stream(addressBeat(c))),
      w: output(stream(writeBeat(c))),
      b: input(stream(responseBeat(c))),
      /** No buffer is being filled. */
      drained: output(bool),
      /** Pulses: memory refused a write; a buffer has no bytes. */
      failed: output(bool),
      malformed: output(bool),
      /** Frames, each in one of the two: in memory; dropped (three may be in one cycle). */
      delivered: output(bool),
      dropped: output(uint(2)),
    },
    (io, h) => {
      const ingress = h.instance("ingress", ordinaryIngress(c, options), { from: io.from });
      const jobs = h.instance("jobs", fifo(part, 4));
      const reads = h.instance("reads", fifo(run, 4));
      const writes = h.instance("writes", fifo(ringJob(buffers), 4));
      const pendings = h.instance("pendings", fifo(pending, openDepth));

      // ---- one buffer's part of the oldest frame ------------------------------------------------------
      const { position, open } = h.registers({ /** Bytes of the frame that have their place. */ position: uint(16), open: uint(6) });
      const frame = ingress.records.payload;
      const buffer = memoryFields(receiveDescriptor, io.descriptors.payload.bits);
      const { address } = buffer.BUFFER,
        size = buffer.SIZE.bytes;
      const { left } = h.nets({ left: frame.length.sub(position) });
      const { ends_here } = h.nets({ ends_here: left.le(size) });
      const { bytes } = h.nets({ bytes: mux(ends_here, left, size) });
      const { room } = h.nets({ room: jobs.push.ready.and(reads.push.ready).and(writes.push.ready).and(pendings.push.ready) });
      const { hollow } = h.nets({ hollow: size.eq(0) });
      const { wanted } = h.nets({ wanted: io.runs.and(frame.length.le(io.longest)) });
      const { places } = h.nets({ places: wanted.and(ingress.records.valid).and(io.descriptors.valid).and(room).and(hollow.not()) });
      const { discards } = h.nets({ discards: wanted.not().and(ingress.records.valid).and(jobs.push.ready) });
      io.malformed.drive(io.runs.and(io.descriptors.valid).and(hollow));
      io.descriptors.ready.drive(places);
      ingress.records.ready.drive(places.and(ends_here).or(discards));
      h.when(places.or(discards), () => position.next(mux(discards.or(ends_here), uint(16).of(0), position.add(bytes))));

      const from = position.trunc(shift);
      reads.push.valid.drive(places);
      reads.push.payload.drive({
        start: frame.start.add(resize(position.shr(shift), addressBits)),
        beats: resize(
          from
            .zext(17)
            .add(bytes.zext(17))
            .add(busBytes - 1)
            .shr(shift),
          addressBits + 1,
        ),
      });
      writes.push.valid.drive(places);
      writes.push.payload.drive(bufferJob(address, bytes) as never);
      jobs.push.valid.drive(places.or(discards));
      jobs.push.payload.drive({
        discard: discards,
        last: discards.or(ends_here),
        from,
        to: address.trunc(shift),
        bytes,
        beats: frame.beats,
      } as never);
      pendings.push.valid.drive(places);
      pendings.push.payload.drive({
        bytes,
        sum: mux(ends_here, frame.sum, uint(16).of(0)),
        index: io.descriptors.payload.index,
        first: position.eq(0),
        last: ends_here,
        tagged: frame.tagged,
      });

      // ---- its bytes ------------------------------------------------------------------------------------
      const reader = h.instance("reader", bufferReader(addressBits, c.busBits), { run: reads.pop, data: ingress.data });
      ingress.address.drive(reader.address);
      ingress.enable.drive(reader.enable);
      const job = jobs.pop.payload;
      const align = h.instance("align", turner.block);
      align.job.valid.drive(jobs.pop.valid.and(job.discard.not()));
      align.job.payload.drive(turner.job(job.from, job.to, job.bytes) as never);
      align.data.connect(reader.out);
      const { finished } = h.nets({ finished: mux(job.discard, jobs.pop.valid, align.job.ready) });
      jobs.pop.ready.drive(finished);
      ingress.freed.drive(finished.and(job.last));
      ingress.freedBeats.drive(job.beats);
      const dma = h.instance("dma", dmaWrite(buffers), { job: writes.pop, data: align.out, b: io.b });
      io.aw.connect(dma.aw);
      io.w.connect(dma.w);

      // ---- in memory --------------------------------------------------------------------------------------
      const done = pendings.pop.payload;
      const { torn } = h.registers({ /** Memory refused a part of the frame whose parts come now. */ torn: bool });
      const { tears } = h.nets({ tears: dma.done.payload.or(torn.and(done.first.not())) });
      const { over } = h.nets({ over: dma.done.fire.and(done.last) });
      h.when(dma.done.fire, () => torn.next(tears));
      io.completions.valid.drive(dma.done.valid);
      io.completions.payload.drive(
        memoryBits(receiveCompletion, {
          STATUS: {
            bytes: done.bytes,
            sum: done.sum,
            index: done.index,
            first: done.first,
            last: done.last,
            tagged: done.tagged,
            failed: dma.done.payload,
            phase: 0,
          },
        }) as never,
      );
      dma.done.ready.drive(io.completions.ready);
      pendings.pop.ready.drive(dma.done.fire);
      open.next(open.add(places.zext(6)).sub(dma.done.fire.zext(6)));
      io.drained.drive(open.eq(0).and(position.eq(0)));
      io.failed.drive(dma.done.fire.and(dma.done.payload));
      io.delivered.drive(over.and(tears.not()));
      io.dropped.drive(ingress.dropped.zext(2).add(discards.zext(2)).add(over.and(tears).zext(2)));
      h.assert("a write that is done belongs to a buffer", dma.done.valid.implies(pendings.pop.valid));
    },
  );
};
