/** The FIFO against the plainest queue there is: an array that everything moves down in. */
import { array, type Bits, type Constant, input, module, mux, output, stream, uint } from "#hdl";
import { type FifoOptions, fifo, fifoCapacity } from "#hdl/lib/fifo.ts";
import type { FormalTask } from "#sim/formal/index.ts";

const word = uint(3);
type Fifo = ReturnType<typeof fifo<Bits<3>, Bits<3> | Constant>>;

/** A FIFO and, as ghosts, the beats that went in and did not come out: oldest first. */
export const fifoIsQueue = (depth: number, options: FifoOptions, block: Fifo = fifo(word, depth, options)) =>
  module("fifo_is_a_queue", { push: input(stream(word)), pop: output(stream(word)) }, ({ push, pop }, h) => {
    const dut = h.instance("dut", block, { push });
    pop.connect(dut.pop);
    push.check(h, "assume");
    pop.check(h, "assert");

    const capacity = fifoCapacity(depth, options);
    const size = uint(8);
    h.ghost(() => {
      const { beats, held } = h.registers({ beats: array(word, capacity), held: size });
      const passing = options.flow ? push.fire.and(held.eq(0)) : (uint(1).of(0) as Bits<1>);
      const oldest = mux(passing, push.payload, beats.at(0) as never);
      h.assert("no beat is made up", pop.valid.implies(held.ne(0).or(passing)));
      h.assert("beats come out in the order in which they went in", pop.valid.implies(pop.payload.eq(oldest)));
      h.assert("never more than its capacity", held.le(capacity));
      h.assert("takes beats until it is full", held.lt(depth).implies(push.ready));
      // A beat that nothing stands before is offered after two cycles at last, which is what block RAM takes.
      const { waited } = h.registers({ waited: uint(2) });
      waited.next(mux(pop.fire.or(held.eq(0)), uint(2).of(0), mux(waited.eq(3), waited, waited.add(1))));
      h.assert("does not keep beats to itself", waited.ge(2).implies(pop.valid));
      h.cover("full", held.eq(capacity));
      h.cover("full, and empty again", held.eq(0).and(h.past(held).ne(0)));

      // Out at the bottom, in behind the last one.
      const left = held.sub(pop.fire.zext(8));
      held.next(left.add(push.fire.zext(8)));
      for (let i = 0; i < capacity; i++) {
        const moved = i + 1 < capacity ? mux(pop.fire, beats.at(i + 1), beats.at(i) as never) : beats.at(i);
        beats.at(i).next(mux(push.fire.and(left.eq(i)), push.payload, moved as never));
      }
    });
  });

const kinds: readonly (readonly [string, number, FifoOptions])[] = [
  ["registers, 4 entries", 4, { style: "registers" }],
  ["registers, 3 entries", 3, { style: "registers" }],
  ["1 entry", 1, { style: "registers" }],
  ["flow, 2 entries", 2, { flow: true }],
  ["block RAM, 4 entries", 4, { style: "block" }],
];

export const tasks: readonly FormalTask[] = kinds.flatMap(([kind, depth, options]): FormalTask[] => [
  { name: `fifo of ${kind}: a queue`, module: () => fifoIsQueue(depth, options), mode: "bmc", depth: 14 },
  { name: `fifo of ${kind}: can be full and empty`, module: () => fifoIsQueue(depth, options), mode: "cover", depth: 14 },
  // The block's own assertions follow from each other, whatever happened before.
  ...(depth === 1
    ? []
    : [{ name: `fifo of ${kind}: pointers`, module: () => fifo(word, depth, options), mode: "induction" as const, depth: 1 }]),
]);
