/** Several streams to one: a beat of each side by side (join), those of one that is named (select), or of any (arbitrate). */
import type { Builder } from "../core/builder.ts";
import { choose } from "../core/select.ts";
import { transparent } from "../core/source.ts";
import { type InitOf, type StructType, type StructValue, struct, type Type } from "../core/types.ts";
import type { Bits, Bool, Data } from "../core/values.ts";
import { type ArbiterOptions, arbiter } from "./arbiter.ts";
import { readyThrough } from "./ready.ts";
import { refuse } from "./refuse.ts";
import { Stream } from "./stream.ts";

transparent(import.meta.url);

type Joined<S extends Readonly<Record<string, Stream<any>>>> = {
  readonly [K in keyof S]: S[K] extends Stream<infer P> ? Type<P, InitOf<Type<P, any>>> : never;
};

/**
 * One beat of each stream side by side, as a struct with their keys: `join({ header, body })`. A beat moves when all have
 * one. Latency 0, no register. Each stream's ready waits for the others' valid, so none may wait for its ready first.
 */
export const join = <const S extends Readonly<Record<string, Stream<any>>>>(
  streams: S,
  name = Object.keys(streams).join("_"),
): Stream<StructValue<Joined<S>>> => {
  const list = Object.values(streams);
  const [first, ...rest] = list;
  if (first === undefined) return refuse("join of no streams");
  const type = struct(
    Object.fromEntries(Object.entries(streams).map(([key, s]) => [key, s.of])),
    `join_${list.map((s) => s.of.name).join("_")}`,
  ) as unknown as StructType<Joined<S>>;
  const valid = list.map((s) => s.valid).reduce((a, b) => a.and(b));
  const part = (s: Stream<any>) => {
    const others = list.filter((o) => o !== s).map((o) => o.valid);
    return { ready: s.ready, gate: (given: Bool): Bool => others.reduce<Bool>((a, b) => a.and(b), given) };
  };
  const payload = type.of(Object.fromEntries(Object.entries(streams).map(([key, s]) => [key, s.payload])) as never);
  return new Stream(valid, readyThrough(part(first), rest.map(part)), payload, type, name);
};

/**
 * The beats of the stream that `select` names; the others wait. `select` must not change while a beat waits at the output.
 * Latency 0, no register. Beyond the last stream nothing comes.
 */
export const selectStream = <P extends Data>(select: Bits<any>, streams: readonly Stream<P>[], name = "selected"): Stream<P> => {
  const [first, ...rest] = streams.map((s, i) => ({ ready: s.ready, gate: (given: Bool): Bool => given.and(select.eq(i)) }));
  const of = streams[0]?.of;
  if (first === undefined || of === undefined) return refuse("selectStream of no streams");
  const pick = <D extends Data>(what: (s: Stream<P>) => D): D => choose(select, streams.map(what));
  return new Stream(
    pick((s) => s.valid),
    readyThrough(
      first,
      rest,
      pick((s) => s.ready),
    ),
    pick((s) => s.payload),
    of,
    name,
  );
};

/** The beats of all `streams` as one stream; see `arbiter`. The instance is called `name`. */
export const arbitrate = <P extends Data>(
  h: Builder,
  streams: readonly Stream<P>[],
  options: ArbiterOptions & { readonly name?: string } = {},
): Stream<P> => {
  const of = streams[0]?.of ?? refuse("arbitrate of no streams");
  const name = h.freeName(options.name ?? "arbiter");
  return h.instance(name, arbiter(of, streams.length, options), { from: streams }).to.named(name) as Stream<P>;
};
