/**
 * The connection table in plain words: what a slot holds, what the kernel's words read and do, what each piece of an
 * engine's news changes. Written from the register documentation; `table-check.ts` holds the hardware against it.
 */
import type { Config } from "#rtl/config/config.ts";
import { controlBits, slotWords, statusBits } from "#rtl/ict/slot-layout.ts";

export interface Tuple {
  readonly localIp: bigint;
  readonly localPort: bigint;
  readonly remoteIp: bigint;
  readonly remotePort: bigint;
}
export interface Ring {
  base: bigint;
  /** Bytes; 0 where the ring is off. */
  size: number;
  /** The lowest bits of what was written as a size, less one: what tails are compared with even where the ring is off. */
  mask: number;
}
export class Slot {
  enabled = false;
  connected = false;
  datagram = false;
  hart = 0;
  local = { ip: 0n, port: 0n };
  remote = { ip: 0n, port: 0n };
  nextHop = 0n;
  suspended = false;
  available = false;
  rxStopped = false;
  txStopped = false;
  torn = false;
  work = false;
  epoch = 0;
  readonly rx: Ring = { base: 0n, size: 0, mask: 0 };
  readonly tx: Ring = { base: 0n, size: 0, mask: 0 };
  rxHead = 0;
  rxTail = 0;
  rxWrite = 0;
  txHead = 0;
  txTail = 0;
  txRead = 0;
  drops = 0;
}
export interface News {
  readonly valid: number;
  readonly slot: number;
  readonly pointer: number;
  readonly epoch: number;
}
/** All that happens in one cycle. */
export interface Events {
  readonly access: { valid: number; write: number; slot: number; word: number; data: bigint; strobe: number };
  readonly key: Tuple;
  readonly advance: number;
  readonly allocate: { valid: number; slot: number; pointer: number };
  readonly commit: News & { failed: number };
  readonly drop: number;
  readonly dropSlot: number;
  readonly advanceRead: News;
  readonly sent: News;
  readonly stop: { valid: number; slot: number; epoch: number; torn: number };
}
type Word = keyof typeof slotWords;

/** What the kernel reads at word `word` of a slot. */
export const wordOf = (s: Slot, word: number): bigint => {
  const name = Object.entries(slotWords).find(([, offset]) => offset === 8 * word)?.[0] as Word | undefined;
  const flag = (bit: number, is: boolean): bigint => (is ? 1n << BigInt(bit) : 0n);
  const endpoint = ({ ip, port }: { ip: bigint; port: bigint }): bigint => ip | (port << 32n);
  const words: Record<Word, () => bigint | number | boolean> = {
    control: () =>
      flag(controlBits.enable, s.enabled) |
      flag(controlBits.connected, s.connected) |
      flag(controlBits.datagram, s.datagram) |
      (BigInt(s.hart) << BigInt(controlBits.hart)),
    status: () =>
      flag(statusBits.rxAvailable, s.available) |
      flag(statusBits.rxError, s.rxStopped) |
      flag(statusBits.txError, s.txStopped) |
      flag(statusBits.txBusy, s.work),
    local: () => endpoint(s.local),
    remote: () => endpoint(s.remote),
    nextHop: () => s.nextHop,
    rxSuspend: () => s.suspended,
    rxBase: () => s.rx.base,
    rxSize: () => s.rx.size,
    rxHead: () => s.rxHead,
    rxTail: () => s.rxTail,
    txBase: () => s.tx.base,
    txSize: () => s.tx.size,
    txHead: () => s.txHead,
    txTail: () => s.txTail,
    rxDrops: () => s.drops,
  };
  return name === undefined ? 0n : BigInt(words[name]());
};

export class TableModel {
  readonly slots: readonly Slot[];
  readonly #config: Config;
  readonly #pointers: number;
  readonly #hartBits: number;
  /** Slots that match, with their four-tuple, of the two lookups under way; a slot that is changed is taken out. */
  #first: { readonly key: Tuple; readonly exact: Set<number>; readonly localOnly: Set<number> } = {
    key: { localIp: 0n, localPort: 0n, remoteIp: 0n, remotePort: 0n },
    exact: new Set(),
    localOnly: new Set(),
  };
  /** The answer: the slot, or null, and what was asked. */
  found: { readonly key: Tuple; readonly slot: number | null } = { key: this.#first.key, slot: null };
  /** Who sent last. */
  #turn = 0;

  constructor(config: Config) {
    this.#config = config;
    this.#pointers = config.ringLimit;
    this.#hartBits = Math.max(1, Math.ceil(Math.log2(config.harts)));
    this.slots = Array.from({ length: config.slots }, () => new Slot());
  }
  slot(i: number): Slot {
    return this.slots[i] as Slot;
  }
  #lives(i: number, epoch: number): boolean {
    return this.slot(i).enabled && this.slot(i).epoch === epoch;
  }

  // ---- what stands on the outputs in this cycle ------------------------------------------------

  commitOk({ commit }: Events): boolean {
    return this.#lives(commit.slot, commit.epoch) && !this.slot(commit.slot).rxStopped && commit.failed === 0;
  }
  mayLeave(i: number, epoch: number): boolean {
    return this.#lives(i, epoch) && !this.slot(i).torn;
  }
  /** The next slot to send, round robin, or null. */
  get next(): number | null {
    const can = (i: number): boolean => this.slot(i).enabled && this.slot(i).work && !this.slot(i).txStopped;
    const order = this.slots.map((_, i) => (this.#turn + 1 + i) % this.slots.length);
    return order.find(can) ?? null;
  }
  irq(hart: number): boolean {
    return this.slots.some((s) => s.enabled && s.suspended && s.available && s.hart === hart);
  }

  // ---- an edge ---------------------------------------------------------------------------------

  step(e: Events): void {
    const writes = e.access.valid === 1 && e.access.write === 1;
    this.#look(e, writes);
    const before = this.slots.map((s) => ({ ...s }));
    this.#news(e);
    if (writes) this.#write(e, before[e.access.slot] as Slot);
  }
  #look({ key, advance, access }: Events, writes: boolean): void {
    if (advance === 1) {
      const lowest = (set: Set<number>): number | undefined => [...set].sort((a, b) => a - b)[0];
      this.found = { key: this.#first.key, slot: lowest(this.#first.exact) ?? lowest(this.#first.localOnly) ?? null };
      const local = this.slots.flatMap((s, i) =>
        s.enabled && s.rx.size > 0 && s.local.ip === key.localIp && s.local.port === key.localPort ? [i] : [],
      );
      this.#first = {
        key,
        exact: new Set(local.filter((i) => this.slot(i).connected && this.matchesRemote(i, key))),
        localOnly: new Set(local.filter((i) => !this.slot(i).connected)),
      };
    }
    if (!writes || ![slotWords.control, slotWords.local, slotWords.remote].some((w) => w === 8 * access.word)) return;
    this.#first.exact.delete(access.slot);
    this.#first.localOnly.delete(access.slot);
    if (this.found.slot === access.slot) this.found = { ...this.found, slot: null };
  }
  matchesRemote(i: number, { remoteIp, remotePort }: Tuple): boolean {
    const { ip, port } = this.slot(i).remote;
    return ip === remoteIp && port === remotePort;
  }
  #news(e: Events): void {
    const { allocate, commit, advanceRead, sent, stop } = e;
    const good = this.commitOk(e);
    const [mine, read, built, stops] = [commit, advanceRead, sent, stop].map((n) => n.valid === 1 && this.#lives(n.slot, n.epoch));
    if (allocate.valid === 1) this.slot(allocate.slot).rxWrite = allocate.pointer;
    if (commit.valid === 1 && good) {
      const s = this.slot(commit.slot);
      s.rxTail = commit.pointer;
      if (commit.pointer !== s.rxHead) s.available = true;
    }
    if (mine && !good) this.slot(commit.slot).drops++;
    if (mine && commit.failed === 1) this.slot(commit.slot).rxStopped = true;
    if (e.drop === 1) this.slot(e.dropSlot).drops++;
    if (read) {
      const s = this.slot(advanceRead.slot);
      s.txRead = advanceRead.pointer;
      if (s.txRead === s.txTail) s.work = false;
    }
    if (advanceRead.valid === 1) this.#turn = advanceRead.slot;
    if (built) this.slot(sent.slot).txHead = sent.pointer;
    if (stops) {
      const s = this.slot(stop.slot);
      s.txStopped = true;
      s.work = false;
      if (stop.torn === 1) s.torn = true;
    }
  }
  #write({ access, advanceRead }: Events, before: Slot): void {
    const s = this.slot(access.slot);
    const name = Object.entries(slotWords).find(([, offset]) => offset === 8 * access.word)?.[0] as Word | undefined;
    const kept = wordOf(before, access.word);
    const lanes = Array.from({ length: 8 }, (_, i) => ((access.strobe >> i) & 1 ? 0xffn << BigInt(8 * i) : 0n)).reduce((a, b) => a | b);
    const value = (kept & ~lanes & (2n ** 64n - 1n)) | (access.data & lanes);
    const pointer = Number(value % BigInt(this.#pointers));
    const bit = (n: number): boolean => ((value >> BigInt(n)) & 1n) === 1n;
    const resize = (ring: Ring): void => {
      const limit = BigInt(this.#config.ringLimit);
      // The field holds the limit and no more; bits beside it are ignored.
      const size = value % (2n * limit);
      const usable = size >= 64n && size <= limit && (size & (size - 1n)) === 0n;
      ring.size = usable ? Number(size) : 0;
      ring.mask = (pointer + this.#pointers - 1) % this.#pointers;
    };
    const endpoint = { ip: value & 0xffff_ffffn, port: (value >> 32n) & 0xffffn };
    switch (name) {
      case "control": {
        const opens = bit(controlBits.enable) && !before.enabled;
        s.enabled = bit(controlBits.enable);
        s.connected = bit(controlBits.connected);
        s.datagram = bit(controlBits.datagram);
        s.hart = Number(BigInt.asUintN(this.#hartBits, value >> BigInt(controlBits.hart)));
        if (opens) {
          s.epoch = (s.epoch + 1) % 4;
          Object.assign(s, { rxHead: 0, rxTail: 0, rxWrite: 0, txHead: 0, txTail: 0, txRead: 0, drops: 0 });
          Object.assign(s, { available: false, rxStopped: false, txStopped: false, torn: false, suspended: false });
        }
        if (opens || !s.enabled) s.work = false;
        break;
      }
      case "local":
        s.local = endpoint;
        break;
      case "remote":
        s.remote = endpoint;
        break;
      case "nextHop":
        s.nextHop = value % 2n ** 48n;
        break;
      case "rxSuspend":
        s.suspended = bit(0);
        break;
      case "rxBase":
        s.rx.base = value - (value % 64n);
        break;
      case "txBase":
        s.tx.base = value - (value % 64n);
        break;
      case "rxSize":
        resize(s.rx);
        break;
      case "txSize":
        resize(s.tx);
        break;
      case "rxHead":
        s.rxHead = pointer;
        s.available = pointer !== s.rxTail;
        break;
      case "txTail":
        if (!before.enabled) break;
        s.txTail = pointer;
        if (value > BigInt(s.tx.mask)) {
          s.txStopped = true;
          s.work = false;
          // News of the planner in the same cycle may say that all was read, but of an older tail.
        } else s.work = s.tx.size > 0 && (pointer !== before.txRead || this.#planned(advanceRead, access.slot));
        break;
      default:
    }
  }
  #planned(read: News, slot: number): boolean {
    return read.valid === 1 && read.slot === slot && this.#lives(slot, read.epoch);
  }
}
