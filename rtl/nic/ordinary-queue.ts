/**
 * Everything of a queue but the moving of frames: its life from enable to idle, descriptors, completions, the interrupt.
 * Both directions have one. An engine takes descriptors and gives completions; the prototype's pages could put queues of
 * their own in this place.
 */
import { bool, input, module, output, stream, uint } from "#hdl";
import type { Config } from "#rtl/common.ts";
import { readBeat } from "#rtl/nic/dma-read.ts";
import { addressBeat, responseBeat, writeBeat } from "#rtl/nic/dma-write.ts";
import { ordinaryCompletions } from "./ordinary-completions.ts";
import { fetchedDescriptor, ordinaryFetch } from "./ordinary-fetch.ts";
import { completionBytes, ringLogs } from "./ordinary-formats.ts";
import { ordinaryInterrupt } from "./ordinary-interrupt.ts";
import { queueSettings, queueStatus, queueWrites } from "./ordinary-registers.ts";

export const ordinaryQueue = (c: Config) =>
  module(
    "ordinary_queue",
    {
      settings: input(queueSettings),
      writes: input(queueWrites),
      status: output(queueStatus),
      irq: output(bool),
      /** A pulse: the queue has stopped by itself. */
      stops: output(bool),
      /** The engine may begin work; it shall come to an end, and what it gives is forgotten. */
      runs: output(bool),
      ends: output(bool),
      descriptors: output(stream(fetchedDescriptor)),
      completions: input(stream(uint(8 * completionBytes))),
      /** Nothing of the engine's work is under way. */
      drained: input(bool),
      /** Pulses of the engine: memory refused an access; a descriptor cannot be. */
      failed: input(bool),
      malformed: input(bool),
      ar: output(stream(addressBeat(c))),
      r: input(stream(readBeat(c))),
      aw: output(stream(addressBeat(c))),
      w: output(stream(writeBeat(c))),
      b: input(stream(responseBeat(c))),
    },
    (io, h) => {
      const { settings, writes } = io;
      const { descriptor_base, completion_base, size, error_seen, mistake_seen } = h.registers({
        descriptor_base: uint(64).noReset(),
        completion_base: uint(64).noReset(),
        size: uint(16).reset(2 ** ringLogs.least),
        error_seen: bool,
        mistake_seen: bool,
      });
      const { begins, all_idle } = h.wires({ begins: bool, all_idle: bool });
      const life = h.fsm("life", {
        IDLE: (go) => h.when(settings.enable, () => go("ALIVE")),
        ALIVE: (go) => h.when(settings.enable.not(), () => go("ENDING")),
        ENDING: (go) => h.when(all_idle, () => go("IDLE")),
      });
      begins.drive(life.is("IDLE").and(settings.enable));
      const { stopped } = h.nets({ stopped: error_seen.or(mistake_seen) });
      const { going, ending } = h.nets({ going: life.is("ALIVE").and(stopped.not()), ending: life.is("ALIVE").not() });
      io.runs.drive(going);
      io.ends.drive(ending);

      const fetch = h.instance("fetch", ordinaryFetch(c), {
        begins,
        runs: going,
        base: descriptor_base,
        size,
        doorbell: writes.producer,
        doorbellIndex: writes.producer_index,
        r: io.r,
      });
      io.ar.connect(fetch.ar);
      io.descriptors.connect(fetch.out);
      const writer = h.instance("writer", ordinaryCompletions(c), {
        begins,
        discards: ending,
        base: completion_base,
        size,
        from: io.completions,
        consumes: writes.consumer,
        consumedIndex: writes.consumer_index,
        b: io.b,
      });
      io.aw.connect(writer.aw);
      io.w.connect(writer.w);
      all_idle.drive(fetch.idle.and(writer.idle).and(io.drained));

      const { wrong_size } = h.nets({ wrong_size: settings.log_size.lt(ringLogs.least) });
      const { error, mistake } = h.nets({
        error: life.is("ALIVE").and(fetch.failed.or(writer.failed).or(io.failed)),
        mistake: life.is("ALIVE").and(fetch.malformed.or(writer.malformed).or(io.malformed)).or(begins.and(wrong_size)),
      });
      h.when(begins, () => {
        descriptor_base.next(settings.descriptors.and(~63n & ((1n << 64n) - 1n)));
        completion_base.next(settings.completions.and(~63n & ((1n << 64n) - 1n)));
        // A ring of a wrong size is never used.
        h.when(wrong_size.not(), () => size.next(uint(16).of(1).shl(settings.log_size)));
        error_seen.next(0);
        mistake_seen.next(0);
      });
      h.when(error, () => error_seen.next(1));
      h.when(mistake, () => mistake_seen.next(1));
      io.stops.drive(error.or(mistake).and(stopped.not().or(begins)));

      const interrupt = h.instance("interrupt", ordinaryInterrupt(), {
        pending: writer.pending,
        consumes: writes.consumer,
        arm: writes.arm,
        armedValue: writes.armed,
        count: settings.count,
        cycles: settings.cycles,
      });
      io.irq.drive(interrupt.irq);
      io.status.drive({
        busy: life.is("IDLE").not(),
        running: going,
        dma_error: error_seen,
        malformed: mistake_seen,
        producer: fetch.producer,
        consumer: writer.consumed,
        armed: interrupt.armed,
        fetched: fetch.fetched,
        completed: writer.completed,
      });
    },
  );
