/** The sink of a stream: takes the beats that a design gives out. */
import type { StreamHandle } from "#sim/bridge/handle-types.ts";
import type { Session } from "#sim/bridge/session.ts";
import { here } from "#sim/run/triggers.ts";
import { BeatCodec, type PlainBeat } from "./codec.ts";
import { StreamEnd, type StreamOptions, streamGroup } from "./end.ts";
import type { StreamGroup } from "./pins.ts";

/** Takes beats and keeps what they make up (`T`: beats or packets) until it is asked for. */
export abstract class Sink<T> extends StreamEnd {
  readonly #kept: T[] = [];
  #keptAt = 0;
  /** Things handed out so far. */
  #taken = 0;

  constructor(session: Session, group: StreamGroup, options: StreamOptions = {}) {
    super(session, group, "sink", options);
    this.#awaitHalf();
  }
  /** The counter of things: beats (0) or packets (1). */
  protected abstract readonly unit: 0 | 1;
  /** Takes what is complete out of the ring, and moves its head. */
  protected abstract collect(keep: (thing: T) => void): void;

  /** The ring must not fill up: that would hold the design back. */
  #awaitHalf(): void {
    this.when(0, (this.ring.head + this.ring.capacity / 2) >>> 0, `${this.name}: half full`, () => {
      this.#drain();
      this.#awaitHalf();
    });
  }
  #drain(): void {
    this.collect((thing) => this.#kept.push(thing));
  }

  /** Things that came and were not taken yet. */
  get available(): number {
    this.#drain();
    return this.#kept.length - this.#keptAt;
  }
  /** The oldest, or undefined when there is none. */
  take(): T | undefined {
    if (this.#keptAt === this.#kept.length) this.#drain();
    if (this.#keptAt === this.#kept.length) return undefined;
    const thing = this.#kept[this.#keptAt++] as T;
    this.#taken += 1;
    if (this.#keptAt === this.#kept.length) {
      this.#kept.length = 0;
      this.#keptAt = 0;
    }
    return thing;
  }
  /** Everything that came and was not taken yet. */
  takeAll(): T[] {
    this.#drain();
    const all = this.#kept.splice(this.#keptAt);
    this.#kept.length = 0;
    this.#keptAt = 0;
    this.#taken += all.length;
    return all;
  }
  /** Holds when there are so many more to take. */
  has(count = 1): ReturnType<StreamEnd["reached"]> {
    return this.reached(this.unit, this.#taken + count, `${this.name} has ${count}`);
  }
  /** The oldest; waits for one. */
  recv(): Promise<T> {
    const ready = this.take();
    if (ready !== undefined) return Promise.resolve(ready);
    return here("recv").wait<T>(`${this.name}: recv`, (wait) => {
      const arm = (): void => {
        wait.onAbandon = this.when(this.unit, this.#taken + 1, `${this.name}: recv`, () => {
          // Another task may have been quicker.
          const thing = this.take();
          if (thing === undefined) arm();
          else wait.finish(thing);
        });
      };
      wait.onReturn = (thing) => this.#giveBack(thing);
      arm();
    });
  }
  /** What came for a task that was cancelled before it could take it. */
  #giveBack(thing: T): void {
    this.#kept.splice(0, this.#keptAt, thing);
    this.#keptAt = 0;
    this.#taken -= 1;
  }

  // ---- the twin ---------------------------------------------------------------------------

  #ready = false;
  protected override edge(): void {
    const { ring, session } = this;
    if (this.inReset) {
      this.#ready = false;
      this.write(this.readySlot, false);
      return;
    }
    if (this.#ready && this.sampled(this.validSlot) === 1) {
      ring.pins.forEach((pin, i) => {
        const from = session.sampledSlot * 8 + pin.slotOffset;
        ring.bytes.set(session.bytes.subarray(from, from + pin.bytes), ring.at(i, ring.tail));
      });
      this.moved(ring.tail);
      ring.tail += 1;
    }
    this.#ready = !this.pauser.next() && ring.used < ring.capacity;
    this.write(this.readySlot, this.#ready);
  }
}

/** A sink of beats of any type: what `payload.value` gives. */
export class StreamSink<B> extends Sink<B> {
  protected override readonly unit = 0;
  readonly #codec: BeatCodec;
  constructor(session: Session, group: StreamGroup, payload: unknown, options: StreamOptions = {}) {
    super(session, group, options);
    this.#codec = new BeatCodec(group, this.ring, payload);
  }
  protected override collect(keep: (beat: B) => void): void {
    for (; this.ring.used > 0; this.ring.head += 1) keep(this.#codec.read(this.ring.head) as B);
  }
}

/** Takes what a stream output of the design gives: `const pop = streamSink(dut.pop, { pause: { random: 0.3 } })`. */
export const streamSink = <P extends { readonly value: unknown }>(
  port: StreamHandle<P>,
  options: StreamOptions = {},
): StreamSink<P["value"]> => {
  const session = port.valid.store as Session;
  return new StreamSink(session, streamGroup(session, port.valid.port.name, "output", "stream sink"), port.payload, options);
};
/** The same by the name that the stream's pins start with, for plain Verilog. */
export const streamSinkNamed = (session: Session, name: string, options: StreamOptions = {}): StreamSink<PlainBeat> =>
  new StreamSink(session, streamGroup(session, name, "output", "stream sink"), null, options);
