/**
 * The table walker's part in the connection table's check: slots of its share are filled with anything that a slot can be, and
 * given up at any time, while everybody else goes on. Of each is known what it must become, and why it may be refused.
 */
import type { IoHandles, Random } from "#hdl/simulate/index.ts";
import type { Config } from "#rtl/config/config.ts";
import type { TablePinsOfWalker } from "#rtl/ict/connection-table.ts";
import { SlotModel } from "./slot-model.ts";
import { ips, ports } from "./slot-requests.ts";

/** What the check knows of the others. */
export interface TransferSide {
  readonly slots: readonly SlotModel[];
  readonly config: Config;
  readonly random: Random;
  readonly pins: IoHandles<TablePinsOfWalker>;
  /** Has another open slot this key? */
  readonly clashes: (slot: SlotModel) => boolean;
  /** Is the slot named by anything that is on its way, or was it lately? */
  readonly busy: (n: number) => boolean;
  /** A datagram is on its way to this slot. */
  readonly comes: (n: number) => boolean;
  readonly want: (what: string, is: unknown, right: unknown) => void;
}
type Transfer =
  | { readonly kind: "load"; readonly slot: number; readonly image: SlotModel }
  | { readonly kind: "unload"; readonly slot: number; readonly forced: boolean; taken: boolean; worked: boolean };

export class TransferPlay {
  readonly reached = { loads: 0, exists: 0, full: 0, unloads: 0, forced: 0, forcedBusy: 0, refused: 0, returned: 0 };
  /** The first slot of the share. */
  readonly first: number;
  readonly #side: TransferSide;
  #now: Transfer | null = null;
  /** A slot that was filled, and whose opening is not news yet. */
  #opening: number | null = null;
  /** Its key was taken out, and it may be put back. */
  #taken = false;

  constructor(side: TransferSide) {
    this.#side = side;
    this.first = side.config.slots / 2;
  }
  get idle(): boolean {
    return this.#now === null && this.#opening === null;
  }
  /** The slot that something is happening to. */
  get slot(): number | null {
    return this.#now?.slot ?? this.#opening;
  }
  /** Who may be found for it beside those that are open: a slot that is being filled. */
  get filling(): { readonly slot: number; readonly image: SlotModel } | null {
    return this.#now?.kind === "load" ? this.#now : null;
  }
  /** A slot that a lookup may miss: it is being given up. */
  get leaving(): number | null {
    return this.#now?.kind === "unload" ? this.#now.slot : null;
  }

  /** Before a cycle: what stands at the table's pins. `calm`: nothing new. */
  offer(calm: boolean): void {
    const { random, slots, config, pins } = this.#side;
    if (this.idle && !calm && random.oneIn(6)) {
      this.#taken = false;
      // Who sleeps, and wakes while it is being given up, may not go.
      const wakes = slots.findIndex((s, i) => i >= this.first && s.open && s.suspended % 2 === 1 && !works(s) && this.#side.comes(i));
      const n = wakes >= 0 ? wakes : random.between(this.first, config.slots - 1);
      const s = slots[n] as SlotModel;
      if (!s.open) this.#now = { kind: "load", slot: n, image: this.#image() };
      else if (wakes >= 0 || random.oneIn(3))
        this.#now = { kind: "unload", slot: n, forced: wakes < 0 && random.oneIn(2), taken: false, worked: false };
    }
    const now = this.#now;
    pins.load.valid.value = now?.kind === "load";
    if (now?.kind === "load") pins.load.payload.value = imageOf(now.slot, now.image) as never;
    pins.unload.valid.value = now?.kind === "unload" && !now.taken;
    if (now?.kind === "unload") pins.unload.payload.value = { slot: now.slot, force: now.forced ? 1 : 0 };
  }
  /** What the table answers in this cycle; before its clock's edge. */
  look(): void {
    const { slots, pins, want } = this.#side;
    const now = this.#now;
    const s = now === null ? null : (slots[now.slot] as SlotModel);
    want("an answer to a load", pins.loaded.valid.value === 1n && now?.kind !== "load", false);
    want("an answer to an unload", pins.unloaded.valid.value === 1n && !(now?.kind === "unload" && now.taken), false);
    if (now?.kind === "load" && s !== null) this.#loading(now, s);
    if (now?.kind === "unload" && s !== null) {
      now.worked ||= this.#side.busy(now.slot) || works(s);
      if (pins.unloaded.valid.value === 1n) this.#unloaded(now, s);
      else if (pins.unload.ready.value === 1n) now.taken = true;
    }
  }
  #loading({ slot, image }: Transfer & { kind: "load" }, s: SlotModel): void {
    const { pins, want, clashes } = this.#side;
    want("a load is taken with its answer", pins.load.ready.value, pins.loaded.valid.value);
    if (pins.loaded.valid.value === 0n) return;
    const { status } = pins.loaded.value;
    const clash = clashes(image);
    want("whether another slot has its key", status === "EXISTS", clash);
    if (status === "NO_SPACE") this.reached.full++;
    else if (status === "EXISTS") this.reached.exists++;
    else this.reached.loads++;
    s.become(image);
    s.open = status === "DONE";
    if (s.open) this.#opening = slot;
    else s.suspended = 0;
    this.#now = null;
  }
  #unloaded({ slot, forced, worked }: Transfer & { kind: "unload" }, s: SlotModel): void {
    const { pins, want } = this.#side;
    const done = pins.unloaded.done.value === 1n;
    this.#now = null;
    if (!done) {
      want(`slot ${slot} must be given up`, forced, false);
      want(`slot ${slot} is kept, and has work`, worked, true);
      this.reached.refused++;
      if (this.#taken) this.reached.returned++;
      return;
    }
    want(`what is on its way for slot ${slot}, which is given up`, s.receiving + s.sending, 0);
    if (!forced) want(`work of slot ${slot}, which is given up`, works(s), false);
    const { state } = pins.unloaded.value;
    const flags = Number(s.rxStopped) | (Number(s.malformed) << 1) | (Number(s.torn) << 2) | (Number(s.outside) << 3);
    const right: Record<string, bigint | number> = {
      rxHead: s.rxHead & s.rx.mask,
      rxTail: s.rxTail,
      txHead: s.txHead,
      txTail: s.txTail & s.tx.mask,
      drops: s.rxDrops,
      rxTime: s.rxTime,
      txTime: s.txTime,
      suspended: s.suspended,
      stops: flags,
    };
    for (const [name, value] of Object.entries(right))
      want(`${name} of slot ${slot}, which is given up`, (state as never as Record<string, bigint>)[name], BigInt(value));
    if (forced) this.reached.forced++;
    else this.reached.unloads++;
    if (forced && worked) this.reached.forcedBusy++;
    s.open = false;
    s.suspended = 0;
  }
  /** Its key is out of the lookup. */
  removed(): void {
    if (this.#now?.kind === "unload") this.#taken = true;
  }
  /** A slot is said to be open: was it this one's? */
  opens(slot: number): boolean {
    if (slot !== this.#opening) return false;
    this.#opening = null;
    return true;
  }

  #image(): SlotModel {
    const { random, config } = this.#side;
    const s = new SlotModel(config);
    const ring = (log: number) => ({ base: random.bits(58) << 6n, mask: 2 ** log - 1, sound: true });
    const limit = Math.log2(config.ringLimit);
    s.control = s.applied = { connected: random.oneIn(2), datagram: random.oneIn(2), noChecksum: random.oneIn(2) };
    const end = () => ({ ip: random.pick(ips), port: random.pick(ports) });
    [s.local, s.remote] = [end(), s.control.connected ? end() : { ip: 0, port: 0 }];
    s.rx = ring(random.pick([6, 7, 12, limit]));
    s.tx = random.oneIn(4) ? { base: 0n, mask: 0, sound: false } : ring(random.pick([6, 7, 12, limit]));
    const pointer = (mask: number): number => random.below(mask + 1);
    // Often both are the same, or differ in a bit.
    const other = (p: number, mask: number): number =>
      random.pick([p, p, (p ^ (1 << random.below(12))) & mask, (p ^ ((mask + 1) >> 1)) & mask, pointer(mask)]);
    s.rxHead = pointer(s.rx.mask);
    s.rxTail = s.rxWrite = other(s.rxHead, s.rx.mask);
    s.txHead = s.txRead = pointer(s.tx.mask);
    s.txTail = other(s.txHead, s.tx.mask);
    s.rxDrops = random.word() >>> 0;
    [s.rxTime, s.txTime, s.task, s.nextHop] = [random.bits(64), random.bits(64), random.bits(64), random.bits(48)];
    s.hart = random.below(config.harts);
    s.priority = random.below(8);
    [s.asid, s.socket, s.ttl, s.tos] = [random.below(3), random.word() >>> 0, random.below(256), random.below(256)];
    s.own = random.oneIn(2);
    // As much as is free, or a byte more, or anything.
    const free = (s.txHead - s.txTail - 1) & s.tx.mask;
    s.room = random.pick([0, free, (free + 1) & s.tx.mask, random.below(s.tx.mask + 1)]);
    s.suspended = random.below(4);
    s.available = (s.rxHead === s.rxTail ? 0 : 1) | (s.roomy() ? 2 : 0);
    s.result = "done";
    return s;
  }
}
/** Has the slot bytes to send, or is its owner about to wake? */
const works = (s: SlotModel): boolean =>
  (s.suspended & s.available) !== 0 || (s.tx.sound && !s.stopped && (s.txTail !== s.txRead || s.txHead !== s.txRead));
const imageOf = (slot: number, s: SlotModel): object => ({
  slot,
  ...Object.fromEntries(Object.entries(s.applied).map(([name, on]) => [name, Number(on)])),
  hart: s.hart,
  priority: s.priority,
  task: s.task,
  asid: s.asid,
  socket: s.socket,
  tuple: { localIp: s.local.ip, localPort: s.local.port, remoteIp: s.remote.ip, remotePort: s.remote.port },
  nextHop: s.nextHop,
  own: Number(s.own),
  ttl: s.ttl,
  tos: s.tos,
  room: s.room,
  rx: { base: s.rx.base >> 6n, mask: s.rx.mask, sound: Number(s.rx.sound) },
  tx: { base: s.tx.base >> 6n, mask: s.tx.mask, sound: Number(s.tx.sound) },
  ...{ rxHead: s.rxHead, rxTail: s.rxTail, txHead: s.txHead, txTail: s.txTail },
  ...{ drops: s.rxDrops, rxTime: s.rxTime, txTime: s.txTime, suspended: s.suspended, stops: 0 },
});
