/**
 * The prototype's packet pages: a queue's counts never pass each other and room for every completion is kept, for ever; an
 * engine never has work of a page and of the kernel's queue at once, each completion goes to its owner and a page's never
 * waits, and the queue never finds half a frame of the page's in the engine.
 */
import { type Bits, type Bool, type Builder, bool, input, module, mux, output, stream, uint } from "#hdl";
import { legacyDepth, legacyPointers, legacyRequest, legacyState } from "#rtl/nic/legacy-pointers.ts";
import { legacyBufferBytes, legacyReceive } from "#rtl/nic/legacy-receive.ts";
import { legacyTransmit } from "#rtl/nic/legacy-transmit.ts";
import { fetchedDescriptor } from "#rtl/nic/ordinary-fetch.ts";
import type { FormalTask } from "#sim/formal/index.ts";
import { layOpen } from "./lay-open.ts";

export const countsKeepOrder = (block = legacyPointers()) =>
  module(
    "legacy_counts_keep_order",
    { push: input(bool), give: input(bool), completes: input(bool), pop: input(bool), closed: input(bool), offers: output(bool) },
    (io, h) => {
      const { push, give, completes, pop, closed } = io;
      const dut = h.instance("dut", block, { push, give, completes, pop, closed });
      io.offers.drive(dut.offers);
      h.ghost(() => {
        const { pushed, given, completed, popped, requests, completions } = dut;
        h.assume("software pushes where there is room", push.implies(requests.lt(legacyDepth)));
        h.assume("the engine takes what is offered", give.implies(dut.offers));
        h.assume("what completes was given", completes.implies(completed.ne(given)));
        const waiting = pushed.sub(given);
        const past = (value: Bits, name: string): Bits => h.past(value, 1, name);
        h.assert("never more than 64 requests", waiting.le(legacyDepth));
        h.assert("never more than 64 that are given and not popped", given.sub(popped).le(legacyDepth));
        h.assert("what has completed was given", completed.sub(popped).le(given.sub(popped)));
        h.assert(
          "software sees the requests, or a full queue",
          requests.eq(mux(closed, uint(7).of(legacyDepth), waiting.trunc(7) as Bits<7>)),
        );
        h.assert("software sees the completions", completions.eq(completed.sub(popped).trunc(7) as never));
        h.assert(
          "an offer has a request, and room for its completion",
          dut.offers.implies(waiting.ne(0).and(given.sub(popped).lt(64)).and(closed.not())),
        );
        h.assert("a request is offered as soon as it can be", closed.or(waiting.eq(0)).or(given.sub(popped).eq(64)).or(dut.offers));
        const after = h.pastValid();
        const moved = (now: Bits, name: string, by: Bool): void =>
          h.assert(`${name} counts`, after.implies(now.eq(past(now, `${name}_was`).add(h.past(by, 1, `${name}_moved`).zext(8)))));
        moved(given, "given", give);
        moved(completed, "completed", completes);
        moved(popped, "popped", pop.and(completions.ne(0)));
        h.assert(
          "what is forgotten was not given",
          after.and(h.past(closed, 1, "was_closed")).implies(pushed.eq(past(given, "given_before"))),
        );
        h.cover("a full queue", requests.eq(3).and(completions.eq(2)));
      });
    },
  );

const descriptors = { queueDescriptors: input(stream(fetchedDescriptor)), queueRuns: input(bool), enable: input(bool), busy: input(bool) };
interface Kernel {
  readonly enable: Bool;
  readonly busy: Bool;
  readonly queueRuns: Bool;
  readonly queueDescriptors: { readonly valid: Bool };
}
/** What the queue in memory keeps to. `work`: it has given the engine something that has not come to its end. */
const kernelKeepsTo = (h: Builder, { enable, busy, queueRuns, queueDescriptors }: Kernel, work: Bool): void => {
  h.assume(
    "a queue that is idle begins when it is enabled",
    h.pastValid().implies(busy.eq(h.past(enable, 1, "was_enabled").or(h.past(busy, 1, "was_busy").and(busy)))),
  );
  h.assume("a queue is busy while the engine works for it", work.implies(busy));
  h.assume("a queue runs while it is busy", queueRuns.implies(busy));
  h.assume("descriptors come while it runs", queueDescriptors.valid.implies(queueRuns));
  h.assume("after reset it is idle", h.pastValid().or(busy.not()));
};

const openReceive = () => layOpen(legacyReceive(), {}, { shown: ["lent", "mine", "queues_given", "queues_completed"] });
export const receiveHasOneOwner = (block = openReceive()) =>
  module(
    "legacy_receive_has_one_owner",
    {
      ...descriptors,
      request: input(legacyRequest),
      state: output(legacyState),
      take: input(bool),
      completions: input(stream(uint(64))),
      queueReady: input(bool),
    },
    (io, h) => {
      const { request, enable, busy, queueRuns, queueDescriptors, completions, take, queueReady } = io;
      const dut = h.instance("dut", block, { request, enable, busy, queueRuns, queueDescriptors, completions });
      io.state.drive(dut.state);
      const { ofPage, ofQueue } = h.registers({ ofPage: uint(8), ofQueue: uint(8) });
      dut.queueCompletions.ready.drive(queueReady);
      dut.failed.drive(0);
      // An engine that has, of each owner, what it took and what has not completed.
      const takes = dut.runs.and(dut.descriptors.valid).and(take);
      dut.descriptors.ready.drive(takes);
      dut.drained.drive(ofPage.eq(0).and(ofQueue.eq(0)));
      const mine = dut.shown__mine.bit(0);
      const lent = dut.shown__lent.bit(0);
      h.ghost(() => {
        completions.check(h, "assume");
        h.assume("software pushes where there is room", request.push.implies(dut.state.requests.lt(legacyDepth)));
        h.assume("the engine completes what it took", completions.valid.implies(ofPage.ne(0).or(ofQueue.ne(0))));
        h.assume("the engine holds 64 at most", ofQueue.le(64).and(ofQueue.eq(64).implies(takes.not())));
        kernelKeepsTo(h, io, ofQueue.ne(0));
        const pages = takes.and(mine);
        const queues = takes.and(mine.not());
        const done = completions.fire;
        ofPage.next(ofPage.add(pages.zext(8)).sub(done.and(ofPage.ne(0)).zext(8)));
        ofQueue.next(ofQueue.add(queues.zext(8)).sub(done.and(ofPage.eq(0)).zext(8)));
        h.assert("an engine has one owner", ofPage.eq(0).or(ofQueue.eq(0)));
        h.assert("the page's work is the page's count", ofPage.eq(dut.shown__queues_given.sub(dut.shown__queues_completed) as never));
        h.assert("what the page has given is lent", ofPage.ne(0).implies(lent));
        h.assert("what the queue has given is not", ofQueue.ne(0).implies(lent.not()));
        h.assert("a completion for the queue is the queue's", dut.queueCompletions.valid.implies(ofQueue.ne(0)));
        h.assert("one for the page is the page's", dut.state.completes.implies(ofPage.ne(0)));
        h.assert("the page's completions never wait", completions.valid.and(ofPage.ne(0)).implies(done.and(dut.state.completes)));
        h.assert("the queue's wait for the queue alone", completions.valid.and(ofQueue.ne(0)).implies(done.eq(queueReady)));
        h.assert("who has no engine has a full queue", mine.not().implies(dut.state.requests.eq(legacyDepth)));
        h.assert("the page's frames fit its buffers", pages.implies(dut.longest.eq(legacyBufferBytes)));
        h.assert("nothing is given to the page's engine while the kernel wants it", enable.implies(pages.not()));
        h.cover("the queue has the engine after the page", queues.and(dut.shown__queues_given.ne(0)));
      });
    },
  );

const openTransmit = () => layOpen(legacyTransmit(), {}, { shown: ["lent", "mine", "queues_given", "queues_completed"] });
export const transmitHasOneOwner = (block = openTransmit()) =>
  module(
    "legacy_transmit_has_one_owner",
    {
      ...descriptors,
      request: input(legacyRequest),
      state: output(legacyState),
      queueEnds: input(bool),
      take: input(bool),
      pass: input(bool),
      result: input(bool),
      queueReady: input(bool),
    },
    (io, h) => {
      const { request, enable, busy, queueRuns, queueEnds, queueDescriptors, take, pass, result, queueReady } = io;
      const dut = h.instance("dut", block, {
        request,
        enable,
        busy,
        queueRuns,
        queueEnds,
        queueDescriptors,
        refused: 0,
        unsent: 0,
        failed: 0,
      });
      io.state.drive(dut.state);
      const { ofPage, ofQueue, results, half } = h.registers({
        ofPage: uint(8),
        ofQueue: uint(8),
        /** Results that wait, of whose work the engine has. */
        results: uint(2),
        /** The engine may hold a part of a frame of the page's. */
        half: bool,
      });
      dut.queueCompletions.ready.drive(queueReady);
      const takes = dut.runs.and(dut.descriptors.valid).and(take);
      dut.descriptors.ready.drive(takes);
      const works = ofPage.ne(0).or(ofQueue.ne(0));
      const passes = pass.and(works);
      dut.passed.drive(passes);
      dut.drained.drive(works.not().and(results.eq(0)));
      dut.completions.valid.drive(results.ne(0));
      dut.completions.payload.drive(0);
      const mine = dut.shown__mine.bit(0);
      const lent = dut.shown__lent.bit(0);
      h.ghost(() => {
        h.assume("software pushes where there is room", request.push.implies(dut.state.requests.lt(legacyDepth)));
        h.assume("the engine holds 64 at most", ofQueue.le(64).and(ofQueue.eq(64).implies(takes.not())));
        h.assume("a result comes with the end of a fragment", result.implies(passes.and(results.lt(3)).and(dut.ends.not())));
        h.assume("a queue that is not busy ends", busy.or(queueEnds));
        h.assume("a queue that runs does not end", queueRuns.implies(queueEnds.not()));
        kernelKeepsTo(h, io, ofQueue.ne(0).or(results.ne(0).and(lent.not())));
        const pages = takes.and(mine);
        const queues = takes.and(mine.not());
        ofPage.next(ofPage.add(pages.zext(8)).sub(passes.and(ofPage.ne(0)).zext(8)));
        ofQueue.next(ofQueue.add(queues.zext(8)).sub(passes.and(ofPage.eq(0)).zext(8)));
        results.next(results.add(result.zext(2)).sub(dut.completions.fire.zext(2)));
        half.next(pages.or(half.and(dut.ends.not())));
        h.assert("an engine has one owner", ofPage.eq(0).or(ofQueue.eq(0)));
        h.assert("the page's work is the page's count", ofPage.eq(dut.shown__queues_given.sub(dut.shown__queues_completed) as never));
        h.assert("what the page has given is lent", ofPage.ne(0).implies(lent));
        h.assert("what the queue has given is not", ofQueue.ne(0).implies(lent.not()));
        h.assert("a fragment of the page's completes the page's request", dut.state.completes.eq(passes.and(ofPage.ne(0))));
        h.assert("the queue hears nothing of the page's", dut.queueCompletions.valid.implies(lent.not()));
        h.assert("the page's results never wait", dut.completions.valid.and(lent).implies(dut.completions.fire));
        h.assert("a page's frame is not ended while the engine is the page's", mine.implies(dut.ends.not()));
        h.assert("half a frame is forgotten before the queue begins", half.implies(busy.not()));
        h.assert("the queue finds no half frame", queues.implies(half.not()));
        h.assert("who has no engine has a full queue", mine.not().implies(dut.state.requests.eq(legacyDepth)));
        h.cover("the queue has the engine after the page", queues.and(dut.shown__queues_given.ne(0)));
      });
    },
  );

export const tasks: readonly FormalTask[] = [
  { name: "legacy queues: counts in order", module: () => countsKeepOrder(), mode: "induction", depth: 2 },
  { name: "legacy queues: some of each", module: () => countsKeepOrder(), mode: "cover", depth: 10 },
  { name: "legacy receive: one owner", module: () => receiveHasOneOwner(), mode: "induction", depth: 2 },
  { name: "legacy receive: hand over", module: () => receiveHasOneOwner(), mode: "cover", depth: 10 },
  { name: "legacy transmit: one owner", module: () => transmitHasOneOwner(), mode: "induction", depth: 2 },
  { name: "legacy transmit: hand over", module: () => transmitHasOneOwner(), mode: "cover", depth: 10 },
];
