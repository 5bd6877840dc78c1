/** Slots of the connection table while nothing comes from the wire: what their registers do to each other. */
import { type Config, lineBytes } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";
import type { Behind } from "./model.ts";

interface Slot {
  /** Fields that are kept as they are written, by "RX_BASE.address". */
  readonly kept: Map<string, bigint>;
  available: boolean;
  txError: boolean;
  busy: boolean;
}

const isRing = (size: bigint, limit: number): boolean => size >= 64n && size <= BigInt(limit) && (size & (size - 1n)) === 0n;

/** Fields of `SLOT[n]` by the documentation of their registers. */
export class SlotModel implements Behind {
  readonly #slots: readonly Slot[];
  readonly #c: Config;

  constructor(c: Config) {
    this.#c = c;
    this.#slots = Array.from({ length: c.slots }, () => ({ kept: new Map(), available: false, txError: false, busy: false }));
  }
  #slot(title: string): readonly [Slot, string] {
    const [, number, register] = /^SLOT\[(\d+)\]\.(\w+)$/.exec(title) ?? [];
    const slot = this.#slots[Number(number)];
    if (slot === undefined || register === undefined) throw new Error(`${title} is no register of a slot`);
    return [slot, register];
  }

  read(title: string, field: string): bigint {
    const [slot, register] = this.#slot(title);
    const key = `${register}.${field}`;
    switch (key) {
      case "STATUS.rxAvailable":
        return slot.available ? 1n : 0n;
      case "STATUS.txError":
        return slot.txError ? 1n : 0n;
      case "STATUS.txBusy":
        return slot.busy ? 1n : 0n;
      default:
        return slot.kept.get(key) ?? 0n;
    }
  }

  write(title: string, field: string, value: bigint): void {
    const [slot, register] = this.#slot(title);
    const key = `${register}.${field}`;
    const { ringLimit } = this.#c;
    const old = slot.kept.get(key) ?? 0n;
    switch (key) {
      case "CONTROL.enable":
        if (value === 1n && old === 0n) {
          // A slot begins its life empty.
          for (const pointer of ["RX_HEAD", "RX_TAIL", "TX_HEAD", "TX_TAIL"]) slot.kept.set(`${pointer}.offset`, 0n);
          slot.kept.set("RX_SUSPEND.suspended", 0n);
          slot.kept.set("RX_DROPS.count", 0n);
          slot.available = slot.txError = slot.busy = false;
        }
        if (value === 0n) slot.busy = false;
        break;
      case "RX_SIZE.bytes":
      case "TX_SIZE.bytes":
        slot.kept.set(key, isRing(value, ringLimit) ? value : 0n);
        return;
      case "RX_BASE.address":
      case "TX_BASE.address":
        // A ring begins at a line, whatever is written.
        slot.kept.set(key, value - (value % BigInt(lineBytes)));
        return;
      case "RX_HEAD.offset":
        slot.available = value !== (slot.kept.get("RX_TAIL.offset") ?? 0n);
        break;
      case "TX_TAIL.offset":
        this.#doorbell(slot, value);
        return;
      default:
    }
    slot.kept.set(key, value);
  }
  #doorbell(slot: Slot, value: bigint): void {
    if ((slot.kept.get("CONTROL.enable") ?? 0n) === 0n) return;
    const size = slot.kept.get("TX_SIZE.bytes") ?? 0n;
    const tail = value & ((1n << BigInt(derived(this.#c).pointerBits)) - 1n);
    const inside = value < size;
    slot.kept.set("TX_TAIL.offset", tail);
    if (!inside) slot.txError = true;
    slot.busy = inside && tail !== (slot.kept.get("TX_HEAD.offset") ?? 0n);
  }

  /** The hardware has sent what was before the tail. */
  sent(slot: number): void {
    const s = this.#slots[slot] as Slot;
    s.kept.set("TX_HEAD.offset", s.kept.get("TX_TAIL.offset") ?? 0n);
    s.busy = false;
  }
  /** The hardware cannot send for it any more. */
  stopped(slot: number): void {
    const s = this.#slots[slot] as Slot;
    s.txError = true;
    s.busy = false;
  }
}
