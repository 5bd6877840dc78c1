/**
 * Where a legacy engine of the prototype's pages is in its queues. What is pushed is given to the engine, completes and is
 * popped, each in order, so one count for each of the four is all of the state; none of the queues ever makes anybody wait.
 */
import { bool, input, module, output, struct, uint } from "#hdl";

/** Requests that wait, and requests that are given and were not popped, at most (prototype-interface.md, section 6). */
export const legacyDepth = 64;
const bits = Math.log2(legacyDepth);
const count = uint(bits + 1);
/** Counts go on and wrap; the number of a request, of those that can be in one of the two queues at once. */
export const legacyPointer = uint(bits + 2);
export const legacyPlace = uint(bits + 1);

/** What an access to an engine's page does: at most one of the two in a cycle. */
export const legacyRequest = struct({ push: bool, pop: bool, word: uint(64) }, "legacy_request");
/** What the page shows. `first`: what a pop gives, 0 where there is nothing. `completes`: a request completes in this cycle. */
export const legacyState = struct({ requests: count, completions: count, first: uint(64), completes: bool }, "legacy_state");
/** Both engines'. */
export const legacyRequests = struct({ receive: legacyRequest, transmit: legacyRequest }, "legacy_requests");
export const legacyStates = struct({ receive: legacyState, transmit: legacyState }, "legacy_states");

export const legacyPointers = () =>
  module(
    "legacy_pointers",
    {
      /** A request comes. Not where `requests` says that there is no room. */
      push: input(bool),
      /** The engine takes the next one; not unless `offers`. */
      give: input(bool),
      /** The oldest one that was given is done. */
      completes: input(bool),
      /** Software takes a completion, where there is one. */
      pop: input(bool),
      /** The engine is somebody else's: requests are forgotten, and the queue is as if full. */
      closed: input(bool),
      /** A request may be given, and its completion will find room. */
      offers: output(bool),
      requests: output(count),
      completions: output(count),
      pushed: output(legacyPointer),
      given: output(legacyPointer),
      completed: output(legacyPointer),
      popped: output(legacyPointer),
    },
    (io, h) => {
      const { pushes, gives, ends, pops } = h.registers({
        pushes: legacyPointer,
        gives: legacyPointer,
        ends: legacyPointer,
        pops: legacyPointer,
      });
      const { waiting, done } = h.nets({ waiting: pushes.sub(gives).trunc(bits + 1), done: ends.sub(pops).trunc(bits + 1) });
      io.offers.drive(io.closed.not().and(waiting.any()).and(gives.sub(pops).lt(legacyDepth)));
      io.requests.drive(waiting);
      h.when(io.closed, () => io.requests.drive(legacyDepth));
      io.completions.drive(done);
      h.when(io.closed, () => pushes.next(gives)).elseWhen(io.push, () => pushes.next(pushes.add(1)));
      h.when(io.give, () => gives.next(gives.add(1)));
      h.when(io.completes, () => ends.next(ends.add(1)));
      h.when(io.pop.and(done.any()), () => pops.next(pops.add(1)));
      io.pushed.drive(pushes);
      io.given.drive(gives);
      io.completed.drive(ends);
      io.popped.drive(pops);
      h.assert("a request that comes finds room", io.push.implies(io.requests.lt(legacyDepth)));
      h.assert("what is given was offered", io.give.implies(io.offers));
      h.assert("what completes was given", io.completes.implies(ends.ne(gives)));
      h.assert("no more than the queue holds wait", pushes.sub(gives).le(legacyDepth));
      h.assert("a completion has room", gives.sub(pops).le(legacyDepth));
      h.assert("what has completed was given", ends.sub(pops).le(gives.sub(pops)));
    },
  );
