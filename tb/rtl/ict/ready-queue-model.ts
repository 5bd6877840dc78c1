/**
 * The ready queue in plain words: queues are lists of slots, and what there is to do is done in the order that the block's
 * documentation states. `ready-queue-check.ts` holds the hardware against it in every cycle.
 */
import type { Config } from "#rtl/config/config.ts";

export const operations = [
  "READ",
  "AVAILABLE_RX",
  "AVAILABLE_TX",
  "SUSPEND_RX",
  "SUSPEND_TX",
  "OWNER",
  "ENABLE",
  "DISABLE",
  "TAKE",
  "PEEK",
] as const;
export interface Access {
  readonly operation: (typeof operations)[number];
  readonly slot: number;
  /** Bit 0 for receiving, bit 1 for sending. */
  readonly on: number;
  readonly hart: number;
  readonly priority: number;
  readonly task: bigint;
}
export interface Slot {
  enabled: boolean;
  suspended: number;
  available: number;
  hart: number;
  priority: number;
  task: bigint;
}
/** What runs on a hart, and whether it wants interrupts. */
export interface Hart {
  readonly accelerated: boolean;
  readonly running: number;
  readonly mask: boolean;
}
export interface Answer {
  readonly found: boolean;
  readonly more: boolean;
  readonly enabled: boolean;
  readonly suspended: number;
  readonly available: number;
  readonly cause: number;
  readonly slot: number;
  readonly hart: number;
  readonly priority: number;
  readonly task: bigint;
}
const nothing: Answer = {
  found: false,
  more: false,
  enabled: false,
  suspended: 0,
  available: 0,
  cause: 0,
  slot: 0,
  hart: 0,
  priority: 0,
  task: 0n,
};

/** What is under way: an access, or a slot to look at because of news or of a new owner. */
type Operation = { readonly access: Access } | { readonly look: number };

export class ReadyQueueModel {
  readonly slots: readonly Slot[];
  /** First come, first served: entries of each hart and priority. */
  readonly #queues = new Map<string, number[]>();
  #operation: Operation | null = null;
  /** News that arrived in the last cycle: of receiving, of sending. */
  #heard: (number | null)[] = [null, null];
  /** Slots that have news and have not been looked at yet, by engine. */
  readonly waiting: readonly number[][] = [[], []];
  #turn = 0;
  #delayed = 0;
  #clearing: number;
  /** The answer that stands at the output, or null. */
  answer: Answer | null = null;

  constructor(config: Config) {
    this.slots = Array.from({ length: config.slots }, () => ({
      enabled: false,
      suspended: 0,
      available: 0,
      hart: 0,
      priority: 0,
      task: 0n,
    }));
    this.#clearing = config.slots;
  }
  slot(i: number): Slot {
    return this.slots[i] as Slot;
  }
  queue(hart: number, priority: number): number[] {
    const key = `${hart} ${priority}`;
    const list = this.#queues.get(key) ?? [];
    this.#queues.set(key, list);
    return list;
  }
  queued(i: number): boolean {
    return this.queue(this.slot(i).hart, this.slot(i).priority).includes(i);
  }
  /** Should the slot be queued? */
  wakes(i: number): boolean {
    const s = this.slot(i);
    return s.enabled && (s.suspended & s.available) !== 0;
  }
  irq(hart: number, { accelerated, running, mask }: Hart): boolean {
    return mask && Array.from({ length: 8 }, (_, p) => p).some((p) => this.queue(hart, p).length > 0 && !(accelerated && running >= p));
  }
  get #holds(): boolean {
    return this.#clearing > 0 || (this.#operation !== null && "access" in this.#operation && this.#operation.access.operation === "OWNER");
  }
  /** Is an access taken in this cycle? */
  get ready(): boolean {
    return !this.#holds && !(this.#delayed === 3 && this.waiting.some((w) => w.length > 0));
  }

  /** A cycle: the access that is taken in it, and the news that comes in it, of receiving and of sending. */
  step(access: Access | null, news: readonly (number | null)[]): void {
    const holds = this.#holds;
    const late = this.waiting.some((w) => w.length > 0);
    const again = holds && this.#clearing === 0 ? (this.#operation as { access: Access }).access.slot : null;
    this.answer = null;
    if (this.#operation !== null) this.#do(this.#operation);

    // News counts after what was done. Whose level rises must be looked at, once.
    const offered = this.waiting.map((w, side) => {
      const from = this.#heard[side] ?? null;
      let fresh: number | null = null;
      if (from !== null) {
        const s = this.slot(from);
        if ((s.available & (1 << side)) === 0 && !w.includes(from)) fresh = from;
        s.available |= 1 << side;
      }
      const slot = w[0] ?? fresh;
      if (fresh !== null) w.push(fresh);
      return slot;
    });
    const free = !holds && access === null;
    let next: Operation | null = access === null ? null : { access };
    if (again !== null) next = { look: again };
    else if (free) {
      const side = [this.#turn, 1 - this.#turn].find((k) => offered[k] !== null);
      if (side !== undefined) {
        next = { look: offered[side] as number };
        this.waiting[side]?.shift();
        this.#turn = 1 - side;
      }
    }
    this.#delayed = free || !late ? 0 : Math.min(3, this.#delayed + 1);
    this.#operation = next;
    this.#heard = this.#clearing > 0 ? [null, null] : [...news];
    this.#clearing = Math.max(0, this.#clearing - 1);
  }
  #do(operation: Operation): void {
    if ("look" in operation) this.#settle(operation.look);
    else this.#access(operation.access);
  }
  #access(access: Access): void {
    const { operation: what, on, hart, priority, task } = access;
    const i = access.slot;
    const s = this.slot(i);
    switch (what) {
      case "TAKE":
      case "PEEK":
        this.#serve(what === "TAKE", hart);
        return;
      case "READ": {
        this.answer = { found: this.queued(i), more: false, ...s, cause: s.suspended & s.available, slot: i };
        break;
      }
      case "AVAILABLE_RX":
        s.available = (s.available & 2) | (on & 1);
        break;
      case "AVAILABLE_TX":
        s.available = (s.available & 1) | (on & 2);
        break;
      case "SUSPEND_RX":
        s.suspended = (s.suspended & 2) | (on & 1);
        break;
      case "SUSPEND_TX":
        s.suspended = (s.suspended & 1) | (on & 2);
        break;
      case "ENABLE":
        this.#leave(i);
        Object.assign(s, { enabled: true, suspended: 0, available: on });
        break;
      case "DISABLE":
        Object.assign(s, { enabled: false, suspended: 0 });
        break;
      case "OWNER":
        // It joins its new queue when it is looked at, in the cycle after this one.
        if (hart !== s.hart || priority !== s.priority) this.#leave(i);
        Object.assign(s, { hart, priority, task });
        return;
    }
    this.#settle(i);
  }
  /** The first of the highest priority. */
  #serve(take: boolean, hart: number): void {
    const all = Array.from({ length: 8 }, (_, k) => this.queue(hart, 7 - k)).flat();
    const [i] = all;
    this.answer = nothing;
    if (i === undefined) return;
    const s = this.slot(i);
    const cause = s.suspended & s.available;
    this.answer = { found: true, more: all.length > 1, ...s, cause, slot: i };
    if (take) {
      s.suspended &= ~cause;
      this.#leave(i);
    }
  }
  #leave(i: number): void {
    for (const list of this.#queues.values()) if (list.includes(i)) list.splice(list.indexOf(i), 1);
  }
  /** Queued exactly while it should be. */
  #settle(i: number): void {
    if (!this.wakes(i)) this.#leave(i);
    else if (!this.queued(i)) this.queue(this.slot(i).hart, this.slot(i).priority).push(i);
  }
}
