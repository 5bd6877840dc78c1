/** What a slot of the connection table is to software and to the engines: the reference that the table is compared with. */
import type { Config } from "#rtl/config/config.ts";
import {
  controlBits,
  identityBits,
  openResults,
  ownerReads,
  ownerWrites,
  policyBits,
  type SlotWord,
  slotWords,
  statusBits,
} from "#rtl/ict/slot-words.ts";

export interface Ring {
  base: bigint;
  mask: number;
  sound: boolean;
}
export interface Endpoint {
  ip: number;
  port: number;
}
export interface Control {
  connected: boolean;
  datagram: boolean;
  noChecksum: boolean;
}
const ring = (): Ring => ({ base: 0n, mask: 0, sound: false });
const field = (word: bigint, low: number, bits: number): number => Number((word >> BigInt(low)) & ((1n << BigInt(bits)) - 1n));
const at = (value: bigint | number | boolean, low: number): bigint => BigInt(value) << BigInt(low);

/** One slot. Pointers are byte offsets. */
export class SlotModel {
  open = false;
  /** As the control word says; the engines go by `applied`, which follows while nothing is on its way. */
  control: Control = { connected: false, datagram: false, noChecksum: false };
  applied: Control = this.control;
  local: Endpoint = { ip: 0, port: 0 };
  remote: Endpoint = { ip: 0, port: 0 };
  nextHop = 0n;
  rx = ring();
  tx = ring();
  rxHead = 0;
  rxWrite = 0;
  rxTail = 0;
  rxDrops = 0;
  rxStopped = false;
  rxTime = 0n;
  txHead = 0;
  txRead = 0;
  txTail = 0;
  malformed = false;
  torn = false;
  outside = false;
  txTime = 0n;
  task = 0n;
  hart = 0;
  priority = 0;
  asid = 0;
  socket = 0;
  ttl = 0;
  tos = 0;
  own = false;
  room = 0;
  suspended = 0;
  available = 0;
  result: (typeof openResults)[number] = "none";
  /** Accepted and not finished, each way. */
  receiving = 0;
  sending = 0;
  readonly #config: Config;
  constructor(config: Config) {
    this.#config = config;
  }
  get stopped(): boolean {
    return this.malformed || this.torn || this.outside;
  }
  /** All that another one is, but for what is on its way. */
  become({ receiving: _r, sending: _s, ...other }: SlotModel): void {
    const { receiving, sending } = this;
    Object.assign(this, other, { receiving, sending, rx: { ...other.rx }, tx: { ...other.tx } });
  }
  /** It begins anew, as engines see it. */
  empty(): void {
    this.rxHead = this.rxWrite = this.rxTail = this.rxDrops = 0;
    this.txHead = this.txRead = this.txTail = 0;
    this.rxTime = this.txTime = 0n;
    this.rxStopped = this.malformed = this.torn = this.outside = false;
  }
  roomy(tail = this.txTail): boolean {
    const free = (this.txHead - tail - 1) & this.tx.mask;
    return free > 0 && free >= this.room;
  }
  /** Do lookups find it? */
  get listens(): boolean {
    return this.open && this.rx.sound;
  }
  /** By which of the other one's keys would it be found? */
  clashes(other: SlotModel): boolean {
    const same = (a: Endpoint, b: Endpoint): boolean => a.ip === b.ip && a.port === b.port;
    return (
      this.applied.connected === other.applied.connected &&
      same(this.local, other.local) &&
      (!this.applied.connected || same(this.remote, other.remote))
    );
  }
  /** Does a granted write of the whole word close the slot, open it, or both? It is in no lookup and has no turn meanwhile. */
  reopens(name: SlotWord, value: bigint): boolean {
    if (["local", "remote", "rxBase", "txBase", "rxSize", "txSize"].includes(name)) return this.open;
    if (name !== "control") return false;
    const kept = (["connected", "datagram", "noChecksum"] as const).every(
      (mode) => field(value, controlBits[mode], 1) === Number(this.control[mode]),
    );
    return field(value, controlBits.enable, 1) === 1 ? !this.open || !kept : this.open;
  }
  /** A word as the kernel reads it, `draining` left out. */
  word(name: SlotWord): bigint {
    const { control: k } = this;
    const size = (r: Ring): bigint => (r.sound ? BigInt(r.mask) + 1n : 0n);
    const end = ({ ip, port }: Endpoint): bigint => BigInt(ip) | at(port, 32);
    const words: Record<SlotWord, () => bigint> = {
      control: () =>
        at(this.open, controlBits.enable) |
        at(k.connected, controlBits.connected) |
        at(k.datagram, controlBits.datagram) |
        at(k.noChecksum, controlBits.noChecksum) |
        at(this.hart, controlBits.hart) |
        at(this.priority, controlBits.priority),
      status: () =>
        at(this.available & 1, statusBits.rxAvailable) |
        at(this.rxStopped, statusBits.rxError) |
        at(this.stopped, statusBits.txError) |
        at(this.txTail !== this.txRead, statusBits.txBusy) |
        at(this.available >> 1, statusBits.txAvailable) |
        at(openResults.indexOf(this.result), statusBits.result) |
        at(this.malformed, statusBits.malformed) |
        at(this.torn, statusBits.torn) |
        at(this.outside, statusBits.outside),
      local: () => end(this.local),
      remote: () => end(this.remote),
      nextHop: () => this.nextHop,
      suspend: () => BigInt(this.suspended),
      rxBase: () => this.rx.base,
      rxSize: () => size(this.rx),
      rxHead: () => BigInt(this.rxHead),
      rxTail: () => BigInt(this.rxTail),
      txBase: () => this.tx.base,
      txSize: () => size(this.tx),
      txHead: () => BigInt(this.txHead),
      txTail: () => BigInt(this.txTail),
      rxDrops: () => BigInt(this.rxDrops),
      task: () => this.task,
      identity: () => at(this.asid, identityBits.asid) | at(this.socket, identityBits.socket),
      policy: () =>
        at(this.ttl, policyBits.ttl) | at(this.tos, policyBits.tos) | at(this.own, policyBits.own) | at(this.room, policyBits.room),
      rxTime: () => this.rxTime,
      txTime: () => this.txTime,
      available: () => BigInt(this.available),
    };
    return words[name]();
  }
  /**
   * What a write of the whole word `value` does once it is answered, but for what only the table can tell: why it does not
   * take the key (`refused`). True where the slot begins anew: `empty` is then called before, while the write is under way.
   */
  write(name: SlotWord, value: bigint, refused: (slot: SlotModel) => "exists" | "no_space" | null): boolean {
    const { ringLimit } = this.#config;
    const pointerBits = Math.log2(ringLimit);
    const pointer = field(value, 0, pointerBits);
    const was = this.open;
    let empties = false;
    const reopen = (): void => {
      this.open = true;
      const why = this.rx.sound ? refused(this) : null;
      this.result = why ?? "done";
      if (why !== null) {
        this.open = false;
        this.suspended = 0;
      }
    };
    const resize = (r: Ring): void => {
      const bytes = field(value, 0, pointerBits + 1);
      r.sound = bytes >= 64 && bytes <= ringLimit && (bytes & (bytes - 1)) === 0;
      r.mask = (bytes - 1) & (ringLimit - 1);
      empties = true;
      if (was) this.available = 2;
    };
    switch (name) {
      case "control": {
        const wanted = field(value, controlBits.enable, 1) === 1;
        const before = this.control;
        this.control = {
          connected: field(value, controlBits.connected, 1) === 1,
          datagram: field(value, controlBits.datagram, 1) === 1,
          noChecksum: field(value, controlBits.noChecksum, 1) === 1,
        };
        this.hart = field(value, controlBits.hart, Math.max(1, Math.ceil(Math.log2(this.#config.harts))));
        this.priority = field(value, controlBits.priority, 3);
        const changed = JSON.stringify(before) !== JSON.stringify(this.control);
        if (wanted && !was) {
          this.applied = this.control;
          empties = true;
          this.suspended = 0;
          this.available = this.roomy() ? 2 : 0;
          reopen();
        } else if (wanted && changed) {
          this.applied = this.control;
          reopen();
        } else if (!wanted) {
          if (was) this.suspended = 0;
          this.open = false;
        }
        break;
      }
      case "local":
        this.local = { ip: field(value, 0, 32), port: field(value, 32, 16) };
        break;
      case "remote":
        this.remote = { ip: field(value, 0, 32), port: field(value, 32, 16) };
        break;
      case "nextHop":
        this.nextHop = value & 0xffff_ffff_ffffn;
        break;
      case "suspend":
        this.suspended = field(value, 0, 2);
        break;
      case "rxBase":
        this.rx.base = value & ~63n;
        break;
      case "txBase":
        this.tx.base = value & ~63n;
        break;
      case "rxSize":
        resize(this.rx);
        break;
      case "txSize":
        resize(this.tx);
        break;
      case "rxHead":
        this.rxHead = pointer;
        this.available = (this.available & 2) | (pointer === this.rxTail ? 0 : 1);
        break;
      case "txTail":
        if (!this.open) break;
        this.txTail = pointer;
        if (value >> BigInt(pointerBits) !== 0n || pointer > this.tx.mask) this.outside = true;
        else if (this.tx.sound) this.available = (this.available & 1) | (this.roomy() ? 2 : 0);
        break;
      case "task":
        this.task = value;
        break;
      case "identity":
        this.asid = field(value, identityBits.asid, 16);
        this.socket = field(value, identityBits.socket, 32);
        break;
      case "policy":
        this.ttl = field(value, policyBits.ttl, 8);
        this.tos = field(value, policyBits.tos, 8);
        this.own = field(value, policyBits.own, 1) === 1;
        this.room = field(value, policyBits.room, pointerBits);
        break;
      case "available":
        this.available = field(value, 0, 2);
        break;
      default:
    }
    if (was && ["local", "remote", "rxBase", "txBase", "rxSize", "txSize"].includes(name)) reopen();
    return empties;
  }
}

/** The word's name, or undefined where there is none. */
export const nameOf = (word: number): SlotWord | undefined => (Object.keys(slotWords) as SlotWord[]).find((n) => slotWords[n] === word * 8);
/** May an owner do this in its doorbell page? */
export const ownersMay = (name: SlotWord | undefined, write: boolean): boolean =>
  name !== undefined && (write ? ownerWrites : ownerReads).includes(name);
