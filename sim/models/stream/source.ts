/** The source of a stream: beats, or whole packets, that a design takes in. */

import type { StreamHandle } from "#sim/bridge/handle-types.ts";
import type { Session } from "#sim/bridge/session.ts";
import { here } from "#sim/run/triggers.ts";
import { BeatCodec, type PlainBeat } from "./codec.ts";
import { StreamEnd, type StreamOptions, streamGroup } from "./end.ts";
import type { StreamGroup } from "./pins.ts";

/** Beats that belong together and go into the ring as there is room. */
export interface Load {
  readonly beats: number;
  /** Writes beats `first` to below `first + count` of the load into the ring, from its entry `at` on. */
  write(at: number, first: number, count: number): void;
}

/** Queues beats and offers them in order. A beat is offered in the cycle after it was queued at the earliest. */
export class BeatSource extends StreamEnd {
  /** What does not fit into the ring: loads from `#backlogAt` on, the first of them from its beat `#beatAt` on. */
  #backlog: Load[] = [];
  #backlogAt = 0;
  #beatAt = 0;
  /** Beats queued so far, those in the backlog included. */
  #queued = 0;
  #refilling = false;

  constructor(session: Session, group: StreamGroup, options: StreamOptions = {}) {
    super(session, group, "source", options);
  }

  /** Beats that have not moved yet. */
  get pending(): number {
    return (this.#queued - this.ring.head) | 0;
  }
  /** Holds when everything queued until now has moved. */
  get allSent(): ReturnType<StreamEnd["reached"]> {
    return this.reached(0, this.#queued, `${this.name} has sent ${this.pending} more beats`);
  }
  /** Waits until everything queued until now has moved. */
  idle(): Promise<void> {
    const target = this.#queued;
    if (((this.ring.head - target) | 0) >= 0) return Promise.resolve();
    return here("idle").wait<void>(`${this.name}: idle`, (wait) => {
      wait.onAbandon = this.when(0, target, `${this.name} idle`, () => wait.finish());
    });
  }

  /** Queues a load, now or when there is room. */
  protected enqueue(load: Load): void {
    this.#queued = (this.#queued + load.beats) >>> 0;
    const moment = this.session.cyclesOf(this.group.clock);
    if (moment !== this.#moment) {
      this.#moment = moment;
      this.#knownBefore = this.ring.tail;
    }
    this.#backlog.push(load);
    if (!this.#refilling) this.#refill();
  }
  #refill(): void {
    const { ring } = this;
    while (this.#backlogAt < this.#backlog.length) {
      const room = ring.capacity - ring.used;
      if (room === 0) {
        this.#awaitRoom();
        return;
      }
      const load = this.#backlog[this.#backlogAt] as Load;
      const count = Math.min(room, load.beats - this.#beatAt);
      load.write(ring.tail, this.#beatAt, count);
      ring.tail += count;
      this.#beatAt += count;
      if (this.#beatAt < load.beats) continue;
      this.#beatAt = 0;
      this.#backlogAt += 1;
    }
    this.#backlog = [];
    this.#backlogAt = 0;
  }
  #awaitRoom(): void {
    this.#refilling = true;
    this.when(0, (this.ring.tail - this.ring.capacity / 2) >>> 0, `${this.name}: room`, () => {
      this.#refilling = false;
      this.#refill();
    });
  }

  // ---- the twin ---------------------------------------------------------------------------

  #offering = false;
  /** Beats queued at this very edge, by a model that was called earlier, have their turn at the next: as in C++. */
  #moment = -1;
  #knownBefore = 0;

  protected override edge(): void {
    const { ring, session } = this;
    if (this.inReset) {
      this.#offering = false;
      this.write(this.validSlot, false);
      return;
    }
    if (this.#offering && this.sampled(this.readySlot) === 1) {
      this.moved(ring.head);
      ring.head += 1;
      this.#offering = false;
    }
    const pause = this.pauser.next();
    const known = this.#moment === session.cyclesOf(this.group.clock) ? this.#knownBefore : ring.tail;
    const early = ring.timed && ((this.cycle + 1 - (ring.words[ring.stamp("earliest", ring.head)] as number)) | 0) < 0;
    if (!this.#offering && !pause && ring.head !== known && !early) {
      this.#offering = true;
      ring.pins.forEach((pin, i) => {
        const from = ring.at(i, ring.head);
        session.bytes.set(ring.bytes.subarray(from, from + pin.bytes), session.writtenSlot * 8 + pin.slotOffset);
      });
    }
    this.write(this.validSlot, this.#offering);
  }
}

/** A source of beats of any type: what `payload.value` takes. */
export class StreamSource<B> extends BeatSource {
  readonly #codec: BeatCodec;
  constructor(session: Session, group: StreamGroup, payload: unknown, options: StreamOptions = {}) {
    super(session, group, options);
    this.#codec = new BeatCodec(group, this.ring, payload);
  }
  /** Queues a beat. */
  push(beat: B): void {
    this.#codec.check(beat);
    this.enqueue({ beats: 1, write: (at) => this.#codec.write(at, beat) });
  }
  /** Queues a beat and waits until it has moved. */
  async send(beat: B): Promise<void> {
    this.push(beat);
    await this.idle();
  }
}

/** Drives a stream input of the design: `const push = streamSource(dut.push, { pause: { random: 0.3 } })`. */
export const streamSource = <P extends { readonly value: unknown }>(
  port: StreamHandle<P>,
  options: StreamOptions = {},
): StreamSource<P["value"]> => {
  const session = port.valid.store as Session;
  return new StreamSource(session, streamGroup(session, port.valid.port.name, "input", "stream source"), port.payload, options);
};
/** The same by the name that the stream's pins start with, for plain Verilog: a beat is a number, or an object by pin. */
export const streamSourceNamed = (session: Session, name: string, options: StreamOptions = {}): StreamSource<PlainBeat> =>
  new StreamSource(session, streamGroup(session, name, "input", "stream source"), null, options);
