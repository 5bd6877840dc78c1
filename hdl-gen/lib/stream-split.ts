/** One stream to several: every beat to all of them (fork), or each to one (demux). Behind `Stream`'s methods. */
import type { Builder } from "../core/builder.ts";
import { clog2 } from "../core/expr.ts";
import { reduce } from "../core/select.ts";
import { transparent } from "../core/source.ts";
import { uint } from "../core/types.ts";
import type { Bits, Data } from "../core/values.ts";
import { refuse } from "./refuse.ts";
import { Stream } from "./stream.ts";

transparent(import.meta.url);

const outputs = (count: number, what: string): number[] => {
  if (!Number.isInteger(count) || count < 2) refuse(`${what} to ${count} streams: a whole number of at least 2 is needed`);
  return Array.from({ length: count }, (_, i) => i);
};

/** `count` of them: a tuple where the editor knows the number, so that `const [a, b] = s.fork(h, 2)` is fully typed. */
export type Times<T, N extends number, Made extends readonly T[] = readonly []> = number extends N
  ? readonly T[]
  : Made["length"] extends N
    ? Made
    : Times<T, N, readonly [...Made, T]>;

/**
 * Every beat to each of `count` streams. An output takes its copy as soon as it is ready, and the beat has moved when all
 * have theirs, so that no output's valid waits for another's ready. Latency 0, one beat a cycle, one register per output.
 */
export const forkStream = <P extends Data, const N extends number>(h: Builder, from: Stream<P>, count: N): Times<Stream<P>, N> => {
  const all = outputs(count, "fork");
  const ready = h.wire(h.freeName(`${from.name}_fork_ready`), uint(count), { doc: `Ready of each stream that ${from.name} is forked to` });
  const done = h.register(h.freeName(`${from.name}_fork_done`), uint(count), {
    doc: `Outputs that have their copy of the beat that waits at ${from.name}`,
  });
  const satisfied = ready.or(done);
  from.ready.drive(satisfied.all());
  h.when(from.valid, () => {
    h.when(satisfied.all(), () => done.next(0)).otherwise(() => done.next(satisfied));
  });
  return all.map((i) => new Stream(from.valid.and(done.bit(i).not()), ready.bit(i), from.payload, from.of, `${from.name}_${i}`)) as never;
};

/**
 * Each beat to the one of `count` streams that `select` names; `select` belongs to the beat and must not change while it
 * waits. Latency 0. A beat for a stream that does not exist is an error of the design (asserted), and would wait for ever.
 */
export const demuxStream = <P extends Data, const N extends number>(
  h: Builder,
  from: Stream<P>,
  count: N,
  select: Bits<any>,
): Times<Stream<P>, N> => {
  const all = outputs(count, "demux");
  if (select.width < clog2(count)) refuse(`demux to ${count} streams needs ${clog2(count)} select bits, and there are ${select.width}`);
  const ready = h.wire(h.freeName(`${from.name}_demux_ready`), uint(count), { doc: `Ready of each stream that ${from.name} may go to` });
  const chosen = all.map((i) => select.eq(i));
  from.ready.drive(
    reduce(
      chosen.map((c, i) => c.and(ready.bit(i))),
      (a, b) => a.or(b),
    ),
  );
  if (2 ** select.width > count) h.assert(`${from.name}: a beat goes to a stream that exists`, from.valid.implies(select.lt(count)));
  return all.map(
    (i) => new Stream(from.valid.and(chosen[i] as Bits<1>), ready.bit(i), from.payload, from.of, `${from.name}_${i}`),
  ) as never;
};
