/**
 * The valid/ready stream: the smallest protocol that keeps order and loses nothing. Operators on one stream are methods;
 * those that join several are in `stream-join.ts`, the blocks behind them in `fifo.ts`, `slice.ts` and `arbiter.ts`.
 */
import type { Builder } from "../core/builder.ts";
import { type Bundle, backward, bundle, type Clock, clock, forward } from "../core/ports.ts";
import { here, transparent, writtenAt } from "../core/source.ts";
import { typeOf } from "../core/type-of.ts";
import { bool, Type } from "../core/types.ts";
import { type Bits, type Bool, type Data, hinted } from "../core/values.ts";
import { type AsyncFifoOptions, asyncFifo } from "./async-fifo.ts";
import { type FifoOptions, fifo } from "./fifo.ts";
import { readyThrough } from "./ready.ts";
import { type SliceKind, slice } from "./slice.ts";
import { checkStream, type PropertyKind } from "./stream-check.ts";
import { demuxStream, forkStream, type Times } from "./stream-split.ts";

transparent(import.meta.url);

/**
 * A beat moves at a clock edge where `valid` and `ready` are both 1. Once valid is 1 it stays, and the payload with it,
 * until the beat has moved; ready may change at any time. Valid never waits for ready.
 *
 * An operator gives a new stream and costs what it says: `map`, `filter`, `haltWhen` and their like are gates in the
 * path, without a register, a net or a cycle of latency. Whoever reads the result drives its `ready`, by `connect`,
 * `into` or an instance, and the operator passes that on to the stream it was made from.
 */
export class Stream<P extends Data = Data> {
  readonly valid: Bool;
  readonly ready: Bool;
  readonly payload: P;
  /** What a beat carries. */
  readonly of: Type<P, any>;
  /** The name its signals start with. */
  readonly name: string;
  #fire: Bool | null = null;
  constructor(valid: Bool, ready: Bool, payload: P, of: Type<P, any>, name: string) {
    this.valid = valid;
    this.ready = ready;
    this.payload = payload;
    this.of = of;
    this.name = name;
  }
  /** A beat moves now. */
  get fire(): Bool {
    this.#fire ??= hinted(this.valid.and(this.ready) as Bits<1>, `${this.name}_fire`);
    return this.#fire;
  }
  /** A beat waits: valid and not ready. */
  get stalled(): Bool {
    return this.valid.and(this.ready.not());
  }

  // ---- where it ends ----------------------------------------------------------------------

  /** Drives this stream from another of the same type. */
  connect(from: Stream<P>): void {
    // One line of the user's is three statements.
    writtenAt(here(), () => {
      this.valid.drive(from.valid);
      this.payload.drive(from.payload);
      from.ready.drive(this.ready);
    });
  }
  /** Ends a chain: drives `to` from this stream. */
  into(to: Stream<P>): void {
    to.connect(this);
  }
  /** Takes every beat at once and forgets it. */
  drain(): void {
    this.ready.drive(1);
  }

  // ---- gates: no register, no latency -----------------------------------------------------

  /** The same stream under another name: how its nets, queues and slices are called from here on. */
  named(name: string): Stream<P> {
    return new Stream(this.valid, this.ready, this.payload, this.of, name);
  }
  /** Each payload changed: `s.map((p) => p.data)`, or `s.map(type, (p) => ({ field: ..., ... }))` for a new struct. */
  map<Q extends Data>(change: (payload: P) => Q): Stream<Q>;
  map<Q extends Data, I>(to: Type<Q, I>, change: (payload: P) => NoInfer<Q> | NoInfer<I>): Stream<Q>;
  map<Q extends Data, I>(first: Type<Q, I> | ((payload: P) => Q), second?: (payload: P) => Q | I): Stream<Q> {
    if (first instanceof Type) {
      const value = first.of((second as (payload: P) => Q | I)(this.payload));
      return new Stream<Q>(this.valid, this.ready, value, first, this.name);
    }
    const value = first(this.payload);
    return new Stream<Q>(this.valid, this.ready, value, typeOf(value), this.name);
  }
  /**
   * Holds beats back while `condition` is 1. The condition must not rise while a beat waits at the other end, or that
   * beat would be taken back: let it depend on state that only the beats themselves change for the worse.
   */
  haltWhen(condition: Bool): Stream<P> {
    return this.continueWhen(condition.not());
  }
  /** Lets beats pass while `condition` is 1: `haltWhen` of the opposite. */
  continueWhen(condition: Bool): Stream<P> {
    const ready = readyThrough({ ready: this.ready, gate: (given) => given.and(condition) });
    return new Stream(this.valid.and(condition), ready, this.payload, this.of, `${this.name}_gated`);
  }
  /** Takes and forgets beats while `condition` is 1; the condition may change between beats only. */
  throwWhen(condition: Bool): Stream<P> {
    return this.takeWhen(condition.not());
  }
  /** Keeps the beats that come while `condition` is 1 and forgets the others: `throwWhen` of the opposite. */
  takeWhen(condition: Bool): Stream<P> {
    const ready = readyThrough({ ready: this.ready, gate: (given) => given.or(condition.not()) });
    return new Stream(this.valid.and(condition), ready, this.payload, this.of, `${this.name}_taken`);
  }
  /** Keeps the beats whose payload passes. */
  filter(keep: (payload: P) => Bool): Stream<P> {
    return this.takeWhen(keep(this.payload));
  }

  // ---- registers and memories -------------------------------------------------------------

  /** Through a FIFO of `depth` entries; see `fifo`. The instance is called `NAME_queue` unless said. */
  queue(h: Builder, depth: number, options: FifoOptions & { readonly name?: string } = {}): Stream<P> {
    const name = h.freeName(options.name ?? `${this.name}_queue`);
    return h.instance(name, fifo(this.of, depth, options), { push: this as Stream<any> }).pop.named(name) as Stream<P>;
  }
  /** Through a register slice: `full` unless said; see `slice`. The instance is called `NAME_slice` unless said. */
  register(h: Builder, kind: SliceKind = "full", name = `${this.name}_slice`): Stream<P> {
    const instance = h.freeName(name);
    return h.instance(instance, slice(this.of, kind), { from: this as Stream<any> }).to.named(instance) as Stream<P>;
  }
  /** Every beat to each of `count` streams, which may take it at different times. One register per output. */
  fork<const N extends number>(h: Builder, count: N): Times<Stream<P>, N> {
    return forkStream(h, this, count);
  }
  /** Each beat to one of `count` streams, chosen by its payload. */
  demux<const N extends number>(h: Builder, count: N, select: (payload: P) => Bits<any>): Times<Stream<P>, N> {
    return demuxStream(h, this, count, select(this.payload));
  }
  /**
   * Into the clock `to`, through an asynchronous FIFO of 16 entries unless said; see `asyncFifo`. The stream's own clock is
   * the current one unless `from` names it. The instance is called `NAME_crossing` unless said.
   */
  crossClock(
    h: Builder,
    to: Clock,
    options: AsyncFifoOptions & { readonly from?: Clock; readonly depth?: number; readonly name?: string } = {},
  ): Stream<P> {
    const name = h.freeName(options.name ?? `${this.name}_crossing`);
    const from = options.from ?? clock(h.currentDomain.name);
    const made = h.instance(
      name,
      asyncFifo(this.of, options.depth ?? 16, options),
      { push: this as Stream<any> },
      { clocks: { from, to } },
    );
    return made.pop.named(name) as Stream<P>;
  }

  // ---- properties -------------------------------------------------------------------------

  /**
   * States the protocol as properties: valid stays until ready, and the payload with it. `assert` for a stream this module
   * drives, `assume` for one it is given: a proof may rely on it, a simulation checks both.
   */
  check(h: Builder, kind: PropertyKind): this {
    checkStream(h, this as Stream<any>, kind);
    return this;
  }
}
/** Stream of `of`: pins `_valid`, `_ready` (against the flow) and `_payload`. */
export const stream = <P extends Data>(of: Type<P, any>): Bundle<Stream<P>> =>
  bundle(
    { valid: forward(bool), ready: backward(bool), payload: forward(of) },
    (s, name) => new Stream<P>(s.valid as Bool, s.ready as Bool, s.payload as P, of, name),
  );
