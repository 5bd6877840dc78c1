/** Receiving: what a frame does to rings, tails and counters. The independent model that the RTL is compared with. */
import { type Classification, classify, type DropCause, dropCauses, type LossCause, lossCauses } from "./classify.ts";
import { encodeDatagramHeader, recordLength } from "./datagram.ts";
import { type Memory, Ring } from "./ring.ts";
import { checkSlot, matchSlot, type SlotSettings } from "./slots.ts";

/** What became of a frame. */
export type Verdict =
  | {
      readonly class: "accepted";
      readonly slot: number;
      /** Where in the ring its bytes begin, the header of datagram framing included. */
      readonly offset: number;
      /** Bytes that it takes in the ring. */
      readonly length: number;
      /** The slot's tail afterwards. */
      readonly tail: number;
      readonly payload: Uint8Array;
    }
  | Exclude<Classification, { readonly class: "candidate" }>;

/** What the frame met on its way that the model cannot know. */
export interface Circumstances {
  /** The receive buffer had no room for it. */
  readonly overflow?: boolean;
  /** The MAC marked it bad at its end: a wrong frame check sequence, for example. */
  readonly spoiled?: boolean;
  /** Memory answered a write of it with an error. */
  readonly memoryError?: boolean;
}

export interface ReceiveCounters {
  frames: number;
  accepted: number;
  /** Payload bytes of accepted datagrams. */
  acceptedBytes: number;
  ordinary: number;
  readonly drops: Record<DropCause, number>;
  readonly losses: Record<LossCause, number>;
}

interface SlotState {
  readonly settings: SlotSettings;
  readonly ring: Ring | null;
  head: number;
  tail: number;
  drops: number;
  /** Memory failed once: nothing is delivered until the slot is enabled anew. */
  stopped: boolean;
}

const zeros = <K extends string>(keys: readonly K[]) => Object.fromEntries(keys.map((key) => [key, 0])) as Record<K, number>;

export class ReceiveModel {
  readonly counters: ReceiveCounters = {
    frames: 0,
    accepted: 0,
    acceptedBytes: 0,
    ordinary: 0,
    drops: zeros(dropCauses),
    losses: zeros(lossCauses),
  };
  readonly #device: { readonly mac: string; readonly mtu: number };
  readonly #memory: Memory;
  readonly #slots: (SlotState | undefined)[] = [];
  readonly #settings: (SlotSettings | undefined)[] = [];

  constructor(device: { readonly mac: string; readonly mtu: number }, memory: Memory) {
    this.#device = device;
    this.#memory = memory;
  }

  /** Enables a slot: it begins its life empty, whatever it was before. */
  enable(index: number, settings: SlotSettings): void {
    checkSlot(index, settings);
    const ring = settings.receive === undefined ? null : new Ring(this.#memory, settings.receive);
    this.#slots[index] = { settings, ring, head: 0, tail: 0, drops: 0, stopped: false };
    this.#settings[index] = settings;
  }

  disable(index: number): void {
    this.#slots[index] = undefined;
    this.#settings[index] = undefined;
  }

  /** The slot's pointers and drop count. Throws when it is disabled. */
  slot(index: number): { readonly head: number; readonly tail: number; readonly drops: number; readonly stopped: boolean } {
    const { head, tail, drops, stopped } = this.#state(index);
    return { head, tail, drops, stopped };
  }

  /** Software has read everything before `head`. Throws when that is not between head and tail. */
  consume(index: number, head: number): void {
    const state = this.#state(index);
    const { ring } = state;
    if (ring === null || head < 0 || head >= ring.size || ring.used(state.head, head) > ring.used(state.head, state.tail)) {
      throw new RangeError(`slot ${index}: head ${head} is not between head ${state.head} and tail ${state.tail}`);
    }
    state.head = head;
  }

  /**
   * A frame has arrived whole.
   * @param now  hardware cycles at its first wire beat
   */
  receive(frame: Uint8Array, now: bigint, circumstances: Circumstances = {}): Verdict {
    this.counters.frames += 1;
    const verdict = this.#judge(frame, now, circumstances);
    switch (verdict.class) {
      case "accepted":
        this.counters.accepted += 1;
        this.counters.acceptedBytes += verdict.payload.length;
        break;
      case "dropped":
        this.counters.drops[verdict.cause] += 1;
        this.#state(verdict.slot).drops += 1;
        break;
      case "ordinary":
        this.counters.ordinary += 1;
        break;
      case "lost":
        this.counters.losses[verdict.cause] += 1;
        break;
    }
    return verdict;
  }

  #judge(frame: Uint8Array, now: bigint, { overflow = false, spoiled = false, memoryError = false }: Circumstances): Verdict {
    if (overflow || spoiled) return { class: "lost", cause: overflow ? "overflow" : "spoiled" };
    const found = classify(frame, { ...this.#device, match: (tuple) => matchSlot(this.#settings, tuple) });
    if (found.class !== "candidate") return found;
    const { slot, tuple, payload } = found;
    const state = this.#state(slot);
    const { ring, head, tail } = state;
    if (ring === null) throw new Error(`slot ${slot} matched without a receive ring`);
    const isDatagram = state.settings.framing === "datagram";
    const length = isDatagram ? recordLength(payload.length) : payload.length;
    if (length > ring.free(head, tail)) return { class: "dropped", slot, cause: "ring_full" };
    if (memoryError && length > 0) state.stopped = true;
    if (state.stopped) return { class: "dropped", slot, cause: "dma_error" };
    const header = isDatagram ? encodeDatagramHeader({ length: payload.length, peer: tuple.remote, timestamp: now }) : new Uint8Array(0);
    ring.write(tail, header);
    ring.write(ring.advance(tail, header.length), payload);
    state.tail = ring.advance(tail, length);
    return { class: "accepted", slot, offset: tail, length, tail: state.tail, payload };
  }

  #state(index: number): SlotState {
    const state = this.#slots[index];
    if (state === undefined) throw new RangeError(`slot ${index} is not enabled`);
    return state;
  }
}
