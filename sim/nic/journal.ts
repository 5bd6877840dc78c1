/**
 * The way of every frame, put together from what is seen at the pins. Frames are parsed, judged, written and committed in
 * the order in which they came, so a pulse of the trace port belongs to the oldest frame that has not had it yet.
 */
import { type DropCause, dropCauses } from "#rtl/common.ts";
import type { Framing, LossCause } from "#sim/models/nic/index.ts";
import { type ParsedFrame, parse } from "#sim/models/packet/index.ts";
import { EchoPairing, type FrameRecord, type FrameVerdict, type SentRecord, type Stage } from "#sim/report/index.ts";
import type { InputFrame } from "./wire.ts";

/** The layers of a frame; none where it is too short for Ethernet, which the hardware must bear. */
export const layersOf = (data: Uint8Array): Partial<ParsedFrame> => (data.length < 14 ? {} : parse(data));

interface Way {
  readonly number: number;
  readonly bytes: number;
  readonly spoiled: boolean;
  /** As long as they are needed: a capture may be long. */
  layers: Partial<ParsedFrame>;
  readonly at: { [K in Stage]?: number } & { wireFirst: number; wireLast: number };
  verdict?: FrameVerdict;
  cause?: DropCause | LossCause;
  slot?: number;
  payload?: number;
}
/** The trace port in one cycle. */
export interface Trace {
  readonly parsed: boolean;
  readonly refused: boolean;
  readonly delivered: boolean;
  readonly empty: boolean;
  readonly ordinary: boolean;
  readonly causes: number;
  readonly committed: boolean;
  readonly lost: boolean;
  /** A frame waits for a walk from now on, in `place`; or, with `again`, the verdict is of the frame that has waited there. */
  readonly parked: boolean;
  readonly again: boolean;
  readonly place: number;
}

export class Journal {
  readonly sent: SentRecord[] = [];
  readonly #ways: Way[] = [];
  readonly #slotOf: (local: string) => number | undefined;
  readonly #maxFrame: number;
  readonly #isDatagram: boolean;
  readonly #answers = new EchoPairing();
  readonly #parsing: Way[] = [];
  readonly #judging: Way[] = [];
  /** Those that wait for a walk, by place. */
  readonly #waiting = new Map<number, Way>();
  /** Delivered, and bursts of theirs not yet asked for. */
  readonly #writing: { readonly way: Way; bursts: number }[] = [];
  /** Bursts in flight by AXI ID, oldest first. */
  readonly #bursts = new Map<number, Way[]>();
  readonly #committing: Way[] = [];
  /** In memory, and not yet seen by the application, by slot. */
  readonly #unread = new Map<number, Way[]>();
  readonly #ringAt = new Map<number, number>();
  #ordinary = 0;

  /** @param slotOf  slot of "address:port"; @param maxFrame  longest frame that the hardware takes; @param framing  of all slots */
  constructor(slotOf: (local: string) => number | undefined, maxFrame: number, framing: Framing) {
    this.#isDatagram = framing === "datagram";
    this.#slotOf = slotOf;
    this.#maxFrame = maxFrame;
  }
  get arrived(): number {
    return this.#ways.length;
  }
  /** Every frame that arrived has met its end or lies in memory. */
  get settled(): boolean {
    return this.#parsing.length === 0 && this.#judging.length === 0 && this.#waiting.size === 0 && this.#committing.length === 0;
  }
  /** Frames so far whose verdict was the ordinary path. */
  get ordinary(): number {
    return this.#ordinary;
  }
  /** For the message when nothing moves any more. */
  toString(): string {
    return `${this.#ways.length} frames arrived, ${this.#parsing.length} not yet parsed, ${this.#judging.length + this.#waiting.size} without a verdict, ${this.#committing.length} not yet in memory, ${this.sent.length} sent`;
  }

  /** A frame has come whole; `dropped` where the store beside the wire did not keep it. Returns its layers. */
  arrive({ data, spoiled = false }: InputFrame, first: number, last: number, dropped: boolean): Partial<ParsedFrame> {
    const layers = layersOf(data);
    const way: Way = { number: this.#ways.length + 1, bytes: data.length, spoiled, layers, at: { wireFirst: first, wireLast: last } };
    this.#ways.push(way);
    if (dropped) this.#lose(way, "overflow");
    else this.#parsing.push(way);
    return layers;
  }
  /** A frame was not kept; a bad one would not have been in any case. */
  #lose(way: Way, cause: LossCause): void {
    way.verdict = "lost";
    way.cause = way.spoiled ? "spoiled" : cause;
    way.layers = {};
  }
  /** What the trace port says in `cycle`; true where it is of a frame that came. */
  trace(t: Trace, cycle: number): boolean {
    if (t.parsed) this.#parse(t.refused, cycle);
    if (t.parked) this.#park(t.place, cycle);
    if (t.delivered || t.ordinary || t.causes !== 0) this.#judge(t, cycle);
    if (t.committed || t.lost) {
      const way = this.#oldest(this.#committing, "a commit");
      if (t.committed) {
        way.at.tailMoved = cycle;
        this.#committed(way);
      } else {
        way.verdict = "dropped";
        way.cause = "dma_error";
        way.layers = {};
      }
    }
    return t.parsed || t.parked || t.delivered || t.ordinary || t.causes !== 0 || t.committed || t.lost;
  }
  #oldest<T>(list: T[], what: string): T {
    const first = list.shift();
    if (first === undefined) throw new Error(`the trace port tells of ${what} that no frame waits for`);
    return first;
  }
  #parse(refused: boolean, cycle: number): void {
    const way = this.#oldest(this.#parsing, "a parsed frame");
    way.at.parsed = cycle;
    if (refused) this.#lose(way, way.bytes > this.#maxFrame ? "oversize" : "overflow");
    else this.#judging.push(way);
  }
  #park(place: number, cycle: number): void {
    const way = this.#oldest(this.#judging, "a frame that waits");
    way.at.parked = cycle;
    if (this.#waiting.has(place)) throw new Error(`the trace port tells of two frames that wait in place ${place}`);
    this.#waiting.set(place, way);
  }
  #waits(place: number): Way {
    const way = this.#waiting.get(place);
    if (way === undefined) throw new Error(`the trace port tells of a verdict for place ${place}, where no frame waits`);
    this.#waiting.delete(place);
    return way;
  }
  #judge(t: Trace, cycle: number): void {
    const way = t.again ? this.#waits(t.place) : this.#oldest(this.#judging, "a verdict");
    way.at.matched = cycle;
    way.verdict = t.delivered ? "accepted" : t.ordinary ? "ordinary" : "dropped";
    const { ipv4, udp } = way.layers;
    if (!t.delivered) way.layers = {};
    if (t.ordinary) {
      this.#ordinary++;
      return;
    }
    const slot = this.#slotOf(`${ipv4?.destination}:${udp?.destinationPort}`);
    if (slot !== undefined) way.slot = slot;
    if (!t.delivered) {
      way.cause = dropCauses[31 - Math.clz32(t.causes)] as DropCause;
      return;
    }
    const payload = (udp?.length ?? 8) - 8;
    way.payload = payload;
    if (t.empty) {
      way.at.tailMoved = cycle;
      this.#committed(way);
      return;
    }
    // The hardware writes line by line from the ring's offset on; records of datagram framing begin with 16 bytes of header.
    const from = this.#ringAt.get(slot ?? -1) ?? 0;
    const bytes = this.#isDatagram ? 16 + payload : payload;
    this.#writing.push({ way, bursts: Math.ceil(((from % 64) + bytes) / 64) });
    this.#ringAt.set(slot ?? -1, from + (this.#isDatagram ? 16 + Math.ceil(payload / 16) * 16 : payload));
    this.#committing.push(way);
  }
  #committed(way: Way): void {
    // Where a stream is cut is not where its datagrams ended: nothing answers one of them.
    if (this.#isDatagram) this.#answers.accepted(way.number, way.layers);
    way.layers = {};
    if (!this.#isDatagram) return;
    const list = this.#unread.get(way.slot ?? -1);
    if (list === undefined) this.#unread.set(way.slot ?? -1, [way]);
    else list.push(way);
  }
  /** A burst of writes was asked for. */
  burst(id: number, cycle: number): void {
    const w = this.#writing[0];
    if (w === undefined) return;
    w.way.at.dmaFirst ??= cycle;
    if (--w.bursts === 0) this.#writing.shift();
    const list = this.#bursts.get(id);
    if (list === undefined) this.#bursts.set(id, [w.way]);
    else list.push(w.way);
  }
  /** Memory has answered the oldest burst of an ID. */
  answered(id: number, cycle: number): void {
    const way = this.#bursts.get(id)?.shift();
    if (way !== undefined) way.at.dmaLast = cycle;
  }
  /** The application has read datagrams of a slot at once, and answered some of them. */
  doorbell(slot: number, answered: readonly boolean[], cycle: number): void {
    const ways = this.#unread.get(slot)?.splice(0, answered.length) ?? [];
    for (const [i, way] of ways.entries()) if (answered[i] === true) way.at.doorbell = cycle;
  }
  leave(data: Uint8Array, first: number, last: number): void {
    this.sent.push({ bytes: data.length, first, last });
    const answers = this.#answers.sent(data);
    const way = answers === null ? undefined : this.#ways[answers - 1];
    if (way === undefined) return;
    way.at.txFirst = first;
    way.at.txLast = last;
  }
  /** All frames, complete; cycles count from `origin`. */
  records(origin: number): FrameRecord[] {
    return this.#ways.map(({ number, bytes, at, verdict, cause, slot, payload }) => {
      if (verdict === undefined) throw new Error(`frame ${number} has no verdict`);
      const shifted = Object.fromEntries(Object.entries(at).map(([stage, cycle]) => [stage, cycle - origin])) as FrameRecord["at"];
      return {
        number,
        bytes,
        verdict,
        at: shifted,
        ...(cause === undefined ? {} : { cause }),
        ...(slot === undefined ? {} : { slot }),
        ...(payload === undefined ? {} : { payload }),
      };
    });
  }
  sentFrom(origin: number): SentRecord[] {
    return this.sent.map(({ bytes, first, last }) => ({ bytes, first: first - origin, last: last - origin }));
  }
}
