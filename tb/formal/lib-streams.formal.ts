/**
 * What has several streams on one side: fork and demux, join and select. Each output is compared with a queue of what
 * belongs to it, so nothing is lost, doubled, made up or out of order, whoever waits for whom.
 */
import { type Bits, type Bool, cat, input, module, output, stream, type Type, uint } from "#hdl";
import { join, selectStream } from "#hdl/lib/stream-join.ts";
import type { FormalTask } from "#sim/formal/index.ts";
import { QueueModel } from "./queue-model.ts";

const word = uint(2) as Type<Bits>;
const outputs = 3;

/** Every beat goes to all outputs, to each once, at whatever time that output likes. */
const fork = module(
  "fork_gives_to_all",
  { from: input(stream(word)), to0: output(stream(word)), to1: output(stream(word)), to2: output(stream(word)) },
  ({ from, to0, to1, to2 }, h) => {
    const to = [to0, to1, to2];
    for (const [i, s] of from.fork(h, outputs).entries()) to[i]?.connect(s);
    from.check(h, "assume");
    h.ghost(() => {
      const { taken } = h.registers({ taken: uint(outputs) });
      const fires = to.map((s) => s.fire);
      for (const [i, s] of to.entries()) {
        s.check(h, "assert");
        h.assert(`output ${i}: offered until it is taken, and no longer`, s.valid.eq(from.valid.and(taken.bit(i).not())));
        h.assert(`output ${i}: the beat that came`, s.valid.implies(s.payload.eq(from.payload)));
      }
      const now = cat(...fires.map((f, i) => taken.bit(i).or(f)).reverse());
      h.assert("the beat goes when all have it", from.fire.eq(from.valid.and(now.all())));
      h.when(from.fire, () => taken.next(0)).otherwise(() => taken.next(now));
      h.cover("all at once", from.fire.and(taken.eq(0)));
      h.cover("one after the other", from.fire.and(taken.eq(0b011)));
    });
  },
);

/** Each beat goes to the output that it names, and to no other. */
const demux = module(
  "demux_gives_to_one",
  { from: input(stream(uint(4))), to0: output(stream(uint(4))), to1: output(stream(uint(4))), to2: output(stream(uint(4))) },
  ({ from, to0, to1, to2 }, h) => {
    const to = [to0, to1, to2];
    const goal = from.payload.slice(3, 2);
    h.assume("beats name an output that exists", from.valid.implies(goal.lt(outputs)));
    for (const [i, s] of from.demux(h, outputs, (p) => p.slice(3, 2)).entries()) to[i]?.connect(s);
    from.check(h, "assume");
    h.ghost(() => {
      for (const [i, s] of to.entries()) {
        s.check(h, "assert");
        h.assert(`output ${i}: exactly its own beats`, s.valid.eq(from.valid.and(goal.eq(i))));
        h.assert(`output ${i}: the beat that came`, s.valid.implies(s.payload.eq(from.payload)));
        h.cover(`output ${i} takes one`, s.fire);
      }
      const fires = to.map((s) => s.fire).reduce((a: Bool, b) => a.or(b));
      h.assert("a beat goes in where it comes out", from.fire.eq(fires));
    });
  },
);

/** The n-th beat of one stream stands beside the n-th of the other. */
const joined = module(
  "join_pairs_beats",
  { a: input(stream(word)), b: input(stream(word)), left: output(stream(word)), right: output(stream(word)) },
  ({ a, b, left, right }, h) => {
    // Both go through queues first, so that they get out of step.
    const pair = join({ a: a.queue(h, 2, { name: "early" }), b: b.queue(h, 2, { name: "late" }) });
    const [one, two] = pair.fork(h, 2);
    left.connect(one.map(word, (p) => p.a));
    right.connect(two.map(word, (p) => p.b));
    a.check(h, "assume");
    b.check(h, "assume");
    h.ghost(() => {
      for (const [name, from, to] of [
        ["first", a, left],
        ["second", b, right],
      ] as const) {
        to.check(h, "assert");
        const model = new QueueModel(h, word, 4, name);
        const all = model.with([{ when: from.fire, value: from.payload }]);
        h.assert(`${name}: no beat is made up`, to.valid.implies(model.count.ne(0)));
        h.assert(`${name}: beats in order`, to.valid.implies(to.payload.eq(all.entries[0] as Bits)));
        h.assert(`${name}: no more than its queue`, model.count.le(2));
        model.take(all, to.fire);
      }
      h.cover("one stream runs ahead", a.fire.and(h.past(a.fire)).and(b.valid.not()).and(h.past(b.valid).not()));
      h.cover("pairs follow each other", left.fire.and(right.fire).and(h.past(left.fire)));
    });
  },
);

/** Beats of the named stream pass, those of others wait. */
const selected = module(
  "select_takes_one",
  { select: input(uint(2)), s0: input(stream(word)), s1: input(stream(word)), s2: input(stream(word)), to: output(stream(word)) },
  ({ select, s0, s1, s2, to }, h) => {
    const list = [s0, s1, s2];
    to.connect(selectStream(select, list));
    for (const s of list) s.check(h, "assume");
    to.check(h, "assert");
    h.ghost(() => {
      h.assume("select waits with its beat", h.past(to.valid.and(to.ready.not())).implies(select.eq(h.past(select))));
      for (const [i, s] of list.entries()) {
        h.assert(`stream ${i}: taken where it is named and there is room`, s.fire.eq(s.valid.and(select.eq(i)).and(to.ready)));
        h.assert(`stream ${i}: its beat comes out`, select.eq(i).implies(to.valid.eq(s.valid)));
        h.assert(`stream ${i}: as it went in`, select.eq(i).and(to.valid).implies(to.payload.eq(s.payload)));
        h.cover(`stream ${i} is taken`, s.fire);
      }
      h.assert("beyond the last stream nothing comes", select.eq(3).implies(to.valid.not()));
    });
  },
);

const both = (name: string, harness: () => ReturnType<FormalTask["module"]>, by: "bmc" | "induction", depth: number): FormalTask[] => [
  { name, module: harness, mode: by, depth },
  { name: `${name.split(":")[0]}: beats pass`, module: harness, mode: "cover", depth: 8 },
];
export const tasks: readonly FormalTask[] = [
  ...both("fork: each beat once to all", () => fork, "bmc", 14),
  ...both("demux: each beat to its output", () => demux, "induction", 2),
  ...both("join: beats in pairs", () => joined, "bmc", 12),
  ...both("select: the named stream", () => selected, "induction", 2),
];
