/**
 * Register slices keep order and lose nothing: each is a queue of its own capacity. One entry is always in sight at the
 * output, so that is proved for ever; the full slice's second one is not, and it is proved for many more cycles than it
 * has states.
 */
import { type Bits, input, module, output, stream, type Type, uint } from "#hdl";
import { type SliceKind, slice } from "#hdl/lib/slice.ts";
import type { FormalTask } from "#sim/formal/index.ts";
import { QueueModel } from "./queue-model.ts";

const word = uint(3) as Type<Bits>;

const harness = (kind: SliceKind, capacity: number) =>
  module(`slice_${kind}_is_a_queue`, { from: input(stream(word)), to: output(stream(word)) }, ({ from, to }, h) => {
    const dut = h.instance("dut", slice(word, kind), { from });
    to.connect(dut.to);
    from.check(h, "assume");
    to.check(h, "assert");
    h.ghost(() => {
      const model = new QueueModel(h, word, capacity);
      const all = model.with([{ when: from.fire, value: from.payload }]);
      // A reverse slice gives at once what comes while it is empty.
      const offered = kind === "reverse" ? model.count.ne(0).or(from.valid) : model.count.ne(0);
      h.assert("a beat is offered exactly where there is one", to.valid.eq(offered));
      h.assert("beats come out in the order in which they went in", to.valid.implies(to.payload.eq(all.entries[0] as Bits)));
      if (kind !== "forward") h.assert("ready says exactly whether there is room", from.ready.eq(model.count.lt(capacity)));
      h.assert("never more than its capacity", model.count.le(capacity));
      h.cover("full", model.count.eq(capacity));
      if (kind !== "half") h.cover("a beat in and one out at once", from.fire.and(to.fire));
      model.take(all, to.fire);
    });
  });

const kinds: readonly (readonly [SliceKind, number])[] = [
  ["full", 2],
  ["forward", 1],
  ["reverse", 1],
  ["half", 1],
];
export const tasks: readonly FormalTask[] = kinds.flatMap(([kind, capacity]): FormalTask[] => [
  {
    name: `slice ${kind}: a queue of ${capacity}`,
    module: () => harness(kind, capacity),
    ...(kind === "full" ? { mode: "bmc" as const, depth: 14 } : { mode: "induction" as const, depth: 2 }),
  },
  { name: `slice ${kind}: can be full`, module: () => harness(kind, capacity), mode: "cover", depth: 6 },
]);
