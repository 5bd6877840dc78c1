/** Stream operators against lists: what they keep, in which order, at which cost. */

import { describe, expect, test } from "vitest";
import { type Bits, type Builder, bool, type Data, input, module, output, Stream, stream, struct, type Type, uint } from "#hdl";
import { join, selectStream } from "#hdl/lib/stream-join.ts";
import { PropertyError, Random, simulate } from "#hdl/simulate/index.ts";
import { type Pace, paces, randomWords, StreamBench } from "./stream-bench.ts";

const u8 = uint(8);
/** A module with one stream in and one out, and a control input. */
const operator = <P extends Data, Q extends Data>(
  name: string,
  from: Type<P>,
  to: Type<Q>,
  body: (s: Stream<P>, control: Bits<1>, h: Builder) => Stream<Q>,
) =>
  module(name, { from: input(stream(from)), to: output(stream(to)), control: input(bool, { unused: true }) }, (io, h) => {
    body(io.from, io.control, h).into(io.to);
  });
/** What comes out of `made` when `items` go in. `control` is given for each cycle. */
const through = (
  made: ReturnType<typeof operator<any, any>>,
  items: readonly bigint[],
  count: number,
  [from, to]: readonly [Pace, Pace],
  seed: number,
  control: (bench: StreamBench<any>) => boolean = () => false,
) => {
  const bench = new StreamBench(made, seed);
  const source = bench.source<bigint>(bench.sim.io.from, items, from);
  const sink = bench.sink(bench.sim.io.to, to);
  bench.controls.push(() => {
    bench.sim.io.control.value = control(bench);
  });
  bench.run(() => sink.seen.length === count);
  return { source, sink, bench };
};

describe("gates", () => {
  const items = Array.from({ length: 200 }, (_, i) => BigInt(i % 256));
  test.each(paces)("map changes each payload (%j, %j)", (...pace) => {
    const of = struct({ high: uint(4), low: uint(4) }, "halves");
    const made = operator("mapper", u8, of, (s) => s.map((p) => p.add(1)).map(of, (p) => ({ high: p.slice(7, 4), low: p.slice(3, 0) })));
    expect(through(made, items, 200, pace, 1).sink.values).toEqual(
      items.map((x) => ({ high: ((x + 1n) & 0xffn) >> 4n, low: (x + 1n) & 15n })),
    );
    expect(made.signals).toEqual([]);
  });
  test.each(paces)("filter keeps what passes (%j, %j)", (...pace) => {
    const made = operator("filter", u8, u8, (s) => s.filter((p) => p.bit(0)).filter((p) => p.bit(1)));
    const { sink, source, bench } = through(made, items, 50, pace, 2);
    expect(sink.values).toEqual(items.filter((x) => x % 4n === 3n));
    bench.run(() => source.sent.length === 200);
    expect(made.signals).toEqual([]);
  });
  test.each(paces)("haltWhen holds beats back and loses none (%j, %j)", (...pace) => {
    const made = operator("halt", u8, u8, (s, control) => s.haltWhen(control));
    // The condition may rise only while no beat waits at the output.
    const { sink } = through(made, items, 200, pace, 3, (bench) => bench.sim.peek("to_valid") === 0n && bench.random.oneIn(2));
    expect(sink.values).toEqual(items);
  });
  test("haltWhen really halts, and continueWhen is its opposite", () => {
    for (const [name, body, halted] of [
      ["halted", (s: Stream<Bits<8>>, c: Bits<1>) => s.haltWhen(c), 1],
      ["continued", (s: Stream<Bits<8>>, c: Bits<1>) => s.continueWhen(c), 0],
    ] as const) {
      const sim = simulate(operator(name, u8, u8, body));
      sim.io.from.valid.value = 1;
      sim.io.to.ready.value = 1;
      sim.io.control.value = halted;
      expect([sim.io.to.valid.value, sim.io.from.ready.value]).toEqual([0n, 0n]);
      sim.io.control.value = 1 - halted;
      expect([sim.io.to.valid.value, sim.io.from.ready.value]).toEqual([1n, 1n]);
    }
  });
  test("throwWhen takes and forgets, and takeWhen is its opposite", () => {
    for (const [name, body, thrown] of [
      ["thrown", (s: Stream<Bits<8>>, c: Bits<1>) => s.throwWhen(c), 1],
      ["taken", (s: Stream<Bits<8>>, c: Bits<1>) => s.takeWhen(c), 0],
    ] as const) {
      const sim = simulate(operator(name, u8, u8, body));
      sim.io.from.valid.value = 1;
      sim.io.to.ready.value = 0;
      sim.io.control.value = thrown;
      expect([sim.io.to.valid.value, sim.io.from.ready.value]).toEqual([0n, 1n]);
      sim.io.control.value = 1 - thrown;
      expect([sim.io.to.valid.value, sim.io.from.ready.value]).toEqual([1n, 0n]);
    }
  });
  test("a gated stream's fire is exactly when a beat moves", () => {
    const made = module(
      "fires",
      { from: input(stream(u8)), to: output(stream(u8)), halt: input(bool), moved: output(bool), filtered: output(bool) },
      (io) => {
        const gated = io.from.haltWhen(io.halt);
        const kept = gated.filter((p) => p.bit(0));
        io.moved.drive(gated.fire);
        io.filtered.drive(kept.fire);
        kept.into(io.to);
      },
    );
    const sim = simulate(made);
    for (let i = 0; i < 32; i++) {
      const [valid, ready, halt, odd] = [i & 1, (i >> 1) & 1, (i >> 2) & 1, (i >> 3) & 1];
      sim.io.from.valid.value = valid;
      sim.io.to.ready.value = ready;
      sim.io.halt.value = halt;
      sim.io.from.payload.value = odd;
      const passes = valid === 1 && halt === 0;
      expect(sim.io.moved.number).toBe(Number(passes && (odd === 0 || ready === 1)));
      expect(sim.io.filtered.number).toBe(Number(passes && odd === 1 && ready === 1));
    }
  });
  test("drain takes everything", () => {
    const sim = simulate(module("drains", { from: input(stream(u8), { unused: true }) }, ({ from }) => from.drain()));
    expect(sim.io.from.ready.value).toBe(1n);
  });
});

describe("registers and queues", () => {
  const items = randomWords(new Random(9), 300, 8);
  const made = operator("pipeline", u8, u8, (s, _, h) =>
    s.queue(h, 4).register(h).queue(h, 16, { style: "block" }).register(h, "half").named("end").register(h, "forward", "stage"),
  );
  test("instances are called after the stream", () => {
    expect(made.instances.map((i) => `${i.name}: ${i.of.name}`)).toEqual([
      "from_queue: fifo_u8x4",
      "from_queue_slice: slice_full_u8",
      "from_queue_slice_queue: fifo_u8x16_block",
      "from_queue_slice_queue_slice: slice_half_u8",
      "stage: slice_forward_u8",
    ]);
  });
  test.each(paces)("keep order and lose nothing (%j, %j)", (...pace) => {
    expect(through(made, items, 300, pace, 4).sink.values).toEqual(items);
  });
});

describe("fork", () => {
  const made = module(
    "forked",
    { from: input(stream(u8)), a: output(stream(u8)), b: output(stream(u8)), c: output(stream(u8)) },
    ({ from, a, b, c }, h) => {
      const [toA, toB, toC] = from.fork(h, 3);
      toA.into(a);
      toB.into(b);
      toC.into(c);
    },
  );
  test.each(paces)("gives every beat to every output once (%j, %j)", (from, to) => {
    const bench = new StreamBench(made, 5);
    const items = randomWords(bench.random, 300, 8);
    bench.source(bench.sim.io.from, items, from);
    const sinks = [bench.sink(bench.sim.io.a, to), bench.sink(bench.sim.io.b, "always"), bench.sink(bench.sim.io.c, 0.7)];
    bench.run(() => sinks.every((s) => s.seen.length === 300));
    bench.step(5);
    for (const s of sinks) expect(s.values).toEqual(items);
  });
  test("no output's valid waits for another's ready", () => {
    const sim = simulate(made);
    sim.io.from.valid.value = 1;
    expect([sim.io.a.valid.value, sim.io.b.valid.value, sim.io.c.valid.value, sim.io.from.ready.value]).toEqual([1n, 1n, 1n, 0n]);
    sim.io.b.ready.value = 1;
    sim.step();
    expect([sim.io.a.valid.value, sim.io.b.valid.value, sim.io.c.valid.value, sim.io.from.ready.value]).toEqual([1n, 0n, 1n, 0n]);
    sim.io.a.ready.value = 1;
    sim.io.c.ready.value = 1;
    expect(sim.io.from.ready.value).toBe(1n);
  });
  test("takes one beat a cycle", () => {
    const bench = new StreamBench(made, 1);
    const source = bench.source(bench.sim.io.from, randomWords(bench.random, 100, 8));
    for (const key of ["a", "b", "c"] as const) bench.sink(bench.sim.io[key]);
    bench.step(100);
    expect(source.sent.length).toBe(100);
  });
});

describe("demux", () => {
  const made = module(
    "demuxed",
    { from: input(stream(u8)), a: output(stream(u8)), b: output(stream(u8)), c: output(stream(u8)) },
    ({ from, a, b, c }, h) => {
      const [toA, toB, toC] = from.demux(h, 3, (p) => p.slice(1, 0));
      toA.into(a);
      toB.into(b);
      toC.into(c);
    },
  );
  test.each(paces)("gives each beat to the output it names (%j, %j)", (from, to) => {
    const bench = new StreamBench(made, 6);
    const items = randomWords(bench.random, 400, 8).filter((x) => x % 4n !== 3n);
    bench.source(bench.sim.io.from, items, from);
    const sinks = (["a", "b", "c"] as const).map((key) => bench.sink(bench.sim.io[key], to));
    bench.run(() => sinks.reduce((n, s) => n + s.seen.length, 0) === items.length);
    for (const [i, s] of sinks.entries()) expect(s.values).toEqual(items.filter((x) => x % 4n === BigInt(i)));
  });
  test("a beat for an output that does not exist is an error", () => {
    const sim = simulate(made);
    sim.io.from.payload.value = 3;
    sim.io.from.valid.value = 1;
    expect(() => sim.step()).toThrow(/a beat goes to a stream that exists/);
  });
});

describe("join and select", () => {
  const joined = module("joined", { a: input(stream(u8)), b: input(stream(uint(5))), to: output(stream(uint(13))) }, ({ a, b, to }) => {
    join({ a, b })
      .map((p) => p.asBits())
      .into(to as never);
  });
  test.each(paces)("join puts beats side by side (%j, %j)", (from, to) => {
    const bench = new StreamBench(joined, 7);
    const [a, b] = [randomWords(bench.random, 200, 8), randomWords(bench.random, 200, 5)];
    bench.source(bench.sim.io.a, a, from);
    bench.source(bench.sim.io.b, b, 0.6);
    const sink = bench.sink<bigint>(bench.sim.io.to, to);
    bench.run(() => sink.seen.length === 200);
    expect(sink.values).toEqual(a.map((x, i) => (x << 5n) | (b[i] as bigint)));
  });
  const selected = module(
    "selecting",
    { choice: input(stream(uint(2))), a: input(stream(u8)), b: input(stream(u8)), c: input(stream(u8)), to: output(stream(u8)) },
    ({ choice, a, b, c, to }) => {
      const data = selectStream(choice.payload, [a, b, c]);
      join({ choice, data })
        .map((p) => p.data)
        .into(to);
    },
  );
  test.each(paces)("select takes from the stream that is named (%j, %j)", (from, to) => {
    const bench = new StreamBench(selected, 8);
    const order = randomWords(bench.random, 300, 2).filter((x) => x < 3n);
    const lists = [0n, 1n, 2n].map((k) => randomWords(bench.random, order.filter((x) => x === k).length, 8));
    const rest = lists.map((l) => [...l]);
    bench.source(bench.sim.io.choice, order, from);
    for (const [i, key] of (["a", "b", "c"] as const).entries()) bench.source(bench.sim.io[key], lists[i] as bigint[], 0.7);
    const sink = bench.sink<bigint>(bench.sim.io.to, to);
    bench.run(() => sink.seen.length === order.length);
    expect(sink.values).toEqual(order.map((k) => rest[Number(k)]?.shift()));
  });
});

describe("check", () => {
  const checked = module("checked", { from: input(stream(u8)), to: output(stream(u8)) }, ({ from, to }, h) => {
    from.check(h, "assume").into(to.check(h, "assert"));
  });
  const start = () => {
    const sim = simulate(checked);
    sim.reset();
    sim.io.from.valid.value = 1;
    sim.io.from.payload.value = 5;
    sim.step(3);
    return sim;
  };
  test("a beat that waits unchanged is fine", () => {
    const sim = start();
    sim.io.to.ready.value = 1;
    sim.step();
    sim.io.from.valid.value = 0;
    sim.io.from.payload.value = 6;
    sim.step(2);
  });
  test("a beat that vanishes is not", () => {
    const sim = start();
    sim.io.from.valid.value = 0;
    expect(() => sim.step()).toThrow(PropertyError);
    expect(() => sim.step()).toThrow(/"from: valid stays until the beat has moved" does not hold/);
  });
  test("a beat that changes is not", () => {
    const sim = start();
    sim.io.from.payload.value = 6;
    expect(() => sim.step()).toThrow(/"from: the payload stays until the beat has moved" does not hold/);
  });
  test("both sides are stated, and cost no hardware", () => {
    expect(checked.properties.map((p) => `${p.kind} ${p.name}`)).toEqual([
      "assume from: valid stays until the beat has moved",
      "assume from: the payload stays until the beat has moved",
      "assert to: valid stays until the beat has moved",
      "assert to: the payload stays until the beat has moved",
    ]);
    expect(checked.signals.every((s) => s.ghost)).toBe(true);
  });
});

test("misuse names the user's line", () => {
  const u = { from: input(stream(u8)), to: output(stream(u8)) };
  expect(() => module("bad_fork", u, ({ from }, h) => void from.fork(h, 1))).toThrow(
    /stream\.test\.ts:\d+: error: fork to 1 streams: a whole number of at least 2/,
  );
  expect(() => module("bad_demux", u, ({ from }, h) => void from.demux(h, 300, (p) => p))).toThrow(
    /stream\.test\.ts:\d+: error: demux to 300 streams needs 9 select bits, and there are 8/,
  );
  expect(() =>
    module("bad_ready", u, ({ from, to }) => {
      new Stream(from.valid, from.valid.not(), from.payload, from.of, "odd").haltWhen(from.valid).into(to);
    }),
  ).toThrow(/stream\.test\.ts:\d+: error: .*computed value/);
});
