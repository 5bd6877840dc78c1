/** The asynchronous FIFO between two clocks that run as they like, against a list of what went in. */
import { array, input, module, output, stream, uint } from "#hdl";
import { type AsyncFifoOptions, asyncFifo } from "#hdl/lib/async-fifo.ts";
import { fromClock, toClock } from "#hdl/lib/cdc.ts";
import type { FormalTask } from "#sim/formal/index.ts";

const word = uint(2);

/** What went in, by number, is written in the one domain; the other one asks for it by number. */
export const asyncFifoIsQueue = (depth: number, options: AsyncFifoOptions, block = asyncFifo(word, depth, options)) =>
  module(
    "async_fifo_is_a_queue",
    { push: input(stream(word), { clock: fromClock }), pop: output(stream(word), { clock: toClock }) },
    ({ push, pop }, h) => {
      const dut = h.instance("dut", block, { push });
      pop.connect(dut.pop);
      h.clocked(fromClock, () => push.check(h, "assume"));
      h.clocked(toClock, () => pop.check(h, "assert"));
      const places = 8;
      const number = uint(3);
      h.ghost(() => {
        const { came, beats } = h.clocked(fromClock, () => h.registers({ came: number, beats: array(word, places) }));
        const { went } = h.clocked(toClock, () => h.registers({ went: number }));
        const held = came.sub(went);
        h.when(push.fire, () => {
          came.next(came.add(1));
          beats.at(came).next(push.payload);
        });
        h.when(pop.fire, () => went.next(went.add(1)));
        h.clocked(fromClock, () => h.assert("never more than its capacity", held.le(depth + (options.style === "block" ? 1 : 0))));
        h.clocked(toClock, () => {
          h.assert("no beat is made up", pop.valid.implies(held.ne(0)));
          h.assert("beats come out in the order in which they went in", pop.valid.implies(pop.payload.eq(beats.at(went))));
          h.cover("more beats come out than it has entries", went.eq(depth).and(pop.fire));
        });
        h.clocked(fromClock, () => h.cover("full", push.ready.not()));
      });
    },
  );

const kinds: readonly (readonly [string, number, AsyncFifoOptions])[] = [
  ["2 entries", 2, {}],
  ["4 entries", 4, {}],
  ["2 entries in block RAM", 2, { style: "block" }],
];

export const tasks: readonly FormalTask[] = kinds.flatMap(([kind, depth, options]): FormalTask[] => [
  { name: `asynchronous fifo of ${kind}: a queue`, module: () => asyncFifoIsQueue(depth, options), mode: "bmc", depth: 18 },
  {
    name: `asynchronous fifo of ${kind}: passes beats, fills up`,
    module: () => asyncFifoIsQueue(depth, options),
    mode: "cover",
    depth: 24,
  },
]);
