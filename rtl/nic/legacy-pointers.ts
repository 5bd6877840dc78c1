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
      const { pushed, given, completed, popped } = h.registers({
        pushed: legacyPointer,
        given: legacyPointer,
        completed: legacyPointer,
        popped: legacyPointer,
      });
      const { waiting, done } = h.nets({ waiting: pushed.sub(given).trunc(bits + 1), done: completed.sub(popped).trunc(bits + 1) });
      io.offers.drive(io.closed.not().and(waiting.any()).and(given.sub(popped).lt(legacyDepth)));
      io.requests.drive(waiting);
      h.when(io.closed, () => io.requests.drive(legacyDepth));
      io.completions.drive(done);
      h.when(io.closed, () => pushed.next(given)).elseWhen(io.push, () => pushed.next(pushed.add(1)));
      h.when(io.give, () => given.next(given.add(1)));
      h.when(io.completes, () => completed.next(completed.add(1)));
      h.when(io.pop.and(done.any()), () => popped.next(popped.add(1)));
      io.pushed.drive(pushed);
      io.given.drive(given);
      io.completed.drive(completed);
      io.popped.drive(popped);
      h.assert("a request that comes finds room", io.push.implies(io.requests.lt(legacyDepth)));
      h.assert("what is given was offered", io.give.implies(io.offers));
      h.assert("what completes was given", io.completes.implies(completed.ne(given)));
    },
  );
