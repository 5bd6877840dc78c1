/**
 * The connection table while nothing comes from the wire: what a slot's words do to each other, and to the ready queues.
 * By the documentation of their registers, word by word: the table changes nothing smaller.
 */
import type { Config } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";
import { controlBits, identityBits, openResults, policyBits, sideBits, statusBits, takenBits } from "#rtl/ict/slot-words.ts";

interface Slot {
  /** Words that are kept as they are written, without what is beyond their fields. */
  readonly kept: Map<string, bigint>;
  open: boolean;
  result: (typeof openResults)[number];
  suspended: bigint;
  available: bigint;
  rxHead: bigint;
  txHead: bigint;
  /** Before it all has been taken up. */
  txRead: bigint;
  txTail: bigint;
  /** Why it has stopped sending. */
  stop: "malformed" | "torn" | "outside" | null;
}
const rx = 1n << BigInt(sideBits.rx);
const tx = 1n << BigInt(sideBits.tx);
const bits = (word: bigint, low: number, count: number): bigint => (word >> BigInt(low)) & ((1n << BigInt(count)) - 1n);
const at = (value: bigint | boolean, low: number): bigint => BigInt(value) << BigInt(low);

/** All slots and the harts' ready queues. Names are those of the map: "RX_HEAD". */
export class SlotModel {
  readonly #slots: readonly Slot[];
  readonly #c: Config;
  /** Slots that wait for each hart and priority, the first first. */
  readonly #queues = new Map<string, number[]>();

  constructor(c: Config) {
    this.#c = c;
    this.#slots = Array.from({ length: c.slots }, () => ({
      kept: new Map(),
      open: false,
      result: "none" as const,
      suspended: 0n,
      available: 0n,
      rxHead: 0n,
      txHead: 0n,
      txRead: 0n,
      txTail: 0n,
      stop: null,
    }));
  }
  #slot(n: number): Slot {
    const slot = this.#slots[n];
    if (slot === undefined) throw new Error(`there is no slot ${n}`);
    return slot;
  }
  isOpen(n: number): boolean {
    return this.#slot(n).open;
  }
  asid(n: number): bigint {
    return bits(this.#slot(n).kept.get("IDENTITY") ?? 0n, identityBits.asid, 16);
  }

  // ---- rings -----------------------------------------------------------------------------------------------------
  #sound(slot: Slot, ring: "RX_SIZE" | "TX_SIZE"): boolean {
    const size = slot.kept.get(ring) ?? 0n;
    return size >= 64n && size <= BigInt(this.#c.ringLimit) && (size & (size - 1n)) === 0n;
  }
  /** Of a size that cannot be it is what it would be of one that can: pointers are compared with it all the same. */
  #mask(slot: Slot, ring: "RX_SIZE" | "TX_SIZE"): bigint {
    const size = slot.kept.get(ring);
    return size === undefined ? 0n : (size - 1n) & (BigInt(this.#c.ringLimit) - 1n);
  }
  #roomy(slot: Slot): boolean {
    const free = (slot.txHead - slot.txTail - 1n) & this.#mask(slot, "TX_SIZE");
    return free > 0n && free >= bits(slot.kept.get("POLICY") ?? 0n, policyBits.room, derived(this.#c).pointerBits);
  }

  // ---- opening ---------------------------------------------------------------------------------------------------
  #key(slot: Slot): string {
    const connected = bits(slot.kept.get("CONTROL") ?? 0n, controlBits.connected, 1) === 1n;
    return `${connected} ${slot.kept.get("LOCAL") ?? 0n} ${connected ? (slot.kept.get("REMOTE") ?? 0n) : ""}`;
  }
  #open(slot: Slot): void {
    const listens = (s: Slot): boolean => s.open && this.#sound(s, "RX_SIZE");
    slot.open = true;
    slot.result = "done";
    if (!listens(slot) || !this.#slots.some((s) => s !== slot && listens(s) && this.#key(s) === this.#key(slot))) return;
    slot.open = false;
    slot.result = "exists";
    slot.suspended = 0n;
  }
  #empty(slot: Slot): void {
    slot.rxHead = slot.txHead = slot.txRead = slot.txTail = 0n;
    slot.stop = null;
  }
  #control(slot: Slot, value: bigint): void {
    const framing = (word: bigint): bigint => bits(word, controlBits.connected, 3);
    const reframes = framing(value) !== framing(slot.kept.get("CONTROL") ?? 0n);
    const wanted = bits(value, controlBits.enable, 1) === 1n;
    slot.kept.set("CONTROL", value);
    if (wanted && !slot.open) {
      this.#empty(slot);
      slot.suspended = 0n;
      slot.available = this.#roomy(slot) ? tx : 0n;
      this.#open(slot);
    } else if (wanted && reframes) this.#open(slot);
    else if (!wanted) {
      if (slot.open) slot.suspended = 0n;
      slot.open = false;
    }
  }

  // ---- ready queues ----------------------------------------------------------------------------------------------
  #priority(slot: Slot): string {
    const control = slot.kept.get("CONTROL") ?? 0n;
    return `${bits(control, controlBits.hart, derived(this.#c).hartBits)} ${bits(control, controlBits.priority, 3)}`;
  }
  /** A slot is queued exactly while it is open and sleeps on what is there. */
  #settle(n: number): void {
    const slot = this.#slot(n);
    const key = this.#priority(slot);
    const wakes = slot.open && (slot.suspended & slot.available) !== 0n;
    for (const [name, queue] of this.#queues) if (queue.includes(n) && (name !== key || !wakes)) queue.splice(queue.indexOf(n), 1);
    const mine = this.#queues.get(key) ?? [];
    this.#queues.set(key, mine);
    if (wakes && !mine.includes(n)) mine.push(n);
  }
  #queued(hart: number): readonly number[] {
    return Array.from({ length: 8 }, (_, i) => this.#queues.get(`${hart} ${7 - i}`) ?? []).flat();
  }
  /** What TAKE and PEEK of a hart read. */
  entry(hart: number): bigint {
    const [n, ...others] = this.#queued(hart);
    if (n === undefined) return 0n;
    const { suspended, available, kept } = this.#slot(n);
    const task = bits(kept.get("TASK") ?? 0n, takenBits.task, takenBits.slot - takenBits.task);
    return (
      at(true, takenBits.valid) |
      at(others.length > 0, takenBits.more) |
      at(suspended & available, takenBits.causeRx) |
      at(task, takenBits.task) |
      at(BigInt(n), takenBits.slot)
    );
  }
  /** TAKE of a hart was read. */
  take(hart: number): void {
    const [n] = this.#queued(hart);
    if (n === undefined) return;
    const slot = this.#slot(n);
    slot.suspended &= ~slot.available;
    this.#settle(n);
  }

  // ---- words -----------------------------------------------------------------------------------------------------
  word(n: number, register: string): bigint {
    const slot = this.#slot(n);
    switch (register) {
      case "CONTROL":
        return ((slot.kept.get("CONTROL") ?? 0n) & ~1n) | at(slot.open, controlBits.enable);
      case "STATUS":
        return (
          at(bits(slot.available, sideBits.rx, 1), statusBits.rxAvailable) |
          at(bits(slot.available, sideBits.tx, 1), statusBits.txAvailable) |
          at(slot.stop !== null, statusBits.txError) |
          at(slot.txTail !== slot.txRead, statusBits.txBusy) |
          at(BigInt(openResults.indexOf(slot.result)), statusBits.result) |
          (slot.stop === null ? 0n : at(true, statusBits[slot.stop]))
        );
      case "SUSPEND":
        return slot.suspended;
      case "AVAILABLE":
        return slot.available;
      case "RX_SIZE":
      case "TX_SIZE":
        return this.#sound(slot, register) ? (slot.kept.get(register) ?? 0n) : 0n;
      case "RX_HEAD":
        return slot.rxHead;
      case "TX_HEAD":
        return slot.txHead;
      case "TX_TAIL":
        return slot.txTail;
      default:
        return slot.kept.get(register) ?? 0n;
    }
  }
  write(n: number, register: string, value: bigint): void {
    const slot = this.#slot(n);
    const was = slot.open;
    switch (register) {
      case "CONTROL":
        this.#control(slot, value);
        break;
      case "SUSPEND":
        slot.suspended = value;
        break;
      case "AVAILABLE":
        slot.available = value;
        break;
      case "RX_HEAD":
        slot.rxHead = value;
        // Nothing has come: the tail is 0.
        slot.available = (slot.available & tx) | (value === 0n ? 0n : rx);
        break;
      case "TX_TAIL":
        this.#doorbell(slot, value);
        break;
      case "RX_SIZE":
      case "TX_SIZE":
        slot.kept.set(register, value);
        this.#empty(slot);
        if (was) slot.available = tx;
        break;
      case "RX_BASE":
      case "TX_BASE":
        slot.kept.set(register, value & ~63n);
        break;
      default:
        slot.kept.set(register, value);
    }
    if (was && ["LOCAL", "REMOTE", "RX_BASE", "TX_BASE", "RX_SIZE", "TX_SIZE"].includes(register)) this.#open(slot);
    this.#settle(n);
  }
  #doorbell(slot: Slot, value: bigint): void {
    if (!slot.open) return;
    slot.txTail = bits(value, 0, derived(this.#c).pointerBits);
    if (value > this.#mask(slot, "TX_SIZE")) slot.stop = "outside";
    else if (this.#sound(slot, "TX_SIZE")) slot.available = (slot.available & rx) | (this.#roomy(slot) ? tx : 0n);
  }

  /** The hardware has sent what was before the tail. */
  sent(n: number): void {
    const slot = this.#slot(n);
    slot.txHead = slot.txRead = slot.txTail;
    if (this.#roomy(slot)) slot.available |= tx;
    this.#settle(n);
  }
  /** The hardware cannot send for it any more: its next datagram cannot be; or memory refused what it had taken up. */
  stopped(n: number, why: "malformed" | "torn"): void {
    const slot = this.#slot(n);
    slot.stop = why;
    if (why === "torn") slot.txRead = slot.txTail;
  }
}
