/**
 * The prototype's receive page as a second owner of the ordinary path's receive engine, between the engine and the queue in
 * memory. While that queue is neither enabled nor busy the engine fills buffers that software has pushed, a frame each;
 * enabling the queue takes the engine back, and what the queue begins waits until the last legacy write has been answered.
 */
import { bool, input, module, mux, output, stream, uint } from "#hdl";
import { memoryBits, memoryFields } from "#hdl/regmap/index.ts";
import { legacyPlace, legacyPointers, legacyRequest, legacyState } from "./legacy-pointers.ts";
import { fetchedDescriptor } from "./ordinary-fetch.ts";
import { completionBytes, receiveCompletion, receiveDescriptor } from "./ordinary-formats.ts";

/** Bytes of a buffer: the prototype's longest frame. Its requests do not say a size, so a longer frame is dropped. */
export const legacyBufferBytes = 1516;

export const legacyReceive = () =>
  module(
    "legacy_receive",
    {
      // ---- software's side ------------------------------------------------------------------------------
      request: input(legacyRequest, { unused: true }),
      state: output(legacyState),
      // ---- the queue in memory ----------------------------------------------------------------------------
      /** The queue is to have the engine; it has it, or its work has not come to an end. */
      enable: input(bool),
      busy: input(bool),
      queueRuns: input(bool),
      queueDescriptors: input(stream(fetchedDescriptor)),
      queueCompletions: output(stream(uint(8 * completionBytes))),
      queueFailed: output(bool),
      // ---- the engine -----------------------------------------------------------------------------------
      runs: output(bool),
      /** Longer frames are dropped. */
      longest: output(uint(16)),
      descriptors: output(stream(fetchedDescriptor)),
      completions: input(stream(uint(8 * completionBytes))),
      drained: input(bool),
      failed: input(bool),
    },
    (io, h) => {
      const { mine } = h.nets({ /** The engine is this page's. */ mine: io.enable.or(io.busy).not() });
      const { lent, used } = h.registers({
        /** The engine may have work of this page. */
        lent: bool,
        /** Buffers have been pushed since the engine is this page's: frames wait for more of them. */
        used: bool,
      });
      const { push, pop, word } = io.request;
      const { gives, done } = h.nets({ gives: mine.and(io.descriptors.fire), done: lent.and(io.completions.valid) });
      const queues = h.instance("queues", legacyPointers(), { push, pop, give: gives, completes: done, closed: mine.not() });
      lent.next(gives.or(lent.and(io.drained.not())));
      used.next(mine.and(used.or(push)));

      // A buffer's address stays until its completion is popped: both come and go in the same order.
      const { given, completed, popped } = queues;
      const entries = 2 ** legacyPlace.width;
      const addresses = h.memory("addresses", uint(48), entries, { style: "distributed" });
      const lengths = h.memory("lengths", uint(16), entries, { style: "distributed" });
      addresses.write(queues.pushed.trunc(legacyPlace.width), word.trunc(48), push);
      const { STATUS } = memoryFields(receiveCompletion, io.completions.payload);
      // What memory refused is no frame, and its buffer is software's again.
      lengths.write(completed.trunc(legacyPlace.width), mux(STATUS.failed, uint(16).of(0), STATUS.bytes), done);
      const { first_address, first_length } = h.nets({
        first_address: addresses.read(popped.trunc(legacyPlace.width)),
        first_length: lengths.read(popped.trunc(legacyPlace.width)),
      });
      const { some } = h.nets({ some: queues.completions.any() });
      const first = mux(some, first_address.zext(64).shl(16).or(first_length.zext(64)), uint(64).of(0));
      io.state.drive({ requests: queues.requests, completions: queues.completions, first, completes: done });

      // ---- whose work ----------------------------------------------------------------------------------
      io.runs.drive(mux(mine, used, io.queueRuns.and(lent.not())));
      io.longest.drive(mux(mine, uint(16).of(legacyBufferBytes), uint(16).of(0xffff)));
      io.descriptors.valid.drive(mux(mine, queues.offers, io.queueDescriptors.valid));
      const address = addresses.read(given.trunc(legacyPlace.width));
      const buffer = memoryBits(receiveDescriptor, { BUFFER: { address: address.zext(64) }, SIZE: { bytes: legacyBufferBytes } } as never);
      io.descriptors.payload.drive({
        bits: mux(mine, buffer, io.queueDescriptors.payload.bits) as never,
        index: io.queueDescriptors.payload.index,
      });
      io.queueDescriptors.ready.drive(io.descriptors.ready.and(mine.not()));
      io.queueCompletions.valid.drive(io.completions.valid.and(lent.not()));
      io.queueCompletions.payload.drive(io.completions.payload);
      // Room for a completion was kept when its buffer was given.
      io.completions.ready.drive(lent.or(io.queueCompletions.ready));
      io.queueFailed.drive(io.failed.and(lent.not()));
    },
  );
