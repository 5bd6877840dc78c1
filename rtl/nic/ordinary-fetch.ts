/**
 * Reads descriptors ahead of need, a line of them at a time. One leaves only when its whole line has come without an error,
 * so that no address from a read that failed is ever used.
 */
import { bool, input, module, mux, output, stream, struct, uint } from "#hdl";
import { fifo } from "#hdl/lib/fifo.ts";
import { type Config, lineBytes } from "#rtl/common.ts";
import { dmaRead, readBeat } from "#rtl/nic/dma-read.ts";
import { addressBeat, ringJob } from "#rtl/nic/dma-write.ts";
import { descriptorBytes, ringLogs } from "./ordinary-formats.ts";

const perLine = lineBytes / descriptorBytes;
/** Descriptors that are here or on their way, at most, unless said; a power of two. */
export const prefetchedDescriptors = 32;
/** The DMA blocks of a queue count bytes of the largest ring. */
export const ringConfig = (c: Config): Config => ({ ...c, ringLimit: descriptorBytes << ringLogs.most });

/** A descriptor as it lies in memory, and its number since the queue began. */
export const fetchedDescriptor = struct({ bits: uint(8 * descriptorBytes), index: uint(16) }, "descriptor");

export const ordinaryFetch = (c: Config, prefetched: number = prefetchedDescriptors) => {
  const rings = ringConfig(c);
  const busBytes = c.busBits / 8,
    /** Beats of a descriptor, or descriptors of a beat. */
    beats = Math.max(1, descriptorBytes / busBytes),
    lanes = Math.max(1, busBytes / descriptorBytes);
  const slotBits = Math.log2(prefetched),
    pointer = uint(slotBits + 1);
  return module(
    `ordinary_fetch_${c.busBits}_i${c.dmaInFlight}x${prefetched}`,
    {
      /** The queue begins: all indices are 0. */
      begins: input(bool),
      /** New reads may begin, and descriptors leave. Where it falls, what has not left is withdrawn. */
      runs: input(bool),
      base: input(uint(64)),
      /** Entries of the ring, a power of two. */
      size: input(uint(16)),
      doorbell: input(bool),
      doorbellIndex: input(uint(16)),
      out: output(stream(fetchedDescriptor)),
      ar: output(stream(addressBeat(c))),
      r: input(stream(readBeat(c))),
      producer: output(uint(16)),
      fetched: output(uint(16)),
      /** Nothing is under way. */
      idle: output(bool),
      /** Pulses: memory refused a read; the doorbell names an index that cannot be. */
      failed: output(bool),
      malformed: output(bool),
    },
    (io, h) => {
      const { limit, asked, broken } = h.registers({
        /** The driver's index, and the next descriptor to ask for. */
        limit: uint(16),
        asked: uint(16),
        /** A line could not be read: nothing behind it counts. */
        broken: bool,
      });
      const { goes } = h.nets({ goes: io.runs.and(broken.not()) });
      io.producer.drive(limit);
      io.fetched.drive(asked);
      const { available, offered } = h.nets({ available: limit.sub(asked), offered: io.doorbellIndex.sub(asked) });
      const rings_bell = io.doorbell.and(io.runs);
      const { possible } = h.nets({ possible: offered.le(io.size).and(offered.ge(available)) });
      io.malformed.drive(rings_bell.and(possible.not()));

      // ---- ask: up to the end of a line, as soon as there is one descriptor ---------------------------
      const part = struct({ first: uint(2), last: uint(2) }, "line_part");
      const jobs = h.instance("jobs", fifo(ringJob(rings), 2));
      const parts = h.instance("parts", fifo(part, prefetched));
      const { reserved, open } = h.registers({
        /** Room promised to descriptors. */ reserved: pointer,
        /** Lines on their way. */ open: pointer,
      });
      const inLine = asked.trunc(2);
      const { rest } = h.nets({ rest: inLine.zext(3).neg().add(perLine) });
      const { many } = h.nets({ many: mux(available.lt(rest.zext(16)), available.trunc(3), rest) });
      const { asks } = h.nets({
        asks: goes
          .and(available.ne(0))
          .and(reserved.le(prefetched - perLine))
          .and(jobs.push.ready)
          .and(parts.push.ready),
      });
      jobs.push.valid.drive(asks);
      jobs.push.payload.drive({
        base: io.base,
        offset: asked.and(io.size.sub(1)).zext(19).shl(4),
        mask: io.size.zext(19).shl(4).sub(1),
        bytes: many.zext(16).shl(4),
      });
      parts.push.valid.drive(asks);
      parts.push.payload.drive({ first: inLine, last: inLine.add(many.trunc(2)).sub(1) });

      // ---- take: lines in order, unpacked to descriptors, which count when their line is whole -----------
      const dma = h.instance("dma", dmaRead(rings), { job: jobs.pop, r: io.r });
      io.ar.connect(dma.ar);
      const { write, whole, read, next } = h.registers({
        write: pointer,
        /** Descriptors before it may leave. */
        whole: pointer,
        read: pointer,
        /** Number of the next to leave. */
        next: uint(16),
      });
      const { done_in_line } = h.registers({ done_in_line: uint(2) });
      const { at } = h.nets({ at: parts.pop.payload.first.add(done_in_line) });
      const { last_of_line } = h.nets({ last_of_line: at.eq(parts.pop.payload.last) });
      const store = h.memory("store", uint(8 * descriptorBytes), prefetched, { style: "distributed", collision: "never" });
      const line = dma.out.payload;
      const { stores, takes, value } = h.wires({ stores: bool, takes: bool, value: uint(8 * descriptorBytes) });
      if (beats === 2) {
        const { low, half } = h.registers({ low: uint(64).noReset(), half: bool });
        value.drive(line.data.zext(128).shl(64).or(low.zext(128)));
        stores.drive(dma.out.valid.and(half));
        takes.drive(1);
        h.when(dma.out.fire, () => {
          half.next(half.not());
          low.next(line.data as never);
        });
      } else if (lanes === 1) {
        value.drive(line.data as never);
        stores.drive(dma.out.valid);
        takes.drive(1);
      } else {
        const laneBits = Math.log2(lanes);
        const lane = at.trunc(laneBits);
        value.drive(
          Array.from({ length: lanes }, (_, i) => line.data.slice(128 * i + 127, 128 * i)).reduce((v, x, i) =>
            mux(lane.eq(i), x, v),
          ) as never,
        );
        stores.drive(dma.out.valid);
        takes.drive(last_of_line.or(lane.all()));
      }
      dma.out.ready.drive(takes);
      const { line_ends } = h.nets({ line_ends: stores.and(last_of_line) });
      parts.pop.ready.drive(line_ends);
      store.write(write.trunc(slotBits), value, stores);
      io.failed.drive(line_ends.and(line.failed));
      h.when(line_ends.and(line.failed), () => broken.next(1));

      io.out.valid.drive(goes.and(read.ne(whole)));
      io.out.payload.drive({ bits: store.read(read.trunc(slotBits)), index: next });

      h.when(stores, () => {
        done_in_line.next(mux(last_of_line, uint(2).of(0), done_in_line.add(1)));
        write.next(write.add(1));
        h.when(last_of_line.and(line.failed.not()), () => whole.next(write.add(1)));
      });
      h.when(io.out.fire, () => {
        read.next(read.add(1));
        next.next(next.add(1));
      });
      h.when(asks, () => asked.next(asked.add(many.zext(16))));
      h.when(rings_bell.and(possible), () => limit.next(io.doorbellIndex));
      reserved.next(reserved.add(mux(asks, many.zext(slotBits + 1), pointer.of(0))).sub(io.out.fire.zext(slotBits + 1)));
      open.next(open.add(asks.zext(slotBits + 1)).sub(line_ends.zext(slotBits + 1)));
      h.when(io.begins, () => {
        for (const r of [limit, asked, next]) r.next(0);
        for (const r of [write, whole, read, reserved]) r.next(0);
        broken.next(0);
      });
      io.idle.drive(open.eq(0));
      h.assert("no more is asked for than was offered", available.le(io.size).or(io.runs.not()));
      h.assert("a line that comes was asked for", stores.implies(parts.pop.valid));
      h.assert("a queue begins when nothing is under way", io.begins.implies(open.eq(0)));
    },
  );
};
