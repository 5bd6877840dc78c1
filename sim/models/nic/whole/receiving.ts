/**
 * Receiving as the whole NIC does it: frames in their order, each with the verdicts that the state of the table at that
 * moment allows. The hardware tells which of them it took; what it may not take is a `Mismatch`.
 */
import { endpointText } from "../../packet/addresses.ts";
import { longestFrame } from "../../packet/headers.ts";
import { type Classification, classify, type DropCause, dropCauses, type LossCause, lossCauses } from "../classify.ts";
import { encodeDatagramHeader } from "../datagram.ts";
import type { FourTuple } from "../slots.ts";
import { exactKey, type Life, type Placed } from "./life.ts";
import { Mismatch } from "./mismatch.ts";

/** Cycles by which what is seen at the pins may differ from when it happened inside. */
export const slack = 4;
/** Bytes of a line: memory is written in bursts of one at most. */
const line = 64;

/** A frame that has come whole. */
export interface Arrived {
  readonly number: number;
  readonly data: Uint8Array;
  /** The MAC found it bad. */
  readonly spoiled: boolean;
  /** Cycles of its first and last beat. */
  readonly first: number;
  readonly last: number;
}
/** A verdict as it is told of at the pins. */
export type Seen = "delivered" | "empty" | "ordinary" | DropCause;

export interface Tallies {
  frames: number;
  accepted: number;
  ordinary: number;
  readonly drops: Record<DropCause, number>;
  readonly losses: Record<LossCause, number>;
}
/** What the model asks and tells. */
export interface Surroundings {
  readonly mac: string;
  readonly mtu: number;
  /** The receive buffer, in bytes. */
  readonly buffer: number;
  /** Memory refuses a write to some of these bytes. */
  readonly refuses: (address: number, length: number) => boolean;
  /** These bytes hold what nobody has said: padding, or what came of a refused write. */
  readonly unspecified: (address: number, length: number) => void;
  readonly onOrdinary: (frame: Arrived, at: number) => void;
  readonly onMiss: (tuple: FourTuple) => void;
  readonly onPlaced: (life: Life) => void;
  /** `certain`: it is known that the datagram was this slot's. */
  readonly onFull: (life: Life, certain: boolean) => void;
  readonly onFailed: (life: Life) => void;
}
interface Judged {
  readonly frame: Arrived;
  readonly found: Classification;
  readonly tuple: FourTuple | null;
}

const isDrop = (seen: Seen): seen is DropCause => (dropCauses as readonly string[]).includes(seen);
const zeros = <K extends string>(keys: readonly K[]) => Object.fromEntries(keys.map((key) => [key, 0])) as Record<K, number>;

export class Receiving {
  readonly tallies: Tallies = { frames: 0, accepted: 0, ordinary: 0, drops: zeros(dropCauses), losses: zeros(lossCauses) };
  readonly #around: Surroundings;
  /** Lives that frames can meet, by key. */
  readonly #lives = new Map<string, Life[]>();
  readonly #arriving: Arrived[] = [];
  readonly #judging: Judged[] = [];
  /** In the order of their verdicts. */
  readonly #committing: { readonly life: Life; readonly placed: Placed }[] = [];
  /** Addresses of the bursts that placed datagrams have still to make. */
  readonly #bursts: number[] = [];
  /** Bytes of frames that have come and are not known to have left the receive buffer. */
  #held = 0;

  constructor(around: Surroundings) {
    this.#around = around;
  }
  add(life: Life): void {
    const lives = this.#lives.get(life.key);
    if (lives === undefined) this.#lives.set(life.key, [life]);
    else lives.push(life);
  }
  /** Nothing can be on its way to its ring any more. */
  remove(life: Life): void {
    const waits = life.placed[0];
    if (waits !== undefined) throw new Mismatch(`${life} has drained, and frame ${waits.number} is not in its ring`);
    life.isOver = true;
    const lives = this.#lives.get(life.key) ?? [];
    const oldest = this.#judging[0]?.frame ?? this.#arriving[0];
    // A frame that found it may still wait for its verdict, which is then that nobody has it.
    const matters = (l: Life) => !l.isOver || (l.closed !== null && oldest !== undefined && l.closed.to + slack >= oldest.last);
    this.#lives.set(life.key, lives.filter(matters));
  }
  /** Frames that have not met their end. */
  get pending(): number {
    return this.#arriving.length + this.#judging.length + this.#committing.length;
  }
  toString(): string {
    const first = (list: readonly { readonly number: number }[]) => (list[0] === undefined ? "" : ` from frame ${list[0].number} on`);
    return (
      `${this.#arriving.length} frames not parsed${first(this.#arriving)}, ` +
      `${this.#judging.length} without a verdict${first(this.#judging.map(({ frame }) => frame))}, ` +
      `${this.#committing.length} not in memory${first(this.#committing.map(({ placed }) => placed))}`
    );
  }

  arrive(frame: Arrived): void {
    this.#arriving.push(frame);
    this.#held += frame.data.length;
  }
  /** The next frame's facts are known; `refused`: it is not kept. */
  parsed(refused: boolean): void {
    const frame = this.#arriving.shift();
    if (frame === undefined) throw new Mismatch("a frame was parsed that has not come");
    this.tallies.frames++;
    const long = frame.data.length > longestFrame(this.#around.mtu);
    if (!refused) {
      if (frame.spoiled || long) throw new Mismatch(`frame ${frame.number} was kept, and is ${frame.spoiled ? "spoiled" : "too long"}`);
      this.#judging.push(this.#classify(frame));
      return;
    }
    this.#held -= frame.data.length;
    const cause: LossCause = frame.spoiled ? "spoiled" : long ? "oversize" : "overflow";
    // The buffer gives whole words for what it holds, and keeps no more than 64 frames.
    const crowded = this.#judging.length + this.#committing.length >= 32 || this.#held * 2 > this.#around.buffer;
    if (cause === "overflow" && !crowded)
      throw new Mismatch(`frame ${frame.number} was refused for want of room, and only ${this.#held} bytes wait`);
    this.tallies.losses[cause]++;
  }
  #classify(frame: Arrived): Judged {
    let tuple: FourTuple | null = null;
    const { mac, mtu } = this.#around;
    const match = (t: FourTuple): number => {
      tuple = t;
      return 0;
    };
    return { frame, found: classify(frame.data, { mac, mtu, match }), tuple };
  }

  /**
   * The verdict on the next frame. `burst`: where the first write to memory begins that no placed datagram explains, or null.
   * False: it takes that to say which slot was meant; ask again when there is one.
   */
  verdict(seen: Seen, at: number, burst: number | null): boolean {
    const judged = this.#judging[0];
    if (judged === undefined) throw new Mismatch(`a verdict (${seen}) for no frame`);
    const { frame, tuple } = judged;
    const candidates = tuple === null ? [null] : this.#candidates(tuple, frame.last, at);
    const able = candidates.filter((life) => this.#allows(judged, life, seen, at));
    if (able.length === 0) {
      const expected = candidates.map((life) => this.#expected(judged, life, at)).join("; or ");
      throw new Mismatch(`frame ${frame.number}, in cycle ${at}: the verdict is ${seen}; the model says ${expected}`);
    }
    let [life] = able as [Life | null];
    if (seen === "delivered" && able.length > 1) {
      if (burst === null) return false;
      const meant = able.find((l) => l !== null && burst >= l.receive.base && burst < l.receive.base + l.receive.size);
      if (meant === undefined)
        throw new Mismatch(`frame ${frame.number} goes to 0x${burst.toString(16)}, where none of its slots has a ring`);
      life = meant;
    }
    this.#judging.shift();
    const whose = able.filter((l) => l !== null);
    if (whose.length > 1 && isDrop(seen)) {
      // Which of them counted it cannot be seen.
      for (const one of whose) {
        one.maybeDrops++;
        if (seen === "ring_full") this.#around.onFull(one, false);
      }
      life = null;
    }
    this.#take(judged, life, seen, at);
    return true;
  }
  /** Slots that it can be for, null for none. */
  #candidates(tuple: FourTuple, first: number, last: number): (Life | null)[] {
    const from = first - slack;
    const to = last + slack;
    const lives = (key: string) => (this.#lives.get(key) ?? []).filter((life) => life.mayBeOpen(from, to));
    const exact = lives(exactKey(tuple.local, tuple.remote));
    if (exact.some((life) => life.isOpen(from, to))) return exact;
    const local = lives(endpointText(tuple.local));
    // One that closes meanwhile may have been found, and be gone when its frame is judged.
    const none = !local.some((life) => life.isOpen(from, to)) || exact.some((life) => life.closed !== null);
    return [...exact, ...local, ...(none ? [null] : [])];
  }
  #outcomes({ found }: Judged, life: Life | null, at: number): Seen[] {
    if (life === null || found.class === "ordinary") return ["ordinary"];
    if (life.isOver) return [];
    if (found.class === "dropped") return [found.cause];
    if (found.class === "lost") return [];
    const outcomes: Seen[] = [];
    // What stops a slot is told of some cycles later than it holds.
    if (life.failed <= at + slack) outcomes.push("dma_error");
    if (life.failed < at - 2 * slack) return outcomes;
    const length = life.lengthOf(found.payload.length);
    const rooms = life.head.possible(at - slack, at + slack).map((head) => life.receive.free(head % life.receive.size, life.write));
    if (rooms.some((room) => length <= room)) outcomes.push(length === 0 ? "empty" : "delivered");
    if (rooms.some((room) => length > room)) outcomes.push("ring_full");
    return outcomes;
  }
  #allows(judged: Judged, life: Life | null, seen: Seen, at: number): boolean {
    return this.#outcomes(judged, life, at).includes(seen);
  }
  #expected(judged: Judged, life: Life | null, at: number): string {
    const outcomes = this.#outcomes(judged, life, at).join(" or ");
    const why = judged.found.class === "ordinary" ? `, ${judged.found.reason}` : "";
    return life === null ? `ordinary (no slot${why})` : `${outcomes} (${life}${why})`;
  }
  #take({ frame, found, tuple }: Judged, life: Life | null, seen: Seen, at: number): void {
    const { tallies } = this;
    if (seen === "ordinary") {
      tallies.ordinary++;
      this.#held -= frame.data.length;
      // A datagram that is plainly UDP and for nobody; what leaves the fast path for another reason misses nothing.
      if (life === null && tuple !== null && found.class !== "ordinary") this.#around.onMiss(tuple);
      this.#around.onOrdinary(frame, at);
      return;
    }
    if (isDrop(seen)) {
      this.#held -= frame.data.length;
      tallies.drops[seen]++;
      if (life === null) return;
      life.drops++;
      if (seen === "ring_full") this.#around.onFull(life, true);
      return;
    }
    if (life === null) throw new Mismatch(`frame ${frame.number}: ${seen}`);
    if (found.class !== "candidate") throw new Mismatch(`frame ${frame.number}: ${seen}`);
    this.#around.onPlaced(life);
    const time = frame.first;
    life.receivedAt = time;
    if (seen === "empty") {
      this.#held -= frame.data.length;
      tallies.accepted++;
      return;
    }
    const { payload } = found;
    const offset = life.write;
    const header = life.isDatagram
      ? encodeDatagramHeader({ length: payload.length, peer: (tuple as FourTuple).remote, timestamp: BigInt(time) })
      : new Uint8Array(0);
    life.receive.write(offset, header);
    life.receive.write(life.receive.advance(offset, header.length), payload);
    const length = life.lengthOf(payload.length);
    life.write = life.receive.advance(offset, length);
    const placed = { number: frame.number, offset, length, bytes: header.length + payload.length, time };
    life.placed.push(placed);
    this.#committing.push({ life, placed });
    this.#expectBursts(life, placed);
    this.#held -= frame.data.length;
  }
  #expectBursts({ receive }: Life, { offset, bytes }: Placed): void {
    for (let at = offset, left = bytes; left > 0; ) {
      const count = Math.min(left, line - (at % line), receive.size - at);
      this.#bursts.push(receive.base + at);
      at = receive.advance(at, count);
      left -= count;
    }
  }
  /** The next burst of writes was asked for: one that a placed datagram is to make. `width`: bytes of a bus word, in which it may begin anywhere. */
  burst(address: number, width: number): void {
    const expected = this.#bursts.shift() ?? 0;
    if (Math.floor(expected / width) !== Math.floor(address / width))
      throw new Mismatch(`memory is written at 0x${address.toString(16)}; the next datagram's bytes go to 0x${expected.toString(16)}`);
  }
  /** Placed datagrams that are not in memory. */
  get commitsLeft(): number {
    return this.#committing.length;
  }
  /** Bursts that placed datagrams have still to make. */
  get burstsLeft(): number {
    return this.#bursts.length;
  }
  /** The oldest placed datagram is in memory, or is `lost`. */
  committed(lost: boolean, at: number): void {
    const next = this.#committing.shift();
    if (next === undefined) throw new Mismatch(`a commit${lost ? " that failed" : ""} for no datagram`);
    const { life, placed } = next;
    life.placed.shift();
    const { offset, length, bytes } = placed;
    const [first, second] = halves(life, offset, bytes);
    const fails = life.failed < at || first.concat(second).some(({ address, count }) => this.#around.refuses(address, count));
    if (fails !== lost)
      throw new Mismatch(
        `frame ${placed.number}: ${lost ? "lost" : "committed"} to ${life}; memory has ${fails ? "" : "not "}refused a write`,
      );
    if (lost) {
      if (life.failed > at) {
        life.failed = at;
        this.#around.onFailed(life);
      }
      this.tallies.drops.dma_error++;
      life.drops++;
    } else {
      this.tallies.accepted++;
      life.tail.set(life.receive.advance(offset, length), at);
    }
    const from = lost ? 0 : bytes;
    for (const { address, count } of halves(life, life.receive.advance(offset, from), length - from).flat())
      this.#around.unspecified(address, count);
  }
}

/** Bytes of a ring as ranges of addresses: up to its end, and from its start. */
const halves = ({ receive }: Life, offset: number, bytes: number) => {
  const first = Math.min(bytes, receive.size - offset);
  return [
    first > 0 ? [{ address: receive.base + offset, count: first }] : [],
    first < bytes ? [{ address: receive.base, count: bytes - first }] : [],
  ] as const;
};
