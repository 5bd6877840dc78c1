/** The valid/ready stream: the smallest protocol that keeps order and loses nothing. Operators are in `stream-*.ts`. */
import { backward, bundle, type Bundle, forward } from "../core/ports.ts";
import { transparent } from "../core/source.ts";
import { bool, type Type } from "../core/types.ts";
import { type Bits, type Bool, type Data, hinted } from "../core/values.ts";

transparent(import.meta.url);

/**
 * A beat moves at a clock edge where `valid` and `ready` are both 1. Once valid is 1 it stays, and the payload with it,
 * until the beat has moved; ready may change at any time. Valid never waits for ready.
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
  get stalled(): Bool { return this.valid.and(this.ready.not()); }
  /** Drives this stream from another of the same type. */
  connect(from: Stream<P>): void {
    this.valid.drive(from.valid);
    this.payload.drive(from.payload);
    from.ready.drive(this.ready);
  }
}
/** Stream of `of`: pins `_valid`, `_ready` (against the flow) and `_payload`. */
export const stream = <P extends Data>(of: Type<P, any>): Bundle<Stream<P>> =>
  bundle({ valid: forward(bool), ready: backward(bool), payload: forward(of) }, (s, name) => new Stream<P>(s.valid as Bool, s.ready as Bool, s.payload as P, of, name));
