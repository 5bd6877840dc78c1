/**
 * The prototype's transmit page as a second owner of the ordinary path's transmit engine, between the engine and the queue in
 * memory; see legacy-receive.ts for whose it is when. A request is a fragment of a frame. It completes when its bytes have
 * been read, also where the frame is refused; whether the engine sends it is the frame's affair.
 */
import { bool, input, module, mux, output, stream, uint } from "#hdl";
import { memoryBits } from "#hdl/regmap/index.ts";
import { legacyDepth, legacyPointers, legacyRequest, legacyState } from "./legacy-pointers.ts";
import { fetchedDescriptor } from "./ordinary-fetch.ts";
import { completionBytes, transmitDescriptor } from "./ordinary-formats.ts";

export const legacyTransmit = () =>
  module(
    "legacy_transmit",
    {
      // ---- software's side ------------------------------------------------------------------------------
      /** A request: {63 partial, 62:48 bytes, 47:0 address}. */
      request: input(legacyRequest),
      state: output(legacyState),
      // ---- the queue in memory ----------------------------------------------------------------------------
      /** The queue is to have the engine; it has it, or its work has not come to an end. */
      enable: input(bool),
      busy: input(bool),
      queueRuns: input(bool),
      queueEnds: input(bool),
      queueDescriptors: input(stream(fetchedDescriptor)),
      queueCompletions: output(stream(uint(8 * completionBytes))),
      queueFailed: output(bool),
      // ---- the engine -----------------------------------------------------------------------------------
      runs: output(bool),
      ends: output(bool),
      descriptors: output(stream(fetchedDescriptor)),
      completions: input(stream(uint(8 * completionBytes))),
      drained: input(bool),
      failed: input(bool),
      /** Pulses: a fragment has been read or passed over; a frame cannot be; a frame is not sent, whatever the reason. */
      passed: input(bool),
      refused: input(bool),
      unsent: input(bool),
      /** A pulse: a frame was refused; or could not be read, and nothing else says so. */
      refuses: output(bool),
    },
    (io, h) => {
      const { mine } = h.nets({ /** The engine is this page's. */ mine: io.enable.or(io.busy).not() });
      const { lent } = h.registers({ /** The engine may have work of this page. */ lent: bool });
      const { push, pop, word } = io.request;
      const { gives, done } = h.nets({ gives: mine.and(io.descriptors.fire), done: lent.and(io.passed) });
      const queues = h.instance("queues", legacyPointers(), { push, pop, give: gives, completes: done, closed: mine.not() });
      lent.next(gives.or(lent.and(io.drained.not())));
      const fragments = h.memory("fragments", uint(64), legacyDepth, { style: "distributed" });
      const placeBits = Math.log2(legacyDepth);
      fragments.write(queues.pushed.trunc(placeBits), word, push);
      const { fragment } = h.nets({ fragment: fragments.read(queues.given.trunc(placeBits)) });
      const { requests, completions } = queues;
      io.state.drive({ requests, completions, first: completions.any().zext(64), completes: done });

      // ---- whose work ----------------------------------------------------------------------------------
      io.runs.drive(mine.or(io.queueRuns.and(lent.not())));
      // Half a frame is forgotten where the engine goes to the queue.
      io.ends.drive(mine.not().and(io.queueEnds.or(lent)));
      io.descriptors.valid.drive(mux(mine, queues.offers, io.queueDescriptors.valid));
      const descriptor = memoryBits(transmitDescriptor, {
        BUFFER: { address: fragment.trunc(48).zext(64) },
        FRAGMENT: { bytes: fragment.slice(62, 48).zext(16), last: fragment.bit(63).not(), notify: 0 },
      } as never);
      io.descriptors.payload.drive({
        bits: mux(mine, descriptor, io.queueDescriptors.payload.bits) as never,
        index: io.queueDescriptors.payload.index,
      });
      io.queueDescriptors.ready.drive(io.descriptors.ready.and(mine.not()));
      // The engine tells of errors alone: software of these pages has no ear for them.
      io.queueCompletions.valid.drive(io.completions.valid.and(lent.not()));
      io.queueCompletions.payload.drive(io.completions.payload);
      io.completions.ready.drive(lent.or(io.queueCompletions.ready));
      io.queueFailed.drive(io.failed.and(lent.not()));
      io.refuses.drive(mux(lent, io.unsent, io.refused));
    },
  );
